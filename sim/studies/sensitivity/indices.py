"""Morris screening, Sobol indices and PAWN by SALib, with the part of chance, and whether more points change them.

All are taken in the unit cube of the design, so a range, a list and dates are treated alike. Seeds are averaged; their
part of the variance is told apart from that of the numbers, which share each seed's luck.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.errors import InputError, unknown_name
from sim.studies.sweep.design import problem

METHODS = ("morris", "sobol", "pawn")
OF_DESIGN = {"morris": "morris", "saltelli": "sobol"}
DUMMY = "(a number that nothing depends on)"
SETTLED = 0.05
"""Largest change of an index from half of the points to all, as a share of the largest, that counts as settled."""
_RESAMPLES = 200
_SLICES = 10


@dataclass(frozen=True)
class Shares:
    """Parts of the variance of single runs: of the swept numbers, of the seed (which all points share), of both."""

    numbers: float
    seeds: float
    both: float


@dataclass(frozen=True)
class Sensitivity:
    """Indices of one measure.

    `table`: axis, index (the one to rank by), low95, high95, and the method's further columns. `change`: greatest
    change of an index from half of the points to all, as a share of the largest; `same_order`: whether axes that can be
    told apart were in the same order.
    """

    method: str
    measure: str
    table: pd.DataFrame
    shares: Shares
    change: float
    same_order: bool
    points: int
    seeds: int

    @property
    def settled(self) -> bool:
        """Whether more points would hardly change it."""
        return self.change <= SETTLED and self.same_order

    @property
    def words(self) -> str:
        """What is known, in sentences."""
        order = "the same order" if self.same_order else "another order"
        verdict = "settled" if self.settled else "not settled: take more points"
        return (
            f"{self.points:,} points x {self.seeds} seeds. From half of the points to all, the indices change by at "
            f"most {100 * self.change:.0f} % of the largest, with {order} of axes: {verdict}. {self._chance}"
        )

    @property
    def _chance(self) -> str:
        if self.seeds == 1:
            return "With one seed, the part of chance is not known."
        parts = [f"{100 * part:.0f} %" for part in (self.shares.numbers, self.shares.seeds, self.shares.both)]
        return (
            f"Of the variance of single runs the numbers have {parts[0]}, the seed {parts[1]}, and what a seed makes "
            f"of the numbers {parts[2]}."
        )


def indices(
    method: str, measure: str, keys: Sequence[str], unit: np.ndarray, y: np.ndarray, levels: int = 4, seed: int = 1
) -> Sensitivity:
    """Indices of each axis.

    Parameters
    ----------
    method
        ``morris`` (a design of trajectories), ``sobol`` (a Saltelli design), ``pawn`` (any design).
    unit
        Coordinates, (rows, axes).
    y
        The measure, (rows, seeds).

    Raises
    ------
    InputError
        Rows without a value where the method needs all, a measure that is the same everywhere, or too few points.
    """
    if method not in METHODS:
        raise unknown_name("method", method, METHODS, "method")
    mean = y.mean(axis=1)
    gone = ~np.isfinite(mean)
    if method != "pawn" and gone.any():
        problem_ = f"has no value in {int(gone.sum())} of {len(mean)} points (failed or missing runs)"
        raise InputError(measure, problem_, "sim sweep retry --failed, or method=pawn, which can spare them")
    unit, y, mean = unit[~gone], y[~gone], mean[~gone]
    if len(mean) < 8:
        raise InputError(measure, f"has {len(mean)} points", allowed="more points")
    if np.ptp(mean) == 0:
        raise InputError(measure, "is the same at every point: there is nothing to explain", "another measure or axes")
    if not np.isfinite(unit).all():
        raise InputError("method", f"is {method}, and the points are a table's", allowed="a design that fills a space")
    find = _METHODS[method]
    whole, half = find(unit, mean, levels, seed), find(*_half(method, unit, mean), levels, seed)
    table = whole.assign(axis=[*keys, DUMMY] if len(whole) > len(keys) else list(keys))
    table = table[["axis", *whole.columns]]
    change = float(np.abs(whole["index"] - half["index"]).max() / whole["index"].abs().max())
    table = table.sort_values("index", ascending=False, kind="stable", ignore_index=True)
    return Sensitivity(method, measure, table, shares(y), change, _same_order(whole, half), len(mean), y.shape[1])


def shares(y: np.ndarray) -> Shares:
    """Parts of the variance of y (rows, seeds): rows, seeds, and the rest; by the analysis of variance of two ways."""
    rows, seeds = y.shape
    grand = y.mean()
    of_rows, of_seeds = y.mean(axis=1) - grand, y.mean(axis=0) - grand
    if seeds == 1:
        return Shares(1.0, math.nan, math.nan)
    rest = y - grand - of_rows[:, None] - of_seeds[None, :]
    mean_rest = float((rest**2).sum()) / ((rows - 1) * (seeds - 1))
    numbers = max(0.0, float((of_rows**2).sum()) / (rows - 1) - mean_rest / seeds)
    luck = max(0.0, float((of_seeds**2).sum()) / (seeds - 1) - mean_rest / rows)
    total = numbers + luck + mean_rest
    return Shares(numbers / total, luck / total, mean_rest / total) if total > 0 else Shares(0.0, 0.0, 0.0)


def _half(method: str, unit: np.ndarray, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first half of a design that is a design of the same kind."""
    block = {"morris": unit.shape[1] + 1, "sobol": unit.shape[1] + 2, "pawn": 1}[method]
    rows = max(1, len(mean) // block // 2) * block
    return unit[:rows], mean[:rows]


def _same_order(whole: pd.DataFrame, half: pd.DataFrame) -> bool:
    """Whether axes that can be told apart are in the same order."""
    for a in range(len(whole)):
        for b in range(len(whole)):
            apart = whole["low95"].iloc[a] > whole["high95"].iloc[b]
            if apart and half["index"].iloc[a] < half["index"].iloc[b]:
                return False
    return True


def _sobol(unit: np.ndarray, mean: np.ndarray, levels: int, seed: int) -> pd.DataFrame:
    from SALib.analyze.sobol import analyze

    axes = unit.shape[1]
    if len(mean) % (axes + 2):
        raise InputError("method", f"is sobol, and {len(mean)} points are no Saltelli design", "design=saltelli")
    found = analyze(problem(axes), mean, calc_second_order=False, num_resamples=_RESAMPLES, seed=seed)
    return pd.DataFrame({
        "index": found["ST"], "low95": found["ST"] - found["ST_conf"], "high95": found["ST"] + found["ST_conf"],
        "first": found["S1"], "first_low95": found["S1"] - found["S1_conf"],
        "first_high95": found["S1"] + found["S1_conf"],
    })  # fmt: skip


def _morris(unit: np.ndarray, mean: np.ndarray, levels: int, seed: int) -> pd.DataFrame:
    from SALib.analyze.morris import analyze

    axes = unit.shape[1]
    if len(mean) % (axes + 1):
        raise InputError("method", f"is morris, and {len(mean)} points are no trajectories", "design=morris")
    found = analyze(problem(axes), unit, mean, num_resamples=_RESAMPLES, num_levels=levels, seed=seed)
    star, half = np.asarray(found["mu_star"], float), np.asarray(found["mu_star_conf"], float)
    return pd.DataFrame({
        "index": star, "low95": star - half, "high95": star + half,
        "mean_effect": np.asarray(found["mu"], float), "spread_of_effect": np.asarray(found["sigma"], float),
    })  # fmt: skip


def _pawn(unit: np.ndarray, mean: np.ndarray, levels: int, seed: int) -> pd.DataFrame:
    """Median Kolmogorov-Smirnov distance over slices of each axis (Pianosi and Wagener 2018), with a dummy axis."""
    dummy = np.random.default_rng(seed).permutation(len(mean)) / len(mean)
    columns = np.column_stack([unit, dummy])
    whole = _distances(columns, mean)
    luck = np.random.default_rng(seed + 1)
    drawn = [
        _distances(columns[rows], mean[rows]) for rows in luck.integers(0, len(mean), (_RESAMPLES // 2, len(mean)))
    ]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return pd.DataFrame({"index": whole, "low95": np.minimum(low, whole), "high95": np.maximum(high, whole)})


def _distances(unit: np.ndarray, mean: np.ndarray) -> np.ndarray:
    from SALib.analyze.pawn import analyze

    # SALib compares with the unconditional sample; its slices are of equal numbers of points
    found = analyze(problem(unit.shape[1]), unit, mean, S=min(_SLICES, max(2, len(mean) // 20)))
    return np.asarray(found["median"], float)


_METHODS: dict[str, Callable[[np.ndarray, np.ndarray, int, int], pd.DataFrame]] = {
    "sobol": _sobol,
    "morris": _morris,
    "pawn": _pawn,
}
