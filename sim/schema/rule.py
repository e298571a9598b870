"""What makes a Python function a rule: compiled for the fast engine, plain for the oracle.

A rule is a scalar function over attributes; it runs compiled by Numba or, with ``NUMBA_DISABLE_JIT=1`` in the environment,
as ordinary Python. Both give the same bits: rules use only ``+ - * /``, ``math.exp``, ``log``, ``log1p``, ``sin`` and
``sqrt``, and no power with a constant exponent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numba

COMPILED: bool = not numba.config.DISABLE_JIT

F = TypeVar("F", bound=Callable)


def rule(function: F) -> F:
    """Mark `function` as a rule: compiled without the interpreter lock, cached on disk."""
    return numba.njit(nogil=True, cache=True)(function)
