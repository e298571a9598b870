"""Keyed random numbers: luck is a function of who, when and what for, never a state that advances.

``uniform(seed, purpose, month, key, worker, k)`` is the finaliser of SplitMix64 (Steele, Lea and Flood 2014,
doi:10.1145/2660193.2660195; constants of Stafford's variant 13) over a Weyl combination of its arguments. Nothing
depends on order, threads or population size, and the same household meets the same luck in every scenario. Within a
month, rules draw from the month's *streams* (:func:`luck_of`): the part of the hash that seed, purpose and month fix,
computed once.

This is the only module of the package that may make a random number.
"""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np

from sim.schema.bounds import BINS, GUMBEL_QUANTILES, SLACK
from sim.schema.elementary import log, sin_pi
from sim.schema.rule import COMPILED, rule, typed_rule


class Purpose(IntEnum):
    """What a draw is for. Append only: a number once given stays, or every result changes."""

    PROVINCE = 1
    VILLAGE_SIZE = 2
    BORN = 3
    SIZE = 4
    WORKERS = 5
    SEX = 6
    BIRTH_MONTH = 7
    SECTOR = 8
    SKILL = 9
    TASTE = 10
    HOME_INCOME = 11
    SAVINGS = 12
    DEBT = 13
    TARGET = 14
    AWARE = 15
    UPDATER = 16
    RURAL = 17
    WOMAN_HEAD = 18
    START_PLACE = 19
    START_MONTHS = 20
    CLIQUE = 21
    VILLAGE_TIE = 22
    LONG_TIE = 23
    REWIRE = 24
    FORGET = 30
    CONTACT = 31
    MESSAGE = 32
    MEET = 33
    FADE = 34
    DELIBERATE = 35
    GUMBEL = 36
    STABLE = 37
    LOTTERY = 38
    PERMIT = 39
    BORDER = 40
    JOB = 41
    THEFT = 42
    SHOCK = 43
    DETECT = 44
    EXPEL = 45
    LIST = 46
    NOTICE = 47
    RETURN = 48
    SEARCH = 49
    RENEW = 50
    NEXT_TARGET = 51
    SETTLE = 52
    START_REGIME = 53
    START_WORK = 54
    NEXT_SEX = 55
    RUMOUR = 56
    REGULARISE = 57
    AMNESTY = 58
    CAMPAIGN = 59
    CENTRE = 60
    REINTEGRATE = 61
    WORKS = 62
    MATCH = 63
    CREDIT = 64
    TRADE = 65
    EMERGENCY = 66
    INFORMED = 67
    COURSE = 68
    DONOR = 69
    NUMBER = 70


_STREAMS = max(Purpose) + 1
_GOLDEN = 0x9E3779B97F4A7C15
_MONTH = 0xD1342543DE82EF95
_PURPOSE = 0xA24BAED4963EE407
_WORKER = 0x8CB92BA72F3D8DD7
_DRAW = 0xDABA0B6EB09322E3
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB

if COMPILED:
    _G, _M, _P, _W, _K = (np.uint64(c) for c in (_GOLDEN, _MONTH, _PURPOSE, _WORKER, _DRAW))
    _A, _B = np.uint64(_FIRST), np.uint64(_SECOND)
    _30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)
    _21_BITS = np.uint64((1 << 21) - 1)

    @typed_rule("uint64(uint64)")
    def _mixed(x: int) -> int:
        x = (x ^ (x >> _30)) * _A
        x = (x ^ (x >> _27)) * _B
        return x ^ (x >> _31)

    @typed_rule("uint64(int64, int64, int64)")
    def stream_of(seed: int, purpose: int, month: int) -> int:
        """The stream of draws for one purpose and month: 64 bits that the identity of who draws is added to."""
        return _mixed(np.uint64(seed) * _G + np.uint64(purpose) * _P + np.uint64(month) * _M)

    @typed_rule("uint64(uint64, int64, int64, int64)")
    def bits_in(stream: int, key: int, worker: int, k: int) -> int:
        """64 random bits of a stream for one household, worker and number of the draw (unsigned)."""
        return _mixed(stream + np.uint64(key) + np.uint64(worker) * _W + np.uint64(k) * _K)

    @typed_rule("float64(uint64)")
    def as_uniform(x: int) -> float:
        """The upper 52 bits as a number strictly between 0 and 1."""
        return (np.float64(x >> np.uint64(12)) + 0.5) * 2.220446049250313e-16

    @typed_rule("int64(uint64)")
    def as_integer(x: int) -> int:
        """The upper 63 bits as a signed integer, 0 to 2**63 - 1."""
        return np.int64(x >> np.uint64(1))

    @typed_rule("int64(uint64, int64)")
    def third_bits(x: int, n: int) -> int:
        """A third of 64 bits, n = 0 to 2: an integer below 2**21."""
        return np.int64((x >> np.uint64(21 * n + 1)) & _21_BITS)

else:
    _WORD = (1 << 64) - 1

    @typed_rule("uint64(uint64)")
    def _mixed(x: int) -> int:
        x = ((x ^ (x >> 30)) * _FIRST) & _WORD
        x = ((x ^ (x >> 27)) * _SECOND) & _WORD
        return x ^ (x >> 31)

    @typed_rule("uint64(int64, int64, int64)")
    def stream_of(seed: int, purpose: int, month: int) -> int:
        """The stream of draws for one purpose and month: the compiled function's arithmetic in Python integers."""
        return _mixed((int(seed) * _GOLDEN + int(purpose) * _PURPOSE + int(month) * _MONTH) & _WORD)

    @typed_rule("uint64(uint64, int64, int64, int64)")
    def bits_in(stream: int, key: int, worker: int, k: int) -> int:
        """64 random bits of a stream for one household, worker and number of the draw."""
        return _mixed((stream + int(key) + int(worker) * _WORKER + int(k) * _DRAW) & _WORD)

    @typed_rule("float64(uint64)")
    def as_uniform(x: int) -> float:
        """The upper 52 bits as a number strictly between 0 and 1."""
        return ((x >> 12) + 0.5) * 2.220446049250313e-16

    @typed_rule("int64(uint64)")
    def as_integer(x: int) -> int:
        """The upper 63 bits as a signed integer, 0 to 2**63 - 1."""
        return x >> 1

    @typed_rule("int64(uint64, int64)")
    def third_bits(x: int, n: int) -> int:
        """A third of 64 bits, n = 0 to 2: an integer below 2**21."""
        return (x >> (21 * n + 1)) & ((1 << 21) - 1)


@typed_rule("float64(uint64, int64)")
def third_of(x: int, n: int) -> float:
    """A third of 64 bits, n = 0 to 2, as a number strictly between 0 and 1: 21 bits, so in steps of 5e-7."""
    return (third_bits(x, n) + 0.5) * 4.76837158203125e-07


@typed_rule("int64(float64)")
def thirds_below(u: float) -> int:
    """How many values of :func:`third_bits` there are, or one more, for which :func:`third_of` is below `u`."""
    return int(u * 2097152.0) + 1


def luck_of(seed: int, month: int) -> np.ndarray:
    """The streams of a month, one for each purpose, shape (purposes,): rules draw from them."""
    streams = np.empty(_STREAMS, np.uint64)
    _fill(streams, seed, month)
    return streams


@rule
def _fill(streams: np.ndarray, seed: int, month: int) -> None:
    for purpose in range(len(streams)):
        streams[purpose] = stream_of(seed, purpose, month)


@typed_rule("float64(uint64, int64, int64, int64)")
def uniform_in(stream: int, key: int, worker: int, k: int) -> float:
    """One draw from Uniform(0, 1), both ends excluded, of a month's stream for a purpose."""
    return as_uniform(bits_in(stream, key, worker, k))


@typed_rule("float64(int64, int64, int64, int64, int64, int64)")
def uniform(seed: int, purpose: int, month: int, key: int, worker: int, k: int) -> float:
    """One draw from Uniform(0, 1), both ends excluded."""
    return uniform_in(stream_of(seed, purpose, month), key, worker, k)


@typed_rule("int64(uint64, int64, int64, int64)")
def integer_in(stream: int, key: int, worker: int, k: int) -> int:
    """One draw from the integers 0 to 2**63 - 1: lottery numbers."""
    return as_integer(bits_in(stream, key, worker, k))


@typed_rule("int64(int64, int64, int64, int64, int64, int64)")
def integer(seed: int, purpose: int, month: int, key: int, worker: int, k: int) -> int:
    """One draw from the integers 0 to 2**63 - 1: identities."""
    return integer_in(stream_of(seed, purpose, month), key, worker, k)


@typed_rule("float64(uint64, int64, int64, int64)")
def normal_in(stream: int, key: int, worker: int, k: int) -> float:
    """One draw from Normal(0, 1) (Box and Muller 1958, doi:10.1214/aoms/1177706645); uses draws k and k + 1000."""
    radius = math.sqrt(-2.0 * log(uniform_in(stream, key, worker, k)))
    turn = 2.0 * uniform_in(stream, key, worker, k + 1000)
    return radius * (sin_pi(turn) if turn < 1.0 else -sin_pi(turn - 1.0))


@typed_rule("float64(int64, int64, int64, int64, int64, int64)")
def normal(seed: int, purpose: int, month: int, key: int, worker: int, k: int) -> float:
    """One draw from Normal(0, 1)."""
    return normal_in(stream_of(seed, purpose, month), key, worker, k)


@typed_rule("float64(uint64, int64, int64, int64)")
def gumbel_in(stream: int, key: int, worker: int, k: int) -> float:
    """One draw from the standard Gumbel distribution."""
    return -log(-log(uniform_in(stream, key, worker, k)))


@typed_rule("float64(uint64, int64, int64, int64)")
def least_gumbel_in(stream: int, key: int, worker: int, k: int) -> float:
    """A number that :func:`gumbel_in` with the same arguments does not fall below; costs no logarithm."""
    return GUMBEL_QUANTILES[int(uniform_in(stream, key, worker, k) * BINS)] - SLACK


@typed_rule("float64(uint64, int64, int64, int64)")
def most_gumbel_in(stream: int, key: int, worker: int, k: int) -> float:
    """A number that :func:`gumbel_in` with the same arguments does not exceed; costs no logarithm."""
    return GUMBEL_QUANTILES[int(uniform_in(stream, key, worker, k) * BINS) + 1] + SLACK


@typed_rule("float64(float64, uint64, int64, int64, int64)")
def log_positive_stable_in(scale: float, stream: int, key: int, worker: int, k: int) -> float:
    """Logarithm of a positive L-stable draw S, L = `scale` in (0, 1]; with it a nest's errors are L ln S + L G.

    S = sin(L U) / sin(U)^(1/L) * (sin((1-L) U) / W)^((1-L)/L), U = pi V ~ Uniform(0, pi), W ~ Exp(1)
    (Chambers, Mallows and Stuck 1976, doi:10.1080/01621459.1976.10480344). Uses draws k and k + 1000. L = 1 gives 0.
    """
    if scale >= 1.0:
        return 0.0
    v = uniform_in(stream, key, worker, k)
    w = -log(uniform_in(stream, key, worker, k + 1000))
    rest = (1.0 - scale) / scale
    return (
        log(sin_pi(scale * v)) - log(sin_pi(v)) / scale + rest * log(sin_pi((1.0 - scale) * v) / w)
    )


@rule
def most_shared_in(bounds: np.ndarray, scale: float, stream: int, key: int, worker: int, k: int) -> float:
    """A number that L times :func:`log_positive_stable_in` does not exceed; `bounds`: see `sim.schema.bounds`."""
    if scale >= 1.0:
        return SLACK
    most = bounds[int(uniform_in(stream, key, worker, k) * BINS)]
    return most + (1.0 - scale) * most_gumbel_in(stream, key, worker, k + 1000)


_ALWAYS = -1_000_000  # a month no run reaches


@typed_rule("float64(int64, int64)")
def lasting(purpose: int, key: int) -> float:
    """One draw that a household keeps, the same in every month and seed: who trades, who borrows, who is informed."""
    return uniform_in(stream_of(0, purpose, _ALWAYS), key, 0, 0)
