"""Synthesis of the population and weaving of the ties: how long they take, and what network comes out."""

from __future__ import annotations

import argparse
import gc
import hashlib
import multiprocessing
import time

import numpy as np

from benchmarks.figures import Figure, arguments, report
from benchmarks.machine import forget_peak, peak_bytes
from benchmarks.workload import BURN_IN, SEED, prepared
from sim.households.network import describe_ties
from sim.households.population import synthesise
from sim.households.ties import weave
from sim.seed_run import synthesise_people

SIZES = (8_300, 83_000)
REPEATS = 7
DESCRIBED = {"mean_degree": "ties a household", "clustering": "share", "path_length": "ties"}


def figures(
    sizes: tuple[int, ...] = SIZES, repeats: int = REPEATS, threads: int = 2, everybody: bool = True
) -> list[Figure]:
    """Seconds for each part, the first call not counted; degree, clustering and path length; all there are."""
    made = []
    for households in sizes:
        one = prepared(households, 72)
        drawn, woven = [], []
        for _ in range(repeats + 1):
            began = time.perf_counter()
            people = synthesise(one.structure, one.scenario.scale, SEED, one.settings, threads, -BURN_IN)
            between = time.perf_counter()
            ties = weave(people, SEED, one.settings, threads)
            drawn.append(between - began)
            woven.append(time.perf_counter() - between)
        made.append(Figure.of(f"synthesis of {households:,} and those to come", drawn[1:], "seconds"))
        made.append(Figure.of(f"weaving the ties of {households:,}", woven[1:], "seconds"))
        told = describe_ties(ties)
        made += [
            Figure.of(f"{name.replace('_', ' ')}, {households:,}", [told[name]], unit)
            for name, unit in DESCRIBED.items()
        ]
    return [*made, *figures_of_all(threads)] if everybody else made


def figures_of_all(threads: int) -> list[Figure]:
    """Seconds and peak memory of synthesis and ties of all households, each time in a fresh process."""
    made = []
    for _ in range(2):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            made.append(pool.apply(all_people, (threads,)))
    drawn, woven, peaks, digests = zip(*made, strict=True)
    if len(set(digests)) > 1:
        raise AssertionError(f"two processes made different people: {digests}")
    both = [one + other for one, other in zip(drawn, woven, strict=True)]
    return [
        Figure.of("synthesis of all 8.3 million and those to come", drawn, "seconds"),
        Figure.of("weaving the ties of all", woven, "seconds"),
        Figure.of("both", both, "seconds", most=25.0),
        Figure.of("peak memory of the process", [peak / 2**30 for peak in peaks], "GiB", most=1.5),
    ]


def all_people(threads: int) -> tuple[float, float, int, str]:
    """Seconds of synthesis and of ties, peak bytes of this process and a digest, for all households there are."""
    small, one = (prepared(households, 72, burn_in=60) for households in (900, 10**9))
    synthesise_people(small, SEED, threads)
    gc.collect()
    forget_peak()
    began = time.perf_counter()
    people = synthesise(one.structure, one.scenario.scale, SEED, one.settings, threads, -60)
    between = time.perf_counter()
    ties = weave(people, SEED, one.settings, threads)
    ended, peak = time.perf_counter(), peak_bytes()
    told = hashlib.sha256()
    for array in (people.households, ties.offsets, ties.neighbours):
        told.update(np.ascontiguousarray(array).view(np.uint8).data)
    return between - began, ended - between, peak, told.hexdigest()


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--samples", action="store_true", help="leave out all households there are: seconds")


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__, _add)
    report("people", figures(everybody=not given.samples), given.json)


if __name__ == "__main__":
    main()
