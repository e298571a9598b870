"""Employers pay what they owe and hire with papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST
from sim.policies.settings import public_cost, share_of, when, whose, whose_law


@policy("employer_compliance")
@dataclass(frozen=True, kw_only=True)
class EmployerCompliance(Policy):
    """Inspections at a destination lower wage theft, make employers register migrants, and deter hiring without papers.

    `theft` multiplies the chance that an irregular worker is not paid for the month. `hired_regularly` is the monthly
    chance that an irregular migrant who knows of work permits and can pay is registered (it adds to `regularisation`).
    `sanctions` is by how much those without papers find work less easily.

    Rules: work abroad of irregular migrants: pay, and finding work; the month's enforcement for the registered.
    Left out: wages that fall because employers pass the cost on; firms that close; regular workers who are not paid.
    Sources: stronger penalties lower wage theft, where they are enforced (Galvin 2016, minimum wages in the United
    States).
    Assumed: all three sizes; 2 USD of inspection for each irregular migrant and month. No study of sanctions that could
    be put into this rule was found: their default is 0.
    Cost: per irregular migrant and month.
    Sign: less pay withheld.
    """

    modifies = ("wage_theft", "regularisation", "irregular_finding")
    sources = ("Galvin 2016, Perspectives on Politics 14(2)", ASSUMED_COST)

    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law()
    theft: float = share_of("Chance not to be paid / as it was; 1 = as it was.", "ratio", 1.0, source="assumed")
    hired_regularly: float = share_of("Irregular migrants registered by employers.", "share per month")
    sanctions: float = share_of("By how much those without papers find work less.", source="assumed")
    during: tuple[str, str | None] | None = when()
    cost_per_migrant: float = public_cost(2.0, "USD per irregular migrant and month", "Public cost of inspections.")

    @classmethod
    def example(cls) -> Self:
        """Half the wage theft in Russia, and one in fifty registered a month."""
        return cls(destinations=("RUS",), theft=0.5, hired_regularly=0.02)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per irregular migrant and month."""
        acts = self.theft < 1.0 or self.hired_regularly > 0 or self.sanctions > 0
        return {"irregular": self.cost_per_migrant} if acts else {}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Chance not to be paid, to be registered, and the ratio of finding work, [T, O, D]."""
        changed = {
            "wage_theft": values * self.theft,
            "regularisation": np.minimum(1.0, values + self.hired_regularly),
            "irregular_finding": values * (1.0 - self.sanctions),
        }[name]
        return np.where(self.in_force(context), changed, values)
