"""What is forecast: the change of a measure from one period to the next, in percent, by seed.

Money is forecast in dollars, in the destination's currency and in the origin's at constant prices; people as numbers. A
year is held against the year before; of the stock, April of the second year against April of the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.measures import MEASURES
from sim.output.result import RunResult
from sim.studies.patterns import ALL, Monthly, month_number, series

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
    monthly = _monthly(result, line)
    if "/" in line.period:
        before, after = (monthly.within(month, month)[0] for month in map(month_number, line.period.split("/")))
    else:
        flow = line.column not in MEASURES or MEASURES[line.column].kind == "flow"
        years = (monthly.year(int(line.period) - back) for back in (1, 0))
        before, after = (np.nansum(year, axis=0) if flow else np.nanmean(year, axis=0) for year in years)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before > 0, 100.0 * (after / before - 1.0), np.nan)


def _monthly(result: RunResult, line: Forecast) -> Monthly:
    """The measure by month and seed; recorded money in the destination's currency is its dollars at the rate."""
    column = line.column
    if not column.endswith("_destination") or column == "remittances_true_destination":
        return series(result, column, line.origin, line.destination)
    dollars = series(result, column.removesuffix("_destination"), line.origin, line.destination)
    first = result.corridors["destination"].iloc[0]
    sent, sent_dollars = (
        series(result, name, line.origin, first).values
        for name in ("remittances_true_destination", "remittances_true")
    )
    with np.errstate(divide="ignore", invalid="ignore"):  # a month in which nobody sent
        return Monthly(dollars.first, dollars.values * sent / sent_dollars)
