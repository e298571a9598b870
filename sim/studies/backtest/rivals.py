"""What the forecast is held beside: the World Bank's of April 2015, constant roubles, and last year's value.

Constant roubles: as many roubles are sent as the year before, and only the exchange rate moves (and home prices, where
money is told at constant ones). Last year's value: nothing changes. Both are computed from the pack's exchange rates
and prices alone, with the years' mean rates.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.region import Region
from sim.studies.backtest.changes import Forecast

WORLD_BANK_MEASURES = ("remittances_recorded", "remittances_bop")
"""The Bank's figure is of recorded money, from Russia and in all alike."""
LAST_YEAR = 0.0


def world_bank(forecasts: pd.DataFrame, line: Forecast) -> float:
    """The Bank's figure for a line, percent; NaN where it gave none. `forecasts` is the pack's table of them."""
    if line.measure not in WORLD_BANK_MEASURES or line.unit != "USD":
        return float("nan")
    rows = forecasts[(forecasts["origin"] == line.origin) & (forecasts["period"] == line.period)]
    return float(rows["change_percent"].iloc[0]) if len(rows) else float("nan")


def constant_roubles(region: Region, line: Forecast, place: str) -> float:
    """What the exchange rate alone would do to money sent from `place`, percent; NaN for people."""
    if not line.measure.startswith("remittances"):
        return float("nan")
    year = int(line.period)
    before, after = (_worth(region, line, place, at) for at in (year - 1, year))
    return 100.0 * (after / before - 1.0)


def _worth(region: Region, line: Forecast, place: str, year: int) -> float:
    """What a unit of the destination's currency is worth in the line's unit, mean of the year's months."""
    months = _months(region, year)
    rates, prices = region.country("exchange_rate"), region.country("inflation")
    dollars = 1.0 / rates[place][months]
    if line.unit == "USD":
        return float(dollars.mean())
    if line.unit.startswith("real "):
        return float((dollars * rates[line.origin][months] / prices[line.origin][months]).mean())
    return 1.0


def _months(region: Region, year: int) -> np.ndarray:
    first = region.month_index(f"{year}-01")
    return np.arange(first, first + 12)


def read_forecasts(region: Region) -> pd.DataFrame:
    """Published forecasts that a pack brings: origin, period, change_percent, source; no rows where it has none."""
    columns = ["origin", "period", "change_percent", "source"]
    path = region.forecast_file
    if path is None:
        return pd.DataFrame(columns=columns)
    table = pd.read_csv(path, dtype={"period": str}, comment="#")
    missing = [name for name in columns if name not in table]
    if missing:
        raise InputError(path.name, f"has no column {missing[0]}", allowed=", ".join(columns))
    return table
