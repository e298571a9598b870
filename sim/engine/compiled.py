"""The compiled engine: one structured array of households, and threads over fixed blocks of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.draws import luck_of
from sim.engine.blocks import collect_applications, cut_blocks, first_signals, live_blocks, plan_blocks
from sim.engine.world import World
from sim.households.ties import tie_rows
from sim.schema.attributes import PLACES, WORKERS
from sim.tallies import TALLIES


class CompiledEngine:
    """Lives months on the records of a :class:`World`, from `month` on; the same digest for any number of threads."""

    def __init__(self, world: World, threads: int, month: int) -> None:
        self.world = world
        self.blocks = cut_blocks(world.starts)
        self.ties = tie_rows(world.offsets, world.neighbours)
        self.leavers = np.empty(len(world.households), np.int32)
        self.leaving = np.zeros(len(self.blocks), np.int64)
        self.signals = np.zeros(len(world.households), np.int64)
        self.abroad = np.zeros(len(world.households), np.int8)
        self.lanes = max(1, min(threads, len(self.blocks)))
        self.tallies = np.zeros((self.lanes, len(world.starts) - 1, (PLACES + 1) * TALLIES), np.int64)
        self.pool = ThreadPoolExecutor(max(1, self.lanes - 1))  # starts a thread when the first work comes
        first_signals(world.households, month, self.signals, self.abroad)

    def plan(self, month: int, offers: np.ndarray) -> None:
        """Learn and plan, for all households; `offers` hold for the month (see :mod:`sim.offers`)."""
        w = self.world
        at = w.at(month)
        news = w.conditions.news[at]
        loud = int(news.max() > 0)
        self.tallies[:] = 0
        self.offers = offers
        self.luck = luck_of(w.seed, month)
        self._each_lane(
            plan_blocks, w.starts, month, self.luck, w.conditions.homes[at], offers, w.conditions.corridors[at],
            w.mobility, news, loud, self.ties, w.neighbours, self.signals, self.abroad, w.parameters, self.tallies,
            self.leavers, self.leaving,
        )  # fmt: skip

    def applications(self, month: int) -> tuple[np.ndarray, np.ndarray]:
        """Lottery numbers of those who apply for a place of a scheme, and its codes (see `travel.applies`)."""
        w = self.world
        numbers = np.empty(int(self.leaving.sum()) * WORKERS, np.int64)
        codes = np.empty(len(numbers), np.int8)
        corridors = w.conditions.corridors[w.at(month)]
        found = collect_applications(
            w.households, self.blocks, self.leavers, self.leaving, self.luck, corridors, w.parameters, numbers, codes
        )
        return numbers[:found], codes[:found]

    def live(self, month: int, granted: np.ndarray) -> np.ndarray:
        """Live the month; tallies of shape (origins, places, tallies)."""
        w = self.world
        at = w.at(month)
        self._each_lane(
            live_blocks, month, self.luck, w.conditions.homes[at], self.offers, w.conditions.corridors[at],
            granted, self.ties, self.signals, self.abroad, w.parameters, self.tallies,
        )  # fmt: skip
        return self.tallies.sum(axis=0).reshape(-1, PLACES + 1, TALLIES)

    def records(self) -> np.ndarray:
        """The households as they are, a structured array."""
        return self.world.households

    def close(self) -> None:
        """End the threads."""
        self.pool.shutdown()

    def _each_lane(self, kernel: Callable[..., None], *arguments: object) -> None:
        """Run a kernel once for each lane; this thread takes the first lane rather than sleep and be woken."""
        households = self.world.households
        others = [
            self.pool.submit(kernel, households, self.blocks, lane, self.lanes, *arguments)
            for lane in range(1, self.lanes)
        ]
        kernel(households, self.blocks, 0, self.lanes, *arguments)
        for other in others:
            other.result()
