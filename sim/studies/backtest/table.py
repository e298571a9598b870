"""The table of forecasts: mean and intervals of every change, beside its rivals, as CSV.

An interval holds three things: what is not known of the numbers (each seed has another member of the fitted sample),
luck (each seed its own), and what the model itself is off by, which no member shows. The last is measured by standing
one year earlier: fitted to what was known by 2013, by how much was 2014 missed? It is drawn normal, in logarithms, one
draw a seed, the same for all lines of an origin, for the model is off on all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.draws import Purpose, normal
from sim.output.durable import replace_file
from sim.output.result import RunResult
from sim.region import Region
from sim.studies.backtest.changes import Forecast, change, forecasts
from sim.studies.backtest.rivals import LAST_YEAR, constant_roubles, read_forecasts, world_bank

COLUMNS = (
    "origin", "destination", "period", "measure", "unit", "change_percent", "low90", "low50", "high50", "high90",
    "world_bank", "constant_roubles", "last_year",
)  # fmt: skip
KEYS = COLUMNS[:5]
ENDS = {"low90": 0.05, "low50": 0.25, "high50": 0.75, "high90": 0.95}


@dataclass(frozen=True)
class Backtest:
    """Forecasts (`COLUMNS`) and the changes they are made of, percent, by line (rows) and seed (columns)."""

    table: pd.DataFrame
    changes: np.ndarray
    meta: dict

    @property
    def by_seed(self) -> pd.DataFrame:
        """The changes with the model's own error, a row a line and a column a seed."""
        seeds = pd.DataFrame(self.changes, columns=[str(seed) for seed in self.meta["run"]["seeds"]])
        return pd.concat([self.table[list(KEYS)], seeds], axis=1)


def backtest(result: RunResult, region: Region, error: float, after: str = "") -> Backtest:
    """The forecast that a run makes of the years after the pack's calibration, or after an earlier month.

    Parameters
    ----------
    result
        A run to the last month that is forecast, with a member of the fitted sample a seed.
    error
        Standard error of a change that no member shows, in logarithms.
    after
        The month, ``YYYY-MM``, whose year is the last before the forecast; empty for the end of the calibration.
    """
    place, other = region.destinations[0], region.destinations[1 if len(region.destinations) > 1 else 0]
    lines = list(forecasts(result, place, other, _years(result, after or region.manifest.calibration_until)))
    own = {origin: _own_error(result.seeds, k) for k, origin in enumerate(region.origins)}
    shown = [change(result, line) for line in lines]
    changes = np.array([_with_error(one, error * own[line.origin]) for line, one in zip(lines, shown, strict=True)])
    published = read_forecasts(region)
    rows = [_row(line, *both, region, published, place) for line, *both in zip(lines, shown, changes, strict=True)]
    meta = {"error": error, "seeds": len(result.seeds), "run": result.meta}
    return Backtest(pd.DataFrame(rows, columns=list(COLUMNS)), changes, meta)


def _years(result: RunResult, after: str) -> tuple[int, ...]:
    """The whole years after a month's year that the run has lived."""
    first = int(after[:4]) + 1
    last = result.origins["month"].max()
    return tuple(range(first, last.year + (1 if last.month == 12 else 0)))


def _own_error(seeds: Iterable[int], origin: int) -> np.ndarray:
    """A standard normal draw for each seed and origin."""
    return np.array([normal(seed, Purpose.NUMBER, 1, origin, 0, 0) for seed in seeds])


def _with_error(percent: np.ndarray, error: np.ndarray) -> np.ndarray:
    return 100.0 * ((1.0 + percent / 100.0) * np.exp(error) - 1.0)


def _row(
    line: Forecast, shown: np.ndarray, changes: np.ndarray, region: Region, published: pd.DataFrame, place: str
) -> dict:
    """A line of the table: the mean of what the members show, and the ends of that with the model's own error."""
    known = changes[np.isfinite(changes)]
    ends = {name: float(np.quantile(known, at)) if len(known) else np.nan for name, at in ENDS.items()}
    return {
        "origin": line.origin,
        "destination": line.destination,
        "period": line.period,
        "measure": line.measure,
        "unit": line.unit,
        "change_percent": float(np.nanmean(shown)) if len(known) else np.nan,
        **ends,
        "world_bank": world_bank(published, line),
        "constant_roubles": constant_roubles(region, line, place),
        "last_year": LAST_YEAR,
    }


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write the table as CSV, whole or not at all."""
    replace_file(path, table.to_csv(index=False, float_format="%.2f").encode())
