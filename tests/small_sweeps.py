"""Sweeps of a few very small runs, planned in the test's own process or lived by the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from small_worlds import ROOT

from sim.studies.sweep.plan import PlanOnDisk
from sim.studies.sweep.request import sweep_request
from sim.studies.sweep.sweeping import Sweep
from sim.studies.sweep.work import live_pieces, missing_pieces

TINY = ["population.scale=0.0001", "population.burn_in=2", "until=2013-06"]
BANS = "sweep.policies.reentry_ban.months=[0,12,60]"
BETA = "sweep.parameters.beta=[0.9,1.1]"


def planned(folder: Path, *keys: str) -> Sweep:
    """A planned sweep in a folder: 6 points x 2 seeds unless keys say otherwise."""
    given = {key.partition("=")[0] for key in keys}
    usual = [key for key in (*TINY, "seeds=2") if key.partition("=")[0] not in given and "branch_from" not in given]
    swept = [] if any(key.startswith(("sweep.", "design=table")) for key in keys) else [BANS, BETA]
    return Sweep.planned(sweep_request([f"output={folder}", *usual, *swept, *keys]))


def live_here(sweep: Sweep) -> None:
    """Live what is missing in this process."""
    plan = PlanOnDisk(sweep.folder)
    live_pieces(sweep.folder, plan.head["plan"], missing_pieces(sweep.folder, plan))


def start(folder: Path, *arguments: str, **options: Any) -> subprocess.Popen:
    """``sim sweep`` in a process of its own, with a group of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "sim", "sweep", *arguments, f"output={folder}"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True, **options,
    )  # fmt: skip


def table(folder: Path) -> Any:
    """The gathered table, as pandas has it."""
    return pq.read_table(folder / "sweep.parquet").to_pandas()
