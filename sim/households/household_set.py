"""The households of a model as a Mesa `AgentSet` that is columnar: one array, and views only where one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.households.household import NAMES, Household


class HouseholdSet(AgentSet):
    """Households in the order of their records; `get`, `agg`, `select`, `groupby` work on columns.

    Parameters
    ----------
    model
        The model the households belong to.
    records
        Structured array of all households, shape (N,).
    rows
        Positions of those in the set; None = all that are alive in the model's month.
    """

    def __init__(self, model: mesa.Model, records: np.ndarray, rows: np.ndarray | None = None) -> None:
        # Not super().__init__: it would build a weak reference for every household.
        self.model, self.records, self.random = model, records, model.random
        self._rows = rows

    @property
    def rows(self) -> np.ndarray:
        """Positions of the households in the records, shape (n,)."""
        if self._rows is None:
            return np.flatnonzero(self.records["born"] <= max(0, self.model.month))
        return self._rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Household]:
        return (self._view(row) for row in self.rows)

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, Household) and agent.records is self.records and agent.index in self.rows

    def __getitem__(self, item: int | slice) -> Any:
        if isinstance(item, slice):
            return [self._view(row) for row in self.rows[item]]
        return self._view(self.rows[item])

    def _view(self, row: int) -> Household:
        return Household(self.model, self.records, int(row))

    def get(self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None) -> Any:
        """A column (array) for one name, or a list of columns for several; unknown names as in Mesa."""
        if isinstance(attr_names, str):
            if attr_names in NAMES:
                return self.records[attr_names][self.rows]
            if handle_missing == "default":
                return np.full(len(self), default_value)
            raise AttributeError(f"a household has no attribute {attr_names!r}")
        return [self.get(name, handle_missing, default_value) for name in attr_names]

    def set(self, attr_name: str, value: Any) -> HouseholdSet:
        """Give every household of the set the value (or its element of an array)."""
        self.records[attr_name][self.rows] = value
        return self

    def agg(self, attribute: str, func: Callable | Iterable[Callable]) -> Any:
        """Apply a function, or several, to a column."""
        column = self.get(attribute)
        return func(column) if callable(func) else [f(column) for f in func]

    def select(
        self,
        filter_func: Callable[[Any], Any] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type[mesa.Agent] | None = None,
    ) -> HouseholdSet:
        """The households for which `filter_func` holds.

        It is called once with the records, and must give an array of truth values; a share below 1 or a number limits
        how many are taken, from the front.
        """
        rows = self.rows
        if filter_func is not None:
            rows = rows[np.asarray(filter_func(self.records[rows]), bool)]
        if agent_type is not None and not issubclass(Household, agent_type):
            rows = rows[:0]
        most = int(len(self) * at_most) if isinstance(at_most, float) and at_most <= 1.0 else at_most
        rows = rows[: int(min(most, len(rows)))]
        if inplace:
            self._rows = rows
            return self
        return HouseholdSet(self.model, self.records, rows)

    def groupby(self, by: str | Callable, result_type: str = "agentset") -> mesa.agent.GroupBy:
        """Group by a column, or by what a function makes of the records."""
        rows = self.rows
        keys = self.records[by][rows] if isinstance(by, str) else np.asarray(by(self.records[rows]))
        names, which = np.unique(keys, return_inverse=True)
        groups = {name.item(): HouseholdSet(self.model, self.records, rows[which == g]) for g, name in enumerate(names)}
        return mesa.agent.GroupBy(groups if result_type == "agentset" else {k: list(v) for k, v in groups.items()})

    def sort(self, key: str | Callable, ascending: bool = False, inplace: bool = False) -> HouseholdSet:
        """Order by a column, or by what a function makes of each household; ties keep their order."""
        values = self.get(key) if isinstance(key, str) else np.array([key(agent) for agent in self])
        rows = self.rows[np.argsort(values if ascending else -values, kind="stable")]
        return self._replaced(rows, inplace)

    def shuffle(self, inplace: bool = False) -> HouseholdSet:
        """In an order drawn from the model's own generator; no rule of the model uses it."""
        rows = self.rows.copy()
        self.model.rng.shuffle(rows)
        return self._replaced(rows, inplace)

    def _replaced(self, rows: np.ndarray, inplace: bool) -> HouseholdSet:
        if inplace:
            self._rows = rows
            return self
        return HouseholdSet(self.model, self.records, rows)

    def do(self, method: str | Callable, *args: Any, **kwargs: Any) -> HouseholdSet:
        """Call a method of every household, or a function on it, in order."""
        for agent in self:
            getattr(agent, method)(*args, **kwargs) if isinstance(method, str) else method(agent, *args, **kwargs)
        return self

    def map(self, method: str | Callable, *args: Any, **kwargs: Any) -> list[Any]:
        """What a method or function gives for every household, in order."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def add(self, agent: mesa.Agent) -> None:
        """Households come to be by their month of birth, never by hand."""
        raise TypeError("households cannot be added to a run")

    def discard(self, agent: mesa.Agent) -> None:
        """Households are never taken out."""
        raise TypeError("households cannot be removed from a run")

    remove = discard

    def __getstate__(self) -> dict:
        return {"model": self.model, "records": self.records, "rows": self._rows}

    def __setstate__(self, state: dict) -> None:
        self.model, self.records, self._rows = state["model"], state["records"], state["rows"]
        self.random = self.model.random
