"""Where a target speaks of a period, the model is read off over the same months."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.output.result import RunResult
from sim.studies.patterns import Monthly, Target, modelled, month_number, months_of, series

MONTHS = pd.date_range("2012-01-01", periods=36, freq="MS")
SEEDS = (3, 4)


@pytest.fixture
def run() -> RunResult:
    """Seed 3 sends k in month k, seed 4 twice as much; half of it from Russia, half from Kazakhstan."""
    rows = [
        {"seed": seed, "month": month, "origin": "TJK", "destination": place, "stock": 100.0 + k,
         "remittances_recorded": (seed - 2) * k / 2}
        for seed in SEEDS for k, month in enumerate(MONTHS) for place in ("RUS", "KAZ")
    ]  # fmt: skip
    corridors = pd.DataFrame(rows)
    origins = corridors.groupby(["seed", "month", "origin"], as_index=False)[["stock", "remittances_recorded"]].sum()
    return RunResult(corridors, origins, pd.DataFrame())


def target(measure: str, period: str, destination: str = "ALL", unit: str = "USD") -> Target:
    return Target(measure, "TJK", destination, "", period, unit)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2013", "2013-01", "2013-12"),
        ("2013Q1", "2013-01", "2013-03"),
        ("2013Q4", "2013-10", "2013-12"),
        ("2014H1", "2014-01", "2014-06"),
        ("2014H2", "2014-07", "2014-12"),
        ("2013-10", "2013-10", "2013-10"),
        ("2014-01/2014-09", "2014-01", "2014-09"),
    ],
)
def test_months_of_a_period(period, first, last):
    assert months_of(period) == (month_number(first), month_number(last))


@pytest.mark.parametrize("period", ["3", "10/12", "any", "", "2013Q5", "2013H3"])
def test_what_is_no_dated_period(period):
    assert months_of(period) is None


def test_a_flow_is_added_up_and_a_stock_averaged(run):
    assert series(run, "stock", "TJK", "ALL").first == month_number("2012-01")
    quarter = np.arange(12, 15).sum()
    assert modelled(run, target("remittances_recorded", "2013Q1")) == pytest.approx([quarter, 2 * quarter])
    assert modelled(run, target("remittances_recorded", "2013Q1", "RUS")) == pytest.approx([quarter / 2, quarter])
    assert modelled(run, target("remittances_recorded", "2013Q1", unit="million USD")) == pytest.approx(
        np.array([quarter, 2 * quarter]) / 1e6
    )
    assert modelled(run, target("stock", "2014-12", "RUS")) == pytest.approx([135.0, 135.0])


def test_timings_are_relative_to_their_year(run):
    index = modelled(run, target("remittances_recorded_index", "2013Q1", "RUS"))
    assert index == pytest.approx(np.full(2, 13.0 / 17.5))
    month = modelled(run, target("remittances_recorded_index", "3", "RUS"))
    assert month == pytest.approx(np.full(2, ((14 + 26) / 2) / np.arange(12, 36).mean())), "without the first year"
    assert modelled(run, target("stock_ratio", "2012-01/2012-12", "RUS")) == pytest.approx([1.11, 1.11])
    change = modelled(run, target("remittances_recorded_change", "2014Q1", "RUS"))
    assert change == pytest.approx(np.full(2, 100.0 * (75 / 39 - 1)))


def test_nothing_is_said_of_months_that_were_not_lived(run):
    for period in ("2015", "2011Q4", "2014-12/2015-01"):
        assert modelled(run, target("stock", period)) is None
    assert modelled(run, target("stock_ratio", "2014-12/2015-01", "RUS")) is None
    assert modelled(run, target("remittances_recorded_index", "2015Q1", "RUS")) is None
    assert modelled(run, target("no_such_measure", "2013")) is None


def test_months_before_the_first_are_not_taken_from_the_end():
    monthly = Monthly(month_number("2012-03"), np.arange(5.0)[:, None])
    assert len(monthly.within(month_number("2011-01"), month_number("2012-02"))) == 0
    assert monthly.year(2012).ravel().tolist() == [0, 1, 2, 3, 4]
    assert monthly.calendar.tolist() == [3, 4, 5, 6, 7]
