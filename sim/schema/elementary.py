"""Logarithm, exponential and sine of our own: the same bits on every machine, and put into the rules that call them.

C libraries differ in the last bit from one release to the next, and with it would every result; a call to them is also
what costs most in a choice (docs/decisions/0015). Only IEEE 754 arithmetic is used, so a processor has no say either.
Errors against the C library are below 2e-13 of the result.
"""

from __future__ import annotations

import math
import struct
from decimal import Decimal, localcontext

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.schema.rule import COMPILED, rule

if COMPILED:

    @intrinsic
    def _bits_of(context, x):  # noqa: ANN001, ANN202
        """The 64 bits of a float as a signed integer."""
        return types.int64(types.float64), lambda _, builder, __, given: builder.bitcast(given[0], ir.IntType(64))

    @intrinsic
    def _float_of(context, bits):  # noqa: ANN001, ANN202
        """The float that a signed integer's 64 bits are."""
        return types.float64(types.int64), lambda _, builder, __, given: builder.bitcast(given[0], ir.DoubleType())

else:

    def _bits_of(x: float) -> int:
        """The 64 bits of a float as a signed integer."""
        return struct.unpack("<q", struct.pack("<d", x))[0]

    def _float_of(bits: int) -> float:
        """The float that a signed integer's 64 bits are."""
        return struct.unpack("<d", struct.pack("<q", bits))[0]


_STEP = 45  # bits below the seven that choose a row of the table: 128 rows to a factor of two
_HALF = 1 << (_STEP - 1)
_FRACTION = 52  # bits of a float's fraction; the exponent is above
_ROWS = 1 << (_FRACTION - _STEP)
_ONE = 0x3FF0000000000000  # the bits of 1.0
_BOTTOM = _ONE - _HALF - 75 * (1 << _STEP)
"""Bits of the least factor: 0.705, so that factors reach 1.41, and that row 75 has 1 in its middle, where ln is 0."""
_LN2 = 0.6931471805599453
_LEAST = 2.2250738585072014e-308  # the least normal float
_PARTS = 64  # rows of the table of powers of two
_PARTS_IN_ONE, _ONE_PART = 92.33248261893573, 0.010830424696249145  # 64 / ln 2, ln 2 / 64
_MOST, _NOTHING = 709.0, -708.0  # exponents between which e^x is a normal float


def _middles() -> list[float]:
    """The number in the middle of each row's range, exactly 1 in the row that has it."""
    bits = [_BOTTOM + (row << _STEP) + _HALF for row in range(_ROWS)]
    return [struct.unpack("<d", struct.pack("<q", one))[0] for one in bits]


with localcontext() as _context:  # rounded the same everywhere, as the C library's would not be
    _context.prec = 40
    _INVERSE = np.array([1.0 / middle for middle in _middles()])
    _LOGARITHM = np.array([-float(Decimal(float(inverse)).ln()) for inverse in _INVERSE])
    _POWER = np.array([float(Decimal(2) ** (Decimal(part) / _PARTS)) for part in range(_PARTS)])


@rule
def log(x: float) -> float:
    """ln x of a normal float above 0; minus infinity below.

    x = 2^k m with m from 0.705 to 1.41; ln m = ln c + ln(1 + r), c the middle of m's row and r = m / c - 1, by the
    series of ln(1 + r) to r^5, |r| < 0.004.
    """
    if x < _LEAST:
        return -math.inf
    bits = _bits_of(x)
    above = bits - _BOTTOM
    k = above >> _FRACTION
    row = (above >> _STEP) & (_ROWS - 1)
    r = _float_of(bits - (k << _FRACTION)) * _INVERSE[row] - 1.0
    series = r - r * r * (0.5 - r * (0.3333333333333333 - r * (0.25 - r * 0.2)))
    return k * _LN2 + _LOGARITHM[row] + series


@rule
def log1p(x: float) -> float:
    """ln(1 + x) for x >= 0, to the rounding of 1 + x: ties and trips that count are well above it."""
    return log(1.0 + x)


@rule
def exp(x: float) -> float:
    """e^x; 0 where it is no normal float, infinity where it is too large for one.

    x = (64 k + j) ln 2 / 64 + r, |r| < 0.0055: 2^k from the exponent's bits, 2^(j/64) from a table, e^r by its series
    to r^4.
    """
    if x < _NOTHING:
        return 0.0
    if x > _MOST:
        return math.inf
    nearest = math.floor(x * _PARTS_IN_ONE + 0.5)
    r = x - nearest * _ONE_PART
    n = int(nearest)
    series = 1.0 + r * (1.0 + r * (0.5 + r * (0.16666666666666666 + r * 0.041666666666666664)))
    return _float_of(((n >> 6) << _FRACTION) + _ONE) * _POWER[n & (_PARTS - 1)] * series


@rule
def sin_pi(x: float) -> float:
    """sin(pi x) for x from 0 to 1, exactly 0 at both ends, by its series to the 17th power up to pi / 2."""
    y = 3.141592653589793 * min(x, 1.0 - x)
    z = y * y
    tail = 1.6059043836821613e-10 - z * (7.647163731819816e-13 - z * 2.8114572543455206e-15)
    middle = 2.7557319223985893e-06 - z * (2.505210838544172e-08 - z * tail)
    return y * (1.0 - z * (0.16666666666666666 - z * (0.008333333333333333 - z * (0.0001984126984126984 - z * middle))))
