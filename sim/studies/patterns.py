"""What the model says where a pack's target speaks: the same measure, place and period, in the target's unit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.measures import MEASURES
from sim.output.result import RunResult

ALL = "ALL"
MILLION = 1e6
YEAR = 12
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


@dataclass(frozen=True)
class Monthly:
    """A measure by month and seed: the first month, counted from January 1970, and values of shape (T, S)."""

    first: int
    values: np.ndarray

    def within(self, first: int, last: int) -> np.ndarray:
        """The months from `first` to `last`, both counted from January 1970; none before or after what was lived."""
        return self.values[max(0, first - self.first) : max(0, last + 1 - self.first)]

    def holds(self, first: int, last: int) -> bool:
        """Whether both months were lived."""
        return self.first <= first and last < self.first + len(self.values)

    def year(self, year: int) -> np.ndarray:
        """The months of a year that were lived."""
        return self.within(_month(year), _month(year, YEAR))

    @property
    def calendar(self) -> np.ndarray:
        """Calendar month of each, 1 to 12, shape (T,)."""
        return (self.first + np.arange(len(self.values))) % YEAR + 1


def _month(year: int, month: int = 1) -> int:
    return YEAR * (year - 1970) + month - 1


def month_number(text: str) -> int:
    """A month ``YYYY-MM``, counted from January 1970."""
    return _month(int(text[:4]), int(text[5:]))


def months_of(period: str) -> tuple[int, int] | None:
    """First and last month of a dated period (2013, 2013Q2, 2014H1, 2013-10, 2014-01/2014-09), counted from January
    1970; None for any other.
    """
    if re.fullmatch(r"\d{4}-\d{2}/\d{4}-\d{2}", period):
        first, last = map(month_number, period.split("/"))
        return first, last
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})|Q([1-4])|H([12]))?", period)
    if found is None:
        return None
    year, month, quarter, half = (int(part) if part else 0 for part in found.groups())
    length = 1 if month else 3 if quarter else 6 if half else YEAR
    first = _month(year, month or 3 * max(quarter - 1, 0) + 6 * max(half - 1, 0) + 1)
    return first, first + length - 1


def series(result: RunResult, measure: str, origin: str, destination: str) -> Monthly:
    """A measure by month and seed."""
    table = result.origins if destination == ALL else result.corridors
    rows = table["origin"].to_numpy() == origin
    if destination != ALL:
        rows &= table["destination"].to_numpy() == destination
    # the tables are ordered by seed, then month: a pivot would take ten times as long
    seeds = table["seed"].nunique()
    first = table["month"].to_numpy()[:1].astype("datetime64[M]").astype(int)
    return Monthly(int(first[0]), table[measure].to_numpy()[rows].reshape(seeds, -1).T)


def modelled(result: RunResult, target: Target) -> np.ndarray | None:
    """The model's value by seed, or None where it has no such thing or did not live the period."""
    special = _SPECIAL.get(target.measure)
    with np.errstate(divide="ignore", invalid="ignore"):  # a share or ratio of nobody
        if special is not None:
            return special(result, target)
        if target.measure not in MEASURES or target.origin not in set(result.origins["origin"]):
            return None
        return _over(result, target.measure, target)


def _over(result: RunResult, measure: str, target: Target) -> np.ndarray | None:
    span = months_of(target.period)
    monthly = series(result, measure, target.origin, target.destination)
    if span is None or not monthly.holds(*span):
        return None
    within = monthly.within(*span)
    total = within.sum(axis=0) if MEASURES[measure].kind == "flow" else _mean(within)
    return total / (MILLION if "million" in target.unit else 1.0)


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over months of those that have a value, NaN where none has; shape (S,)."""
    return np.nansum(values, axis=0) / np.isfinite(values).sum(axis=0)


def _index(result: RunResult, target: Target) -> np.ndarray | None:
    """A period's flow relative to the mean period of its year; a bare calendar month is taken over whole years."""
    monthly = series(result, "remittances_recorded", target.origin, target.destination)
    span = months_of(target.period)
    if span is None:
        later = np.arange(len(monthly.values)) >= YEAR - monthly.first % YEAR  # without the year the run began in
        month = later & (monthly.calendar == int(target.period))
        return _mean(monthly.values[month]) / _mean(monthly.values[later])
    year = monthly.year(1970 + span[0] // YEAR)
    return _mean(monthly.within(*span)) / _mean(year) if len(year) == YEAR else None


def _share_of_year(measure: str) -> Callable[[RunResult, Target], np.ndarray | None]:
    def share(result: RunResult, target: Target) -> np.ndarray | None:
        first, last = (int(month) for month in target.period.split("/"))
        monthly = series(result, measure, target.origin, target.destination)
        within = (monthly.calendar >= first) & (monthly.calendar <= last)
        return 100.0 * monthly.values[within].sum(axis=0) / monthly.values.sum(axis=0)

    return share


def _stock_ratio(result: RunResult, target: Target) -> np.ndarray | None:
    first, last = map(month_number, target.period.split("/"))
    stock = series(result, "stock", target.origin, target.destination)
    return stock.within(last, last)[0] / stock.within(first, first)[0] if stock.holds(first, last) else None


def _stock_share(result: RunResult, target: Target) -> np.ndarray | None:
    here, everywhere = (
        series(result, "stock", target.origin, place).year(int(target.period)) for place in (target.destination, ALL)
    )
    return 100.0 * _mean(here) / _mean(everywhere)


def _spell_share(result: RunResult, target: Target) -> np.ndarray | None:
    spells = result.spells
    here = spells[(spells["origin"] == target.origin) & (spells["destination"] == target.destination)]
    ended = here.pivot(index="months", columns="seed", values="ended")
    return (100.0 * ended.loc[SPELLS[target.series]] / ended.sum()).to_numpy()


def _working_share(result: RunResult, target: Target) -> np.ndarray | None:
    """P11: share of the migrants who have work, in the calendar months of the period, mean of the whole years."""
    first, last = (int(month) for month in (target.period.split("/") * 2)[:2])
    wanted = [(first - 1 + k) % YEAR + 1 for k in range((last - first) % YEAR + 1)]
    working, stock = (series(result, name, target.origin, target.destination) for name in ("working", "stock"))
    within = np.isin(working.calendar, wanted)
    return 100.0 * working.values[within].sum(axis=0) / stock.values[within].sum(axis=0)


def _change(measure: str) -> Callable[[RunResult, Target], np.ndarray | None]:
    def change(result: RunResult, target: Target) -> np.ndarray | None:
        span = months_of(target.period)
        if span is None:
            return None
        monthly = series(result, measure, target.origin, target.destination)
        before, now = (monthly.within(*(month - back for month in span)).sum(axis=0) for back in (YEAR, 0))
        return 100.0 * (now / before - 1.0)

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
