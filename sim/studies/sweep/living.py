"""Live the runs of a chunk, and what several of them share only once: people, burn-in, months before they part.

Runs with one seed whose conditions are the same until some month are the same world until then. The first is lived
through; on its way the states from which others part are kept, and each group of those goes on from its own. That gives
the same households, bit for bit, as living each from the beginning (tests/parity/test_sweep_pasts.py).
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.branches import history_of
from sim.checkpoint import Checkpoint, State
from sim.counted import Counted
from sim.seed_run import Prepared, SeedRun, prepare
from sim.studies.sweep.lived import Lived
from sim.studies.sweep.measured import Kept

if TYPE_CHECKING:
    from sim.region import Region
    from sim.seed_run import History
    from sim.studies.sweep.plan import RunOfPlan
    from sim.tables import SeedOutcome

MEMORY = 1 << 30
"""Bytes that kept states may take; beyond it fewer are kept, and some months are lived again."""


Begun = Callable[[int], None]
"""Called with a run's number when it begins to be lived."""


class Living:
    """Lives runs of one plan: a region, what to keep, and a checkpoint that all go on from, if there is one."""

    def __init__(self, region: Region, kept: Kept, checkpoint: Path | None = None, memory: int = MEMORY) -> None:
        self.region, self.kept, self.memory = region, kept, memory
        self.checkpoint = Checkpoint(checkpoint) if checkpoint else None
        self.history: History | None = history_of(self.checkpoint, region) if self.checkpoint else None
        self.seconds: dict[str, float] = defaultdict(float)
        self.settled = 0

    def live(self, runs: Sequence[RunOfPlan], begun: Begun = lambda run: None) -> Iterator[Lived]:
        """The runs, each as soon as it is lived; one that fails is told as failed, and the others are not touched."""
        groups: dict[tuple[int, str], list[tuple[RunOfPlan, Prepared]]] = defaultdict(list)
        for run in runs:
            began = time.perf_counter()
            try:
                one = prepare(run.scenario, self.region, self.history)
                key = run.seed, one.past(self.history.months if self.history else 0)
            except (ArithmeticError, LookupError, ValueError, MemoryError, RuntimeError) as error:
                yield Lived.failed(run.run, error, len(self.kept.names))
                continue
            self.seconds["prepare"] += time.perf_counter() - began
            groups[key].append((run, one))
        for (seed, _), group in groups.items():
            yield from self._group(seed, group, begun)

    def _group(self, seed: int, group: list[tuple[RunOfPlan, Prepared]], begun: Begun) -> Iterator[Lived]:
        """Runs with one beginning; where the shared part fails, each is lived on its own."""
        done: set[int] = set()
        try:
            for lived in self._shared(seed, group, begun):
                done.add(lived.run)
                yield lived
        except RunError as failed:
            rest = [one for one in group if one[0].run not in done]
            if len(group) == 1:
                yield Lived.failed(rest[0][0].run, failed.error, len(self.kept.names))
            else:
                for one in rest:
                    yield from self._group(seed, [one], begun)

    def _shared(self, seed: int, group: list[tuple[RunOfPlan, Prepared]], begun: Begun) -> Iterator[Lived]:
        longest = sorted(group, key=lambda one: -one[1].scenario.months)
        begun(longest[0][0].run)
        with _Telling():
            began = time.perf_counter()
            if self.checkpoint is not None and self.history is not None:
                state = self.checkpoint.state(seed)
                trunk = self._resumed(longest[0][1], seed, state)
            else:
                settled = SeedRun.settled(longest[0][1], seed, 1)
                trunk = settled.continue_as(longest[0][1], 1, take_over=True)
                trunk.counted = self._counts(longest[0][1])
            self.settled += 1
            self.seconds["settle"] += time.perf_counter() - began
        yield from self._from(trunk, longest, begun)

    def _from(self, trunk: SeedRun, group: list[tuple[RunOfPlan, Prepared]], begun: Begun) -> Iterator[Lived]:
        """Live the first of a group on from a state that all of it shares, then the others from where they part."""
        (first, prepared), *others = group
        parted: dict[int, list[tuple[RunOfPlan, Prepared]]] = defaultdict(list)
        twins = []
        for one in others:
            month = first_unlike(prepared, one[1])
            if month is None:
                twins.append(one)
            else:
                parted[max(month, trunk.model.month)].append(one)
        months = kept_months(sorted(parted), trunk.model.engine.records().nbytes, self.memory)
        states = _States(months)
        began = time.perf_counter()
        if first.run >= 0:
            begun(first.run)
        with _Telling():
            outcome = trunk.run(checkpoints=states)  # type: ignore[arg-type]
            seconds = time.perf_counter() - began
            lived = [self._kept(run, one, outcome, seconds if run is first else 0.0) for run, one in (group[0], *twins)]
        self.seconds["live"] += seconds
        yield from lived
        for month in months:
            share = [one for at in parted if _latest(months, at) == month for one in parted[at]]
            share.sort(key=lambda one: -one[1].scenario.months)
            with _Telling():
                branch = self._resumed(share[0][1], trunk.seed, states.found.pop(month))
            yield from self._from(branch, share, begun)

    def _resumed(self, prepared: Prepared, seed: int, state: State) -> SeedRun:
        run = SeedRun.resumed(prepared, seed, state, 1)
        run.counted = self._counts(prepared)
        run.counted.recall(state)
        return run

    def _counts(self, prepared: Prepared) -> Counted:
        return (Counted if self.kept.counts_categories else _Tallied).of(prepared.frame)

    def _kept(self, run: RunOfPlan, prepared: Prepared, outcome: SeedOutcome, seconds: float) -> Lived:
        values = self.kept.values(outcome, prepared.frame)
        return Lived(run.run, values, outcome.digest, seconds)


class _Tallied(Counted):
    """Counts without categories, which a sweep's measures do not need."""

    def quarter(self, month: int) -> int | None:
        return None


class _States:
    """The states of the months asked for, copied as a run passes them: what `SeedRun.run` takes for checkpoints."""

    def __init__(self, months: Sequence[int]) -> None:
        self.months = set(months)
        self.found: dict[int, State] = {}

    def __contains__(self, month: object) -> bool:
        return month in self.months

    def add(self, seed: int, state: State) -> None:
        copies: dict[str, Any] = {
            name: np.array(getattr(state, name)) for name in ("households", "tallies", "cells", "spread", "followed")
        }
        memory = {name: np.array(value) for name, value in state.memory.items()}
        self.found[state.month] = replace(state, memory=memory, **copies)


class RunError(Exception):
    """A run failed while it was lived; anything else that is raised concerns the machine."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class _Telling:
    """Turn an error of the model into `RunError`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, OSError):
            raise RunError(error) from error


def first_unlike(one: Prepared, other: Prepared) -> int | None:
    """The first month whose conditions differ between two runs with one beginning; None where all are the same.

    Where one ends earlier, they part there.
    """
    months = min(one.scenario.months, other.scenario.months)
    burn_in = one.conditions.burn_in
    found = [months] if one.scenario.months != other.scenario.months else []
    for name, skip in (
        ("corridors", burn_in),
        ("homes", burn_in),
        ("news", burn_in),
        ("contacts", 0),
        ("capacities", 0),
    ):
        a, b = (np.ascontiguousarray(getattr(side.conditions, name)[skip : skip + months]) for side in (one, other))
        if a.dtype.hasobject or not a.size:
            continue
        unlike = (a.view(np.uint8).reshape(months, -1) != b.view(np.uint8).reshape(months, -1)).any(axis=1)
        found += np.flatnonzero(unlike)[:1].tolist()
    return min(found) if found else None


def kept_months(months: list[int], size: int, memory: int) -> list[int]:
    """Months whose states are kept: all, or as many as the memory takes, the first among them and the others even."""
    most = max(1, memory // max(size, 1))
    if len(months) <= most:
        return months
    places = np.unique(np.linspace(0, len(months) - 1, most).round().astype(int)) if most > 1 else np.array([0])
    return [months[place] for place in places]


def _latest(months: list[int], at: int) -> int:
    return max(month for month in months if month <= at)
