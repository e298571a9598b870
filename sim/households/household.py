"""A household as Mesa sees it: an agent that is a light view of one record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa

from sim.schema.attributes import ATTRIBUTES

if TYPE_CHECKING:
    import numpy as np

NAMES = frozenset(attribute.name for attribute in ATTRIBUTES)


class Household(mesa.Agent):
    """View of one household record: its attributes are those of `sim.schema.attributes.ATTRIBUTES`.

    Reading gives Python integers or, for worker slots, arrays that write through to the record. A view costs nothing
    until it is made, is not registered with the model, and two views of one record are equal.
    """

    def __init__(self, model: mesa.Model, records: np.ndarray, index: int) -> None:
        # Not super().__init__: it would register a view as a new agent of the model.
        self.model = model
        self.unique_id = index + 1
        self.records = records
        self.index = index
        self.pos = None

    def __getattr__(self, name: str) -> Any:
        if name not in NAMES:
            raise AttributeError(f"a household has no attribute {name!r}")
        value = self.records[name][self.index]
        return value if getattr(value, "ndim", 0) else int(value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in NAMES:
            self.records[name][self.index] = value
        else:
            super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Household) and other.records is self.records and other.index == self.index

    def __hash__(self) -> int:
        return hash((id(self.records), self.index))

    def __repr__(self) -> str:
        return f"Household {self.unique_id} (origin {self.origin}, places {self.place[: self.workers].tolist()})"

    def remove(self) -> None:
        """A household is never removed: those to come wait in the records, those who are there stay."""
        raise TypeError("households are not removed from a run")
