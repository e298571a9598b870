"""Where the nanoseconds go: the two passes of a month apart, and with parts of the behaviour switched off.

On one thread and in CPU time of that thread, the least of several repeats of each month, from one settled state: so it
can be measured where something else runs. What a part costs is the difference it makes; parts interact (fewer abroad,
less to remit), so the differences do not add up exactly. Switching a part off is done with parameters alone.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from benchmarks.figures import Figure, arguments, report
from benchmarks.workload import SEED, prepared
from sim.prepared import Prepared
from sim.seed_run import SeedRun
from sim.tallies import Tally

HOUSEHOLDS, MONTHS, REPEATS = 83_000, 24, 5
OFF: dict[str, dict[str, float]] = {
    "nobody weighs leaving but the stirred (hazard = 0)": {"hazard": 0.0},
    "nobody talks (tell_user = 0)": {"tell_user": 0.0},
    "nobody forgets (forget = 0)": {"forget": 0.0},
    "no ties abroad made or lost (meet = contact_fade = 0)": {"meet": 0.0, "contact_fade": 0.0},
    "all four": {"hazard": 0.0, "tell_user": 0.0, "forget": 0.0, "meet": 0.0, "contact_fade": 0.0},
}


class Stopwatch:
    """Measures a run's two passes and the rest of each step, CPU seconds of this thread, the least of all repeats."""

    def __init__(self, settled: SeedRun, one: Prepared) -> None:
        self.settled, self.one = settled, one
        self.least = np.full((MONTHS, 3), np.inf)
        self.lived = np.zeros(MONTHS)

    def repeat(self) -> None:
        """Live the months once more."""
        run = self.settled.continue_as(self.one, threads=1)
        engine = run.model.engine
        passes = [0.0, 0.0]
        plan, live = engine.plan, engine.live

        def timed_plan(*given: object) -> None:
            began = time.thread_time()
            plan(*given)
            passes[0] = time.thread_time() - began

        def timed_live(month: int, granted: np.ndarray) -> np.ndarray:
            began = time.thread_time()
            tallies = live(month, granted)
            passes[1] = time.thread_time() - began
            return tallies

        vars(engine).update(plan=timed_plan, live=timed_live)
        for month in range(MONTHS):
            began = time.thread_time()
            run.model.step()
            rest = time.thread_time() - began - sum(passes)
            self.least[month] = np.minimum(self.least[month], (*passes, rest))
            self.lived[month] = run.model.tallies[:, 0, Tally.HOUSEHOLDS].sum()

    def nanoseconds(self, part: int) -> float:
        """Per household and month: 0 the plan, 1 the life."""
        return float(self.least[:, part].sum() / self.lived.sum() * 1e9)


def figures() -> list[Figure]:
    """Nanoseconds of both passes, with everything on and with each part off; microseconds a month outside them."""
    whole = prepared(HOUSEHOLDS, MONTHS)
    settled = SeedRun(whole, SEED, 1)
    settled.burn_in()
    made, rest = [], 0.0
    for name, parameters in {"everything": {}, **OFF}.items():
        one = replace(whole, parameters=prepared(HOUSEHOLDS, MONTHS, **parameters).parameters)
        watch = Stopwatch(settled, one)
        for _ in range(REPEATS):
            watch.repeat()
        for part, what in ((0, "plan"), (1, "live")):
            made.append(Figure.of(f"{what}: {name}", [watch.nanoseconds(part)], "ns a household and month"))
        rest = rest or float(watch.least[:, 2].mean() * 1e6)
    made.append(Figure.of("a month outside both passes", [rest], "microseconds"))
    return made


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    report("profile", figures(), given.json)


if __name__ == "__main__":
    main()
