"""Draws: known vectors, independence between neighbours, and the laws that are built on them.

The battery follows NIST SP 800-22 (monobit, runs), Knuth (chi-square of pairs, serial correlation), Marsaglia
(birthday spacings) and Webster and Tavares (avalanche). Each looks at 2**16 to 2**20 draws that differ in one argument
only. All is keyed, so a p-value is the same every time: below 1e-6 means a flaw, not bad luck. At 2**20 draws a bit
that is one in 50.5 % of cases, or a serial correlation of 0.007, is found for sure (z above 7).
"""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from scipy import stats

from sim.draws import (
    Purpose,
    bits_in,
    gumbel_in,
    integer,
    lasting,
    least_gumbel_in,
    log_positive_stable_in,
    luck_of,
    most_gumbel_in,
    most_shared_in,
    normal_in,
    stream_of,
    third_bits,
    third_of,
    thirds_below,
    uniform,
    uniform_in,
)
from sim.households.population import identity
from sim.schema.bounds import positive_stable_bounds
from sim.schema.rule import compiled

MANY = 1 << 20
SMALLEST_P = 1e-6
WORD = (1 << 64) - 1


def reference(seed: int, purpose: int, month: int, key: int, worker: int, k: int) -> int:
    """64 bits by the definition, in Python's own integers (SplitMix64's finaliser, Stafford's variant 13)."""

    def mixed(x: int) -> int:
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & WORD
        return x ^ (x >> 31)

    weyl = seed * 0x9E3779B97F4A7C15 + purpose * 0xA24BAED4963EE407 + month * 0xD1342543DE82EF95
    return mixed((mixed(weyl & WORD) + key + worker * 0x8CB92BA72F3D8DD7 + k * 0xDABA0B6EB09322E3) & WORD)


@numba.njit
def _fill(streams, keys, workers, ks, out):
    for i in range(len(out)):
        out[i] = bits_in(streams[i % len(streams)], keys[i % len(keys)], workers[i % len(workers)], ks[i % len(ks)])


def words(streams=(0,), keys=(1,), workers=(0,), ks=(0,), many: int = MANY) -> np.ndarray:
    """`many` draws of 64 bits, each list of arguments walked through in step."""
    out = np.empty(many, np.uint64)
    lists = np.asarray(streams, np.uint64), np.asarray(keys, np.int64), np.asarray(workers), np.asarray(ks)
    _fill(*lists, out)
    return out


def floats(bits: np.ndarray) -> np.ndarray:
    return ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def streams_of(purposes: list[int], seeds: range, months: range) -> np.ndarray:
    return np.array([stream_of(s, p, m) for s in seeds for m in months for p in purposes], np.uint64)


def arrangement(name: str) -> np.ndarray:
    """Draws whose arguments differ in one respect only, neighbours next to each other."""
    stream = [stream_of(1, int(Purpose.DELIBERATE), 5)]
    count = np.arange(MANY)
    every = [int(purpose) for purpose in Purpose]
    given = {
        "keys that follow one another": {"streams": stream, "keys": count},
        "keys far apart by one bit": {"streams": stream, "keys": count << 40},
        "identities of households": {
            "streams": stream,
            "keys": [identity(2, i // 256, i % 256) for i in range(1 << 16)],
        },
        "numbers of the draw": {"streams": stream, "keys": [77], "ks": count},
        "workers and numbers": {"streams": stream, "keys": [77], "workers": count % 3, "ks": count // 3},
        "months": {"streams": streams_of([36], range(1, 2), range(-(1 << 15), 1 << 15)), "keys": [77]},
        "seeds": {"streams": streams_of([36], range(1 << 16), range(1)), "keys": [77]},
        "purposes": {"streams": streams_of(every, range(1, 30), range(-60, 72)), "keys": [77]},
    }[name]
    longest = max(len(values) for values in given.values())
    return words(**given, many=min(MANY, longest))


ARRANGEMENTS = (
    "keys that follow one another",
    "keys far apart by one bit",
    "identities of households",
    "numbers of the draw",
    "workers and numbers",
    "months",
    "seeds",
    "purposes",
)


@pytest.fixture(scope="module", params=ARRANGEMENTS)
def drawn(request) -> np.ndarray:
    return arrangement(request.param)


def test_known_vectors():
    assert integer(1, 2, 3, 4, 1, 6) == reference(1, 2, 3, 4, 1, 6) >> 1
    assert uniform(0, 0, 0, 0, 0, 0) == 0.5 * 2.0**-52  # the finaliser keeps nothing: no purpose is 0
    source = np.random.default_rng(3)
    for _ in range(2000):
        seed, purpose, month = (
            int(source.integers(0, 2**31)),
            int(source.integers(1, 60)),
            int(source.integers(-99, 99)),
        )
        key, worker, k = int(source.integers(0, 2**63 - 1)), int(source.integers(0, 5)), int(source.integers(0, 2000))
        bits = reference(seed, purpose, month, key, worker, k)
        assert integer(seed, purpose, month, key, worker, k) == bits >> 1
        assert uniform(seed, purpose, month, key, worker, k) == ((bits >> 12) + 0.5) * 2.0**-52


def test_streams_of_a_month_are_those_of_its_purposes():
    luck = luck_of(9, -3)
    assert len(luck) == max(Purpose) + 1
    for purpose in Purpose:
        assert uniform_in(luck[purpose], 5, 1, 2) == uniform(9, int(purpose), -3, 5, 1, 2)
    assert len(set(luck.tolist())) == len(luck)


def test_purposes_are_numbered_once():
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose.__members__)


def test_bits_are_ones_half_of_the_time(drawn):
    for bit in range(64):
        ones = int(((drawn >> np.uint64(bit)) & np.uint64(1)).sum())
        z = (2.0 * ones - len(drawn)) / math.sqrt(len(drawn))
        assert 2.0 * stats.norm.sf(abs(z)) > SMALLEST_P, f"bit {bit}: z = {z:.1f}"


def test_runs_of_bits_are_of_the_right_length(drawn):
    """NIST runs test, for the upper and a middle bit over neighbours."""
    for bit in (63, 40, 12):
        ones = ((drawn >> np.uint64(bit)) & np.uint64(1)).astype(np.int64)
        share, n = ones.mean(), len(ones)
        runs = 1 + int((ones[1:] != ones[:-1]).sum())
        z = abs(runs - 2 * n * share * (1 - share)) / (2 * math.sqrt(2 * n) * share * (1 - share))
        assert math.erfc(z) > SMALLEST_P, f"bit {bit}"


def test_uniforms_are_uniform(drawn):
    u = floats(drawn)
    assert stats.kstest(u, "uniform").pvalue > SMALLEST_P
    assert u.min() > 0.0
    assert u.max() < 1.0


def test_pairs_of_neighbours_fill_the_square(drawn):
    u = floats(drawn)
    for lag in (1, 2, 3, 7):
        counts = np.histogram2d(u[:-lag], u[lag:], bins=32, range=[[0, 1], [0, 1]])[0]
        assert stats.chisquare(counts.ravel()).pvalue > SMALLEST_P, f"lag {lag}"


def test_neighbours_are_not_correlated(drawn):
    u = floats(drawn) - 0.5
    for lag in (1, 2, 3, 5, 16, 57, 132):
        z = float((u[:-lag] * u[lag:]).mean() * 12.0 * math.sqrt(len(u) - lag))
        assert 2.0 * stats.norm.sf(abs(z)) > SMALLEST_P, f"lag {lag}: z = {z:.1f}"


def test_birthday_spacings_repeat_as_often_as_they_should(drawn):
    """4,096 birthdays in a year of 2**34 days: equal spacings are Poisson with mean 1; all years are summed."""
    days, people = 34, 4096
    years = len(drawn) // people
    repeats = 0
    for year in range(years):
        birthdays = np.sort(drawn[year * people : (year + 1) * people] >> np.uint64(64 - days))
        spacings = np.sort(np.diff(birthdays))
        repeats += int((spacings[1:] == spacings[:-1]).sum())
    expected = years * people**3 / (4.0 * 2.0**days)
    p = min(stats.poisson.sf(repeats - 1, expected), stats.poisson.cdf(repeats, expected))
    assert p > SMALLEST_P, f"{repeats} against {expected:.0f}"


def test_one_changed_bit_of_an_argument_changes_half_of_the_draw():
    source = np.random.default_rng(11)
    bases = source.integers(0, 2**62, 2000)
    stream = stream_of(1, 36, 0)
    base = words([stream], bases, many=2000)
    for bit in range(0, 62, 3):
        flipped = words([stream], bases ^ (1 << bit), many=2000)
        changed = np.bitwise_count(base ^ flipped)
        assert abs(changed.mean() - 32.0) < 5 * 4.0 / math.sqrt(2000), f"bit {bit} of the key"
    for one, other in ((stream_of(1, 36, 0), stream_of(1, 36, 1)), (stream_of(1, 36, 0), stream_of(1, 37, 0))):
        changed = np.bitwise_count(words([one], bases, many=2000) ^ words([other], bases, many=2000))
        assert abs(changed.mean() - 32.0) < 5 * 4.0 / math.sqrt(2000)


def test_purposes_months_and_workers_are_independent_of_one_another():
    """The same households under two purposes, months, workers or numbers: no correlation, and pairs fill the square."""
    keys = np.array([identity(1, i // 256, i % 256) for i in range(1 << 17)], np.int64)
    base = floats(words([stream_of(1, 35, 3)], keys, many=len(keys)))
    others = {
        "purpose": words([stream_of(1, 36, 3)], keys, many=len(keys)),
        "month": words([stream_of(1, 35, 4)], keys, many=len(keys)),
        "a year on": words([stream_of(1, 35, 15)], keys, many=len(keys)),
        "seed": words([stream_of(2, 35, 3)], keys, many=len(keys)),
        "worker": words([stream_of(1, 35, 3)], keys, [1], many=len(keys)),
        "number": words([stream_of(1, 35, 3)], keys, [0], [1], many=len(keys)),
        "number of Box and Muller": words([stream_of(1, 35, 3)], keys, [0], [1000], many=len(keys)),
    }
    for name, bits in others.items():
        u = floats(bits)
        z = float(np.corrcoef(base, u)[0, 1]) * math.sqrt(len(keys))
        assert 2.0 * stats.norm.sf(abs(z)) > SMALLEST_P, name
        counts = np.histogram2d(base, u, bins=16, range=[[0, 1], [0, 1]])[0]
        assert stats.chisquare(counts.ravel()).pvalue > SMALLEST_P, name


@numba.njit
def _fill_laws(stream, scale, out):
    for i in range(len(out)):
        out[i, 0] = normal_in(stream, i * 7919, 0, 0)
        out[i, 1] = gumbel_in(stream, i * 7919, 1, 0)
        out[i, 2] = log_positive_stable_in(scale, stream, i * 7919, 2, 0)


@numba.njit
def _choose(stream, shared_stream, scale, utilities, counts, many):
    """Choices among home, two nested places and one alone, as the model draws them."""
    for i in range(many):
        key = i * 104729
        shared = scale * log_positive_stable_in(scale, shared_stream, key, 0, 0)
        best, best_value = 0, utilities[0] + gumbel_in(stream, key, 0, 0)
        for d in range(1, 4):
            error = gumbel_in(stream, key, 0, d)
            if d < 3:
                error = shared + scale * error
            if utilities[d] + error > best_value:
                best, best_value = d, utilities[d] + error
        counts[best] += 1


def test_normal_and_gumbel_have_their_moments():
    out = np.empty((MANY, 3))
    _fill_laws(np.uint64(stream_of(5, 36, 1)), 0.5, out)
    normal, gumbel = out[:, 0], out[:, 1]
    error = 1.0 / math.sqrt(MANY)
    assert abs(normal.mean()) < 5 * error
    assert abs(normal.var() - 1.0) < 5 * math.sqrt(2.0) * error
    assert abs(stats.kurtosis(normal)) < 5 * math.sqrt(24.0) * error
    assert stats.kstest(normal, "norm").pvalue > SMALLEST_P
    assert abs(gumbel.mean() - np.euler_gamma) < 5 * math.pi / math.sqrt(6.0) * error
    assert abs(gumbel.var() - math.pi**2 / 6.0) < 5 * math.pi**2 / 6.0 * math.sqrt(4.4) * error
    assert stats.kstest(gumbel, "gumbel_r").pvalue > SMALLEST_P


@pytest.mark.parametrize("scale", [0.3, 0.5, 0.8])
def test_the_stable_law_has_its_laplace_transform(scale):
    """E exp(-t S) = exp(-t^L), the definition of a positive L-stable law."""
    out = np.empty((MANY, 3))
    _fill_laws(np.uint64(stream_of(6, 37, 1)), scale, out)
    stable = np.exp(out[:, 2])
    for t in (0.2, 1.0, 3.0):
        values = np.exp(-t * stable)
        z = (values.mean() - math.exp(-(t**scale))) / (values.std() / math.sqrt(MANY))
        assert abs(z) < 5, f"t = {t}"


@pytest.mark.parametrize("scale", [0.3, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("utilities", [(0.0, 0.0, 0.0, 0.0), (0.0, -1.0, -1.5, -0.5), (0.5, 1.0, -2.0, 0.0)])
def test_choices_have_the_analytic_shares_of_a_nested_logit(scale, utilities):
    many = 400_000
    counts = np.zeros(4, np.int64)
    streams = np.uint64(stream_of(8, int(Purpose.GUMBEL), 2)), np.uint64(stream_of(8, int(Purpose.STABLE), 2))
    _choose(*streams, scale, np.array(utilities), counts, many)
    v = np.array(utilities)
    nest = np.exp(v[1:3] / scale)
    inclusive = nest.sum() ** scale
    whole = math.exp(v[0]) + inclusive + math.exp(v[3])
    shares = np.array([math.exp(v[0]), *(inclusive * nest / nest.sum()), math.exp(v[3])]) / whole
    assert stats.chisquare(counts, shares * many).pvalue > SMALLEST_P, counts / many


def test_no_two_who_draw_share_a_draw():
    """Household, worker and number are kept apart: of a million neighbours no two have the same 64 bits."""
    keys, workers, ks = (axis.ravel() for axis in np.meshgrid(np.arange(3000), np.arange(3), np.arange(110)))
    bits = words([stream_of(1, int(Purpose.GUMBEL), 4)], keys, workers, ks, many=len(keys))
    assert len(np.unique(bits)) == len(bits)


@compiled
def within_bounds(stream: int, scale: float, shared_bounds: np.ndarray, draws: int, out: np.ndarray) -> None:
    for i in range(draws):
        key = i * 7919
        out[i, 0] = gumbel_in(stream, key, 1, 0) - least_gumbel_in(stream, key, 1, 0)
        out[i, 1] = most_gumbel_in(stream, key, 1, 0) - gumbel_in(stream, key, 1, 0)
        shared = scale * log_positive_stable_in(scale, stream, key, 2, 0)
        out[i, 2] = most_shared_in(shared_bounds, scale, stream, key, 2, 0) - shared


@pytest.mark.parametrize("scale", [0.05, 0.3, 0.5, 0.9, 1.0])
def test_errors_lie_within_their_bounds_and_the_bounds_are_close(scale):
    room = np.zeros((300_000, 3))
    within_bounds(luck_of(5, 1)[Purpose.GUMBEL], scale, positive_stable_bounds(scale), len(room), room)
    assert (room > 0.0).all()
    assert (np.median(room, axis=0) < 0.05).all()  # else they would spare nothing


def test_a_bound_a_bin_too_low_is_seen():
    room = np.zeros((10_000, 3))
    within_bounds(luck_of(5, 1)[Purpose.GUMBEL], 0.5, np.roll(positive_stable_bounds(0.5), 1), len(room), room)
    assert (room[:, 2] < 0.0).any()


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("u", [0.0, 1e-9, 2.4e-7, 5e-7, 0.013, 0.25, 0.75, 1.0 - 1e-9])
def test_thirds_below_is_their_number_or_one_more(u, n):
    number = thirds_below(u)
    for third in (number, number + 1):
        assert third >= 2**21 or third_of(third << (21 * n + 1), n) >= u
    if number >= 2:
        assert third_bits((number - 2) << (21 * n + 1), n) == number - 2
        assert third_of((number - 2) << (21 * n + 1), n) < u


def test_a_lasting_draw_is_one_a_household_and_purpose():
    kept = [lasting(purpose, key) for purpose in (Purpose.TRADE, Purpose.CREDIT) for key in range(500)]
    assert kept[7] == uniform(0, Purpose.TRADE, -1_000_000, 7, 0, 0)
    assert len(set(kept)) == 1000
    assert abs(np.mean(kept) - 0.5) < 4 * math.sqrt(1 / 12 / 1000)
