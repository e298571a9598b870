"""A sudden mass return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context, Span
from sim.policies.literature import ASSUMED_COST
from sim.policies.settings import public_cost, setting, share_of, whose, whose_law


@policy("emergency_return")
@dataclass(frozen=True, kw_only=True)
class EmergencyReturn(Policy):
    """In one month a share of the migrants at a destination is brought home.

    They come home as the forced do, with what they have saved; nobody is listed at this exit. Whether they leave again
    is for them to choose. For the readiness of reception, see `reintegration` and `public_works`.

    Rules: the month's enforcement abroad; the search for work at home after a forced return.
    Left out: what drives them home (set it beside: `labour_demand`, `devaluation`); families left behind there.
    Sources: a made-up event, after the questions of the Almaty Process (2015) on readiness for mass movements.
    Assumed: the share; 30 USD for each person brought home.
    Cost: per person brought home.
    Sign: more returns, by definition; more returnees without work.
    """

    modifies = ("emergency_return",)
    sources = ("Senior Officials' Meeting of the Almaty Process (Astana, September 2015): a question", ASSUMED_COST)

    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law("From where; null = from all.")
    share: float = share_of("Share of the migrants brought home.")
    month: str | None = setting(None, "month", unit="month", optional=True, prose="When.")
    cost_per_person: float = public_cost(30.0, "USD per person brought home", "Public cost of the journey.")

    def __post_init__(self) -> None:
        if self.share > 0:
            self.needs("month", "a month of the pack, as 2015-02")

    @classmethod
    def example(cls) -> Self:
        """Three in ten from Russia, in February 2015."""
        return cls(destinations=("RUS",), share=0.3, month="2015-02")

    @property
    def span(self) -> Span | None:
        """The one month."""
        return None if self.month is None else (self.month, self.month)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per person brought home."""
        return {"returns_emergency": self.cost_per_person} if self.share else {}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The share brought home in the month, [T, O, D]."""
        return np.where(self.in_force(context), self.share, values) if self.share else values
