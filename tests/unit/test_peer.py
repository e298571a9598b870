"""The peer in C does the same as the rules, or the benchmark refuses to compare."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from small_worlds import ROOT

from benchmarks.peer import __main__ as peer
from benchmarks.peer.in_c import SOURCES
from sim.errors import InputError

HAS_COMPILER = any(shutil.which(name) for name in ("cc", "gcc", "clang"))


@pytest.mark.slow
def test_c_gives_equal_households_and_a_ratio():
    if not HAS_COMPILER:
        with pytest.raises(InputError, match="no C compiler"):
            peer.figures(900, 3, 1)
        return
    made = {figure.what: figure for figure in peer.figures(900, 3, 1)}
    assert made["both, ours over C"].value > 0
    ours, theirs = (made[f"both, {whose}"].value for whose in ("ours", "C"))
    assert made["both, ours over C"].value == pytest.approx(ours / theirs)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "right", "wrong"),
    [
        ("learning over ties: ", "* 0.004 - risk", "* 0.0041 - risk"),
        ("nested-logit choice: intent", "u < limit * corridors", "2.0 * u < limit * corridors"),
        ("nested-logit choice: what was noted differs", "best_true - 20.0", "best_true - 0.5"),
    ],
)
def test_unequal_results_are_not_compared(what, right, wrong, tmp_path):
    if not HAS_COMPILER:
        return
    sources = shutil.copytree(SOURCES, tmp_path / "altered")
    found = [file for file in sources.glob("*.c") if right in file.read_text()]
    assert len(found) == 1
    found[0].write_text(found[0].read_text().replace(right, wrong))
    with pytest.raises(AssertionError, match=what):
        peer.figures(3000, 2, 1, sources)


def test_a_missing_compiler_is_one_line(tmp_path):
    environment = {**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.peer"], check=False, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: benchmarks.peer finds no C compiler. Allowed: cc, gcc or clang on the PATH."
    ]
