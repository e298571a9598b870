"""The choice of a place: utility as the equation has it, places that are closed, and how often leaving is weighed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from one_household import Counts, corridor, home, households, offer, parameters

from sim.behaviour.plan import ENDED, OTHERWISE, greatest_chance, may_deliberate, plan
from sim.behaviour.routes import FREE_BIT, PERMIT_BIT, SEASONAL_BIT, means
from sim.behaviour.worth import CLOSED, believed, pay_at_home, trips_to
from sim.draws import luck_of, thirds_below
from sim.households.ties import TIE_ROW
from sim.schema.attributes import BELIEF_ONE, HOME, NO_INTENT, SHARE_ONE, SKILL_ONE, TRIPS_ONE
from sim.tallies import Tally

LAW = {"view_log_regular": math.log(500.0), "view_log_irregular": math.log(400.0), "view_log_value": 0.1}
MANY = 20_000


def value(household: np.void, p: np.void, drawn: float = 0.3, held: float = 0.2, **fields: float) -> float:
    """V of destination 1 as the household sees it; 100 USD a month at home."""
    purse = max(1.0, means(household, p))
    skill = math.log(household["skill"] / SKILL_ONE)
    where = corridor(**{**LAW, **fields})
    return believed(household, 0, 0, household["heard"], skill, math.log(100.0), 100.0, purse, drawn, held, where, p)


def test_utility_is_the_equation_s():
    p = parameters(beta=0.96, lam=0.33, kappa=0.5, credit_months=0.0, legal_permit=0.3, legal_free=0.6)
    household = households(savings=80_000, risk=400, skill=2 * SKILL_ONE)[0]
    household["wage_belief"][0] = BELIEF_ONE // 4
    gain = math.log(400.0) + math.log(2.0) + 0.25 + 0.1 - math.log(100.0)
    fare = 0.5 * 200.0 / 800.0
    expected = 0.3 - 0.2 - fare + 0.96 * gain - 0.33 * 12 * 0.04 * gain
    assert value(household, p) == pytest.approx(expected, rel=1e-12)
    household["ban_from"][0], household["q"][0] = 1, SHARE_ONE // 2
    loss = 12 * 0.04 * gain + 0.5 * 200.0 / 100.0
    expected = 0.3 - 0.2 - fare + 0.96 * 0.5 * gain - 0.33 * loss
    assert value(household, p) == pytest.approx(expected, rel=1e-12)
    household["ban_from"][0], household["heard"] = 0, PERMIT_BIT
    gain += math.log(500.0) - math.log(400.0)
    expected = 0.3 - 0.2 - 0.5 * 260.0 / 800.0 + 0.96 * gain + 0.3  # no detection to fear with a permit
    found = value(household, p, permit_access=0.5, permit_upfront=60.0)
    assert found == pytest.approx(expected, rel=1e-12)
    household["heard"] = FREE_BIT
    expected = 0.3 - 0.2 - fare + 0.96 * gain + 0.6
    assert value(household, p, free_movement=1.0) == pytest.approx(expected, rel=1e-12)


def test_a_place_is_closed_to_those_who_expect_refusal_or_cannot_pay():
    p = parameters(credit_months=0.0, closed=0.1)
    assert value(households(savings=19_999)[0], p) == CLOSED
    assert value(households(savings=20_000)[0], p) > -10
    assert value(households(ban_from=1, q=999)[0], p) == CLOSED
    assert value(households(ban_from=1, q=1000)[0], p) > -10
    assert value(households(ban_from=2, q=0)[0], p) > -10
    assert value(households(ban_from=1, ban_left=36)[0], p) > -10  # banned and unaware: the place is as open as ever


def test_means_are_savings_and_what_credit_is_left():
    p = parameters(credit_months=3.0)
    assert means(households(savings=10_000, income=20_000, debt=15_000)[0], p) == 550.0
    assert means(households(savings=10_000, income=20_000, debt=95_000)[0], p) == 100.0


def test_pay_at_home_knows_skill_joblessness_and_scars_and_is_at_least_thirty():
    p = parameters(idle_value=0.5, scar=0.12)
    conditions = home(pay_urban=200.0, pay_rural=120.0)
    assert pay_at_home(households()[0], 0, conditions, offer(), p) == 200.0
    assert pay_at_home(households(rural=1, skill=2 * SKILL_ONE)[0], 0, conditions, offer(), p) == 240.0
    assert pay_at_home(households(jobless=3)[0], 0, conditions, offer(), p) == 100.0
    assert pay_at_home(households(scar=12)[0], 0, conditions, offer(), p) == pytest.approx(188.0)
    assert pay_at_home(households(rural=1, skill=100)[0], 0, conditions, offer(), p) == 30.0


def test_memory_of_trips_fades():
    p = parameters(trips_fade=0.02)
    household = households(trips_month=10)[0]
    household["trips"][0] = 3 * TRIPS_ONE
    assert trips_to(household, 0, 0, 10, p) == 3.0
    assert trips_to(household, 0, 0, 35, p) == pytest.approx(3.0 * math.exp(-0.5))
    assert trips_to(household, 0, 1, 35, p) == 0.0


def planned(
    people: np.ndarray, mobility: float = 1.0, season: float = 1.0, **fields: float
) -> tuple[np.ndarray, Counts]:
    """Intents of many households for whom destination 1 is irresistible."""
    row = np.array([corridor(**{**LAW, "attraction": 60.0, "season_departures": season, **fields})])
    conditions, p, counts = home(season_departures=season), parameters(hazard=0.08), Counts()
    rows, nobody = np.zeros(len(people), TIE_ROW).view(np.recarray), np.zeros(0, np.int32)
    abroad = np.zeros(len(people), np.int8)
    for i, household in enumerate(people):
        mobilities = np.full(9, mobility)
        plan(household, i, 5, luck_of(1, 5), conditions, offer(), row, mobilities, rows, nobody, abroad, p, counts.flat)
    return people["intent"][:, 0], counts


@pytest.mark.parametrize(("mobility", "season"), [(1.0, 1.0), (0.5, 1.0), (1.0, 2.5), (0.0, 1.0)])
def test_leaving_is_weighed_with_the_hazard_the_season_and_mobility(mobility, season):
    intents, counts = planned(households(MANY), mobility, season)
    expected = 0.08 * mobility * season
    assert abs((intents == 1).mean() - expected) <= 4 * math.sqrt(expected * (1 - expected) / MANY)
    assert counts[Tally.DELIBERATIONS, 0] == (intents == 1).sum()


def test_those_to_whom_something_happened_deliberate_at_once():
    assert (planned(households(200, stirred=1))[0] == 1).all()
    assert (planned(households(200, place=1, jobless=1), attraction=-60.0)[0] == HOME).all()
    assert (planned(households(200, place=1, permit=-1), attraction=-60.0)[0] == HOME).all()


def test_the_employed_abroad_and_the_too_young_or_old_do_not():
    for fields in ({"place": 1}, {"place": 1, "jobless": 2}, {"birth_month": -17 * 12}, {"birth_month": -60 * 12}):
        intents, counts = planned(households(200, stirred=1, **fields), attraction=-60.0)
        assert (intents == NO_INTENT).all()
        assert counts[Tally.DELIBERATIONS, 0] == 0


SCHEME = {"seasonal_pool": 5.0, "permit_access": 1.0, "season_departures": 1.0}


@pytest.mark.parametrize(("mobility", "season"), [(1.0, 1.0), (0.5, 2.5), (0.0, 1.0)])
def test_nobody_deliberates_who_was_not_found_to_and_few_are_found_to_in_vain(mobility, season):
    luck = np.random.default_rng(3)
    people = households(MANY)
    people["workers"] = luck.integers(1, 4, MANY)
    there = np.arange(3) < people["workers"][:, None]
    people["place"] = np.where(there & (luck.random((MANY, 3)) < 0.2), 1, HOME)
    people["jobless"] = np.where(there & (luck.random((MANY, 3)) < 0.2), 1, 0)
    people["permit"] = np.where((people["place"] > 0) & (luck.random((MANY, 3)) < 0.1), ENDED, 0)
    people["stirred"] = luck.random(MANY) < 0.02
    p, conditions = parameters(hazard=0.08), home(season_departures=season)
    most = thirds_below(greatest_chance(conditions, np.full(9, mobility), p))
    found = np.array([may_deliberate(household, luck_of(1, 5), most) for household in people])
    asked = np.zeros(MANY, bool)
    for i in range(MANY):
        asked[i] = planned(people[i : i + 1].copy(), mobility, season)[1][Tally.DELIBERATIONS, 0] > 0
    assert set(np.unique(found)) == {0, 1}
    assert not (asked & (found == 0)).any()
    assert (found == asked).mean() > 0.995


def without_the_permit(
    many: int, heard: int, stirred: int = 1, season: float = 1.0, **fields: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where many households mean to be, and where if they are not drawn for a seasonal permit at destination 1.

    Destination 2 has no seasonal permits, and its own `season`; `fields` are those of destination 1.
    """
    people = households(many, heard=heard, stirred=stirred, savings=200_000)
    law = {**LAW, "season_departures": 1.0}
    rows = np.array([corridor(**{**law, **SCHEME, **fields}), corridor(**{**law, "season_departures": season})])
    ties, nobody = np.zeros(many, TIE_ROW).view(np.recarray), np.zeros(0, np.int32)
    at_home, p, counts = home(season_departures=1.0), parameters(legal_permit=2.0, hazard=0.9), Counts()
    abroad = np.zeros(many, np.int8)
    for i, household in enumerate(people):
        plan(household, i, 5, luck_of(1, 5), at_home, offer(), rows, np.ones(9), ties, nobody, abroad, p, counts.flat)
    intents = np.maximum(people["intent"][:, 0], HOME)
    return intents % OTHERWISE, intents // OTHERWISE


def test_where_to_go_without_a_seasonal_permit_is_what_would_have_been_chosen_had_there_been_none():
    many = 3000
    hopeful, otherwise = without_the_permit(many, SEASONAL_BIT)
    unaware, _ = without_the_permit(many, 0)
    applied = hopeful == 1
    assert 200 < applied.sum() < many
    assert (otherwise[applied] == unaware[applied]).all()
    assert len(np.unique(otherwise[applied])) == 3  # home, there all the same, and elsewhere
    assert (hopeful[~applied] == unaware[~applied]).all()
    assert (otherwise[~applied] == 0).all()


def test_a_work_permit_is_what_some_fall_back_on_unless_it_is_drawn_for_too():
    both = SEASONAL_BIT | PERMIT_BIT
    for pool, known in ((-1.0, PERMIT_BIT), (5.0, 0)):
        hopeful, otherwise = without_the_permit(2000, both, work_pool=pool)
        lacking, _ = without_the_permit(2000, known)
        applied = hopeful == 1
        assert (otherwise[applied] == lacking[applied]).all()


def test_a_place_to_fall_back_on_has_its_own_season():
    hopeful, otherwise = without_the_permit(6000, SEASONAL_BIT, stirred=0, season=0.4)
    _, at_once = without_the_permit(6000, SEASONAL_BIT, stirred=1, season=0.4)
    applied = hopeful == 1
    elsewhere = applied & (at_once == 2)
    kept = (otherwise[elsewhere] == 2).mean()
    assert abs(kept - 0.4) < 4 * math.sqrt(0.24 / elsewhere.sum())
    assert (otherwise[elsewhere] != 1).all()
    assert (otherwise[applied & ~elsewhere] == at_once[applied & ~elsewhere]).all()
