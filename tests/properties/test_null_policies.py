"""A policy at its null value is no policy, bit for bit; its example is one; their order means nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import live_through, pack, scenario

from sim.policies.base import Policy, registered
from sim.prepared import prepare
from sim.scenario import Scenario
from sim.tables import SeedOutcome, make_tables

ALL = sorted(registered())


def under(*policies: Policy) -> Scenario:
    """The settings of `policies`, past the scenario's own reading, which would put them in order."""
    return replace(scenario(scale=3e-4, burn_in=6, until="2015-12"), policy_objects=policies)


def tables(one: Scenario, outcome: SeedOutcome) -> list:
    """Of what households do and are; what a policy costs is in a table of its own."""
    return list(make_tables([outcome], [prepare(one, pack()).frame]))[:4]


@pytest.fixture(scope="module")
def baseline() -> SeedOutcome:
    return live_through(under())


@pytest.mark.parametrize("name", ALL)
def test_null_is_the_baseline_bit_for_bit(name, baseline):
    one = under(registered()[name].null())
    outcome = live_through(one)
    assert outcome.digest == baseline.digest
    np.testing.assert_array_equal(outcome.tallies, baseline.tallies)
    for table, expected in zip(tables(one, outcome), tables(under(), baseline), strict=True):
        assert table.equals(expected)


@pytest.mark.parametrize("name", ALL)
def test_the_example_changes_what_is_recorded(name, baseline):
    one = under(registered()[name].example())
    outcome = live_through(one)
    pairs = zip(tables(one, outcome), tables(under(), baseline), strict=True)
    assert outcome.digest != baseline.digest or not all(
        table.drop(columns="public_cost", errors="ignore").equals(expected.drop(columns="public_cost", errors="ignore"))
        for table, expected in pairs
    )


def test_the_order_of_policies_changes_nothing():
    """All of them at once: several change the rouble, the bans, permits, or share something out."""
    examples = [registered()[name].example() for name in ALL]
    shuffled = [examples[i] for i in np.random.default_rng(4).permutation(len(examples))]
    outcomes = [live_through(under(*order)) for order in (examples, examples[::-1], shuffled)]
    assert len({outcome.digest for outcome in outcomes}) == 1
    for outcome in outcomes[1:]:
        np.testing.assert_array_equal(outcome.tallies, outcomes[0].tallies)


def test_the_same_seed_lives_the_same_life(baseline):
    assert live_through(under()).digest == baseline.digest
