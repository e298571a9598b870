"""Campaigns, support centres, programmes and public works, rule by rule; what is learned of one's own status is true."""

from __future__ import annotations

import numpy as np
import pytest
from one_household import LUCK, Counts, corridor, home, households, offer, parameters

from sim.behaviour.advise import (
    BAN_RULES_BIT,
    CENTRE_BIT,
    OWN_STATUS,
    ROUTE_BITS,
    advise,
    check_status,
    contact,
    know_all,
    seek_advice,
    take_in,
)
from sim.behaviour.enforce import EXPULSION
from sim.behaviour.permits import applies
from sim.behaviour.plan import plan
from sim.behaviour.routes import FREE_BIT, PERMIT_BIT
from sim.behaviour.travel import enter
from sim.behaviour.work import chance_at_home, pay_of_work_at_home, serve_jobless, work_at_home
from sim.behaviour.worth import pay_at_home, true_worth
from sim.draws import Purpose, bits_in, lasting, luck_of, third_of
from sim.households.ties import TIE_ROW
from sim.schema.attributes import ADVICE, BELIEF_ONE, COURSE, GRANT, NO_INTENT, PROGRAMME, SHARE_ONE
from sim.schema.conditions import SEEDED, SERVICE_BITS
from sim.tallies import Tally

MANY = 3000
BANNED = {"ban_from": 1, "ban_left": 20}
STATUS = float(1 << OWN_STATUS)


def assert_share(count: int, expected: float, many: int = MANY) -> None:
    assert abs(count / many - expected) < 4 * (expected * (1 - expected) / many) ** 0.5


# campaigns ------------------------------------------------------------------------------------------------------------


def contacted(people: np.ndarray, degree: int = 10, **fields: float) -> Counts:
    counts, p = Counts(), parameters()
    made = offer(**fields)
    for household in people:
        contact(household, degree, LUCK, made, p, counts.flat)
    return counts


@pytest.mark.parametrize("seeding", ["random", "connected"])
def test_a_campaign_reaches_its_share_and_tells_its_topics(seeding):
    told = {seeding: 0.3, f"{seeding}_topics": float(CENTRE_BIT), f"{seeding}_trust": 1.0, "connected_from": 8.0}
    people = households(MANY)
    counts = contacted(people, **told)
    reached = counts[Tally(Tally.CONTACTED + SEEDED.index(seeding)), 0]
    assert_share(reached, 0.3)
    assert ((people["heard"] & CENTRE_BIT) > 0).sum() == reached
    assert (people["heard"] & ~CENTRE_BIT == 0).all()


def test_only_the_most_connected_are_sought_among_them():
    told = {"connected": 1.0, "connected_from": 11.0, "connected_topics": 8.0, "connected_trust": 1.0}
    assert contacted(households(9), degree=10, **told)[Tally.CONTACTED_CONNECTED, 0] == 0
    assert contacted(households(9), degree=11, **told)[Tally.CONTACTED_CONNECTED, 0] == 9


@pytest.mark.parametrize(
    ("fields", "meant"),
    [({"last_place": 1, "months": 12}, 1), ({"last_place": 1, "months": 13}, 0), ({"months": 3}, 0),
     ({"last_place": 1, "months": 3, "place": 1}, 0)],
)  # fmt: skip
def test_a_campaign_among_returnees_seeks_those_back_within_a_year(fields, meant):
    counts = contacted(households(50, **fields), returnees=1.0, returnees_topics=8.0, returnees_trust=1.0)
    assert counts[Tally.RETURNEE_HOUSEHOLDS, 0] == counts[Tally.CONTACTED_RETURNEES, 0] == 50 * meant


def test_what_is_told_is_taken_in_with_the_credibility_and_moves_the_wage_belief_by_it():
    p, taken, before = parameters(), 0, BELIEF_ONE
    for household in households(MANY):
        household["wage_belief"][1] = before
        take_in(household, 0, 1 << 1, 0.25, LUCK, p)
        taken += household["heard"] == 1 << 1
        assert household["wage_belief"][1] == (0.75 * before if household["heard"] else before)
    assert_share(taken, 0.25)


def test_a_belief_that_moves_far_makes_one_think_again():
    for threshold, stirred in ((0.4, 1), (0.6, 0)):
        household = households()[0]
        household["wage_belief"][0] = BELIEF_ONE
        take_in(household, 0, 1, 0.5, luck_of(1, 7), parameters(news_threshold=threshold))
        assert household["stirred"] == (stirred if household["heard"] else 0)
    some = households(20)
    for household in some:
        take_in(household, 0, 1 << OWN_STATUS, 1.0, LUCK, parameters())
    assert not some["heard"].any()  # own status is no topic that spreads


# own status -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "q", "ban_from", "stirred"),
    [
        (BANNED, 500, 1, 0),
        ({**BANNED, "q": 0}, 0, 1, 0),  # who was refused is not led to believe more
        ({"ban_from": 1, "q": 300}, SHARE_ONE, 0, 1),
        ({"ban_from": 1, "q": 5_000}, SHARE_ONE, 0, 0),
        ({"ban_from": 1, "q": 5_000, "place": 1, "overstay": 3}, 5_000, 1, 0),
        ({}, SHARE_ONE, 0, 0),
    ],
)
def test_a_check_of_status_tells_the_truth(fields, q, ban_from, stirred):
    household = households(**fields)[0]
    check_status(household, parameters())
    assert (household["q"][0], household["ban_from"][0], household["stirred"]) == (q, ban_from, stirred)
    assert household["ban_left"][0] == fields.get("ban_left", 0)


def leaving(household: np.void, services: int, place: int = 1, **fields: float) -> tuple[int, Counts]:
    counts = Counts()
    where = home(services=float(services), in_force=255.0, language=fields.pop("language", 0.0))
    told = advise(household, 0, place, LUCK, where, offer(**fields), parameters(), counts.flat)
    return int(told), counts


def test_one_who_learns_of_a_ban_in_time_stays():
    campaign = {"departing": 1.0, "departing_topics": STATUS, "departing_trust": 1.0}
    household = households(**BANNED)[0]
    place, counts = leaving(household, SERVICE_BITS["campaign"], **campaign)
    assert (place, household["q"][0], household["stirred"]) == (NO_INTENT, 500, 1)
    told = (Tally.LEAVING, Tally.CONTACTED_DEPARTING, Tally.CALLED_OFF)
    assert [counts[what, 0] for what in told] == [1, 1, 1]
    elsewhere = households(**BANNED)[0]
    assert leaving(elsewhere, SERVICE_BITS["campaign"], place=2, **campaign)[0] == 2
    assert leaving(households()[0], SERVICE_BITS["campaign"], **campaign)[0] == 1
    assert leaving(households(**BANNED)[0], SERVICE_BITS["campaign"])[0] == 1  # reached by nobody


def test_a_centre_tells_those_who_have_heard_of_it():
    household = households(heard=CENTRE_BIT)[0]
    place, counts = leaving(household, SERVICE_BITS["centre"], centre=1.0)
    assert place == 1
    assert household["heard"] == CENTRE_BIT | BAN_RULES_BIT | ROUTE_BITS
    assert household["used"] == CENTRE_BIT
    assert (counts[Tally.CENTRE_ASKED, 0], counts[Tally.CENTRE_VISITS, 0], counts[Tally.COURSES, 0]) == (1, 1, 0)
    full = households(heard=CENTRE_BIT)[0]
    _, counts = leaving(full, SERVICE_BITS["centre"], centre=0.0)
    assert (counts[Tally.CENTRE_ASKED, 0], counts[Tally.CENTRE_VISITS, 0], full["used"]) == (1, 0, 0)
    stranger = households()[0]
    assert leaving(stranger, SERVICE_BITS["centre"], centre=1.0)[1][Tally.CENTRE_ASKED, 0] == 0


def test_a_language_course_is_taken_once_and_kept():
    courses = 0
    for household in households(MANY, heard=CENTRE_BIT):
        _, counts = leaving(household, SERVICE_BITS["centre"], centre=1.0, language=0.4)
        courses += counts[Tally.COURSES, 0]
        assert household["served"][0] == (COURSE if counts[Tally.COURSES, 0] else 0)
        assert leaving(household, 1, centre=1.0, language=0.0)[1][Tally.COURSES, 0] == 0
    assert_share(courses, 0.4)
    after = households(served=COURSE | PROGRAMME | GRANT | ADVICE)[0]
    enter(after, 0, 1, 0, 5, LUCK, corridor(), parameters(), Counts().flat)
    assert after["served"][0] == COURSE


def advised(household: np.void, legal_aid: float, centre: float = 1.0) -> Counts:
    counts = Counts()
    seek_advice(household, 0, LUCK, home(legal_aid=legal_aid), offer(centre=centre), parameters(), counts.flat)
    return counts


def test_one_who_doubts_asks_once_and_legal_aid_lifts_some_bans():
    cleared = sum(
        advised(one, 0.3)[Tally.BANS_CLEARED, 1] for one in households(MANY, **BANNED, q=500, heard=CENTRE_BIT)
    )
    assert_share(cleared, 0.3)
    household = households(**BANNED, q=500, heard=CENTRE_BIT)[0]
    assert advised(household, 1.0)[Tally.BANS_CLEARED, 1] == 1
    left = [int(household[name][0]) for name in ("ban_left", "ban_from", "q")]
    assert (left, household["stirred"]) == ([0, 0, SHARE_ONE], 1)
    by_court = households(**BANNED, q=500, heard=CENTRE_BIT, cause=EXPULSION)[0]
    assert advised(by_court, 1.0)[Tally.BANS_CLEARED, 1] == 0
    assert (by_court["ban_left"][0], by_court["served"][0]) == (20, ADVICE)
    assert advised(by_court, 1.0)[Tally.CENTRE_ASKED, 0] == 0
    for who_does_not_ask in ({"heard": CENTRE_BIT}, {"q": 500}):  # knows of no ban; knows of no centre
        assert advised(households(**BANNED, **who_does_not_ask)[0], 1.0)[Tally.CENTRE_ASKED, 0] == 0
    waits = households(**BANNED, q=500, heard=CENTRE_BIT)[0]
    assert advised(waits, 1.0, centre=0.0)[Tally.CENTRE_ASKED, 0] == 1
    assert waits["served"][0] == 0


# those who know everything --------------------------------------------------------------------------------------------


def test_the_informed_know_rules_wages_and_their_own_status():
    household = households(workers=2, heard=1, wage_belief=900)[0]
    household["ban_left"][:2], household["ban_from"][:2], household["q"][1] = (9, 0), (1, 2), 100
    rows = np.array([corridor(refusal=0.85), corridor(), corridor()])
    know_all(household, home(in_force=255.0), rows)
    assert household["heard"] == 255
    assert not household["wage_belief"].any()
    assert household["q"][:2].tolist() == [1_500, SHARE_ONE]


@pytest.mark.parametrize(
    ("overstay", "law", "q"),
    [
        (1, {"ban_overstay_1_month": 36.0}, 1.0),  # an overstay of up to thirty days is not listed
        (4, {"ban_overstay_1_month": 36.0}, 0.6),
        (4, {}, 1.0),
        (1, {"ban_excess_stay": 36.0, "window_months": 6.0}, 0.6),
    ],
)
def test_the_informed_abroad_know_what_leaving_would_bring(overstay, law, q):
    household = households(place=2, months=8, overstay=overstay, regime=1)[0]
    rows = np.array([corridor(), corridor(refusal=0.8, listing=0.5, **law), corridor()])
    know_all(household, home(in_force=255.0), rows)
    assert household["q"][0] == int(q * SHARE_ONE + 0.5)
    assert household["ban_from"][0] == (2 if q < 1.0 else 0)
    assert household["ban_left"][0] == 0


def test_who_slips_in_on_a_ban_has_no_papers_and_knows_it_beforehand():
    rows = [corridor(refusal=0.5, permit_access=1.0, free_movement=free, true_log_regular=6.0) for free in (0.0, 1.0)]
    for fields in ({"ban_from": 1, "ban_left": 9}, {}):
        household = households(heard=255, savings=900_000, **fields)[0]
        plain, papers = (
            true_worth(household, 0, 0, known, 0.0, 5.0, 150.0, 9e3, 0.0, 0.0, row, parameters())
            for known, row in zip((0, 255), rows, strict=True)
        )
        assert (papers > plain) == (not fields)


def chosen(people: np.ndarray, share: float, rows: np.ndarray, **fields: float) -> Counts:
    """Everybody deliberates, with the errors of the choice as they are drawn."""
    counts, p = Counts(), parameters()
    ties, nobody = np.zeros(len(people), TIE_ROW).view(np.recarray), np.zeros(0, np.int32)
    where = home(informed=share, in_force=255.0, season_departures=1.0, **fields)
    abroad = np.zeros(len(people), np.int8)
    for i, household in enumerate(people):
        household["stirred"] = 1
        if share:
            know_all(household, where, rows)
        plan(household, i, 5, LUCK, where, offer(), rows, np.ones(9), ties, nobody, abroad, p, counts.flat)
    return counts


WELL_PAID = {"view_log_regular": 5.0, "view_log_irregular": 5.0, "true_log_regular": 7.0, "true_log_irregular": 7.0}


def test_the_informed_lose_nothing_by_what_they_believe():
    rows = np.array([corridor(**WELL_PAID), corridor(), corridor()])
    for fields in ({}, BANNED):
        misled, knowing = (chosen(households(300, **fields), share, rows) for share in (0.0, 1.0))
        assert misled[Tally.MISINFORMATION, 0] > 0
        assert knowing[Tally.MISINFORMATION, 0] == 0
        assert knowing[Tally.DELIBERATIONS, 0] == misled[Tally.DELIBERATIONS, 0] == 300


def test_the_informed_do_not_go_where_they_are_turned_back():
    rows = np.array([corridor(**WELL_PAID, refusal=0.95, attraction=3.0)])
    people = households(300, **BANNED)
    chosen(people, 1.0, rows)
    assert (people["intent"][:, 0] != 1).all()
    unaware = households(300, **BANNED)
    chosen(unaware, 0.0, rows)
    assert (unaware["intent"][:, 0] == 1).sum() > 100


def test_who_is_told_of_a_permit_in_time_applies_in_the_same_month():
    household, rows = households(heard=CENTRE_BIT, savings=90_000)[0], [corridor(permit_access=1.0, work_pool=5.0)] * 3
    household["intent"][0] = 1
    assert applies(household, 0, np.array(rows), parameters()) == 0
    leaving(household, SERVICE_BITS["centre"], centre=1.0)
    assert applies(household, 0, np.array(rows), parameters()) == 4
    assert household["heard"] & PERMIT_BIT and household["heard"] & FREE_BIT


# programmes and public works ------------------------------------------------------------------------------------------

BACK = {"jobless": 2, "searching": 1, "last_place": 1, "forced": 1}
NO_JOB = {"finding": 0.0, "finding_mean": 1.0, "losing": 0.0}


def month_at_home(
    household: np.void, services: str, given: dict[str, float] | None = None, **fields: float
) -> tuple[int, Counts]:
    counts = Counts()
    where = home(services=float(SERVICE_BITS[services]), **{**NO_JOB, **fields})
    pay, u = pay_of_work_at_home(household, where), third_of(bits_in(LUCK[Purpose.JOB], household["key"], 0, 2), 0)
    earned = work_at_home(household, 0, u, pay, int(100.0 * pay + 0.5), where, parameters(search_level=0.0))
    if household["jobless"][0] > 0:
        earned += serve_jobless(household, 0, LUCK, where, offer(**(given or {})), counts.flat)
    return int(earned), counts


def test_a_programme_takes_its_share_once_and_pays_a_grant():
    entered = 0
    for household in households(MANY, **BACK):
        _, counts = month_at_home(household, "reintegration", {"reintegration": 0.3}, grant=38_200.0)
        entered += counts[Tally.REINTEGRATED, 0]
        assert counts[Tally.REINTEGRATION_ASKED, 0] == 1
        assert household["savings"] == 50_000 + counts[Tally.GRANTS, 0]
        assert household["served"][0] == (PROGRAMME | GRANT if counts[Tally.REINTEGRATED, 0] else 0)
        if household["served"][0]:
            assert counts[Tally.GRANTS, 0] == 38_200
            again = month_at_home(household, "reintegration", {"reintegration": 1.0}, grant=38_200.0)[1]
            assert again[Tally.REINTEGRATION_ASKED, 0] == 0
    assert_share(entered, 0.3)


@pytest.mark.parametrize(
    ("fields", "all_returnees", "asks"),
    [(BACK, 0, 1), ({**BACK, "forced": 0}, 0, 0), ({**BACK, "forced": 0}, 1, 1), ({**BACK, "searching": 0}, 1, 0),
     ({**BACK, "jobless": 0}, 1, 0)],
)  # fmt: skip
def test_who_may_enter_a_programme(fields, all_returnees, asks):
    household = households(**fields)[0]
    _, counts = month_at_home(household, "reintegration", {"reintegration": 1.0}, all_returnees=float(all_returnees))
    assert counts[Tally.REINTEGRATION_ASKED, 0] == asks
    assert household["served"][0] == (PROGRAMME if asks else 0)


def test_a_programme_helps_to_search_spares_the_scar_and_a_grant_raises_pay():
    p = parameters(search_forced=0.0, scar=0.12)
    where = home(finding=0.1, finding_mean=0.1, search=1.5)
    helped, alone = (households(**BACK, served=served)[0] for served in (PROGRAMME, 0))
    assert chance_at_home(helped, 0, where, p) == pytest.approx(1.5 * chance_at_home(alone, 0, where, p))
    for served in (0, PROGRAMME, GRANT, PROGRAMME | GRANT):
        one = households(scar=11, served=served)[0]  # eleven months are left, ten when the month is paid
        earned, _ = month_at_home(one, "reintegration", grant_gain=0.1, scar_spared=0.5)
        scar = 0.12 * 10 / 24
        fair = 10_000 * (1 - scar * (0.5 if served & PROGRAMME else 1)) * (1.1 if served & GRANT else 1)
        assert earned == int(fair + 0.5)
        y_home = pay_at_home(
            households(scar=10, served=served)[0], 0, home(grant_gain=0.1, scar_spared=0.5), offer(), p
        )
        assert 100 * y_home == pytest.approx(fair)


def test_public_works_employ_their_share_of_the_jobless_who_go_on_searching():
    employed = 0
    for household in households(MANY, jobless=4, searching=1):
        earned, counts = month_at_home(household, "works", {"works": 0.4}, works_pay=6_000.0)
        assert counts[Tally.WORKS_ASKED, 0] == 1
        assert earned == counts[Tally.PUBLIC_PAY, 0] == 6_000 * counts[Tally.PUBLIC_WORKERS, 0]
        assert counts[Tally.HOME_PAY, 0] == 0
        assert (household["jobless"][0], household["searching"][0]) == (5, 1)
        employed += counts[Tally.PUBLIC_WORKERS, 0]
    assert_share(employed, 0.4)
    at_work = households()[0]
    assert month_at_home(at_work, "works", {"works": 1.0})[1][Tally.WORKS_ASKED, 0] == 0


def test_one_without_work_counts_on_public_works_for_the_rest_of_the_time():
    p, idle = parameters(idle_value=0.75), households(jobless=3)[0]
    where = home(works_pay=6_000.0)
    assert pay_at_home(idle, 0, where, offer(), p) == 75.0
    assert pay_at_home(idle, 0, where, offer(works=0.8), p) == 75.0 + 0.25 * 0.8 * 60.0
    assert pay_at_home(households()[0], 0, where, offer(works=1.0), p) == 100.0


def test_lasting_draws_differ_between_purposes_and_stay():
    keys = households(MANY)["key"].tolist()
    one, other = ([lasting(purpose, key) for key in keys] for purpose in (Purpose.TRADE, Purpose.CREDIT))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.08
    assert one == [lasting(Purpose.TRADE, key) for key in keys]
