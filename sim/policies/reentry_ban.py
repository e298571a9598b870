"""What a re-entry ban costs, and who is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import setting
from sim.schema.quantities import CATEGORIES_OF_BAN

LAW = "Federal law 114-FZ, articles 26 and 27, as amended by 321-FZ (2012), 224-FZ and 389-FZ (2013), 524-FZ (2014)"


@policy("reentry_ban")
@dataclass(frozen=True, kw_only=True)
class ReentryBan(Policy):
    """Wherever the statute of the month bans for an offence, the ban lasts `months` instead; 0 = no bans at all.

    The statute itself (which offence, from when, how long) is the pack's. An offence it does not yet ban for stays
    without a ban. `listing` replaces the chance that a leaver in breach is put on the list.

    Sources: Russian law as in the pack; that the cost of a case is 150 USD is assumed (no source found).
    """

    modifies = (*CATEGORIES_OF_BAN, "listing")
    sources = (LAW, "Cost per case: assumed, no source found")

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
    listing: float | None = setting(
        None,
        "number",
        unit="share",
        low=0.0,
        high=1.0,
        optional=True,
        prose="Chance that a leaver in breach is listed; null = as it was.",
    )
    origins: tuple[str, ...] | None = setting(
        None, "origins", unit="", optional=True, prose="Whose citizens; null = all."
    )
    destinations: tuple[str, ...] | None = setting(
        None, "destinations", unit="", optional=True, prose="Whose law; null = all."
    )
    during: tuple[str, str] | None = setting(
        None, "span", unit="months", optional=True, prose="First and last month, both included; null = always."
    )
    cost_per_case: float = setting(
        150.0,
        "number",
        unit="USD per person refused at the border or expelled",
        low=0.0,
        high=1e6,
        prose="Public cost of a case.",
        source="assumed, no source found",
    )

    @classmethod
    def example(cls) -> Self:
        """Five years for everything."""
        return cls(months=60)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per person refused and per person expelled."""
        if self.months is None and self.listing is None:
            return {}
        return {"refused": self.cost_per_case, "returns_expulsion": self.cost_per_case}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Months of ban where there is one, or the share listed, [T, O, D]."""
        where = context.corridors(self.origins, self.destinations, self.during)
        if name == "listing":
            return values if self.listing is None else np.where(where, self.listing, values)
        return values if self.months is None else np.where(where & (values > 0), float(self.months), values)
