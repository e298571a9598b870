"""Designs: which points of the axes are run. Each row is a point, with its coordinates in the unit cube."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError, unknown_name
from sim.policies.settings import shown
from sim.studies.sweep.axes import Axis, read_axes, require_swept

if TYPE_CHECKING:
    from sim.region import Region

MOST_POINTS = 10_000_000
FILLING = ("random", "lhs", "sobol", "morris", "saltelli")
"""Designs for which two numbers are the ends of a range."""


@dataclass(frozen=True)
class Design:
    """Rows of values, one for each axis; `unit` are their coordinates, shape (rows, axes), NaN in a table of points."""

    kind: str
    axes: tuple[Axis, ...]
    rows: list[tuple[Any, ...]] = field(repr=False)
    unit: np.ndarray = field(repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """The swept keys."""
        return tuple(axis.key for axis in self.axes)


def make_design(settings: Mapping[str, Any], sweep: Any, region: Region) -> Design:
    """The design that ``design:`` and ``sweep:`` describe.

    Raises
    ------
    InputError
        An unknown design, a number of points that cannot be, a table that cannot be read, bad axes.
    """
    kind = settings.get("kind")
    if kind not in (*_MAKERS, "grid", "table"):
        raise unknown_name("design", str(kind), (*_MAKERS, "grid", "table"), "design")
    seed = _whole(settings.get("seed", 1), "design.seed", 0, 2**31 - 1)
    if kind == "table":
        return _table(settings, sweep)
    if settings.get("file") is not None:
        raise InputError("design.file", f"is given with design={kind}", allowed="design=table with a file")
    points = settings.get("points")
    if points is not None:
        points = _whole(points, "design.points", 1, MOST_POINTS)
    axes = read_axes(sweep, ranges=kind in FILLING or points is not None, region=region)
    if kind == "grid":
        return _grid(axes, points, settings)
    if points is None:
        raise InputError("design.points", "is missing", allowed="a whole number")
    levels = _whole(settings.get("levels", 4), "design.levels", 2, 1000)
    unit = _MAKERS[kind](len(axes), points, seed, levels)
    return Design(kind, axes, _values(axes, unit), unit, dict(settings))


def _values(axes: Sequence[Axis], unit: np.ndarray) -> list[tuple[Any, ...]]:
    return [tuple(axis.at(u) for axis, u in zip(axes, row, strict=True)) for row in unit.tolist()]


def _grid(axes: tuple[Axis, ...], points: int | None, settings: Mapping[str, Any]) -> Design:
    levels = [axis.levels or 2 for axis in axes]
    if points is not None:
        levels = _fitting_levels(axes, points)
    sides = [axis.grid(number) for axis, number in zip(axes, levels, strict=True)]
    total = int(np.prod([len(side) for side in sides], dtype=float))
    if total > MOST_POINTS:
        raise InputError("design", f"has {total:,} points", allowed=f"at most {MOST_POINTS:,}")
    cells = list(itertools.product(*sides))
    rows = [tuple(value for value, _ in cell) for cell in cells]
    return Design("grid", axes, rows, np.array([[u for _, u in cell] for cell in cells]), dict(settings))


def _fitting_levels(axes: Sequence[Axis], points: int) -> list[int]:
    """Levels of each range, as many as `points` allows and at least two; an axis with levels of its own keeps them."""

    def levels(free: int) -> list[int]:
        return [axis.levels or free for axis in axes]

    def size(free: int) -> int:
        return int(np.prod([len(axis.grid(n)) for axis, n in zip(axes, levels(free), strict=True)], dtype=float))

    if size(2) > points:
        raise InputError("design.points", f"is {points}, and two values of each axis make {size(2)}", "more points")
    free = 2
    while free < points and size(free) < size(free + 1) <= points:
        free += 1
    return levels(free)


def _random(axes: int, points: int, seed: int, levels: int) -> np.ndarray:
    return np.random.default_rng(seed).random((points, axes))


def _lhs(axes: int, points: int, seed: int, levels: int) -> np.ndarray:
    from scipy.stats import qmc

    return qmc.LatinHypercube(axes, rng=seed).random(points)


def _sobol(axes: int, points: int, seed: int, levels: int) -> np.ndarray:
    from scipy.stats import qmc

    power = max(points - 1, 0).bit_length()
    return qmc.Sobol(axes, rng=seed).random_base2(power)[:points]


def problem(axes: int) -> dict[str, Any]:
    """The axes as SALib wants them: coordinates of the unit cube."""
    return {"num_vars": axes, "names": [f"x{k}" for k in range(axes)], "bounds": [[0.0, 1.0]] * axes}


def _morris(axes: int, points: int, seed: int, levels: int) -> np.ndarray:
    from SALib.sample.morris import sample

    trajectories = points // (axes + 1)
    if trajectories < 2:
        raise InputError("design.points", f"is {points}", allowed=f"{2 * (axes + 1)} or more: two trajectories")
    if levels % 2:
        raise InputError("design.levels", f"is {levels}", allowed="an even number")
    return sample(problem(axes), trajectories, num_levels=levels, seed=seed)


def _saltelli(axes: int, points: int, seed: int, levels: int) -> np.ndarray:
    from SALib.sample.sobol import sample

    base = points // (axes + 2)
    if base < 2:
        raise InputError("design.points", f"is {points}", allowed=f"{2 * (axes + 2)} or more: two base points")
    power = 1 << (base.bit_length() - 1)
    return sample(problem(axes), power, calc_second_order=False, scramble=True, seed=seed)


_MAKERS: dict[str, Callable[[int, int, int, int], np.ndarray]] = {
    "random": _random,
    "lhs": _lhs,
    "sobol": _sobol,
    "morris": _morris,
    "saltelli": _saltelli,
}


def _table(settings: Mapping[str, Any], sweep: Any) -> Design:
    """Points of a file; a column for each key. Empty cells are null."""
    import pandas as pd

    if sweep:
        raise InputError("sweep", "is given with design=table", allowed="the columns of design.file alone")
    file = settings.get("file")
    if not isinstance(file, str):
        raise InputError("design.file", f"is {shown(file)}", allowed="a CSV or Parquet file with a column for each key")
    path = Path(file).expanduser()
    try:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise InputError(
            "design.file", f"is {file!r}, which cannot be read ({first})", "a CSV or Parquet file"
        ) from error
    if frame.empty:
        raise InputError("design.file", f"is {file!r}, which holds no points", allowed="a row for each point")
    keys = [str(name) for name in frame.columns]
    plain = [[None if pd.isna(value) else _plain(value) for value in frame[name]] for name in frame.columns]
    axes = tuple(Axis(key, values=tuple(dict.fromkeys(column))) for key, column in zip(keys, plain, strict=True))
    require_swept(keys)
    rows = list(zip(*plain, strict=True))
    return Design("table", axes, rows, np.full((len(rows), len(axes)), np.nan), dict(settings))


def _plain(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain


def _whole(value: Any, where: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InputError(where, f"is {shown(value)}", allowed=f"a whole number, {low:,} to {high:,}")
    return value
