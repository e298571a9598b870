"""Files and folders that are there whole or not at all, also after a crash or a power cut.

A folder is made under another name beside its place, flushed to the disk, and renamed. The one it replaces is renamed
aside first and removed last, so at every moment one complete folder exists; `current` finds it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import InputError

_DAY = 86_400
_TRIES = 10  # another process may write the same folder at the same moment


def write_file(path: Path, content: bytes) -> None:
    """Write and flush to the disk; the file's folder is not yet."""
    with path.open("wb") as file:
        file.write(content)
        flush(file.fileno())


def flush(descriptor: int) -> None:
    """Have the operating system put a file on the disk."""
    os.fsync(descriptor)


def replace_file(path: Path, content: bytes) -> None:
    """Write beside `path`, flush, rename onto it."""
    _make_parent(path)
    fresh = _beside(path, "new")
    try:
        write_file(fresh, content)
        os.replace(fresh, path)
        _flush_folder(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def replace_folder(directory: Path) -> Iterator[Path]:
    """A temporary folder beside `directory` that takes its place when the block ends, and vanishes when it fails."""
    _make_parent(directory)
    _restore(directory)
    _sweep(directory)
    fresh = _beside(directory, "new")
    fresh.mkdir()
    try:
        yield fresh
        for folder, _, _ in os.walk(fresh):
            _flush_folder(Path(folder))
        _put_in_place(fresh, directory)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def current(directory: Path) -> Path:
    """`directory`, or the complete folder set aside when a writer was killed between its two renames."""
    asides = [] if directory.exists() else _left(directory, "old")
    return asides[-1] if asides else directory


def _put_in_place(fresh: Path, directory: Path) -> None:
    asides: list[Path] = []
    for attempt in range(_TRIES):
        if directory.exists():
            aside = _beside(directory, "old")
            os.rename(directory, aside)
            asides.append(aside)
        try:
            os.rename(fresh, directory)
            break
        except OSError:
            if attempt == _TRIES - 1 or not directory.exists():
                raise
    _flush_folder(directory.parent)
    for aside in asides:
        shutil.rmtree(aside, ignore_errors=True)


def _restore(directory: Path) -> None:
    """Undo the first of two renames that a killed writer left behind."""
    found = current(directory)
    if found != directory:
        os.rename(found, directory)


def _sweep(directory: Path) -> None:
    """Remove what killed writers left; a new folder younger than a day may be another writer's."""
    if directory.exists():
        for old in _left(directory, "old"):
            shutil.rmtree(old, ignore_errors=True)
    for fresh in _left(directory, "new"):
        if time.time() - fresh.stat().st_mtime > _DAY:
            shutil.rmtree(fresh, ignore_errors=True)


def _left(path: Path, kind: str) -> list[Path]:
    prefix = f".{path.name}.{kind}-"
    if not path.parent.is_dir():
        return []
    return sorted(entry for entry in path.parent.iterdir() if entry.name.startswith(prefix))


def _beside(path: Path, kind: str) -> Path:
    """A hidden name in the same folder, so that a rename stays on one disk; later names sort later."""
    return path.with_name(f".{path.name}.{kind}-{time.time_ns():020d}-{os.getpid()}")


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise InputError(
            "output", f"is {str(path)!r}, which cannot be made ({error.strerror})", "a folder to write in"
        ) from error
    if not os.access(path.parent, os.W_OK):
        raise InputError("output", f"is {str(path)!r}, in a folder that may not be written", "a folder to write in")


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders, and journals its renames
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)
