"""Centres that inform, check and advise before departure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Campaign, Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST
from sim.policies.settings import number_of, public_cost, share_of, when, whose


@policy("support_centre")
@dataclass(frozen=True, kw_only=True)
class SupportCentre(Policy):
    """Centres at home tell those about to leave of lawful ways and rules, and check whether they are banned.

    Who has heard of the centres goes there before leaving, and so do the banned who wait at home, as long as there is
    room: `capacity` is the clients a month in all the origins together. Who learns there that he is banned from where
    he wants to go stays. `legal_aid` is the share of banned clients whose administrative ban is lifted, `language` the
    share of clients about to leave who take a course, which adds `language_gain` to their pay abroad from then on.

    Rules: planning, when a worker has decided to leave; the month's enforcement for the banned at home; pay abroad. The
    gain does not enter the choice where to go: nobody leaves because of a course.
    Left out: travel to a centre; centres abroad; advice that turns out wrong; social-security and health advice.
    Sources: many learn of their ban only at the border (weblog.iom.int, on Tajik border guards); language training
    raised fluency and further schooling of refugees in Denmark (Foged and van der Werf 2023), but no gain in pay of
    labour migrants was found in print: so the default gain is 0. IOM ran such centres in five cities of Kazakhstan and
    seven of Tajikistan.
    Assumed: shares helped; 15 USD a visit; 150 USD a course. No study of legal aid was found: its default is 0.
    Cost: per visit and per course.
    Sign: more trips called off, fewer refused at the border.
    """

    modifies = ("centre_capacity", "centre_legal_aid", "centre_language", "language_gain")
    sources = (
        "International Organization for Migration, weblog.iom.int: Tajik travellers told of a ban at the border",
        "Foged and van der Werf 2023, Labour Economics, doi:10.1016/j.labeco.2023.102366",
        ASSUMED_COST,
    )

    origins: tuple[str, ...] | None = whose("Where; null = in all.")
    capacity: int = number_of("Clients of all the centres; 0 = no centres.", "clients per month")
    legal_aid: float = share_of("Of the banned, share whose administrative ban is lifted.", "share of clients")
    language: float = share_of("Share of those about to leave who take a course.", "share of clients")
    language_gain: float = share_of("What a course adds to pay abroad.", "share of pay", high=0.3, source="assumed")
    known_to: float = share_of("Share that has heard of the centres at the start.", "share of households")
    during: tuple[str, str | None] | None = when()
    cost_per_visit: float = public_cost(15.0, "USD per visit", "Public cost of a visit.")
    cost_per_course: float = public_cost(150.0, "USD per course", "Public cost of a language course.")

    @classmethod
    def example(cls) -> Self:
        """Twenty thousand clients a month from 2014 on, known to three households in ten."""
        return cls(capacity=20_000, legal_aid=0.2, known_to=0.3, during=("2014-01", None))

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per visit and per course."""
        if not self.capacity:
            return {}
        return {"centre_visits": self.cost_per_visit, "language_courses": self.cost_per_course}

    def informs(self, context: Context) -> tuple[Campaign, ...]:
        """The households told of the centres in their first month."""
        return self.announced("support_centre", self.known_to, context) if self.capacity else ()

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Clients a month or a share of them, [T, O]; the gain in pay, [T, O, D]."""
        if not self.capacity:
            return values
        if name == "language_gain":
            return np.where(self.in_force(context), self.language_gain, values)
        given = {
            "centre_capacity": self.capacity * context.portion(self.origins),
            "centre_legal_aid": self.legal_aid,
            "centre_language": self.language,
        }
        return np.where(self.at_home(context), given[name], values)
