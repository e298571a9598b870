"""What policies cost: the example of every policy in force at once against none, per household and month.

Both go their own way from one settled state, by turns; months count from 2014, when most examples have begun. CPU time
of the whole month, with the meetings in which places are shared out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.figures import Figure, arguments, report
from benchmarks.workload import SEED, prepared
from sim.policies.base import registered
from sim.prepared import Prepared, prepare
from sim.seed_run import SeedRun
from sim.tallies import Tally

HOUSEHOLDS, FIRST, MONTHS, REPEATS = 83_000, 24, 72, 5
BAR = 1.3


def with_every_example(one: Prepared) -> Prepared:
    """The scenario with the example of each policy there is."""
    examples = tuple(policy.example() for policy in registered().values())
    return prepare(replace(one.scenario, name="everything_at_once", policy_objects=examples), one.region)


def nanoseconds(settled: SeedRun, one: Prepared) -> float:
    """CPU time per household and month of one run from the settled state."""
    run = settled.continue_as(one, threads=1)
    seconds, lived = 0.0, 0
    for month in range(MONTHS):
        began = time.thread_time()
        run.model.step()
        if month >= FIRST:
            seconds += time.thread_time() - began
            lived += int(run.model.tallies[:, 0, Tally.HOUSEHOLDS].sum())
    run.model.engine.close()
    return 1e9 * seconds / lived


def by_turns(settled: SeedRun, one: Prepared, other: Prepared) -> Iterator[tuple[float, float]]:
    """Nanoseconds of both, one after the other, so that both meet the same neighbours on the machine."""
    for _ in range(REPEATS):
        yield nanoseconds(settled, one), nanoseconds(settled, other)


def figures() -> list[Figure]:
    """Cost without policies, with all of them, and the ratio."""
    one = prepared(HOUSEHOLDS, MONTHS)
    other = with_every_example(one)
    settled = SeedRun(one, SEED, threads=1)
    settled.burn_in()
    pairs = list(by_turns(settled, one, other))
    settled.model.engine.close()
    unit = "ns a household and month"
    return [
        Figure.of("no policy, CPU", [none for none, _ in pairs], unit),
        Figure.of(f"all {len(registered())} examples, CPU", [all_ for _, all_ in pairs], unit),
        Figure.of("all over none", [all_ / none for none, all_ in pairs], "times", most=BAR),
    ]


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    report("policies", figures(), given.json)


if __name__ == "__main__":
    main()
