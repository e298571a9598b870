"""Plan a sweep, start it, go on with it, try failed runs again, stop it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.engine.ahead import start_compiling
from sim.errors import InputError
from sim.output.durable import replace_file
from sim.studies.sweep.cost import measure, words
from sim.studies.sweep.executors.processes import Processes
from sim.studies.sweep.layout import CANCELLED, HEAD, JOBS, OPEN, SHARDS, read_head
from sim.studies.sweep.plan import Plan, PlanOnDisk, make_plan, write_plan
from sim.studies.sweep.request import SweepRequest
from sim.studies.sweep.shards import list_shards
from sim.studies.sweep.status import Status, failed_runs, read_status
from sim.studies.sweep.work import Piece, missing_pieces

Tell = Callable[[str], None]
Watch = Callable[[Status], None]


@dataclass(frozen=True)
class Sweep:
    """A planned sweep on disk, and where to live it; `ready` are processes that have loaded the program."""

    folder: Path
    executor: Mapping[str, Any]
    workers: int
    ready: Processes | None = None

    @classmethod
    def planned(cls, asked: SweepRequest) -> Sweep:
        """Write the plan, or find the same one there.

        Raises
        ------
        InputError
            A point that cannot be, or a folder that holds another plan or something else.
        """
        require_free(asked.folder)
        ready = Processes(asked.workers if asked.executor["kind"] == "local" else 1)
        try:
            plan = make_plan(asked)
            _require_same(asked.folder, plan)
            if not (asked.folder / HEAD).exists():
                _prepare(asked.folder)
                write_plan(plan, asked.folder)
        except InputError:
            ready.end(kill=True)
            raise
        return cls(asked.folder, asked.executor, asked.workers, ready)

    def cost(self) -> str:
        """What it will cost, from measured runs, in words."""
        start_compiling()
        measured = measure(self.folder, self.ready or Processes(1))
        return words(read_head(self.folder), measured, self.workers)

    def live(self, watch: Watch = lambda status: None, tell: Tell = lambda line: None) -> Status:
        """Live what is missing.

        Raises
        ------
        InputError
            What the executor or a worker refuses.
        """
        plan = PlanOnDisk(self.folder)
        return self._live(plan, missing_pieces(self.folder, plan), watch, tell)

    def retry(self, watch: Watch = lambda status: None, tell: Tell = lambda line: None) -> Status:
        """Live the failed runs again."""
        plan = PlanOnDisk(self.folder)
        return self._live(plan, failed_pieces(self.folder, plan), watch, tell)

    def _live(self, plan: PlanOnDisk, pieces: list[Piece], watch: Watch, tell: Tell) -> Status:
        (self.folder / CANCELLED).unlink(missing_ok=True)
        if pieces:
            run = _executor(str(self.executor["kind"]))
            run(self, plan, pieces, lambda: watch(read_status(self.folder)), tell)
        return read_status(self.folder)


def _executor(kind: str) -> Callable[..., None]:
    """What lives pieces, by the kind of executor."""
    if kind == "local":
        return _run_local
    if kind == "slurm":
        from sim.studies.sweep.executors.slurm import run_slurm

        return run_slurm
    if kind == "sbatch":
        from sim.studies.sweep.executors.sbatch import write_script

        return write_script
    raise InputError("executor.kind", f"is {kind!r}", allowed="local, slurm, sbatch")


def _run_local(sweep: Sweep, plan: PlanOnDisk, pieces: list[Piece], watch: Callable[[], None], tell: Tell) -> None:
    from sim.studies.sweep.executors.local import run_local

    start_compiling()
    run_local(sweep.folder, plan.head["plan"], pieces, sweep.workers, watch, sweep.ready)


def failed_pieces(folder: Path, plan: PlanOnDisk) -> list[Piece]:
    """The failed runs by chunk, each as the next attempt."""
    by_chunk: dict[int, list[int]] = defaultdict(list)
    for run in failed_runs(folder):
        by_chunk[run // plan.head["chunk"]].append(run)
    attempt = 1 + max((one.attempt for one in list_shards(folder)), default=0)
    latest = _last_attempt(folder)
    return [
        Piece(chunk, plan.runs_in(chunk), tuple(sorted(runs)), max(attempt, latest + 1))
        for chunk, runs in sorted(by_chunk.items())
    ]


def _last_attempt(folder: Path) -> int:
    """The last attempt in any part."""
    import pyarrow.parquet as pq

    parts = [one.path for one in list_shards(folder) if one.chunk is None]
    attempts = [pq.read_table(path, columns=["attempt"])["attempt"].to_numpy().max(initial=0) for path in parts]
    return int(max(attempts, default=0))


def cancel(folder: Path) -> Status:
    """Have every process stop after its run; what is lived is kept. A sweep that is complete stays as it is."""
    status = read_status(folder)
    if status.complete:
        return status
    (folder / CANCELLED).touch()
    if (folder / JOBS).exists():
        from sim.studies.sweep.executors.slurm import cancel_jobs

        cancel_jobs(folder)
    return read_status(folder)


def require_free(folder: Path) -> None:
    """Refuse a folder that holds something else than a sweep.

    Raises
    ------
    InputError
        It does.
    """
    if folder.is_dir():
        if (folder / HEAD).exists():
            return
        own = {OPEN, SHARDS, "plan.parquet", "design.parquet"}
        strange = [one.name for one in folder.iterdir() if one.name not in own and not one.name.startswith(".")]
        if strange:
            raise InputError("name", f"is {folder.name}, and {folder} holds {strange[0]}", "a name of its own")
    elif folder.exists():
        raise InputError("name", f"is {folder.name}, and {folder} is a file", allowed="a name of its own")


def _require_same(folder: Path, plan: Plan) -> None:
    if not (folder / HEAD).exists():
        return
    there = read_head(folder)
    if there["plan"] == plan.head["plan"]:
        return
    kinds = {"rules": "another version of the program", "pack_digest": "another pack", "measures": "other measures"}
    kinds |= {"window": "another window", "design": "another design", "axes": "other values", "seeds": "other seeds"}
    differs = next((words for key, words in kinds.items() if there.get(key) != plan.head[key]), "another scenario")
    problem = f"is {folder.name}, and {folder} holds another plan ({differs})"
    raise InputError("name", problem, allowed="another name, or the plan as it was (sim sweep resume)")


def _prepare(folder: Path) -> None:
    try:
        for part in (OPEN, SHARDS):
            (folder / part).mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        replace_file(probe, b"")
        probe.unlink()
    except OSError as error:
        problem = f"is {str(folder)!r}, which cannot be written ({error.strerror})"
        raise InputError("output", problem, "a folder to write in") from error
