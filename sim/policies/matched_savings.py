"""Remittances put aside are matched from public money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import setting, share_of, when, whose


@policy("matched_savings")
@dataclass(frozen=True, kw_only=True)
class MatchedSavings(Policy):
    """Households that put part of their remittances aside get `rate` times as much from public money.

    A share of the households takes part, always the same ones, in every month in which money arrives: they save
    `portion` of it and do not live on it. `purpose` says what the money is for (schooling, housing, business); the
    model holds it as savings and does not tell them apart.

    Rules: the month's accounts, after remittances have arrived.
    Left out: what schooling, housing or a business later yield; who chooses to take part; that migrants might send more
    for a purpose.
    Sources: matched remittances for schooling raised spending on it, and had no effect on what was sent (Ambler,
    Aycinena and Yang 2015, El Salvador).
    Assumed: who takes part, and how much they put aside.
    Cost: each dollar of the match.
    Sign: more savings; none on remittances.
    """

    modifies = ("match_rate", "match_share", "match_portion")
    sources = (
        "Ambler, Aycinena and Yang 2015, American Economic Journal: Applied Economics, doi:10.1257/app.20140010",
    )

    origins: tuple[str, ...] | None = whose("Where; null = in all.")
    rate: float = setting(
        0.0, "number", unit="ratio", low=0.0, high=10.0, prose="Public money for each unit put aside; 0 = none."
    )
    share: float = share_of("Households that take part.", "share of receiving households", source="assumed")
    portion: float = share_of("What they put aside.", "share of what arrives", source="assumed")
    purpose: str = setting(
        "schooling",
        "choice",
        unit="",
        choices=("schooling", "housing", "business"),
        prose="What for; told, not modelled apart.",
    )
    during: tuple[str, str | None] | None = when()

    @classmethod
    def example(cls) -> Self:
        """A fifth of the households puts a tenth aside, matched one to one."""
        return cls(rate=1.0, share=0.2, portion=0.1)

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per USD of the match."""
        return {"matched": 1.0} if self.acts else {}

    @property
    def acts(self) -> bool:
        """Whether anything is matched."""
        return self.rate > 0 and self.share > 0 and self.portion > 0

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The rate, who takes part, or what is put aside, [T, O]."""
        if not self.acts:
            return values
        given = {"match_rate": self.rate, "match_share": self.share, "match_portion": self.portion}[name]
        return np.where(self.at_home(context), given, values)
