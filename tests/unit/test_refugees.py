"""Refugees by formula: against households drawn one by one, and what the right to work is worth."""

from __future__ import annotations

import numpy as np
import pytest
from one_household import parameters

from sim.refugees import refugee_values
from sim.schema.conditions import HOME_CONDITIONS

KEPT = 2.5


def values(right: float, refugees: float = 3_000.0, p: np.void | None = None, **fields: float) -> dict[str, float]:
    """Measures of one origin and month: 80 % at work, 100 USD a month, a floor of 30 USD a head."""
    homes = np.zeros((1, 1), HOME_CONDITIONS)
    given = {"finding": 0.2, "losing": 0.05, "pay_urban": 100.0, "subsistence": 3_000.0, **fields}
    for name, value in {**given, "refugees": refugees, "refugee_right": right}.items():
        homes[name] = value
    made = refugee_values(homes, np.full((1, 1), KEPT), parameters() if p is None else p)
    return {name: float(array[0, 0]) for name, array in made.items()}


@pytest.mark.parametrize("sigma", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("right", [0.0, 1.0])
def test_the_share_is_that_of_households_drawn_one_by_one(right, sigma):
    source, many = np.random.default_rng(1), 200_000
    p = parameters(skill_sigma=sigma, refugee_informal=0.5, refugee_discount=0.9)
    skill = np.exp(source.normal(-sigma * sigma / 2, sigma, many))
    at_work = source.random(many) < 0.8 * (1.0 if right else 0.5)
    pay = skill * 100.0 * (1.0 if right else 0.9) * at_work
    made = values(right, p=p)
    share = float((pay >= 30.0 * KEPT).mean())
    assert made["refugees_self_reliant"] == pytest.approx(100 * share, abs=100 * 4 * (0.25 / many) ** 0.5)
    assert made["refugee_income"] == pytest.approx(pay.mean() / KEPT, rel=0.02)
    assert made["refugees_dependent"] == pytest.approx(3_000 * (1 - share), abs=15)


def test_part_of_them_with_the_right_is_a_mean_of_the_two():
    none, half, all_ = (values(right) for right in (0.0, 0.5, 1.0))
    assert none["refugees_self_reliant"] < half["refugees_self_reliant"] < all_["refugees_self_reliant"]
    for name in ("refugees_self_reliant", "refugee_income", "refugees_dependent"):
        assert half[name] == pytest.approx((none[name] + all_[name]) / 2)


def test_without_refugees_there_is_no_share_of_them():
    made = values(1.0, refugees=0.0)
    assert made["refugees"] == made["refugees_dependent"] == 0.0
    assert np.isnan([made["refugees_self_reliant"], made["refugee_income"]]).all()
