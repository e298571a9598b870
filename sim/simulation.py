"""Run all seeds of a scenario, or of two that share their luck, and give the tables back."""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sim.followed import households_table
from sim.output.result import RunResult
from sim.schema.rule import COMPILED
from sim.seed_run import Prepared, Progress, SeedRun, prepare
from sim.tables import SeedOutcome, make_tables

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario

PACKAGES = ("mesa", "numpy", "scipy", "networkx", "pandas", "numba", "hydra-core", "pyarrow")


def simulate(scenario: Scenario, region: Region, progress: Progress | None = None) -> RunResult:
    """Run every seed of a scenario.

    `progress` is called with the number of months just lived, burn-in included: see :func:`months_to_live`.
    """
    return simulate_all([scenario], region, progress)[0]


def simulate_pair(
    scenario: Scenario, against: Scenario, region: Region, progress: Progress | None = None
) -> tuple[RunResult, RunResult]:
    """Run two scenarios with the same seeds; where their beginnings are the same, they share the burn-in."""
    first, second = simulate_all([scenario, against], region, progress)
    return first, second


def months_to_live(scenarios: list[Scenario]) -> int:
    """Months that :func:`simulate_all` lives for these scenarios, if they share their burn-in."""
    first = scenarios[0]
    return first.seeds * (first.burn_in + sum(scenario.months for scenario in scenarios))


def simulate_all(scenarios: list[Scenario], region: Region, progress: Progress | None = None) -> list[RunResult]:
    """Run several scenarios with the seeds of the first; the mesa engine runs in a process of its own."""
    if scenarios[0].engine == "mesa" and COMPILED:
        runs = _in_plain_process(scenarios, region, progress)
    else:
        runs = run_seeds(scenarios, region, progress)
    prepared = [prepare(scenario, region) for scenario in scenarios]
    return [_result(one, outcomes, timings) for one, (outcomes, timings) in zip(prepared, runs, strict=True)]


Runs = list[tuple[list[SeedOutcome], dict[str, float]]]


def run_seeds(scenarios: list[Scenario], region: Region, progress: Progress | None = None) -> Runs:
    """Outcomes and timings of each scenario, by seed; all seeds of the first are used for all."""
    prepared = [prepare(scenario, region) for scenario in scenarios]
    runs: Runs = [([], {"synthesis": 0.0, "burn_in": 0.0, "step": 0.0, "household_months": 0.0}) for _ in prepared]
    threads = scenarios[0].threads
    for seed in scenarios[0].seed_numbers:
        settled: dict[str, SeedRun] = {}
        for position, (one, (outcomes, timings)) in enumerate(zip(prepared, runs, strict=True)):
            awaited = one.beginning in [other.beginning for other in prepared[position + 1 :]]
            run = _begin(one, seed, threads, settled, awaited, progress)
            follow = seed == one.scenario.first_seed and one.scenario.follow > 0
            outcomes.append(run.run(progress, follow=follow))
            for part, seconds in run.seconds.items():
                timings[part] += seconds
            timings["household_months"] += run.household_months
    return runs


def _begin(
    one: Prepared, seed: int, threads: int, settled: dict[str, SeedRun], awaited: bool, progress: Progress | None
) -> SeedRun:
    """A run of `one` at its first month, from a settled world that an equal beginning has made, or from its own
    burn-in.

    The settled world is kept if another scenario with the same beginning still awaits it.
    """
    beginning = settled.pop(one.beginning, None)
    seconds = {}
    if beginning is None:
        beginning = SeedRun(one, seed, threads)
        beginning.burn_in(progress)
        seconds = beginning.seconds
    run = beginning.continue_as(one, threads, take_over=not awaited)
    run.seconds |= seconds
    if awaited:
        settled[one.beginning] = beginning
    else:
        beginning.model.engine.close()
    return run


def _in_plain_process(scenarios: list[Scenario], region: Region, progress: Progress | None) -> Runs:
    """Run the seeds in a process where rules are plain Python (see :mod:`sim.engine.plain`)."""
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
        pickle.dump((scenarios, region), child.stdin)
        child.stdin.close()
        while True:
            kind, content = pickle.load(child.stdout)
            if kind == "done":
                return content
            if progress:
                progress(content)
    except EOFError as error:
        raise RuntimeError(f"the plain engine's process ended with status {child.wait()}") from error
    finally:
        child.kill()
        child.wait()


def _result(prepared: Prepared, outcomes: list[SeedOutcome], timings: dict[str, float]) -> RunResult:
    scenario, region = prepared.scenario, prepared.region
    began = time.perf_counter()
    corridors, origins, categories, spells = make_tables(outcomes, prepared.frame)
    step_ns = timings["step"] / max(1.0, timings["household_months"]) * 1e9
    told = hashlib.sha256("".join(outcome.digest for outcome in outcomes).encode()).hexdigest()
    meta: dict[str, Any] = {
        "scenario": scenario.as_mapping(),
        "scenario_digest": scenario.digest,
        "seeds": [outcome.seed for outcome in outcomes],
        "digest": outcomes[0].digest if len(outcomes) == 1 else told,
        "digests": {str(outcome.seed): outcome.digest for outcome in outcomes},
        "region": {"name": region.name, "title": region.title, "digest": region.digest},
        "pack_digest": region.digest,
        "versions": {"labour-migration-sim": code_version(), "python": platform.python_version()}
        | {package: version(package) for package in PACKAGES},
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
        "touched": [vars(entry) for entry in prepared.touched],
        "sources": sources(region),
        "caveats": list(region.manifest.caveats),
    }
    lives = households_table(outcomes[0], prepared.frame)
    return RunResult(corridors, origins, categories, meta, spells, lives)


def sources(region: Region) -> list[dict[str, str]]:
    """Where each quantity of the pack comes from: one row per quantity, source and tag."""
    rows = region.table()[["quantity", "source", "tag"]].drop_duplicates()
    return rows.to_dict("records")


def code_version() -> str:
    """Version of the installed package, or `source tree` when it runs without being installed."""
    from importlib.metadata import PackageNotFoundError

    try:
        return version("labour-migration-sim")
    except PackageNotFoundError:
        return "source tree"
