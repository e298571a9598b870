"""The month's conditions of what packs have no rows for: quotas, services, contacts of campaigns."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from small_worlds import pack, scenario

from sim.conditions import digits
from sim.errors import InputError
from sim.offers import contacts_of
from sim.policies.base import Campaign
from sim.policies.context import Context
from sim.prepared import prepare
from sim.schema.conditions import CORRIDOR_FIELDS, HOME_FIELDS, SEEDED
from sim.schema.quantities import CAMPAIGN_TOPICS

BURN_IN = 18
FIRST_NEW_CORRIDOR, FIRST_NEW_HOME = CORRIDOR_FIELDS.index("work_pool"), HOME_FIELDS.index("services")
LAST_NEW_CORRIDOR = CORRIDOR_FIELDS.index("emergency_return") + 1
NOTHING = {"work_pool": -1.0, "skill_return": 1.0, "search": 1.0, "credit_interest": 1.0}


def conditions(scale: float = 0.01, **corridor: float):
    given = {"corridors": {"TJK": {"RUS": corridor}}} if corridor else {}
    return prepare(scenario(scale=scale, burn_in=BURN_IN, until="2013-12", **given), pack()).conditions


def test_eleven_digits_are_kept_of_any_number_and_what_is_none_stays_none():
    numbers = 1.23456789012345 * 10.0 ** np.arange(-290, 300, 7)
    assert digits(numbers) == pytest.approx(numbers, rel=1e-10)
    assert digits(np.array([1.23456789012345, 123456.789012345])).tolist() == [1.2345678901, 123456.78901]
    assert (digits(-numbers) == -digits(numbers)).all()
    assert digits(np.array([0.0, -0.0, 9.999999999999])).tolist() == [0.0, 0.0, 10.0]
    assert np.array_equal(digits(np.array([np.inf, -np.inf, np.nan])), [np.inf, -np.inf, np.nan], equal_nan=True)
    assert digits(np.array([1e-305, 1e308])) == pytest.approx([1e-305, 1e308])


def test_what_no_law_and_no_policy_gives_is_nothing():
    made = conditions()
    for name in CORRIDOR_FIELDS[FIRST_NEW_CORRIDOR:LAST_NEW_CORRIDOR]:
        expected = made.corridors["finding"] if name == "finding_irregular" else NOTHING.get(name, 0.0)
        assert (made.corridors[name] == expected).all(), name
    for name in HOME_FIELDS[FIRST_NEW_HOME:]:
        assert (made.homes[name] == NOTHING.get(name, 0.0)).all(), name
    assert not made.contacts.view(np.uint8).any()
    assert not made.capacities.view(np.uint8).any()


def test_a_work_quota_is_released_over_each_year_and_holds_in_the_burn_in():
    made = conditions(scale=0.01, work_quota=120_000)
    pool = made.corridors["work_pool"][:, pack().origins.index("TJK"), pack().destinations.index("RUS")]
    whole = 120_000 * 0.01
    assert pool[BURN_IN - 1] == pytest.approx(whole)  # December before the pack's first month
    assert pool[BURN_IN + 11] == pytest.approx(whole)
    assert pool[BURN_IN + 12] < 0.2 * whole
    assert (np.diff(pool[BURN_IN : BURN_IN + 12]) >= 0).all()
    assert 0 < pool[0] < whole  # the burn-in begins in July
    assert (made.corridors["work_pool"] == -1).sum() == made.corridors["work_pool"].size - len(pool)


def test_work_without_papers_may_be_harder_to_find():
    made = conditions(irregular_finding=0.5)
    there = made.corridors["finding_irregular"] != made.corridors["finding"]
    assert there.sum() == len(made.corridors)
    assert made.corridors["finding_irregular"][there] == pytest.approx(0.5 * made.corridors["finding"][there], rel=1e-9)


def contacts(*campaigns: Campaign, scale: float = 0.1) -> np.ndarray:
    return contacts_of(campaigns, Context.of(pack()), 24, scale)


def test_contacts_are_shared_by_households_and_add_up():
    context = Context.of(pack())
    made = contacts(Campaign("own_status", 0.0, 3, context.origins, "departing", 9_000.0, until=5))
    heads = made["departing_heads"]
    assert np.flatnonzero(heads.sum(axis=1)).tolist() == [3, 4, 5]
    assert heads[3:6].sum(axis=1) == pytest.approx(900.0)
    assert heads[4] / heads[4].sum() == pytest.approx(context.households[4] / context.households[4].sum())
    assert (made["departing_topics"][3:6] == 1 << CAMPAIGN_TOPICS.index("own_status")).all()
    assert all(not made[f"{seeding}_heads"].any() for seeding in SEEDED if seeding != "departing")


def test_the_order_of_campaigns_changes_no_bit():
    origins = pack().origins
    several = [
        Campaign("own_status", 0.0, 0, origins, "returnees", 0.1, trust=0.3),
        Campaign(("ban_rules", "own_status"), 0.0, 0, origins[:2], "returnees", 0.7, until=2, trust=0.9),
        Campaign("work_permit", 0.0, 0, origins[1:], "returnees", 1e6 / 3, trust=0.6),
        Campaign("work_permit", 0.0, 0, origins[:2], "returnees", 1e3 / 7, trust=0.6),
        Campaign("work_permit", 0.0, 0, origins, "returnees", 1e7 / 11, trust=0.6),
    ]
    first = contacts(*several)
    assert first["returnees_trust"][0].max() == 0.9
    assert first["returnees_topics"][0, 1] == sum(
        1 << CAMPAIGN_TOPICS.index(topic) for topic in ("own_status", "ban_rules", "work_permit")
    )
    for order in itertools.permutations(several):
        assert contacts(*order).tobytes() == first.tobytes()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"topic": "own_statuss", "heads": 1.0}, "Nearest: own_status"),
        ({"topic": "own_status", "share": 0.2}, "is told in public"),
        ({"topic": "ban_rules", "seeding": "departed"}, "Nearest: departing"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused_in_one_line(given, told):
    with pytest.raises(InputError, match=told):
        Campaign(**{"share": 0.0, "month": 0, "origins": ("TJK",), **given})


def test_the_months_of_a_campaign():
    one = Campaign("ban_rules", 0.2, 3, ("TJK",))
    assert list(one.months(10)) == [3]
    assert list(Campaign("ban_rules", 0.2, 3, ("TJK",), until=20).months(6)) == [3, 4, 5]
