"""What the model says where a pack's target speaks: the same measure, place and period, in the target's unit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.measures import MEASURES
from sim.output.result import RunResult

ALL = "ALL"
MILLION = 1e6
SPELLS = {
    "2 to 3 months": "2-3",
    "4 to 6 months": "4-6",
    "7 to 12 months": "7-12",
    "1 to 3 years": "13-36",
    "3 to 5 years": "37-60",
}


@dataclass(frozen=True)
class Target:
    """One row of a pack's targets."""

    measure: str
    origin: str
    destination: str
    series: str
    period: str
    unit: str


def months_of(period: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """First and last month of a dated period (2013, 2013Q2, 2014H1, 2013-10, 2014-01/2014-09); None for any other."""
    if found := re.fullmatch(r"(\d{4}-\d{2})/(\d{4}-\d{2})", period):
        return pd.Timestamp(found[1]), pd.Timestamp(found[2])
    if found := re.fullmatch(r"(\d{4})H([12])", period):
        half = 6 * (int(found[2]) - 1)
        return pd.Timestamp(int(found[1]), 1 + half, 1), pd.Timestamp(int(found[1]), 6 + half, 1)
    if re.fullmatch(r"\d{4}(-\d{2}|Q[1-4])?", period):
        span = pd.Period(period)
        return span.start_time, span.end_time.normalize().replace(day=1)
    return None


def series(result: RunResult, measure: str, origin: str, destination: str) -> pd.DataFrame:
    """A measure by month (rows) and seed (columns)."""
    table = result.origins if destination == ALL else result.corridors
    rows = table["origin"].to_numpy() == origin
    if destination != ALL:
        rows &= table["destination"].to_numpy() == destination
    # the tables are ordered by seed, then month: a pivot would take ten times as long
    months = pd.DatetimeIndex(table["month"].unique(), name="month")
    by_seed = table[measure].to_numpy()[rows].reshape(-1, len(months))
    return pd.DataFrame(by_seed.T, index=months, columns=pd.Index(table["seed"].unique(), name="seed"))


def modelled(result: RunResult, target: Target) -> np.ndarray | None:
    """The model's value by seed, or None where it has no such thing or did not live the period."""
    special = _SPECIAL.get(target.measure)
    if special is not None:
        return special(result, target)
    if target.measure not in MEASURES or target.origin not in set(result.origins["origin"]):
        return None
    return _over(result, target.measure, target)


def _over(result: RunResult, measure: str, target: Target) -> np.ndarray | None:
    span = months_of(target.period)
    values = series(result, measure, target.origin, target.destination)
    if span is None or span[0] < values.index.min() or span[1] > values.index.max():
        return None
    within = values.loc[span[0] : span[1]]
    total = within.sum() if MEASURES[measure].kind == "flow" else within.mean()
    return total.to_numpy() / (MILLION if "million" in target.unit else 1.0)


def _index(result: RunResult, target: Target) -> np.ndarray | None:
    """A period's flow relative to the mean period of its year; a bare calendar month is taken over whole years."""
    values = series(result, "remittances_recorded", target.origin, target.destination)
    span = months_of(target.period)
    if span is None:
        years = values[values.index.year >= values.index.year.min() + 1]
        month = years[years.index.month == int(target.period)]
        return (month.mean() / years.mean()).to_numpy()
    year = values[values.index.year == span[0].year]
    return (values.loc[span[0] : span[1]].mean() / year.mean()).to_numpy() if len(year) == 12 else None


def _share_of_year(measure: str) -> Callable[[RunResult, Target], np.ndarray | None]:
    def share(result: RunResult, target: Target) -> np.ndarray | None:
        first, last = (int(month) for month in target.period.split("/"))
        values = series(result, measure, target.origin, target.destination)
        within = values[(values.index.month >= first) & (values.index.month <= last)]
        return (100.0 * within.sum() / values.sum()).to_numpy()

    return share


def _stock_ratio(result: RunResult, target: Target) -> np.ndarray | None:
    first, last = (pd.Timestamp(month) for month in target.period.split("/"))
    values = series(result, "stock", target.origin, target.destination)
    return (values.loc[last] / values.loc[first]).to_numpy()


def _stock_share(result: RunResult, target: Target) -> np.ndarray | None:
    year = int(target.period)
    here = series(result, "stock", target.origin, target.destination)
    everywhere = series(result, "stock", target.origin, ALL)
    return (100.0 * here[here.index.year == year].mean() / everywhere[everywhere.index.year == year].mean()).to_numpy()


def _spell_share(result: RunResult, target: Target) -> np.ndarray | None:
    spells = result.spells
    here = spells[(spells["origin"] == target.origin) & (spells["destination"] == target.destination)]
    ended = here.pivot(index="months", columns="seed", values="ended")
    return (100.0 * ended.loc[SPELLS[target.series]] / ended.sum()).to_numpy()


def _working_share(result: RunResult, target: Target) -> np.ndarray | None:
    """P11: share of the migrants who have work, in the calendar months of the period, mean of the whole years."""
    first, last = (int(month) for month in (target.period.split("/") * 2)[:2])
    wanted = {(first - 1 + k) % 12 + 1 for k in range((last - first) % 12 + 1)}
    working, stock = (series(result, name, target.origin, target.destination) for name in ("working", "stock"))
    within = working.index.month.isin(wanted)
    return (100.0 * working[within].sum() / stock[within].sum()).to_numpy()


def _change(measure: str) -> Callable[[RunResult, Target], np.ndarray | None]:
    def change(result: RunResult, target: Target) -> np.ndarray | None:
        span = months_of(target.period)
        values = series(result, measure, target.origin, target.destination)
        if span is None:
            return None
        now = values.loc[span[0] : span[1]].sum()
        year = pd.DateOffset(years=1)
        return (100.0 * (now / values.loc[span[0] - year : span[1] - year].sum() - 1.0)).to_numpy()

    return change


_SPECIAL: dict[str, Callable[[RunResult, Target], np.ndarray | None]] = {
    "remittances_recorded_index": _index,
    "departures_share": _share_of_year("departures"),
    "returns_share": _share_of_year("returns"),
    "stock_ratio": _stock_ratio,
    "stock_share": _stock_share,
    "spell_share": _spell_share,
    "working_share": _working_share,
    "remittances_recorded_change": _change("remittances_recorded"),
    "remittances_recorded_change_destination": _change("remittances_true_destination"),
}
