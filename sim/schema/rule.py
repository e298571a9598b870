"""What makes a Python function a rule: compiled for the fast engine, plain for the oracle.

A rule is a scalar function over attributes; it runs compiled by Numba or, with ``NUMBA_DISABLE_JIT=1`` in the environment,
as ordinary Python. Both give the same bits: rules use only ``+ - * /``, ``math.exp``, ``log``, ``log1p``, ``sin`` and
``sqrt``, and no power with a constant exponent.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import llvmlite.binding
import numba
from platformdirs import user_cache_path

COMPILED: bool = not numba.config.DISABLE_JIT
PACKAGE = Path(__file__).resolve().parents[1]
KEPT_DAYS = 30


def compiled_code_folder() -> Path:
    """Where compiled rules are kept: one folder for each state of the sources, version of Numba and kind of processor.

    Numba asks only whether a function's own file has changed, not the files of the rules it calls, and would reuse code
    that is out of date.
    """
    told = hashlib.sha256(f"{numba.__version__} {llvmlite.binding.get_host_cpu_name()}".encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        told.update(path.relative_to(PACKAGE).as_posix().encode())
        told.update(path.read_bytes())
    return user_cache_path("labour-migration-sim") / "compiled" / told.hexdigest()[:16]


def _use_folder(folder: Path) -> None:
    """Make Numba keep its code in `folder`, and clear away what no state of the sources has used for a month."""
    if not folder.exists() and folder.parent.is_dir():
        for old in folder.parent.iterdir():
            if time.time() - old.stat().st_mtime > KEPT_DAYS * 86_400:
                shutil.rmtree(old, ignore_errors=True)
    numba.config.CACHE_DIR = str(folder)


if COMPILED and not numba.config.CACHE_DIR:
    _use_folder(compiled_code_folder())

F = TypeVar("F", bound=Callable)


def rule(function: F) -> F:
    """Mark `function` as a rule: compiled without the interpreter lock, cached on disk, making no arrays.

    `_nrt=False` leaves out Numba's counting of references to arrays: two locked instructions for each array passed to each
    rule, which cost more than the rules. A rule that makes an array fails to compile; use :func:`compiled` there.
    `forceinline` puts every rule into the month that calls it: handing an array to a function that stays one costs seven words.
    """
    return numba.njit(nogil=True, cache=True, error_model="numpy", _nrt=False, forceinline=True)(function)


def typed_rule(signature: str) -> Callable[[F], F]:
    """Mark a rule whose types are told: it is compiled once, and not anew for every kind of integer it is called with."""
    return numba.njit(signature, nogil=True, cache=True, error_model="numpy", _nrt=False, forceinline=True)


def compiled(function: F) -> F:
    """Compile `function` as a rule is, for code that makes arrays (the weaving of ties, the search of paths)."""
    return numba.njit(nogil=True, cache=True, error_model="numpy")(function)
