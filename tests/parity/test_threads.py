"""Threads, processes and the order of hashes change nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from small_worlds import ROOT, begin, scenario

from sim.seed_run import SeedRun
from sim.tables import SeedOutcome

PROGRAM = """
import sim
print(sim.run("history", scale=0.0003, seeds=1, burn_in=2, until="2012-12", threads=2).meta["digest"])
"""


def lived(threads: int) -> tuple[SeedRun, SeedOutcome]:
    policies = {"seasonal_work": {"destination": "KAZ", "quota": 50_000, "known_to": 0.5}}
    run = begin(scenario(scale=0.002, burn_in=6, until="2013-06", policies=policies), seed=3, threads=threads)
    run.burn_in()
    return run, run.run()


@pytest.fixture(scope="module")
def with_one() -> tuple[SeedRun, SeedOutcome]:
    return lived(1)


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_the_number_of_threads_changes_nothing(threads, with_one):
    run, outcome = lived(threads)
    assert run.model.engine.lanes == threads
    assert with_one[0].model.engine.lanes == 1
    assert len(run.model.engine.blocks) > 7
    assert outcome.digest == with_one[1].digest
    np.testing.assert_array_equal(outcome.tallies, with_one[1].tallies)
    np.testing.assert_array_equal(outcome.cells, with_one[1].cells)


def test_another_seed_gives_another_digest(with_one):
    run = begin(with_one[0].prepared.scenario, seed=4)
    run.burn_in()
    assert run.run().digest != with_one[1].digest


def test_processes_and_the_seed_of_hashes_change_nothing():
    digests = []
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        told = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, check=True, capture_output=True, text=True
        )
        digests.append(told.stdout.strip())
    assert digests[0] == digests[1]
    assert len(digests[0]) == 64
