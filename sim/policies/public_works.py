"""Paid public work at home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import money, number_of, when, whose


@policy("public_works")
@dataclass(frozen=True, kw_only=True)
class PublicWorks(Policy):
    """Workers at home without work are employed in public works.

    `capacity` is the persons a month in all the origins together, `pay` what each earns. Who is employed so goes on
    looking for other work. That there are works makes joblessness at home less bad, and so weighs against leaving, by
    the chance of a place.

    Rules: work at home of the jobless; pay at home in the choice where to go.
    Left out: what is built; wages that rise in the villages.
    Sources: seasonal migration fell by about a fifth where public works were offered (Imbert and Papp 2020, India).
    In the model it need not: some stay who count on a place, others can pay a trip with what they earned there.
    Assumed: pay and size; materials and administration cost three tenths of the pay again.
    Cost: each dollar of pay, times 1 + overhead.
    Sign: less poverty; none is claimed for departures, where the two ways nearly cancel.
    """

    modifies = ("works_capacity", "works_pay")
    sources = (
        "Imbert and Papp 2020, Journal of the European Economic Association 18(2): 927-963",
        "Overhead: assumed, no source found",
    )

    origins: tuple[str, ...] | None = whose("Where; null = in all.")
    capacity: int = number_of("Who can be employed in all those origins; 0 = no works.", "persons per month")
    pay: float = money("Pay, base prices.", "USD per month", high=10_000.0)
    during: tuple[str, str | None] | None = when()
    overhead: float = money(
        "Materials and administration.", "USD per USD of pay", 0.3, high=100.0, source="assumed, no source found"
    )

    @classmethod
    def example(cls) -> Self:
        """Fifty thousand persons a month at 60 USD."""
        return cls(capacity=50_000, pay=60.0)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per USD of pay."""
        return {"public_pay": 1.0 + self.overhead} if self.capacity and self.pay else {}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Places a month, or the pay, [T, O]."""
        if not self.capacity or not self.pay:
            return values
        given = {"works_capacity": self.capacity * context.portion(self.origins), "works_pay": self.pay}
        return np.where(self.at_home(context), given[name], values)
