"""The figures a fit is held to: which, on what scale, with what error, and which errors go together.

A level is compared in logarithms, all else as it is. The error of a figure holds what the source may be wrong by, and
what a model as plain as this one may be wrong by: it is a choice of ours, half of the tolerance of the scorecard or
less. Errors within one series go together (`SHARED`): a series whose level is off is off in each of its quarters, and
the quarters of a year say again what the year says. So levels weigh less, and changes more, than if each stood alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.output.result import RunResult
from sim.region.targets import last_month
from sim.studies.patterns import Target, modelled
from sim.studies.scorecard import LEVEL_BAND, growth_elasticity, rate_elasticity, return_change

FITTED = ("fitted", "shape")
SHARED = 0.7
"""Correlation of the errors of two figures of one series."""
LEVEL_ERROR = {"high": 0.08, "medium": 0.12, "low": 0.18}
"""Standard error of a level, in logarithms, by the confidence of its source."""
OTHER_ERROR = {
    "remittances_recorded_index": 0.08,
    "stock_ratio": 0.05,
    "spell_share": 2.5,
    "departures_share": 3.0,
    "returns_share": 4.0,
    "remittances_recorded_change": 5.0,
    "remittances_recorded_change_destination": 5.0,
    "elasticity_remittances_exchange_rate": 0.125,
    "return_12_months_on_rate_10_percent": 0.5,
    "elasticity_remittances_russian_gdp": 0.25,
}
"""Standard error of what is no level, in its own unit."""
LEAST = 1e-3
"""A level this small beside the figure counts as this small: a logarithm needs something."""


@dataclass(frozen=True)
class Figure:
    """One figure: where it stands, its value, and its standard error on the scale it is compared on."""

    target: Target
    value: float
    error: float
    logarithm: bool
    use: str
    source: str

    @property
    def label(self) -> str:
        """Measure, places, series and period in one word."""
        one = self.target
        return "/".join((one.measure, one.origin, one.destination, one.series, one.period))

    @property
    def series(self) -> tuple[str, str, str, str]:
        """What figures of one series have in common."""
        one = self.target
        return one.measure, one.origin, one.destination, one.series

    @property
    def observed(self) -> float:
        """The value on the scale it is compared on."""
        return float(np.log(self.value)) if self.logarithm else self.value

    @property
    def tolerance(self) -> float:
        """How far the model may be off, in the figure's unit: a quarter of a level, two errors of anything else."""
        return LEVEL_BAND * abs(self.value) if self.logarithm else 2.0 * self.error

    def scaled(self, value: float) -> float:
        """A value of the model on that scale."""
        return float(np.log(max(value, LEAST * self.value))) if self.logarithm else float(value)


def figures_of(targets: pd.DataFrame, until: str) -> list[Figure]:
    """What may be fitted to of a pack's targets: rows `fitted` and `shape`, none of them after `until` (``YYYY-MM``).

    Raises
    ------
    InputError
        A row that may be fitted is dated after `until`.
    """
    rows = targets[targets["use"].isin(FITTED)]
    for row in rows.to_dict("records"):
        ends = last_month(row["period"], row["measure"])
        if ends is not None and ends > until:
            where = f"target {row['measure']} {row['origin']} {row['destination']}"
            raise InputError(where, f"is of {row['period']}, after calibration.until", allowed=f"up to {until}")
    return [_figure(row) for row in rows.to_dict("records")]


def known_by(targets: pd.DataFrame, until: str) -> pd.DataFrame:
    """The targets that end by `until` or have no date: what somebody who stood there could have fitted to."""
    ends = [last_month(period, "target") for period in targets["period"]]
    return targets[[end is None or end <= until for end in ends]]


def _figure(row: Mapping) -> Figure:
    target = Target(**{name: str(row[name]) for name in Target.__dataclass_fields__})
    logarithm = target.measure not in OTHER_ERROR
    error = LEVEL_ERROR[row["confidence"]] if logarithm else OTHER_ERROR[target.measure]
    return Figure(target, float(row["value"]), error, logarithm, row["use"], row["source"])


def covariance(figures: list[Figure]) -> np.ndarray:
    """Covariance of the errors, shape (figures, figures)."""
    errors = np.array([figure.error for figure in figures])
    series = [figure.series for figure in figures]
    alike = np.array([[SHARED if one == other else 0.0 for other in series] for one in series])
    np.fill_diagonal(alike, 1.0)
    return alike * np.outer(errors, errors)


def told(figures: list[Figure], base: RunResult, better: RunResult, less: RunResult, place: str) -> np.ndarray:
    """What a run of one seed and its two probes say of the figures, on their scales; NaN where they say nothing."""
    experiments = {
        "elasticity_remittances_exchange_rate": lambda: rate_elasticity(base, better, place),
        "return_12_months_on_rate_10_percent": lambda: return_change(base, better, place),
        "elasticity_remittances_russian_gdp": lambda: growth_elasticity(base, less, place),
    }
    values = []
    for figure in figures:
        probe = experiments.get(figure.target.measure)
        if probe is not None:
            values.append(figure.scaled(probe()))
            continue
        found = modelled(base, figure.target)
        values.append(np.nan if found is None else figure.scaled(float(found[0])))
    said = np.array(values)
    return np.where(np.isfinite(said), said, np.nan)  # a share or ratio of nobody
