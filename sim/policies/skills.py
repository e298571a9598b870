"""What skill is paid abroad, and who is let in for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST
from sim.policies.settings import public_cost, setting, share_of, when, whose, whose_law
from sim.schema.quantities import SECTORS


@policy("skills")
@dataclass(frozen=True, kw_only=True)
class Skills(Policy):
    """A destination recognises skill, or does not, and gives priority to some occupations.

    `recognition` multiplies what skill above the average earns there: with 0.5 it is paid half, as when a teacher works
    on a building site (de-skilling); with more than 1 diplomas count for more. `sectors` are priority occupations,
    whose workers get a work permit with the chance `access` if that is more than the usual one.

    Rules: the choice where to go, and pay abroad, of workers of a skill above the average; entry.
    Left out: training for recognition; that emptied occupations at home pay more.
    Sources: migrants work below their schooling where it is not recognised (Lebow 2024, Venezuelans in Colombia).
    Assumed: all sizes; 50 USD for a permit with recognition.
    Cost: per work permit.
    Sign: more recognition: more remitted, by definition of the rule; the size is assumed.
    """

    modifies = ("skill_return", "priority_sectors", "priority_access")
    sources = ("Lebow 2024, Journal of Development Economics, doi:10.1016/j.jdeveco.2023.103164", ASSUMED_COST)

    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law()
    recognition: float = setting(
        1.0,
        "number",
        unit="ratio",
        low=0.0,
        high=3.0,
        prose="What skill above the average earns there / as it was; below 1 = de-skilling.",
        source="assumed",
    )
    sectors: tuple[str, ...] = setting(
        (), "choices", unit="", choices=SECTORS, prose="Priority occupations; [] = none."
    )
    access: float = share_of("Chance of a work permit in them.", source="assumed")
    during: tuple[str, str | None] | None = when()
    cost_per_permit: float = public_cost(50.0, "USD per work permit", "Public cost of recognition.")

    @classmethod
    def example(cls) -> Self:
        """Skill counts for a third more in Russia, and builders get permits."""
        return cls(destinations=("RUS",), recognition=1.3, sectors=("construction",), access=0.9)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per work permit."""
        acts = self.recognition > 1.0 or (self.sectors and self.access)
        return {"work_permits": self.cost_per_permit} if acts else {}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """What skill is paid, the sectors as bits, or the chance of a permit in them, [T, O, D]."""
        where = self.in_force(context)
        if name == "skill_return":
            return np.where(where, np.minimum(3.0, values * self.recognition), values)
        if not self.sectors or not self.access:
            return values
        bits = sum(1 << SECTORS.index(sector) for sector in self.sectors)
        return np.where(where, float(bits) if name == "priority_sectors" else self.access, values)
