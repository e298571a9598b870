"""Array jobs of a Slurm cluster, by submitit. What is done is read from the folder, never from the launcher.

Submitit waits for ever for a job that was killed on a cluster without accounting, and loses one that is preempted
early; so its answers are not asked for. A task that is preempted, or runs into its time, is queued again by submitit
and goes on from the journals; what is missing when no task is left in the queue is submitted again, while the submitter
stays.
"""

from __future__ import annotations

import json
import math
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError
from sim.output.durable import replace_file
from sim.studies.sweep.layout import CANCELLED, JOBS
from sim.studies.sweep.work import Piece, live_pieces, unfinished

if TYPE_CHECKING:
    from sim.studies.sweep.plan import PlanOnDisk
    from sim.studies.sweep.sweeping import Sweep

LOGS = "slurm"
MOST_TASKS = 200
TASKS_A_WORKER = 4


class Work:
    """What a task does: its pieces one after the other. Queued again, it goes on where the folder says."""

    def __init__(self, folder: str, plan: str) -> None:
        self.folder, self.plan = folder, plan

    def __call__(self, pieces: Sequence[Piece]) -> int:
        """Live them; the number lived."""
        return live_pieces(Path(self.folder), self.plan, pieces)

    def checkpoint(self, pieces: Sequence[Piece]) -> Any:
        """What submitit queues when the task is preempted or out of time: the same."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self, pieces)


def run_slurm(
    sweep: Sweep, plan: PlanOnDisk, pieces: list[Piece], watch: Callable[[], None], tell: Callable[[str], None]
) -> None:
    """Submit pieces as an array and follow them; with ``detach``, return at once.

    Raises
    ------
    InputError
        There is no Slurm, or it refuses the job.
    """
    given = sweep.executor
    for attempt in range(int(given.get("rounds", 3)) + 1):
        jobs = _submit(sweep, plan, pieces)
        tell(f"submitted: {len(jobs)} tasks with {len(pieces)} chunks, job {jobs[0].partition('_')[0]}")
        if given.get("detach"):
            name = sweep.folder.name
            tell(f"sim sweep status name={name}; when all is lived, sim sweep gather name={name}")
            return
        _follow(sweep.folder, jobs, watch, float(given.get("poll_seconds", 5)))
        if (sweep.folder / CANCELLED).exists():
            return
        pieces = unfinished(sweep.folder, pieces)
        if not pieces:
            return
        if attempt < int(given.get("rounds", 3)):
            tell(f"{len(pieces)} chunks are missing and no task is left in the queue: submitted again")


def shares(pieces: Sequence[Piece], workers: int, tasks: int | None) -> list[list[Piece]]:
    """Pieces for each task of an array, neighbours together."""
    number = min(len(pieces), tasks or min(MOST_TASKS, TASKS_A_WORKER * workers))
    size = math.ceil(len(pieces) / number)
    return [list(pieces[first : first + size]) for first in range(0, len(pieces), size)]


def setup_lines(given: Mapping[str, Any]) -> list[str]:
    """Shell before the program: the site's own, and a folder of the node for compiled rules."""
    lines = [str(line) for line in given.get("setup") or []]
    if given.get("scratch"):
        folder = shlex.quote(f"{given['scratch']}/labour-migration-sim-") + '"$(id -u)"'
        lines.append(f"export NUMBA_CACHE_DIR={folder}")
    return lines


def _submit(sweep: Sweep, plan: PlanOnDisk, pieces: list[Piece]) -> list[str]:
    from submitit import SlurmExecutor
    from submitit.core.utils import FailedJobError, FailedSubmissionError

    given = sweep.executor
    _require_slurm()
    tasks = shares(pieces, sweep.workers, given.get("tasks"))
    executor = SlurmExecutor(sweep.folder / LOGS, max_num_timeout=int(given.get("timeouts", 20)))
    more = {key: given[key] for key in ("account",) if given.get(key)}
    if given.get("requeue", True):
        more["requeue"] = True
    parameters = {
        "job_name": f"sim-{sweep.folder.name}",
        "time": int(given["minutes"]),
        "cpus_per_task": int(given["cpus"]),
        "mem": f"{math.ceil(1024 * float(given['memory_gb']))}MB",
        "array_parallelism": sweep.workers,
        "setup": setup_lines(given),
        "additional_parameters": more,
        **({"partition": given["partition"]} if given.get("partition") else {}),
    }
    executor.update_parameters(**parameters)
    work = Work(str(sweep.folder.resolve()), plan.head["plan"])
    try:
        jobs = executor.map_array(work, tasks)
    except (FailedJobError, FailedSubmissionError, OSError) as error:
        first = " ".join((getattr(error, "stderr", "") or str(error)).split())[:300]
        raise InputError("executor", f"is slurm, which refuses the job: {first}", "what the cluster allows") from error
    ids = [str(job.job_id) for job in jobs]
    there = json.loads((sweep.folder / JOBS).read_text()) if (sweep.folder / JOBS).exists() else []
    replace_file(sweep.folder / JOBS, json.dumps([*there, *ids]).encode())
    return ids


def _require_slurm() -> None:
    try:
        told = subprocess.run(["sinfo", "--noheader"], capture_output=True, text=True, check=False, timeout=60)
    except FileNotFoundError as error:
        problem = "is slurm, and this machine has no sinfo"
        raise InputError("executor", problem, "a machine that submits to a cluster, or executor=local") from error
    except subprocess.TimeoutExpired as error:
        raise InputError("executor", "is slurm, which does not answer", "a cluster that runs") from error
    if told.returncode:
        first = " ".join(told.stderr.split())[:200]
        raise InputError("executor", f"is slurm, which does not answer: {first}", "a cluster that runs")


def queued(jobs: Sequence[str]) -> int:
    """Tasks of some jobs that wait or run; every one counts while Slurm does not answer."""
    ids = ",".join(sorted({job.partition("_")[0] for job in jobs}))
    command = ["squeue", "--noheader", "--array", "--format=%i", f"--jobs={ids}"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        return len(jobs)
    if told.returncode:
        return 0 if "Invalid job id" in told.stderr else len(jobs)
    return len(told.stdout.split())


def _follow(folder: Path, jobs: Sequence[str], watch: Callable[[], None], seconds: float) -> None:
    """Look until no task is left in the queue, or the sweep is cancelled."""
    while not (folder / CANCELLED).exists():
        left = queued(jobs)
        watch()
        if not left:
            return
        time.sleep(seconds)


def cancel_jobs(folder: Path) -> None:
    """Take a sweep's tasks out of the queue; a running one is ended, and its journals keep what it lived."""
    ids = sorted({job.partition("_")[0] for job in json.loads((folder / JOBS).read_text())})
    subprocess.run(["scancel", *ids], capture_output=True, check=False)
