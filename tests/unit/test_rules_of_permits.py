"""Quotas, recruiters, priority sectors, waiting, regularisation, amnesties and emergencies, rule by rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_household import LUCK, Counts, corridor, home, households, offer, parameters

from sim.behaviour.come_home import EMERGENCY
from sim.behaviour.enforce import BAN, EXPULSION, STAYS, delist, enforce
from sim.behaviour.live import face_the_law, rest_at_home
from sim.behaviour.permits import (
    QUOTA,
    RECRUITMENT,
    RECRUITMENT_OR_QUOTA,
    SCHEMES,
    SEASONAL_SCHEME,
    applies,
    apply,
    lottery_number,
)
from sim.behaviour.plan import OTHERWISE
from sim.behaviour.routes import NO_ROUTE, PERMIT_BIT, SEASONAL, SEASONAL_BIT, WORK_PERMIT
from sim.behaviour.travel import travel
from sim.behaviour.work import work_abroad
from sim.behaviour.worth import believed, true_worth
from sim.schema.attributes import COURSE, HOME, IRREGULAR, NO_INTENT, PLACES, REGULAR, SHARE_ONE, SKILL_ONE
from sim.tallies import Tally

MANY = 3000
WON, LOST = 2**63 - 1, -1
PERMITS = {"permit_access": 1.0, "permit_upfront": 150.0, "work_pool": 5.0}
RECRUITERS = {"recruited_pool": 5.0, "agency_fee": 40.0, "job_true": 0.0}


def assert_share(count: int, expected: float) -> None:
    assert abs(count / MANY - expected) < 4 * (expected * (1 - expected) / MANY) ** 0.5


def going(heard: int = PERMIT_BIT, otherwise: int = HOME, **fields: int) -> np.void:
    household = households(**{"heard": heard, "savings": 90_000, **fields})[0]
    household["intent"][0] = 2 + OTHERWISE * otherwise
    return household


def code_of(household: np.void, **fields: float) -> int:
    return int(applies(household, 0, np.array([corridor(**fields)] * 3), parameters()))


def go(household: np.void, won: dict[int, int] | None = None, **fields: float) -> Counts:
    """Apply, and travel to destination 2; `won` holds the winning numbers by scheme."""
    rows, counts, p = np.array([corridor(**fields)] * 3), Counts(), parameters()
    granted = np.full((SCHEMES, PLACES), LOST, np.int64)
    for scheme, largest in (won or {}).items():
        granted[scheme, 1] = largest
    if code := applies(household, 0, rows, p):
        apply(household, 0, code)
    travel(household, 0, 20, LUCK, rows, granted.ravel(), p, counts.flat)
    return counts


def test_each_applies_for_the_scheme_that_is_open_to_him():
    assert code_of(going(), **PERMITS) == QUOTA * PLACES + 2
    assert code_of(going(), **{**PERMITS, "work_pool": 0.0}) == QUOTA * PLACES + 2
    assert code_of(going(), **{**PERMITS, "work_pool": -1.0}) == 0
    assert code_of(going(), **PERMITS, **RECRUITERS) == RECRUITMENT_OR_QUOTA * PLACES + 2
    assert code_of(going(savings=0, income=0), **PERMITS, **RECRUITERS) == RECRUITMENT * PLACES + 2  # cannot pay
    assert code_of(going(), recruited_pool=5.0) == RECRUITMENT * PLACES + 2
    assert code_of(going(heard=0), **PERMITS, **RECRUITERS) == 0
    assert code_of(going(heard=255), **RECRUITERS, seasonal_pool=1.0) == SEASONAL_SCHEME * PLACES + 2
    assert code_of(going(heard=255), **RECRUITERS, free_movement=1.0) == 0


def test_who_wins_in_the_quota_buys_a_permit_and_who_loses_goes_without():
    household = going()
    counts = go(household, {QUOTA: int(lottery_number(LUCK, household, 0))}, **PERMITS)
    assert (household["place"][0], household["route"][0], household["permit"][0]) == (2, WORK_PERMIT, 12)
    assert (counts[Tally.WORK_PERMITS, 2], counts[Tally.PERMIT_FEES, 0], counts[Tally.WORK_REFUSED, 2]) == (
        1,
        15_000,
        0,
    )
    household = going()
    counts = go(household, {QUOTA: int(lottery_number(LUCK, household, 0)) - 1}, **PERMITS)
    assert (household["place"][0], household["route"][0], household["permit"][0]) == (2, NO_ROUTE, 0)
    assert (counts[Tally.WORK_PERMITS, 2], counts[Tally.PERMIT_FEES, 0], counts[Tally.WORK_REFUSED, 2]) == (0, 0, 1)
    assert counts[Tally.DEPARTURES, 2] == 1


def test_only_who_applied_can_win():
    """Prices and debts move between the meeting and the journey: who could not pay then was not in the draw."""
    household, counts = going(), Counts()
    rows = np.array([corridor(**PERMITS)] * 3)
    travel(household, 0, 20, LUCK, rows, np.full(SCHEMES * PLACES, WON, np.int64), parameters(), counts.flat)
    assert (counts[Tally.WORK_PERMITS, 2], counts[Tally.WORK_REFUSED, 2]) == (0, 1)


def test_recruiters_give_a_permit_and_a_job_for_their_fee():
    household = going()
    counts = go(household, {RECRUITMENT: WON}, **PERMITS, **RECRUITERS)
    assert (household["place"][0], household["route"][0], household["permit"][0]) == (2, WORK_PERMIT, 12)
    assert household["jobless"][0] == 0
    told = (Tally.RECRUITED, Tally.WORK_PERMITS, Tally.WORK_REFUSED, Tally.DEPARTURES)
    assert [counts[what, 2] for what in told] == [1, 0, 0, 1]
    assert counts[Tally.PERMIT_FEES, 0] == 4_000
    assert household["used"] & PERMIT_BIT


@pytest.mark.parametrize(("quota", "route"), [(WON, WORK_PERMIT), (LOST, NO_ROUTE)])
def test_whom_no_recruiter_takes_is_in_the_draw_for_the_quota(quota, route):
    household = going()
    counts = go(household, {QUOTA: quota}, **PERMITS, **RECRUITERS)
    assert (household["route"][0], household["jobless"][0]) == (route, 1)
    assert (counts[Tally.RECRUITED, 2], counts[Tally.WORK_REFUSED, 2]) == (0, route == NO_ROUTE)


def test_a_recruiter_s_place_does_not_open_the_border():
    turned_back = going(ban_from=2, ban_left=9)
    counts = go(turned_back, {RECRUITMENT: WON}, **RECRUITERS)
    assert (counts[Tally.REFUSED, 2], counts[Tally.RECRUITED, 2], turned_back["place"][0]) == (1, 0, HOME)
    slipped = going(ban_from=2, ban_left=9)
    counts = go(slipped, {RECRUITMENT: WON}, **{**RECRUITERS, "refusal": 0.0})
    assert (counts[Tally.RECRUITED, 2], slipped["route"][0], slipped["jobless"][0]) == (0, NO_ROUTE, 1)


SCHEME = {"seasonal_pool": 3.0, "seasonal_length": 6.0}
BOTH = SEASONAL_BIT | PERMIT_BIT


def test_a_seasonal_permit_is_for_the_winners():
    for otherwise in (HOME, 2, 3):
        household = going(BOTH, otherwise)
        go(household, {SEASONAL_SCHEME: WON}, **SCHEME, **PERMITS)
        assert (household["place"][0], household["route"][0], household["permit"][0]) == (2, SEASONAL, 6)


@pytest.mark.parametrize(
    ("otherwise", "pool", "route"),
    [(HOME, 5.0, NO_ROUTE), (2, 5.0, NO_ROUTE), (2, -1.0, WORK_PERMIT), (3, 5.0, NO_ROUTE), (3, -1.0, WORK_PERMIT)],
)
def test_who_is_not_drawn_for_a_seasonal_permit_goes_on_without_or_stays(otherwise, pool, route):
    """A quota's draw is missed: under one there is no work permit for whoever had applied for a seasonal one."""
    household = going(BOTH, otherwise)
    counts = go(household, {QUOTA: WON, RECRUITMENT: WON}, **{**SCHEME, **PERMITS, "work_pool": pool})
    assert (household["place"][0], household["route"][0], household["intent"][0]) == (otherwise, route, NO_INTENT)
    assert counts[Tally.SEASONAL_REFUSED, 2] == 1
    assert counts[Tally.WORK_REFUSED, 2] == counts[Tally.SEASONAL_PERMITS, 2] == 0
    assert sum(counts[Tally.DEPARTURES, place] for place in (1, 2, 3)) == (otherwise != HOME)
    assert counts[Tally.TRAVEL, 0] == (20_000 if otherwise else 0)


def test_one_abroad_who_is_not_drawn_stays_goes_on_or_comes_home():
    for otherwise, moved in ((1, 0), (3, 1), (HOME, 0)):
        household = going(BOTH, otherwise, place=1, months=9, jobless=1)
        counts = go(household, **SCHEME)
        assert household["place"][0] == otherwise
        assert counts[Tally.MOVED_ON, 1] == moved
        assert counts[Tally.RETURNS_JOB_LOST, 1] == (otherwise == HOME)


@pytest.mark.parametrize(("sector", "expected"), [(0, 0.2), (2, 0.7)])
def test_priority_sectors_have_a_chance_of_their_own(sector, expected):
    law = {"permit_access": 0.2, "priority_sectors": 4.0, "priority_access": 0.7}
    granted = 0
    for household in households(MANY, heard=PERMIT_BIT, savings=90_000, sector=sector):
        household["intent"][0] = 2
        granted += go(household, **law)[Tally.WORK_PERMITS, 2]
    assert_share(granted, expected)


# work abroad ----------------------------------------------------------------------------------------------------------

PAY = {"pay_regular": 400.0, "pay_irregular": 300.0, "permit_monthly": 50.0}


def paid(given: dict[str, Any] | None = None, **fields: float) -> float:
    household = households(**{"place": 1, "months": 2, **(given or {})})[0]
    return float(work_abroad(household, 0, 5, LUCK, corridor(**{**PAY, **fields}), parameters(), Counts().flat))


def test_until_the_permit_comes_the_pay_is_that_of_one_without_papers():
    for wait, pay in ((3.0, 300.0), (2.0, 350.0), (0.0, 350.0)):
        assert paid({"route": WORK_PERMIT, "permit": 9}, permit_wait=wait) == pay
    assert paid({"route": SEASONAL, "permit": 9}, permit_wait=3.0) == 400.0
    assert paid(permit_wait=3.0) == 300.0


def test_what_skill_and_language_are_paid():
    skilled, unskilled = {"skill": 3 * SKILL_ONE // 2}, {"skill": SKILL_ONE // 2}
    for reward, skill in ((1.0, 1.5), (1.4, 1.7), (0.0, 1.0)):
        assert paid(skilled, skill_return=reward) == pytest.approx(300.0 * skill)
        assert paid(unskilled, skill_return=reward) == pytest.approx(150.0)
    assert paid({"served": COURSE}, language_gain=0.2) == pytest.approx(360.0)
    assert paid({"served": COURSE}) == paid(language_gain=0.2) == 300.0


@pytest.mark.parametrize("view", [believed, true_worth])
def test_the_choice_sees_what_skill_is_paid(view):
    household = households()[0]
    args = (1.0, 0.0, 0.0, corridor(), parameters(phi=0.0))
    less, more = (view(household, 0, 0, 0, log_skill, 5.0, 150.0, 1e4, *args[1:]) for log_skill in (3.5, 3.8))
    assert more - less == pytest.approx(parameters()["beta"] * 0.3)


def test_without_papers_work_is_found_less_easily():
    law = {"finding": 0.6, "finding_irregular": 0.2}
    for route, expected in ((NO_ROUTE, 0.2), (WORK_PERMIT, 0.6)):
        people = households(MANY, place=1, jobless=3, route=route)
        where, p = corridor(**PAY, **law), parameters()
        found = sum(work_abroad(one, 0, 5, LUCK, where, p, Counts().flat) > 0 for one in people)
        assert_share(found, expected)


# law in the country ---------------------------------------------------------------------------------------------------

IRREGULARLY = {"place": 1, "months": 9, "overstay": 3, "regime": IRREGULAR, "heard": PERMIT_BIT}


def regularised(household: np.void, **fields: float) -> Counts:
    counts, law = Counts(), corridor(**{"regularisation": 1.0, "permit_upfront": 100.0, "detection": 1.0, **fields})
    assert enforce(household, 0, 30, LUCK, law, parameters(), counts.flat) == STAYS
    return counts


def test_regularisation_gives_its_share_a_permit_on_the_spot():
    household = households(**IRREGULARLY)[0]
    counts = regularised(household)
    assert (household["route"][0], household["permit"][0], household["regime"][0]) == (WORK_PERMIT, 12, REGULAR)
    assert (household["overstay"][0], household["savings"]) == (0, 40_000)
    told = (Tally.REGULARISED, Tally.DETECTIONS, Tally.WORK_PERMITS)
    assert [counts[what, 1] for what in told] == [1, 0, 0]
    people = households(MANY, **IRREGULARLY)
    assert_share(sum(regularised(one, regularisation=0.2)[Tally.REGULARISED, 1] for one in people), 0.2)


@pytest.mark.parametrize(
    "fields",
    [{"heard": 0}, {"savings": 500, "income": 0}, {"ban_from": 1, "ban_left": 5}, {"regime": REGULAR, "route": 3}],
)
def test_who_is_not_regularised(fields):
    household = households(**{**IRREGULARLY, **fields})[0]
    counts = regularised(household, free_movement=1.0 if "route" in fields else 0.0)
    assert counts[Tally.REGULARISED, 1] == 0


def test_an_amnesty_takes_its_share_off_the_list_and_tells_some():
    law, p = corridor(amnesty=0.4, amnesty_court=0.1, amnesty_told=0.5), parameters()
    for cause, expected in ((1, 0.4), (EXPULSION, 0.1), (BAN, 0.1)):
        people, counts = households(MANY, ban_from=1, ban_left=9, q=500, cause=cause), Counts()
        for household in people:
            delist(household, 0, LUCK, law, p, counts.flat)
        off = people["ban_left"][:, 0] == 0
        told = people["ban_from"][:, 0] == 0
        assert_share(int(off.sum()), expected)
        assert counts[Tally.DELISTED, 1] == off.sum()
        assert counts[Tally.DELISTED_TOLD, 1] == told.sum()
        assert abs(told.sum() / off.sum() - 0.5) < 4 * (0.25 / off.sum()) ** 0.5
        assert not (told & ~off).any()
        assert (people["q"][told, 0] == SHARE_ONE).all() and people["stirred"][told].all()
        assert (people["q"][~told, 0] == 500).all()


def lawful_month(household: np.void, at_home: dict[str, float], **fields: float) -> Counts:
    counts, rows = Counts(), np.array([corridor(**fields)] * 3)
    where = home(legal_aid=1.0, **at_home)
    p, advice = parameters(a0=-10.0), offer(centre=1.0)
    if household["place"][0] == HOME:
        rest_at_home(household, 0, LUCK, where, advice, rows, p, counts.flat)
    else:
        face_the_law(household, 0, 3, LUCK, False, where, advice, rows, p, counts.flat)
    return counts


def test_the_month_of_the_banned_has_amnesty_and_advice():
    banned = {"ban_from": 2, "ban_left": 9, "q": 500, "heard": 128}
    law = {"amnesty": 1.0, "amnesty_told": 1.0}
    household = households(**banned)[0]
    assert lawful_month(household, {"amnesty": 1.0}, **law)[Tally.DELISTED_TOLD, 2] == 1
    assert (household["ban_left"][0], household["ban_from"][0]) == (0, 0)
    nothing = households(**banned)[0]
    assert lawful_month(nothing, {}, **law)[Tally.DELISTED, 2] == 0
    assert nothing["ban_left"][0] == 8
    advised = households(**banned)[0]
    assert lawful_month(advised, {"services": 1.0})[Tally.BANS_CLEARED, 2] == 1
    for unserved, services in ((households(**banned, place=1)[0], 1.0), (households(**banned)[0], 2.0)):
        assert lawful_month(unserved, {"services": services})[Tally.CENTRE_ASKED, 0] == 0
    free = households(heard=128)[0]
    assert lawful_month(free, {"services": 1.0, "amnesty": 1.0}, **law)[Tally.CENTRE_ASKED, 0] == 0


def test_an_emergency_brings_home_its_share_by_force_and_lists_nobody():
    law = {"emergency_return": 0.3, "ban_overstay_1_month": 36.0, "listing": 1.0}
    people, returns = households(MANY, place=1, months=9, overstay=5, regime=IRREGULAR), 0
    for household in people:
        counts = lawful_month(household, {}, **law)
        returns += counts[Tally.RETURNS_EMERGENCY, 1]
        assert counts[Tally.BANS_IMPOSED, 1] == counts[Tally.EXPULSIONS, 1] == 0
    home_now = people["place"][:, 0] == HOME
    assert_share(returns, 0.3)
    assert home_now.sum() == returns
    assert (people["cause"][home_now, 0] == EMERGENCY).all() and people["forced"][home_now, 0].all()
    assert (people["scar"][home_now, 0] == 24).all()
