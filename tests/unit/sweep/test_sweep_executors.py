"""Executors as far as no cluster is needed: shares, scripts, refusals; Dask and Hydra's launchers on this machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool

import pytest
from small_sweeps import ROOT, TINY, live_here, planned, start

from sim.cli.main import main
from sim.studies.sweep.executors import slurm
from sim.studies.sweep.executors.local import run_local
from sim.studies.sweep.executors.processes import Processes
from sim.studies.sweep.executors.sbatch import script
from sim.studies.sweep.gather import gather
from sim.studies.sweep.plan import PlanOnDisk
from sim.studies.sweep.status import read_status
from sim.studies.sweep.work import Piece, missing_pieces

GIVEN = {"minutes": 60, "cpus": 1, "memory_gb": 1.5, "requeue": True, "scratch": "/local"}


@pytest.mark.parametrize(("pieces", "workers", "tasks"), [(1, 4, None), (10, 2, None), (1000, 50, None), (7, 1, 3)])
def test_every_piece_is_in_one_share(pieces, workers, tasks):
    given = [Piece(chunk) for chunk in range(pieces)]
    shares = slurm.shares(given, workers, tasks)
    assert [piece for share in shares for piece in share] == given
    assert all(shares) and len(shares) <= (tasks or min(slurm.MOST_TASKS, 4 * workers))


def test_compiled_rules_go_to_a_folder_of_the_node():
    (line,) = slurm.setup_lines(GIVEN)
    told = subprocess.run(["bash", "-c", f"{line}; echo $NUMBA_CACHE_DIR"], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == f"/local/labour-migration-sim-{os.getuid()}"
    assert slurm.setup_lines({"setup": ["module load python"], "scratch": None}) == ["module load python"]


def test_the_script_lives_all_shares(tmp_path):
    """The array script, its tasks run here by bash: together they live every chunk."""
    sweep = planned(tmp_path / "s", "chunk=4")
    text = script(sweep.folder, {**GIVEN, "scratch": None}, workers=2, tasks=2)
    assert "#SBATCH --array=0-1%2" in text and "#SBATCH --mem=1536M" in text and "#SBATCH --requeue" in text
    path = tmp_path / "submit.sbatch"
    path.write_text(text)
    for task in ("1", "0"):
        environment = {**os.environ, "SLURM_ARRAY_TASK_ID": task, "PYTHONPATH": str(ROOT)}
        subprocess.run(["bash", str(path)], check=True, env=environment)
        assert bool(missing_pieces(sweep.folder, PlanOnDisk(sweep.folder))) == (task == "1")


def test_processes_that_died_before_they_were_given_anything_are_replaced_and_no_chunk_is_lost(tmp_path):
    sweep = planned(tmp_path / "s", "chunk=4")
    plan = PlanOnDisk(sweep.folder)
    ready = Processes(2)
    os.kill(ready.submit(os.getpid).result(), signal.SIGKILL)
    with pytest.raises(BrokenProcessPool):
        while True:
            ready.submit(os.getpid).result()
    run_local(sweep.folder, plan.head["plan"], missing_pieces(sweep.folder, plan), 2, lambda: None, ready)
    assert read_status(sweep.folder).complete


def test_the_script_of_an_image(tmp_path):
    text = script(tmp_path, {**GIVEN, "image": "/images/sim.sif"}, workers=2, tasks=2)
    assert f"apptainer exec --bind {tmp_path} /images/sim.sif python -m sim.studies.sweep.work {tmp_path} " in text


def test_without_a_cluster_nothing_is_submitted(tmp_path, capsys, monkeypatch):
    sweep = planned(tmp_path / "s")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["sweep", "resume", f"output={sweep.folder}", "executor=slurm"]) == 2
    assert capsys.readouterr().err == (
        "error: executor is slurm, and this machine has no sinfo. "
        "Allowed: a machine that submits to a cluster, or executor=local.\n"
    )


def test_the_example_for_dask_is_run(tmp_path):
    """The code of the page on clusters, as it stands there."""
    (code,) = re.findall(r"```python\n(.*?LocalCluster.*?)```", (ROOT / "docs" / "clusters.md").read_text(), re.DOTALL)
    sweep = planned(tmp_path / "results" / "bans", "chunk=4")
    example = tmp_path / "example.py"
    example.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, str(example)], check=True, cwd=tmp_path, env=environment, timeout=300)
    assert read_status(sweep.folder).complete


@pytest.mark.parametrize("launcher", ["joblib", "submitit_local"])
def test_hydra_s_own_launchers(tmp_path, launcher):
    command = ["-m", "sim", "run", "-m", *TINY, "first_seed=1,2", "seeds=1", f"hydra/launcher={launcher}", "name=x"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert len(list((tmp_path / "results").glob("x-*/run.json"))) == 2


def test_the_number_of_workers_changes_nothing(tmp_path):
    calm, many = planned(tmp_path / "calm", "chunk=1"), planned(tmp_path / "many", "chunk=1")
    live_here(calm)
    gather(calm.folder)
    assert start(many.folder, "resume", "workers=4").wait(600) == 0
    assert (many.folder / "sweep.parquet").read_bytes() == (calm.folder / "sweep.parquet").read_bytes()
