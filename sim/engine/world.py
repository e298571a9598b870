"""The world an engine lives in: households, their ties, and the conditions of every month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.conditions import Conditions


@dataclass
class World:
    """State and conditions of one run.

    households: records, shape (N,); starts: bounds of the origins, shape (origins + 1,); offsets, neighbours: ties in
    compressed sparse rows; mobility: shape (origins, 9), by sex and age band, then the greatest; parameters: one
    record, shape (1,).
    """

    households: np.ndarray
    starts: np.ndarray
    offsets: np.ndarray
    neighbours: np.ndarray
    conditions: Conditions
    mobility: np.ndarray
    parameters: np.ndarray
    seed: int

    def at(self, month: int) -> int:
        """Row of `month` (0 = the pack's first) in the tables of conditions."""
        return month + self.conditions.burn_in
