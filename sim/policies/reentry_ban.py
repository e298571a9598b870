"""What a re-entry ban costs, and who is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST, CZAIKA_DE_HAAS
from sim.policies.settings import public_cost, setting, share_of, when, whose, whose_law
from sim.schema.quantities import CATEGORIES_OF_BAN

LAW = "Federal law 114-FZ, articles 26 and 27, as amended by 321-FZ (2012), 224-FZ and 389-FZ (2013), 524-FZ (2014)"


@policy("reentry_ban")
@dataclass(frozen=True, kw_only=True)
class ReentryBan(Policy):
    """Wherever the statute of the month bans for an offence, the ban lasts `months` instead; 0 = no bans at all.

    The statute itself (which offence, from when, how long) is the dated table of the law file, and there is no second
    policy for it: to change single rules, edit a copy of that file. An offence the statute does not yet ban for stays
    without a ban. `listing` replaces the chance that a leaver in breach is put on the list.

    Rules: the exit and the expulsion read the length of each ban and the chance of being listed.
    Left out: bans that a court shortens or an official waives; appeals.
    Sources: Russian law as in the pack.
    Assumed: a case costs the public nothing beyond what it costs without the policy.
    Cost: per person refused at the border and per person expelled. The statute's own cases are no counted cost: give
    one only to compare scenarios that all hold this policy.
    Sign: longer bans: more banned, fewer departures (Czaika and de Haas 2017: restriction cuts inflow).
    """

    modifies = (*CATEGORIES_OF_BAN, "listing")
    sources = (
        LAW,
        CZAIKA_DE_HAAS,
        ASSUMED_COST,
    )

    months: int | None = setting(
        None,
        "whole",
        unit="months",
        low=0,
        high=600,
        optional=True,
        prose="Length of every ban the statute knows; 0 = none, null = as the statute says.",
        source=LAW,
    )
    listing: float | None = share_of("Chance that a leaver in breach is listed; null = as it was.", default=None)
    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law("Whose law; null = all.")
    during: tuple[str, str | None] | None = when()
    cost_per_case: float = public_cost(
        0.0, "USD per person refused at the border or expelled", "Public cost of a case beyond the usual one."
    )

    @classmethod
    def example(cls) -> Self:
        """Five years for everything."""
        return cls(months=60)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per person refused and per person expelled."""
        if (self.months is None and self.listing is None) or not self.cost_per_case:
            return {}
        return {"refused": self.cost_per_case, "returns_expulsion": self.cost_per_case}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Months of ban where there is one, or the share listed, [T, O, D]."""
        where = self.in_force(context)
        if name == "listing":
            return values if self.listing is None else np.where(where, self.listing, values)
        return values if self.months is None else np.where(where & (values > 0), float(self.months), values)
