"""Back into work at home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST
from sim.policies.settings import money, number_of, public_cost, setting, share_of, when, whose


@policy("reintegration")
@dataclass(frozen=True, kw_only=True)
class Reintegration(Policy):
    """Jobless returnees enter a programme that helps them search, trains them, or gives a grant to start up.

    `capacity` is the persons a month in all the origins together who can enter; each enters once. `who` is those forced
    home (expelled, banned, brought home), or all returnees. Participants find work `search` times as fast, lose `scar`
    of the wage scar of a forced return, and with a `grant` have it in their savings and earn `gain` more at home.

    Rules: work at home of a jobless returnee who searches: entry, the chance to find work, pay.
    Left out: stigma; jobs taken from others; the fading of a grant's gain (none was left after nine years).
    Sources: job search and training programmes have small effects and often none (McKenzie 2017), so `search` is 1 by
    default; grants of about 382 USD a head raised earnings by 38 % after four years in Uganda (Blattman, Fiala and
    Martinez 2014), and the gain was gone after nine (the same, 2019).
    Assumed: 100 USD a participant; that a programme takes anything off a scar.
    Cost: per participant, and each dollar of the grants.
    Sign: with a search above 1, fewer returnees are without work six months later.
    """

    modifies = (
        "reintegration_capacity",
        "reintegration_all",
        "reintegration_search",
        "reintegration_scar",
        "reintegration_grant",
        "reintegration_gain",
    )
    sources = (
        "McKenzie 2017, World Bank Policy Research Working Paper 8011",
        "Blattman, Fiala and Martinez 2014, Quarterly Journal of Economics, doi:10.1093/qje/qjt057",
        ASSUMED_COST,
    )

    origins: tuple[str, ...] | None = whose("Where; null = in all.")
    capacity: int = number_of("Who can enter in all those origins; 0 = no programme.", "persons per month")
    who: str = setting("forced", "choice", unit="", choices=("forced", "all"), prose="Which returnees may enter.")
    search: float = setting(
        1.0, "number", unit="ratio", low=1.0, high=10.0, prose="Chance to find work / without it.", source="assumed"
    )
    scar: float = share_of("What the programme takes off it.", "share of the scar", source="assumed")
    grant: float = money("Grant to a participant, base prices.", "USD")
    gain: float = share_of("What a grant adds to pay at home.", "share of pay", high=3.0)
    during: tuple[str, str | None] | None = when()
    cost_per_person: float = public_cost(100.0, "USD per participant", "Public cost of a participant, without grant.")

    @classmethod
    def example(cls) -> Self:
        """Five thousand of the forced a month from 2014 on, with half as fast again a search and a grant."""
        return cls(capacity=5_000, search=1.5, grant=382.0, gain=0.1, during=("2014-01", None))

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per participant and per USD of grants."""
        return {"reintegrated": self.cost_per_person, "grants": 1.0} if self.capacity else {}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Places a month, whom they are for, and what a participant gets, [T, O]."""
        if not self.capacity:
            return values
        given = {
            "reintegration_capacity": self.capacity * context.portion(self.origins),
            "reintegration_all": float(self.who == "all"),
            "reintegration_search": self.search,
            "reintegration_scar": self.scar,
            "reintegration_grant": self.grant,
            "reintegration_gain": self.gain,
        }
        return np.where(self.at_home(context), given[name], values)
