"""Raids, courts, the registry and the border."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST, CZAIKA_DE_HAAS, MEXICAN_BORDER
from sim.policies.settings import public_cost, setting, share_of, when, whose, whose_law


@policy("enforcement")
@dataclass(frozen=True, kw_only=True)
class Enforcement(Policy):
    """A destination changes how hard it enforces: raids, expulsions, fines, the list and the border.

    `raids` multiplies the chance that an irregular migrant is detected. The others replace a chance: `expulsion` of the
    detected, `offence` of a regular migrant booked for one, `listing` of a leaver in breach put on the list, `refusal`
    of a banned traveller at the border. A registry that lags has two faces: offenders not yet listed (a low `listing`)
    and names not yet at the border (a low `refusal`).

    Rules: the month's enforcement abroad, the exit, and entry; fear of not coming back keeps irregular migrants longer.
    Left out: raids that fall on the regular; corruption; costs to employers (see `employer_compliance`).
    Sources: more enforcement lowers inflow and lowers return: Angelucci 2012; Massey, Durand and Pren 2016 (Mexico and
    the United States); Czaika and de Haas 2017.
    Assumed: 100 USD for a detection beyond the usual ones.
    Cost: per detection, for the part of them that the raids add, 1 - 1 / raids.
    Sign: more raids: more detections, fewer departures, fewer voluntary returns.
    """

    modifies = ("detection", "expulsion", "listing", "refusal", "offence")
    sources = (MEXICAN_BORDER, CZAIKA_DE_HAAS, ASSUMED_COST)

    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law("Who enforces; null = all.")
    raids: float = setting(
        1.0, "number", unit="ratio", low=0.0, high=10.0, prose="Chance to be detected / as it was; 1 = as it was."
    )
    expulsion: float | None = share_of("Of the detected, share expelled at once; null = as it was.", default=None)
    listing: float | None = share_of("Chance that a leaver in breach is listed; null = as it was.", default=None)
    refusal: float | None = share_of("Chance that a banned traveller is refused; null = as it was.", default=None)
    offence: float | None = share_of(
        "Chance that a regular migrant is booked; null = as it was.", "share per month", default=None
    )
    during: tuple[str, str | None] | None = when()
    cost_per_detection: float = public_cost(100.0, "USD per detection added", "Public cost of a detection.")

    @classmethod
    def example(cls) -> Self:
        """Three times the raids in Russia from 2014 on."""
        return cls(destinations=("RUS",), raids=3.0, during=("2014-01", None))

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per detection, for the part of them that the raids add."""
        return {"detections": self.cost_per_detection * (1.0 - 1.0 / self.raids)} if self.raids > 1.0 else {}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The chance of each, [T, O, D]."""
        if name == "detection":
            return np.where(self.in_force(context), np.minimum(1.0, values * self.raids), values)
        given = getattr(self, name)
        return values if given is None else np.where(self.in_force(context), given, values)
