"""The model: one month of migrant households, in order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.engine.world import World
from sim.households.household import Household
from sim.households.household_set import HouseholdSet
from sim.ledger import Ledger
from sim.schema.attributes import PLACES
from sim.tallies import Tally

YEAR = 12


class Engine(Protocol):
    """One way to live a month: compiled over records, or plain over Mesa objects."""

    def plan(self, month: int) -> None:
        """Learn and plan, for all households."""

    def applications(self, month: int) -> tuple[np.ndarray, np.ndarray]:
        """Lottery numbers and places of those who apply for a seasonal permit."""

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
        self.granted_this_year = np.zeros(PLACES, np.int64)
        self.tallies = np.zeros(0, np.int64)
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
        self.engine.plan(self.month)
        granted = self.clear()
        self.tallies = self.engine.live(self.month, granted)
        self.granted_this_year += self.tallies[:, 1:, Tally.SEASONAL_PERMITS].sum(axis=0)
        self.ledger.close(self.month, self.tallies)
        self.month += 1

    def clear(self) -> np.ndarray:
        """Share out the seasonal permits: the k smallest lottery numbers win, exactly.

        Returns the largest winning number by destination index, -1 where none wins; what a year does not use lapses.
        """
        if self.month % YEAR == 0:
            self.granted_this_year[:] = 0
        largest = np.full(PLACES, -1, np.int64)
        pools = self.world.conditions.corridors["seasonal_pool"][self.world.at(self.month)].sum(axis=0)
        if not pools.any():
            return largest
        numbers, places = self.engine.applications(self.month)
        for d, pool in enumerate(pools):
            left = int(pool) - int(self.granted_this_year[d])
            applied = np.sort(numbers[places == d + 1])
            if left > 0 and len(applied):
                largest[d] = applied[min(left, len(applied)) - 1]
        return largest

    def memory(self) -> dict[str, np.ndarray]:
        """What a month needs of those before beside the records, by name: a checkpoint keeps it."""
        return {"granted_this_year": self.granted_this_year}

    def recall(self, memory: Mapping[str, np.ndarray]) -> None:
        """Go on with the memory of another model that stood at the beginning of the same month."""
        self.granted_this_year[:] = memory["granted_this_year"]

    def digest(self) -> str:
        """SHA-256 of all household records."""
        return hashlib.sha256(np.ascontiguousarray(self.engine.records()).view(np.uint8)).hexdigest()
