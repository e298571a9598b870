"""Whom each policy met, and with how much money: read off the tables of a run, not counted while it is lived.

Each quantity names the measure of those it meets (`Quantity.meets`). What a policy touched is that measure, added up
over the months and places in which the policy, alone, changes the quantity; of a campaign, those it contacted or told
in its months and origins. It is exposure, not effect: the effect is the comparison. One person may be met by several.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.measures import MEASURES
from sim.schema.quantities import QUANTITIES

if TYPE_CHECKING:
    from sim.basis import Basis
    from sim.policies.base import Campaign
    from sim.tables import Frame

TOLD = "told"
"""Households told in public, the share meant of all there are: in the place of a measure where nobody is contacted."""

_UNITS = {
    "contacted": "contacts",
    "public_workers": "person-months",
    "matching_households": "household-months",
    "credit_households": "household-months",
    "trading_households": "household-months",
    TOLD: "households",
}
"""Units of a sum over months where the unit of the month does not tell it."""


@dataclass(frozen=True, kw_only=True)
class Touched:
    """What one policy met through one quantity, mean over seeds, at population size.

    people: persons or households of `measure`, added up over the cells; money: USD of `money_measure`, the same. Both
    are None where the quantity names no measure, and where the policy does away with what would be counted (a ban of 0
    months leaves nobody banned).
    """

    policy: str
    quantity: str  # or, of a campaign, "told" and its topics
    cells: int  # months x places that the policy changes
    first: str
    last: str
    measure: str = ""
    people: float | None = None
    unit: str = ""
    money_measure: str = ""
    money: float | None = None

    @property
    def met(self) -> bool:
        """Whether it met anybody or any money; also true where nobody can be counted."""
        figures = [figure for figure in (self.people, self.money) if figure is not None]
        return not figures or any(figures)


def touched(
    basis: Basis, frame: Frame, countries: Sequence[str], corridors: pd.DataFrame, origins: pd.DataFrame
) -> list[dict[str, Any]]:
    """Rows (:class:`Touched` as plain values) for each policy: a quantity it may change, or something it tells.

    Parameters
    ----------
    basis
        Where each policy changes what.
    frame
        Months and places of the tables.
    countries
        The countries in the order of the quantities of countries.
    corridors, origins
        The tables of all seeds, as made from the frame.
    """
    reader = _Reader(frame, tuple(countries), corridors, origins)
    rows = []
    for policy in basis.policies:
        own = [(of, where) for of, where in basis.changes.items() if of[0] == policy]
        rows += [reader.of_quantity(*of, where, gone=of in basis.abolished) for of, where in own]
        rows += [reader.of_campaign(policy, one) for one in basis.campaigns if one.policy == policy]
    return [asdict(row) for row in rows]


def untouched(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The policies among `rows` all of whose figures are 0, in order."""
    by_policy: dict[str, list[bool]] = {}
    for row in rows:
        by_policy.setdefault(row["policy"], []).append(Touched(**row).met)
    return (policy for policy, met in by_policy.items() if not any(met))


@dataclass(frozen=True)
class _Reader:
    """Measures of the tables, mean over seeds, and sums of them over cells."""

    frame: Frame
    countries: tuple[str, ...]
    corridors: pd.DataFrame
    origins: pd.DataFrame

    def of_quantity(self, policy: str, quantity: str, where: np.ndarray, gone: bool = False) -> Touched:
        """What is met where a quantity is changed; `where` is bool, in the quantity's shape.

        With `gone` the policy makes it 0 there: nobody found is then nobody left to count.
        """
        cells = where
        if QUANTITIES[quantity].shape == "country":
            origins, destinations = self.frame.origins, self.frame.destinations
            of, to = ([self.countries.index(code) for code in places] for places in (origins, destinations))
            cells = where[:, of, None] | where[:, None, to]
        meets = QUANTITIES[quantity].meets
        people = [name for name in meets if "USD" not in MEASURES[name].unit]
        money = [name for name in meets if "USD" in MEASURES[name].unit]
        figures: dict[str, Any] = {}
        if people:
            number = self._sum(people[0], cells)
            figures |= {"measure": people[0], "people": None if gone and not number else number}
            figures["unit"] = unit_of(people[0])
        if money:
            amount = self._sum(money[0], cells)
            figures |= {"money_measure": money[0], "money": None if gone and not amount else amount}
        first, last = self._span(where)
        return Touched(policy=policy, quantity=quantity, cells=int(where.sum()), first=first, last=last, **figures)

    def of_campaign(self, policy: str, campaign: Campaign) -> Touched:
        """Whom a campaign contacted, or told in public."""
        where = np.zeros((len(self.frame.months), len(self.frame.origins)), bool)
        rows = campaign.months(len(where))
        where[rows.start : rows.stop, [self.frame.origins.index(code) for code in campaign.origins]] = True
        if campaign.heads:
            measure, people = "contacted", self._sum("contacted", where)
        else:
            measure, people = TOLD, campaign.share * self._sum("households", where)
        told = f"{TOLD} {', '.join(campaign.topics)}"
        first, last = self._span(where)
        figures: dict[str, Any] = {"measure": measure, "people": people, "unit": unit_of(measure)}
        return Touched(policy=policy, quantity=told, cells=int(where.sum()), first=first, last=last, **figures)

    def _sum(self, name: str, where: np.ndarray) -> float:
        """A measure added up over the cells, mean over seeds; of origins, over the origins of the corridors."""
        values = self._mean(name)
        if where.ndim > values.ndim:
            where = where.any(axis=2)
        elif where.ndim < values.ndim:
            where = np.broadcast_to(where[:, :, None], values.shape)
        return float(np.nansum(values[where]))

    def _mean(self, name: str) -> np.ndarray:
        """A measure by month and place, mean over seeds, shape (T, O, D) or (T, O)."""
        places = [len(self.frame.months), len(self.frame.origins)]
        table = self.origins
        if MEASURES[name].level == "corridor":
            table, places = self.corridors, [*places, len(self.frame.destinations)]
        return table[name].to_numpy().reshape(-1, *places).mean(axis=0)

    def _span(self, where: np.ndarray) -> tuple[str, str]:
        """The first and the last month with any cell; empty where there is none."""
        changed = self.frame.months[where.reshape(len(where), -1).any(axis=1)]
        return (str(changed[0]), str(changed[-1])) if len(changed) else ("", "")


def unit_of(measure: str) -> str:
    """The unit of a measure of people added up over months: a stock in person-months, a flow in persons."""
    if measure in _UNITS:
        return _UNITS[measure]
    known = MEASURES[measure]
    return f"{known.unit.removesuffix('s')}-months" if known.kind == "stock" else known.unit.removesuffix(" per month")
