"""Refugees, with or without the right to work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import BAHAR_IBANEZ_ROZO
from sim.policies.settings import number_of, public_cost, share_of, when, whose


@policy("refugee_work")
@dataclass(frozen=True, kw_only=True)
class RefugeeWork(Policy):
    """A country shelters refugees; a share of them may work.

    Refugees are no households of the model: they do not migrate for work, and are counted apart, by formula, from the
    conditions of work in the country that shelters them. With the right they find work as others do; without it, less
    often and for less. `displacement` is by how much natives find work less easily when all refugees may work; with
    part of them, that part of it.

    Rules: the count of refugees who live on their own work; the chance of natives to find work at home.
    Left out: aid, camps, schooling, onward movement, what refugees buy; businesses they found.
    Sources: regularising nearly half a million Venezuelans in Colombia had no or negligible effects on the jobs of
    natives (Bahar, Ibanez and Rozo 2021), so no displacement is the default.
    Assumed: the number of refugees (the pack has none); 50 USD a month of support for one who may not work.
    Cost: per refugee and month, for the part that may not work.
    Sign: more refugees live on their own work.
    """

    modifies = ("refugees", "refugee_right", "home_job_finding")
    sources = (BAHAR_IBANEZ_ROZO, "Support: assumed, no source found")

    origins: tuple[str, ...] | None = whose("Where; null = in all.")
    refugees: int = number_of("Refugees in all those countries together; 0 = none.", "persons")
    right: float = share_of("Share of them who may work.")
    displacement: float = share_of("By how much natives find work less if all may work.", high=0.2, source="assumed")
    during: tuple[str, str | None] | None = when()
    support: float = public_cost(50.0, "USD per refugee and month", "Public support of one who may not work.")

    @classmethod
    def example(cls) -> Self:
        """Three thousand refugees in Tajikistan, all of whom may work."""
        return cls(origins=("TJK",), refugees=3_000, right=1.0, displacement=0.001)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per refugee and month, for the part that may not work."""
        return {"refugees": self.support * (1.0 - self.right)} if self.refugees and self.right < 1.0 else {}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Refugees, the share who may work, or the chance of natives to find work, [T, O]."""
        if not self.refugees:
            return values
        changed = {
            "refugees": self.refugees * context.portion(self.origins),
            "refugee_right": self.right,
            "home_job_finding": values * (1.0 - self.displacement * self.right),
        }
        return np.where(self.at_home(context), changed[name], values)
