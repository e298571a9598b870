"""Scenarios that share their past equal, bit for bit, the same scenarios lived alone; and they do share it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_worlds import TWO_COUNTRIES, pack, scenario

import sim
from sim.configuration import request
from sim.policies.base import registered
from sim.prepared import History, prepare
from sim.scenario import Scenario
from sim.seed_run import SeedRun
from sim.shared_past import families_of
from sim.simulation import Keep, in_engine, months_to_live, run_seeds, seeds_of, simulate_all
from sim.tables import SeedOutcome

ASKED = {"burn_in": 2, "until": "2014-09", "seeds": 1, "threads": 1, "follow": 5}
PERMITS = {"seasonal_work": {"destination": "KAZ", "quota": 40_000, "known_to": 0.9}}
WORKS = {"public_works": registered()["public_works"].example().as_mapping()}


def examples() -> list[Scenario]:
    """History with every policy's example, one at a time, and with several that begin in different months."""
    alone = [{name: policy.example().as_mapping()} for name, policy in registered().items()]
    several = [PERMITS, PERMITS | WORKS, PERMITS | {"reentry_ban": {"months": 60, "during": ["2013-03", None]}}]
    return [scenario(name=f"case {k}", policies=given, **ASKED) for k, given in enumerate([{}, *several, *alone])]


def assert_same(one: SeedOutcome, other: SeedOutcome) -> None:
    assert one.seed == other.seed
    assert one.digest == other.digest
    for name in ("tallies", "cells", "spread"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    np.testing.assert_array_equal(np.stack(one.followed or [0]), np.stack(other.followed or [0]))


def assert_as_alone(scenarios: list[Scenario], **given: Any) -> None:
    together = run_seeds(seeds_of(scenarios, pack()), **given)
    for (outcomes, _), one in zip(together, scenarios, strict=True):
        ((alone, _),) = run_seeds(seeds_of([one], pack()))
        assert len(outcomes) == one.seeds
        for outcome, single in zip(outcomes, alone, strict=True):
            assert_same(outcome, single)


@pytest.fixture
def months_stepped(monkeypatch) -> list[int]:
    """The months that are really lived, in their order."""
    lived: list[int] = []
    step = sim.model.MigrationModel.step
    monkeypatch.setattr(sim.model.MigrationModel, "step", lambda self: (lived.append(self.month), step(self))[1])
    return lived


def test_every_policy_parts_from_history_as_it_would_have_been_alone():
    cases = examples()
    shared = {prepare(cases[0], pack()).months_shared(prepare(one, pack())) for one in cases[1:]}
    assert len(shared & set(range(1, cases[0].months))) >= 4, "some part in the midst of time"
    assert_as_alone(cases)


def test_a_common_month_is_lived_once(months_stepped):
    """Four scenarios that part in month 20, one of them anew in month 31, and a shorter one that never does."""
    given = {"burn_in": 3, "until": "2014-12", "seeds": 1}
    ban = {"reentry_ban": {"months": 60, "during": ["2013-09", None]}}
    both = ban | {"devaluation": registered()["devaluation"].example().as_mapping()}
    other = {"reentry_ban": {"months": 12, "during": ["2013-09", None]}}
    cases = [scenario(name=str(k), policies=given_, **given) for k, given_ in enumerate([{}, ban, both, other])]
    cases.append(scenario(name="short", **{**given, "until": "2013-03"}))
    told: list[int] = []
    run_seeds(seeds_of(cases, pack()), progress=told.append)
    assert len(months_stepped) == 3 + 36 + 16 + 5 + 16
    assert sum(told) == months_to_live(cases) == 3 + 4 * 36 + 15


def test_shorter_runs_and_other_orders_are_the_same():
    given = {**ASKED, "seeds": 2}
    long, ban = (
        scenario(**given),
        scenario(policies={"reentry_ban": {"months": 60, "during": ["2013-09", None]}}, **given),
    )
    short = scenario(**{**given, "until": "2013-05"})
    for order in ([long, short, ban], [short, ban, long], [ban, long, short], [long, long]):
        assert_as_alone(order)


def test_who_differs_in_the_burn_in_or_in_whom_it_follows_shares_nothing():
    one = scenario(**ASKED)
    for other in (replace(one, parameters={"beta": 1.3}), scenario(**{**ASKED, "burn_in": 3})):
        assert len(families_of([prepare(one, pack()), prepare(other, pack())])) == 2
    assert prepare(one, pack()).months_shared(prepare(replace(one, follow=4), pack())) == 0
    assert_as_alone([one, replace(one, follow=4), replace(one, follow=0), replace(one, parameters={"beta": 1.3})])


def test_checkpoints_of_a_shared_past_are_those_of_the_first_scenario(tmp_path):
    one = scenario(**ASKED)
    other = scenario(policies={"reentry_ban": {"months": 60, "during": ["2013-09", None]}}, **ASKED)
    months = ("2013-05", "2013-09", "2014-02")
    for folder, cases in (("alone", [one]), ("together", [one, other])):
        (tmp_path / folder).mkdir()
        run_seeds(seeds_of(cases, pack()), keep=Keep(tmp_path / folder, months))
    for month in months:
        files = [tmp_path / folder / f"checkpoint-{month}.state" for folder in ("alone", "together")]
        assert files[0].read_bytes() == files[1].read_bytes(), month


def test_a_settled_sample_is_shared_too():
    one = replace(scenario(scale=2e-3, burn_in=16, until="2013-06", seeds=1), donors=1e-3)
    assert prepare(one, pack()).sample is not None
    other = replace(one, policy_objects=scenario(policies=PERMITS).policy_objects)
    assert_as_alone([one, other])


def test_the_plain_engine_parts_as_the_compiled_one():
    region = pack(TWO_COUNTRIES)
    given = {"burn_in": 2, "until": region.label(17), "seeds": 1, "scale": 2e-3}
    destination = region.destinations[0]
    shift = {"labour_demand": {"destinations": [destination], "change": -30.0, "during": [region.label(8), None]}}
    cases = [scenario(region, **given), scenario(region, policies=shift, **given)]
    assert 0 < prepare(cases[0], region).months_shared(prepare(cases[1], region)) < 17
    runs = {}
    for engine in ("compiled", "mesa"):
        seeds = seeds_of([replace(one, engine=engine) for one in cases], region)
        runs[engine] = in_engine(engine, run_seeds, (seeds, None), None)
    for compiled, mesa in zip(runs["compiled"], runs["mesa"], strict=True):
        assert_same(compiled[0][0], mesa[0][0])


def test_other_numbers_may_take_over_in_the_midst_of_time(months_stepped):
    """As a branch from a checkpoint does; the history is lived once, and numbers that are the same change nothing."""
    one = scenario(**ASKED)
    deaf = replace(one, name="deaf", parameters={"tell_ratio": 0.0})
    again = replace(one, name="again")
    histories = {name: History(one, 12) for name in ("deaf", "again")}
    whole, other, same = run_seeds(seeds_of([one, deaf, again], pack(), histories))
    assert same[0][0].digest == whole[0][0].digest != other[0][0].digest
    np.testing.assert_array_equal(other[0][0].tallies[:12], whole[0][0].tallies[:12])
    assert (other[0][0].tallies[12:] != whole[0][0].tallies[12:]).any()
    assert len(months_stepped) == 2 + one.months + one.months - 12
    ban = scenario(policies={"reentry_ban": {"months": 60, "during": ["2012-06", None]}}, **ASKED)
    for others in ([], [ban]):
        with pytest.raises(ValueError, match="the history of deaf is not lived with it"):
            run_seeds(seeds_of([*others, deaf], pack(), histories))


def test_other_numbers_take_over_as_in_a_branch_from_a_checkpoint(tmp_path):
    asked = {"scale": 5e-4, "burn_in": 2, "until": "2013-06", "seeds": 1}
    sim.run("history", output=tmp_path / "run", checkpoint="2013-01", **asked)
    branch = sim.branch(tmp_path / "run", overrides={"parameters.tell_ratio": 0.0})["history"]
    one = request("run", ["population.scale=0.0005", "population.burn_in=2", "until=2013-06", "seeds=1"]).scenario
    deaf = replace(one, name="deaf", parameters={"tell_ratio": 0.0})
    _, other = simulate_all([one, deaf], pack(), histories={"deaf": History(one, 12)})
    assert other.meta["digests"] == branch.meta["digests"]
    assert other.corridors.equals(branch.corridors)


def test_a_run_that_goes_on_leaves_the_one_it_came_from_alone():
    one = scenario(**ASKED)
    run = SeedRun.settled(prepare(one, pack()), 1, 1)
    run.live(7)
    other = run.continue_as(run.prepared, 1)
    digest, tallies = run.model.digest(), run.counted.tallies.copy()
    other.run()
    assert run.model.digest() == digest
    np.testing.assert_array_equal(run.counted.tallies, tallies)
