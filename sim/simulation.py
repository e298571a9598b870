"""Run all seeds of a scenario, or of two that share their luck, and give the tables back."""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.checkpoint import Checkpoints, code_version
from sim.engine.ahead import start_compiling
from sim.errors import InputError
from sim.evidence import told_by_a_run
from sim.followed import households_table
from sim.output.folder import write_live, write_run
from sim.output.result import Comparison, RunResult
from sim.output.touched import touched
from sim.prepared import History, Seeds
from sim.schema.rule import COMPILED
from sim.seed_run import Progress, SeedRun
from sim.shared_past import families_of
from sim.tables import SeedOutcome, make_tables

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario

PACKAGES = ("mesa", "numpy", "scipy", "networkx", "pandas", "numba", "hydra-core", "pyarrow")


def simulate(
    scenario: Scenario, region: Region, progress: Progress | None = None, keep: Keep | None = None
) -> RunResult:
    """Run every seed of a scenario; with `keep`, leave checkpoints on the way.

    `progress` is called with the number of months just lived, burn-in included: see :func:`months_to_live`.
    """
    return simulate_all([scenario], region, progress, keep)[0]


def simulate_into(
    folder: Path,
    scenario: Scenario,
    region: Region,
    checkpoints: tuple[str, ...] = (),
    progress: Progress | None = None,
    notes: Mapping[str, Any] | None = None,
) -> RunResult:
    """Run every seed of a scenario, and write its folder with the checkpoints asked for (months, ``YYYY-MM``).

    `notes` are added to what the run tells of itself.
    """

    def live(keep: Keep | None) -> RunResult:
        result = simulate(scenario, region, progress, keep)
        result.meta.update(notes or {})
        return result

    if not checkpoints:
        result = live(None)
        write_run(result, folder)
        return result
    return write_live(folder, lambda fresh: live(Keep(fresh, checkpoints)))


def simulate_comparison(
    scenario: Scenario,
    against: Scenario,
    region: Region,
    informed: Sequence[Scenario] = (),
    progress: Progress | None = None,
) -> Comparison:
    """Run two scenarios with the same seeds and compare them; what is the same in both is lived once, up to the
    month in which they first differ.

    With `informed` (see :func:`informed_worlds`) the cost of misinformation on either side is told, too.
    """
    first, second, *worlds = simulate_all([scenario, against, *informed], region, progress)
    return Comparison.of(first, second, informed=tuple(worlds))


def informed_worlds(scenario: Scenario, against: Scenario) -> list[Scenario]:
    """The fully informed worlds of two scenarios, but for those that are one of the two."""
    worlds = {world.digest: world for world in (scenario.informed(), against.informed())}
    return [world for digest, world in worlds.items() if digest not in (scenario.digest, against.digest)]


def months_to_live(scenarios: list[Scenario]) -> int:
    """Months that :func:`simulate_all` tells of for these scenarios, if they share their burn-in: months they share
    after it are told by each.
    """
    first = scenarios[0]
    return first.seeds * (first.burn_in + sum(scenario.months for scenario in scenarios))


def simulate_all(
    scenarios: list[Scenario],
    region: Region,
    progress: Progress | None = None,
    keep: Keep | None = None,
    histories: Mapping[str, History] | None = None,
) -> list[RunResult]:
    """Run several scenarios with the seeds of the first, what two of them have in common only once; the mesa engine
    runs in a process of its own.

    `histories` may give to the name of a scenario what is lived before it takes over, also with other numbers of the
    behaviour. A history is best one of the scenarios: then it is lived once.
    """
    seeds = seeds_of(scenarios, region, histories)
    return results(seeds, in_engine(scenarios[0].engine, run_seeds, (seeds, keep), progress))


def seeds_of(
    scenarios: list[Scenario], region: Region, histories: Mapping[str, History] | None = None
) -> list[Seeds]:
    """Each scenario prepared, after its history if it has one."""
    return [Seeds(scenario, region, (histories or {}).get(scenario.name)) for scenario in scenarios]


Runs = list[tuple[list[SeedOutcome], dict[str, float]]]


@dataclass(frozen=True)
class Keep:
    """Checkpoints to leave: the folder they are written in, and the months, ``YYYY-MM``."""

    folder: Path
    months: tuple[str, ...]


def no_runs(number: int) -> Runs:
    """Outcomes and timings of so many scenarios, before any is run."""
    return [([], {"synthesis": 0.0, "burn_in": 0.0, "step": 0.0, "household_months": 0.0}) for _ in range(number)]


def run_seeds(seeds: list[Seeds], keep: Keep | None = None, progress: Progress | None = None) -> Runs:
    """Outcomes and timings of each scenario, by seed; all seeds of the first are used for all, and it alone leaves
    checkpoints.
    """
    runs = no_runs(len(seeds))
    first = seeds[0].scenario
    with _checkpoints(seeds[0], keep) as checkpoints:
        for seed in first.seed_numbers:
            for family in families_of([one.of(seed) for one in seeds]):
                for position, run, outcome in family.live(seed, first.threads, progress, checkpoints):
                    note(runs[position], run, outcome)
    return runs


def note(ran: tuple[list[SeedOutcome], dict[str, float]], run: SeedRun, outcome: SeedOutcome) -> None:
    """Add what a seed has left to the outcomes and timings of its scenario."""
    outcomes, timings = ran
    outcomes.append(outcome)
    for part, seconds in run.seconds.items():
        timings[part] += seconds
    timings["household_months"] += run.household_months


@contextmanager
def _checkpoints(one: Seeds, keep: Keep | None) -> Iterator[Checkpoints | None]:
    if keep is None:
        yield None
        return
    pasts = {month: one.past(one.region.month_index(month)) for month in keep.months}
    try:
        with Checkpoints(keep.folder, pasts, one.scenario, one.region) as checkpoints:
            yield checkpoints
    except OSError as error:
        problem = f"cannot be written to {keep.folder.parent} ({error.strerror})"
        raise InputError("checkpoint", problem, "a disk with room for it") from error


def in_engine(engine: str, function: Callable[..., Runs], given: tuple, progress: Progress | None) -> Runs:
    """Call `function(*given, progress)`: here, or where rules are plain Python if the `mesa` engine asks for it."""
    if engine != "mesa" or not COMPILED:
        start_compiling()
        return function(*given, progress)
    environment = {
        **os.environ,
        "NUMBA_DISABLE_JIT": "1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "sim.plain_process"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    assert child.stdin is not None and child.stdout is not None
    try:
        pickle.dump((function, given), child.stdin)
        child.stdin.close()
        while True:
            kind, content = pickle.load(child.stdout)
            if kind == "done":
                return content
            if kind == "refused":
                raise InputError(*content)
            if progress:
                progress(content)
    except EOFError as error:
        raise RuntimeError(f"the plain engine's process ended with status {child.wait()}") from error
    finally:
        child.kill()
        child.wait()


def results(seeds: list[Seeds], runs: Runs) -> list[RunResult]:
    """The tables of each scenario, and what is to be known about its run."""
    return [_result(one, outcomes, timings) for one, (outcomes, timings) in zip(seeds, runs, strict=True)]


def _result(seeds: Seeds, outcomes: list[SeedOutcome], timings: dict[str, float]) -> RunResult:
    prepared = seeds.of(outcomes[0].seed)
    scenario, region = seeds.scenario, prepared.region
    began = time.perf_counter()
    frames = (seeds.of(outcome.seed).frame for outcome in outcomes)
    corridors, origins, categories, spells, policies = make_tables(outcomes, frames)
    step_ns = timings["step"] / max(1.0, timings["household_months"]) * 1e9
    meta: dict[str, Any] = {
        "scenario": scenario.as_mapping(),
        "scenario_digest": scenario.digest,
        "seeds": [outcome.seed for outcome in outcomes],
        "digest": digest_of([outcome.digest for outcome in outcomes]),
        "digests": {str(outcome.seed): outcome.digest for outcome in outcomes},
        "region": {"name": region.name, "title": region.title, "digest": region.digest},
        "pack_digest": region.digest,
        "sample": _sample_told(scenario),
        "law": {"name": region.law.name, "digest": region.law.digest} if region.law else None,
        "versions": {"labour-migration-sim": code_version(), "python": platform.python_version()}
        | _versions(),
        "timings": {
            "synthesis": timings["synthesis"],
            "burn_in": timings["burn_in"],
            "step": timings["step"],
            "tables": time.perf_counter() - began,
            "step_ns_per_household_month": step_ns,
        },
        "household_months": int(timings["household_months"]),
        "currency": region.currency,
        "names": region.country_names,
        "touched": touched(prepared.basis, prepared.frame, region.countries, corridors, origins),
        "sources": sources(region),
        "evidence": told_by_a_run(scenario, region),
        "caveats": list(region.manifest.caveats),
    }
    lives = households_table(outcomes[0], prepared.frame)
    law = region.law.content if region.law else b""
    return RunResult(corridors, origins, categories, meta, spells, policies, lives, law)


def digest_of(digests: Sequence[str]) -> str:
    """Digest of all households of all seeds from that of each: that of the one seed, where there is one."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


@cache
def _versions() -> dict[str, str]:
    return {package: version(package) for package in PACKAGES}


def _sample_told(scenario: Scenario) -> dict[str, Any] | None:
    """What is to be known of the sample the seeds drew from."""
    if scenario.numbers is None:
        return None
    return {"name": scenario.sample, "digest": scenario.sample_digest, "members": len(scenario.numbers)}


def sources(region: Region) -> list[dict[str, str]]:
    """Where each quantity of the pack comes from: one row per quantity, source and tag."""
    told = dict.fromkeys((row.quantity, row.source, row.tag) for row in region.rows)
    return [{"quantity": quantity, "source": source, "tag": tag} for quantity, source, tag in told]
