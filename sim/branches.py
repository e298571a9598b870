"""Many futures of one history: scenarios that go on from a checkpoint, with the same seeds and the same luck."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sim.basis import Basis
from sim.checkpoint import Checkpoint
from sim.output.folder import write_comparison, write_run
from sim.output.result import Comparison, RunResult
from sim.policies.context import Context
from sim.prepared import History, Seeds
from sim.schema.rule import COMPILED
from sim.seed_run import Progress, SeedRun
from sim.simulation import Runs, in_engine, no_runs, note, results

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario
    from sim.tables import SeedOutcome


FEW = 20_000
"""Households of a seed up to which a thread lives a seed of its own: a month is too short to be shared out."""


@dataclass(frozen=True)
class Branches:
    """The branches of a checkpoint by name, and, where one was chosen to compare with, the comparisons with it.

    Tables cover the whole time: the months before the checkpoint are the same in all. Comparisons are over the months
    from the checkpoint on.
    """

    runs: dict[str, RunResult]
    comparisons: dict[str, Comparison] = field(default_factory=dict)

    def __getitem__(self, name: str) -> RunResult:
        return self.runs[name]

    def write(self, folder: Path) -> list[Path]:
        """Write a folder for each branch in `folder`, each whole or not at all, and return them."""
        return [
            write_comparison(self.comparisons[name], folder / name)
            if name in self.comparisons
            else write_run(run, folder / name)
            for name, run in self.runs.items()
        ]


def simulate_branches(
    path: Path,
    scenarios: list[Scenario],
    region: Region,
    against: Scenario | None = None,
    progress: Progress | None = None,
) -> Branches:
    """Go on from a checkpoint under each scenario, and compare with `against`, which may be one of them.

    `progress` is called with the number of months just lived: see :func:`months_of_branches`.
    """
    lived = [*scenarios, *([] if against is None or against in scenarios else [against])]
    checkpoint = Checkpoint(path)
    history = history_of(checkpoint, region)
    seeds = [Seeds(one, region, history) for one in lived]
    runs = in_engine(lived[0].engine, run_branches, (path, seeds), progress)
    made = results(seeds, runs)
    for scenario, result in zip(lived, made, strict=True):
        result.meta["branch"] = {
            "checkpoint": str(checkpoint.path.resolve()),
            "seal": checkpoint.seal,
            "month": checkpoint.month,
            "history": history.scenario.as_mapping(),
            "differs_from": first_unlike(scenario, region, history),
        }
    comparisons = {}
    if against is not None:
        other = made[lived.index(against)]
        pairs = [(one.name, result) for one, result in zip(scenarios, made, strict=False) if one is not against]
        comparisons = {name: Comparison.of(result, other, first=checkpoint.month) for name, result in pairs}
    named = {one.name: result for one, result in zip(scenarios, made, strict=False)}
    return Branches(named, comparisons)


def run_branches(path: Path, branches: list[Seeds], progress: Progress | None = None) -> Runs:
    """Outcomes and timings of each branch, by seed of the history they go on from.

    Each scenario of a seed is lived in the same memory, which the checkpoint fills anew. Small seeds are lived at once,
    one by each thread; all call `progress`.
    """
    threads = branches[0].scenario.threads
    checkpoint = Checkpoint(path, threads)
    history = branches[0].history
    assert history is not None
    few = checkpoint.households(history.scenario.first_seed) <= FEW
    at_once = threads if few and COMPILED else 1

    def live(seed: int) -> list[tuple[SeedRun, SeedOutcome]]:
        lived, state = [], checkpoint.state(seed)
        for position, one in enumerate(branches):
            if position:
                checkpoint.refill(seed, state)
            run = SeedRun.resumed(one.of(seed), seed, state, threads // at_once)
            follow = seed == one.scenario.first_seed and one.scenario.follow > 0
            lived.append((run, run.run(progress, follow)))
        return lived

    runs = no_runs(len(branches))
    with ThreadPoolExecutor(at_once) as pool:
        for lived in pool.map(live, history.scenario.seed_numbers):
            for ran, (run, outcome) in zip(runs, lived, strict=True):
                note(ran, run, outcome)
    return runs


def history_of(checkpoint: Checkpoint, region: Region) -> History:
    """What was lived before a checkpoint, after making sure that it would still be lived like that."""
    history = History(checkpoint.scenario(region), region.month_index(checkpoint.month))
    made_sure = _LIVED_ALIKE.setdefault(region, set())
    if checkpoint.seal not in made_sure:
        checkpoint.require_past(Seeds(history.scenario, region).past(history.months))
        made_sure.add(checkpoint.seal)
    return history


_LIVED_ALIKE: WeakKeyDictionary[Region, set[str]] = WeakKeyDictionary()
"""Seals of the checkpoints that have been held against a region in this process: a page asks again with each world."""


def months_of_branches(scenarios: list[Scenario], history: History) -> int:
    """Months that are lived for these scenarios after a checkpoint."""
    return history.scenario.seeds * sum(scenario.months - history.months for scenario in scenarios)


def first_unlike(scenario: Scenario, region: Region, history: History) -> str | None:
    """From when a scenario, lived from the beginning, would have left the history of a checkpoint; None if never.

    A month, or ``the burn-in`` where the numbers of the behaviour differ.
    """
    if _numbers(scenario) != _numbers(history.scenario):
        return "the burn-in"
    month = Basis.of(scenario, region, Context.of(region)).first_unlike(history.basis(region), history.months)
    return None if month is None else region.label(month)


def _numbers(scenario: Scenario) -> tuple[dict[str, float], dict[str, float], str]:
    """The numbers of the model that a scenario lives with from the burn-in on."""
    return dict(scenario.parameters), dict(scenario.adjustments), scenario.sample_digest
