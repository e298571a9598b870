"""What a worker is asked: a world, or the lives of some households in two worlds."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sim.checkpoint import Checkpoint, rules_digest
from sim.errors import InputError
from sim.region import Region, load
from sim.scenario import Scenario
from sim.workshop.controls import Choice
from sim.workshop.kept import cache_folder
from sim.workshop.story import Lives, lives_of
from sim.workshop.worlds import World, mapping_of

if TYPE_CHECKING:
    from sim.workshop.past import Past

# What lives (sim.simulation, sim.branches) is imported where it is used: the page only asks, and starts sooner without.

PARTED = "2013-01"
"""Month before which all worlds of the controls are the same."""
FOLLOWED = 240
FIRST_RUNS = 5
"""Of a world, when many are waited for: enough for a first answer."""
THREADS = min(2, os.cpu_count() or 1)
"""Of a world: results do not depend on it."""
Progress = Callable[[float], None]
"""Called with the share that is done, 0 to 1; may raise to stop the work."""


@dataclass(frozen=True)
class WorldTask:
    """Live one scenario, given as a plain mapping: all its runs, or those from `begin` to before `end`."""

    mapping: Mapping[str, Any]
    begin: int = 0
    end: int | None = None

    def perform(self, tell: Progress) -> World:
        """The world of the scenario."""
        scenario = replace(scenario_from(self.mapping), threads=THREADS)
        runs = scenario.seed_numbers[self.begin : self.end]
        part = replace(scenario, first_seed=runs[0], seeds=len(runs))
        return _branched(scenario, part, tell) or _lived_whole(scenario, part, tell)

    def parts(self) -> tuple[WorldTask, WorldTask] | None:
        """The first runs, from which a room can see the answer, and the rest; None where there is no rest."""
        if int(self.mapping["seeds"]) <= FIRST_RUNS:
            return None
        return replace(self, end=FIRST_RUNS), replace(self, begin=FIRST_RUNS)

    def done(self, share: float) -> float:
        """Share of the whole world that is lived with a share of these runs."""
        runs = int(self.mapping["seeds"])
        return (self.begin + share * ((self.end or runs) - self.begin)) / runs


@dataclass(frozen=True)
class StoryTask:
    """Follow households of the first seed in two scenarios."""

    mapping: Mapping[str, Any]
    against: Mapping[str, Any] = field(default_factory=dict)

    def perform(self, tell: Progress) -> Lives:
        """The lives of the households whose paths part most."""
        sides = [replace(scenario_from(side), seeds=1, follow=FOLLOWED) for side in (self.mapping, self.against)]
        ours, theirs = _from_the_beginning(sides, tell)
        return lives_of(ours.households, theirs.households)


@dataclass(frozen=True)
class ReadyTask:
    """Have the rules compiled and loaded, and the history at hand that most worlds go on from, if it has been lived."""

    def perform(self, tell: Progress) -> str:
        """Digest of the rules."""
        mapping = {"name": "ready", "population": {"scale": 1e-4}, "seeds": 1, "threads": 1, "until": "2012-12"}
        _from_the_beginning([Scenario.from_mapping({**mapping, "follow": 2}, region())], tell)
        path = _checkpoint_of(scenario_from(mapping_of(Choice.of())))
        if _usable(path):
            _past(path).load()
        return rules_digest()


@cache
def region() -> Region:
    """The pack that comes with the package."""
    return load("central_asia")


def scenario_from(mapping: Mapping[str, Any]) -> Scenario:
    """The scenario of a plain mapping, checked."""
    return Scenario.from_mapping(mapping, region())


def _from_the_beginning(scenarios: list[Scenario], tell: Progress) -> list[Any]:
    from sim.simulation import simulate_all

    first = scenarios[0]
    months = first.seeds * sum(one.burn_in + one.months for one in scenarios)
    return simulate_all(scenarios, region(), _counting(months, tell))


def _lived_whole(scenario: Scenario, part: Scenario, tell: Progress) -> World:
    """The world of a scenario that shares nothing with the history, lived by the runs of `part`."""
    from sim.simulation import in_engine, run_seeds, seeds_of

    seeds = seeds_of([part], region())
    counting = _counting(part.seeds * (part.burn_in + part.months), tell)
    return World.of(scenario, seeds[0], in_engine(part.engine, run_seeds, (seeds, None), counting)[0][0])


def _branched(scenario: Scenario, part: Scenario, tell: Progress) -> World | None:
    """The same as a branch of the history; None where the history would have been left earlier."""
    from sim.branches import first_unlike
    from sim.prepared import Seeds

    history = replace(scenario, name="history", question="", policy_objects=())
    if dict(scenario.parameters) or dict(scenario.adjustments) or dict(scenario.corridors) or scenario.law:
        return None
    past = _past(_checkpoint(history, tell))
    if first_unlike(scenario, region(), past.history) is not None:
        return None
    counting = _counting(part.seeds * (part.months - past.history.months), tell)
    seeds = Seeds(part, region(), past.history)
    return World.of(scenario, seeds, past.live(seeds, part.threads, counting))


@lru_cache(maxsize=1)
def _past(checkpoint: Path) -> Past:
    """The history of a checkpoint, whose name tells rules and luck; the last one alone, for it takes up room."""
    from sim.workshop.past import Past

    return Past(checkpoint, region())


def _checkpoint(history: Scenario, tell: Progress) -> Path:
    """The checkpoint of the history, made where it is not there yet or cannot be used."""
    from sim.simulation import simulate_into

    path = _checkpoint_of(history)
    if _usable(path):
        return path
    folder = path.parent
    until = replace(history, until="2013-01", months=region().month_index(PARTED) + 1)
    months = history.seeds * (until.burn_in + until.months)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        simulate_into(folder, until, region(), (PARTED,), _counting(months, tell))
    except FileNotFoundError:  # another process has just put its own in place
        if not _usable(path):
            folder = Path(tempfile.mkdtemp(dir=folder.parent)) / "history"
            simulate_into(folder, until, region(), (PARTED,), _counting(months, tell))
            return folder / path.name
    return path


def _checkpoint_of(history: Scenario) -> Path:
    folder = cache_folder() / f"history-{rules_digest()[:12]}-{history.digest[:12]}"
    return folder / f"checkpoint-{PARTED}.state"


def _usable(path: Path) -> bool:
    from sim.branches import history_of

    if not path.is_file():
        return False
    try:
        history_of(Checkpoint(path), region())
    except InputError:
        return False
    return True


def _counting(months: int, tell: Progress) -> Callable[[int], None]:
    done, one = 0, Lock()

    def count(lived: int) -> None:
        nonlocal done
        with one:  # seeds are lived by several threads
            done += lived
            tell(min(1.0, done / max(1, months)))

    return count
