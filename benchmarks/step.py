"""The cost of a month of the full model, per household.

Compilation, synthesis, a burn-in of a year and the counting by category at the end of each quarter are not counted.
Several repeats start from one settled state: the median is printed, with the least and the most. CPU time is that
of all threads together, and says more than the wall clock where something else runs.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.figures import arguments
from benchmarks.machine import forget_peak, load, machine, peak_bytes
from benchmarks.workload import BURN_IN, SEED, in_plain_python, prepared
from sim.prepared import Prepared
from sim.schema.rule import COMPILED
from sim.seed_run import SeedRun
from sim.tallies import Tally

FEWEST = 900
"""Households of the run that loads the compiled code; the smallest scale gives about as many."""


@dataclass(frozen=True)
class Timing:
    """What stepping took: lists hold one entry a repeat."""

    seconds: list[float]
    cpu_seconds: list[float]
    household_months: int
    living: int
    laid_out: int
    peak_bytes: int
    digest: str


def timed(one: Prepared, months: int, threads: int, repeats: int) -> Timing:
    """Step a scenario `repeats` times from one settled state, after a small run that loads the compiled code."""
    if COMPILED:
        _once(SeedRun(prepared(FEWEST, 1, burn_in=0), SEED, threads), 1)
    forget_peak()
    before = peak_bytes()
    settled = SeedRun(one, SEED, threads)
    settled.burn_in()
    peak = peak_bytes() - before  # of one run: repeats hold a copy of the settled households besides
    runs = [_once(settled.continue_as(one, threads), months) for _ in range(repeats)]
    settled.model.engine.close()
    digests = {digest for *_, digest in runs}
    if len(digests) > 1:
        raise AssertionError(f"repeats from one state ended in different households: {digests}")
    records = settled.model.engine.records()
    return Timing(
        seconds=[run[0] for run in runs],
        cpu_seconds=[run[1] for run in runs],
        household_months=runs[0][2],
        living=int((records["born"] <= 0).sum()),
        laid_out=len(records),
        peak_bytes=peak,
        digest=runs[0][-1],
    )


def _once(run: SeedRun, months: int) -> tuple[float, float, int, str]:
    """Wall-clock and CPU seconds of the steps, household-months and digest of one run."""
    lived = 0
    began, cpu_began = time.perf_counter(), time.process_time()
    for _ in range(months):
        run.model.step()
        lived += int(run.model.tallies[:, 0, Tally.HOUSEHOLDS].sum())
    cpu, wall = time.process_time() - cpu_began, time.perf_counter() - began
    digest = run.model.digest()
    run.model.engine.close()
    return wall, cpu, lived, digest


def measure(households: int, months: int, engine: str, threads: int, repeats: int) -> dict:
    """What ``python -m benchmarks.step`` prints, as a mapping."""
    if engine == "mesa" and COMPILED:
        told = (
            f"--households {households} --months {months} --engine mesa --threads {threads} --repeats {repeats} --json"
        )
        return json.loads(in_plain_python("benchmarks.step", told.split()))
    before = load()
    timing = timed(prepared(households, months, engine=engine), months, threads, repeats)
    nanoseconds = np.array([timing.seconds, timing.cpu_seconds]) / timing.household_months * 1e9
    return {
        "households": timing.living,
        "laid_out": timing.laid_out,
        "months": months,
        "engine": engine,
        "threads": threads,
        "seconds": median(timing.seconds),
        "seconds_repeats": timing.seconds,
        "ns_per_household_month": float(np.median(nanoseconds[0])),
        "ns_repeats": nanoseconds[0].tolist(),
        "cpu_ns_per_household_month": float(np.median(nanoseconds[1])),
        "cpu_ns_repeats": nanoseconds[1].tolist(),
        "peak_bytes_per_household": round(timing.peak_bytes / timing.living),
        "digest": timing.digest,
        "repeats": repeats,
        "burn_in_months_not_counted": BURN_IN,
        "load_before": before,
        "machine": machine(),
    }


def _add(parser: argparse.ArgumentParser) -> None:
    most = "living in the first month, from 830 to all the pack has (more are taken as all; what it was is printed)"
    parser.add_argument("--households", type=int, default=83_000, help=most)
    parser.add_argument("--months", type=int, default=72, help="1 to 72")
    parser.add_argument("--engine", choices=("compiled", "mesa"), default="compiled")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=0, help="0: 5, or 1 where a run takes long")


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__, _add)
    long = given.engine == "mesa" or given.households > 500_000
    told = measure(given.households, given.months, given.engine, given.threads, given.repeats or (1 if long else 5))
    if given.json:
        print(json.dumps(told))
        return
    for key, value in told.items():
        print(f"{key:28}{value}")


if __name__ == "__main__":
    main()
