"""A sweep that is killed, with kill -9, at any moment and in any part: the table is the undisturbed one, byte for byte."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from small_sweeps import ROOT, live_here, planned, start, table

from sim.studies.sweep import journal as journals
from sim.studies.sweep import shards
from sim.studies.sweep.gather import gather
from sim.studies.sweep.plan import PlanOnDisk
from sim.studies.sweep.status import read_status
from sim.studies.sweep.work import live_pieces, missing_pieces

WAIT = 300.0  # seconds until a process is taken to hang


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(owner, name, at, before=True):
    """Replace a function so that its process is killed at the `at`-th call, before or after the call."""
    real, calls = getattr(owner, name), [0]

    def one(*arguments, **named):
        calls[0] += 1
        if calls[0] == at and before:
            die()
        done = real(*arguments, **named)
        if calls[0] == at:
            die()
        return done

    setattr(owner, name, one)


def half_a_line(at):
    """Write half of the `at`-th line of a journal, then be killed."""
    real, calls = journals.Journal._line, [0]

    def line(self, content):
        calls[0] += 1
        if calls[0] == at:
            self.file.write(b'0123abcd {"run": 1, "va')
            die()
        real(self, content)

    journals.Journal._line = line


POINTS = {
    "before a rename": lambda: dying(os, "replace", 2),
    "after a rename": lambda: dying(os, "replace", 2, before=False),
    "before a flush": lambda: dying(shards, "flush", 1),
    "within a write": lambda: dying(shards.pq, "write_table", 1, before=False),
    "before a journal goes": lambda: dying(Path, "unlink", 4),
    "after a journal goes": lambda: dying(Path, "unlink", 4, before=False),
    "half a line": lambda: half_a_line(7),
    "half the first line": lambda: half_a_line(1),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    sweep = planned(tmp_path_factory.mktemp("whole") / "s", "chunk=4")
    live_here(sweep)
    gather(sweep.folder)
    return sweep.folder


def in_child(action) -> int:
    """Do something in a copy of this process; the signal that ended it, 0 if none did."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point(tmp_path, whole, point):
    sweep = planned(tmp_path / "s", "chunk=4")
    plan = PlanOnDisk(sweep.folder)

    def live_and_die() -> None:
        POINTS[point]()
        live_pieces(sweep.folder, plan.head["plan"], missing_pieces(sweep.folder, plan))
        shards.compact(sweep.folder, least=2)

    assert in_child(live_and_die) == signal.SIGKILL
    lived = read_status(sweep.folder).lived
    live_here(sweep)
    assert read_status(sweep.folder).complete and lived < 12
    gather(sweep.folder)
    assert (sweep.folder / "sweep.parquet").read_bytes() == (whole / "sweep.parquet").read_bytes()
    assert journals.claims(sweep.folder) == []


@pytest.mark.parametrize("point", ["before a rename", "after a rename", "before a flush"])
def test_gathering_killed_at_a_point(tmp_path, whole, point):
    sweep = planned(tmp_path / "s", "chunk=1")
    live_here(sweep)
    monkey = {
        "before a rename": lambda: dying(os, "replace", 1),
        "after a rename": lambda: dying(os, "replace", 1, False),
    }

    def gather_and_die() -> None:
        monkey.get(point, POINTS[point])()
        shards.compact(sweep.folder, least=2)

    assert in_child(gather_and_die) == signal.SIGKILL
    gather(sweep.folder)
    assert (sweep.folder / "sweep.parquet").read_bytes() == (whole / "sweep.parquet").read_bytes()


def workers_at(folder: Path) -> list[int]:
    """Processes that live a chunk now."""
    try:
        return [one.pid for one in journals.claims(folder) if one.alive(0.0)]
    except FileNotFoundError:
        return []


def kill_at_random(folder: Path, kills: int, luck: random.Random) -> dict[str, int]:
    """Run the sweep and kill its worker, its coordinator or its whole group, until so many kills are done."""
    done = dict.fromkeys(("worker", "coordinator", "group"), 0)
    running: subprocess.Popen | None = None
    while sum(done.values()) < kills:
        if running is None or running.poll() is not None:
            if read_status(folder).complete:
                break
            running = start(folder, "resume", "workers=2")
            lived = read_status(folder).lived
            waited = time.monotonic()
            while read_status(folder).lived == lived and running.poll() is None and time.monotonic() - waited < WAIT:
                time.sleep(0.02)
        time.sleep(luck.uniform(0.0, 0.4))
        before = read_status(folder).lived
        victim = luck.choice(list(done))
        try:
            if victim == "worker":
                at = workers_at(folder)
                if not at:
                    continue
                os.kill(luck.choice(at), signal.SIGKILL)
            elif victim == "coordinator":
                running.kill()
            else:
                os.killpg(running.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        done[victim] += 1
        if victim != "worker":
            running.wait()
        assert read_status(folder).lived >= before, "what was told as lived is never lived again"
    if running is not None and running.poll() is None:
        running.wait(WAIT)
    finish = start(folder, "resume", "workers=2")
    error = finish.communicate(timeout=WAIT)[1]
    assert finish.returncode == 0, error
    return done


def sweep_of(folder: Path, seeds: int):
    return planned(folder, "sweep.policies.reentry_ban.months=[0,12,24,36,60]", "sweep.parameters.beta=[0.9,1.0,1.1,1.2]",
                   f"seeds={seeds}", "until=2014-12", "population.scale=0.0002", "chunk=10")  # fmt: skip


def kills(tmp_path: Path, seeds: int, number: int, least: int) -> None:
    calm, disturbed = sweep_of(tmp_path / "calm", seeds), sweep_of(tmp_path / "disturbed", seeds)
    assert start(calm.folder, "resume", "workers=2").wait(WAIT * 4) == 0
    done = kill_at_random(disturbed.folder, number, random.Random(number))
    assert sum(done.values()) >= least and min(done.values()) > 0, done
    made = table(disturbed.folder)
    assert len(made) == made["run_id"].nunique() == 20 * seeds and (made["status"] == "ok").all()
    for name in ("sweep.parquet", "plan.parquet"):
        assert (disturbed.folder / name).read_bytes() == (calm.folder / name).read_bytes()
    assert journals.claims(disturbed.folder) == []


def test_twenty_kills(tmp_path):
    kills(tmp_path, seeds=16, number=20, least=12)


@pytest.mark.system
def test_two_hundred_kills(tmp_path):
    """2,000 runs, 200 kills: lost none, doubled none."""
    kills(tmp_path, seeds=100, number=200, least=150)


def test_two_coordinators_at_once(tmp_path):
    calm, both = sweep_of(tmp_path / "calm", 4), sweep_of(tmp_path / "both", 4)
    pair = [start(both.folder, "resume", "workers=1") for _ in range(2)]
    told = [one.communicate(timeout=WAIT)[1] for one in pair]
    assert [one.returncode for one in pair] == [0, 0], told
    live_here(calm)
    gather(calm.folder)
    assert (both.folder / "sweep.parquet").read_bytes() == (calm.folder / "sweep.parquet").read_bytes()


def test_an_interruption_says_what_is_kept(tmp_path):
    sweep = sweep_of(tmp_path / "s", 8)
    running = start(sweep.folder, "resume", "workers=1")
    waited = time.monotonic()
    while not read_status(sweep.folder).lived and time.monotonic() - waited < WAIT:
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGINT)
    told = running.communicate(timeout=WAIT)[1]
    assert running.returncode == 130 and "what is lived is kept: sim sweep resume" in told
    assert "Traceback" not in told
    assert read_status(sweep.folder).lived > 0


def small_disk() -> None:
    """No file may be longer than 40,000 bytes: the first shard is refused by the operating system."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))


def test_a_file_that_cannot_grow_is_one_line(tmp_path, whole):
    sweep = planned(tmp_path / "s", "chunk=12", "measures=all")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    running = start(sweep.folder, "resume", "workers=1", preexec_fn=small_disk)
    told = running.communicate(timeout=WAIT)[1]
    assert running.returncode == 2 and "Traceback" not in told, told
    assert "cannot be written (File too large); what is lived is kept" in told
    kept = read_status(sweep.folder).lived
    assert start(sweep.folder, "resume", "workers=1").wait(WAIT) == 0
    assert 0 < kept < 12 and (table(sweep.folder)["status"] == "ok").all()


@pytest.mark.system
def test_a_disk_that_is_full(tmp_path, whole):
    """A real disk of so few bytes; needs the right to mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)], check=True)
    try:
        sweep = planned(disk / "s", "chunk=4", "seeds=40")
        running = start(sweep.folder, "resume", "workers=2")
        told = running.communicate(timeout=WAIT)[1]
        assert running.returncode == 2 and "No space left on device" in told and "Traceback" not in told, told
        kept = read_status(sweep.folder).lived
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        assert start(sweep.folder, "resume", "workers=2").wait(WAIT) == 0
        assert 0 < kept < 240 and (table(sweep.folder)["status"] == "ok").all()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_run_that_kills_its_process_each_time_is_a_failure(tmp_path):
    """A worker that dies of one run, wherever it is: the others are lived, and this one is told."""
    sweep = planned(tmp_path / "s", "chunk=4")
    (tmp_path / "sitecustomize.py").write_text(DEADLY)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    command = ["-m", "sim", "sweep", "resume", f"output={sweep.folder}", "workers=2"]
    import sys

    ran = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=WAIT, check=False
    )
    assert ran.returncode == 0, ran.stderr
    made = table(sweep.folder)
    assert made["status"].tolist() == ["ok"] * 5 + ["failed"] + ["ok"] * 6
    assert made["error"].dropna().tolist() == ["WorkerDied: its process died each time"]
    assert start(sweep.folder, "retry", "--failed").wait(WAIT) == 0
    assert (table(sweep.folder)["status"] == "ok").all()


DEADLY = """
import importlib.abc, os, signal, sys

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "sim.studies.sweep.journal":
            return None
        sys.meta_path.remove(self)
        import importlib.util
        spec = importlib.util.find_spec(name)
        real = spec.loader.exec_module
        def exec_module(module):
            real(module)
            begun = module.Journal.begun
            def deadly(self, run):
                begun(self, run)
                if run == 5:
                    os.kill(os.getpid(), signal.SIGKILL)
            module.Journal.begun = deadly
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
"""
