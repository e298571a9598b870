"""A boom or a slump in the work there is at a destination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import setting, when, whose, whose_law
from sim.schema.quantities import SECTORS


@policy("labour_demand")
@dataclass(frozen=True, kw_only=True)
class LabourDemand(Policy):
    """Labour demand at a destination rises or falls by `change` percent beyond what its output explains.

    With `sector`, demand of that sector alone: each origin is met by the share of its migrants who work in it. Unmet
    demand is a rise: vacancies that migrants fill.

    Rules: the chance to find and to lose work abroad, and the chance of a job as households see it.
    Left out: wages that answer demand; workers who change sector.
    Sources: a fall of Russian output by 1 % went with 1.5 % less remittances (International Monetary Fund, as pattern
    P6 of the scorecard): a check of the sign; the size follows from the model's rules.
    Assumed: the size of the change.
    Cost: none.
    Sign: a fall: fewer migrants with work, less remitted.
    """

    modifies = ("labour_demand",)
    sources = ("International Monetary Fund, as quoted with pattern P6 of the scorecard",)

    origins: tuple[str, ...] | None = whose("Whose migrants meet it; null = all.")
    destinations: tuple[str, ...] | None = whose_law()
    change: float = setting(0.0, "number", unit="percent", low=-90.0, high=300.0, prose="Rise or fall.")
    sector: str | None = setting(
        None, "choice", unit="", choices=SECTORS, optional=True, prose="The only sector changed; null = all."
    )
    during: tuple[str, str | None] | None = when()

    @classmethod
    def example(cls) -> Self:
        """A tenth less in Russia from July 2014 on."""
        return cls(destinations=("RUS",), change=-10.0, during=("2014-07", None))

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The index, [T, O, D]."""
        portion = 1.0 if self.sector is None else context.sectors[:, SECTORS.index(self.sector)][None, :, None]
        return np.where(self.in_force(context), values * (1.0 + portion * self.change / 100.0), values)
