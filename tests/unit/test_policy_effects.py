"""What each policy makes of its quantities, number by number, in its months and places and nowhere else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.policies.base import Policy, build, registered
from sim.policies.context import Context
from sim.policies.information_campaign import CHANNELS
from sim.policies.settings import read
from sim.region import Region, load
from sim.schema.quantities import CAMPAIGN_TOPICS, QUANTITIES, SECTORS, TOPICS

HERE = {"origins": ["KGZ", "UZB"], "during": ["2014-03", "2015-02"]}
THERE = {**HERE, "destinations": ["RUS"]}
TO_RUSSIA = {**HERE, "destination": "RUS"}


@pytest.fixture(scope="module")
def region() -> Region:
    return load("central_asia")


@pytest.fixture(scope="module")
def context(region: Region) -> Context:
    return Context.of(region)


def made(name: str, settings: dict[str, Any], region: Region) -> Policy:
    return build(name, settings, region)


SET = [  # policy, its settings, quantity, the value set
    ("patent", {**TO_RUSSIA, "monthly": 6000}, "permit_monthly", 6000.0),
    ("patent", {**TO_RUSSIA, "upfront": 900}, "permit_upfront", 900.0),
    ("patent", {**TO_RUSSIA, "access": 0.5}, "permit_access", 0.5),
    ("patent", {**TO_RUSSIA, "wait": 2}, "permit_wait", 2.0),
    ("amnesty", {**THERE, "share": 0.5, "told": 0.2}, "amnesty", 0.5),
    ("amnesty", {**THERE, "share": 0.5, "told": 0.2}, "amnesty_told", 0.2),
    ("amnesty", {**THERE, "court": 0.3}, "amnesty_court", 0.3),
    ("amnesty", {**THERE, "leave_freely": 1}, "listing", 0.0),
    ("visa_free_days", {**THERE, "days": 30}, "visa_free_days", 30.0),
    ("visa_free_days", {**THERE, "window": 60}, "visa_free_window", 60.0),
    ("visa_free_days", {**THERE, "border_run": 0.9}, "border_run", 0.9),
    ("enforcement", {**THERE, "expulsion": 0.5}, "expulsion", 0.5),
    ("enforcement", {**THERE, "listing": 0.5}, "listing", 0.5),
    ("enforcement", {**THERE, "refusal": 0.5}, "refusal", 0.5),
    ("enforcement", {**THERE, "offence": 0.5}, "offence", 0.5),
    ("regularisation", {**THERE, "share": 0.1}, "regularisation", 0.1),
    ("employer_compliance", {**THERE, "hired_regularly": 0.02}, "regularisation", 0.02),
    ("employer_compliance", {**THERE, "sanctions": 0.25}, "irregular_finding", 0.75),
    ("recruitment", {**TO_RUSSIA, "places": 10, "fee": 100}, "agency_fee", 100.0),
    ("skills", {**THERE, "recognition": 1.5}, "skill_return", 1.5),
    ("skills", {**THERE, "sectors": ["agriculture", "construction"], "access": 0.9}, "priority_sectors", 5.0),
    ("skills", {**THERE, "sectors": ["agriculture"], "access": 0.9}, "priority_access", 0.9),
    ("transfer_fee", {**THERE, "cap": 0.5}, "transfer_fee", 0.5),
    ("support_centre", {**HERE, "capacity": 9, "language_gain": 0.1}, "language_gain", 0.1),
    ("support_centre", {**HERE, "capacity": 9, "legal_aid": 0.2}, "centre_legal_aid", 0.2),
    ("support_centre", {**HERE, "capacity": 9, "language": 0.3}, "centre_language", 0.3),
    ("reintegration", {**HERE, "capacity": 9, "who": "all"}, "reintegration_all", 1.0),
    ("reintegration", {**HERE, "capacity": 9, "search": 1.5}, "reintegration_search", 1.5),
    ("reintegration", {**HERE, "capacity": 9, "scar": 0.5}, "reintegration_scar", 0.5),
    ("reintegration", {**HERE, "capacity": 9, "grant": 382}, "reintegration_grant", 382.0),
    ("reintegration", {**HERE, "capacity": 9, "gain": 0.1}, "reintegration_gain", 0.1),
    ("public_works", {**HERE, "capacity": 9, "pay": 60}, "works_pay", 60.0),
    ("matched_savings", {**HERE, "rate": 2, "share": 0.2, "portion": 0.1}, "match_rate", 2.0),
    ("matched_savings", {**HERE, "rate": 2, "share": 0.2, "portion": 0.1}, "match_share", 0.2),
    ("matched_savings", {**HERE, "rate": 2, "share": 0.2, "portion": 0.1}, "match_portion", 0.1),
    ("credit", {**HERE, "share": 0.3, "interest": 0.5}, "credit_share", 0.3),
    ("credit", {**HERE, "share": 0.3, "interest": 0.5}, "credit_interest", 0.5),
    ("credit", {**HERE, "share": 0.3, "budgeting": 0.05}, "budgeting", 0.05),
    ("cross_border_trade", {**HERE, "share": 0.1, "income": 40}, "trade_share", 0.1),
    ("cross_border_trade", {**HERE, "share": 0.1, "income": 40}, "trade_income", 40.0),
    ("refugee_work", {**HERE, "refugees": 9, "right": 0.5}, "refugee_right", 0.5),
]
TIMES = [  # policy, its settings, quantity, the factor
    ("enforcement", {**THERE, "raids": 3}, "detection", 3.0),
    ("employer_compliance", {**THERE, "theft": 0.5}, "wage_theft", 0.5),
    ("labour_demand", {**THERE, "change": -10}, "labour_demand", 0.9),
    ("travel_cost", {**THERE, "change": 50}, "travel_cost", 1.5),
    ("refugee_work", {**HERE, "refugees": 9, "right": 0.5, "displacement": 0.2}, "home_job_finding", 0.9),
]
SHARED_OUT = [  # policy, its settings, quantity, the total
    ("work_quota", {**TO_RUSSIA, "quota": 1000}, "work_quota", 1000.0),
    ("recruitment", {**TO_RUSSIA, "places": 1000}, "recruited", 1000.0),
    ("support_centre", {**HERE, "capacity": 1000}, "centre_capacity", 1000.0),
    ("reintegration", {**HERE, "capacity": 1000}, "reintegration_capacity", 1000.0),
    ("public_works", {**HERE, "capacity": 1000, "pay": 60}, "works_capacity", 1000.0),
    ("refugee_work", {**HERE, "refugees": 1000}, "refugees", 1000.0),
]


def chosen(quantity: str, context: Context, settings: dict[str, Any]) -> np.ndarray:
    """Where the settings of this file's tables apply."""
    places = settings.get("destinations", [settings["destination"]] if "destination" in settings else None)
    where = context.corridors(("KGZ", "UZB"), places, ("2014-03", "2015-02"))
    return where if QUANTITIES[quantity].shape == "corridor" else where.any(axis=2)


@pytest.mark.parametrize(("name", "settings", "quantity", "value"), SET)
def test_what_is_set_stands_there_and_nowhere_else(name, settings, quantity, value, region, context):
    base, where = region.array(quantity), chosen(quantity, context, settings)
    after = made(name, settings, region).effect(quantity, base, context)
    assert not (base[where] == value).all()
    assert (after[where] == value).all()
    assert (after[~where] == base[~where]).all()


@pytest.mark.parametrize(("name", "settings", "quantity", "factor"), TIMES)
def test_what_is_multiplied_is_so_there_and_nowhere_else(name, settings, quantity, factor, region, context):
    base, where = region.array(quantity), chosen(quantity, context, settings)
    after = made(name, settings, region).effect(quantity, base, context)
    assert (base[where] > 0).all()
    np.testing.assert_allclose(after[where], factor * base[where], rtol=1e-15)
    assert (after[~where] == base[~where]).all()


@pytest.mark.parametrize(("name", "settings", "quantity", "total"), SHARED_OUT)
def test_a_total_is_shared_out_whole_by_households(name, settings, quantity, total, region, context):
    base, where = region.array(quantity), chosen(quantity, context, settings)
    after = made(name, settings, region).effect(quantity, base, context)
    there = np.where(where, after, 0.0).reshape(*where.shape[:2], -1).sum(axis=2)
    months = where.reshape(len(where), -1).any(axis=1)
    np.testing.assert_allclose(there[months].sum(axis=1), total)
    kgz, uzb = context.origins.index("KGZ"), context.origins.index("UZB")
    people = region.array("households")
    np.testing.assert_allclose(there[months, kgz] * people[months, uzb], there[months, uzb] * people[months, kgz])
    assert (after[~where] == base[~where]).all()


def test_every_quantity_a_new_policy_may_change_is_in_a_table():
    """The five first policies and those with a test of their own below are tried elsewhere."""
    tried = {(name, quantity) for name, _, quantity, _ in SET + TIMES + SHARED_OUT}
    own = {"devaluation", "exchange_rate", "law", "reentry_ban", "seasonal_work"}
    own |= {"free_movement", "full_information", "emergency_return"}
    missing = {
        (name, quantity) for name, cls in registered().items() if name not in own for quantity in cls.modifies
    } - tried
    assert not missing


def test_free_movement_begins_with_a_review_of_the_list(region, context):
    settings = {
        "origins": ["TJK"],
        "destinations": ["KAZ"],
        "granted": 1,
        "start": "2015-08",
        "review": 0.3,
        "told": 0.5,
    }
    policy = made("free_movement", settings, region)
    where = context.corridors(("TJK",), ("KAZ",), ("2015-08", None))
    first = context.corridors(("TJK",), ("KAZ",), ("2015-08", "2015-08"))
    for quantity, value, cells in (
        ("free_movement", 1.0, where),
        ("amnesty", 0.3, first),
        ("amnesty_told", 0.5, first),
    ):
        base = region.array(quantity)
        after = policy.effect(quantity, base, context)
        assert (after[cells] == value).all()
        assert (after[~cells] == base[~cells]).all()


def test_free_movement_can_be_withheld(region, context):
    settings = {"origins": ["KGZ"], "granted": 0, "start": "2015-08"}
    base = region.array("free_movement")
    assert base.any()
    assert not made("free_movement", settings, region).effect("free_movement", base, context).any()


def test_an_emergency_lasts_a_month(region, context):
    policy = made("emergency_return", {"destinations": ["RUS"], "share": 0.3, "month": "2015-02"}, region)
    after = policy.effect("emergency_return", region.array("emergency_return"), context)
    where = context.corridors(None, ("RUS",), ("2015-02", "2015-02"))
    assert (after == np.where(where, 0.3, 0.0)).all()


def test_the_informed_know_from_their_month_on(region, context):
    policy = made("full_information", {"origins": ["UZB"], "share": 0.4, "start": "2014-01"}, region)
    where = context.corridors(("UZB",), None, ("2014-01", None)).any(axis=2)
    assert (policy.effect("informed", region.array("informed"), context) == np.where(where, 0.4, 0.0)).all()


def test_a_currency_follows_its_path(region, context):
    base = region.array("exchange_rate")
    settings = {"currencies": ["RUB"], "hold_at": "2014-07", "path": {"2015-01": 40.0, "2014-11": 36.0}}
    after = made("exchange_rate", settings, region).effect("exchange_rate", base, context)
    rus = context.countries.index("RUS")
    july, november = context.month("2014-07"), context.month("2014-11")
    assert (after[:july] == base[:july]).all()
    assert (after[july:november, rus] == base[july, rus]).all()
    np.testing.assert_allclose(after[november : november + 4, rus], [36.0, 38.0, 40.0, 40.0])
    assert after[-1, rus] == 40.0
    assert (np.delete(after, rus, axis=1) == np.delete(base, rus, axis=1)).all()


def test_labour_demand_of_one_sector_counts_by_its_share(region, context):
    base = region.array("labour_demand")
    settings = {"change": -50, "sector": "construction", "destinations": ["RUS"]}
    after = made("labour_demand", settings, region).effect("labour_demand", base, context)
    share = np.array([region.groups("sector")["construction"][o] for o in range(len(context.origins))])
    assert len(set(share)) > 1
    assert context.sectors.shape == (len(context.origins), len(SECTORS))
    rus = context.destinations.index("RUS")
    np.testing.assert_allclose(after[:, :, rus], base[:, :, rus] * (1 - 0.5 * share))


def test_a_subsidy_pays_no_more_than_the_journey(region, context):
    base = region.array("travel_cost")
    after = made("travel_cost", {"subsidy": 100.0}, region).effect("travel_cost", base, context)
    np.testing.assert_array_equal(after, np.maximum(0.0, base - 100.0))
    assert made("travel_cost", {"subsidy": 1e5}, region).effect("travel_cost", base, context).max() == 0.0


def test_a_share_of_raids_is_no_more_than_certain(region, context):
    after = made("enforcement", {"raids": 10}, region).effect("detection", np.full((72, 3, 3), 0.5), context)
    assert (after == 1.0).all()


def test_costs_count_what_the_policy_adds(region):
    assert made("enforcement", {"raids": 4}, region).costs == {"detections": 75.0}
    assert made("enforcement", {"raids": 0.5}, region).costs == {}
    assert made("refugee_work", {"refugees": 10, "right": 0.75}, region).costs == {"refugees": 12.5}
    assert made("public_works", {"capacity": 9, "pay": 60}, region).costs == {"public_pay": 1.3}
    assert made("travel_cost", {"subsidy": 80}, region).costs == {"departures": 80.0}
    assert made("reintegration", {"capacity": 9}, region).costs == {"reintegrated": 100.0, "grants": 1.0}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_campaign_costs_and_is_trusted_as_its_channel(channel, region, context):
    settings = {"topics": ["own_status", "ban_rules"], "heads": 500, "channel": channel, "seeding": "departing"}
    policy = made("information_campaign", {**settings, **HERE}, region)
    (campaign,) = policy.informs(context)
    cost, trust = CHANNELS[channel]
    assert policy.costs == {"contacted": cost}
    assert (campaign.trust, campaign.heads, campaign.seeding) == (trust, 500.0, "departing")
    assert campaign.topics == ("ban_rules", "own_status")
    assert campaign.origins == ("KGZ", "UZB")
    months = campaign.months(len(context.labels))
    assert (context.labels[months[0]], context.labels[months[-1]]) == ("2014-03", "2015-02")
    own = made("information_campaign", {**settings, "trust": 0.9, "cost_per_contact": 3.0}, region)
    assert (own.costs, own.informs(context)[0].trust) == ({"contacted": 3.0}, 0.9)
    assert own.informs(context)[0].until == len(context.labels) - 1


@pytest.mark.parametrize(
    ("name", "settings", "topic"),
    [
        ("support_centre", {"capacity": 9}, "support_centre"),
        ("regularisation", {"share": 0.1}, "work_permit"),
        ("recruitment", {"places": 9, "destination": "RUS"}, "work_permit"),
    ],
)
def test_a_new_right_is_told_in_its_first_month(name, settings, topic, region, context):
    (campaign,) = made(name, {**settings, **HERE, "known_to": 0.3}, region).informs(context)
    assert (campaign.topic, campaign.share, campaign.heads) == (topic, 0.3, 0.0)
    assert (context.labels[campaign.month], campaign.until) == ("2014-03", None)
    assert campaign.origins == ("KGZ", "UZB")
    assert topic in TOPICS
    assert topic in CAMPAIGN_TOPICS
    assert not made(name, {**settings, **HERE}, region).informs(context)


def test_a_span_may_be_open(region, context):
    rule = registered()["patent"].settings()["during"]
    assert read(["2016-02", None], rule, "during", region) == ("2016-02", None)
    assert context.months(("2016-02", None)).sum() == 23
    assert rule.plain(("2016-02", None)) == ["2016-02", None]


def test_the_law_of_one_origin_can_be_held(region, context):
    base = region.array("free_movement")
    settings = {"hold_at": "2015-07", "rules": ["free_movement"], "origins": ["KGZ"]}
    assert not made("law", settings, region).effect("free_movement", base, context).any()
    other = made("law", {**settings, "origins": ["TJK"]}, region).effect("free_movement", base, context)
    assert (other == base).all()


def test_nobody_chosen_shares_nothing(context):
    assert not context.portion(()).any()
    np.testing.assert_allclose(context.portion(("TJK",))[:, context.origins.index("TJK")], 1.0)
