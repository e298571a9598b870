"""Currencies keep the rate of one month, or follow another path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.errors import InputError
from sim.policies.base import Policy, policy
from sim.policies.context import Context, Span
from sim.policies.literature import YANG_2006, YANG_2008
from sim.policies.settings import setting


@policy("exchange_rate")
@dataclass(frozen=True, kw_only=True)
class ExchangeRate(Policy):
    """Some currencies keep their rate to the dollar of one month from that month on, or one follows a given path.

    A path names rates by month. Between two named months the rate moves evenly; after the last it stays. Given both,
    the rate is held until the path begins. A counterfactual, not an instrument: it says what would have happened
    without a fall in a currency, everything else (prices, wages, labour demand, other currencies) being as it was.
    `devaluation` is a dated shock on top of a currency's course: together, the rate is the held one times the shock.

    Rules: pay abroad in home purchasing power, what arrives of remittances, and the gain that keeps migrants abroad.
    Left out: that prices and wages answer a currency's course.
    Sources: the rates are the pack's; the answer of remittances and returns is that of Yang 2008 and 2006 (Filipino
    migrants in the crisis of 1997).
    Assumed: nothing.
    Cost: none.
    Sign: a currency that keeps its value: more remittances in dollars, fewer returns.
    """

    modifies = ("exchange_rate",)
    sources = (
        "The exchange rates of the region pack, each with its source",
        YANG_2008,
        YANG_2006,
    )

    currencies: tuple[str, ...] = setting(
        (), "currencies", unit="ISO 4217", prose="Currencies changed; [] = none.", source="the pack's countries"
    )
    hold_at: str | None = setting(None, "month", unit="month", prose="Month whose rate is kept.", optional=True)
    path: tuple[tuple[str, float], ...] | None = setting(
        None,
        "path",
        unit="local currency per USD",
        low=1e-6,
        high=1e9,
        prose="Rates of one currency by month; null = none.",
        optional=True,
    )

    def __post_init__(self) -> None:
        if self.currencies and self.path is None:
            self.needs("hold_at", "a month of the pack, as 2014-07, or a path")
        if self.path is not None and len(self.currencies) != 1:
            named = ", ".join(self.currencies) or "none"
            raise InputError("policies.exchange_rate.currencies", f"names {named}", allowed="one currency for a path")

    @classmethod
    def example(cls) -> Self:
        """The rouble as in July 2014."""
        return cls(currencies=("RUB",), hold_at="2014-07")

    @property
    def span(self) -> Span | None:
        """From the month held, or the first of the path, to the end."""
        named = [month for month in (self.hold_at, self.path and self.path[0][0]) if month]
        return (min(named), None) if named else None

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Local currency per USD, [T, C], constant from the month on for the currencies held, then along the path."""
        rates, index = values, np.arange(len(values))
        changed = context.with_currency(self.currencies)[None, :]
        if self.hold_at is not None:
            month = context.month(self.hold_at)
            rates = np.where((index >= month)[:, None] & changed, values[month][None, :], rates)
        if self.path is not None:
            named = [context.month(month) for month, _ in self.path]
            course = np.interp(index, named, [rate for _, rate in self.path])
            rates = np.where((index >= named[0])[:, None] & changed, course[:, None], rates)
        return rates
