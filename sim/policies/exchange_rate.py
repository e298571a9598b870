"""Currencies keep the rate of one month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.errors import InputError
from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import setting


@policy("exchange_rate")
@dataclass(frozen=True, kw_only=True)
class ExchangeRate(Policy):
    """Some currencies keep their rate to the dollar of one month, from that month on.

    A counterfactual, not an instrument: it says what would have happened without a fall in a currency, everything else
    (prices, wages, labour demand, other currencies) being as it was.

    Sources: the rates are the pack's.
    """

    modifies = ("exchange_rate",)
    sources = ("The exchange rates of the region pack, each with its source",)

    currencies: tuple[str, ...] = setting(
        (), "currencies", unit="ISO 4217", prose="Currencies held; [] = none.", source="the pack's countries"
    )
    hold_at: str | None = setting(None, "month", unit="month", prose="Month whose rate is kept.", optional=True)

    def __post_init__(self) -> None:
        if self.currencies and self.hold_at is None:
            raise InputError("policies.exchange_rate.hold_at", "is missing", allowed="a month of the pack, as 2014-07")

    @classmethod
    def example(cls) -> Self:
        """The rouble as in July 2014."""
        return cls(currencies=("RUB",), hold_at="2014-07")

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Local currency per USD, [T, C], constant from the month on for the currencies held."""
        if self.hold_at is None:
            return values
        month = context.month(self.hold_at)
        held = context.with_currency(self.currencies)
        later = (np.arange(len(values)) >= month)[:, None] & held[None, :]
        return np.where(later, values[month][None, :], values)
