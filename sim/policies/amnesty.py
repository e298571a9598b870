"""Names are taken off an entry-ban list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST
from sim.policies.settings import public_cost, setting, share_of, when, whose, whose_law


@policy("amnesty")
@dataclass(frozen=True, kw_only=True)
class Amnesty(Policy):
    """A destination takes a share of the banned off its list each month; some of them are told.

    `share` is the monthly chance of those banned for an administrative offence, `court` that of those who were expelled
    (the ground is the cause of the last return). Who is not told goes on believing that he is banned, and forgets it
    only slowly: an amnesty nobody hears of brings few back. With `leave_freely` nobody is listed at the exit meanwhile,
    so that those in breach can leave and come again; among policies that change the listing this one then wins.

    Rules: the month's enforcement of each banned worker, at home or abroad; the listing at the exit.
    Left out: fees and papers asked of those who apply; who is amnestied first.
    Sources: more than 10,000 Kyrgyz off the list by August 2015 and 40,000 more to follow (ria.ru, 24 August 2015),
    about 76,000 by the end of October (rural21.com); about 100,000 Tajik bans lifted in 2017, administrative ones only
    (asiaplustj.info, 12 October 2021).
    Assumed: the share told; that the told leave again follows from what they believe.
    Cost: per person taken off the list.
    Sign: fewer banned, by definition; more departures where they are told, assumed.
    """

    modifies = ("amnesty", "amnesty_court", "amnesty_told", "listing")
    sources = (
        "ria.ru, 24 August 2015; rural21.com; asiaplustj.info, 12 October 2021: numbers taken off the Russian list",
        ASSUMED_COST,
    )

    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law("Whose list; null = all.")
    share: float = share_of("Of those banned administratively, share taken off the list.", "share per month")
    court: float = share_of("The same of those banned with an expulsion.", "share per month")
    told: float = share_of("Of those taken off the list, share who are told.", "share of the delisted")
    leave_freely: int = setting(
        0, "whole", unit="0 or 1", low=0, high=1, prose="1 = nobody is listed at the exit meanwhile."
    )
    during: tuple[str, str | None] | None = when()
    cost_per_case: float = public_cost(5.0, "USD per person taken off the list", "Public cost of a case.")

    @classmethod
    def example(cls) -> Self:
        """Half the list in each of two months of 2015, a fifth of them told."""
        return cls(origins=("KGZ", "TJK"), destinations=("RUS",), share=0.5, told=0.2, during=("2015-09", "2015-10"))

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per person taken off the list."""
        return {"delisted": self.cost_per_case} if self.share or self.court else {}

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The monthly share off the list, by ground, the share told, or the listing at the exit, [T, O, D]."""
        if name == "listing":
            return np.where(self.in_force(context), 0.0, values) if self.leave_freely else values
        if not self.share and not self.court:
            return values
        given = {"amnesty": self.share, "amnesty_court": self.court, "amnesty_told": self.told}[name]
        return np.where(self.in_force(context), given, values) if given else values
