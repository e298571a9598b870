"""Sweeps: runs a second all in, what is lost beside living them, and a plan of 100,000 runs.

Throughput is the clock around ``sim sweep`` from its start to the gathered table, on all cores. What the engine itself
takes is told by that very run: the seconds in which worlds were settled and months lived, of all processes. The rest of
the cores' time is plan, chunks, conditions, measures, journals, files, and waiting. The large plan is of a tiny model;
its results are made up, for what planning, `status` and `gather` cost does not depend on what a run says.
With ``--live`` its runs are lived.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks.figures import Figure, arguments, report
from sim.studies.sweep.lived import Lived
from sim.studies.sweep.plan import PlanOnDisk
from sim.studies.sweep.shards import LOOSE, compact, list_shards, write_shard

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
BANS = (
    "population=small",
    "sweep.policies.reentry_ban.months=[0,6,12,24,36,48,60,120]",
    "sweep.policies.enforcement.raids=[0.25,0.5,2,4]",
)
"""8,300 households, 72 months, policies from the first month: runs of a seed share their people and burn-in alone."""
NUMBERS = ("population=small", "design=lhs", "design.points=128", "sweep.parameters.beta=[0.8,1.2]",
           "sweep.parameters.altruism=[0.2,0.5]")  # fmt: skip
"""The same, where every run has numbers of its own and a burn-in of its own, of 60 months."""
FUTURES = (
    "population=small",
    "policies.devaluation.currency=RUB", "policies.devaluation.start=2014-08",
    "sweep.policies.devaluation.share=[0,0.1,0.2,0.3,0.4,0.5,0.6,0.7]",
    "policies.enforcement.during=[2014-08,null]", "sweep.policies.enforcement.raids=[0.25,0.5,2,4]",
)  # fmt: skip
"""The same size, policies from August 2014 on: runs of a seed share the 31 months before, too."""
EXPERIMENT = (
    str(Path(__file__).resolve().parents[1] / "experiments" / "ban_sweep" / "config.yaml"),
    "population.scale=0.001", "population.burn_in=60",
)  # fmt: skip
"""The plan of `experiments/ban_sweep` with 8,300 households: with the ten seeds it has, 10,000 runs."""
BARS = {"least": 12.0}
PARTS: dict[str, tuple[tuple[str, ...], int, dict[str, float]]] = {
    "policies": (BANS, 1, BARS),
    "numbers": (NUMBERS, 10, {}),
    "futures": (FUTURES, 1, {}),
    "experiment": (EXPERIMENT, 4, BARS),
}
"""What is swept, how many times fewer seeds than were asked for, and the bars."""
TINY = ("population.scale=0.0001", "population.burn_in=2", "until=2012-12", "seeds=1", "design=lhs",
        "sweep.policies.reentry_ban.months=[0,120]", "sweep.parameters.beta=[0.8,1.2]",
        "sweep.parameters.altruism=[0.2,0.5]")  # fmt: skip


def command(*given: str) -> tuple[float, float]:
    """Do ``sim sweep``: its seconds, and the bytes its process held at most.

    Raises
    ------
    CalledProcessError
        It failed.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "sim", "sweep", *given], env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, child.args)
    return seconds, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def engine(folder: Path) -> float:
    """Seconds the engine itself took for all runs of a sweep, in all processes: settling worlds and living months."""
    return float(sum(pq.read_table(one.path, columns=["seconds"])["seconds"].to_numpy().sum()
                     for one in list_shards(folder)))  # fmt: skip


def throughput(folder: Path, what: str, keys: tuple[str, ...], seeds: int, **bars: float) -> list[Figure]:
    """Runs a second of a sweep, and what it takes beside the engine, in the very same run."""
    where = folder / what
    seconds, _ = command(*keys, f"seeds={seeds}", f"workers={CORES}", f"output={where}")
    runs, lived = PlanOnDisk(where).head["runs"], engine(where)
    return [
        Figure.of(f"{what}: {runs:,} runs, all in", [runs / seconds], "runs a second", **bars),
        Figure.of(f"{what}: beside the engine", [100 * (CORES * seconds / lived - 1)], "percent",
                  **({"most": 15.0} if bars else {})),
        Figure.of(f"{what}: the engine alone on {CORES} cores", [CORES * runs / lived], "runs a second"),
    ]  # fmt: skip


def make_up(folder: Path) -> int:
    """Write a shard for every chunk as workers do, put together as a coordinator does; the most files at any time."""
    plan = PlanOnDisk(folder)
    width, most = len(plan.kept.names), 0
    luck = np.random.default_rng(1)
    for chunk in range(plan.chunks):
        values = luck.random((len(plan.runs_in(chunk)), width))
        lived = [Lived(run, row.tolist(), "0" * 64, 0.1) for run, row in zip(plan.runs_in(chunk), values, strict=True)]
        write_shard(folder, chunk, lived, width)
        if chunk % 32 == 31 and len(list_shards(folder)) >= LOOSE:
            most = max(most, files(folder))
            compact(folder)
    return max(most, files(folder))


def files(folder: Path) -> int:
    """Files of a sweep."""
    return sum(path.is_file() for path in folder.rglob("*"))


def large_plan(folder: Path, runs: int, live: bool) -> list[Figure]:
    """Planning, status and gathering of so many runs of a tiny model."""
    where = f"output={folder / 'large'}"
    planned, planned_bytes = command(*TINY, f"design.points={runs}", "only_plan=true", where)
    figures = [Figure.of(f"{runs:,} runs: planned, cost measured", [planned], "seconds", most=20.0)]
    most_bytes = planned_bytes
    if live:
        lived, most_bytes = command("resume", f"workers={CORES}", where)
        figures += [Figure.of(f"{runs:,} runs: lived and gathered", [lived], "seconds")]
        most = files(folder / "large")
    else:
        most = make_up(folder / "large")
    status = [command("status", where)[0] for _ in range(5)]
    gathered, gathered_bytes = command("gather", where)
    peak = max(planned_bytes, most_bytes, gathered_bytes) / 2**30
    return [
        *figures,
        Figure.of(f"{runs:,} runs: status", status, "seconds", most=1.0),
        Figure.of(f"{runs:,} runs: gathered", [gathered], "seconds", most=60.0),
        Figure.of(f"{runs:,} runs: peak memory of a command", [peak], "GiB", most=1.0),
        Figure.of(f"{runs:,} runs: files on disk", [most], "files", most=2000.0),
    ]


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=100_000, help="runs of the large plan")
    parser.add_argument("--seeds", type=int, default=40, help="seeds of the throughput sweeps; less: a trial")
    parser.add_argument("--only", choices=(*PARTS, "plan"), nargs="+", help="these parts")
    parser.add_argument("--live", action="store_true", help="live the runs of the large plan")


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__, _add)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        figures = []
        for what in given.only or (*PARTS, "plan"):
            if what == "plan":
                figures += large_plan(here, given.runs, given.live)
            else:
                keys, fewer, bars = PARTS[what]
                figures += throughput(here, what, keys, max(1, given.seeds // fewer), **bars)
    report("sweeps", figures, given.json)


if __name__ == "__main__":
    main()
