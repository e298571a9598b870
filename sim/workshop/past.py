"""The history that worlds share, kept in a worker as it stood in the months in which worlds have left it.

A world goes on from the last of these months at which it is still the history, bit for bit: by the conditions that its
months depend on, not by names or dates (docs/decisions/0024). Where it leaves the history in a month of its own, the
state is kept for those that come after it. Categories are not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.branches import history_of
from sim.checkpoint import Checkpoint, State
from sim.prepared import Seeds
from sim.schema.rule import COMPILED
from sim.seed_run import SeedRun

if TYPE_CHECKING:
    from sim.region import Region
    from sim.tables import SeedOutcome

MOST = 8
"""Months kept of a seed, of a megabyte or two each."""


class Past:
    """The history of one luck and one set of numbers, from a checkpoint on."""

    def __init__(self, checkpoint: Path, region: Region) -> None:
        self.checkpoint = Checkpoint(checkpoint)
        self.history = history_of(self.checkpoint, region)
        whole = replace(self.history.scenario, until=region.label(region.months - 1), months=region.months)
        self.whole = Seeds(whole, region)
        self.kept: dict[int, dict[int, State]] = {seed: {} for seed in whole.seed_numbers}

    def live(self, seeds: Seeds, threads: int, progress: Callable[[int], None]) -> list[SeedOutcome]:
        """What each seed of a world leaves; `seeds` are prepared to take over from `self.history`.

        A seed is lived by one thread, so many seeds at once. `progress` is called with the months just lived, and once
        with those that need not be.
        """

        def one(seed: int) -> SeedOutcome:
            prepared, kept = seeds.of(seed), self._kept(seed)
            parting = self.whole.of(seed).months_shared(prepared)
            begin = max(month for month in kept if month <= parting)
            progress(begin - self.history.months)
            run = SeedRun.resumed(prepared, seed, _copied(kept[begin]), 1).without_categories()
            if begin < parting < prepared.scenario.months and len(kept) < MOST:
                run.live(parting, progress)
                kept[parting] = _copied(run.state())
            return run.run(progress)

        with ThreadPoolExecutor(threads if COMPILED else 1) as pool:
            return list(pool.map(one, self.whole.scenario.seed_numbers))

    def _kept(self, seed: int) -> dict[int, State]:
        kept = self.kept[seed]
        if self.history.months not in kept:
            kept[self.history.months] = self.checkpoint.state(seed)
        return kept


def _copied(state: State) -> State:
    """A state whose records may be lived on from, and are not changed by one that is."""
    memory = {name: array.copy() for name, array in state.memory.items()}
    return replace(state, households=state.households.copy(), memory=memory)
