"""Organised departure with a job and a permit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Campaign, Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST
from sim.policies.settings import money, number_of, public_cost, share_of, when, where_to, whose


@policy("recruitment")
@dataclass(frozen=True, kw_only=True)
class Recruitment(Policy):
    """Licensed recruiters send workers to a destination with a job and a work permit, for a fee.

    `places` is a year's number for all the origins chosen, shared out by their numbers of households and released with
    the season of departures. Workers about to leave whose household knows of work permits apply; lots are drawn. The
    recruited have a job from the first month and a permit without its price before it; they pay the recruiter `fee`.

    Rules: the meeting shares places out; travel and entry; the monthly price of the permit is due as usual. Places do
    not enter the choice where to go: nobody leaves because of them, which understates the policy.
    Left out: recruiters who cheat; workers chosen by skill; contracts that bind to one employer.
    Sources: winners of a visa lottery to Malaysia earned about three times as much, and going cost them less (Mobarak,
    Sharif and Shrestha 2023, Bangladesh): organised migration pays; the size here follows from the model's rules.
    Assumed: the fee; 40 USD of public money a place.
    Cost: per person recruited.
    Sign: fewer irregular migrants, more remitted per migrant.
    """

    modifies = ("recruited", "agency_fee")
    sources = (
        "Mobarak, Sharif and Shrestha 2023: returns to international migration, a Bangladesh-Malaysia visa lottery",
        ASSUMED_COST,
    )

    destination: str | None = where_to("Where they are sent.")
    origins: tuple[str, ...] | None = whose("Whose citizens; null = all.")
    places: int = number_of("Places for all those origins; 0 = none.", "places per year")
    fee: float = money("What a recruited worker pays.", "USD", source="assumed")
    known_to: float = share_of("Share told of work permits in the first month.", "share of households")
    during: tuple[str, str | None] | None = when()
    cost_per_place: float = public_cost(40.0, "USD per person recruited", "Public cost of a place.")

    def __post_init__(self) -> None:
        if self.places > 0:
            self.needs("destination", "a destination, as RUS")

    @classmethod
    def example(cls) -> Self:
        """Fifty thousand Tajiks a year to Russia, for 100 USD each."""
        return cls(destination="RUS", origins=("TJK",), places=50_000, fee=100.0, known_to=0.3)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per person recruited."""
        return {"recruited_departures": self.cost_per_place} if self.places else {}

    def informs(self, context: Context) -> tuple[Campaign, ...]:
        """The households told of work permits in its first month."""
        return self.announced("work_permit", self.known_to, context) if self.places else ()

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Places per year of each corridor, added to what there is, or the fee, [T, O, D]."""
        if not self.places:
            return values
        where = self.in_force(context)
        if name == "agency_fee":
            return np.where(where, self.fee, values)
        return np.where(where, values + self.places * context.portion(self.origins)[:, :, None], values)
