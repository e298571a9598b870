"""Small trade across the border, an alternative to leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import money, share_of, when, whose


@policy("cross_border_trade")
@dataclass(frozen=True, kw_only=True)
class CrossBorderTrade(Policy):
    """Easier crossing lets some households live partly from trade.

    A share of the households trades, always the same ones, and earns `income` a month beside what its workers earn.

    Rules: the household's income at home; pay at home in the choice where to go.
    Left out: workers whom trade keeps busy; prices in the markets; where the border is (every province alike).
    Sources: small trade at the borders of Central Asia makes jobs, most of them for women (Kaminski and Mitra 2012).
    Assumed: how many trade and what they earn; that it weighs against leaving.
    Cost: none.
    Sign: less poverty; fewer departures, assumed.
    """

    modifies = ("trade_share", "trade_income")
    sources = ("Kaminski and Mitra 2012, Borderless Bazaars and Regional Integration in Central Asia, World Bank",)

    origins: tuple[str, ...] | None = whose("Where; null = in all.")
    share: float = share_of("Households that trade.", "share of households", source="assumed")
    income: float = money("What each earns, base prices.", "USD per month", high=10_000.0, source="assumed")
    during: tuple[str, str | None] | None = when()

    @classmethod
    def example(cls) -> Self:
        """A tenth of the households earns 40 USD a month from 2014 on."""
        return cls(share=0.1, income=40.0, during=("2014-01", None))

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Who trades, or what is earned, [T, O]."""
        if not self.share or not self.income:
            return values
        return np.where(self.at_home(context), self.share if name == "trade_share" else self.income, values)
