"""Scenarios that begin alike live their common months once, and part in the month in which they first differ.

A run goes on from the very records another one had at that month, with a copy: it equals the run alone, bit for bit,
as a branch from a checkpoint does (docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.checkpoint import Checkpoints
from sim.prepared import Prepared
from sim.seed_run import Progress, SeedRun
from sim.tables import SeedOutcome

Lived = Iterator[tuple[int, SeedRun, SeedOutcome]]


@dataclass(frozen=True)
class Family:
    """A scenario and those that part from it: `forks` holds for each of these the month in which it goes its own way,
    in the order of the months. `position` is the scenario's place among all.
    """

    position: int
    prepared: Prepared
    forks: tuple[tuple[int, Family], ...] = ()

    def live(
        self, seed: int, threads: int, progress: Progress | None = None, checkpoints: Checkpoints | None = None
    ) -> Lived:
        """Live a seed of the whole family: each scenario's position, its run, closed, and what it leaves.

        Who parts is lived to the end before the others go on, so that there are never more states in memory than
        there are partings one after the other, and one. The scenario at position 0 leaves the checkpoints. Months that
        are shared are told to `progress` by each scenario that shares them.
        """
        run = SeedRun.settled(self.prepared, seed, threads, progress)
        yield from self._live_on(run, progress, checkpoints)

    def _live_on(self, run: SeedRun, progress: Progress | None, checkpoints: Checkpoints | None) -> Lived:
        scenario = self.prepared.scenario
        follow = run.seed == scenario.first_seed and scenario.follow > 0
        own = checkpoints if self.position == 0 else None
        for month, fork in self.forks:
            run.live(month, progress, follow, own)
            if progress:
                progress(month)
            yield from fork._live_on(run.continue_as(fork.prepared, run.threads), progress, checkpoints)
        yield self.position, run, run.run(progress, follow, own)


def families_of(prepared: Sequence[Prepared]) -> list[Family]:
    """The scenarios as families: two are in one if they share their burn-in.

    Raises
    ------
    ValueError
        A scenario takes over from a history with other numbers of the behaviour, and the history is not among them.
    """
    beginnings: dict[str, list[int]] = {}
    for position, one in enumerate(prepared):
        beginnings.setdefault(one.beginning, []).append(position)
    return [_family(positions, prepared) for positions in beginnings.values()]


def _family(positions: list[int], prepared: Sequence[Prepared], since: int = 0) -> Family:
    """The family of scenarios that share a past; the first of them is lived through, the others part from it.

    Who parts in the same month and is alike beyond it parts as one.
    """
    first, *others = positions
    if prepared[first].parameters_in(since).tobytes() != prepared[first].parameters.tobytes():
        raise ValueError(f"the history of {prepared[first].scenario.name} is not lived with it")
    parting: dict[int, list[list[int]]] = {}
    for position in others:
        month = prepared[first].months_shared(prepared[position])
        groups = parting.setdefault(month, [])
        for group in groups:
            if prepared[group[0]].months_shared(prepared[position]) > month:
                group.append(position)
                break
        else:
            groups.append([position])
    forks = [(month, _family(group, prepared, month)) for month in sorted(parting) for group in parting[month]]
    return Family(first, prepared[first], tuple(forks))
