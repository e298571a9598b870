"""A destination opens seasonal permits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.errors import InputError
from sim.policies.base import Campaign, Policy, policy
from sim.policies.context import Context
from sim.policies.settings import setting

SOURCE = (
    "Made up after the questions of the Senior Officials' Meeting of the Almaty Process (Astana, September 2015); "
    "form as in seasonal schemes with a yearly quota and a fixed length"
)


@policy("seasonal_work")
@dataclass(frozen=True, kw_only=True)
class SeasonalWork(Policy):
    """A destination grants up to `quota` seasonal permits a year; some households hear of it when it starts.

    The quota is one for all the origins chosen and is shared out by their numbers of households in the month. The
    others hear from their contacts, as of everything else.

    Sources: a made-up instrument; that a permit costs the public 60 USD is assumed (no source found).
    """

    modifies = ("seasonal_quota", "seasonal_length")
    sources = (SOURCE, "Cost per permit: assumed, no source found")

    destination: str | None = setting(
        None, "destination", unit="", optional=True, prose="Who grants the permits.", source="the pack's destinations"
    )
    origins: tuple[str, ...] | None = setting(
        None, "origins", unit="", optional=True, prose="Whose citizens may apply; null = all."
    )
    quota: int = setting(
        0, "whole", unit="permits per year", low=0, high=100_000_000, prose="Permits for all those origins; 0 = none."
    )
    length: int = setting(8, "whole", unit="months", low=1, high=12, prose="How long a permit lasts.", source="assumed")
    known_to: float = setting(
        0.1,
        "number",
        unit="share of households",
        low=0.0,
        high=1.0,
        prose="Share that has heard of it at the start.",
        source="assumed",
    )
    start: str | None = setting(
        None, "month", unit="month", optional=True, prose="First month; null = the pack's first month."
    )
    cost_per_permit: float = setting(
        60.0,
        "number",
        unit="USD per permit granted",
        low=0.0,
        high=1e6,
        prose="Public cost of a permit.",
        source="assumed, no source found",
    )

    def __post_init__(self) -> None:
        if self.quota > 0 and self.destination is None:
            raise InputError("policies.seasonal_work.destination", "is missing", allowed="a destination, as KAZ")

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
        if not self.quota or not self.known_to:
            return ()
        month = 0 if self.start is None else context.month(self.start)
        return (Campaign("seasonal_permit", self.known_to, month, self.origins or context.origins),)

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Permits per year of each corridor, or the length of a permit, [T, O, D]."""
        if not self.quota:
            return values
        where = context.corridors(self.origins, (self.destination,) if self.destination else (), self._during(context))
        if name == "seasonal_length":
            return np.where(where, float(self.length), values)
        may_apply = np.any(where, axis=(0, 2))
        households = context.households * may_apply[None, :]
        portion = households / households.sum(axis=1, keepdims=True)
        return np.where(where, self.quota * portion[:, :, None], values)

    def _during(self, context: Context) -> tuple[str, str] | None:
        return None if self.start is None else (self.start, context.labels[-1])
