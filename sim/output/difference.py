"""Where two runs part: the first month, and the measure, place and household in which they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.output.result import RunResult

TABLES = {
    "households": ("seed", "household", "worker"),
    "corridors": ("seed", "origin", "destination"),
    "origins": ("seed", "origin"),
    "categories": ("seed", "origin", "category", "group"),
}
"""The keys of each table beside the month, the most telling first."""


@dataclass(frozen=True)
class Parting:
    """The first entry of one table in which two runs differ."""

    table: str
    month: pd.Timestamp
    where: str
    measure: str
    first: object
    second: object
    measures: int  # how many columns differ in that month

    def __str__(self) -> str:
        more = f" (and {self.measures - 1} more columns that month)" if self.measures > 1 else ""
        return (
            f"{self.month:%Y-%m}  {self.table}: {self.measure} of {self.where} is {self.first} and {self.second}{more}"
        )


def partings(first: RunResult, second: RunResult) -> list[Parting]:
    """The first parting in each table that both runs have, earliest month first; none where the tables are equal.

    Raises
    ------
    InputError
        The runs have no month, seed or place in common.
    """
    found = []
    for name, keys in TABLES.items():
        one, other = getattr(first, name), getattr(second, name)
        if len(one) and len(other):
            parting = _first_parting(name, one, other, keys)
            if parting is not None:
                found.append(parting)
    return sorted(found, key=lambda parting: parting.month)


def _first_parting(name: str, one: pd.DataFrame, other: pd.DataFrame, keys: tuple[str, ...]) -> Parting | None:
    index = ["month", *keys]
    columns = [column for column in one.columns if column in other.columns and column not in index]
    a, b = (table.astype(dict.fromkeys(keys, "str")).set_index(index)[columns].sort_index() for table in (one, other))
    both = a.index.intersection(b.index)
    if not len(both):
        raise InputError(
            name, "of the two runs have no month, seed and place in common", allowed="two runs of one pack"
        )
    a, b = a.loc[both], b.loc[both]
    differs = pd.DataFrame({column: _differs(a[column], b[column]) for column in columns}, index=both)
    rows = np.flatnonzero(differs.any(axis=1))
    if not len(rows):
        return None
    row = rows[0]
    month = both[row][0]
    column = differs.columns[differs.iloc[row]][0]
    that_month = differs.loc[both.get_level_values("month") == month]
    where = " ".join(f"{key} {value}" for key, value in zip(keys, both[row][1:], strict=True))
    return Parting(name, month, where, column, a[column].iloc[row], b[column].iloc[row], int(that_month.any().sum()))


def _differs(a: pd.Series, b: pd.Series) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(a.dtype) and pd.api.types.is_numeric_dtype(b.dtype):
        return ~((a.to_numpy() == b.to_numpy()) | (a.isna().to_numpy() & b.isna().to_numpy()))
    return a.astype("str").to_numpy() != b.astype("str").to_numpy()
