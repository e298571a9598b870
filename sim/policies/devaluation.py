"""A currency loses part of its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import YANG_2006, YANG_2008
from sim.policies.settings import setting

ROUBLE = "Monthly means of USDRUB: 34.7 in July 2014, 56.6 in December 2014, a loss of 39 % of the rouble's value"


@policy("devaluation")
@dataclass(frozen=True, kw_only=True)
class Devaluation(Policy):
    """A currency loses a share of its value in USD, evenly over some months, and stays there.

    With s_t the share lost by month t, local currency per USD is multiplied by 1 / (1 - s_t). The currency's own later
    course goes on from the lower level.

    Rules: pay abroad in home purchasing power, what arrives of remittances, and the gain that keeps migrants abroad.
    Left out: prices and wages at the destination stay as the pack has them; so does labour demand.
    Sources: the size and speed of the example are the rouble's of July to December 2014 (the pack's exchange rates);
    Yang 2008 on remittances and Yang 2006 on returns (Filipino migrants in the crisis of 1997).
    Assumed: nothing.
    Cost: none.
    Sign: less remittances in dollars, more returns.
    """

    modifies = ("exchange_rate",)
    sources = (
        ROUBLE,
        YANG_2008,
        YANG_2006,
    )

    currency: str | None = setting(
        None, "currency", unit="ISO 4217", prose="Currency that falls.", optional=True, source="the pack's countries"
    )
    share: float = setting(
        0.0,
        "number",
        unit="share of its value in USD",
        low=0.0,
        high=0.95,
        prose="Share lost in the end.",
        source=ROUBLE,
    )
    start: str | None = setting(
        None, "month", unit="month", prose="First month of the fall; null = the pack's first month.", optional=True
    )
    months: int = setting(1, "whole", unit="months", low=1, high=120, prose="Months the fall takes; 1 = at once.")

    def __post_init__(self) -> None:
        if self.share > 0:
            self.needs("currency", "a currency of the pack, as RUB")

    @classmethod
    def example(cls) -> Self:
        """The rouble's fall of 2014 once more."""
        return cls(currency="RUB", share=0.39, start="2014-08", months=5)

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Local currency per USD, [T, C], times 1 / (1 - share lost by the month)."""
        if self.currency is None:
            return values
        first = 0 if self.start is None else context.month(self.start)
        elapsed = np.arange(len(values)) - first + 1
        lost = self.share * np.clip(elapsed / self.months, 0.0, 1.0)
        factor = np.where(context.with_currency((self.currency,))[None, :], 1.0 / (1.0 - lost)[:, None], 1.0)
        return values * factor
