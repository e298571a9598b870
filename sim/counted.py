"""What a seed is counted for while it lives: tallies every month, categories every quarter, followed households."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

from sim.households.categories import BINS, COUNTED, PROVINCE
from sim.schema.attributes import HOUSEHOLD, PLACES
from sim.tables import Frame, SeedOutcome
from sim.tallies import TALLIES

if TYPE_CHECKING:
    from sim.checkpoint import State

QUARTER = 3


@dataclass
class Counted:
    """Counts of all months of a run, zero where they are to come.

    tallies: (months, origins, places, tallies); cells: (quarters, origins, cells, measures); spread: (quarters,
    origins, bins, 2); followed: records of the followed households, month by month.
    """

    tallies: np.ndarray
    cells: np.ndarray
    spread: np.ndarray
    followed: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def of(cls, frame: Frame) -> Self:
        """Nothing counted yet."""
        months, origins = len(frame.months), len(frame.origins)
        widest = PROVINCE + max(len(names) for names in frame.provinces)
        quarters = months // QUARTER
        return cls(
            tallies=np.zeros((months, origins, PLACES + 1, TALLIES), np.int64),
            cells=np.zeros((quarters, origins, widest, COUNTED), np.int64),
            spread=np.zeros((quarters, origins, BINS, 2), np.int64),
        )

    def quarter(self, month: int) -> int | None:
        """Which quarter ends with `month`, from 0; None where none does."""
        return month // QUARTER if month % QUARTER == QUARTER - 1 else None

    def until(self, month: int) -> dict[str, np.ndarray]:
        """What was counted before `month`, by the names of :class:`sim.checkpoint.State`."""
        quarters = month // QUARTER
        followed = np.stack(self.followed) if self.followed else np.zeros((month, 0), HOUSEHOLD)
        before = {"tallies": self.tallies[:month], "cells": self.cells[:quarters], "spread": self.spread[:quarters]}
        return {**before, "followed": followed}

    def recall(self, state: State) -> None:
        """Take over what was counted before a checkpoint."""
        for name in ("tallies", "cells", "spread"):
            before = getattr(state, name)
            getattr(self, name)[: len(before)] = before
        self.followed = list(state.followed) if state.followed.shape[1] else []

    def outcome(self, seed: int, digest: str) -> SeedOutcome:
        """What the seed leaves when all months are lived."""
        quarters = tuple(range(QUARTER - 1, len(self.tallies), QUARTER))
        return SeedOutcome(seed, self.tallies, quarters, self.cells, self.spread, digest, tuple(self.followed))

    def without_categories(self) -> Counted:
        """The same, counting tallies alone from now on."""
        return self if isinstance(self, Tallied) else Tallied(self.tallies, self.cells, self.spread, self.followed)


class Tallied(Counted):
    """Counts without categories, which take a tenth of a small run."""

    def quarter(self, month: int) -> int | None:
        """None: no quarter is counted."""
        return None

    def outcome(self, seed: int, digest: str) -> SeedOutcome:
        """What the seed leaves, without categories."""
        return SeedOutcome(seed, self.tallies, (), self.cells[:0], self.spread[:0], digest, tuple(self.followed))
