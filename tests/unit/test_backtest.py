"""Forecasts: changes as they are reckoned by hand, rivals from the pack alone, and no outcome after the calibration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_worlds import pack, scenario

from sim.simulation import simulate
from sim.studies.backtest.changes import Forecast, change, forecasts
from sim.studies.backtest.hindcast import hindcast, known_changes, own_error
from sim.studies.backtest.page import SHOWN, write_backtest
from sim.studies.backtest.rivals import constant_roubles, read_forecasts, world_bank
from sim.studies.backtest.table import COLUMNS, backtest, write_table


@pytest.fixture(scope="module")
def result():
    return simulate(scenario(scale=2e-4, burn_in=4, seeds=3, sample="posterior"), pack())


def line(measure, unit="USD", destination="RUS", period="2015", origin="TJK", column=None):
    return Forecast(origin, destination, period, measure, unit, column or measure)


def test_a_year_is_held_against_the_year_before(result):
    table = result.corridors
    here = table[(table["origin"] == "TJK") & (table["destination"] == "RUS")]
    year = here.groupby(["seed", here["month"].dt.year])["remittances_recorded"].sum().unstack()
    assert change(result, line("remittances_recorded")) == pytest.approx(
        (100 * (year[2015] / year[2014] - 1)).to_numpy()
    )
    banned = here.groupby(["seed", here["month"].dt.year])["banned"].mean().unstack()
    assert change(result, line("banned")) == pytest.approx((100 * (banned[2015] / banned[2014] - 1)).to_numpy())


def test_the_stock_is_held_april_against_april(result):
    table = result.corridors
    here = table[(table["origin"] == "UZB") & (table["destination"] == "RUS")].set_index("month")
    by_hand = 100 * (here.loc["2016-04-01", "stock"].to_numpy() / here.loc["2015-04-01", "stock"].to_numpy() - 1)
    assert change(result, line("stock", origin="UZB", period="2015-04/2016-04")) == pytest.approx(by_hand)


def test_money_in_roubles_and_in_dollars_differ_by_the_rate(result):
    """Were the money spread over the year as the rate is, the two changes would differ by the change of the rate."""
    dollars = 1 + change(result, line("remittances_recorded")) / 100
    roubles = 1 + change(result, line("remittances_recorded", "RUB", column="remittances_recorded_destination")) / 100
    rate = 1 + constant_roubles(pack(), line("remittances_recorded"), "RUS") / 100
    assert dollars / roubles == pytest.approx(np.full(3, rate), rel=0.05)


def test_constant_roubles_by_hand():
    rates = pack().country("exchange_rate")["RUS"]
    first = pack().month_index("2014-01")
    worth = [(1 / rates[start : start + 12]).mean() for start in (first, first + 12)]
    assert constant_roubles(pack(), line("remittances_true"), "RUS") == pytest.approx(100 * (worth[1] / worth[0] - 1))
    assert constant_roubles(pack(), line("remittances_true", "RUB"), "RUS") == 0.0
    assert np.isnan(constant_roubles(pack(), line("departures", "persons"), "RUS"))
    assert constant_roubles(pack(), line("remittances_true"), "RUS") < -30, "the rouble halved"


def test_the_bank_s_figures_stand_where_there_are_any():
    published = read_forecasts(pack())
    assert world_bank(published, line("remittances_recorded")) == -23
    assert world_bank(published, line("remittances_bop", origin="UZB", destination="ALL")) == -30
    for other in (line("remittances_recorded", period="2016"), line("remittances_recorded", "RUB"), line("stock")):
        assert np.isnan(world_bank(published, other))


def test_the_table_has_every_line_that_was_asked_for(result, tmp_path):
    made = backtest(result, pack(), 0.0)
    assert tuple(made.table.columns) == COLUMNS
    keys = ["origin", "destination", "period", "measure", "unit"]
    assert not made.table[keys].duplicated().any()
    asked = made.table.set_index(keys).index
    for origin, currency in (("TJK", "TJS"), ("KGZ", "KGS"), ("UZB", "UZS")):
        for year in ("2015", "2016", "2017"):
            for unit in ("USD", "RUB", f"real {currency}"):
                assert (origin, "RUS", year, "remittances_true", unit) in asked
                assert (origin, "RUS", year, "remittances_recorded", unit) in asked
                assert (origin, "ALL", year, "remittances_bop", unit) in asked
            for destination, measure in (("ALL", "departures"), ("KAZ", "departures"), ("RUS", "banned")):
                assert (origin, destination, year, measure, "persons") in asked
            assert (origin, "ALL", year, "joblessness_12", "percent of returnees") in asked
        assert (origin, "RUS", "2015-04/2016-04", "stock", "persons") in asked
    known = made.table.dropna(subset=["low90"])
    assert (known["low90"] <= known["low50"]).all() and (known["high50"] <= known["high90"]).all()
    write_table(made.table, tmp_path / "backtest.csv")
    assert len(pd.read_csv(tmp_path / "backtest.csv")) == len(made.table)


def test_the_model_s_own_error_widens_and_does_not_move(result):
    plain, wide = (backtest(result, pack(), error) for error in (0.0, 0.1))
    money = plain.table["measure"].str.startswith("remittances") & (plain.table["unit"] == "USD")
    spread = [np.log1p(made.changes[money.to_numpy()] / 100).std(axis=1) for made in (plain, wide)]
    assert (spread[1] != spread[0]).all()
    lines = list(forecasts(result, "RUS", "KAZ", (2015, 2016, 2017)))
    own = np.log1p(wide.changes / 100) - np.log1p(plain.changes / 100)
    for origin in ("TJK", "UZB"):
        rows = [k for k, one in enumerate(lines) if one.origin == origin and np.isfinite(own[k]).all()]
        assert own[rows] == pytest.approx(np.tile(own[rows[0]], (len(rows), 1))), "one draw a seed for an origin"


def test_no_outcome_after_the_calibration_is_near():
    """The pack the forecast is made from has none: what follows 2014 is what drives the world, not what came of it."""
    dated = pack().targets["period"].str.extract(r"(\d{4})", expand=False).dropna().astype(int)
    assert dated.max() <= 2014


def test_what_was_missed_is_measured_on_figures_that_are_known():
    known = known_changes(pack().targets).set_index(["measure", "origin", "period"])["known"]
    assert known["remittances_recorded", "TJK", "2014"] == pytest.approx(100 * (3831 / 4155 - 1))
    assert ("remittances_bop", "UZB", "2014") not in known.index, "a series that is only checked measures nothing"
    table = pd.DataFrame(
        {"origin": ["TJK", "TJK"], "destination": ["RUS", "ALL"], "period": "2014", "low90": 0.0, "high90": 0.0,
         "measure": ["remittances_recorded", "departures"], "unit": ["USD", "persons"], "change_percent": [0.0, 5.0]}
    )  # fmt: skip
    missed = hindcast(table, pack().targets)
    assert missed["missed"].tolist() == pytest.approx([np.log(3831 / 4155), np.log(670806 / 799698 / 1.05)])
    assert own_error(missed) == pytest.approx(3.838 * abs(np.log(3831 / 4155)), rel=1e-3), "one origin: Student with 1"


def test_a_forecast_may_stand_earlier(result):
    early = backtest(result, pack(), 0.0, "2013-12").table
    assert sorted(early["period"].unique()) == ["2014", "2014-04/2015-04", "2015", "2016", "2017"]


def test_the_page_of_a_single_year_shows_what_there_is(result, tmp_path):
    """As in the forecast of 2014 from 2013, which has no stock: there is one April."""
    made = backtest(result, pack(), 0.0, "2013-12")
    one_year = replace(made, table=made.table[made.table["period"] == "2014"])
    assert (one_year.table["measure"] != "stock").all()
    write_backtest(one_year, tmp_path, "sim backtest")
    report = (tmp_path / "report.html").read_text()
    shown = [title for measure, _, title in SHOWN if measure != "stock"]
    assert report.count("<svg") == len(shown) < len(SHOWN)
