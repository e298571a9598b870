"""Where and when a policy works: the months and places of a region, and masks that select among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.schema.quantities import SECTORS

if TYPE_CHECKING:
    from sim.region import Region


Span = tuple[str, str | None]
"""First and last month, both included; None = to the end."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """Months, places and households of a region, in the order of the arrays' axes."""

    labels: tuple[str, ...]  # T months, "2012-01" ...
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    countries: tuple[str, ...]
    currency: Mapping[str, str]  # by country, ISO 4217
    households: np.ndarray  # float64 [T, O]
    sectors: np.ndarray  # float64 [O, S], share of the origin's migrants by sector of work, in the order of SECTORS

    @classmethod
    def of(cls, region: Region) -> Context:
        """The context of a region pack."""
        return cls(
            labels=tuple(region.label(index) for index in range(region.months)),
            origins=tuple(region.origins),
            destinations=tuple(region.destinations),
            countries=tuple(region.countries),
            currency=region.currency,
            households=region.array("households"),
            sectors=np.stack([region.groups("sector")[sector] for sector in SECTORS], axis=1),
        )

    def month(self, period: str) -> int:
        """Index of the month ``"2014-03"``."""
        return self.labels.index(period)

    def months(self, during: Span | None = None) -> np.ndarray:
        """True in the months from the first to the last named, both included, None = to the end; bool [T]."""
        index = np.arange(len(self.labels))
        if during is None:
            return index >= 0
        last = len(index) - 1 if during[1] is None else self.month(during[1])
        return (index >= self.month(during[0])) & (index <= last)

    def corridors(
        self,
        origins: Iterable[str] | None = None,
        destinations: Iterable[str] | None = None,
        during: Span | None = None,
    ) -> np.ndarray:
        """True where all three apply, None meaning every one; bool [T, O, D]."""
        of = _chosen(self.origins, origins)
        to = _chosen(self.destinations, destinations)
        return self.months(during)[:, None, None] & of[None, :, None] & to[None, None, :]

    def portion(self, origins: Iterable[str] | None = None) -> np.ndarray:
        """Share of each of those origins in all their households, by which a total is shared out; float64 [T, O]."""
        households = self.households * _chosen(self.origins, origins)[None, :]
        total = households.sum(axis=1, keepdims=True)
        return np.divide(households, total, out=np.zeros_like(households), where=total > 0)

    def with_currency(self, currencies: Iterable[str]) -> np.ndarray:
        """True for the countries that use one of the currencies; bool [C]."""
        wanted = set(currencies)
        return np.array([self.currency[country] in wanted for country in self.countries])


def _chosen(places: tuple[str, ...], wanted: Iterable[str] | None) -> np.ndarray:
    if wanted is None:
        return np.ones(len(places), bool)
    chosen = set(wanted)
    return np.array([place in chosen for place in places])
