"""A sweep as numbers: a measure for each row of the design and each seed, beside the coordinates of the row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from sim.errors import InputError, nearest_name
from sim.studies.sweep.layout import DESIGN, TABLE, read_head
from sim.studies.sweep.request import AGAINST, SCENARIO


@dataclass(frozen=True)
class Outcomes:
    """A measure of a sweep.

    unit: coordinates of the rows in the unit cube, (rows, axes); values: what they stand for, as numbers (place in the
    list where an axis is one), (rows, axes); y: the measure, (rows, seeds), NaN where a run failed or is missing;
    against: the same for the other side of a sweep that has one.
    """

    measure: str
    keys: tuple[str, ...]
    axes: tuple[dict[str, Any], ...]
    unit: np.ndarray
    values: np.ndarray
    y: np.ndarray
    against: np.ndarray | None
    design: dict[str, Any]

    @property
    def differences(self) -> np.ndarray:
        """Scenario less the other side, (rows, seeds).

        Raises
        ------
        InputError
            The sweep has no other side.
        """
        if self.against is None:
            raise InputError(
                "method", "is regions, and the sweep has one side", allowed="a sweep with against=SCENARIO"
            )
        return self.y - self.against


def read_outcomes(folder: Path, measure: str) -> Outcomes:
    """Read a measure of a gathered sweep.

    Raises
    ------
    InputError
        No sweep, not gathered, or a measure that it did not keep.
    """
    head = read_head(folder)
    if not (folder / TABLE).exists():
        raise InputError("name", f"is {head['name']}, which is not gathered", f"sim sweep gather name={head['name']}")
    if measure not in head["measures"]:
        near = nearest_name(measure, head["measures"])
        raise InputError("measure", f"is {measure}, which the sweep did not keep", ", ".join(head["measures"]), near)
    found = pq.read_table(folder / TABLE, columns=[measure])[measure].to_numpy(zero_copy_only=False)
    by_point = np.asarray(found, float).reshape(head["seeds"], head["points"]).T
    design = pq.read_table(folder / DESIGN)
    sides = {base["name"]: by_point[design[f"point:{base['name']}"].to_numpy()] for base in head["bases"]}
    keys = tuple(axis["key"] for axis in head["axes"])
    unit = np.column_stack([design[f"unit:{key}"].to_numpy(zero_copy_only=False) for key in keys]).astype(float)
    points = design[f"point:{SCENARIO}"].to_numpy()
    return Outcomes(
        measure=measure,
        keys=keys,
        axes=tuple(head["axes"]),
        unit=unit,
        values=_values(folder, head, points),
        y=sides[SCENARIO],
        against=sides.get(AGAINST),
        design=head["design"],
    )


def _values(folder: Path, head: dict[str, Any], points: np.ndarray) -> np.ndarray:
    """What the axes are at some points, (rows, axes); text and null by their place in order."""
    plan = pq.read_table(folder / "plan.parquet", columns=[axis["key"] for axis in head["axes"]])
    columns = []
    for axis in head["axes"]:
        column = plan[axis["key"]].slice(0, head["points"]).take(points).to_pylist()
        numbers = [float(one) if isinstance(one, int | float) and not isinstance(one, bool) else None for one in column]
        if any(number is None for number in numbers):
            order = {str(one): place for place, one in enumerate(sorted(map(str, set(column))))}
            numbers = [float(order[str(one)]) for one in column]
        columns.append(np.array(numbers, float))
    return np.column_stack(columns)
