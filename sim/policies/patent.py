"""What a work permit or patent costs, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST, CZAIKA_DE_HAAS
from sim.policies.settings import money, public_cost, setting, share_of, when, where_to, whose


@policy("patent")
@dataclass(frozen=True, kw_only=True)
class Patent(Policy):
    """A destination sets what its work permit or patent costs, who gets it, and how long it takes.

    `monthly` is the price paid every month, `upfront` what papers, examination and insurance cost before the first one,
    `access` the chance that one who knows of the permit and can pay gets it (an examination lowers it), `wait` the
    months of work without papers before it comes. A migrant without a permit is irregular once the days without one are
    used up.

    Rules: entry reads access and the price before it; pay while regular is less the monthly price; during the wait pay
    is that of an irregular migrant and no monthly price is due.
    Left out: the revenue of the destination; differences between its regions; fines for applying late.
    Sources: the price of the example is twice that of Russia's reform of 2015 (law 357-FZ, as in the pack); that
    restriction moves migrants out of lawful ways and lowers inflow and return: Czaika and de Haas 2017.
    Assumed: nothing but the settings; a permit costs the public nothing beyond what it costs without the policy.
    Cost: per work permit obtained.
    Sign: dearer: fewer work permits, more irregular migrants.
    """

    modifies = ("permit_monthly", "permit_upfront", "permit_access", "permit_wait")
    sources = (CZAIKA_DE_HAAS, ASSUMED_COST)

    destination: str | None = where_to("Whose patent.")
    origins: tuple[str, ...] | None = whose("Citizens whom it covers; null = all.")
    monthly: float | None = money(
        "Price of a month; null = as it was.", "destination currency per month", None, high=1e9
    )
    upfront: float | None = money("Price before the first month; null = as it was.", "destination currency", None, 1e9)
    access: float | None = share_of("Chance to get it; null = as it was.", default=None)
    wait: int = setting(0, "whole", unit="months", low=0, high=12, prose="Months until it comes; 0 = as it was.")
    during: tuple[str, str | None] | None = when()
    cost_per_permit: float = public_cost(0.0, "USD per work permit", "Public cost of a permit beyond the usual one.")

    def __post_init__(self) -> None:
        if self.given:
            self.needs("destination", "a destination, as RUS")

    @property
    def given(self) -> dict[str, float]:
        """The quantities that are set, with their values."""
        values = {
            "permit_monthly": self.monthly,
            "permit_upfront": self.upfront,
            "permit_access": self.access,
            "permit_wait": self.wait or None,
        }
        return {name: float(value) for name, value in values.items() if value is not None}

    @classmethod
    def example(cls) -> Self:
        """Twice the price of the reform of 2015."""
        return cls(destination="RUS", origins=("TJK", "UZB"), monthly=6000.0, during=("2015-01", None))

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per work permit."""
        return {"work_permits": self.cost_per_permit} if self.given and self.cost_per_permit else {}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The price, the chance or the wait, [T, O, D]."""
        return np.where(self.in_force(context), self.given[name], values) if name in self.given else values
