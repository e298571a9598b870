"""Synthesis: households in villages, living at the start or to come, from a pack's figures and keyed draws.

A household is known by its origin, the number of its village and its number in the village. All it is drawn with is
keyed by that, so a sample of another scale holds the same first villages, and neither threads nor order matter. A
village is laid out with households to come spread evenly among those living at the start.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.draws import Purpose, uniform
from sim.households.founding import CONSTANTS, found, identity, mobility_group, pick, village_identity
from sim.households.structure import PopulationSettings, Structure, come_by, source_tables, structure_of
from sim.schema.attributes import HOUSEHOLD
from sim.schema.rule import rule

__all__ = [
    "Population",
    "PopulationSettings",
    "Structure",
    "identity",
    "mobility_group",
    "structure_of",
    "synthesise",
    "village_identity",
]

_PROVINCE, _VILLAGE_SIZE, _BORN = int(Purpose.PROVINCE), int(Purpose.VILLAGE_SIZE), int(Purpose.BORN)
_NO_VILLAGE = (1 << 32) - 1  # stands for the village where the origin is meant
_GOLDEN_SECTION = 0.6180339887498949
_VILLAGES_A_BLOCK = 64
_VILLAGE = np.dtype([(name, "i8") for name in ("first", "end", "origin", "number", "province", "rural")])


@dataclass(frozen=True, eq=False)
class Population:
    """Synthetic households, sorted by origin, village and number in the village.

    Parameters
    ----------
    households
        Records, ``(N,)`` of `HOUSEHOLD`; those to come have ``born`` > 0.
    starts
        First household of each origin, and the end, int64 ``(O + 1,)``.
    villages
        First household of each village, and the end, int64 ``(V + 1,)``.
    """

    households: np.ndarray
    starts: np.ndarray
    villages: np.ndarray

    def __len__(self) -> int:
        return len(self.households)

    def living(self, month: int) -> np.ndarray:
        """Households that live in `month`, by origin, int64 ``(O,)``."""
        lives = np.concatenate([[0], np.cumsum(self.households["born"] <= month)])
        return np.diff(lives[self.starts])


@rule
def _village_size(village_key: int, smallest: int, largest: int, seed: int) -> int:
    """Households of a village that live at the start, whole and uniform between both ends."""
    return smallest + int((largest - smallest + 1) * uniform(seed, _VILLAGE_SIZE, 0, village_key, 0, 0))


@rule
def _to_come_before(number: int, phase: float, to_come: float) -> int:
    """Of a village's first `number` households, how many are to come: evenly spaced, shifted by its phase."""
    return math.floor(number * to_come + phase)


@rule
def _lay_out(
    origin: int, quota: int, to_come: float, smallest: int, largest: int, seed: int, lengths: np.ndarray
) -> int:
    """Write the length of each village until `quota` households live, the last one cut; return how many there are."""
    village = 0
    while quota > 0:
        key = village_identity(origin, village)
        wanted = min(quota, _village_size(key, smallest, largest, seed))
        phase = uniform(seed, _BORN, 0, key, 0, 0)
        length = wanted
        while length - _to_come_before(length, phase, to_come) < wanted:
            length += 1
        lengths[village] = length
        quota -= wanted
        village += 1
    return village


@rule
def _month_born(number: int, village_key: int, to_come: float, come: np.ndarray, seed: int) -> int:
    """Month in which a household comes to be; 0 = there at the start.

    The months of a village's households to come follow the path of the pack's series: a golden-section sequence through
    its inverse, so that any first part of a village follows it too.
    """
    phase = uniform(seed, _BORN, 0, village_key, 0, 0)
    before = _to_come_before(number, phase, to_come)
    if _to_come_before(number + 1, phase, to_come) == before:
        return 0
    place = uniform(seed, _BORN, 0, village_key, 0, 1) + before * _GOLDEN_SECTION
    return pick(come, place - math.floor(place))


@rule
def _choose_province(village: Any, provinces: np.ndarray, rural: np.ndarray, seed: int) -> None:
    """Province of a village, and whether it is rural: stratified over the villages of an origin.

    A golden-section sequence with a keyed start takes the place of independent draws, so that few villages already
    match the pack's shares; where in its province's stretch a village falls decides whether it is rural.
    """
    place = uniform(seed, _PROVINCE, 0, village_identity(village.origin, _NO_VILLAGE), 0, 0)
    place += village.number * _GOLDEN_SECTION
    place -= math.floor(place)
    province = pick(provinces, place)
    below = provinces[province - 1] if province > 0 else 0.0
    village.province = province
    village.rural = 1 if place - below < rural[province] * (provinces[province] - below) else 0


@rule
def _settle(households: np.ndarray, village: Any, table: Any, come: np.ndarray, constants: Any, seed: int) -> None:
    """Write the records of one village."""
    village_key = village_identity(village.origin, village.number)
    for i in range(village.first, village.end):
        household = households[i]
        number = i - village.first
        household.key = identity(village.origin, village.number, number)
        household.origin = village.origin
        household.village = village.number
        household.province = village.province
        household.rural = village.rural
        household.born = _month_born(number, village_key, table.to_come, come, seed)
        found(household, table, constants, seed)


@rule
def _settle_block(
    households: np.ndarray, villages: np.ndarray, first: int, end: int, sources: tuple, constants: np.ndarray, seed: int
) -> None:
    """Write the records of the villages `first` to `end`; `sources`: thresholds, growth, provinces, rural by origin."""
    tables, come, provinces, rural = sources
    for v in range(first, end):
        village = villages[v]
        o = village.origin
        _choose_province(village, provinces[o], rural[o], seed)
        _settle(households, village, tables[o], come[o], constants[0], seed)


def in_blocks(work: Callable[[int, int], None], count: int, threads: int, block: int = _VILLAGES_A_BLOCK) -> None:
    """Call ``work(first, end)`` for fixed blocks of `count` things; what it writes must not depend on their order."""
    bounds = [(first, min(first + block, count)) for first in range(0, count, block)]
    if threads == 1:
        for first, end in bounds:
            work(first, end)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda bound: work(*bound), bounds):
            pass


def _lay_out_villages(
    structure: Structure, scale: float, tables: np.ndarray, seed: int, settings: PopulationSettings
) -> np.ndarray:
    """Every village with its place among the households, ``(V,)`` of `_VILLAGE`, sorted by origin and number."""
    by_origin = []
    for o in range(len(structure.origins)):
        quota = math.floor(structure.households[0, o] * scale + 0.5)
        smallest, largest = settings.village_smallest, settings.village_largest
        lengths = np.zeros(quota // smallest + 1, dtype=np.int64)
        count = _lay_out(o, quota, float(tables["to_come"][o]), smallest, largest, seed, lengths)
        villages = np.zeros(count, dtype=_VILLAGE)
        villages["origin"], villages["number"], villages["end"] = o, np.arange(count), lengths[:count]
        by_origin.append(villages)
    villages = np.concatenate(by_origin)
    villages["end"] = np.cumsum(villages["end"])
    villages["first"][1:] = villages["end"][:-1]
    return villages


def synthesise(
    structure: Structure, scale: float, seed: int, settings: PopulationSettings, threads: int = 1, first_month: int = 0
) -> Population:
    """Draw the synthetic population.

    Parameters
    ----------
    structure
        The pack's figures.
    scale
        Households of the sample per household of the population, above 0 and at most 1.
    seed
        Seed of the run; the identities of households do not depend on it.
    settings
        What no pack gives.
    threads
        Threads to use; the result does not depend on it.
    first_month
        Month in which the ages of those there at the start are 18 to 59, and to which their trips are dated.
    """
    tables = source_tables(structure, settings)
    villages = _lay_out_villages(structure, scale, tables, seed, settings)
    households = np.zeros(villages["end"][-1] if len(villages) else 0, dtype=HOUSEHOLD)
    constants = np.zeros(1, dtype=CONSTANTS)
    for name in PopulationSettings.__dataclass_fields__:
        constants[name] = getattr(settings, name)
    constants["first_month"] = first_month
    shares = np.cumsum(structure.province, axis=1), np.ascontiguousarray(structure.rural, dtype=float)
    sources = tables.view(np.recarray), come_by(structure), *shares
    records, places, numbers = (array.view(np.recarray) for array in (households, villages, constants))

    in_blocks(
        lambda first, end: _settle_block(records, places, first, end, sources, numbers, seed), len(villages), threads
    )
    edges = np.append(villages["first"], len(households)).astype(np.int64)
    of_origin = np.searchsorted(villages["origin"], np.arange(len(structure.origins) + 1))
    return Population(households, edges[of_origin], edges)
