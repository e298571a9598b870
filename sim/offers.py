"""What is shared out at home without a meeting: contacts of campaigns, visits to centres, places in programmes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from sim.policies.base import Campaign
from sim.policies.context import Context
from sim.schema.conditions import CAPACITIES, CONTACTS, OFFER, SEEDED
from sim.schema.quantities import CAMPAIGN_TOPICS, SEEDINGS
from sim.tallies import Tally

YEAR = 12
ASKED = {
    "returnees": Tally.RETURNEE_HOUSEHOLDS,
    "departing": Tally.LEAVING,
    "centre": Tally.CENTRE_ASKED,
    "reintegration": Tally.REINTEGRATION_ASKED,
    "works": Tally.WORKS_ASKED,
}
SERVED = {
    **{seeding: Tally(Tally.CONTACTED + k) for k, seeding in enumerate(SEEDED)},
    "centre": Tally.CENTRE_VISITS,
    "reintegration": Tally.REINTEGRATED,
    "works": Tally.PUBLIC_WORKERS,
}
ROWS = {name: row for row, name in enumerate(SERVED)}
ASKED_ROWS = [ROWS[name] for name in ASKED]


def contacts_of(campaigns: Iterable[Campaign], context: Context, months: int, scale: float) -> np.ndarray:
    """Contacts by month and origin, records of shape (months, origins), heads at sample size.

    Several campaigns of one seeding add their heads, unite their topics and have the trust of the most trusted: the
    same in whatever order they come.
    """
    heads: dict[tuple[str, int, int], list[float]] = defaultdict(list)
    contacts = np.zeros((months, len(context.origins)), CONTACTS)
    for campaign in campaigns:
        if not campaign.heads:
            continue
        seeding = SEEDED[SEEDINGS.index(campaign.seeding)]
        topics = sum(1 << CAMPAIGN_TOPICS.index(topic) for topic in set(campaign.topics))
        chosen = [context.origins.index(origin) for origin in campaign.origins]
        for month in campaign.months(months):
            people = context.households[month]
            for o in chosen:
                cell = contacts[month, o]
                heads[seeding, month, o].append(campaign.heads * float(people[o] / people[chosen].sum()) * scale)
                cell[f"{seeding}_topics"] = int(cell[f"{seeding}_topics"]) | topics
                cell[f"{seeding}_trust"] = max(cell[f"{seeding}_trust"], campaign.trust)
    for (seeding, month, o), parts in heads.items():
        contacts[f"{seeding}_heads"][month, o] = math.fsum(parts)
    return contacts


class Offers:
    """What each household may be offered, month by month; the same for any number of threads and either engine.

    A service's chance is what it has left over those who asked last month, at most 1: what is not used by the year's
    end lapses, what was given too much is taken off later months. In its first month a service knows of nobody and
    serves nobody. A campaign at random or among the most connected knows its households from its first month.

    Parameters
    ----------
    capacities, contacts
        Records of :mod:`sim.schema.conditions`, shape (months, origins), from the pack's first month.
    degrees, born
        Ties of each household, and the month in which it comes to be; shape (N,).
    starts
        Bounds of the origins, shape (origins + 1,).
    """

    def __init__(
        self, capacities: np.ndarray, contacts: np.ndarray, degrees: np.ndarray, born: np.ndarray, starts: np.ndarray
    ) -> None:
        self.contacts = contacts
        self.origins = len(starts) - 1
        tables = [capacities[name] if name in CAPACITIES else contacts[f"{name}_heads"] for name in SERVED]
        self.capacity = np.stack(tables, axis=1)  # persons or households, shape (months, services, origins)
        self.in_force = tuple(name for name, table in zip(SERVED, tables, strict=True) if table.any())
        own = [slice(int(starts[o]), int(starts[o + 1])) for o in range(self.origins)]
        self.cuts = np.zeros(self.origins)
        self.households: dict[str, list[np.ndarray]] = {}
        if "random" in self.in_force:
            self.households["random"] = [np.sort(born[rows]) for rows in own]
        if "connected" in self.in_force:
            self.cuts = np.array([_cut(degrees[rows]) for rows in own])
            connected = [born[rows][degrees[rows] >= cut] for rows, cut in zip(own, self.cuts, strict=True)]
            self.households["connected"] = [np.sort(months) for months in connected]
        self.left = np.zeros((len(SERVED), self.origins))  # below 0: owed
        self.asked = np.zeros((len(ASKED), self.origins))

    def of_month(self, month: int) -> np.ndarray:
        """The offers of a month, OFFER records of shape (origins,)."""
        offers = np.zeros(self.origins, OFFER)
        if month < 0 or not self.in_force:
            return offers
        capacity, asking = self.capacity[month], self._asking(month)
        pool = np.maximum(self.left + capacity, 0.0)
        serving = (capacity > 0) & (asking > 0)
        chance = np.minimum(1.0, np.divide(pool, asking, out=np.zeros(pool.shape), where=serving))
        for name in self.in_force:
            offers[name] = chance[ROWS[name]]
        for seeding in SEEDED:
            if seeding in self.in_force:
                for part in (f"{seeding}_topics", f"{seeding}_trust"):
                    offers[part] = np.where(offers[seeding] > 0, self.contacts[part][month], 0.0)
        offers["connected_from"] = np.where(offers["connected"] > 0, self.cuts, 0.0)
        return offers

    def settle(self, month: int, tallies: np.ndarray) -> None:
        """Take note of what `month` asked for and was given; tallies of shape (origins, places, tallies)."""
        if month < 0 or not self.in_force:
            return
        home = tallies[:, 0, :]
        self.asked = home[:, tuple(ASKED.values())].T.astype(float)
        left = self.left + self.capacity[month] - home[:, tuple(SERVED.values())].T
        self.left = np.minimum(left, 0.0) if (month + 1) % YEAR == 0 else left

    def state(self) -> dict[str, np.ndarray]:
        """What it goes by beside the tables: what is left (below 0: owed) and who asked, arrays of shape (origins,)."""
        left = {f"{name}_left": row.copy() for name, row in zip(SERVED, self.left, strict=True)}
        return left | {f"{name}_asked": row.copy() for name, row in zip(ASKED, self.asked, strict=True)}

    def resume(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from the :meth:`state` of another one at the same month; names that are not its own are left alone."""
        self.left = np.array([state[f"{name}_left"] for name in SERVED], float)
        self.asked = np.array([state[f"{name}_asked"] for name in ASKED], float)

    def _asking(self, month: int) -> np.ndarray:
        """Those who ask or are meant, shape (services, origins): this month's households where they are known, else
        those who asked last month.
        """
        asking = np.zeros((len(SERVED), self.origins))
        asking[ASKED_ROWS] = self.asked
        for name, households in self.households.items():
            asking[ROWS[name]] = [np.searchsorted(born, month, side="right") for born in households]
        return asking


def _cut(degrees: np.ndarray) -> float:
    """Ties that the most connected tenth have at least; those with just as many are in."""
    return float(np.quantile(degrees, 0.9, method="inverted_cdf")) if len(degrees) else 0.0
