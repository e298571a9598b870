"""The cost of a month per household against its bars: 83,000 households on one thread and on two, and a small run.

The numbers are those of ``python -m benchmarks.step``, put together.
"""

from __future__ import annotations

from benchmarks.figures import Figure, arguments, report
from benchmarks.step import measure

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
        Figure.of("83,000 households, 2 threads", two["ns_repeats"], unit, most=250.0),
        Figure.of("83,000 households, 2 threads, CPU", two["cpu_ns_repeats"], unit),
        Figure.of("speed on 2 threads over that on 1", worth, "times"),
        Figure.of("8,300 households, 72 months, 2 threads", small["seconds_repeats"], "seconds"),
    ]


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    report("speed", figures(), given.json)


if __name__ == "__main__":
    main()
