"""Intervals, pairing, currencies and windows of a comparison."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.measures import MEASURES
from sim.output.comparison import ALL, COLUMNS, compare, paired
from sim.output.result import RunResult
from sim.output.words import row_of

INDEX = pd.MultiIndex.from_tuples([("stock", "TJK", ALL)], names=["measure", "origin", "destination"])


def with_stock(result: RunResult, by_seed: list[float]) -> RunResult:
    """The run with a stock that differs by seed alone, in both tables."""
    values = dict(enumerate(by_seed, start=1))
    tables = (frame.assign(stock=frame["seed"].map(values)) for frame in (result.corridors, result.origins))
    return RunResult(*tables, result.categories, result.meta)


def test_interval_by_hand(run):
    """Differences 2, 3, 4: mean 3, half-width 4.302653 / sqrt(3); (4 + 1) / 1 times 3 seeds."""
    small = {"seeds": 3, "months": 2, "origins": ("TJK",), "destinations": ("RUS",)}
    table = compare(with_stock(run("s", **small), [3, 5, 7]), with_stock(run("a", **small), [1, 2, 3]))
    assert tuple(table.columns) == COLUMNS
    row = row_of(table, "stock", "TJK", "RUS")
    assert (row.scenario_mean, row.against_mean, row.difference, row.seeds) == (5, 2, 3, 3)
    assert row.low95 == pytest.approx(3 - 2.484138, abs=1e-5)
    assert row.high95 == pytest.approx(3 + 2.484138, abs=1e-5)
    assert row.independent_seeds == pytest.approx(15)


@pytest.mark.parametrize("seeds", [2, 8, 30])
def test_interval_covers_the_truth_95_times_in_100(seeds):
    """40,000 simulated comparisons: the standard error of the coverage is 0.0011."""
    draws = np.random.default_rng(20131)
    shared = draws.normal(0, 5, (40_000, seeds))
    treated = shared + draws.normal(1.5, 1, shared.shape)
    reference = shared + draws.normal(0, 1, shared.shape)
    table = paired(treated, reference, pd.RangeIndex(40_000))
    covered = ((table["low95"] <= 1.5) & (table["high95"] >= 1.5)).mean()
    assert covered == pytest.approx(0.95, abs=0.004)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_independent_seeds_with_known_correlation(correlation):
    """With equal variances pairing is worth n / (1 - correlation) independent seeds."""
    draws = np.random.default_rng(7)
    pairs = draws.multivariate_normal([3, 2], [[1, correlation], [correlation, 1]], size=200_000)
    table = paired(pairs[None, :, 0], pairs[None, :, 1], INDEX)
    assert table["independent_seeds"][0] / 200_000 == pytest.approx(1 / (1 - correlation), rel=0.02)


def test_what_has_no_spread_has_no_count_of_seeds(run):
    table = compare(run("a", seeds=3, months=6), run("b", seeds=3, months=6))
    assert table["difference"].eq(0).all()
    assert table["high95"].eq(0).all()
    assert table["independent_seeds"].isna().all()
    reference = np.array([[0.3, 1.7, 12.9]])
    shifted = paired(reference + 0.1, reference, INDEX)
    assert np.ptp(reference + 0.1 - reference) > 0  # a spread of rounding only
    assert shifted["independent_seeds"].isna().all()


def test_one_seed_has_no_interval(run):
    table = compare(run("a", 0.1, seeds=1, months=6), run("b", seeds=1, months=6))
    assert table[["low95", "high95", "independent_seeds"]].isna().all().all()
    assert (table["seeds"] == 1).all()


def test_rows(comparison):
    """Corridors, whole origins, and sums over origins of what may be summed."""
    table = comparison.table
    assert not table.duplicated(["measure", "origin", "destination"]).any()
    stock = table[table["measure"] == "stock"]
    assert stock[["origin", "destination"]].apply(tuple, axis=1).tolist() == [
        (origin, place) for origin in ("TJK", "KGZ", "UZB", ALL) for place in ("RUS", "KAZ", "OTH", ALL)
    ]
    parts = stock[(stock["origin"] != ALL) & (stock["destination"] == "RUS")]
    assert row_of(table, "stock", ALL, "RUS").difference == pytest.approx(parts["difference"].sum())
    whole = stock[(stock["origin"] == "TJK") & (stock["destination"] != ALL)]
    assert row_of(table, "stock", "TJK").scenario_mean == pytest.approx(whole["scenario_mean"].sum())
    assert row_of(table, "poverty", ALL) is None
    assert row_of(table, "remittances_true_origin", ALL, "RUS") is None
    assert row_of(table, "remittances_true_destination", ALL, "RUS") is not None
    assert row_of(table, "remittances_true_destination", "TJK") is None
    assert table["measure"].drop_duplicates().tolist() == [name for name in MEASURES if name in set(table["measure"])]


def test_the_interval_of_a_sum_is_that_of_the_sums_by_seed(run):
    """Origins of one seed share its luck, so their variances do not simply add."""
    scenario, against = run("s", 0.1, seeds=5, months=6), run("a", seeds=5, months=6)
    by_seed = [r.origins.groupby(["seed", "month"])["stock"].sum().groupby("seed").mean() for r in (scenario, against)]
    spread = (by_seed[0] - by_seed[1]).std()
    row = row_of(compare(scenario, against), "stock", ALL)
    assert row.high95 - row.difference == pytest.approx(2.776445 * spread / np.sqrt(5), rel=1e-5)


def test_currencies_are_named_where_they_are_known(comparison):
    units = comparison.table.set_index(["measure", "origin", "destination"])["unit"]
    assert units["remittances_true_destination", "TJK", "RUS"] == "RUB per month"
    assert units["remittances_true_destination", "TJK", "OTH"] == "destination currency per month"
    assert units["remittances_true_origin", "UZB", ALL] == "UZS per month"
    assert units["stock", "TJK", "RUS"] == "persons"


def test_the_window_is_kept(run):
    scenario, against = run("s", 0.1, seeds=2, months=24), run("a", seeds=2, months=24)
    table = compare(scenario, against, first="2013-03", last=pd.Timestamp("2013-05-31"))
    months = scenario.origins["month"].between("2013-03-01", "2013-05-01")
    expected = scenario.origins[months & (scenario.origins["origin"] == "KGZ")]["stock"].mean()
    assert row_of(table, "stock", "KGZ").scenario_mean == pytest.approx(expected)


def test_a_month_without_a_value_is_passed_over(run):
    """The Gini is taken each quarter: the other months hold no number."""
    scenario, against = run("s", seeds=2, months=6), run("a", seeds=2, months=6)
    frame = scenario.origins.assign(gini_consumption=scenario.origins["month"].dt.month * 1.0)
    quarterly = frame.assign(gini_consumption=frame["gini_consumption"].where(frame["month"].dt.month % 3 == 0))
    table = compare(RunResult(scenario.corridors, quarterly, scenario.categories, scenario.meta), against)
    assert row_of(table, "gini_consumption", "TJK").scenario_mean == pytest.approx((3 + 6) / 2)


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("2011-12", None, "first is 2011-12, which the run does not cover. Allowed: 2012-01 to 2012-06."),
        ("2012-05", "2012-02", "last (2012-02) is before the first month. Allowed: 2012-01 to 2012-06."),
        (None, "2030-01", "last (2030-01) is a month the run does not cover. Allowed: 2012-01 to 2012-06."),
        ("Juni", None, "first is 'Juni', which is no month. Allowed: YYYY-MM."),
    ],
)
def test_a_window_outside_the_run_is_refused(run, first, last, message):
    result = run("a", seeds=1, months=6)
    with pytest.raises(InputError) as refused:
        compare(result, result, first, last)
    assert str(refused.value) == message


def test_runs_that_do_not_match_are_refused(run):
    with pytest.raises(InputError, match=r"seeds do not match between the two runs \(3 on one side only\)"):
        compare(run("s", seeds=3, months=2), run("a", seeds=2, months=2))
    with pytest.raises(InputError, match="against has other measures or places"):
        compare(run("s", seeds=2, months=2), run("a", seeds=2, months=2, origins=("TJK",)))


def test_order_of_rows_does_not_matter(run):
    scenario, against = run("s", 0.1, seeds=3, months=6), run("a", seeds=3, months=6)
    mixed = RunResult(scenario.corridors[::-1], scenario.origins, scenario.categories, scenario.meta)
    keys = ["measure", "origin", "destination"]
    one, two = (compare(result, against).sort_values(keys, ignore_index=True) for result in (scenario, mixed))
    pd.testing.assert_frame_equal(one, two)


def test_sixteen_runs_of_six_years_take_less_than_a_second(run):
    scenario, against = run("s", 0.1), run("a")
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        compare(scenario, against)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 1


def test_summary_of_one_run(run):
    result = with_stock(run("a", seeds=3, months=2, origins=("TJK",), destinations=("RUS",)), [1, 2, 3])
    row = row_of(result.summary(), "stock", "TJK")
    assert (row.mean, row.seeds, row.unit) == (2, 3, "persons")
    assert row.high95 - row.mean == pytest.approx(2.484138, abs=1e-5)
