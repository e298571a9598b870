"""Rules that found one household: who is in it, what it owns, what it believes, who is abroad at the start.

Every rule takes the record to write, the thresholds of its origin (`structure.SOURCE`), the settings (`CONSTANTS`) and
the seed; it reads nothing else, so a household is the same in a sample of any scale.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.draws import Purpose, integer, normal, uniform
from sim.households.structure import OLDEST, YOUNGEST, PopulationSettings
from sim.schema.attributes import (
    BELIEF_ONE,
    FEMALE,
    HOME,
    IRREGULAR,
    MALE,
    MONEY_ONE,
    NEVER,
    NO_INTENT,
    NOBODY,
    PLACES,
    PRECISION_ONE,
    REGULAR,
    SHARE_ONE,
    SKILL_ONE,
    TASTE_ONE,
    TRIPS_ONE,
    WORKERS,
)
from sim.schema.elementary import exp, log
from sim.schema.quantities import TOPICS
from sim.schema.rule import rule

CONSTANTS = np.dtype([(name, "f8") for name in (*PopulationSettings.__dataclass_fields__, "first_month")])
"""The settings, and the month in which the first households are drawn, as the rules read them."""

# Plain integers: compiled code would otherwise make a version of every draw for each member of the enumeration.
_SIZE, _WORKERS, _WOMAN_HEAD = int(Purpose.SIZE), int(Purpose.WORKERS), int(Purpose.WOMAN_HEAD)
_SEX, _BIRTH_MONTH, _SECTOR = int(Purpose.SEX), int(Purpose.BIRTH_MONTH), int(Purpose.SECTOR)
_SKILL, _TASTE, _AWARE, _UPDATER = int(Purpose.SKILL), int(Purpose.TASTE), int(Purpose.AWARE), int(Purpose.UPDATER)
_HOME_INCOME, _SAVINGS = int(Purpose.HOME_INCOME), int(Purpose.SAVINGS)
_DEBT, _TARGET = int(Purpose.DEBT), int(Purpose.TARGET)
_START_PLACE, _START_MONTHS = int(Purpose.START_PLACE), int(Purpose.START_MONTHS)
_START_REGIME, _START_WORK = int(Purpose.START_REGIME), int(Purpose.START_WORK)

_TOPICS, _PLACES, _WORKER_SLOTS = len(TOPICS), PLACES, WORKERS
_BELIEFS, _RISK = 100, 200  # numbers of the draws of AWARE that are not topics
_LARGEST_SHORT, _LARGEST_LONG = 32_767, 2_147_483_647
_NO_NUMBER = (1 << 20) - 1  # stands for the number in the village where the village itself is meant


@rule
def identity(origin: int, village: int, number: int) -> int:
    """Key of a household: a hash of who it is, the same under every seed (63 bits)."""
    return integer(0, 0, 0, ((origin + 1) << 52) | (village << 20) | number, 0, 0)


@rule
def village_identity(origin: int, village: int) -> int:
    """Key of a village, for what its households share."""
    return identity(origin, village, _NO_NUMBER)


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
def pick(thresholds: np.ndarray, draw: float) -> int:
    """Index of the first cumulative share above `draw`; the last one if rounding left it below."""
    for index in range(len(thresholds)):
        if draw < thresholds[index]:
            return index
    return len(thresholds) - 1


@rule
def _between(low: float, high: float, draw: float) -> float:
    return low + (high - low) * draw


@rule
def _people(household: Any, table: Any, seed: int) -> None:
    """Draw size, workers and who heads the household."""
    key = household.key
    workers = 1 + pick(table.workers, uniform(seed, _WORKERS, 0, key, 0, 0))
    household.workers = workers
    household.members = workers + pick(table.dependants[workers - 1], uniform(seed, _SIZE, 0, key, 0, 0))
    household.woman_head = 1 if uniform(seed, _WOMAN_HEAD, 0, key, 0, 0) < table.women_head else 0


@rule
def _endow(household: Any, table: Any, constants: Any, seed: int) -> None:
    """Draw skill, land and other income, savings, debt and target.

    Log-normal skill (mean 1) and home income, exponential savings, uniform debt and target, all but the first in months
    of what the household earns when every worker works at home.
    """
    key, rural = household.key, int(household.rural)
    sigma = constants.skill_sigma
    skill = exp(sigma * normal(seed, _SKILL, 0, key, 0, 0) - 0.5 * sigma * sigma)
    household.skill = _rounded(SKILL_ONE * skill, 1, _LARGEST_SHORT)
    sigma = constants.home_income_sigma
    other = table.other_income[rural] * exp(sigma * normal(seed, _HOME_INCOME, 0, key, 0, 0) - 0.5 * sigma * sigma)
    household.home_income = _rounded(MONEY_ONE * other, 0, _LARGEST_LONG)
    income = MONEY_ONE * (table.home_pay[rural] * skill * household.workers + other)
    household.income = _rounded(income, 0, _LARGEST_LONG)
    household.consumption = household.income
    months = -table.savings_months * log(uniform(seed, _SAVINGS, 0, key, 0, 0))
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
        household.precision[d] = PRECISION_ONE * int(constants.belief_precision)
    sigma = constants.risk_sigma
    risk = constants.risk_mean * exp(sigma * normal(seed, _AWARE, 0, key, 0, _RISK) - 0.5 * sigma * sigma)
    household.risk = _rounded(SHARE_ONE * risk, 0, SHARE_ONE)
    heard = 0
    for topic in range(_TOPICS):
        if uniform(seed, _AWARE, 0, key, 0, topic) < table.aware[topic]:
            heard |= 1 << topic
    household.heard = heard
    household.updater = 1 if uniform(seed, _UPDATER, 0, key, 0, 0) < constants.bayesian else 0


@rule
def _empty_slots(household: Any, first_month: int) -> None:
    """What every slot holds before anything has happened, also those without a worker."""
    for c in range(len(household.contacts)):
        household.contacts[c] = NOBODY
    for w in range(_WORKER_SLOTS):
        household.offence_1[w] = NEVER
        household.offence_2[w] = NEVER
        household.q[w] = SHARE_ONE
        household.trips_month[w] = first_month
        household.intent[w] = NO_INTENT


@rule
def _place_worker(household: Any, w: int, table: Any, constants: Any, seed: int) -> None:
    """Draw sex, age and sector of a worker, and whether and where the worker is abroad at the start."""
    key = household.key
    if w == 0:
        sex = FEMALE if household.woman_head else MALE
    else:
        sex = FEMALE if uniform(seed, _SEX, 0, key, w, 0) < table.women_other else MALE
    age = YOUNGEST + int((OLDEST - YOUNGEST) * uniform(seed, _BIRTH_MONTH, 0, key, w, 0))
    household.sex[w] = sex
    since = household.born if household.born > 0 else int(constants.first_month)
    household.birth_month[w] = since - age
    household.sector[w] = pick(table.sector, uniform(seed, _SECTOR, 0, key, w, 0))
    chances = table.abroad[mobility_group(sex, age)]
    draw = uniform(seed, _START_PLACE, 0, key, w, 0)
    if household.born > 0 or draw >= chances[_PLACES - 1]:
        household.place[w] = HOME
        household.months[w] = int(constants.never_abroad)
        if uniform(seed, _START_WORK, 0, key, w, 0) < constants.jobless:
            household.jobless[w] = 1 + int(constants.longest_search * uniform(seed, _START_WORK, 0, key, w, 1))
        if household.born <= 0:
            _recall_trips(household, w, chances, constants, seed)
    else:
        _begin_abroad(household, w, 1 + pick(chances, draw), constants, seed)


@rule
def _recall_trips(household: Any, w: int, chances: np.ndarray, constants: Any, seed: int) -> None:
    """Let a worker at home have been abroad: the likelier, the likelier the worker was to be abroad at the start."""
    key = household.key
    likely = chances[_PLACES - 1]
    if likely == 0.0 or uniform(seed, _START_MONTHS, 0, key, w, 2) >= min(0.8, constants.returned * likely):
        return
    place = 1 + pick(chances, likely * uniform(seed, _START_PLACE, 0, key, w, 1))
    draw = uniform(seed, _START_MONTHS, 0, key, w, 3)
    household.last_place[w] = place
    household.months[w] = 1 + int(constants.longest_return * draw * draw)
    stock = -constants.trips_recalled * log(uniform(seed, _START_MONTHS, 0, key, w, 4))
    household.trips[w * _PLACES + place - 1] = _rounded(TRIPS_ONE * stock, 0, _LARGEST_SHORT)


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
    household.trips[w * _PLACES + place - 1] = _rounded(
        TRIPS_ONE * (1.0 + constants.most_trips * draw * draw), 0, _LARGEST_SHORT
    )
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
def found(household: Any, table: Any, constants: Any, seed: int) -> None:
    """Draw everything but identity, village and month of birth of the household, which stand in the record already."""
    _people(household, table, seed)
    _endow(household, table, constants, seed)
    _form_mind(household, table, constants, seed)
    _empty_slots(household, int(constants.first_month))
    for w in range(household.workers):
        _place_worker(household, w, table, constants, seed)
