"""Runs of two scenarios set side by side, seed by seed.

Two runs with one seed share every draw, so what chance does to both falls out of their difference. The interval is
Student's on the paired differences (Law 2015, Simulation Modeling and Analysis, section 10.2: common random numbers).

Where all seeds live with the same numbers, an interval is of the mean: more seeds make it as narrow as one likes. Where
each seed has a member of a sample of the numbers, it is of a further member (Student's prediction interval): more seeds
make it surer, not narrower, for what is not known does not shrink by asking again.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.errors import InputError
from sim.measures import MEASURES

if TYPE_CHECKING:
    from sim.output.result import RunResult

ALL = "ALL"
COLUMNS = (
    "measure", "unit", "origin", "destination", "scenario_mean", "against_mean",
    "difference", "low95", "high95", "seeds", "independent_seeds", "note",
)  # fmt: skip
Month: TypeAlias = str | datetime.date | pd.Timestamp | None
_KEYS = ["measure", "origin", "destination"]
_NOISE = 1e-12  # a spread this small beside the means is rounding, not luck


def compare(scenario: RunResult, against: RunResult, first: Month = None, last: Month = None) -> pd.DataFrame:
    """What `scenario` changes relative to `against`: one row per measure, origin and destination.

    Each seed is averaged over the months of the window, then the two runs of a seed are subtracted.

    Parameters
    ----------
    scenario, against
        Runs with the same seeds, origins and destinations.
    first, last
        Window of months, both included; None is the run's own first or last month.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`. `difference` is scenario minus against with its 95 % interval (NaN with one seed).
        `independent_seeds`: runs a side that would give as narrow an interval without sharing draws (NaN when the
        difference is the same for every seed). `note`: why a figure is missing, where there is a word to say.

    Raises
    ------
    InputError
        Seeds, origins or destinations that do not match, or a window outside the runs.
    """
    _require_same_seeds(scenario, against)
    treated = seed_means(scenario, first, last)
    reference = seed_means(against, first, last)
    odd = treated.index.symmetric_difference(reference.index)
    if len(odd):
        given = f"has other measures or places than the scenario ({' '.join(odd[0])})"
        raise InputError("against", given, "runs of one region pack")
    reference = reference.reindex(treated.index)
    table = paired(treated.to_numpy(), reference.to_numpy(), treated.index, over_worlds(scenario))
    currency = {**against.meta.get("currency", {}), **scenario.meta.get("currency", {})}
    table.insert(1, "unit", _units(table, currency))
    return table.assign(note="")[list(COLUMNS)]


def over_worlds(result: RunResult) -> bool:
    """Whether the seeds of a run are different worlds, each with numbers of its own."""
    sample = result.meta.get("sample") or {}
    return int(sample.get("members", 1)) > 1


def paired(treated: np.ndarray, reference: np.ndarray, index: pd.Index, worlds: bool = False) -> pd.DataFrame:
    """Means, paired difference and its interval for each row of two arrays (rows, seeds); `worlds` as in `half_width`.

    A seed for which either side is NaN (a ratio of nothing) is left out of its row.
    """
    both = np.isfinite(treated) & np.isfinite(reference)
    n = both.sum(axis=1)
    mean_s, var_s = _moments(treated, both, n)
    mean_a, var_a = _moments(reference, both, n)
    difference, var_d = _moments(treated - reference, both, n)
    var_d[np.sqrt(var_d) <= _NOISE * np.maximum(np.abs(mean_s), np.abs(mean_a))] = 0.0
    half = half_width(var_d, n, worlds)
    table = index.to_frame(index=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        independent = np.where(var_d > 0, n * (var_s + var_a) / var_d, np.nan)
    return table.assign(
        scenario_mean=mean_s, against_mean=mean_a, difference=difference, low95=difference - half,
        high95=difference + half, seeds=n.astype(np.int64), independent_seeds=independent,
    )  # fmt: skip


def half_width(variance: np.ndarray, n: np.ndarray, worlds: bool = False) -> np.ndarray:
    """Half of a 95 % Student interval of a mean of `n` values, or with `worlds` of one more; NaN where n < 2."""
    enough = n >= 2
    degrees = np.where(enough, n - 1, 1)
    spread = variance / np.maximum(n, 1) * (n + 1 if worlds else 1)
    return np.where(enough, stdtrit(degrees, 0.975) * np.sqrt(spread), np.nan)


def summarise(result: RunResult, first: Month = None, last: Month = None) -> pd.DataFrame:
    """One run on its own: mean over months and seeds, with its 95 % interval (see the module)."""
    values = seed_means(result, first, last)
    known = np.isfinite(values.to_numpy())
    n = known.sum(axis=1)
    mean, variance = _moments(values.to_numpy(), known, n)
    half = half_width(variance, n, over_worlds(result))
    table = values.index.to_frame(index=False)
    table.insert(1, "unit", _units(table, result.meta.get("currency", {})))
    return table.assign(mean=mean, low95=mean - half, high95=mean + half, seeds=n.astype(np.int64))


def seed_means(result: RunResult, first: Month = None, last: Month = None) -> pd.DataFrame:
    """Average over the window's months: rows (measure, origin, destination), one column a seed.

    Destination `ALL` is the whole origin; origin `ALL` is the sum of a seed's origins, for additive measures.
    """
    corridors = window(result.corridors, first, last)
    origins = window(result.origins, first, last).assign(destination=ALL)
    by_corridor = _averages(corridors, [m.name for m in MEASURES.values() if m.level == "corridor"])
    by_origin = _averages(origins, list(MEASURES))
    parts = [by_corridor, by_origin, _over_origins(by_corridor), _over_origins(by_origin)]
    means = pd.concat([part for part in parts if len(part)])
    return means.iloc[np.lexsort(_order(means.index, result))]


def additive_over_origins(measure: str) -> bool:
    """Whether origins may be summed: no ratios, no amounts in each origin's own currency."""
    known = MEASURES[measure]
    return known.kind != "ratio" and "origin currency" not in known.unit


def places(frame: pd.DataFrame, column: str) -> list[str]:
    """The values of a text column, in the pack's order (that of the categories, or of appearance)."""
    values = frame[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        present = set(values.unique())
        return [str(name) for name in values.cat.categories if name in present]
    return [str(name) for name in values.unique()]


def _moments(values: np.ndarray, use: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance (n - 1 degrees) along rows of what is used; NaN mean without any, variance 0 below two."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(use, values, 0.0).sum(axis=1) / n
        squares = np.where(use, values - mean[:, None], 0.0) ** 2
        variance = np.where(n >= 2, squares.sum(axis=1) / np.maximum(n - 1, 1), 0.0)
    return np.where(n > 0, mean, np.nan), variance


def _averages(frame: pd.DataFrame, measures: list[str]) -> pd.DataFrame:
    """Rows (measure, origin, destination), a column a seed: mean over the months in which the measure is defined."""
    present = [name for name in measures if name in frame]
    frame = frame.astype({"origin": "str", "destination": "str"})
    means = frame.groupby(["origin", "destination", "seed"])[present].mean()
    means.columns.name = "measure"
    return means.unstack("seed").stack("measure", future_stack=True).reorder_levels(_KEYS)


def _over_origins(means: pd.DataFrame) -> pd.DataFrame:
    additive = [name for name in means.index.unique("measure") if additive_over_origins(name)]
    summed = means[means.index.isin(additive, level="measure")].groupby(["measure", "destination"]).sum(min_count=1)
    return pd.concat({ALL: summed}, names=["origin"]).reorder_levels(_KEYS)


def _order(index: pd.MultiIndex, result: RunResult) -> tuple[np.ndarray, ...]:
    """Keys for `lexsort`: measures as declared, then origins and destinations as in the pack, `ALL` last."""
    orders = (
        ("destination", [*places(result.corridors, "destination"), ALL]),
        ("origin", [*places(result.corridors, "origin"), ALL]),
        ("measure", list(MEASURES)),
    )
    return tuple(pd.Index(names).get_indexer(index.get_level_values(level)) for level, names in orders)


def window(frame: pd.DataFrame, first: Month, last: Month) -> pd.DataFrame:
    """The rows from the first month to the last, both included; None is the table's own.

    Raises
    ------
    InputError
        A month that the table does not cover.
    """
    start, end = frame["month"].min(), frame["month"].max()
    begin = start if first is None else _month("first", first)
    finish = end if last is None else _month("last", last)
    allowed = f"{start:%Y-%m} to {end:%Y-%m}"
    if not start <= begin <= end:
        raise InputError("first", f"is {begin:%Y-%m}, which the run does not cover", allowed)
    if not begin <= finish <= end:
        problem = "is before the first month" if finish < begin else "is a month the run does not cover"
        raise InputError("last", f"({finish:%Y-%m}) {problem}", allowed)
    return frame[frame["month"].between(begin, finish)]


def _month(where: str, given: str | datetime.date | pd.Timestamp) -> pd.Timestamp:
    try:
        return pd.Timestamp(given).to_period("M").to_timestamp()
    except ValueError as error:
        raise InputError(where, f"is {given!r}, which is no month", "YYYY-MM") from error


def _require_same_seeds(scenario: RunResult, against: RunResult) -> None:
    ours, theirs = set(scenario.corridors["seed"]), set(against.corridors["seed"])
    if ours != theirs:
        odd = ", ".join(str(int(seed)) for seed in sorted(ours ^ theirs)[:5])
        raise InputError(
            "seeds", f"do not match between the two runs ({odd} on one side only)", "the same seeds in both"
        )


def _units(table: pd.DataFrame, currency: dict[str, str]) -> list[str]:
    """The measures' units, with the currency's code where the place is one and its currency is known."""
    units = table["measure"].map({name: measure.unit for name, measure in MEASURES.items()})
    for side in ("origin", "destination"):
        named = table[side].map(currency)
        replace = units.str.contains(f"{side} currency", regex=False) & named.notna()
        for code in named[replace].unique():
            rows = replace & (named == code)
            units = units.mask(rows, units.str.replace(f"{side} currency", code, regex=False))
    return units.tolist()
