"""The compiled engine: one structured array of households, and threads over fixed blocks of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.behaviour.permits import NOTHING_GRANTED
from sim.draws import luck_of
from sim.engine.blocks import collect_applications, cut_blocks, first_signals, live_after_meeting, live_month
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
        self.waiting = np.empty(len(world.households), np.int32)
        self.waits = np.zeros(len(self.blocks), np.int64)
        self.signals, self.new_signals = (np.zeros(len(world.households), np.int64) for _ in range(2))
        self.abroad, self.new_abroad = (np.zeros(len(world.households), np.int8) for _ in range(2))
        self.lanes = max(1, min(threads, len(self.blocks)))
        self.tallies = np.zeros((self.lanes, len(world.starts) - 1, (PLACES + 1) * TALLIES), np.int64)
        self.pool = ThreadPoolExecutor(max(1, self.lanes - 1))  # starts a thread when the first work comes
        first_signals(world.households, month, self.signals, self.abroad)

    def plan(self, month: int, corridors: np.ndarray, offers: np.ndarray, meeting: bool) -> None:
        """Plan the month, and live it for all who do not wait for a `meeting`; `offers`: see :mod:`sim.offers`."""
        w = self.world
        at = w.at(month)
        news = w.conditions.news[at]
        self.tallies[:] = 0
        self.corridors, self.offers = corridors, offers
        self.luck = luck_of(w.seed, month)
        self._each_lane(
            live_month, w.starts, month, self.luck, w.conditions.homes[at], offers, corridors, w.mobility,
            news, int(news.max() > 0), int(meeting), NOTHING_GRANTED, self.ties, w.neighbours,
            self.signals, self.abroad, self.new_signals, self.new_abroad, w.parameters, self.tallies,
            self.waiting, self.waits,
        )  # fmt: skip

    def applications(self, month: int) -> tuple[np.ndarray, np.ndarray]:
        """Lottery numbers of those who apply for a place of a scheme, and its codes (see `travel.applies`)."""
        w = self.world
        numbers = np.empty(int(self.waits.sum()) * WORKERS, np.int64)
        codes = np.empty(len(numbers), np.int8)
        found = collect_applications(
            w.households, self.blocks, self.waiting, self.waits, self.luck, self.corridors, w.parameters, numbers, codes
        )
        return numbers[:found], codes[:found]

    def live(self, month: int, granted: np.ndarray) -> np.ndarray:
        """Live the month for those who waited for the meeting; tallies of all, shape (origins, places, tallies)."""
        w = self.world
        at = w.at(month)
        if self.waits.any():
            self._each_lane(
                live_after_meeting, month, self.luck, w.conditions.homes[at], self.offers, self.corridors, granted,
                self.ties, self.new_signals, self.new_abroad, w.parameters, self.tallies,
                self.waiting, self.waits,
            )  # fmt: skip
        self.signals, self.new_signals = self.new_signals, self.signals
        self.abroad, self.new_abroad = self.new_abroad, self.abroad
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
