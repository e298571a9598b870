"""When a spell abroad ends, and why: the hazard, its terms, and the cause that is told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from one_household import LUCK, Counts, corridor, households, parameters

from sim.behaviour.advise import BAN, EXPULSION
from sim.behaviour.come_home import EMERGENCY, GAIN_GONE, HOME_SHOCK, JOB_LOST, SEASON, TARGET, arrive_home, returns
from sim.schema.attributes import CAUSES, GAIN_ONE, SHARE_ONE
from sim.tallies import SPELL_BANDS, Tally, spell_band

MANY = 6000
TERMS = {"a0": -2.0, "dur_1": -1.0, "dur_3": -0.6, "dur_6": -0.3, "dur_12": 0.0, "dur_36": 0.2, "dur_more": 0.4}
TERMS |= {"a1": 0.6, "a3": 0.5, "a4": 0.5, "a_shock": 1.0, "psi": 0.8}


def ended(months: int, shock: bool = False, season: float = 0.0, worth: float = 0.0, **fields: int) -> np.ndarray:
    """Causes of the returns of many workers in one month, 0 for those who stay."""
    where, p = corridor(season_returns=season, worth_irregular=worth), parameters(**TERMS)
    people = households(MANY, place=1, months=months, **fields)
    return np.array([returns(household, 0, 5, LUCK, shock, where, p) for household in people])


def assert_share(causes: np.ndarray, log_hazard: float) -> None:
    expected = 1.0 - math.exp(-math.exp(log_hazard))
    error = math.sqrt(expected * (1 - expected) / MANY)
    assert abs((causes > 0).mean() - expected) < 4 * error


@pytest.mark.parametrize(
    ("months", "duration"),
    [(1, -1.0), (2, -0.6), (3, -0.6), (4, -0.3), (6, -0.3), (7, 0.0), (12, 0.0), (13, 0.2), (36, 0.2), (37, 0.4)],
)
def test_the_hazard_follows_the_length_of_the_spell(months, duration):
    causes = ended(months)
    assert_share(causes, -2.0 + duration)
    assert set(causes.tolist()) == {0, SEASON}


@pytest.mark.parametrize(
    ("given", "added", "cause"),
    [
        ({"season": 0.7}, 0.7, SEASON),
        ({"savings": 90_000, "target": 80_000}, 0.6, TARGET),
        ({"jobless": 2}, 0.5, JOB_LOST),
        ({"gain": GAIN_ONE}, 0.5, GAIN_GONE),
        ({"worth": 1.0}, -0.5, SEASON),
        ({"shock": True}, 1.0, HOME_SHOCK),
        ({"ban_from": 1, "q": SHARE_ONE // 4}, -0.6, SEASON),
        ({"ban_from": 2, "q": SHARE_ONE // 4}, 0.0, SEASON),
        ({"jobless": 2, "savings": 90_000, "target": 80_000}, 1.1, TARGET),
        ({"jobless": 2, "season": 0.7}, 1.2, SEASON),
    ],
)
def test_each_term_moves_the_hazard_and_the_largest_is_the_cause(given, added, cause):
    causes = ended(8, **given)
    assert_share(causes, -2.0 + added)
    assert set(causes.tolist()) == {0, cause}


def test_a_return_is_counted_once_with_its_cause_and_its_length():
    for cause in range(1, len(CAUSES)):
        household, counts = households(place=2, months=cause * 5, route=1, permit=4)[0], Counts()
        arrive_home(household, 0, cause, 5, LUCK, parameters(), counts.flat)
        assert (household["place"][0], household["cause"][0], household["months"][0]) == (0, cause, 0)
        assert (household["route"][0], household["permit"][0], household["sent"][0]) == (0, 0, 0)
        assert household["forced"][0] == (cause in (EXPULSION, BAN, EMERGENCY))
        assert counts[Tally.RETURNS, 2] == counts[Tally(Tally.RETURNS + cause), 2] == 1
        assert counts[Tally(Tally.ENDED + spell_band(cause * 5)), 2] == 1


def test_bands_of_spells_are_those_declared():
    for months in range(1, 200):
        low, high = SPELL_BANDS[spell_band(months)]
        assert low <= months <= high


@pytest.mark.parametrize(("cause", "share"), [(SEASON, 0.5), (EXPULSION, 0.5 * (1 - 0.4))])
def test_most_resume_work_at_once_fewer_after_a_forced_return(cause, share):
    p, counts = parameters(resume=0.5, search_forced=0.4, self_employed=0.5), Counts()
    people = households(MANY, place=1, months=9)
    for household in people:
        arrive_home(household, 0, cause, 5, LUCK, p, counts.flat)
    at_work = people["jobless"][:, 0] == 0
    assert abs(at_work.mean() - share) < 4 * math.sqrt(share * (1 - share) / MANY)
    assert (people["searching"][:, 0] == ~at_work).all()
    assert abs(counts[Tally.SELF_EMPLOYED, 0] / at_work.sum() - 0.5) < 4 * math.sqrt(0.25 / at_work.sum())
