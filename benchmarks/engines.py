"""The compiled engine against the `mesa` engine, on equal digests.

Both live the same year of `history` from the same synthesis; the ratio is taken only where all household records are
equal at the end. The mesa engine uses one core; the compiled one is timed on one thread and on two.
"""

from __future__ import annotations

import argparse

from benchmarks.figures import Figure, arguments, report
from benchmarks.step import measure

HOUSEHOLDS, QUICK, MONTHS, REPEATS = 50_000, 3_000, 12, 5
LEAST = 200.0
"""The bar: how many times faster the compiled engine is on two threads at 50,000 households."""


def figures(households: int = HOUSEHOLDS, months: int = MONTHS) -> list[Figure]:
    """Nanoseconds per household and month of both engines, and their ratio."""
    plain = measure(households, months, "mesa", 1, 2 if households > QUICK else 3)
    made = [_figure("mesa engine", plain, households)]
    for threads in (1, 2):
        fast = measure(households, months, "compiled", threads, REPEATS)
        if fast["digest"] != plain["digest"]:
            raise AssertionError(f"the engines differ: compiled {fast['digest']}, mesa {plain['digest']}")
        made.append(_figure(f"compiled, {threads} thread{'s' if threads > 1 else ''}", fast, households))
        ratios = [plain["ns_per_household_month"] / nanoseconds for nanoseconds in fast["ns_repeats"]]
        bar = {"least": LEAST} if threads == 2 and households >= HOUSEHOLDS else {}
        made.append(Figure.of(f"times as fast on {threads}, equal digests", ratios, "times", **bar))
    return made


def _figure(what: str, told: dict, households: int) -> Figure:
    return Figure.of(f"{what}, {households:,}", told["ns_repeats"], "ns a household and month")


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--households", type=int, default=HOUSEHOLDS)
    parser.add_argument("--months", type=int, default=MONTHS)
    parser.add_argument("--quick", action="store_true", help=f"at {QUICK:,} households: seconds, not minutes")


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__, _add)
    report("engines", figures(QUICK if given.quick else given.households, given.months), given.json)


if __name__ == "__main__":
    main()
