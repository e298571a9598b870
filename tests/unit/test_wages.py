"""Pay that answers numbers: the equation, its base, the view of it, and that nothing is done where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from one_household import parameters
from small_worlds import begin, months, scenario

from sim.schema.attributes import HOUSEHOLD, PLACES
from sim.schema.conditions import CORRIDOR
from sim.tallies import TALLIES, Tally
from sim.wages import Wages

ETA, WEIGHT = 0.5, 0.2
SHAPE = (2, 3)


def conditions(permit: float = 0.0) -> np.ndarray:
    """One month's: 500 USD before a permit's price, 400 without papers."""
    made = np.zeros(SHAPE, CORRIDOR)
    made["permit_monthly"] = permit
    made["pay_regular"], made["pay_irregular"] = 550.0, 440.0  # with a season of 1.1
    made["true_regular"], made["true_irregular"] = 500.0 - permit, 400.0
    made["spared"] = np.log(500.0 / (500.0 - permit))
    for kind in ("regular", "irregular"):
        made[f"view_log_{kind}"] = made[f"true_log_{kind}"] = made[f"worth_{kind}"] = np.log(made[f"true_{kind}"])
    return made


def tallies(*stock: int) -> np.ndarray:
    """A month's tallies of two origins with this many migrants at the destinations, the second origin having one."""
    made = np.zeros((SHAPE[0], PLACES + 1, TALLIES), np.int64)
    made[0, 1:, Tally.STOCK] = np.array(stock) - 1
    made[1, 1:, Tally.STOCK] = 1
    return made


def settled(eta: float = ETA) -> Wages:
    """After a year of burn-in with 100, 200 and 300 migrants in every month."""
    numbers = parameters(wage_response=eta, wages_respond=1.0, view_weight=WEIGHT).reshape(1)
    wages = Wages(numbers, np.zeros(5, HOUSEHOLD), SHAPE, -12)
    for month in range(-12, 0):
        given = conditions()
        assert wages.of_month(month, given) is given
        wages.settle(month, tallies(100, 200, 300))
    return wages


def test_pay_falls_with_the_logarithm_of_numbers():
    wages = settled()
    np.testing.assert_allclose(wages.of_month(0, conditions())["pay_regular"], 550.0)
    wages.settle(0, tallies(200, 200, 150))
    paid = wages.of_month(1, conditions())
    factor = np.array([2.0**-ETA, 1.0, 0.5**-ETA])
    for name, value in (("pay_regular", 550.0), ("pay_irregular", 440.0), ("true_irregular", 400.0)):
        np.testing.assert_allclose(paid[name], np.tile(value * factor, (2, 1)), rtol=1e-9)
    np.testing.assert_allclose(paid["true_log_irregular"], np.log(400.0 * np.tile(factor, (2, 1))), rtol=1e-9)
    np.testing.assert_allclose(paid["worth_irregular"], np.log(400.0 * np.tile(factor, (2, 1))), rtol=1e-9)


def test_the_view_moves_by_its_weight_each_month():
    wages = settled()
    wages.settle(0, tallies(200, 200, 300))
    for month in range(1, 4):
        seen = wages.of_month(month, conditions())["view_log_irregular"][0, 0] - np.log(400.0)
        assert seen == pytest.approx(-ETA * np.log(2.0) * (1 - (1 - WEIGHT) ** month), rel=1e-8)
        wages.settle(month, tallies(200, 200, 300))


def test_it_is_pay_before_the_permit_that_falls():
    wages = settled()
    wages.settle(0, tallies(400, 200, 300))
    paid = wages.of_month(1, conditions(permit=100.0))[0, 0]
    assert paid["true_regular"] == pytest.approx(250.0 - 100.0)
    assert paid["true_log_regular"] == pytest.approx(np.log(150.0))
    assert paid["spared"] == pytest.approx(np.log(250.0 / 150.0))
    assert wages.of_month(1, conditions(permit=499.0))[0, 0]["true_regular"] == 1.0


def test_the_base_is_of_the_same_calendar_month():
    """Seasons are in the base: numbers as in the burn-in's same month leave pay as it is."""
    numbers = parameters(wage_response=ETA, wages_respond=1.0).reshape(1)
    wages = Wages(numbers, np.zeros(5, HOUSEHOLD), SHAPE, -14)
    for month in range(-14, 12):
        season = 100 + 10 * (month % 12)
        paid = wages.of_month(month, conditions())
        np.testing.assert_array_equal(paid["pay_regular"], 550.0)
        wages.settle(month, tallies(season, season, season))


@pytest.mark.parametrize("lived", [0, 5])
def test_a_short_burn_in_has_the_mean_of_the_months_lived_or_the_start(lived):
    people = np.zeros(60, HOUSEHOLD)
    people["place"][:40, 0] = 1
    numbers = parameters(wage_response=ETA, wages_respond=1.0).reshape(1)
    wages = Wages(numbers, people, SHAPE, -lived)
    for month in range(-lived, 0):
        wages.settle(month, tallies(50, 50, 50))
    wages.of_month(0, conditions())
    assert (wages.base[:, 0] == (50 if lived else 40)).all()


def test_where_pay_answers_nothing_nothing_is_computed_or_kept():
    for fields in ({"wages_respond": 0.0}, {"wages_respond": 1.0, "wage_response": 0.0}):
        wages = Wages(parameters(**fields).reshape(1), np.zeros(5, HOUSEHOLD), SHAPE, 0)
        wages.settle(0, tallies(500, 500, 500))
        given = conditions()
        assert wages.of_month(1, given) is given
        assert wages.state() == {}


def test_where_fewer_are_pay_rises_so_that_later_some_are_drawn():
    """The promise that a place made worse draws nobody holds within a month. Over months numbers answer, and pay with
    them: with a dear way to Russia fewer are there, and who is there is paid more.
    """
    found = []
    for policies in ({}, {"travel_cost": {"destinations": ["RUS"], "change": 300.0}}):
        structure = {"wages": "responding"}
        run = begin(scenario(scale=1e-3, burn_in=12, until="2013-12", structure=structure, policies=policies))
        run.burn_in()
        last = [month for month, _, _ in months(run)][-1]
        found.append((int(run.model.wages.stock[0]), pay_of(run, last + 1)))
    (many, low), (few, high) = found
    assert few < 0.95 * many
    assert high > 1.005 * low


def pay_of(run, month: int) -> float:
    """Pay in Russia of a Tajik without papers in the month before `month`, as it answers the numbers now."""
    at = run.model.world.at(month - 1)
    return float(run.model.wages.of_month(month, run.model.world.conditions.corridors[at])["pay_irregular"][0, 0])
