"""What policies cost in a comparison, and what an outcome averted costs: Fieller's interval, and when there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.output.comparison import ALL, COLUMNS
from sim.output.costs import OUTCOMES, cost_rows, fieller
from sim.output.policy_tables import cost_tables, met_rows, met_table, policies_html
from sim.output.result import Comparison, RunResult
from sim.output.words import row_of

WASTED, BANS, POOR = (outcome.name for outcome in OUTCOMES)
SHAPE = {"months": 12, "origins": ("TJK", "UZB"), "destinations": ("RUS",)}


def drawn(samples: int, pairs: int, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """Correlated costs and outcomes with means 8 and 2, the second well away from 0."""
    draws = np.random.default_rng(1954)
    covariance = [[4.0, rho * 2.0 * 0.5], [rho * 2.0 * 0.5, 0.25]]
    values = draws.multivariate_normal([8.0, 2.0], covariance, (samples, pairs))
    return values[..., 0], values[..., 1]


@pytest.mark.parametrize(("pairs", "rho"), [(4, 0.0), (8, 0.8), (8, -0.8), (20, 0.5)])
def test_fieller_covers_the_true_ratio_95_times_in_100(pairs, rho):
    """40,000 simulated comparisons: the standard error of the coverage is 0.0011."""
    top, bottom = drawn(40_000, pairs, rho)
    ratio, low, high = fieller(top, bottom)
    assert np.isfinite(ratio).mean() > 0.98
    bounded = np.isfinite(ratio)
    covered = (low <= 4.0) & (high >= 4.0)
    assert covered[bounded].mean() == pytest.approx(0.95, abs=0.006)
    assert ((low <= ratio) & (ratio <= high))[bounded].all()


def test_the_ends_of_fieller_are_where_student_just_cannot_tell():
    top, bottom = drawn(200, 6, 0.3)
    _, low, high = fieller(top, bottom)
    for end in (low, high):
        p = stats.ttest_1samp(top - end[:, None] * bottom, 0.0, axis=1).pvalue
        np.testing.assert_allclose(p, 0.05, atol=1e-9)


def test_fieller_is_empty_exactly_where_the_interval_below_holds_0():
    draws = np.random.default_rng(7)
    top, bottom = draws.normal(3, 1, (2_000, 5)), draws.normal(0.7, 1, (2_000, 5))
    clear = stats.ttest_1samp(bottom, 0.0, axis=1).pvalue < 0.05
    assert 0.05 < clear.mean() < 0.9
    for value in fieller(top, bottom):
        np.testing.assert_array_equal(np.isfinite(value), clear)
    assert np.isnan(fieller(top[:, :1], bottom[:, :1])).all()


def spending(
    result: RunResult, costs: dict[str, dict[str, list[float]]], **measures: dict[str, list[float]]
) -> RunResult:
    """The run with policies that cost so much a month in each seed, by origin, and measures of origins set by seed."""
    parts = []
    for policy, by_origin in costs.items():
        part = result.origins[["seed", "month", "origin"]].assign(policy=policy, public_cost=0.0)
        for origin, by_seed in by_origin.items():
            own = part["origin"] == origin
            part.loc[own, "public_cost"] = part.loc[own, "seed"].map(dict(enumerate(by_seed, start=1)))
        parts.append(part)
    origins = result.origins.copy()
    for measure, by_origin in measures.items():
        for origin, by_seed in by_origin.items():
            own = origins["origin"] == origin
            origins.loc[own, measure] = origins.loc[own, "seed"].map(dict(enumerate(by_seed, start=1)))
    policies = pd.concat(parts) if parts else pd.DataFrame()
    return RunResult(result.corridors, origins, result.categories, result.meta, policies=policies)


AGAINST = {
    "refused": {"TJK": [90, 80, 85, 90], "UZB": [50, 50, 50, 50]},
    "bans_imposed": {"TJK": [10, 20, 30, 40], "UZB": [5, 5, 5, 5]},
    "poor_households": {"TJK": [900, 900, 900, 900], "UZB": [900, 900, 900, 900]},
}
SCENARIO = {
    "refused": {"TJK": [80, 71, 74, 80], "UZB": [50, 50, 50, 50]},
    "bans_imposed": {"TJK": [20, 31, 39, 50], "UZB": [7, 3, 6, 5]},
    "poor_households": {"TJK": [780, 780, 780, 780], "UZB": [840, 840, 840, 840]},
}
COSTS = {"centre": {"TJK": [100, 110, 120, 110], "UZB": [0, 0, 0, 0]}, "grant": {"TJK": [100, 90, 100, 90]}}


@pytest.fixture
def pair(run) -> Comparison:
    runs = run("s", 0.1, seeds=4, **SHAPE), run("a", seeds=4, **SHAPE)
    return Comparison.of(spending(runs[0], COSTS, **SCENARIO), spending(runs[1], {}, **AGAINST))


def test_costs_by_policy_and_per_outcome_by_hand(pair):
    table = pair.table
    assert tuple(table.columns) == COLUMNS
    centre = row_of(table, "public_cost_of_centre", "TJK")
    assert (centre.scenario_mean, centre.against_mean, centre.difference, centre.unit) == (110, 0, 110, "USD per month")
    assert row_of(table, "public_cost_of_grant", ALL).difference == 95
    wasted = row_of(table, WASTED, "TJK")
    assert wasted.difference == pytest.approx((110 + 95) / 10)
    _, low, high = fieller(np.array([[200.0, 200, 220, 200]]), np.array([[10.0, 9, 11, 10]]))
    assert (wasted.low95, wasted.high95, wasted.seeds) == (pytest.approx(low[0]), pytest.approx(high[0]), 4)
    assert (wasted.unit, wasted.note) == ("USD per wasted trip", "")
    assert np.isnan([wasted.scenario_mean, wasted.against_mean, wasted.independent_seeds]).all()


def test_out_of_poverty_counts_by_the_year(pair):
    """205 USD a month for 120 households that are not poor: 20.50 USD for the year of each."""
    poor = row_of(pair.table, POOR, "TJK")
    assert (poor.difference, poor.unit) == (pytest.approx(12 * 205 / 120), "USD per household-year")
    assert row_of(pair.table, POOR, ALL).difference == pytest.approx(12 * 205 / 180)


def test_the_word_why_there_is_none(pair, run):
    def note(table: pd.DataFrame, measure: str, origin: str) -> str:
        row = row_of(table, measure, origin)
        assert np.isnan([row.difference, row.low95, row.high95]).all()
        return row.note

    uzbek = spending(pair.scenario, {"p": {"UZB": [5.0, 6.0, 5.0, 6.0]}}, **SCENARIO)
    assert note(Comparison.of(uzbek, pair.against).table, WASTED, "UZB") == "no change in wasted trips beyond chance"
    assert note(pair.table, WASTED, "UZB") == "both sides cost the same"
    assert note(pair.table, BANS, "TJK") == "costs more, and more bans"
    assert note(pair.table, POOR, "UZB") == "both sides cost the same"
    one = [run(name, seeds=1, **SHAPE) for name in ("s", "a")]
    single = cost_rows(spending(one[0], {"p": {"TJK": [5.0]}}), one[1])
    assert note(single, WASTED, "TJK") == "one seed: no interval"
    cheaper = Comparison.of(spending(pair.scenario, {}, **SCENARIO), spending(pair.against, COSTS, **AGAINST))
    assert note(cheaper.table, WASTED, "TJK") == "costs less, and fewer wasted trips"


def test_what_the_other_side_spends_less_per_outcome_not_averted_is_the_same_cost(pair):
    """Seen from the side without the policy, the cost of what the policy averts is the same."""
    turned = Comparison.of(pair.against, pair.scenario)
    for measure in (WASTED, POOR):
        here, there = row_of(pair.table, measure, "TJK"), row_of(turned.table, measure, "TJK")
        assert (there.difference, there.low95, there.high95) == pytest.approx(
            (here.difference, here.low95, here.high95)
        )


def test_there_are_no_rows_where_nobody_spends(run):
    runs = [run(name, seeds=2, **SHAPE) for name in ("s", "a")]
    assert not len(cost_rows(*runs))
    assert not Comparison.of(*runs).table["measure"].str.contains("cost_per_").any()
    assert policies_html(Comparison.of(*runs)) == ""
    assert cost_tables(Comparison.of(*runs)) == []


def test_the_window_is_kept(pair):
    """A policy that spends in the last two months alone costs six times as much a month in them."""
    policies = pair.scenario.policies
    late = policies.assign(public_cost=policies["public_cost"].where(policies["month"] >= "2012-11-01", 0.0))
    scenario = RunResult(pair.scenario.corridors, pair.scenario.origins, pair.scenario.categories, policies=late)
    whole, end = (cost_rows(scenario, pair.against, first) for first in (None, "2012-11"))
    ratio = row_of(end, WASTED, "TJK").difference / row_of(whole, WASTED, "TJK").difference
    assert ratio == pytest.approx(6.0)


def test_tables_for_people(pair):
    html = policies_html(pair)
    for said in ("centre", "Wasted trip averted", "both sides cost the same", "Fieller", "by the year"):
        assert said in html
    by_policy, averted = cost_tables(pair)
    assert by_policy.row_count == 2
    assert averted.row_count == 3 * (1 + 3)


def test_whom_policies_met_is_told_once_for_each_measure(pair):
    base = {"policy": "ban", "first": "2013-01", "last": "2013-12", "measure": "bans_imposed", "unit": "persons"}
    base |= {"money_measure": "", "money": None}
    rows = [
        {**base, "quantity": "ban_a", "cells": 3, "people": 1_234.0},
        {**base, "quantity": "ban_b", "cells": 9, "people": 123_456.0},
        {**base, "quantity": "listing", "cells": 9, "people": 0.0, "measure": "returns"},
        {**base, "quantity": "idle", "cells": 0, "people": 0.0, "measure": "stock"},
        {**base, "quantity": "amnesty", "cells": 4, "people": None, "measure": "delisted"},
        {**base, "quantity": "works", "cells": 1, "people": 5.0, "measure": "public_workers", "unit": "person-months", "money_measure": "public_pay", "money": 2e7},
    ]  # fmt: skip
    pair.scenario.meta["touched"] = rows
    assert [row[1:] for row in met_rows(pair.scenario)] == [
        ("Bans imposed", "2013-01 to 2013-12", "123\u202f000 persons"),
        ("Returns", "2013-01 to 2013-12", "0 persons"),
        ("Delisted", "2013-01 to 2013-12", "done away with"),
        ("Public workers", "2013-01 to 2013-12", "5 person-months"),
        ("Public pay", "2013-01 to 2013-12", "20.0 million USD"),
    ]
    assert met_table(pair.scenario).row_count == 5
    assert "123\u202f000 persons" in policies_html(pair)
    assert len(pair.scenario.touched) == 6
