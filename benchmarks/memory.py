"""Memory of a run, per household.

Counted from the arrays (records, ties, signals, tallies), and measured: the largest resident memory during a run of
one seed,
with synthesis, burn-in and counting by category, less what the process held before it, all code loaded. A comparison
of two
scenarios with one beginning holds a second state while the first of them runs.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
from dataclasses import replace

import numpy as np

from benchmarks.figures import Figure, arguments, report
from benchmarks.machine import forget_peak, peak_bytes
from benchmarks.workload import SEED, prepared
from sim.prepared import Prepared
from sim.scenario import Scenario
from sim.seed_run import SeedRun
from sim.simulation import run_seeds

HOUSEHOLDS, MONTHS, SMALL = 83_000, 24, 900
MOST = 400.0
"""The bar: bytes a household that lives in the first month."""


def counted(one: Prepared) -> dict[str, int]:
    """Bytes of each array that lives as long as a run."""
    run = SeedRun(one, SEED, 1)
    world, engine = run.model.world, run.model.engine
    arrays = {
        "records": world.households,
        "ties": world.neighbours,
        "offsets of ties": world.offsets,
        "rows of ties": engine.ties,
        "who waits": engine.waiting,
        "signals": engine.signals,
        "signals to come": engine.new_signals,
        "workers abroad, twice": np.concatenate([engine.abroad, engine.new_abroad]),
        "tallies of threads": engine.tallies,
    }
    return {name: array.nbytes for name, array in arrays.items()}


def peak_of_run(households: int, sides: int, threads: int) -> float:
    """Peak resident bytes of a run of one seed, or of two scenarios that share their beginning, in this process."""
    small, whole = (prepared(n, MONTHS) for n in (SMALL, households))
    run_seeds(_sides(small.scenario, sides, threads), small.region)
    gc.collect()
    forget_peak()
    before = peak_bytes()
    run_seeds(_sides(whole.scenario, sides, threads), whole.region)
    return float(peak_bytes() - before)


def _sides(scenario: Scenario, sides: int, threads: int) -> list[Scenario]:
    """`history`, and beside it the same without its policies."""
    one = replace(scenario, seeds=1, threads=threads)
    return [one, replace(one, name="nothing_happened", policy_objects=())][:sides]


def figures(households: int = HOUSEHOLDS, threads: int = 2) -> list[Figure]:
    """Bytes per household that lives in the first month, counted and measured in fresh processes."""
    one = prepared(households, MONTHS)
    living = float(one.structure.households[0].sum() * one.scenario.scale)
    parts = counted(one)
    made = [Figure.of(f"{name}, counted", [size / living], "bytes a household") for name, size in parts.items()]
    made.append(Figure.of("all of them, counted", [sum(parts.values()) / living], "bytes a household", most=MOST))
    fresh = multiprocessing.get_context("spawn")
    for sides, what, bar in ((1, "a run, peak", {"most": MOST}), (2, "a comparison, peak", {})):
        peaks = []
        for _ in range(3):
            with fresh.Pool(1) as pool:
                peaks.append(pool.apply(peak_of_run, (households, sides, threads)) / living)
        made.append(Figure.of(what, peaks, "bytes a household", **bar))
    return made


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--households", type=int, default=HOUSEHOLDS, help="living in the first month")
    parser.add_argument("--threads", type=int, default=2)


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__, _add)
    report("memory", figures(given.households, given.threads), given.json)


if __name__ == "__main__":
    main()
