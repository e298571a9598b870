"""A large population that begins in the state of a settled sample is like one in which all have lived the burn-in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.configuration import request
from sim.households.donors import ADJUSTED, OWN, take_over
from sim.prepared import prepare
from sim.schema.attributes import HOME, NOBODY
from sim.seed_run import SeedRun, synthesise_people
from sim.simulation import simulate

SEED = 3


def asked(*words: str):
    return request("run", ["scenario=history", *words])


@pytest.fixture(scope="module")
def both():
    """The same scenario with the whole burn-in lived by all, and by a tenth of them.

    With the starting values, for so few donors: see docs/decisions/0013.
    """
    runs = []
    for donors in (1.0, 0.002):
        one = asked(
            "population.scale=0.02", f"population.donors={donors}", "until=2013-12", "seeds=2", "sample=defaults"
        )
        runs.append(simulate(one.scenario, one.region))
    return runs


@pytest.mark.parametrize(
    ("measure", "within"),
    [("stock", 0.03), ("remittances_true", 0.03), ("irregular", 0.05), ("banned", 0.15), ("jobless_home", 0.05)],
)
def test_a_sample_settles_a_large_population(both, measure, within):
    """By origin, over the first two years; a burn-in of a year alone misses bans by 60 % and stocks by 6 %."""
    lived, taken = (run.origins.groupby("origin")[measure].mean() for run in both)
    assert abs(taken / lived - 1.0).max() < within, (taken / lived - 1.0).round(3).to_dict()


def test_poverty_and_savings_are_those_of_the_sample(both):
    for measure, within in (("poverty", 0.06), ("savings", 0.06), ("consumption", 0.03)):
        lived, taken = (run.origins.groupby("origin")[measure].mean() for run in both)
        assert abs(taken / lived - 1.0).max() < within, (measure, (taken / lived - 1.0).round(3).to_dict())


def test_poverty_is_that_of_the_sample_under_a_member_where_many_live_near_the_floor():
    """Under the first fitted member: there the poor inherited savings while what they could earn was no part of their
    kind.
    """
    runs = []
    for donors in (1.0, 0.01):
        one = asked("population.scale=0.05", f"population.donors={donors}", "until=2012-12", "seeds=1")
        runs.append(simulate(one.scenario, one.region).origins.groupby("origin")["poverty"].mean())
    assert abs(runs[1] / runs[0] - 1.0).max() < 0.06, (runs[1] / runs[0] - 1.0).round(3).to_dict()


def heirs(threads: int = 1):
    """A settled sample, and what a larger population took over from it and was before."""
    one = asked("population.scale=0.002", "population.donors=0.0005", "population.burn_in=24", "until=2013-01")
    prepared = prepare(one.scenario, one.region)
    sample = SeedRun(prepared.sample, SEED, 1)
    sample.burn_in(until=-ADJUSTED)
    people, _ = synthesise_people(prepared, SEED, threads, -ADJUSTED)
    before = people.households.copy()
    take_over(
        people.households, people.starts, sample.model.engine.records(), sample.model.world.starts, -ADJUSTED,
        np.ascontiguousarray(prepared.structure.home_pay), SEED, threads,
    )  # fmt: skip
    return sample, before, people


def test_who_a_household_is_stays_its_own_and_its_state_comes_from_a_donor_of_its_kind():
    _, before, people = heirs()
    after = people.households
    for name in OWN:
        if name != "contacts":
            assert np.array_equal(before[name], after[name]), name
    assert (after["place"] != before["place"]).any() and (after["trips"] != before["trips"]).any()
    slots = np.arange(3) >= after["workers"][:, None]
    assert (after["place"][slots] == HOME).all()  # a donor has as many workers
    coming = after["born"] > 0
    assert coming.any() and after[coming].tobytes() == before[coming].tobytes()


def test_diaspora_ties_lead_to_households_of_the_same_origin_that_are_not_oneself():
    _, _, people = heirs()
    met = people.households["contacts"]
    who, slot = np.nonzero(met != NOBODY)
    assert len(who) > 100
    other = met[who, slot]
    assert (other != who).all()
    assert (people.households["origin"][other] == people.households["origin"][who]).all()


def test_threads_change_nothing():
    assert heirs(1)[2].households.tobytes() == heirs(3)[2].households.tobytes()


def test_a_run_settles_by_a_sample_only_where_it_is_larger():
    small = asked("population.scale=0.001", "population.donors=0.001")
    assert prepare(small.scenario, small.region).sample is None
    short = asked("population.scale=0.01", "population.donors=0.001", f"population.burn_in={ADJUSTED}")
    assert prepare(short.scenario, short.region).sample is None
    large = asked("population.scale=0.01", "population.donors=0.001")
    sample = prepare(large.scenario, large.region).sample
    assert sample is not None and sample.scenario == replace(large.scenario, scale=0.001)


def test_the_donors_are_part_of_what_a_run_depends_on():
    few, many = (asked("population.scale=0.01", f"population.donors={donors}").scenario for donors in (0.001, 0.002))
    assert few.digest != many.digest
