"""The program's two costliest kernels against the same in C, on two threads and on equal results.

Learning over ties and the nested-logit choice live a year of `history`, month by month, each on a copy of the same
households; after every call both copies are compared byte by byte, and the sums that the choice notes. C is compiled
here, with -O3 for this processor; only then is the ratio told.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ctypes import CDLL, byref
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure, arguments, report
from benchmarks.peer.in_c import SOURCES, compile_peer, compiler, month_of
from benchmarks.peer.ours import choose_lane, learn_lane
from benchmarks.workload import SEED, prepared
from sim.draws import luck_of
from sim.engine.blocks import cut_blocks
from sim.errors import InputError
from sim.schema.attributes import HOUSEHOLD, PLACES
from sim.seed_run import SeedRun
from sim.tallies import TALLIES

HOUSEHOLDS, MONTHS, REPEATS = 83_000, 12, 7
MOST = 1.5
"""The bar: our time over that of C."""
KERNELS = ("learning over ties", "nested-logit choice")


class Race:
    """Both sides on one world: seconds of each kernel and month, the same households before each call."""

    def __init__(self, run: SeedRun, library: CDLL, threads: int) -> None:
        self.run, self.library, self.threads = run, library, threads
        self.world = run.model.world
        self.blocks = cut_blocks(self.world.starts)
        self.origins = len(self.world.starts) - 1
        self.pool = ThreadPoolExecutor(max(1, threads - 1))

    def month(self, repeats: int) -> np.ndarray:
        """Seconds of one month from the households as they are, shape (kernels, sides, repeats); ours is side 0."""
        w, month = self.world, self.run.model.month
        at = w.at(month)
        news = w.conditions.news[at]
        told = {
            "blocks": self.blocks,
            "starts": np.ascontiguousarray(w.starts),
            "month": month,
            "luck": luck_of(w.seed, month),
            "homes": w.conditions.homes[at],
            "news": news,
            "loud": int(news.max() > 0),
            "ties": self.run.model.engine.ties,
            "neighbours": w.neighbours,
            "signals": self.run.model.engine.signals,
            "abroad": self.run.model.engine.abroad,
            "p": w.parameters,
            "corridors": w.conditions.corridors[at],
            "mobility": w.mobility,
        }
        before = self.run.model.engine.records().copy()
        seconds = np.empty((2, 2, repeats))
        for kernel in range(2):
            for repeat in range(repeats):
                after = [self._timed(kernel, side, before, told) for side in range(2)]
                (seconds[kernel, 0, repeat], ours, noted), (seconds[kernel, 1, repeat], theirs, also) = after
                if ours.tobytes() != theirs.tobytes() or not np.array_equal(noted, also):
                    raise AssertionError(f"month {month}: {KERNELS[kernel]}: {_difference(ours, theirs)}")
            before = ours
        return seconds

    def _timed(self, kernel: int, side: int, before: np.ndarray, told: dict) -> tuple[float, np.ndarray, np.ndarray]:
        """Seconds, the households after the call, and what was noted, shape (origins, tallies)."""
        households = before.copy()
        tallies = np.zeros((self.threads, self.origins, (PLACES + 1) * TALLIES), np.int64)
        call = (
            self._ours(kernel, households, tallies, told) if side == 0 else self._c(kernel, households, tallies, told)
        )
        began = time.perf_counter()
        call()
        return time.perf_counter() - began, households, tallies.sum(axis=0)

    def _c(self, kernel: int, households: np.ndarray, tallies: np.ndarray, told: dict) -> Callable[[], None]:
        sizes = {"n_blocks": len(self.blocks), "origins": self.origins, "lanes": self.threads}
        month = month_of(households=households, tallies=tallies, **sizes, **told)
        function = (self.library.learn_all, self.library.choose_all)[kernel]
        return lambda: function(byref(month))

    def _ours(self, kernel: int, households: np.ndarray, tallies: np.ndarray, told: dict) -> Callable[[], None]:
        ties, seen, p = (told["ties"], told["neighbours"]), (told["signals"], told["abroad"]), told["p"]
        now = told["month"], told["luck"], told["homes"]

        def lane(number: int) -> None:
            mine = households, self.blocks, number, self.threads
            if kernel == 0:
                learn_lane(*mine, told["starts"], *now, told["news"], told["loud"], *ties, *seen, p)
            else:
                choose_lane(*mine, *now, told["corridors"], told["mobility"], *ties, told["abroad"], p, tallies)

        def call() -> None:
            others = [self.pool.submit(lane, number) for number in range(1, self.threads)]
            lane(0)
            for other in others:
                other.result()

        return call


def _difference(ours: np.ndarray, theirs: np.ndarray) -> str:
    for name in HOUSEHOLD.names:
        unlike = np.flatnonzero((ours[name] != theirs[name]).reshape(len(ours), -1).any(axis=1))
        if len(unlike):
            k = unlike[0]
            return f"{name} of household {k} is {ours[name][k]}, in C {theirs[name][k]} ({len(unlike)} differ)"
    return "what was noted differs"


def figures(
    households: int = HOUSEHOLDS, threads: int = 2, repeats: int = REPEATS, sources: Path = SOURCES
) -> list[Figure]:
    """Nanoseconds a household and month of both kernels on both sides, and our time over that of C."""
    compiler()
    one = prepared(households, MONTHS)
    run = SeedRun(one, SEED, threads)
    run.burn_in()
    living = int((run.model.engine.records()["born"] <= 0).sum())
    with tempfile.TemporaryDirectory() as folder:
        library = compile_peer(Path(folder), run.model.world.neighbours.dtype, sources)
        race = Race(run, library, threads)
        race.month(1)  # compiles, and wakes the threads
        total = np.zeros((2, 2, repeats))
        for _ in range(MONTHS):
            total += race.month(repeats)
            run.model.step()
    run.model.engine.close()
    made = []
    for kernel, what in (*enumerate(KERNELS), (slice(None), "both")):
        taken = total[kernel].reshape(-1, 2, repeats).sum(axis=0)
        for side, whose in ((0, "ours"), (1, "C")):
            nanoseconds = taken[side] / (living * MONTHS) * 1e9
            made.append(Figure.of(f"{what}, {whose}", nanoseconds.tolist(), "ns a household and month"))
        made.append(Figure.of(f"{what}, ours over C", (taken[0] / taken[1]).tolist(), "times", most=MOST))
    return made


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--households", type=int, default=HOUSEHOLDS)
    parser.add_argument("--threads", type=int, default=2)


def main() -> int:
    """Measure and print."""
    given = arguments(__doc__, _add)
    try:
        report("peer", figures(given.households, given.threads), given.json)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
