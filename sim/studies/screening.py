"""Which outputs each number of the model drives: measured, in worlds that draw all numbers from their priors at once.

Every seed is a world with a member of the prior sample and luck of its own. The rank correlation of a number with an
output over the worlds (Spearman 1904) tells how far the number moves the output while all others vary as they may. It
sees no effect that turns round in the middle of a number's range, and none that only shows with another number.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import rankdata

from sim.errors import InputError
from sim.output.result import RunResult
from sim.region.sample import priors_of
from sim.seed_run import Progress
from sim.simulation import simulate
from sim.studies.calibration.members import draws

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario

COLUMNS = ("number", "measure", "correlation")
DIGITS = 3


def _sum(result: RunResult, measure: str, years: tuple[int, ...]) -> np.ndarray:
    table = result.origins[result.origins["month"].dt.year.isin(years)]
    return table.groupby("seed")[measure].sum().to_numpy()


def _level(measure: str) -> Callable[[RunResult], np.ndarray]:
    return lambda result: _sum(result, measure, (2013, 2014))


def _per(measure: str, other: str) -> Callable[[RunResult], np.ndarray]:
    return lambda result: _sum(result, measure, (2013, 2014)) / np.maximum(_sum(result, other, (2013, 2014)), 1.0)


def _weighted(measure: str) -> Callable[[RunResult], np.ndarray]:
    def mean(result: RunResult) -> np.ndarray:
        table = result.origins[result.origins["month"].dt.year.isin((2013, 2014))]
        weight = table["households"]
        return ((table[measure] * weight).groupby(table["seed"]).sum() / weight.groupby(table["seed"]).sum()).to_numpy()

    return mean


def _change(measure: str) -> Callable[[RunResult], np.ndarray]:
    return lambda result: _sum(result, measure, (2015,)) / np.maximum(_sum(result, measure, (2013,)), 1.0)


OUTPUTS: dict[str, Callable[[RunResult], np.ndarray]] = {
    "stock": _level("stock"),
    "departures": _level("departures"),
    "returns": _level("returns"),
    "forced_returns": _level("forced_returns"),
    "banned": _level("banned"),
    "unaware_banned": _per("unaware_banned", "banned"),
    "refused": _level("refused"),
    "diverted": _level("diverted"),
    "remittances_true": _level("remittances_true"),
    "remittances_per_migrant": _per("remittances_true", "stock"),
    "remittances_recorded": _level("remittances_recorded"),
    "jobless_returnees": _per("jobless_returnees", "returns"),
    "poverty": _weighted("poverty"),
    "cost_of_misinformation": _weighted("cost_of_misinformation"),
    "remittances_true_2015": _change("remittances_true"),
    "stock_2015": _change("stock"),
}
"""Outputs by name: of all origins together, 2013 and 2014; `_2015` is 2015 relative to 2013. `unaware_banned` is a
share of the banned, `jobless_returnees` of the returns.
"""


def screen(scenario: Scenario, region: Region, progress: Progress | None = None) -> pd.DataFrame:
    """Rank correlations of every drawn number with every output, columns `COLUMNS`, the strongest first.

    The scenario's seeds must draw their numbers (``sample=prior``), and it must live to the end of 2015.
    """
    if scenario.numbers is None:
        raise ValueError("the seeds of a screening draw their numbers: sample=prior")
    result = simulate(scenario, region, progress)
    names = [name for name in priors_of(region) if name in scenario.numbers.names]
    members = [scenario.numbers.member(seed) for seed in result.seeds]
    values = np.array([[member[name] for name in names] for member in members])
    outputs = np.stack([of(result) for of in OUTPUTS.values()], axis=1)
    return correlations(names, values, list(OUTPUTS), outputs)


def screen_draws(folder: Path, region: Region) -> tuple[pd.DataFrame, int]:
    """The same from the worlds that a fit lived before it looked at anything (`sim calibrate`), and how many there are:
    what they said of the figures, the figures of one measure together, and the change of 2014.

    Raises
    ------
    InputError
        The folder holds no fit.
    """
    drawn = draws(folder / "draws")
    if drawn.empty or FIRST_STEP not in set(drawn["step"]):
        raise InputError("draws", f"is {str(folder)!r}, which holds no fit", "a folder that sim calibrate has written")
    drawn = drawn[drawn["step"] == FIRST_STEP]
    figures = drawn[[name for name in drawn.columns if "/" in name]].dropna()
    names = [name for name in priors_of(region) if name in drawn.columns]
    outputs = pd.DataFrame({name: of(figures) for name, of in FIGURES.items()}, index=figures.index)
    values = drawn.loc[figures.index, names].to_numpy()
    return correlations(names, values, list(outputs), outputs.to_numpy()), len(figures)


def _figures(measure: str, period: str = "") -> Callable[[pd.DataFrame], pd.Series]:
    """Mean of the figures of a measure, each by its own spread, of one period or all."""

    def mean(said: pd.DataFrame) -> pd.Series:
        mine = [
            name for name in said if name.startswith(f"{measure}/") and name.endswith(f"/{period}" if period else "")
        ]
        return (said[mine] / said[mine].std()).mean(axis=1)

    return mean


FIRST_STEP = "step-0"
FIGURES: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "stock": _figures("stock"),
    "departures": _figures("departures"),
    "banned": _figures("banned"),
    "remittances_recorded": _figures("remittances_recorded"),
    "remittances_bop": _figures("remittances_bop"),
    "remittances_recorded_2014": lambda said: (
        _figures("remittances_recorded", "2014")(said) - _figures("remittances_recorded", "2013")(said)
    ),
    "returns_share": _figures("returns_share"),
    "spells_of_1_to_3_years": _figures("spell_share/TJK/RUS/1 to 3 years"),
    "elasticity_remittances_exchange_rate": _figures("elasticity_remittances_exchange_rate"),
    "return_12_months_on_rate_10_percent": _figures("return_12_months_on_rate_10_percent"),
    "elasticity_remittances_russian_gdp": _figures("elasticity_remittances_russian_gdp"),
}
"""Outputs of a fit: figures up to 2014, as it is held to them."""


def correlations(names: list[str], values: np.ndarray, measures: list[str], outputs: np.ndarray) -> pd.DataFrame:
    """Rank correlations of columns with columns; `values` (worlds, numbers), `outputs` (worlds, measures)."""
    ranks = [_standard(rankdata(part, axis=0)) for part in (values, outputs)]
    found = ranks[0].T @ ranks[1] / len(values)
    rows = [(n, m, round(float(found[i, j]), DIGITS)) for i, n in enumerate(names) for j, m in enumerate(measures)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("correlation", key=lambda c: -c.abs(), kind="stable", ignore_index=True)


def by_chance(worlds: int, pairs: int) -> float:
    """The correlation that the strongest of so many unrelated pairs stays under, 95 in 100."""
    return float(np.tanh(ndtri(1.0 - 0.025 / pairs) / np.sqrt(max(1.0, worlds - 3.0))))


def _standard(columns: np.ndarray) -> np.ndarray:
    spread = columns.std(axis=0)
    return (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, np.inf)
