"""Synthesis of the population and weaving of the ties: how long they take, and what network comes out."""

from __future__ import annotations

import time

from benchmarks.figures import Figure, arguments, report
from benchmarks.workload import BURN_IN, SEED, prepared
from sim.households.network import describe_ties
from sim.households.population import synthesise
from sim.households.ties import weave

SIZES = (8_300, 83_000)
REPEATS = 7
DESCRIBED = {"mean_degree": "ties a household", "clustering": "share", "path_length": "ties"}


def figures(sizes: tuple[int, ...] = SIZES, repeats: int = REPEATS, threads: int = 2) -> list[Figure]:
    """Seconds for each part, the first call not counted; degree, clustering and path length."""
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
    return made


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    report("people", figures(), given.json)


if __name__ == "__main__":
    main()
