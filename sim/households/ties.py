"""Ties at home: kin circles, village ties and ties between villages, as compressed sparse rows.

Consecutive households of a village form circles of kin of keyed size; within a circle each pair is tied with the chance
`kin_density` (a full circle of 12 would leave no room for other ties). Village ties lead to a household a few doors
away; a share of both is rewired to any household of the village (Watts and Strogatz 1998, doi:10.1038/30918), a rewired
tie between kin remaining one of kin. Ties between villages stay within the origin. Households to come have their ties
from the start; until they come, nobody of theirs is abroad.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.draws import Purpose, uniform
from sim.households.population import Population, PopulationSettings, in_blocks, village_identity
from sim.schema.rule import compiled

KIN, VILLAGE, LONG = 0, 1, 2
KINDS = ("kin", "village", "long")
KIND_SHIFT = 28
INDEX_MASK = (1 << KIND_SHIFT) - 1
"""A tie is stored as ``kind << KIND_SHIFT | index of the other household``: room for 268 million households."""

_CLIQUE, _VILLAGE_TIE = int(Purpose.CLIQUE), int(Purpose.VILLAGE_TIE)
_LONG_TIE, _REWIRE = int(Purpose.LONG_TIE), int(Purpose.REWIRE)
_MEMBERS, _REWIRED_TO = 1, 8  # the `worker` of draws that are neither a circle's size nor whether a tie is rewired
_PLAN = np.dtype(
    [
        ("clique_smallest", "i8"),
        ("clique_largest", "i8"),
        ("neighbourhood", "i8"),
        ("kin_density", "f8"),
        ("rewired", "f8"),
        ("village_begun", "f8"),  # village ties a household begins, mean: each counts for two households
        ("long_begun", "f8"),
    ]
)


@dataclass(frozen=True, eq=False)
class Ties:
    """Undirected ties of every household: row i is ``neighbours[offsets[i]:offsets[i + 1]]``, by kind, then index.

    Parameters
    ----------
    offsets
        int64 ``(N + 1,)``.
    neighbours
        int32 ``(E,)``, each ``kind << KIND_SHIFT | index``; every tie stands in the rows of both its ends.
    """

    offsets: np.ndarray
    neighbours: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def indices(self) -> np.ndarray:
        """Index of the household at the other end, int32 ``(E,)``."""
        return self.neighbours & INDEX_MASK

    @property
    def kinds(self) -> np.ndarray:
        """`KIN`, `VILLAGE` or `LONG`, int32 ``(E,)``."""
        return self.neighbours >> KIND_SHIFT

    @property
    def degrees(self) -> np.ndarray:
        """Ties of each household, int64 ``(N,)``."""
        return np.diff(self.offsets)


@compiled
def _tie(i: int, j: int, kind: int, ends: np.ndarray, neighbours: np.ndarray) -> None:
    """Write a tie at the ends of both rows; into an empty `neighbours`, only count it. Nobody is tied to itself."""
    if i == j:
        return
    if len(neighbours) > 0:
        neighbours[ends[i]] = (kind << KIND_SHIFT) | j
        neighbours[ends[j]] = (kind << KIND_SHIFT) | i
    ends[i] += 1
    ends[j] += 1


@compiled
def _rewired(j: int, key: int, kind: int, k: int, first: int, end: int, share: float, seed: int) -> int:
    """The far end of a tie: `j`, or in a `share` of cases any household of the village."""
    if uniform(seed, _REWIRE, 0, key, kind, k) >= share:
        return j
    return first + int((end - first) * uniform(seed, _REWIRE, 0, key, _REWIRED_TO + kind, k))


@compiled
def _begun(mean: float, draw: float) -> int:
    """A whole number with this mean, from one uniform draw."""
    whole = int(mean)
    return whole + 1 if draw < mean - whole else whole


@compiled
def _tie_kin(
    keys: np.ndarray,
    village_key: int,
    first: int,
    end: int,
    plan: Any,
    seed: int,
    ends: np.ndarray,
    neighbours: np.ndarray,
) -> None:
    """Circles of consecutive households; the last one of a village takes what is left."""
    begin, circle = first, 0
    while begin < end:
        spread = plan.clique_largest - plan.clique_smallest + 1
        size = plan.clique_smallest + int(spread * uniform(seed, _CLIQUE, 0, village_key, 0, circle))
        stop = min(begin + size, end)
        for i in range(begin, stop):
            for j in range(i + 1, stop):
                if uniform(seed, _CLIQUE, 0, keys[i], _MEMBERS, j - i) < plan.kin_density:
                    far = _rewired(j, keys[i], KIN, j - i, first, end, plan.rewired, seed)
                    _tie(i, far, KIN, ends, neighbours)
        begin, circle = stop, circle + 1


@compiled
def _tie_villagers(
    keys: np.ndarray, first: int, end: int, plan: Any, seed: int, ends: np.ndarray, neighbours: np.ndarray
) -> None:
    """Ties to households up to `neighbourhood` doors on, the village closing in a ring."""
    for i in range(first, end):
        for k in range(1, 1 + _begun(plan.village_begun, uniform(seed, _VILLAGE_TIE, 0, keys[i], 0, 0))):
            doors = 1 + int(plan.neighbourhood * uniform(seed, _VILLAGE_TIE, 0, keys[i], 0, k))
            j = first + (i - first + doors) % (end - first)
            far = _rewired(j, keys[i], VILLAGE, k, first, end, plan.rewired, seed)
            _tie(i, far, VILLAGE, ends, neighbours)


@compiled
def _tie_block(
    keys: np.ndarray,
    village_keys: np.ndarray,
    villages: np.ndarray,
    first: int,
    end: int,
    plan: np.ndarray,
    seed: int,
    ends: np.ndarray,
    neighbours: np.ndarray,
) -> None:
    """Ties within each of the villages `first` to `end`."""
    for v in range(first, end):
        _tie_kin(keys, village_keys[v], villages[v], villages[v + 1], plan[0], seed, ends, neighbours)
        _tie_villagers(keys, villages[v], villages[v + 1], plan[0], seed, ends, neighbours)


@compiled
def _tie_villages(
    keys: np.ndarray,
    starts: np.ndarray,
    villages: np.ndarray,
    plan: np.ndarray,
    seed: int,
    ends: np.ndarray,
    neighbours: np.ndarray,
) -> None:
    """Ties to any household of another village of the origin.

    The other end is drawn from the whole origin and dropped where it is in the own village: so few villages have few
    such ties, and a village cut short is not flooded with those of a large one.
    """
    origin = 0
    for v in range(len(villages) - 1):
        first, end = villages[v], villages[v + 1]
        while starts[origin + 1] <= first:
            origin += 1
        start, count = starts[origin], starts[origin + 1] - starts[origin]
        for i in range(first, end):
            for k in range(1, 1 + _begun(plan[0].long_begun, uniform(seed, _LONG_TIE, 0, keys[i], 0, 0))):
                j = start + int(count * uniform(seed, _LONG_TIE, 0, keys[i], 0, k))
                if j < first or j >= end:
                    _tie(i, j, LONG, ends, neighbours)


@compiled
def _tidy(offsets: np.ndarray, neighbours: np.ndarray, first: int, end: int, kept: np.ndarray) -> None:
    """Sort each row and take out double ties, the nearer kind remaining; `kept` gets the new lengths."""
    for i in range(first, end):
        row = neighbours[offsets[i] : offsets[i + 1]]
        for a in range(1, len(row)):  # rows are short; the library's sort takes a second to compile
            tie = row[a]
            b = a
            while b > 0 and row[b - 1] > tie:
                row[b] = row[b - 1]
                b -= 1
            row[b] = tie
        length = 0
        for a in range(len(row)):
            double = False
            for b in range(length):
                if (row[a] ^ row[b]) & INDEX_MASK == 0:
                    double = True
            if not double:
                row[length] = row[a]
                length += 1
        kept[i] = length


@compiled
def _close_up(offsets: np.ndarray, neighbours: np.ndarray, new_offsets: np.ndarray) -> None:
    """Move the rows together, over the room that double ties took."""
    for i in range(len(offsets) - 1):
        length = new_offsets[i + 1] - new_offsets[i]
        for a in range(length):
            neighbours[new_offsets[i] + a] = neighbours[offsets[i] + a]


def _plan(settings: PopulationSettings) -> np.recarray:
    plan = np.zeros(1, dtype=_PLAN)
    for name in ("clique_smallest", "clique_largest", "neighbourhood", "kin_density", "rewired"):
        plan[name] = getattr(settings, name)
    plan["village_begun"] = settings.village_ties / 2
    plan["long_begun"] = settings.mean_degree * settings.long_share / 2
    return plan.view(np.recarray)


def _offsets(lengths: np.ndarray) -> np.ndarray:
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def weave(population: Population, seed: int, settings: PopulationSettings, threads: int = 1) -> Ties:
    """Tie the households of a population to each other.

    Ties within a village that is not cut off depend on the seed and the village alone; ties between villages also on
    which villages the sample holds. The result does not depend on `threads`.
    """
    villages, starts, plan = population.villages, population.starts, _plan(settings)
    keys = np.ascontiguousarray(population.households["key"])
    heads = population.households[villages[:-1]]
    village_keys = np.array(
        [village_identity(int(head["origin"]), int(head["village"])) for head in heads], dtype=np.int64
    )

    def draw_ties(ends: np.ndarray, neighbours: np.ndarray) -> None:
        in_blocks(
            lambda first, end: _tie_block(keys, village_keys, villages, first, end, plan, seed, ends, neighbours),
            len(villages) - 1,
            threads,
        )
        _tie_villages(keys, starts, villages, plan, seed, ends, neighbours)

    counts = np.zeros(len(keys), dtype=np.int64)
    draw_ties(counts, np.empty(0, dtype=np.int32))
    offsets = _offsets(counts)
    neighbours = np.empty(offsets[-1], dtype=np.int32)
    ends = counts
    ends[:] = offsets[:-1]
    draw_ties(ends, neighbours)
    kept = ends
    in_blocks(
        lambda first, end: _tidy(offsets, neighbours, villages[first], villages[end], kept), len(villages) - 1, threads
    )
    new_offsets = _offsets(kept)
    _close_up(offsets, neighbours, new_offsets)
    neighbours.resize(new_offsets[-1], refcheck=False)  # in place: no second copy
    return Ties(new_offsets, neighbours)


TIE_ROW = np.dtype([("start", "i4"), ("kin", "i2"), ("others", "i2")])
"""A household's part of `neighbours`: where it starts, its ties of kin, and then all others."""


def tie_rows(offsets: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Rows of `TIE_ROW`, one for each household, as the rules read them.

    Raises
    ------
    OverflowError
        There are more ties than an offset of 32 bits can tell apart.
    """
    if len(neighbours) > np.iinfo(np.int32).max:
        raise OverflowError(f"{len(neighbours):,} ties are more than {np.iinfo(np.int32).max:,}")
    kin = np.zeros(len(offsets) - 1, np.int16)
    _count_kin(offsets, neighbours, kin)
    rows = np.empty(len(kin), TIE_ROW)
    rows["start"], rows["kin"], rows["others"] = offsets[:-1], kin, np.diff(offsets) - kin
    return rows


@compiled
def _count_kin(offsets: np.ndarray, neighbours: np.ndarray, kin: np.ndarray) -> None:
    """Ties of kin in each row."""
    for i in range(len(kin)):
        for position in range(offsets[i], offsets[i + 1]):
            kin[i] += int(neighbours[position] >> KIND_SHIFT == KIN)
