"""A yearly number of work permits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST, CZAIKA_DE_HAAS
from sim.policies.settings import public_cost, setting, when, where_to, whose


@policy("work_quota")
@dataclass(frozen=True, kw_only=True)
class WorkQuota(Policy):
    """A destination grants at most `quota` work permits a year; who applies beyond it goes without.

    The quota is one for all the origins chosen, shared out by their numbers of households, and released over the year
    with the season of departures. Applicants of a month draw lots. Those refused leave all the same, without a permit,
    as they do where the chance of a permit fails them.

    Rules: the meeting shares permits out by the smallest lottery numbers; travel gives the permit or notes the refusal.
    Left out: quotas by employer, trade or region; waiting lists over the year's end.
    Sources: a made-up instrument; Russia's quotas of 2012-2014 were for all nationalities together and no share of
    these three is known, so the pack holds a chance instead. Restriction moves migrants out of lawful ways: Czaika and
    de Haas 2017.
    Assumed: 20 USD a permit for sharing out.
    Cost: per work permit granted.
    Sign: fewer work permits, more refused: by accounting.
    """

    modifies = ("work_quota",)
    sources = (CZAIKA_DE_HAAS, ASSUMED_COST)

    destination: str | None = where_to("Who grants the permits.")
    origins: tuple[str, ...] | None = whose("Whose citizens fall under it; null = all.")
    quota: int | None = setting(
        None,
        "whole",
        unit="permits per year",
        low=0,
        high=100_000_000,
        optional=True,
        prose="Permits for all those origins; null = no quota.",
    )
    during: tuple[str, str | None] | None = when()
    cost_per_permit: float = public_cost(20.0, "USD per work permit", "Public cost of a permit under the quota.")

    def __post_init__(self) -> None:
        if self.quota is not None:
            self.needs("destination", "a destination, as RUS")

    @classmethod
    def example(cls) -> Self:
        """A hundred thousand permits a year in Russia."""
        return cls(destination="RUS", quota=100_000)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per work permit."""
        return {} if self.quota is None else {"work_permits": self.cost_per_permit}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Permits per year of each corridor, [T, O, D]."""
        if self.quota is None:
            return values
        return np.where(self.in_force(context), self.quota * context.portion(self.origins)[:, :, None], values)
