"""Whom a policy met is counted where the policy, alone, changes something, and its cost where it is in force."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from small_worlds import live_through, pack, scenario

from sim.basis import Basis
from sim.errors import InputError
from sim.measures import MEASURES
from sim.output.touched import touched, unit_of, untouched
from sim.policies.base import Policy, build
from sim.policies.context import Context
from sim.prepared import History, prepare
from sim.schema.quantities import QUANTITIES
from sim.tables import make_tables

POLICIES: dict[str, dict[str, Any]] = {
    "travel_cost": {"origins": ["TJK"], "destinations": ["RUS"], "subsidy": 100, "during": ["2012-05", "2012-09"]},
    "support_centre": {"origins": ["TJK", "UZB"], "capacity": 30_000, "known_to": 0.6, "during": ["2012-02", None]},
    "exchange_rate": {"currencies": ["KZT"], "path": {"2012-06": 300.0}},
    "information_campaign": {
        "topics": ["ban_rules"], "seeding": "random", "heads": 40_000, "origins": ["KGZ"], "during": ["2012-03", "2012-04"],
    },
    "employer_compliance": {"origins": ["UZB"], "destinations": ["RUS"], "theft": 0.5, "cost_per_migrant": 2.0},
    "labour_demand": {"origins": ["KGZ"], "destinations": ["RUS"], "change": -5},
}  # fmt: skip


def made(until: str = "2012-12", **policies: dict[str, Any]):
    one = scenario(until=until, policies=policies or POLICIES)
    prepared = prepare(one, pack())
    outcomes = [live_through(one, seed=seed) for seed in (1, 2)]
    return prepared, make_tables(outcomes, [prepared.frame] * len(outcomes))


@pytest.fixture(scope="module")
def world():
    return made()


@pytest.fixture(scope="module")
def rows(world) -> dict[tuple[str, str], dict[str, Any]]:
    prepared, (corridors, origins, *_) = world
    told = touched(prepared.basis, prepared.frame, pack().countries, corridors, origins)
    return {(row["policy"], row["quantity"]): row for row in told}


def total(table: pd.DataFrame, measure: str, first: str, last: str, **places: str | list[str]) -> float:
    """Sum of a measure over months and places, mean over seeds."""
    chosen = table["month"].between(first, last)
    for column, wanted in places.items():
        chosen &= table[column].isin([wanted] if isinstance(wanted, str) else wanted)
    return float(table.loc[chosen, measure].sum() / table["seed"].nunique())


def test_a_corridor_is_met_where_it_is_changed(world, rows):
    _, (corridors, *_) = world
    row = rows["travel_cost", "travel_cost"]
    assert (row["cells"], row["first"], row["last"]) == (5, "2012-05", "2012-09")
    assert (row["measure"], row["unit"]) == ("departures", "persons")
    expected = total(corridors, "departures", "2012-05-01", "2012-09-01", origin="TJK", destination="RUS")
    assert row["people"] == pytest.approx(expected)
    assert row["people"] > 0
    assert row["money"] is None


def test_a_service_is_met_by_its_own_clients(world, rows):
    _, (_, origins, *_) = world
    row = rows["support_centre", "centre_capacity"]
    expected = total(origins, "centre_visits", "2012-02-01", "2012-12-01", origin=["TJK", "UZB"])
    assert (row["cells"], row["people"], row["unit"]) == (22, pytest.approx(expected), "persons")
    assert expected > 0
    told = rows["support_centre", "told support_centre"]
    households = total(origins, "households", "2012-02-01", "2012-02-01", origin=["TJK", "UZB"])
    assert (told["cells"], told["first"], told["last"]) == (2, "2012-02", "2012-02")
    assert (told["people"], told["unit"]) == (pytest.approx(0.6 * households), "households")


def test_a_campaign_meets_those_it_contacted(world, rows):
    _, (_, origins, *_) = world
    row = rows["information_campaign", "told ban_rules"]
    assert (row["cells"], row["first"], row["last"]) == (2, "2012-03", "2012-04")
    expected = total(origins, "contacted", "2012-03-01", "2012-04-01", origin="KGZ")
    assert row["people"] == pytest.approx(expected) == pytest.approx(80_000, rel=0.1)
    assert row["unit"] == "contacts"


def test_a_quantity_of_countries_is_met_by_the_corridors_to_and_from_them(world, rows):
    _, (corridors, *_) = world
    row = rows["exchange_rate", "exchange_rate"]
    assert (row["cells"], row["measure"], row["unit"]) == (7, "stock", "person-months")
    assert row["people"] == pytest.approx(total(corridors, "stock", "2012-06-01", "2012-12-01", destination="KAZ"))
    sent = total(corridors, "remittances_true", "2012-06-01", "2012-12-01", destination="KAZ")
    assert (row["money_measure"], row["money"]) == ("remittances_true", pytest.approx(sent))


def test_every_policy_has_a_row_for_all_it_may_change_or_tell(world, rows):
    prepared, _ = world
    asked = {(policy.name, name) for policy in prepared.scenario.policy_objects for name in policy.modifies}
    told = {("support_centre", "told support_centre"), ("information_campaign", "told ban_rules")}
    assert set(rows) == asked | told
    idle = rows["employer_compliance", "irregular_finding"]
    assert (idle["cells"], idle["first"], idle["people"]) == (0, "", 0.0)


@pytest.mark.parametrize("quantity", [name for name, one in QUANTITIES.items() if one.meets])
def test_each_measure_that_a_quantity_meets_can_be_added_up(quantity):
    people, *money = QUANTITIES[quantity].meets
    assert MEASURES[people].kind != "ratio"
    assert unit_of(people).split("-")[0] in ("person", "persons", "household", "households", "contacts")
    assert all(MEASURES[name].unit == "USD per month" for name in money)


def test_who_touched_nobody_is_named():
    none = {
        "cells": 0,
        "first": "",
        "last": "",
        "measure": "stock",
        "people": 0.0,
        "unit": "",
        "money_measure": "",
        "money": None,
    }
    uncountable = {**none, "measure": "", "people": None}
    rows = [
        {"policy": "idle", "quantity": "a", **none},
        {"policy": "busy", "quantity": "a", **none},
        {"policy": "busy", "quantity": "b", **none, "money_measure": "grants", "money": 5.0},
        {"policy": "unknown", "quantity": "c", **uncountable},
    ]  # fmt: skip
    assert list(untouched(rows)) == ["idle"]


def test_what_nobody_met_is_told_of_a_real_run():
    """Seasonal permits that nobody has heard of, in the last month before anybody could."""
    seasonal = {"destination": "KAZ", "quota": 1, "known_to": 0.0, "start": "2012-12"}
    prepared, (corridors, origins, *_) = made(seasonal_work=seasonal)
    rows = touched(prepared.basis, prepared.frame, pack().countries, corridors, origins)
    assert {row["cells"] for row in rows} == {3, 0}
    assert list(untouched(rows)) == ["seasonal_work"]


def test_what_a_policy_does_away_with_is_not_counted_as_nobody():
    """Without bans nobody is banned, and that is no reason to warn; a ban that stays is counted."""
    prepared, (corridors, origins, *_) = made(reentry_ban={"months": 0}, patent={"destination": "RUS", "access": 0.0})
    rows = touched(prepared.basis, prepared.frame, pack().countries, corridors, origins)
    by_name = {row["quantity"]: row for row in rows}
    for gone in ("ban_expulsion", "permit_access"):
        assert by_name[gone]["cells"] > 0
        assert by_name[gone]["people"] is None
    assert by_name["ban_overstay_1_month"]["cells"] == 0  # the statute of 2012 has none
    assert list(untouched(rows)) == []
    prepared, (corridors, origins, *_) = made(reentry_ban={"months": 600})
    rows = touched(prepared.basis, prepared.frame, pack().countries, corridors, origins)
    assert max(row["people"] for row in rows) > 0


def test_a_cost_counts_where_and_when_the_policy_is_in_force(world):
    """A subsidy for Tajiks to Russia in five months is paid for these alone, inspections in Russia for Uzbeks there."""
    _, (corridors, origins, *_, policies) = world
    by_policy = {
        name: table.set_index(["seed", "month", "origin"])["public_cost"] for name, table in policies.groupby("policy")
    }
    assert set(by_policy) == {"travel_cost", "support_centre", "information_campaign", "employer_compliance"}
    keyed = corridors[corridors["destination"] == "RUS"].set_index(["seed", "month", "origin"])
    month, origin = (keyed.index.get_level_values(level) for level in ("month", "origin"))
    summer = (month >= "2012-05-01") & (month <= "2012-09-01")
    paid = 100.0 * keyed["departures"] * ((origin == "TJK") & summer)
    pd.testing.assert_series_equal(by_policy["travel_cost"], paid, check_names=False)
    inspected = 2.0 * keyed["irregular"] * (origin == "UZB")
    pd.testing.assert_series_equal(by_policy["employer_compliance"], inspected, check_names=False)
    assert paid.sum() > 0 < inspected.sum()
    at_home = origins.set_index(["seed", "month", "origin"])
    visits = 15.0 * at_home["centre_visits"]
    pd.testing.assert_series_equal(by_policy["support_centre"], visits, check_names=False)
    assert not by_policy["support_centre"].xs("KGZ", level="origin").any()
    total_cost = sum(by_policy.values())
    np.testing.assert_allclose(at_home["public_cost"], total_cost.reindex(at_home.index))


def test_a_cost_of_origins_is_not_counted_outside_them():
    """Refugees cost only where and when they are supported, though there may be others."""
    context = Context.of(pack())
    policies = (
        build(
            "refugee_work",
            {"origins": ["TJK"], "refugees": 1000, "right": 0.5, "during": ["2013-01", "2013-06"]},
            pack(),
        ),
    )
    one = replace(scenario(until="2013-12"), policy_objects=policies)
    cost = Basis.of(one, pack(), context).costs["refugee_work", "refugees"]
    expected = np.zeros((24, len(context.origins)))
    expected[12:18, context.origins.index("TJK")] = 25.0
    np.testing.assert_array_equal(cost, expected)


def test_a_branch_is_met_by_each_policy_in_its_own_time():
    """The past keeps its policies and their costs; what a branch brings counts from its first month on."""
    lived = scenario(until="2013-12", policies={"travel_cost": POLICIES["travel_cost"] | {"during": None}})
    later = scenario(until="2013-12", policies={"labour_demand": POLICIES["labour_demand"]})
    prepared = prepare(later, pack(), History(lived, 9))
    basis = prepared.basis
    assert basis.policies == ("labour_demand", "travel_cost")
    change = {policy: np.flatnonzero(where.any(axis=(1, 2))).tolist() for (policy, _), where in basis.changes.items()}
    assert change == {"labour_demand": list(range(9, 24)), "travel_cost": list(range(9))}
    cost = basis.costs["travel_cost", "departures"]
    assert cost.shape == (24, 3, 3)
    assert np.flatnonzero(cost.any(axis=(1, 2))).tolist() == list(range(9))


def test_a_cost_per_unit_of_what_is_no_measure_is_refused():
    class Odd(Policy):
        name = "odd"
        costs: ClassVar = {"departure": 1.0}

    one = replace(scenario(), policy_objects=(Odd(),))
    with pytest.raises(InputError, match=r"policies\.odd costs .*Nearest: departures"):
        Basis.of(one, pack(), Context.of(pack()))
