"""Stay, permits, offences, bans and borders, rule by rule; truth and belief are two fields."""

from __future__ import annotations

import numpy as np
import pytest
from one_household import LUCK, Counts, corridor, home, households, offer, parameters
from small_worlds import begin, pack, scenario

from sim.behaviour.advise import BAN_RULES_BIT
from sim.behaviour.come_home import leave
from sim.behaviour.enforce import BAN, COMPLIES, EXPELLED, EXPELLED_BANNED, EXPULSION, STAYS, enforce, impose, run_ban
from sim.behaviour.live import face_the_law, rest_at_home
from sim.behaviour.permits import SCHEMES
from sim.behaviour.plan import ENDED
from sim.behaviour.routes import FREE, FREE_BIT, NO_ROUTE, PERMIT_BIT, SEASONAL, SEASONAL_BIT, WORK_PERMIT, lawful_route
from sim.behaviour.travel import travel
from sim.draws import luck_of
from sim.schema.attributes import HOME, IRREGULAR, PLACES, REGULAR, SHARE_ONE
from sim.tallies import Tally

LAW_2015 = {"ban_overstay_1_month": 36.0, "ban_overstay_6_months": 60.0, "ban_overstay_9_months": 120.0}
SEASON = 1
CALM_HAZARD = {"a0": -10.0, "dur_1": -10.0, "dur_3": -10.0, "dur_6": -10.0, "dur_12": -10.0}


def exit_after(
    overstay: int, notice: float, law: dict[str, float] | None = None, **fields: int
) -> tuple[np.void, Counts]:
    """A worker leaves destination 1 with some months of overstay, and is listed for sure."""
    household, counts = households(place=1, months=12, overstay=overstay, regime=IRREGULAR, **fields)[0], Counts()
    where = corridor(**(LAW_2015 if law is None else law))
    leave(household, 0, SEASON, 40, LUCK, where, parameters(notice=notice), counts.flat)
    return household, counts


@pytest.mark.parametrize(
    ("overstay", "months"), [(0, 0), (1, 0), (2, 36), (5, 36), (6, 60), (9, 60), (10, 120), (30, 120)]
)
def test_the_ban_found_at_the_exit_grows_with_the_overstay(overstay, months):
    household, counts = exit_after(overstay, notice=0.0)
    assert household["ban_left"][0] == months
    assert household["ban_from"][0] == (1 if months else 0)
    assert household["place"][0] == HOME
    assert counts[Tally.BANS_IMPOSED, 1] == (months > 0)
    assert counts[Tally.BAN_MONTHS, 1] == months


def test_a_ban_that_is_not_noticed_is_true_and_not_believed():
    household, _ = exit_after(2, notice=0.0)
    assert (household["ban_left"][0], household["q"][0]) == (36, SHARE_ONE)
    household, _ = exit_after(2, notice=1.0)
    assert (household["ban_left"][0], household["q"][0]) == (36, 500)
    household, _ = exit_after(2, notice=0.0, heard=BAN_RULES_BIT)
    assert household["q"][0] == 5000  # one in breach who knows the rules fears half, listed or not


def test_no_rule_no_ban_and_no_list_no_ban():
    assert exit_after(12, 1.0, law={})[0]["ban_left"][0] == 0
    unlisted, counts = exit_after(12, 1.0, law={**LAW_2015, "listing": 0.0})
    assert unlisted["ban_left"][0] == 0
    assert unlisted["q"][0] == SHARE_ONE
    assert counts[Tally.BANS_IMPOSED, 1] == 0


def test_staying_beyond_the_window_has_its_own_ban():
    law = {"window_months": 6.0, "ban_excess_stay": 36.0}
    assert exit_after(1, 0.0, law)[0]["ban_left"][0] == 36
    assert exit_after(1, 0.0, {**law, "window_months": 0.0})[0]["ban_left"][0] == 0


def test_the_share_listed_is_the_law_s():
    listed = 0
    p, where = parameters(), corridor(**LAW_2015, listing=0.3)
    people = households(4000, place=1, months=9, overstay=2)
    for household in people:
        leave(household, 0, SEASON, 40, LUCK, where, p, Counts().flat)
        listed += household["ban_left"][0] > 0
    assert abs(listed / 4000 - 0.3) < 4 * (0.21 / 4000) ** 0.5


def test_the_dates_of_russian_law():
    """The pack's dated rules as the specification lists them, in the conditions a run lives by."""
    world = begin(scenario(scale=1e-4, burn_in=2, until="2017-12")).model.world
    law = world.conditions.corridors[:, 0, 0]

    def at(month: str, name: str) -> float:
        return float(law[name][world.at(pack().month_index(month))])

    assert [at("2012-12", name) for name in LAW_2015] == [0, 0, 0]
    assert [at("2013-01", name) for name in LAW_2015] == [36, 36, 36]
    assert [at("2014-12", name) for name in LAW_2015] == [36, 36, 36]
    assert [at("2015-01", name) for name in LAW_2015] == [36, 60, 120]
    assert (at("2013-07", "ban_two_offences"), at("2013-08", "ban_two_offences")) == (0, 36)
    assert (at("2013-12", "ban_excess_stay"), at("2014-01", "ban_excess_stay")) == (0, 36)
    assert (at("2013-12", "ban_two_migration_offences"), at("2014-01", "ban_two_migration_offences")) == (0, 60)
    assert (at("2013-12", "window_months"), at("2014-01", "window_months")) == (0, 6)
    assert at("2014-01", "free_months") == 3
    assert at("2013-10", "listing") < 0.1
    assert at("2013-11", "listing") > 0.4
    assert 0.7 <= at("2014-12", "refusal") <= 0.9 <= at("2015-01", "refusal")
    assert (at("2012-06", "ban_expulsion"), at("2012-06", "ban_repeat_expulsion")) == (60, 120)
    kyrgyz = world.conditions.corridors[:, 1, 0]["free_movement"]
    assert kyrgyz[world.at(pack().month_index("2015-07"))] == 0
    assert kyrgyz[world.at(pack().month_index("2015-08"))] == 1


def month_of_law(household: np.void, month: int, p: np.void, **fields: float) -> tuple[int, Counts]:
    counts = Counts()
    return int(enforce(household, 0, month, luck_of(3, month), corridor(**fields), p, counts.flat)), counts


def test_ninety_days_in_a_hundred_and_eighty():
    household, p = households(place=1)[0], parameters()
    overstay = []
    for month in range(5):
        month_of_law(household, month, p, window_months=6.0)
        household["months"][0] += 1
        overstay.append(int(household["overstay"][0]))
    assert overstay == [0, 0, 0, 1, 2]
    assert household["regime"][0] == IRREGULAR


@pytest.mark.parametrize(("months_at_home", "lawful"), [(1, 0), (2, 0), (3, 3), (9, 3)])
def test_the_window_rolls_on_at_home(months_at_home, lawful):
    """After three months there: back within two, the fourth month in six; back after three, three more are lawful."""
    household, p = households(place=0, stay=0b111)[0], parameters()
    for _ in range(months_at_home):
        rest_at_home(household, 0, LUCK, home(), offer(), np.array([corridor()]), p, Counts().flat)
    household["place"][0] = 1
    for _ in range(lawful):
        month_of_law(household, 9, p, window_months=6.0)
        assert household["overstay"][0] == 0
    month_of_law(household, 9, p, window_months=6.0)
    assert household["overstay"][0] == 1


def test_per_entry_a_border_run_renews_the_stay():
    p = parameters()
    for runs, overstay in ((1.0, 0), (0.0, 1)):
        household = households(place=1, months=3)[0]
        month_of_law(household, 3, p, border_run=runs)
        assert household["overstay"][0] == overstay


def test_free_movement_makes_regular():
    household = households(place=1, months=9, overstay=5, regime=IRREGULAR)[0]
    verdict, _ = month_of_law(household, 3, parameters(), free_movement=1.0, detection=1.0)
    assert verdict == STAYS
    assert (household["route"][0], household["regime"][0], household["overstay"][0]) == (FREE, REGULAR, 0)
    assert household["heard"] & household["used"] & FREE_BIT


def test_a_work_permit_counts_down_and_is_renewed_by_chance():
    for access, route in ((1.0, WORK_PERMIT), (0.0, NO_ROUTE)):
        household = households(place=1, months=9, route=WORK_PERMIT, permit=2)[0]
        month_of_law(household, 3, parameters(), permit_access=access)
        assert (household["permit"][0], household["route"][0]) == (1, WORK_PERMIT)
        month_of_law(household, 4, parameters(), permit_access=access)
        assert household["route"][0] == route
        assert household["permit"][0] == (12 if route else ENDED)


def test_a_seasonal_permit_ends_and_is_not_renewed():
    household = households(place=1, months=7, route=SEASONAL, permit=1)[0]
    month_of_law(household, 3, parameters(), permit_access=1.0)
    assert (household["route"][0], household["permit"][0]) == (NO_ROUTE, ENDED)


def test_those_who_know_the_rules_may_comply():
    for heard, verdict in ((BAN_RULES_BIT, COMPLIES), (0, STAYS)):
        household = households(place=1, months=4, stay=0b111, heard=heard)[0]
        told, _ = month_of_law(household, 3, parameters(comply=1.0), window_months=6.0)
        assert told == verdict
        assert household["overstay"][0] == (0 if verdict == COMPLIES else 1)


@pytest.mark.parametrize(
    ("regime", "since", "months"),
    [(REGULAR, 36, 36), (REGULAR, 37, 0), (IRREGULAR, 12, 60), (IRREGULAR, 13, 36), (IRREGULAR, 37, 0)],
)
def test_two_offences_in_three_years_or_two_migration_offences_in_one(regime, since, months):
    household = households(place=1, months=9, regime=regime, offence_1=100 - since, overstay=4 * regime)[0]
    if regime == REGULAR:
        household["route"][0], household["permit"][0] = WORK_PERMIT, 9
    law = {"ban_two_offences": 36.0, "ban_two_migration_offences": 60.0, "offence": 1.0, "detection": 1.0}
    _, counts = month_of_law(household, 100, parameters(notice=0.0), **law)
    assert household["ban_left"][0] == months
    assert (household["offence_1"][0], household["offence_2"][0]) == (100, 100 - since)
    assert counts[Tally.OFFENCES, 1] == (regime == REGULAR)
    assert counts[Tally.DETECTIONS, 1] == (regime == IRREGULAR)
    assert household["q"][0] == SHARE_ONE


def test_expulsion_is_known_and_the_second_is_longer():
    law = {"detection": 1.0, "expulsion": 1.0, "ban_expulsion": 60.0, "ban_repeat_expulsion": 120.0}
    law |= {"ban_unauthorised_entry": 24.0}
    p = parameters()
    for fields, months, verdict in (
        ({}, 60, EXPELLED),
        ({"cause": EXPULSION}, 120, EXPELLED),
        ({"ban_from": 1, "ban_left": 9, "q": 100}, 84, EXPELLED_BANNED),
        ({"ban_from": 1, "ban_left": 9}, 60, EXPELLED_BANNED),
    ):
        household = households(place=1, months=9, regime=IRREGULAR, overstay=4, **fields)[0]
        told, _ = month_of_law(household, 50, p, **law)
        assert told == verdict
        assert household["ban_left"][0] == months
        assert household["q"][0] == 500


def test_a_law_silent_on_repetition_bans_as_for_the_first_time():
    law = {"detection": 1.0, "expulsion": 1.0, "ban_expulsion": 60.0, "ban_repeat_expulsion": 0.0}
    household = households(place=1, months=9, regime=IRREGULAR, overstay=4, cause=EXPULSION)[0]
    month_of_law(household, 50, parameters(risk_jump=0.0), **law)
    assert household["ban_left"][0] == 60


def test_an_expelled_worker_comes_home_by_force():
    household = households(place=1, months=9, regime=IRREGULAR, overstay=4)[0]
    law = np.array([corridor(detection=1.0, expulsion=1.0, ban_expulsion=60.0)])
    counts = Counts()
    face_the_law(household, 0, 30, LUCK, False, home(), offer(), law, parameters(), counts.flat)
    assert (household["place"][0], household["forced"][0], household["cause"][0]) == (HOME, 1, EXPULSION)
    assert household["scar"][0] == 24
    assert counts[Tally.RETURNS_EXPULSION, 1] == counts[Tally.RETURNS, 1] == counts[Tally.EXPULSIONS, 1] == 1
    entered = households(place=1, months=9, regime=IRREGULAR, overstay=4, ban_from=1, ban_left=20)[0]
    face_the_law(entered, 0, 30, LUCK, False, home(), offer(), law, parameters(), counts.flat)
    assert entered["cause"][0] == BAN


def test_a_longer_ban_is_not_shortened_and_a_ban_runs_out():
    household, p, counts = households()[0], parameters(q_recover=0.5), Counts()
    impose(household, 0, 1, 24, True, p, counts.flat)
    impose(household, 0, 1, 12, False, p, counts.flat)
    assert household["ban_left"][0] == 24
    for _ in range(24):
        run_ban(household, 0, p)
    assert (household["ban_left"][0], household["q"][0], household["ban_from"][0]) == (0, 500, 1)
    for _ in range(3):
        run_ban(household, 0, p)
    assert (household["q"][0], household["ban_from"][0]) == (SHARE_ONE, 0)


def go(household: np.void, p: np.void | None = None, granted: int = -1, **fields: float) -> Counts:
    household["intent"][0], counts = 1, Counts()
    rows = np.array([corridor(**fields)] * 3)
    travel(household, 0, 20, LUCK, rows, np.full(SCHEMES * PLACES, granted, np.int64), p or parameters(), counts.flat)
    return counts


def test_the_refused_lose_the_fare_and_learn():
    household = households(ban_from=1, ban_left=12, savings=50_000)[0]
    counts = go(household, refusal=1.0)
    assert (household["place"][0], household["savings"], household["q"][0], household["stirred"]) == (
        HOME,
        30_000,
        0,
        1,
    )
    assert (counts[Tally.REFUSED, 1], counts[Tally.BORDER_LOSS, 1], counts[Tally.DEPARTURES, 1]) == (1, 20_000, 0)
    assert household["ban_left"][0] == 12
    in_debt = households(ban_from=1, ban_left=12, savings=5_000)[0]
    go(in_debt, refusal=1.0)
    assert (in_debt["savings"], in_debt["debt"]) == (0, 15_000)


def test_the_banned_who_slip_through_are_irregular():
    household = households(ban_from=1, ban_left=12, heard=PERMIT_BIT)[0]
    counts = go(household, refusal=0.0, permit_access=1.0)
    assert (household["place"][0], household["route"][0]) == (1, NO_ROUTE)
    assert counts[Tally.UNAUTHORISED, 1] == counts[Tally.DEPARTURES, 1] == 1
    elsewhere = households(ban_from=2, ban_left=12)[0]
    assert go(elsewhere, refusal=1.0)[Tally.REFUSED, 1] == 0
    assert elsewhere["place"][0] == 1


def test_refusals_come_in_their_share():
    refused = sum(go(one, refusal=0.8)[Tally.REFUSED, 1] for one in households(2000, ban_from=1, ban_left=9))
    assert abs(refused / 2000 - 0.8) < 4 * (0.16 / 2000) ** 0.5


def test_lawful_routes_need_law_knowledge_and_means():
    p = parameters(credit_months=0.0)
    everything = FREE_BIT | SEASONAL_BIT | PERMIT_BIT
    law = {"free_movement": 1.0, "seasonal_pool": 5.0, "permit_access": 0.5, "permit_upfront": 100.0}
    rich, poor = households(savings=50_000)[0], households(savings=25_000)[0]
    assert lawful_route(rich, corridor(**law), everything, p) == FREE
    assert lawful_route(rich, corridor(**law), everything & ~FREE_BIT, p) == SEASONAL
    assert lawful_route(rich, corridor(**law), PERMIT_BIT, p) == WORK_PERMIT
    assert lawful_route(poor, corridor(**law), PERMIT_BIT, p) == NO_ROUTE
    assert lawful_route(rich, corridor(**law), 0, p) == NO_ROUTE
    assert lawful_route(rich, corridor(), everything, p) == NO_ROUTE


def test_seasonal_permits_go_to_the_winners_alone():
    law = {"seasonal_pool": 5.0, "seasonal_length": 8.0}
    loser = households(heard=SEASONAL_BIT)[0]
    counts = go(loser, granted=-1, **law)
    assert (loser["place"][0], loser["savings"], counts[Tally.SEASONAL_REFUSED, 1]) == (HOME, 50_000, 1)
    winner = households(heard=SEASONAL_BIT)[0]
    counts = go(winner, granted=2**63 - 1, **law)
    assert (winner["place"][0], winner["route"][0], winner["permit"][0]) == (1, SEASONAL, 8)
    assert counts[Tally.SEASONAL_PERMITS, 1] == 1
