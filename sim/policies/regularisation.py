"""A way from irregular to regular without leaving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Campaign, Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST, BAHAR_IBANEZ_ROZO
from sim.policies.settings import public_cost, share_of, when, whose, whose_law


@policy("regularisation")
@dataclass(frozen=True, kw_only=True)
class Regularisation(Policy):
    """Irregular migrants can obtain a work permit where they are, at its usual price.

    `share` is the monthly chance of one whose household knows of work permits and who can pay the price before the
    first month. His overstay is forgiven and his stay is covered as by any other work permit. `known_to` is the share
    of households told of work permits when it begins.

    Rules: the month's enforcement of an irregular migrant; pay is that of a regular migrant from then on.
    Left out: conditions on time there or a clean record; that the prospect draws more irregular migrants in is in the
    model only as far as households know the permit as a lawful way.
    Sources: wages of the legalised rose by about 6 % (Kossoudji and Cobb-Clark 2002, United States, 1986); nearly half
    a million Venezuelans regularised in Colombia, no or negligible harm to natives' jobs (Bahar, Ibanez and Rozo 2021).
    Assumed: the monthly share; 30 USD a case.
    Cost: per person regularised.
    Sign: fewer irregular migrants, less pay withheld.
    """

    modifies = ("regularisation",)
    sources = (
        "Kossoudji and Cobb-Clark 2002, Journal of Labor Economics 20(3)",
        BAHAR_IBANEZ_ROZO,
        ASSUMED_COST,
    )

    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law()
    share: float = share_of("Chance of one who knows and can pay.", "share per month")
    known_to: float = share_of("Share told of work permits in the first month.", "share of households")
    during: tuple[str, str | None] | None = when()
    cost_per_case: float = public_cost(30.0, "USD per person regularised", "Public cost of a case.")

    @classmethod
    def example(cls) -> Self:
        """A tenth a month in Russia from 2015 on, three tenths of the households told."""
        return cls(destinations=("RUS",), share=0.1, known_to=0.3, during=("2015-01", None))

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per person regularised."""
        return {"regularised": self.cost_per_case} if self.share else {}

    def informs(self, context: Context) -> tuple[Campaign, ...]:
        """The households told of work permits in its first month."""
        return self.announced("work_permit", self.known_to, context) if self.share else ()

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The monthly chance, added to what there is, [T, O, D]."""
        return np.where(self.in_force(context), np.minimum(1.0, values + self.share), values)
