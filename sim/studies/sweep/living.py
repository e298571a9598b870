"""Live the runs of a chunk; what several of them have in common is lived once (`sim.shared_past`).

Runs with one seed and one burn-in are a family: the first is lived through, and each other one, or group of them, goes
its own way from the month in which it first differs, bit for bit as if lived alone.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sim.branches import history_of
from sim.checkpoint import Checkpoint
from sim.prepared import Prepared, Seeds
from sim.seed_run import SeedRun
from sim.shared_past import Family, families_of
from sim.studies.sweep.lived import Lived
from sim.studies.sweep.measured import Kept

if TYPE_CHECKING:
    from sim.prepared import History
    from sim.region import Region
    from sim.studies.sweep.plan import RunOfPlan
    from sim.tables import SeedOutcome

Begun = Callable[[int], None]
"""Called with a run's number when it begins to be lived."""
Ready = tuple["RunOfPlan", Prepared]


class RunError(Exception):
    """A run failed while it was lived; anything else that is raised concerns the machine."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Living:
    """Lives runs of one plan: a region, what to keep, and a checkpoint that all go on from, if there is one.

    `seconds` tells what was spent on conditions, on worlds until their first month, and on the months after.
    """

    def __init__(self, region: Region, kept: Kept, checkpoint: Path | None = None) -> None:
        self.region, self.kept = region, kept
        self.checkpoint = Checkpoint(checkpoint) if checkpoint else None
        self.history: History | None = history_of(self.checkpoint, region) if self.checkpoint else None
        self.seconds: dict[str, float] = defaultdict(float)
        self.settled = 0

    def live(self, runs: Sequence[RunOfPlan], begun: Begun = lambda run: None) -> Iterator[Lived]:
        """The runs, each as soon as it is lived; one that fails is told as failed, and the others are not touched."""
        by_seed: dict[int, list[Ready]] = defaultdict(list)
        for run in runs:
            began = time.perf_counter()
            try:
                with _telling():
                    by_seed[run.seed].append((run, Seeds(run.scenario, self.region, self.history).of(run.seed)))
            except RunError as failed:
                yield Lived.failed(run.run, failed.error, len(self.kept.names))
            self.seconds["prepare"] += time.perf_counter() - began
        for seed, ready in by_seed.items():
            for family in families_of([prepared for _, prepared in ready]):
                yield from self._family(seed, family, ready, begun)

    def _family(self, seed: int, family: Family, ready: list[Ready], begun: Begun) -> Iterator[Lived]:
        """Runs with one beginning; where a shared part fails, each is lived on its own."""
        done: set[int] = set()
        try:
            for lived in self._together(seed, family, ready, begun):
                done.add(lived.run)
                yield lived
        except RunError as failed:
            rest = [ready[place] for place in _places(family) if ready[place][0].run not in done]
            if len(_places(family)) == 1:
                yield Lived.failed(rest[0][0].run, failed.error, len(self.kept.names))
                return
            for one in rest:
                yield from self._family(seed, Family(0, one[1]), [one], begun)

    def _together(self, seed: int, family: Family, ready: list[Ready], begun: Begun) -> Iterator[Lived]:
        begun(ready[family.position][0].run)
        began = time.perf_counter()
        with _telling():
            if self.checkpoint is not None:
                run = SeedRun.resumed(family.prepared, seed, self.checkpoint.state(seed), 1)
            else:
                run = SeedRun.settled(family.prepared, seed, 1)
            self._count(run)
        self.settled += 1
        settling = time.perf_counter() - began
        self.seconds["settle"] += settling
        yield from self._on(run, family, ready, begun, settling)

    def _on(
        self, run: SeedRun, family: Family, ready: list[Ready], begun: Begun, settling: float = 0.0
    ) -> Iterator[Lived]:
        """Live a family on: who parts is lived to the end before the others go on."""
        own = ready[family.position][0]
        seconds = 0.0
        for month, fork in family.forks:
            with _telling():
                began = time.perf_counter()
                run.live(month)
                branch = run.continue_as(fork.prepared, 1)
                self._count(branch)
                seconds += time.perf_counter() - began
            yield from self._on(branch, fork, ready, begun)
        begun(own.run)
        with _telling():
            began = time.perf_counter()
            outcome = run.run()
            seconds += time.perf_counter() - began
            lived = self._kept(own, family.prepared, outcome, settling + seconds)
        self.seconds["live"] += seconds
        yield lived

    def _count(self, run: SeedRun) -> None:
        """Have a run that was just begun count no categories, unless a measure needs them."""
        if not self.kept.counts_categories:
            run.without_categories()

    def _kept(self, run: RunOfPlan, prepared: Prepared, outcome: SeedOutcome, seconds: float) -> Lived:
        return Lived(run.run, self.kept.values(outcome, prepared.frame), outcome.digest, seconds)


@contextmanager
def _telling() -> Iterator[None]:
    """Turn an error of the model into `RunError`."""
    try:
        yield
    except (ArithmeticError, LookupError, ValueError, MemoryError, RuntimeError, AssertionError, TypeError) as error:
        raise RunError(error) from error


def _places(family: Family) -> list[int]:
    """Positions of all members of a family."""
    return [family.position, *(place for _, fork in family.forks for place in _places(fork))]
