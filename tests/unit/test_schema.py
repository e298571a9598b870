"""The tables of names agree with one another: quantities, measures, tallies, attributes, purposes."""

from __future__ import annotations

import pickle

import pytest

from sim.errors import InputError
from sim.measures import MEASURES
from sim.schema.attributes import CAUSES, HOUSEHOLD
from sim.schema.conditions import CAPACITIES, SEEDED, SERVICE_BITS
from sim.schema.quantities import CAMPAIGN_TOPICS, LAW, QUANTITIES, SEEDINGS, TOPICS
from sim.tallies import Tally

MONEY = ("USD per month", "base-period USD per month")
COUNTS = ("persons", "households", "persons per month", "households per month")


@pytest.mark.parametrize("name", [name for name, quantity in QUANTITIES.items() if quantity.meets])
def test_whom_a_quantity_meets_is_a_measure_of_people_then_of_money(name):
    people, *money = QUANTITIES[name].meets
    assert MEASURES[people].unit in COUNTS
    assert all(MEASURES[measure].unit in MONEY for measure in money)
    assert len(money) <= 1
    if QUANTITIES[name].shape == "origin":  # nothing of an origin is told by destination
        assert all(MEASURES[measure].level == "origin" for measure in QUANTITIES[name].meets)


def test_everything_a_law_file_may_hold_is_dated_and_of_a_corridor():
    assert len(set(LAW)) == len(LAW)
    assert {(QUANTITIES[name].shape, QUANTITIES[name].path) for name in LAW} == {("corridor", "steps")}


def test_tallies_that_stand_for_a_list_follow_it():
    causes = [Tally(Tally.RETURNS + code).name for code in range(1, len(CAUSES))]
    assert causes == [f"RETURNS_{cause.upper()}" for cause in CAUSES[1:]]
    contacted = [Tally(Tally.CONTACTED + k).name for k in range(len(SEEDINGS))]
    assert contacted == ["CONTACTED", *(f"CONTACTED_{seeding.upper()}" for seeding in SEEDED[1:])]
    assert len(SEEDED) == len(SEEDINGS)


def test_own_status_is_told_but_never_spreads():
    """The signal of a household has eight bits of topics."""
    assert CAMPAIGN_TOPICS[: len(TOPICS)] == TOPICS
    assert CAMPAIGN_TOPICS[len(TOPICS) :] == ("own_status",)
    assert len(TOPICS) == 8


def test_each_service_has_a_bit_and_a_capacity():
    assert sorted(SERVICE_BITS.values()) == [1, 2, 4, 8]
    assert all(f"{name}_capacity" in QUANTITIES for name in CAPACITIES)


def test_a_household_takes_no_more_room_than_its_cache_lines():
    assert HOUSEHOLD.itemsize == 224


def test_an_error_of_another_process_arrives_whole():
    told = InputError("population.scale", "is 2", allowed="above 0, at most 1", nearest="1")
    copy = pickle.loads(pickle.dumps(told))
    assert (str(copy), copy.where, copy.nearest) == (str(told), told.where, told.nearest)
