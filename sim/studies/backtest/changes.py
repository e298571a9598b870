"""What is forecast: the change of a measure from one period to the next, in percent, by seed.

Money is forecast in dollars, in the destination's currency and in the origin's at constant prices; people as numbers. A
year is held against the year before; of the stock, April of the second year against April of the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.measures import MEASURES
from sim.output.result import RunResult
from sim.studies.patterns import ALL, series

APRIL = 4


@dataclass(frozen=True)
class Forecast:
    """One line of the forecast: where, when and of what; `column` is the measure it is read from."""

    origin: str
    destination: str
    period: str
    measure: str
    unit: str
    column: str


def forecasts(result: RunResult, place: str, other: str, years: tuple[int, ...]) -> Iterator[Forecast]:
    """All lines: money and people from the first destination `place`, what goes to `other`, and the whole origin's."""
    currency = result.meta["currency"]
    for origin in dict.fromkeys(result.origins["origin"]):
        money = ((currency[place], "_destination"), ("USD", ""), (f"real {currency[origin]}", "_origin_real"))
        for year in map(str, years):
            for unit, suffix in money:
                yield Forecast(origin, place, year, "remittances_true", unit, f"remittances_true{suffix}")
                yield Forecast(origin, place, year, "remittances_recorded", unit, f"remittances_recorded{suffix}")
                yield Forecast(origin, ALL, year, "remittances_bop", unit, f"remittances_bop{suffix}")
            yield Forecast(origin, ALL, year, "departures", "persons", "departures")
            yield Forecast(origin, other, year, "departures", "persons", "departures")
            for measure in ("banned", "unaware_banned"):
                yield Forecast(origin, place, year, measure, "persons", measure)
            yield Forecast(origin, ALL, year, "joblessness_12", "percent of returnees", "joblessness_12")
        if len(years) > 1:
            period = f"{years[0]}-{APRIL:02d}/{years[0] + 1}-{APRIL:02d}"
            yield Forecast(origin, place, period, "stock", "persons", "stock")


def change(result: RunResult, line: Forecast) -> np.ndarray:
    """The change in percent, by seed; NaN for a seed in which there was nothing before."""
    values = _values(result, line)
    if "/" in line.period:
        first, last = (pd.Timestamp(month) for month in line.period.split("/"))
        before, after = values.loc[first], values.loc[last]
    else:
        year = int(line.period)
        before, after = (_of_year(values, line, at) for at in (year - 1, year))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before > 0, 100.0 * (after / before - 1.0), np.nan).astype(float)


def _values(result: RunResult, line: Forecast) -> pd.DataFrame:
    """The measure by month and seed; recorded money in the destination's currency is its dollars at the rate."""
    column = line.column
    if not column.endswith("_destination") or column == "remittances_true_destination":
        return series(result, column, line.origin, line.destination)
    dollars = series(result, column.removesuffix("_destination"), line.origin, line.destination)
    place = dict.fromkeys(result.corridors["destination"])
    first = next(iter(place))
    sent = series(result, "remittances_true_destination", line.origin, first)
    return dollars * sent / series(result, "remittances_true", line.origin, first)


def _of_year(values: pd.DataFrame, line: Forecast, year: int) -> pd.Series:
    """A flow added up over a year, anything else averaged."""
    of_year = values[values.index.year == year]
    known = MEASURES.get(line.column)
    flow = known is None or known.kind == "flow"
    return of_year.sum() if flow else of_year.mean()
