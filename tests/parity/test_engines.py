"""Both engines give the same households: every field of every record, every month, bit for bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from random_scenarios import MONTHS, SCENARIOS, live_all, some_draws
from small_worlds import ROOT, first_difference

import sim
from sim.schema.rule import COMPILED
from sim.tallies import Tally

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    """The folder in which a process without the compiler has left all it lived."""
    folder = tmp_path_factory.mktemp("plain")
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(map(str, (ROOT, HERE.parent)))}
    subprocess.run([sys.executable, HERE / "random_scenarios.py", folder], env=environment, check=True)
    return folder


@pytest.fixture(scope="module")
def compiled() -> list[tuple[np.ndarray, np.ndarray]]:
    return [live_all(number) for number in range(SCENARIOS)]


def test_the_two_sides_come_from_two_executions(plain):
    told = json.loads((plain / "told.json").read_text())
    assert told["compiled"] is False
    assert COMPILED is True
    assert told["process"] != os.getpid()


@pytest.mark.parametrize("number", range(SCENARIOS))
def test_all_records_are_equal_every_month(number, plain, compiled):
    records, tallies = compiled[number]
    other_records, other_tallies = (np.load(plain / f"{what}_{number}.npy") for what in ("records", "tallies"))
    assert len(records) == len(other_records) >= MONTHS  # the burn-in comes first
    for at, (one, other) in enumerate(zip(records, other_records, strict=True)):
        month = at - len(records) + MONTHS
        told = first_difference(one, other)
        assert not told, f"scenario {number}, month {month}, {told}"
        unlike = np.argwhere(tallies[at] != other_tallies[at])
        assert not len(unlike), f"scenario {number}, month {month}: (origin, place, tally) {unlike[:5].tolist()}"


def test_every_rule_is_put_to_the_test(compiled):
    """The comparison means something only where things happen: each tally is noted somewhere, permits are short."""
    noted = sum(tallies.sum(axis=(0, 1, 2)) != 0 for _, tallies in compiled)
    of_places = (Tally.HEARD, Tally.HEARD_2, Tally.HEARD_3)  # counted by destination, as AWARE_WORK
    lanes = {Tally.TOPICS_LOW, Tally.TOPICS_HIGH}  # empty once they are unpacked
    assert {tally for tally in Tally if not noted[tally] and tally not in of_places} == lanes
    refused = [int(tallies[..., Tally.SEASONAL_REFUSED].sum()) for _, tallies in compiled]
    granted = [int(tallies[..., Tally.SEASONAL_PERMITS].sum()) for _, tallies in compiled]
    assert sum(no > 0 and yes > 0 for no, yes in zip(refused, granted, strict=True)) >= 5
    moved = [np.count_nonzero(records["place"][1:] != records["place"][:-1]) for records, _ in compiled]
    assert sorted(moved)[5] > 100


def test_draws_are_equal(plain):
    np.testing.assert_array_equal(some_draws(), np.load(plain / "draws.npy"))


def test_both_engines_give_one_digest_to_a_user():
    policies = {"policies.reentry_ban.months": 24, "policies.seasonal_work.destination": "KAZ"}
    policies |= {"policies.seasonal_work.quota": 40_000, "policies.seasonal_work.known_to": 0.5}
    asked = {"scale": 1e-4, "burn_in": 3, "until": "2012-12", "seeds": 2, "overrides": policies}
    fast, slow = (sim.run("history", engine=engine, **asked) for engine in ("compiled", "mesa"))
    assert fast.meta["digests"] == slow.meta["digests"]
    assert fast.meta["scenario"]["engine"] != slow.meta["scenario"]["engine"]
    for table in ("corridors", "origins", "categories", "spells"):
        assert getattr(fast, table).equals(getattr(slow, table)), table
