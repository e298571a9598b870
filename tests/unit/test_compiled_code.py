"""Compiled code on disk: right whoever else writes there, whatever happens to the files, and wherever they may not be."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_worlds import ROOT

MODULE = """
from sim.schema.rule import rule

@rule
def inner(x):
    return x + 1

@rule
def outer(x):
    total = inner(x)
    for k in range(5):
        total += inner(x * k)
    return total
"""
PROGRAM = """
import json, os, resource, sys, time
from pathlib import Path
if "LARGEST_FILE" in os.environ:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["LARGEST_FILE"]),) * 2)
if "INTERRUPTED" in os.environ:
    from numba.core.codegen import CPUCodeLibrary

    CPUCodeLibrary._object_compiled_hook = classmethod(lambda *_: sys.exit("the time is up"))
from tiny import outer
while not Path("go").exists():
    time.sleep(0.001)
given = [float(x) if "." in x else int(x) for x in sys.argv[1:]]
print(json.dumps({"results": [outer(x) for x in given], "compiled": sum(outer.stats.cache_misses.values())}))
"""
AGAIN = {3: 39, 3.5: 44.5}


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "tiny.py").write_text(MODULE)
    (tmp_path / "go").touch()
    return tmp_path


def start(folder: Path, *given: float, cache: str = "cache", **variables: str) -> subprocess.Popen:
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    environment |= {"XDG_CACHE_HOME": str(folder / cache), "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", **variables}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, given)],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def told(child: subprocess.Popen) -> tuple[dict, str]:
    out, error = child.communicate(timeout=100)
    assert child.returncode == 0, error
    return json.loads(out), error


def kept(folder: Path, of: str = "outer") -> list[Path]:
    return sorted((folder / "cache").rglob(f"{of}-*.code"))


def test_the_next_process_compiles_nothing(folder):
    assert told(start(folder, 3))[0] == {"results": [AGAIN[3]], "compiled": 1}
    assert told(start(folder, 3))[0] == {"results": [AGAIN[3]], "compiled": 0}
    assert len(kept(folder)) == len(kept(folder, "inner")) == 1


def test_processes_that_start_at_once_share_the_work(folder):
    """Half of them ask for the types in one order, half in the other: an index kept by all would mix them up."""
    (folder / "go").unlink()
    children = [start(folder, *(AGAIN if number % 2 else reversed(AGAIN))) for number in range(8)]
    time.sleep(1.0)
    (folder / "go").touch()
    all_told = [told(child) for child in children]
    expected = [sorted(one["results"]) for one, _ in all_told]
    assert expected == [sorted(AGAIN.values())] * len(children)
    assert sum(one["compiled"] for one, _ in all_told) == len(AGAIN)
    assert {error for _, error in all_told} == {""}
    assert not list((folder / "cache").rglob("*.claim"))


@pytest.mark.parametrize("damage", ["cut", "emptied", "altered", "another's"])
def test_a_damaged_file_is_compiled_anew(folder, damage):
    told(start(folder, 3))
    (file,) = kept(folder)
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(
        {
            "cut": whole[:middle],
            "emptied": b"",
            "altered": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "another's": b"neither checksum nor code",
        }[damage]
    )
    one, error = told(start(folder, 3))
    assert one == {"results": [AGAIN[3]], "compiled": 1}
    assert error == ""
    assert told(start(folder, 3))[0]["compiled"] == 0


def test_changed_sources_are_compiled_anew(folder):
    told(start(folder, 3))
    (folder / "tiny.py").write_text(MODULE.replace("return x + 1", "return x + 2"))
    assert told(start(folder, 3))[0] == {"results": [AGAIN[3] + 6], "compiled": 1}


def test_a_place_that_cannot_be_written_is_said_once_and_costs_time_alone(folder):
    (folder / "file").write_text("")
    for _ in range(2):
        one, error = told(start(folder, *AGAIN, cache="file"))
        assert one == {"results": list(AGAIN.values()), "compiled": 2}
        assert error.startswith("note: compiled code cannot be kept in ")
        assert error.count("\n") == 1
        assert "XDG_CACHE_HOME" in error
    assert not list(folder.rglob("*.nbi"))  # Numba's own cache would lie in __pycache__, and go stale


def test_code_that_a_signal_keeps_from_being_handed_over_runs_and_is_compiled_anew(folder):
    found, error = told(start(folder, 3, INTERRUPTED="1"))
    assert found == {"results": [AGAIN[3]], "compiled": 1}
    assert "the time is up" in error
    assert not kept(folder)
    assert told(start(folder, 3))[0] == {"results": [AGAIN[3]], "compiled": 1}
    assert len(kept(folder)) == len(kept(folder, "inner")) == 1


def test_a_full_disk_is_said_once_and_leaves_no_half_file(folder):
    one, error = told(start(folder, 3, LARGEST_FILE="500"))
    assert one == {"results": [AGAIN[3]], "compiled": 1}
    assert error.startswith("note: compiled code cannot be kept in ")
    assert error.count("\n") == 1
    assert [path for path in (folder / "cache").rglob("*") if path.is_file()] == []


def claim(folder: Path, process: int) -> tuple[Path, Path]:
    """A claim by a process on the rule's code, and the code itself, put away."""
    told(start(folder, 3))
    (file,) = kept(folder)
    away = file.rename(folder / "away")
    file.with_suffix(".claim").write_text(f"{process} {socket.gethostname()}")
    return file, away


def test_a_process_that_compiles_is_waited_for(folder):
    file, away = claim(folder, os.getpid())
    child = start(folder, 3)
    time.sleep(2.0)
    assert child.poll() is None
    away.rename(file)
    assert told(child)[0] == {"results": [AGAIN[3]], "compiled": 0}


def test_a_killed_process_is_not_waited_for(folder):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    file, _ = claim(folder, gone.pid)
    assert told(start(folder, 3))[0]["compiled"] == 1
    assert file.exists()
    assert not file.with_suffix(".claim").exists()


def test_a_claim_that_is_too_old_is_nobodys(folder):
    file, _ = claim(folder, os.getpid())
    long_ago = time.time() - 3600
    os.utime(file.with_suffix(".claim"), (long_ago, long_ago))
    assert told(start(folder, 3))[0]["compiled"] == 1


def test_what_is_compiled_ahead_is_what_a_run_calls(tmp_path):
    """Were a type not that of a run, the run would compile the second half of the month once more."""
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    run = ("sim", "run", "scenario=history", "population.scale=0.0001", "population.burn_in=1", "until=2012-12")
    for module, *arguments in (("sim.engine.ahead",), (*run, f"output={tmp_path / 'run'}")):
        subprocess.run([sys.executable, "-m", module, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
        assert len(kept(tmp_path, "live_block")) == len(kept(tmp_path, "live_after_meeting")) == 1
