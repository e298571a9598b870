"""Threads, blocks, processes and the order of hashes change nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from small_worlds import ROOT, begin, scenario

from sim.engine import blocks
from sim.seed_run import SeedRun
from sim.tables import SeedOutcome

PROGRAM = """
import json, sys
import sim
first, seeds, threads = map(int, sys.argv[1:])
asked = dict(scale=0.0003, burn_in=2, until="2012-12")
print(json.dumps(sim.run("history", first_seed=first, seeds=seeds, threads=threads, **asked).meta["digests"]))
"""


def lived(threads: int, structure: dict[str, str] | None = None) -> tuple[SeedRun, SeedOutcome]:
    policies = {"seasonal_work": {"destination": "KAZ", "quota": 50_000, "known_to": 0.5}}
    asked = {"scale": 0.002, "burn_in": 6, "until": "2013-06", "structure": structure or {}}
    run = begin(scenario(**asked, policies=policies), seed=3, threads=threads)
    run.burn_in()
    return run, run.run()


@pytest.fixture(scope="module")
def with_one() -> tuple[SeedRun, SeedOutcome]:
    return lived(1)


def same(outcome: SeedOutcome, other: SeedOutcome) -> None:
    assert outcome.digest == other.digest
    np.testing.assert_array_equal(outcome.tallies, other.tallies)
    np.testing.assert_array_equal(outcome.cells, other.cells)
    np.testing.assert_array_equal(outcome.spread, other.spread)


@pytest.mark.parametrize("threads", range(2, 17))
def test_the_number_of_threads_changes_nothing(threads, with_one):
    run, outcome = lived(threads)
    assert run.model.engine.lanes == threads
    assert with_one[0].model.engine.lanes == 1
    same(outcome, with_one[1])


def test_nor_where_pay_answers_numbers_and_people_are_content():
    structure = {"decision": "satisficing", "wages": "responding"}
    _, alone = lived(1, structure)
    for threads in (2, 7):
        same(lived(threads, structure)[1], alone)
    assert alone.digest != lived(1)[1].digest


@pytest.mark.parametrize("size", [7, 64, 1000, 4096, 1_000_000])
def test_how_households_are_cut_into_blocks_changes_nothing(size, with_one, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", size)
    run, outcome = lived(2)
    assert len(run.model.engine.blocks) != len(with_one[0].model.engine.blocks)
    same(outcome, with_one[1])


def test_another_seed_gives_another_digest(with_one):
    run = begin(with_one[0].prepared.scenario, seed=4)
    run.burn_in()
    assert run.run().digest != with_one[1].digest


def test_processes_and_the_seed_of_hashes_change_nothing():
    digests: dict[str, set[str]] = {}
    for hashes, first, seeds, threads in (("0", 1, 3, 2), ("4242", 2, 1, 1), ("7", 3, 1, 5)):
        environment = {**os.environ, "PYTHONHASHSEED": hashes, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", PROGRAM, str(first), str(seeds), str(threads)]
        told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        for seed, digest in json.loads(told.stdout).items():
            digests.setdefault(seed, set()).add(digest)
    assert {seed: len(found) for seed, found in digests.items()} == {"1": 1, "2": 1, "3": 1}
    assert len(set.union(*digests.values())) == 3
