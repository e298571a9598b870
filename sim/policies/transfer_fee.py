"""What sending money home costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import share_of, when, whose, whose_law


@policy("transfer_fee")
@dataclass(frozen=True, kw_only=True)
class TransferFee(Policy):
    """The cost of a money transfer is capped.

    Rules: the fee comes off what is sent; what is spared arrives.
    Left out: that migrants send more, and more often, when it costs less: the sharing rule does not look at the fee, so
    the effect on what arrives is a lower bound. Services that close because of the cap; other channels.
    Sources: lower fees raise remittances by more than the fee saved (Aycinena, Martinez and Yang 2010; Ambler, Aycinena
    and Yang 2014; migrants from El Salvador and Guatemala in the United States).
    Assumed: nothing but the cap.
    Cost: none; what services lose is not public money.
    Sign: less paid in fees, more arrives.
    """

    modifies = ("transfer_fee",)
    sources = (
        "Aycinena, Martinez and Yang 2010: the impact of transaction fees on migrant remittances",
        "Ambler, Aycinena and Yang 2014: remittance responses to temporary discounts",
    )

    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law("From where; null = from all.")
    cap: float | None = share_of("Most a transfer may cost; null = no cap.", "percent of amount", None, high=100.0)
    during: tuple[str, str | None] | None = when()

    @classmethod
    def example(cls) -> Self:
        """Half a percent at most."""
        return cls(cap=0.5)

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Percent of the amount, [T, O, D]."""
        return values if self.cap is None else np.where(self.in_force(context), np.minimum(values, self.cap), values)
