"""A sweep that shares people, burn-in and months gives the households that separate runs give, bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_sweeps import live_here, planned, table
from small_worlds import live_through, pack, scenario

from sim.errors import InputError
from sim.prepared import prepare
from sim.studies.sweep.gather import gather
from sim.studies.sweep.living import Living
from sim.studies.sweep.measured import read_kept
from sim.studies.sweep.plan import RunOfPlan

POLICIES = (
    {},
    {"reentry_ban": {"months": 0, "during": ["2013-04", None]}},
    {"reentry_ban": {"months": 60, "during": ["2013-04", None]}},
    {"reentry_ban": {"months": 60, "during": ["2013-09", None]}},
    {"enforcement": {"raids": 4.0}},
    {"information_campaign": {"topics": ["ban_rules"], "heads": 200_000, "during": ["2013-02", "2013-06"]}},
    {"seasonal_work": {"destination": "KAZ", "quota": 100_000, "start": "2012-08"}},
)


def runs(**given):
    base = {"until": "2013-12", "scale": 2e-4, **given}
    made = [scenario(**base, policies=one) for one in POLICIES]
    made.append(scenario(**base, policies=POLICIES[1], parameters={"beta": 1.3}))
    made.append(scenario(**{**base, "until": "2013-06"}, policies=POLICIES[2]))
    return [RunOfPlan(k, 1 + k % 2, k, replace(one, seeds=1, first_seed=1 + k % 2)) for k, one in enumerate(made)] + [
        RunOfPlan(100 + k, 3, k, replace(one, seeds=1, first_seed=3)) for k, one in enumerate(made)
    ]


@pytest.fixture(scope="module")
def alone():
    """Digest and tallies of each run lived on its own."""
    return {one.run: live_through(one.scenario, seed=one.seed) for one in runs()}


@pytest.mark.parametrize("order", [1, -1])
def test_shared_pasts_change_nothing(alone, order):
    kept = read_kept(["stock", "remittances_true.TJK.RUS", "poverty.KGZ", "gini_consumption.UZB"], None, pack(), 18)
    living = Living(pack(), kept)
    lived = {one.run: one for one in living.live(runs()[::order])}
    assert {run: one.digest for run, one in lived.items()} == {run: one.digest for run, one in alone.items()}
    assert living.settled == 1 + 2 + 2, "one beginning for each seed and each set of numbers"
    for run in runs():
        frame = prepare(run.scenario, pack()).frame
        np.testing.assert_array_equal(lived[run.run].values, kept.values(alone[run.run], frame))


def test_digests_differ_where_policies_do(alone):
    """The comparison above would be empty if all runs were alike."""
    assert len({one.digest for run, one in alone.items() if run >= 100}) >= 7


def test_futures_of_a_checkpoint_are_those_of_branches(tmp_path):
    """A sweep from a checkpoint gives the households that `sim.branch` gives, at each point and seed."""
    import sim

    keys = {"population.scale": 0.0002, "population.burn_in": 6, "seeds": 2, "threads": 1, "until": "2014-06"}
    sim.run("history", overrides=keys, output=tmp_path / "past", checkpoint="2013-07")
    sweep = planned(tmp_path / "s", f"branch_from={tmp_path / 'past'}", "sweep.policies.reentry_ban.months=[0,60]", "chunk=3")
    live_here(sweep)
    gather(sweep.folder)
    made = table(sweep.folder).set_index(["policies.reentry_ban.months", "seed"])["digest"]
    for months in (0, 60):
        branch = sim.branch(tmp_path / "past", overrides={"policies.reentry_ban.months": months, "threads": 1})
        (run,) = branch.runs.values()
        assert {seed: made[months, int(seed)] for seed in run.meta["digests"]} == run.meta["digests"]
    assert made[0, 1] != made[60, 1]
    with pytest.raises(InputError, match=r"sweep\.population\.scale is held by the checkpoint"):
        planned(tmp_path / "t", f"branch_from={tmp_path / 'past'}", "sweep.population.scale=[0.001,0.002]")
