"""Run a scenario at many points, and gather one table; killed anywhere, it goes on where it was.

USAGE
  sim sweep name=NAME [FILE.yaml] design=D sweep.KEY=[...] [key=value ...] [executor=E]
  sim sweep status|resume|retry|cancel|gather name=NAME [executor=E] [workers=W]

  The first form writes a plan (a row for each run, with an id made of scenario, seed, pack and program), measures some
  runs, says what the whole will cost, lives the runs in chunks, and gathers them. Again, it goes on where it was.

KEYS
  sweep.KEY=[a,b]    what is varied: a key of `sim run` (policies.P.S, parameters.N, corridors.O.D.Q, population.K,
                     until, law, scenario). Two numbers or months are the ends of a range (in a grid without
                     design.points: two values); a longer list is its values; {low: , high: , levels: , log: }
  design=D           grid, random, lhs (Latin hypercube), sobol, morris, saltelli, table (grid)
  design.points=N    points of the design;  design.seed=, design.levels=, design.file=POINTS.csv as the design asks
  seeds=N            runs of each point (4);  first_seed=1
  against=SCENARIO   live each point also under this scenario, with the same numbers and luck
  branch_from=FILE   all points go on from a checkpoint (sim run checkpoint=YYYY-MM)
  measures=M         null (headline and some more), all, or [NAME, NAME.ORIGIN, NAME.ORIGIN.DESTINATION]
  window=[A,B]       months averaged, [2014-01, 2015-12] (all)
  executor=E         local (processes), slurm (array jobs), sbatch (a script to submit by hand); executor.KEY=V
  workers=W          processes, or array tasks at a time
  chunk=N            runs handed out together (by their number)
  only_plan=true     plan and measure, run nothing
  other keys         as in `sim run`, for every point

ACTIONS
  status   how many runs are lived, failed (by kind), running, missing
  resume   live what is missing; also with another executor
  retry    live failed runs again (--failed, which is also what it does without)
  cancel   have all processes stop after their run; resume goes on
  gather   write sweep.parquet from what is there

OPTIONS
  --json     status for programs
  --failed   with retry
  --help     this page

EXAMPLES
  sim sweep name=bans design=grid 'sweep.policies.reentry_ban.months=[0,12,36,60]' population=small seeds=8
  sim sweep name=screen design=morris design.points=200 'sweep.parameters.beta=[0.8,1.2]' executor=slurm workers=50
  sim sweep experiments/ban_sweep/config.yaml name=ban_sweep
  sim sweep status name=bans
  sim sensitivity name=screen measure=remittances_true

FILES WRITTEN
  results/NAME/sweep.parquet    a row per run: run_id, status (ok, failed, missing), point, seed, swept keys, measures,
                                digest, error
  results/NAME/plan.parquet, design.parquet, sweep.json    the plan;  shards/, open/    results on their way

EXIT STATUS
  0 done (failed runs are rows of the table); 2 bad input; 130 interrupted, what is lived is kept
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sim.cli.commands import require_extra, split_options
from sim.errors import InputError, nearest_name

if TYPE_CHECKING:
    from pathlib import Path

    from sim.studies.sweep.status import Status
    from sim.studies.sweep.sweeping import Sweep

EVERY = 30.0
"""Seconds between two lines about progress."""
ACTIONS = ("status", "resume", "retry", "cancel", "gather")


def main(arguments: Sequence[str]) -> int:
    """Do what is asked."""
    options, rest = split_options(arguments, ("--json", "--failed"))
    words = [one for one in rest if "=" not in one]
    keys = [one for one in rest if "=" in one]
    if words and words[0] in ACTIONS:
        if len(words) > 1:
            raise InputError(repr(words[1]), "is not understood", allowed=f"sim sweep {words[0]} name=NAME")
        _act(words[0], keys, options)
        return 0
    if options:
        raise InputError(sorted(options)[0], "is not an option of a new sweep", allowed="--help")
    files = [one for one in words if one.endswith((".yaml", ".yml"))]
    for one in words:
        if one not in files:
            near = nearest_name(one, ACTIONS)
            raise InputError(repr(one), "is no action", ", ".join((*ACTIONS, "a .yaml file", "key=value")), near)
    if len(files) > 1:
        raise InputError("sim sweep", f"is given {len(files)} files", allowed="one")
    _start(keys, files[0] if files else None)
    return 0


def _start(keys: Sequence[str], file: str | None) -> None:
    from sim.cli.progress import notice
    from sim.studies.sweep.request import sweep_request
    from sim.studies.sweep.sweeping import Sweep

    require_extra("sweep", "sweep", "joblib", "SALib")
    asked = sweep_request(keys, file)
    sweep = Sweep.planned(asked)
    notice(sweep.cost())
    if asked.only_plan:
        notice(f"planned: {sweep.folder}")
        return
    _live(sweep, sweep.live)


def _act(action: str, keys: Sequence[str], options: set[str]) -> None:
    from sim.studies.sweep.layout import folder_of

    if action == "status":
        _print_status(folder_of(keys), "--json" in options)
        return
    if action == "cancel":
        from sim.cli.progress import notice
        from sim.studies.sweep.sweeping import cancel

        status = cancel(folder_of(keys))
        if status.complete:
            notice(f"nothing to cancel: all {status.runs:,} runs are lived")
        else:
            notice(f"cancelled: {status.lived:,} of {status.runs:,} runs are kept; sim sweep resume name={status.name}")
    elif action == "gather":
        _gather(folder_of(keys))
    else:
        from sim.studies.sweep.request import executor_request
        from sim.studies.sweep.sweeping import Sweep

        require_extra("sweep", "sweep", "joblib")
        folder, executor, workers = executor_request(keys)
        sweep = Sweep(folder, executor, workers)
        _live(sweep, sweep.live if action == "resume" else sweep.retry)


def _live(sweep: Sweep, live: Callable[..., Status]) -> None:
    from sim.cli.progress import notice

    try:
        with live_bar(sweep.folder.name) as watch:
            status = live(watch, notice)
    except KeyboardInterrupt:
        notice(f"what is lived is kept: sim sweep resume name={sweep.folder.name}")
        raise
    if status.complete:
        _gather(sweep.folder)
    else:
        notice(f"{status.lived:,} of {status.runs:,} runs are lived: sim sweep resume name={sweep.folder.name}")


def _gather(folder: Path) -> None:
    from sim.cli.progress import notice
    from sim.studies.sweep.gather import gather
    from sim.studies.sweep.layout import TABLE

    table = gather(folder)
    counts = {one["values"]: one["counts"] for one in table["status"].value_counts().to_pylist()}
    notice(", ".join(f"{number:,} {status}" for status, number in sorted(counts.items(), reverse=True)))
    notice(f"written: {folder / TABLE}")


def _print_status(folder: Path, as_json: bool) -> None:
    from sim.cli.tables import print_json, print_table
    from sim.studies.sweep.status import read_status

    status = read_status(folder)
    if as_json:
        print_json(status.as_mapping())
        return
    state = (
        "complete"
        if status.complete
        else "cancelled"
        if status.cancelled
        else "running"
        if status.running
        else "stopped"
    )
    rows: list[tuple[str, str]] = [
        ("state", state),
        ("lived", f"{status.lived:,} of {status.runs:,} runs ({100 * status.lived / status.runs:.1f} %)"),
        ("failed", ", ".join(f"{number:,} {kind}" for kind, number in sorted(status.failed.items())) or "none"),
        ("chunks", f"{status.whole:,} of {status.chunks:,} whole, {status.running:,} being lived"),
        ("table", "sweep.parquet" if status.gathered else "not gathered yet"),
    ]
    print_table(f"Sweep {status.name}", ("what", "how many"), rows)


@contextmanager
def live_bar(name: str) -> Iterator[Callable[[Status], None]]:
    """A bar over runs with rate, time left and failures by kind, where standard error is a terminal; else a line now
    and then.
    """
    if not sys.stderr.isatty():
        yield _Lines(name)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(), TimeRemainingColumn(elapsed_when_finished=True), TextColumn("{task.fields[failed]}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=120) as shown:
        task = shown.add_task(name, total=None, rate="", failed="")
        rate = _Rate()

        def bar(status: Status) -> None:
            failed = ", ".join(f"{number:,} {kind}" for kind, number in sorted(status.failed.items()))
            told = failed and f"failed: {failed}"
            shown.update(task, total=status.runs, completed=status.lived, rate=f"{rate(status):.1f}/s", failed=told)

        yield bar


class _Rate:
    """Runs a second since this command began."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.first: int | None = None

    def __call__(self, status: Status) -> float:
        self.first = status.lived if self.first is None else self.first
        return (status.lived - self.first) / max(time.monotonic() - self.began, 1e-3)


class _Lines:
    """A line every half minute, for a file or a pipe."""

    def __init__(self, name: str) -> None:
        self.name, self.rate = name, _Rate()
        self.told = self.rate.began

    def __call__(self, status: Status) -> None:
        rate = self.rate(status)
        if time.monotonic() - self.told >= EVERY:
            self.told = time.monotonic()
            failed = f", {status.failures:,} failed" if status.failures else ""
            line = f"{self.name}: {status.lived:,} of {status.runs:,} runs{failed}, {rate:.1f} a second"
            print(line, file=sys.stderr, flush=True)
