"""What a region promises: complete months, stated interpolation, a source and a tag for every figure."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.region import Region, available, load, paths
from sim.region.span import Span
from sim.region.targets import last_month
from sim.schema.quantities import CATEGORIES_OF_BAN, QUANTITIES, SECTORS, TOPICS

SMALL = Path(__file__).parents[1] / "packs" / "two_countries"
SHIPPED = Path(__file__).parents[2] / "sim" / "region" / "central_asia"
SPAN = Span(first=2012 * 12, months=72)
figures = st.floats(1.0, 1e6)


@pytest.fixture(scope="module")
def asia() -> Region:
    return load("central_asia")


# the shipped pack -----------------------------------------------------------------------------------------------------


def test_the_shipped_pack_covers_its_countries_and_months(asia: Region) -> None:
    assert available() == ("central_asia",)
    assert asia.origins == ("TJK", "KGZ", "UZB")
    assert asia.destinations == ("RUS", "KAZ", "OTH")
    assert (asia.label(0), asia.label(71), asia.months) == ("2012-01", "2017-12", 72)
    assert asia.month_index("2014-02") == 25
    assert asia.start == np.datetime64("2012-01", "M")


@pytest.mark.parametrize("folder", [SHIPPED, SMALL], ids=lambda path: path.name)
def test_every_quantity_is_filled_within_its_bounds(folder: Path) -> None:
    region = load(folder)
    origins, destinations = len(region.origins), len(region.destinations)
    shapes = {"country": (len(region.countries),), "origin": (origins,), "corridor": (origins, destinations)}
    for name, quantity in QUANTITIES.items():
        if quantity.path == "groups":
            continue
        values = region.array(name)
        assert values.shape == (region.months, *shapes[quantity.shape]), name
        assert values.dtype == np.float64
        assert np.isfinite(values).all(), name
        if quantity.path != "year_growth":
            assert (values >= quantity.low).all() and (values <= quantity.high).all(), name


@pytest.mark.parametrize("folder", [SHIPPED, SMALL], ids=lambda path: path.name)
def test_every_figure_has_a_source_and_a_tag(folder: Path) -> None:
    table = load(folder).table()
    assert len(table) > 200
    assert (table.source.str.len() > 0).all()
    assert set(table.tag) <= {"published", "derived", "assumed"}
    assert (table.note[table.tag == "derived"].str.len() > 0).all()


def test_no_figure_without_a_page_counts_as_published(asia: Region) -> None:
    """A source that begins with 'unsourced' is never published, in the pack nor among its targets."""
    for table in (asia.table(), asia.targets):
        assert not (table.source.str.startswith("unsourced") & (table.tag == "published")).any()
    assert (asia.table().source.str.startswith("unsourced")).any()


def test_no_target_lies_after_december_2014(asia: Region) -> None:
    ends = [last_month(period, "period") for period in asia.targets.period]
    assert max(end for end in ends if end) == "2014-12"
    undated = asia.targets[[end is None for end in ends]]
    effects = undated[undated.measure.str.contains("elasticity|on_rate")]
    assert set(undated.drop(effects.index).use) == {"shape", "checked"}, "without a year nothing but timing may be fitted"


def test_remittance_series_are_kept_apart(asia: Region) -> None:
    money = asia.targets[asia.targets.unit == "USD million"]
    assert set(zip(money.measure, money.series, strict=True)) == {
        ("remittances_recorded", "cbr_transfers"),
        ("remittances_bop", "wdi"),
    }


@pytest.mark.parametrize("origin", ["TJK", "UZB"])
def test_quarters_of_recorded_transfers_add_up_to_their_year(asia: Region, origin: str) -> None:
    cbr = asia.targets.query("series == 'cbr_transfers' and unit == 'USD million' and origin == @origin")
    by_period = cbr.set_index("period").value
    for year in ("2013", "2014"):
        quarters = sum(by_period[f"{year}Q{quarter}"] for quarter in range(1, 5))
        assert quarters == pytest.approx(by_period[year], rel=1e-3)


def test_rules_change_in_their_month(asia: Region) -> None:
    def at(quantity: str, origin: int, period: str) -> float:
        return asia.array(quantity)[asia.month_index(period), origin, 0]

    assert (at("visa_free_window", 0, "2013-12"), at("visa_free_window", 0, "2014-01")) == (0, 180)
    assert (at("ban_overstay_1_month", 0, "2012-12"), at("ban_overstay_1_month", 0, "2013-01")) == (0, 36)
    assert (at("ban_overstay_9_months", 0, "2014-12"), at("ban_overstay_9_months", 0, "2015-01")) == (36, 120)
    assert (at("listing", 2, "2013-10"), at("listing", 2, "2013-11")) == (0.05, 0.62)
    assert (at("free_movement", 1, "2015-07"), at("free_movement", 1, "2015-08")) == (0, 1)
    assert not asia.array("free_movement")[:, [0, 2]].any()
    longest = [asia.array(name)[-1, 0, 0] for name in CATEGORIES_OF_BAN[:3]]
    assert longest == sorted(longest)


def test_the_som_has_no_jump_when_the_rates_are_unified(asia: Region) -> None:
    """Households meet the parallel rate: no month moves by more than a tenth, though the official one doubled."""
    som = asia.country("exchange_rate")["UZB"]
    assert np.abs(np.diff(np.log(som))).max() < 0.10
    assert som[asia.month_index("2017-12")] == pytest.approx(8108, rel=1e-3)


def test_remitters_spend_their_year_as_the_calendar_says(asia: Region) -> None:
    for name in ("season_departures", "season_returns"):
        np.testing.assert_allclose(asia.array(name)[:12].sum(axis=0), 1.0)
    for name in ("season_pay", "season_jobs", "home_season"):
        np.testing.assert_allclose(asia.array(name)[:12].mean(axis=0), 1.0)
    assert asia.array("season_pay")[:12, 0, 0].argmax() == 7
    assert asia.array("season_pay")[:12, 0, 0].argmin() == 1
    np.testing.assert_array_equal(asia.array("season_pay")[:12], asia.array("season_pay")[60:])


def test_provinces_agree_with_national_rural_shares(asia: Region) -> None:
    for origin, rural in {"TJK": 0.73, "KGZ": 0.64, "UZB": 0.49}.items():
        shares, rurals = asia.by_province("province")[origin], asia.by_province("rural")[origin]
        assert tuple(shares) == tuple(rurals) == asia.provinces[origin]
        assert sum(shares[name] * rurals[name] for name in shares) == pytest.approx(rural, abs=0.003)


def test_groups_follow_the_schema(asia: Region) -> None:
    assert tuple(asia.groups("aware")) == TOPICS
    assert tuple(asia.groups("sector")) == SECTORS
    assert asia.groups("workers")["1"].shape == (3,)
    np.testing.assert_allclose(sum(asia.groups("sector").values()), 1.0)


def test_migrants_are_women_in_the_shares_found(asia: Region) -> None:
    men, women = (sum(v for k, v in asia.groups("mobility").items() if k.startswith(s)) for s in ("men", "women"))
    workers = asia.array("women")[0]
    share = workers * women / (workers * women + (1 - workers) * men)
    np.testing.assert_allclose(share, [0.13, 0.40, 0.102], atol=0.001)


def test_coverage_counts_every_row(asia: Region) -> None:
    coverage, table = asia.coverage().set_index("quantity"), asia.table()
    assert list(coverage.index) == list(QUANTITIES)
    assert coverage.rows.sum() == len(table)
    assert (coverage[["published", "derived", "assumed"]].sum(axis=1) == coverage.rows).all()
    assert tuple(coverage.loc["exchange_rate", ["from", "to"]]) == ("2012-01", "2017-12")
    assert asia.sources("gdp") == ["World Bank WDI NY.GDP.MKTP.CD via github:datasets/gdp (Mar 2026)"]


def test_the_page_on_data_counts_what_the_pack_holds(asia: Region) -> None:
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    counts = pd.crosstab(asia.table().file, asia.table().tag).assign(rows=lambda table: table.sum(axis=1))
    counts.loc["all"] = counts.sum()
    for file, row in counts.iterrows():
        line = rf"^\| `?{file}`? \|.*\| {row['rows']} \| {row.published} \| {row.derived} \| {row.assumed} \|$"
        assert re.search(line, page, re.MULTILINE), line
    uses = pd.crosstab(asia.targets.use, asia.targets.tag).assign(rows=lambda table: table.sum(axis=1))
    for use, row in uses.iterrows():
        assert re.search(rf"^\| {use} \|.*\| {row['rows']} \|", page, re.MULTILINE), use


def test_a_region_is_read_only_and_travels_between_processes(asia: Region) -> None:
    with pytest.raises(ValueError, match="read-only"):
        asia.array("refusal")[0] = 0
    mine = asia.targets
    mine["value"] = 0.0
    assert (asia.targets.value != 0).any()
    again = pickle.loads(pickle.dumps(asia))
    assert again.digest == asia.digest
    np.testing.assert_array_equal(again.array("refusal"), asia.array("refusal"))


# another corridor is a folder -----------------------------------------------------------------------------------------


def test_another_corridor_needs_no_code() -> None:
    region = load(SMALL)
    assert (region.origins, region.destinations, region.months) == (("PEL",), ("NOR",), 36)
    assert region.currency == {"PEL": "PES", "NOR": "NMK"}
    assert region.groups("aware")["work_2"].tolist() == [0.0], "nobody has heard of a place that is not there"
    assert region.array("ban_two_offences").max() == 0.0, "a quantity without rows has its default"
    assert region.array("labour_demand").min() == 1.0


# how rows become months -----------------------------------------------------------------------------------------------


@given(st.lists(figures, min_size=6, max_size=6))
def test_the_mean_of_a_years_months_is_near_the_annual_figure(levels: list[float]) -> None:
    """Exactly: the annual figure plus an eighth of its bend (an eighth of the one change in the first and last year)."""
    series = paths.year_level({str(2012 + k): v for k, v in enumerate(levels)}, SPAN, "test").reshape(6, 12)
    padded = np.array([levels[0], *levels, levels[-1]])
    bend = padded[2:] - 2 * padded[1:-1] + padded[:-2]
    np.testing.assert_allclose(series.mean(axis=1), levels + bend / 8, rtol=1e-9, atol=1e-6)
    assert (series.min() >= min(levels) - 1e-6) and (series.max() <= max(levels) + 1e-6)


@given(st.lists(st.floats(-20, 60), min_size=6, max_size=6))
def test_growth_compounds_to_the_annual_figure(growth: list[float]) -> None:
    index = paths.year_growth({str(2012 + k): v for k, v in enumerate(growth)}, SPAN, "test")
    assert index[:12].mean() == pytest.approx(1.0)
    december = index[11::12]
    np.testing.assert_allclose(december[1:] / december[:-1], 1 + np.array(growth[1:]) / 100)


@given(st.dictionaries(st.integers(-30, 71), figures, min_size=1))
def test_a_step_holds_until_the_next(dated: dict[int, float]) -> None:
    dated[-40] = 5.0
    rows = {f"{(SPAN.first + k) // 12}-{(SPAN.first + k) % 12 + 1:02d}": value for k, value in dated.items()}
    series = paths.steps(rows, SPAN, "test")
    for month in range(SPAN.months):
        assert series[month] == dated[max(date for date in dated if date <= month)]


def test_a_span_may_start_in_any_month() -> None:
    span = Span(first=2012 * 12 + 3, months=10)
    year = paths.calendar({str(month): float(month) for month in range(1, 13)}, span, "test")
    assert year.tolist() == [4, 5, 6, 7, 8, 9, 10, 11, 12, 1]
    assert paths.year_value({"2012": 1.0, "2013": 2.0}, span, "test").tolist() == [1] * 9 + [2]
    assert span.index("2013-01") == 9


# what a region refuses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", ["2011-12", "2018-01", "2014", "2014-1", "May 2014", "2014-05-01"])
def test_a_date_outside_the_pack_is_refused(asia: Region, period: str) -> None:
    with pytest.raises(InputError, match="2012-01 to 2017-12"):
        asia.month_index(period)


@pytest.mark.parametrize("index", [-1, 72])
def test_a_month_outside_the_pack_has_no_label(asia: Region, index: int) -> None:
    with pytest.raises(InputError, match="0 to 71"):
        asia.label(index)


def test_a_quantity_asked_for_in_the_wrong_way_is_refused(asia: Region) -> None:
    for ask, problem in (
        (lambda: asia.array("refusl"), "Nearest: refusal"),
        (lambda: asia.array("sector"), "has groups and no months"),
        (lambda: asia.country("refusal"), "is not a country quantity"),
        (lambda: asia.groups("province"), "is not shared out by groups"),
        (lambda: asia.by_province("sector"), "is not given by province"),
        (lambda: asia.sources("refusl"), "Nearest: refusal"),
    ):
        with pytest.raises(InputError, match=problem):
            ask()
