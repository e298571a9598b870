"""A plain array script, for sites where no submitter may stay and for sites without Python."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.output.durable import replace_file
from sim.studies.sweep.executors.slurm import MOST_TASKS, TASKS_A_WORKER, setup_lines

if TYPE_CHECKING:
    from sim.studies.sweep.plan import PlanOnDisk
    from sim.studies.sweep.sweeping import Sweep
    from sim.studies.sweep.work import Piece

SCRIPT = "submit.sbatch"


def write_script(
    sweep: Sweep, plan: PlanOnDisk, pieces: list[Piece], watch: Callable[[], None], tell: Callable[[str], None]
) -> None:
    """Write ``submit.sbatch`` beside the plan, and say how to use it."""
    tasks = min(plan.chunks, sweep.executor.get("tasks") or min(MOST_TASKS, TASKS_A_WORKER * sweep.workers))
    path = sweep.folder / SCRIPT
    replace_file(path, script(sweep.folder.resolve(), sweep.executor, sweep.workers, tasks).encode())
    tell(f"written: {path}")
    tell(f"sbatch {path}; again as often as something is missing; then sim sweep gather name={sweep.folder.name}")


def script(folder: Path, given: Mapping[str, Any], workers: int, tasks: int) -> str:
    """An array of `tasks` shares, `workers` at a time; each task lives what is missing of its share."""
    lines = [
        "#!/bin/bash",
        f"#SBATCH --job-name=sim-{folder.name}",
        f"#SBATCH --array=0-{tasks - 1}%{workers}",
        f"#SBATCH --time={int(given['minutes'])}",
        f"#SBATCH --cpus-per-task={int(given['cpus'])}",
        f"#SBATCH --mem={math.ceil(1024 * float(given['memory_gb']))}M",
        f"#SBATCH --output={folder}/slurm/%A_%a.log",
        "#SBATCH --open-mode=append",
    ]
    lines += [f"#SBATCH --{key}={given[key]}" for key in ("partition", "account") if given.get(key)]
    lines += ["#SBATCH --requeue"] if given.get("requeue", True) else []
    folder.joinpath("slurm").mkdir(exist_ok=True)
    work = f"-m sim.studies.sweep.work {shlex.quote(str(folder))} $SLURM_ARRAY_TASK_ID {tasks}"
    if given.get("image"):
        program = f"apptainer exec --bind {shlex.quote(str(folder))} {shlex.quote(str(given['image']))} python {work}"
    else:
        program = f"{shlex.quote(str(given.get('python') or sys.executable))} {work}"
    return "\n".join([*lines, "set -e", *setup_lines(given), f"exec {program}", ""])
