"""The cost of a month per household against its bars: 83,000 households on one thread and on two, and a small run.

The numbers are those of ``python -m benchmarks.step``, put together.
"""

from __future__ import annotations

import time

from benchmarks.figures import Figure, arguments, report
from benchmarks.step import measure
from benchmarks.workload import SEED, prepared
from sim.seed_run import SeedRun
from sim.tables import make_tables

STANDARD, SMALL, MONTHS, REPEATS = 83_000, 8_300, 72, 5


def figures() -> list[Figure]:
    """Nanoseconds a household and month, the second core's worth, and seconds of a small run's steps."""
    one, two = (measure(STANDARD, MONTHS, "compiled", threads, REPEATS) for threads in (1, 2))
    small = measure(SMALL, MONTHS, "compiled", 2, REPEATS)
    alone, together = (sorted(told["seconds_repeats"]) for told in (one, two))
    worth = [single / double for single, double in zip(alone, together, strict=True)]
    unit = "ns a household and month"
    return [
        Figure.of("83,000 households, 1 thread", one["ns_repeats"], unit),
        Figure.of("83,000 households, 1 thread, CPU", one["cpu_ns_repeats"], unit),
        Figure.of("83,000 households, 2 threads", two["ns_repeats"], unit, most=100.0),
        Figure.of("83,000 households, 2 threads, CPU", two["cpu_ns_repeats"], unit),
        Figure.of("speed on 2 threads over that on 1", worth, "times", least=1.8),
        Figure.of("8,300 households, 72 months, 2 threads", small["seconds_repeats"], "seconds", most=0.15),
        Figure.of("the same with counts by category and tables", whole_runs(), "seconds"),
    ]


def whole_runs() -> list[float]:
    """Seconds of a small run from a settled beginning to its tables: what moving a slider costs."""
    one = prepared(SMALL, MONTHS)
    settled = SeedRun(one, SEED, 2)
    settled.burn_in()
    taken = []
    for _ in range(REPEATS + 1):
        began = time.perf_counter()
        make_tables([settled.continue_as(one, 2).run()], [one.frame])
        taken.append(time.perf_counter() - began)
    settled.model.engine.close()
    return taken[1:]


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    report("speed", figures(), given.json)


if __name__ == "__main__":
    main()
