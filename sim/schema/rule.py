"""What makes a Python function a rule: compiled for the fast engine, plain for the oracle.

A rule is a scalar function over attributes; it runs compiled by Numba or, with ``NUMBA_DISABLE_JIT=1`` in the environment,
as ordinary Python. Both give the same bits: rules use only ``+ - * /``, ``math.sqrt`` and ``math.floor``, the functions of
:mod:`sim.schema.elementary`, and no power with a constant exponent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numba

from sim.schema.compiled_code import keep

COMPILED: bool = not numba.config.DISABLE_JIT
numba.config.LOOP_VECTORIZE = 0  # loops over ties and workers are too short for vectors: they cost more than they save

F = TypeVar("F", bound=Callable)


def rule(function: F) -> F:
    """Mark `function` as a rule: compiled without the interpreter lock, cached on disk, making no arrays.

    `_nrt=False` leaves out Numba's counting of references to arrays: two locked instructions for each array passed to each
    rule, which cost more than the rules. A rule that makes an array fails to compile; use :func:`compiled` there.
    `forceinline` puts every rule into the month that calls it: handing an array to a function that stays one costs seven words.
    """
    return _kept(numba.njit(nogil=True, error_model="numpy", _nrt=False, forceinline=True, no_cfunc_wrapper=True)(function))


def rare_rule(function: F) -> F:
    """Mark a rule that few households come to, or none: it stays a function of its own.

    What is put into the month takes registers and room in the cache from all households, also from those it never meets.
    """
    return _kept(numba.njit(nogil=True, error_model="numpy", _nrt=False, no_cfunc_wrapper=True)(function))


def typed_rule(signature: str) -> Callable[[F], F]:
    """Mark a rule whose types are told: it is compiled once, and not anew for every kind of integer it is called with."""

    def typed(function: F) -> F:
        made = rule(function)
        if COMPILED:
            made.compile(signature)
            made.disable_compile()
        return made

    return typed


def compiled(function: F) -> F:
    """Compile `function` as a rule is, for code that makes arrays (the weaving of ties, the search of paths)."""
    return _kept(numba.njit(nogil=True, error_model="numpy")(function))


def _kept(made: F) -> F:
    """With its machine code on disk, if it has any: without the compiler it is the plain function."""
    return keep(made) if COMPILED else made
