"""Where the machine code of rules is kept, and how processes share it.

Numba's own cache is an index beside numbered files. Two processes that save at once can leave an index that names
another signature's file; a damaged file ends in a traceback or in wrong code; a full disk ends the run; and where its
folder cannot be written it turns to ``__pycache__``, which goes stale (docs/decisions/0012). Here each signature has
one file, named by all it depends on, with a checksum in front: whatever is not whole is compiled anew. No lock is
relied on.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import pickle
import shutil
import socket
import sys
import time
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llvmlite.binding
import numba
from numba.core import compiler, serialize, sigutils
from numba.core.caching import NullCache
from platformdirs import user_cache_path

if TYPE_CHECKING:
    from numba.core.dispatcher import Dispatcher

PACKAGE = Path(__file__).resolve().parents[1]
KEPT_DAYS = 30
PATIENCE = 60.0
"""Seconds without a sign of life after which a claim is nobody's any more."""
LOOK_AGAIN, LOOK_SELDOM = 0.03, 0.5  # seconds, at first and at most: many may be waiting
CHECKSUM = hashlib.sha256().digest_size


def base_folder() -> Path:
    """The folder of all compiled code: ``NUMBA_CACHE_DIR`` if it is set, else in the user's cache."""
    return Path(numba.config.CACHE_DIR or user_cache_path("labour-migration-sim") / "compiled")


def compiled_code_folder() -> Path:
    """Where compiled rules are kept: one folder for each state of the sources, version of Numba and kind of processor.

    A rule is compiled into those that call it, so code is out of date when any file of the package has changed; the
    workshop's pages apart, which only ask for runs.
    """
    told = hashlib.sha256(f"{numba.__version__} {llvmlite.binding.get_host_cpu_name()} {sys.version}".encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] == "workshop":
            continue
        told.update(path.relative_to(PACKAGE).as_posix().encode())
        told.update(path.read_bytes())
    return base_folder() / told.hexdigest()[:16]


@cache
def _folder() -> Path:
    """The folder of this process; clears away what no state of the sources has used for a month."""
    folder = compiled_code_folder()
    with contextlib.suppress(OSError):
        if folder.exists():
            os.utime(folder)
        else:
            for old in folder.parent.iterdir():
                if time.time() - old.stat().st_mtime > KEPT_DAYS * 86_400:
                    shutil.rmtree(old, ignore_errors=True)
    return folder


def keep(dispatcher: Dispatcher) -> Dispatcher:
    """Make a function that Numba compiles load its machine code from the folder, and leave it there.

    Not so a function typed into a session or made inside another one: nothing tells when its code is out of date.
    """
    function = dispatcher.py_func
    if function.__closure__ is None and Path(function.__code__.co_filename).is_file():
        dispatcher._cache = KeptCode(function)
    return dispatcher


class KeptCode(NullCache):
    """The machine code of one function on disk: a file for each signature."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    @property
    def cache_path(self) -> str:
        """The folder, as Numba's statistics show it."""
        return str(_folder())

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled signature, or None: then this process compiles it, and others wait a while for the file."""
        path = self.path(sig, target_context.codegen())
        reduced = _awaited(path)
        if reduced is None:
            return None
        target_context.refresh()
        return compiler.CompileResult._rebuild(target_context, *reduced)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled signature; where the folder cannot be written, say so once and go on."""
        path = self.path(sig, data.codegen)
        if not data.library.has_dynamic_globals:  # addresses of this process
            # A job's time may be up while the compiler hands over the code: the exit that the signal asks for is lost
            # there, and the code with it. It runs all the same, and is kept by whoever compiles next.
            with contextlib.suppress(RuntimeError):
                _write(path, serialize.dumps(data._reduce()))
        _release(_claim_of(path))
        for claim in _held:  # of rules that call this one: a sign of life
            with contextlib.suppress(OSError):
                os.utime(claim)

    def path(self, sig: Any, codegen: Any) -> Path:
        """The file of a signature, named by its types, the processor, the function and the file that defines it."""
        arguments, _ = sigutils.normalize_signature(sig)
        code = self.function.__code__
        told = hashlib.sha256(_digest_of_file(code.co_filename))
        for part in (arguments, codegen.magic_tuple(), code.co_firstlineno):
            told.update(repr(part).encode())
        told.update(code.co_code)
        return _folder() / f"{self.function.__qualname__}-{told.hexdigest()[:24]}.code"


def is_kept(name: str) -> bool:
    """Whether there is machine code of a function of this name, for any types."""
    return any(_folder().glob(f"{name}-*.code"))


def claim_ahead(name: str) -> bool:
    """Whether this process is the one to have a function compiled ahead, by another process."""
    claim = _folder() / f"{name}.ahead.claim"
    if _claimed(claim):
        return True
    if _abandoned(claim):
        _release(claim)
        return _claimed(claim)
    return False


@cache
def _digest_of_file(name: str) -> bytes:
    return hashlib.sha256(Path(name).read_bytes()).digest()


def _awaited(path: Path) -> Any:
    """What is in a file; None where this process has to compile, because nobody does or whoever did is gone."""
    claim = _claim_of(path)
    pause = LOOK_AGAIN
    while True:
        found = _read(path)
        if found is not None:
            return found
        if claim in _held:  # this process has tried already, and failed to compile it
            return None
        if _claimed(claim):
            found = _read(path)  # saved between the look and the claim
            if found is not None:
                _release(claim)
            return found
        if _abandoned(claim):
            _release(claim)
        else:
            time.sleep(pause)
            pause = min(LOOK_SELDOM, 1.3 * pause)


def _read(path: Path) -> Any:
    """The content of a whole file; None where it is missing, cannot be read, or was cut or altered."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    checksum, pickled = content[:CHECKSUM], content[CHECKSUM:]
    if hashlib.sha256(pickled).digest() != checksum:
        return None
    return pickle.loads(pickled)


def _write(path: Path, pickled: bytes) -> None:
    """Write aside and rename. A file that the disk lost all the same is found out by its checksum: nothing is flushed."""
    aside = path.with_suffix(f".{uuid.uuid4().hex[:12]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(hashlib.sha256(pickled).digest() + pickled)
        aside.replace(path)
    except OSError as error:
        _say_once(path.parent.parent, error.strerror or str(error))
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


@cache
def _say_once(folder: Path, why: str) -> None:
    told = f"note: compiled code cannot be kept in {folder} ({why}); each run compiles anew. XDG_CACHE_HOME names another"
    sys.stderr.write(f"{told} place for it.\n")


# Claims spare work and guard nothing: a claim that is lost, or seen by nobody, means that two compile the same code.
_held: set[Path] = set()


def _claim_of(path: Path) -> Path:
    return path.with_suffix(".claim")


def _claimed(claim: Path) -> bool:
    """Whether this process is the one to compile; also where no claim can be made."""
    try:
        claim.parent.mkdir(parents=True, exist_ok=True)
        with claim.open("x") as file:
            file.write(f"{os.getpid()} {socket.gethostname()}")
    except FileExistsError:
        return False
    except OSError:
        return True
    _held.add(claim)
    return True


def _abandoned(claim: Path) -> bool:
    """Whether whoever made a claim is gone or too late."""
    try:
        age = time.time() - claim.stat().st_mtime
        number, _, host = claim.read_text().partition(" ")
    except OSError:
        return False
    if age > PATIENCE:
        return True
    return host == socket.gethostname() and number.isdigit() and not _runs(int(number))


def _runs(number: int) -> bool:
    """Whether a process of this machine runs."""
    if os.name == "nt":  # there, signal 0 is Ctrl-C
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _release(claim: Path) -> None:
    _held.discard(claim)
    with contextlib.suppress(OSError):
        claim.unlink(missing_ok=True)


@atexit.register
def _release_all() -> None:
    """Claims of rules that failed to compile."""
    for claim in tuple(_held):
        _release(claim)
