"""The model: one month of migrant households, in order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.behaviour.permits import NOTHING_GRANTED, QUOTA, RECRUITMENT, SCHEMES, SEASONAL_SCHEME
from sim.engine.world import World
from sim.households.household import Household
from sim.households.household_set import HouseholdSet
from sim.ledger import Ledger
from sim.offers import Offers
from sim.schema.attributes import PLACES
from sim.tallies import Tally
from sim.wages import Wages

YEAR = 12
POOLS = {SEASONAL_SCHEME: "seasonal_pool", RECRUITMENT: "recruited_pool", QUOTA: "work_pool"}
"""Field of a corridor that holds what a scheme has released."""


def released_places(corridors: np.ndarray) -> np.ndarray:
    """What each scheme has released of the year's places in every month, whole numbers, shape (months, schemes,
    PLACES); `corridors`: see :class:`sim.conditions.Conditions`.
    """
    months, _, destinations = corridors.shape
    pools = np.zeros((months, SCHEMES, PLACES), np.int64)
    for scheme, name in POOLS.items():
        released = np.maximum(corridors[name], 0.0).sum(axis=1)  # below 0: no quota
        pools[:, scheme, :destinations] = released.astype(np.int64)
    return pools


class Engine(Protocol):
    """One way to live a month: compiled over records, or plain over Mesa objects."""

    def plan(self, month: int, corridors: np.ndarray, offers: np.ndarray, meeting: bool) -> None:
        """Learn and plan under the month's conditions, for all households; who applies for anything waits, where there
        is a `meeting`.
        """

    def applications(self, month: int) -> tuple[np.ndarray, np.ndarray]:
        """Lottery numbers of those who apply for a place of a scheme, and its codes (see `travel.applies`)."""

    def live(self, month: int, granted: np.ndarray) -> np.ndarray:
        """Travel, work, remit, consume, enforce, come home; tallies of shape (origins, places, tallies)."""

    def records(self) -> np.ndarray:
        """All households as a structured array."""

    def close(self) -> None:
        """Let go of threads."""


class MigrationModel(mesa.Model):
    """Households that choose where to work, month by month.

    Parameters
    ----------
    world
        Households, ties and conditions; changed in place by the compiled engine.
    engine
        ``compiled`` (records and threads) or ``mesa`` (plain Mesa objects; its process needs ``NUMBA_DISABLE_JIT=1``).
    threads
        Threads of the compiled engine; the result does not depend on it.
    month
        The month the world stands at the beginning of; None = the first of its burn-in.
    """

    def __init__(self, world: World, engine: str = "compiled", threads: int = 1, month: int | None = None) -> None:
        super().__init__(seed=0)
        self.world = world
        self.month = -world.conditions.burn_in if month is None else month
        self.granted_this_year = np.zeros((SCHEMES, PLACES), np.int64)
        self.tallies = np.zeros(0, np.int64)
        self.offers = Offers(
            world.conditions.capacities, world.conditions.contacts,
            np.diff(world.offsets), world.households["born"], world.starts,
        )  # fmt: skip
        corridors = world.conditions.corridors
        self.pools = released_places(corridors)
        self.meetings = self.pools.any(axis=(1, 2))  # months in which anything is shared out
        self.under_quota = corridors["work_pool"] >= 0
        self.wages = Wages(world.parameters, world.households, corridors.shape[1:], self.month)
        self.ledger = Ledger(world.households, len(world.starts) - 1, self.month)
        self.engine = self._start(engine, threads)

    def _start(self, engine: str, threads: int) -> Engine:
        if engine == "mesa":
            from sim.engine.plain import PlainEngine

            return PlainEngine(self.world, self, self.month)
        from sim.engine.compiled import CompiledEngine

        self._households = HouseholdSet(self, self.world.households)
        self._agents_by_type[Household] = self._households
        return CompiledEngine(self.world, threads, self.month)

    @property
    def agents(self) -> AgentSet:
        """All households: a columnar set of views, or the plain engine's agents."""
        return getattr(self, "_households", self._all_agents)

    def step(self) -> None:
        """One month: learn and plan; clear permits; travel, work, remit, consume, enforce, come home; close the
        books.
        """
        at = self.world.at(self.month)
        meeting = bool(self.meetings[at])
        if self.month % YEAR == 0:
            self.granted_this_year[:] = 0
        corridors = self.wages.of_month(self.month, self.world.conditions.corridors[at])
        self.engine.plan(self.month, corridors, self.offers.of_month(self.month), meeting)
        granted = self.clear(self.pools[at]) if meeting else NOTHING_GRANTED
        self.tallies = self.engine.live(self.month, granted)
        if meeting:
            self.granted_this_year += self._granted()
        self.offers.settle(self.month, self.tallies)
        self.wages.settle(self.month, self.tallies)
        self.ledger.close(self.month, self.tallies)
        self.month += 1

    def clear(self, pools: np.ndarray) -> np.ndarray:
        """Share out the places of all schemes: the k smallest lottery numbers win, exactly.

        Returns the largest winning number by scheme and destination index, shape (schemes x PLACES,), -1 where none
        wins; what a year does not use lapses. Who applied for a recruiter's place and does not get it is in the draw
        for the quota of work permits, where there is one.
        """
        largest = np.full((SCHEMES, PLACES), -1, np.int64)
        numbers, codes = self.engine.applications(self.month)
        scheme, d = np.divmod(codes - 1, PLACES)
        left = pools - self.granted_this_year
        for one in (SEASONAL_SCHEME, RECRUITMENT, QUOTA):  # the quota is for those whom no recruiter took
            if one == QUOTA:
                among = (scheme == QUOTA) | (scheme > RECRUITMENT) & (numbers > largest[RECRUITMENT, d])
            else:
                among = scheme >= one if one == RECRUITMENT else scheme == one
            for place in range(PLACES):
                applied = np.sort(numbers[among & (d == place)])
                if left[one, place] > 0 and len(applied):
                    largest[one, place] = applied[min(int(left[one, place]), len(applied)) - 1]
        return largest.ravel()

    def _granted(self) -> np.ndarray:
        """Places of each scheme taken up this month, shape (schemes, PLACES)."""
        taken = np.zeros((SCHEMES, PLACES), np.int64)
        taken[SEASONAL_SCHEME] = self.tallies[:, 1:, Tally.SEASONAL_PERMITS].sum(axis=0)
        taken[RECRUITMENT] = self.tallies[:, 1:, Tally.RECRUITED].sum(axis=0)
        under_quota = self.under_quota[self.world.at(self.month)]
        permits = self.tallies[:, 1 : under_quota.shape[1] + 1, Tally.WORK_PERMITS]
        taken[QUOTA, : under_quota.shape[1]] = (permits * under_quota).sum(axis=0)
        return taken

    def memory(self) -> dict[str, np.ndarray]:
        """What a month needs of those before beside the records, by name: a checkpoint keeps it."""
        return {"granted_this_year": self.granted_this_year, **self.offers.state(), **self.wages.state()}

    def recall(self, memory: Mapping[str, np.ndarray]) -> None:
        """Go on with the memory of another model that stood at the beginning of the same month."""
        self.granted_this_year[:] = memory["granted_this_year"]
        self.offers.resume(memory)
        self.wages.resume(memory)

    def digest(self) -> str:
        """SHA-256 of all household records."""
        return hashlib.sha256(np.ascontiguousarray(self.engine.records()).view(np.uint8)).hexdigest()
