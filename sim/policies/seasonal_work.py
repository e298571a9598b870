"""A destination opens seasonal permits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Campaign, Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST
from sim.policies.settings import number_of, public_cost, setting, share_of, since, where_to, whose

SOURCE = (
    "Made up after the questions of the Senior Officials' Meeting of the Almaty Process (Astana, September 2015); "
    "form as in seasonal schemes with a yearly quota and a fixed length"
)


@policy("seasonal_work")
@dataclass(frozen=True, kw_only=True)
class SeasonalWork(Policy):
    """A destination grants up to `quota` seasonal permits a year; some households hear of it when it starts.

    The quota is one for all the origins chosen and is shared out by their numbers of households in the month. The
    others hear from their contacts, as of everything else. Who has a permit is regular for `length` months and goes
    home when it is over.

    Rules: households weigh the permit as a lawful way in; the meeting shares permits out by lottery until the year's
    are gone; travel and return read the length.
    Left out: employers who choose; more workers lower no wage.
    Sources: a made-up instrument; seasonal schemes raise the income of households that take part (Gibson and McKenzie
    2014, New Zealand).
    Assumed: a tenth of the households know at the start; 60 USD a permit.
    Cost: per permit granted.
    Sign: more seasonal permits and more regular migrants at the destination.
    """

    modifies = ("seasonal_quota", "seasonal_length")
    sources = (
        SOURCE,
        "Gibson and McKenzie 2014, Review of Economics and Statistics 96(2), doi:10.1162/REST_a_00383",
        ASSUMED_COST,
    )

    destination: str | None = where_to("Who grants the permits.")
    origins: tuple[str, ...] | None = whose("Whose citizens may apply; null = all.")
    quota: int = number_of("Permits for all those origins; 0 = none.", "permits per year")
    length: int = setting(8, "whole", unit="months", low=1, high=12, prose="How long a permit lasts.", source="assumed")
    known_to: float = share_of("Share that has heard of it at the start.", "share of households", 0.1, source="assumed")
    start: str | None = since()
    cost_per_permit: float = public_cost(60.0, "USD per permit granted", "Public cost of a permit.")

    def __post_init__(self) -> None:
        if self.quota > 0:
            self.needs("destination", "a destination, as KAZ")

    @classmethod
    def example(cls) -> Self:
        """A hundred thousand permits a year in Kazakhstan."""
        return cls(destination="KAZ", quota=100_000, start="2014-03")

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per permit granted."""
        return {"seasonal_permits": self.cost_per_permit} if self.quota else {}

    def informs(self, context: Context) -> tuple[Campaign, ...]:
        """The households told of the seasonal permit in its first month."""
        return self.announced("seasonal_permit", self.known_to, context) if self.quota else ()

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Permits per year of each corridor, or the length of a permit, [T, O, D]."""
        if not self.quota:
            return values
        given = self.length if name == "seasonal_length" else self.quota * context.portion(self.origins)[:, :, None]
        return np.where(self.in_force(context), given, values)
