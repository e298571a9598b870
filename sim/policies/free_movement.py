"""Free movement of workers begins, or does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import setting, share_of, since, whose, whose_law


@policy("free_movement")
@dataclass(frozen=True, kw_only=True)
class FreeMovement(Policy):
    """Citizens of some origins may work at some destinations without permit or limit of days; the ban list is reviewed.

    As in the Eurasian Economic Union. With `granted` 0 a right that history gave is withheld. `review` is the share of
    the listed who are taken off the list in the first month, `told` the share of those who learn of it.

    Rules: entry and stay ask for no permit and count no days; households that have heard of the right weigh it as a
    lawful way in; a new right is told in public in the month it begins; the ban list is left as in `amnesty`.
    Left out: pensions, schooling and health care of the union; recognition of diplomas (see `skills`); a stay tied to
    the contract. Withholding the right does not take back what else came with it in the law file (the Kyrgyz amnesty of
    2015): hold that with `law` or an edited law file.
    Sources: Kyrgyz accession of August 2015: in January 2016 the Federal Migration Service counted 2 % more Kyrgyz than
    a month before, and fewer Tajiks and Uzbeks (timesca.com, January 2016). Used as a check of the sign only.
    Assumed: the shares reviewed and told.
    Cost: none.
    Sign: granted: a larger share of migrants is regular, and the stock is larger.
    """

    modifies = ("free_movement", "amnesty", "amnesty_told")
    sources = ("Federal Migration Service as told by The Times of Central Asia, January 2016",)

    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law("Where they may work; null = all.")
    granted: int | None = setting(
        None, "whole", unit="0 or 1", low=0, high=1, optional=True, prose="1 = free, 0 = not; null = as it was."
    )
    review: float = share_of("Share of the listed taken off the list in the first month.", "share of the listed")
    told: float = share_of("Of those taken off the list, share who are told.", "share of the delisted")
    start: str | None = since()

    @classmethod
    def example(cls) -> Self:
        """Tajikistan joins when Kyrgyzstan did."""
        return cls(origins=("TJK",), destinations=("KAZ", "RUS"), granted=1, start="2015-08", review=0.3)

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The right from its month on, and in that month the share taken off the list and told, [T, O, D]."""
        where = self.in_force(context)
        if name == "free_movement":
            return values if self.granted is None else np.where(where, float(self.granted), values)
        if not self.review:
            return values
        first = 0 if self.start is None else context.month(self.start)
        where &= (np.arange(len(values)) == first)[:, None, None]
        return np.where(where, self.review if name == "amnesty" else self.told, values)
