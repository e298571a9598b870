"""The history that worlds share, kept in a worker as it stood in the months in which worlds have left it.

A world goes on from the last of these months before its quantities, campaigns or costs first differ from the history's.
Where it leaves the history in a month of its own, the state is kept for those that come after it. Categories are not
counted.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.branches import history_of
from sim.checkpoint import Checkpoint, State
from sim.prepared import History
from sim.schema.rule import COMPILED
from sim.seed_run import SeedRun

if TYPE_CHECKING:
    from sim.prepared import Prepared, Seeds
    from sim.region import Region
    from sim.tables import SeedOutcome

MOST = 6
"""Months kept of a seed, of a megabyte each: as many as there are in which a control first acts."""


class Past:
    """The history of one luck and one set of numbers, from a checkpoint on."""

    def __init__(self, checkpoint: Path, region: Region) -> None:
        self.checkpoint, self.region = Checkpoint(checkpoint), region
        lived = history_of(self.checkpoint, region)
        whole = replace(lived.scenario, until=region.label(region.months - 1), months=region.months)
        self.history = History(whole, lived.months)
        self.kept: dict[int, dict[int, State]] = {seed: {} for seed in whole.seed_numbers}

    def load(self) -> None:
        """Have at hand what the first world will ask for."""
        for seed in self.history.scenario.seed_numbers:
            self._kept(seed)
            self.history.member(seed).basis(self.region)

    def live(self, seeds: Seeds, threads: int, progress: Callable[[int], None]) -> list[SeedOutcome]:
        """What each seed of a world leaves; `seeds` are some or all of the history's, prepared to take over from it.

        A seed is lived by one thread, so many seeds at once. `progress` is called with the months just lived, and once
        with those that need not be.
        """

        def one(seed: int) -> SeedOutcome:
            prepared, kept = seeds.of(seed), self._kept(seed)
            parting = self.parting(seed, prepared)
            begin = max(month for month in kept if month <= parting)
            progress(begin - self.history.months)
            run = SeedRun.resumed(prepared, seed, _copied(kept[begin]), 1).without_categories()
            if begin < parting < prepared.scenario.months and len(kept) < MOST:
                run.live(parting, progress)
                kept[parting] = _copied(run.state())
            return run.run(progress)

        with ThreadPoolExecutor(threads if COMPILED else 1) as pool:
            return list(pool.map(one, seeds.scenario.seed_numbers))

    def parting(self, seed: int, prepared: Prepared) -> int:
        """The month in which a world leaves the history; its end, where it never does."""
        history, months = self.history.member(seed).basis(self.region), prepared.scenario.months
        month = prepared.basis.first_unlike(history, months)
        return months if month is None else month

    def _kept(self, seed: int) -> dict[int, State]:
        kept = self.kept[seed]
        if self.history.months not in kept:
            kept[self.history.months] = self.checkpoint.state(seed)
        return kept


def _copied(state: State) -> State:
    """A state whose records may be lived on from, and are not changed by one that is; ties are the same."""
    memory = {name: array.copy() for name, array in state.memory.items()}
    return replace(state, households=state.households.copy(), tallies=state.tallies.copy(), memory=memory)
