"""Synthesis: households, their workers, and who is abroad at the start, from a pack's figures and keyed draws.

A household is known by its origin, the number of its village and its number in the village. All it is drawn with is keyed
by that, so a sample of another scale holds the same first villages, and neither threads nor order matter. A village is
laid out with households to come spread evenly among those living at the start.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.draws import Purpose, integer, normal, uniform
from sim.households.structure import (
    LARGEST_HOUSEHOLD,
    OLDEST,
    SOURCE,
    YOUNGEST,
    PopulationSettings,
    Structure,
    come_by,
    source_tables,
    structure_of,
)
from sim.schema.attributes import (
    BELIEF_ONE,
    FEMALE,
    HOME,
    HOUSEHOLD,
    IRREGULAR,
    MALE,
    MONEY_ONE,
    NEVER,
    NO_INTENT,
    NOBODY,
    PLACES,
    REGULAR,
    SHARE_ONE,
    SKILL_ONE,
    TASTE_ONE,
    TRIPS_ONE,
    WORKERS,
)
from sim.schema.quantities import TOPICS
from sim.schema.rule import rule

__all__ = ["Population", "PopulationSettings", "Structure", "identity", "mobility_group", "structure_of", "synthesise"]

# Plain integers: compiled code would otherwise make a version of every draw for each member of the enumeration.
_PROVINCE, _VILLAGE_SIZE, _BORN = int(Purpose.PROVINCE), int(Purpose.VILLAGE_SIZE), int(Purpose.BORN)
_SIZE, _WORKERS, _SEX, _BIRTH_MONTH = int(Purpose.SIZE), int(Purpose.WORKERS), int(Purpose.SEX), int(Purpose.BIRTH_MONTH)
_SECTOR, _SKILL, _TASTE = int(Purpose.SECTOR), int(Purpose.SKILL), int(Purpose.TASTE)
_HOME_INCOME, _SAVINGS, _DEBT, _TARGET = (
    int(Purpose.HOME_INCOME),
    int(Purpose.SAVINGS),
    int(Purpose.DEBT),
    int(Purpose.TARGET),
)
_AWARE, _UPDATER, _WOMAN_HEAD = int(Purpose.AWARE), int(Purpose.UPDATER), int(Purpose.WOMAN_HEAD)
_START_PLACE, _START_MONTHS = int(Purpose.START_PLACE), int(Purpose.START_MONTHS)
_START_REGIME, _START_WORK = int(Purpose.START_REGIME), int(Purpose.START_WORK)

_VILLAGE = (1 << 20) - 1
"""Stands for the number in the village where the village itself is meant; with village 2**32 - 1, for the origin."""
_ORIGIN = (1 << 32) - 1
_GOLDEN_SECTION = 0.6180339887498949
_TOPICS, _PLACES, _WORKER_SLOTS = len(TOPICS), PLACES, WORKERS
_BELIEFS, _RISK = 100, 200  # numbers of the draws of AWARE that are not topics
_LARGEST_SHORT, _LARGEST_LONG = 32_767, 2_147_483_647
_VILLAGES_A_BLOCK = 64
_CONSTANTS = np.dtype([(name, "f8") for name in PopulationSettings.__dataclass_fields__])


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
def identity(origin: int, village: int, number: int) -> int:
    """Key of a household: a hash of who it is, the same under every seed (63 bits)."""
    return integer(0, 0, 0, (origin << 52) | (village << 20) | number, 0, 0)


@rule
def mobility_group(sex: int, age: int) -> int:
    """Index in `SEX_AND_AGE` of a worker of `age` months."""
    band = 0 if age < 25 * 12 else 1 if age < 35 * 12 else 2 if age < 45 * 12 else 3
    return sex * 4 + band


@rule
def _rounded(value: float, low: int, high: int) -> int:
    """The nearest integer, halves upwards, kept between `low` and `high`."""
    return int(min(max(math.floor(value + 0.5), low), high))


@rule
def _pick(thresholds: np.ndarray, draw: float) -> int:
    """Index of the first cumulative share above `draw`; the last one if rounding left it below."""
    for index in range(len(thresholds)):
        if draw < thresholds[index]:
            return index
    return len(thresholds) - 1


@rule
def _between(low: float, high: float, draw: float) -> float:
    return low + (high - low) * draw


@rule
def _village_size(village_key: int, smallest: int, largest: int, seed: int) -> int:
    """Households of a village that live at the start, whole and uniform between both ends."""
    return smallest + int((largest - smallest + 1) * uniform(seed, _VILLAGE_SIZE, 0, village_key, 0, 0))


@rule
def _to_come_before(number: int, phase: float, to_come: float) -> int:
    """Of a village's first `number` households, how many are to come: evenly spaced, shifted by the village's phase."""
    return int(math.floor(number * to_come + phase))


@rule
def _lay_out(origin: int, quota: int, to_come: float, smallest: int, largest: int, seed: int, lengths: np.ndarray) -> int:
    """Write the length of each village until `quota` households live; return the number of villages. The last is cut."""
    village = 0
    while quota > 0:
        key = identity(origin, village, _VILLAGE)
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
    return _pick(come, place - math.floor(place))


@rule
def _found_family(household: Any, table: Any, seed: int) -> None:
    """Draw size, workers and who heads the household."""
    key = household.key
    workers = 1 + _pick(table.workers, uniform(seed, _WORKERS, 0, key, 0, 0))
    household.workers = workers
    household.size = workers + _pick(table.size[workers - 1], uniform(seed, _SIZE, 0, key, 0, 0))
    household.woman_head = 1 if uniform(seed, _WOMAN_HEAD, 0, key, 0, 0) < table.women_head else 0


@rule
def _endow(household: Any, table: Any, constants: Any, seed: int) -> None:
    """Draw skill, land and other income, savings, debt and target.

    Log-normal skill (mean 1) and home income, exponential savings, uniform debt and target, all but the first in months
    of what the household earns when every worker works at home.
    """
    key, rural = household.key, int(household.rural)
    sigma = constants.skill_sigma
    skill = math.exp(sigma * normal(seed, _SKILL, 0, key, 0, 0) - 0.5 * sigma * sigma)
    household.skill = _rounded(SKILL_ONE * skill, 1, _LARGEST_SHORT)
    sigma = constants.home_income_sigma
    other = table.other_income[rural] * math.exp(sigma * normal(seed, _HOME_INCOME, 0, key, 0, 0) - 0.5 * sigma * sigma)
    household.home_income = _rounded(MONEY_ONE * other, 0, _LARGEST_LONG)
    income = MONEY_ONE * (table.home_pay[rural] * skill * household.workers + other)
    household.income = _rounded(income, 0, _LARGEST_LONG)
    household.consumption = household.income
    months = -table.savings_months * math.log(uniform(seed, _SAVINGS, 0, key, 0, 0))
    household.savings = _rounded(months * income, 0, _LARGEST_LONG)
    if uniform(seed, _DEBT, 0, key, 0, 0) < table.indebted:
        months = _between(constants.debt_low, constants.debt_high, uniform(seed, _DEBT, 0, key, 0, 1))
        household.debt = _rounded(months * income, 0, _LARGEST_LONG)
    months = _between(constants.target_low, constants.target_high, uniform(seed, _TARGET, 0, key, 0, 0))
    household.target = _rounded(months * income, 0, _LARGEST_LONG)


@rule
def _form_mind(household: Any, table: Any, constants: Any, seed: int) -> None:
    """Draw tastes, beliefs, what the household has heard of and how it learns."""
    key = household.key
    for d in range(_PLACES):
        taste = TASTE_ONE * constants.taste_sd * normal(seed, _TASTE, 0, key, 0, d)
        household.taste[d] = _rounded(taste, -_LARGEST_SHORT, _LARGEST_SHORT)
        belief = BELIEF_ONE * constants.belief_sd * normal(seed, _AWARE, 0, key, 0, _BELIEFS + d)
        household.wage_belief[d] = _rounded(belief, -_LARGEST_SHORT, _LARGEST_SHORT)
        household.precision[d] = int(constants.belief_precision)
    sigma = constants.risk_sigma
    risk = constants.risk_mean * math.exp(sigma * normal(seed, _AWARE, 0, key, 0, _RISK) - 0.5 * sigma * sigma)
    household.risk = _rounded(SHARE_ONE * risk, 0, SHARE_ONE)
    heard = 0
    for topic in range(_TOPICS):
        if uniform(seed, _AWARE, 0, key, 0, topic) < table.aware[topic]:
            heard |= 1 << topic
    household.heard = heard
    household.updater = 1 if uniform(seed, _UPDATER, 0, key, 0, 0) < constants.bayesian else 0


@rule
def _empty_slots(household: Any, month: int) -> None:
    """What every slot holds before anything has happened, also those without a worker."""
    for c in range(len(household.contacts)):
        household.contacts[c] = NOBODY
    for w in range(_WORKER_SLOTS):
        household.offence_1[w] = NEVER
        household.offence_2[w] = NEVER
        household.q[w] = SHARE_ONE
        household.trips_month[w] = month
        household.intent[w] = NO_INTENT


@rule
def _place_worker(household: Any, w: int, table: Any, constants: Any, seed: int, month: int) -> None:
    """Draw sex, age and sector of a worker, and whether and where the worker is abroad at the start."""
    key = household.key
    if w == 0:
        sex = FEMALE if household.woman_head else MALE
    else:
        sex = FEMALE if uniform(seed, _SEX, 0, key, w, 0) < table.women_other else MALE
    age = YOUNGEST + int((OLDEST - YOUNGEST) * uniform(seed, _BIRTH_MONTH, 0, key, w, 0))
    household.sex[w] = sex
    household.birth_month[w] = (household.born if household.born > 0 else month) - age
    household.sector[w] = _pick(table.sector, uniform(seed, _SECTOR, 0, key, w, 0))
    chances = table.abroad[mobility_group(sex, age)]
    draw = uniform(seed, _START_PLACE, 0, key, w, 0)
    if household.born > 0 or draw >= chances[_PLACES - 1]:
        household.place[w] = HOME
        household.months[w] = int(constants.never_abroad)
        if uniform(seed, _START_WORK, 0, key, w, 0) < constants.jobless:
            household.jobless[w] = 1 + int(constants.longest_search * uniform(seed, _START_WORK, 0, key, w, 1))
    else:
        _begin_abroad(household, w, 1 + _pick(chances, draw), constants, seed)


@rule
def _begin_abroad(household: Any, w: int, place: int, constants: Any, seed: int) -> None:
    """Put a worker abroad in the middle of a spell: short spells and first trips are the most common."""
    key = household.key
    draw = uniform(seed, _START_MONTHS, 0, key, w, 0)
    months = 1 + int(constants.longest_spell * draw * draw)
    household.place[w] = place
    household.last_place[w] = place
    household.months[w] = months
    household.stay[w] = (1 << min(months, 6)) - 1
    draw = uniform(seed, _START_MONTHS, 0, key, w, 1)
    household.trips[w * _PLACES + place - 1] = TRIPS_ONE * (1 + int(constants.most_trips * draw * draw))
    if uniform(seed, _START_REGIME, 0, key, w, 0) < constants.irregular:
        household.regime[w] = IRREGULAR
    else:
        household.regime[w] = REGULAR
        household.route[w] = 1
        household.permit[w] = 1 + int(12.0 * uniform(seed, _START_REGIME, 0, key, w, 1))
    topic = 1 << (place - 1)
    household.heard = household.heard | topic
    household.used = household.used | topic


@rule
def _settle(
    households: np.ndarray, first: int, end: int, origin: int, village: int, table: Any, come: np.ndarray,
    provinces: np.ndarray, rural: np.ndarray, constants: Any, seed: int, month: int,
) -> None:  # fmt: skip
    """Write the records of one village.

    Provinces and rural shares are stratified over the villages of an origin by a golden-section sequence, so that few
    villages already match the pack's shares.
    """
    village_key = identity(origin, village, _VILLAGE)
    place = uniform(seed, _PROVINCE, 0, identity(origin, _ORIGIN, _VILLAGE), 0, 0) + village * _GOLDEN_SECTION
    place -= math.floor(place)
    province = _pick(provinces, place)
    below = provinces[province - 1] if province > 0 else 0.0
    is_rural = 1 if place - below < rural[province] * (provinces[province] - below) else 0
    for i in range(first, end):
        household = households[i]
        number = i - first
        household.key = identity(origin, village, number)
        household.origin = origin
        household.village = village
        household.province = province
        household.rural = is_rural
        household.born = _month_born(number, village_key, table.to_come, come, seed)
        _found_family(household, table, seed)
        _endow(household, table, constants, seed)
        _form_mind(household, table, constants, seed)
        _empty_slots(household, month)
        for w in range(household.workers):
            _place_worker(household, w, table, constants, seed, month)


@rule
def _settle_block(
    households: np.ndarray, villages: np.ndarray, origins: np.ndarray, numbers: np.ndarray, first: int, end: int,
    tables: np.ndarray, come: np.ndarray, provinces: np.ndarray, rural: np.ndarray, constants: np.ndarray,
    seed: int, month: int,
) -> None:  # fmt: skip
    """Write the records of the villages `first` to `end`."""
    for v in range(first, end):
        o = origins[v]
        _settle(
            households, villages[v], villages[v + 1], o, numbers[v], tables[o], come[o], provinces[o], rural[o],
            constants[0], seed, month,
        )  # fmt: skip


def in_blocks(work: Any, villages: int, threads: int) -> None:
    """Call ``work(first, end)`` for fixed blocks of villages; what it writes must not depend on their order."""
    bounds = [(v, min(v + _VILLAGES_A_BLOCK, villages)) for v in range(0, villages, _VILLAGES_A_BLOCK)]
    if threads == 1:
        for first, end in bounds:
            work(first, end)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda bound: work(*bound), bounds):
            pass


def _village_lengths(structure: Structure, scale: float, tables: np.ndarray, seed: int, settings: PopulationSettings) -> list[np.ndarray]:
    """Length of every village, those to come included, by origin."""
    lengths = []
    for o in range(len(structure.origins)):
        quota = math.floor(structure.households[0, o] * scale + 0.5)
        room = np.zeros(quota // settings.village_smallest + 1, dtype=np.int64)
        smallest, largest = settings.village_smallest, settings.village_largest
        count = _lay_out(o, quota, float(tables["to_come"][o]), smallest, largest, seed, room)
        lengths.append(room[:count])
    return lengths


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
    lengths = _village_lengths(structure, scale, tables, seed, settings)
    villages = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64)
    origins = np.repeat(np.arange(len(lengths), dtype=np.int64), [len(of_origin) for of_origin in lengths])
    numbers = np.concatenate([np.arange(len(of_origin), dtype=np.int64) for of_origin in lengths])
    households = np.zeros(villages[-1], dtype=HOUSEHOLD)
    constants = np.array([tuple(getattr(settings, name) for name in _CONSTANTS.names)], dtype=_CONSTANTS)
    provinces, rural = np.cumsum(structure.province, axis=1), np.ascontiguousarray(structure.rural, dtype=float)
    come = come_by(structure)
    records = households.view(np.recarray), tables.view(np.recarray), constants.view(np.recarray)

    def settle(first: int, end: int) -> None:
        _settle_block(
            records[0], villages, origins, numbers, first, end, records[1], come, provinces, rural, records[2], seed,
            first_month,
        )  # fmt: skip

    in_blocks(settle, len(villages) - 1, threads)
    ends = np.cumsum([0, *(len(of_origin) for of_origin in lengths)])
    return Population(households, villages[ends].astype(np.int64), villages)
