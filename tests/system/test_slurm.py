"""Sweeps on a real Slurm of one node: whatever happens to a task or to the submitter, the table is the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from small_sweeps import live_here, planned, start, table

from sim.studies.sweep import journal as journals
from sim.studies.sweep.gather import gather
from sim.studies.sweep.plan import PlanOnDisk
from sim.studies.sweep.status import read_status
from sim.studies.sweep.work import missing_pieces

pytestmark = [pytest.mark.system, pytest.mark.usefixtures("slurm")]
WAIT = 1200.0
SLURM = ("executor=slurm", "executor.poll_seconds=1", "executor.memory_gb=1", "executor.partition=low", "workers=2")
GRID = ("sweep.policies.reentry_ban.months=[0,12,24,36,60]", "sweep.parameters.beta=[0.9,1.0,1.1,1.2]")


def sweep_of(folder: Path, seeds: int, *keys: str):
    return planned(folder, *GRID, f"seeds={seeds}", "chunk=5", "population.scale=0.0002", *keys)


def calm(tmp_path: Path, seeds: int, *keys: str) -> bytes:
    sweep = sweep_of(tmp_path / "calm", seeds, *keys)
    live_here(sweep)
    gather(sweep.folder)
    return (sweep.folder / "sweep.parquet").read_bytes()


def until(condition, seconds: float = WAIT) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "nothing happens any more"
        time.sleep(0.2)


def queue() -> str:
    return subprocess.run(["squeue", "--noheader", "--array"], capture_output=True, text=True, check=True).stdout


def at_work(folder: Path) -> list[int]:
    return [one.pid for one in journals.claims(folder) if one.alive(0.0)]


def finished(folder: Path, running: subprocess.Popen, wanted: bytes) -> None:
    told = running.communicate(timeout=WAIT)[1]
    assert running.returncode == 0, told
    assert read_status(folder).complete, told
    assert (folder / "sweep.parquet").read_bytes() == wanted


def test_sixty_runs_in_an_array(tmp_path):
    """The one that `.ci/run` does, too, where it can. Twelve chunks, two for each of six tasks."""
    sweep = sweep_of(tmp_path / "s", 3)
    running = start(sweep.folder, "resume", *SLURM)
    finished(sweep.folder, running, calm(tmp_path, 3))
    assert len(json.loads((sweep.folder / "jobs.json").read_text())) == 6


def test_a_thousand_runs_in_an_array(tmp_path):
    sweep = sweep_of(tmp_path / "s", 50)
    running = start(sweep.folder, "resume", *SLURM)
    finished(sweep.folder, running, calm(tmp_path, 50))
    assert len(table(sweep.folder)) == 1000


def test_a_killed_worker(tmp_path):
    sweep = sweep_of(tmp_path / "s", 10, "until=2014-12")
    running = start(sweep.folder, "resume", *SLURM, "executor.tasks=2")
    until(lambda: read_status(sweep.folder).lived > 2 and at_work(sweep.folder))
    os.kill(at_work(sweep.folder)[0], signal.SIGKILL)
    finished(sweep.folder, running, calm(tmp_path, 10, "until=2014-12"))


def test_a_preempted_job(tmp_path):
    sweep = sweep_of(tmp_path / "s", 10, "until=2014-12")
    running = start(sweep.folder, "resume", *SLURM, "executor.tasks=2")
    until(lambda: read_status(sweep.folder).lived > 2 and at_work(sweep.folder))
    before = read_status(sweep.folder).lived
    cores = os.cpu_count()
    subprocess.run(
        ["sbatch", "--partition=high", f"--ntasks={cores}", "--output=/dev/null", "--wrap=sleep 5"], check=True
    )
    until(lambda: not at_work(sweep.folder), 120)
    assert read_status(sweep.folder).lived >= before
    finished(sweep.folder, running, calm(tmp_path, 10, "until=2014-12"))


def test_a_task_that_runs_into_its_time(tmp_path):
    """A limit of a minute for two minutes of work: tasks are queued again, or submitted again."""
    keys = ("until=2016-12", "population.scale=0.001", "chunk=3")
    sweep = planned(tmp_path / "s", *GRID, "seeds=20", *keys)
    running = start(sweep.folder, "resume", *SLURM, "executor.minutes=1", "executor.tasks=2", "executor.rounds=20")
    finished_told = running.communicate(timeout=2 * WAIT)[1]
    assert running.returncode == 0, finished_told
    assert (table(sweep.folder)["status"] == "ok").all()
    other = planned(tmp_path / "calm", *GRID, "seeds=20", *keys)
    live_here(other)
    gather(other.folder)
    assert (sweep.folder / "sweep.parquet").read_bytes() == (other.folder / "sweep.parquet").read_bytes()


def test_a_submitter_that_dies(tmp_path):
    sweep = sweep_of(tmp_path / "s", 5)
    running = start(sweep.folder, "resume", *SLURM)
    until((sweep.folder / "jobs.json").exists)
    os.killpg(running.pid, signal.SIGKILL)
    until(lambda: read_status(sweep.folder).complete)
    assert start(sweep.folder, "gather").wait(WAIT) == 0
    assert (sweep.folder / "sweep.parquet").read_bytes() == calm(tmp_path, 5)


def test_submit_and_leave_then_cancel(tmp_path):
    sweep = sweep_of(tmp_path / "s", 10, "until=2014-12")
    assert start(sweep.folder, "resume", *SLURM, "executor.detach=true").wait(WAIT) == 0
    until(lambda: read_status(sweep.folder).lived > 2)
    assert start(sweep.folder, "cancel").wait(WAIT) == 0
    until(lambda: not queue(), 120)
    assert read_status(sweep.folder).lived < 200
    finished(sweep.folder, start(sweep.folder, "resume", "workers=2"), calm(tmp_path, 10, "until=2014-12"))


def test_the_plain_script(tmp_path):
    sweep = sweep_of(tmp_path / "s", 3)
    assert start(sweep.folder, "resume", "executor=sbatch", "executor.memory_gb=1", "workers=2").wait(WAIT) == 0
    assert missing_pieces(sweep.folder, PlanOnDisk(sweep.folder))
    script = sweep.folder / "submit.sbatch"
    root = Path(__file__).resolve().parents[2]
    subprocess.run(["sbatch", str(script)], check=True, env={**os.environ, "PYTHONPATH": str(root)})
    until(lambda: read_status(sweep.folder).complete)
    assert start(sweep.folder, "gather").wait(WAIT) == 0
    assert (sweep.folder / "sweep.parquet").read_bytes() == calm(tmp_path, 3)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("executor.partition=nowhere", "is slurm, which refuses the job"),
        ("executor.memory_gb=900000", "refuses the job"),
    ],
)
def test_a_cluster_that_refuses_is_one_line(tmp_path, key, told):
    sweep = sweep_of(tmp_path / "s", 1)
    keys = [one for one in SLURM if one.partition("=")[0] != key.partition("=")[0]]
    running = start(sweep.folder, "resume", *keys, key)
    error = running.communicate(timeout=WAIT)[1]
    assert running.returncode == 2 and told in error and "Traceback" not in error, error
