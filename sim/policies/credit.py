"""Privileged loans and budgeting for receiving households."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import public_cost, share_of, when, whose


@policy("credit")
@dataclass(frozen=True, kw_only=True)
class Credit(Policy):
    """Households that receive remittances borrow at a lower rate and learn to budget.

    A share of the households takes part, always the same ones, in every month in which money arrives. Their interest is
    `interest` times the usual one, and they spend `budgeting` less of what they would spend out of income.

    Rules: the month's accounts: interest on debts, and consumption.
    Left out: larger loans because they are cheaper; loans for a business; default.
    Sources: teaching budgeting to migrants' families raised savings when migrant and family were both trained (Doi,
    McKenzie and Zia 2012, Indonesia).
    Assumed: the loans, the size of the budgeting, and 1 USD for each household and month.
    Cost: per household and month, and each dollar of interest spared.
    Sign: less debt, by accounting; more savings.
    """

    modifies = ("credit_share", "credit_interest", "budgeting")
    sources = (
        "Doi, McKenzie and Zia 2012, World Bank Policy Research Working Paper 6157",
        "Loans and cost per household: assumed, no source found",
    )

    origins: tuple[str, ...] | None = whose("Where; null = in all.")
    share: float = share_of("Households that take part.", "share of receiving households", source="assumed")
    interest: float = share_of("Their interest / the usual one; 1 = the usual.", "ratio", 1.0, source="assumed")
    budgeting: float = share_of("By how much less they spend of income.", high=0.5, source="assumed")
    during: tuple[str, str | None] | None = when()
    cost_per_household: float = public_cost(1.0, "USD per household and month", "Public cost of loan and course.")

    @classmethod
    def example(cls) -> Self:
        """Three receiving households in ten: half the interest, a twentieth less spent."""
        return cls(share=0.3, interest=0.5, budgeting=0.05)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per household and month, and per USD of interest spared."""
        return {"credit_households": self.cost_per_household, "interest_spared": 1.0} if self.acts else {}

    @property
    def acts(self) -> bool:
        """Whether anybody's loan or budget changes."""
        return self.share > 0 and (self.interest < 1.0 or self.budgeting > 0)

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Who takes part, the ratio of interest, or what is spent less, [T, O]."""
        if not self.acts:
            return values
        given = {"credit_share": self.share, "credit_interest": self.interest, "budgeting": self.budgeting}[name]
        return np.where(self.at_home(context), given, values)
