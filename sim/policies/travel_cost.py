"""What the journey costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import money, setting, when, whose, whose_law


@policy("travel_cost")
@dataclass(frozen=True, kw_only=True)
class TravelCost(Policy):
    """The way to a destination (fare, documents, first weeks) becomes dearer or cheaper, or is paid for in part.

    `change` is in percent; `subsidy` is taken off what is left, down to nothing.

    Rules: the choice where to go, who can afford it, and the savings or debt of one who leaves; a banned traveller
    turned back at the border loses it.
    Left out: fares that rise with demand; subsidies for some households only.
    Sources: a subsidy of about the bus fare raised seasonal migration from 36 % to 58 % of households (Bryan, Chowdhury
    and Mobarak 2014, Bangladesh, within the country).
    Assumed: nothing but the settings.
    Cost: the subsidy, per departure (also where the journey costs less than the subsidy).
    Sign: cheaper: more departures.
    """

    modifies = ("travel_cost",)
    sources = ("Bryan, Chowdhury and Mobarak 2014, Econometrica 82(5)",)

    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law()
    change: float = setting(0.0, "number", unit="percent", low=-100.0, high=500.0, prose="Rise or fall of the cost.")
    subsidy: float = money("What public money pays of it.", "USD")
    during: tuple[str, str | None] | None = when()

    @classmethod
    def example(cls) -> Self:
        """A hundred dollars for each journey to Russia."""
        return cls(destinations=("RUS",), subsidy=100.0)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per departure."""
        return {"departures": self.subsidy} if self.subsidy else {}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """USD one way, [T, O, D]."""
        cost = np.maximum(0.0, values * (1.0 + self.change / 100.0) - self.subsidy)
        return np.where(self.in_force(context), cost, values)
