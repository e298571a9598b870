"""Synthetic population: who it is, that it does not depend on scale or threads, that it has the structure's shares.

Draws are keyed, so every test is exactly repeatable; tolerances are four standard errors of the sample used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from plausible_structure import MONTHS, plausible
from scipy import stats

from sim.errors import InputError
from sim.households.population import Population, PopulationSettings, mobility_group, synthesise
from sim.households.structure import SEX_AND_AGE
from sim.schema.attributes import HOUSEHOLD, NEVER, NO_INTENT, NOBODY, PLACES, SHARE_ONE, SKILL_ONE, TASTE_ONE, WORKERS
from sim.schema.parameters import PARAMETERS

SETTINGS = PopulationSettings()
ROOT = Path(__file__).parents[2]
DIGEST = """
import hashlib, json
from plausible_structure import plausible
from sim.households.network import describe_ties
from sim.households.population import PopulationSettings, synthesise
from sim.households.ties import weave
from sim.schema.rule import COMPILED
settings = PopulationSettings()
population = synthesise(plausible(), 0.00005, 7, settings)
ties = weave(population, 7, settings)
arrays = [population.households, population.starts, population.villages, ties.offsets, ties.neighbours]
digests = [hashlib.sha256(array.tobytes()).hexdigest() for array in arrays]
print(json.dumps([COMPILED, len(population), digests, describe_ties(ties, sample=50, sources=3)]))
"""


@pytest.fixture(scope="module")
def population() -> Population:
    return synthesise(plausible(), 0.01, 1, SETTINGS)


def first_generation(population: Population, origin: int) -> np.ndarray:
    households = population.households[population.starts[origin] : population.starts[origin + 1]]
    return households[households["born"] <= 0]


def workers_of(households: np.ndarray, field: str) -> np.ndarray:
    """The field over all filled worker slots."""
    return households[field][np.arange(WORKERS) < households["workers"][:, None]]


def close(values: np.ndarray, mean: float, widen: float = 1.0) -> None:
    """The mean of `values` is `mean` within four standard errors; `widen` them where draws hang together by village."""
    share = values.min() >= 0 and values.max() <= 1 and len(np.unique(values)) <= 2
    error = widen * np.sqrt((mean * (1 - mean) if share else values.var()) / len(values))
    assert abs(values.mean() - mean) <= 4 * error + 1e-12, (values.mean(), mean, error)


# identity -----------------------------------------------------------------------------------------------------------


def test_a_smaller_scale_holds_the_same_first_households(population: Population) -> None:
    small = synthesise(plausible(), 0.001, 1, SETTINGS)
    for origin in range(3):
        few = small.households[small.starts[origin] : small.starts[origin + 1]]
        many = population.households[population.starts[origin] :][: len(few)]
        assert few.tobytes() == many.tobytes()
        assert few["village"].max() >= 3


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_change_nothing(population: Population, threads: int) -> None:
    again = synthesise(plausible(), 0.01, 1, SETTINGS, threads=threads)
    assert again.households is not population.households
    assert again.households.tobytes() == population.households.tobytes()
    assert again.villages.tolist() == population.villages.tolist()


def test_compiled_and_plain_give_the_same_bits() -> None:
    answers = {}
    for disable in ("0", "1"):
        path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
        environment = {**os.environ, "NUMBA_DISABLE_JIT": disable, "PYTHONPATH": path}
        run = subprocess.run(
            [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True
        )
        answers[disable] = json.loads(run.stdout)
    assert answers["0"][0] is True
    assert answers["1"][0] is False
    assert answers["0"][1] > 400
    assert answers["0"][1:] == answers["1"][1:]


def test_keys_are_unique_and_do_not_depend_on_the_seed(population: Population) -> None:
    keys = population.households["key"]
    assert len(np.unique(keys)) == len(keys)
    assert keys.min() >= 0
    other = synthesise(plausible(), 0.01, 2, SETTINGS)
    places = [who(sample) for sample in (population, other)]
    shared, here, there = np.intersect1d(*places, return_indices=True)
    assert len(shared) > 0.7 * len(keys)
    assert (keys[here] == other.households["key"][there]).all()
    assert (population.households["skill"][here] != other.households["skill"][there]).mean() > 0.9


def who(population: Population) -> np.ndarray:
    """Origin, village and number in the village of each household, in one integer."""
    households, villages = population.households, population.villages
    number = np.arange(len(population)) - np.repeat(villages[:-1], np.diff(villages))
    return (households["origin"].astype(np.int64) * 10**6 + households["village"]) * 10**4 + number


def test_names_of_countries_change_nothing(population: Population) -> None:
    renamed = synthesise(plausible(origins=("A", "B", "C")), 0.01, 1, SETTINGS)
    assert renamed.households.tobytes() == population.households.tobytes()


@pytest.mark.parametrize(
    ("figure", "changed"),
    [("savings_months", {"savings"}), ("indebted", {"debt"}), ("sector", {"sector"}), ("aware", {"heard"})],
)
def test_a_figure_changes_its_own_attributes_alone(population: Population, figure: str, changed: set[str]) -> None:
    structure = plausible()
    values = getattr(structure, figure)
    other = values[:, ::-1].copy() if values.ndim == 2 else values * 2
    households = synthesise(replace(structure, **{figure: other}), 0.01, 1, SETTINGS).households
    names = [name for name in HOUSEHOLD.names if name != "spare"]
    assert {name for name in names if (households[name] != population.households[name]).any()} == changed


# how many, and when -------------------------------------------------------------------------------------------------


def test_records_are_sorted_and_ranges_fit(population: Population) -> None:
    households, starts, villages = population.households, population.starts, population.villages
    order = households["origin"].astype(np.int64) * 10**9 + households["village"]
    assert (np.diff(order) >= 0).all()
    assert starts[0] == 0 and starts[-1] == villages[-1] == len(population)
    assert np.isin(starts, villages).all()
    first = np.flatnonzero(np.diff(order, prepend=-1))
    assert villages[:-1].tolist() == first.tolist()


def test_villages_have_100_to_400_living_households_but_for_the_last(population: Population) -> None:
    living = np.add.reduceat(population.households["born"] <= 0, population.villages[:-1])
    last = np.searchsorted(population.villages, population.starts[1:]) - 1
    whole = np.delete(living, last)
    assert whole.min() >= 100 and whole.max() <= 400
    assert abs(whole.mean() - 250) < 4 * 87 / np.sqrt(len(whole))


@pytest.mark.parametrize("scale", [0.001, 0.01])
def test_living_households_follow_the_series(scale: float) -> None:
    structure = plausible()
    sample = synthesise(structure, scale, 3, SETTINGS)
    ratios = np.array([sample.living(month) for month in range(MONTHS)]) / (structure.households * scale)
    assert abs(ratios - 1).max() < 0.01
    assert sample.living(0).tolist() == np.rint(structure.households[0] * scale).astype(int).tolist()
    assert sample.living(MONTHS - 1).sum() == len(sample)


def test_a_falling_series_lays_out_no_household_to_come() -> None:
    falling = plausible()
    falling = replace(falling, households=falling.households[::-1].copy())
    sample = synthesise(falling, 0.001, 1, SETTINGS)
    assert sample.households["born"].max() == 0
    assert len(sample) == np.rint(falling.households[0] * 0.001).sum()


def test_the_smallest_scale_has_one_cut_village_an_origin() -> None:
    sample = synthesise(plausible(), 0.0001, 1, SETTINGS)
    assert sample.living(0).tolist() == [110, 120, 600]
    assert synthesise(plausible(), 1e-7, 1, SETTINGS).living(0).tolist() == [0, 0, 1]
    assert len(synthesise(plausible(), 1e-9, 1, SETTINGS)) == 0


# what they are like -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [0, 1, 2])
def test_means_are_those_of_the_structure(population: Population, origin: int) -> None:
    structure, households = plausible(), first_generation(population, origin)
    close(households["members"], structure.household_size[origin])
    close(households["workers"], structure.mean_workers[origin])
    close(households["woman_head"], structure.women_head[origin])
    close(workers_of(households, "sex"), structure.women[origin])
    close(households["skill"] / SKILL_ONE, 1.0)
    close(households["debt"] > 0, structure.indebted[origin])
    close(households["updater"], 0.10)
    months = households["savings"] / households["income"]
    close(months, structure.savings_months[origin])
    assert abs(np.median(months) / structure.savings_months[origin] - np.log(2)) < 0.05
    close(households["home_income"] / 100, structure.other_income[origin], widen=2.0)


@pytest.mark.parametrize("origin", [0, 1, 2])
def test_shares_are_those_of_the_structure(population: Population, origin: int) -> None:
    structure, households = plausible(), first_generation(population, origin)
    close(workers_of(households, "sector") == 0, structure.sector[origin, 0])
    home = (households["place"] == 0).all(axis=1)
    for topic in range(3, 8):
        close((households["heard"] >> topic) & 1, structure.aware[origin, topic])
    close(households["heard"][home] & 1, structure.aware[origin, 0])
    province = np.bincount(households["province"], minlength=4) / len(households)
    villages = households["village"].max() + 1
    assert abs(province - structure.province[origin]).max() < 0.5 / np.sqrt(villages)
    assert abs(households["rural"].mean() - structure.province[origin] @ structure.rural[origin]) < 0.5 / np.sqrt(
        villages
    )


def test_spreads_are_those_of_the_settings(population: Population) -> None:
    households = population.households
    assert abs(np.log(households["skill"] / SKILL_ONE).std() - SETTINGS.skill_sigma) < 0.01
    assert abs((households["taste"] / TASTE_ONE).std(axis=0) - SETTINGS.taste_sd).max() < 0.02
    assert abs((households["taste"] / TASTE_ONE).mean(axis=0)).max() < 4 * 0.9 / np.sqrt(len(households))
    assert abs((households["wage_belief"] / 4096).std(axis=0) - SETTINGS.belief_sd).max() < 0.002
    assert abs(np.corrcoef(households["taste"].T) - np.eye(PLACES)).max() < 4 / np.sqrt(len(households))
    months = households["target"] / households["income"]
    low, high = SETTINGS.target_low, SETTINGS.target_high
    assert abs(months.min() - low) < 0.1 and abs(months.max() - high) < 0.1
    debt = (households["debt"] / households["income"])[households["debt"] > 0]
    assert 0.99 < debt.min() < 1.01 and 3.99 < debt.max() < 4.01
    close(households["risk"] / SHARE_ONE, SETTINGS.risk_mean)
    ratio = (
        households["home_income"][households["rural"] == 1].mean()
        / households["home_income"][households["rural"] == 0].mean()
    )
    assert abs(ratio - SETTINGS.rural_income_ratio) < 0.1


def test_ages_are_uniform_from_18_to_59_at_the_start_and_on_coming() -> None:
    sample = synthesise(plausible(), 0.01, 1, SETTINGS, first_month=-60)
    households = sample.households
    since = np.where(households["born"] > 0, households["born"], -60)[:, None]
    ages = workers_of_table(households, since - households["birth_month"])
    assert ages.min() == 18 * 12 and ages.max() == 60 * 12 - 1
    assert stats.kstest(ages + 0.5, stats.uniform(18 * 12, 42 * 12).cdf).pvalue > 1e-3
    coming = workers_of_table(
        households[households["born"] > 0], (since - households["birth_month"])[households["born"] > 0]
    )
    assert stats.kstest(coming + 0.5, stats.uniform(18 * 12, 42 * 12).cdf).pvalue > 1e-3


def workers_of_table(households: np.ndarray, table: np.ndarray) -> np.ndarray:
    return table[np.arange(WORKERS) < households["workers"][:, None]]


def test_records_hold_only_what_can_be(population: Population) -> None:
    households = population.households
    assert ((households["members"] >= households["workers"]) & (households["members"] <= 12)).all()
    assert ((households["workers"] >= 1) & (households["workers"] <= WORKERS)).all()
    filled = np.arange(WORKERS) < households["workers"][:, None]
    for name in ("place", "last_place", "months", "birth_month", "sector", "jobless", "regime", "permit", "stay"):
        assert (households[name][~filled] == 0).all(), name
    assert (households["contacts"] == NOBODY).all() and (households["intent"] == NO_INTENT).all()
    assert (households["offence_1"] == NEVER).all() and (households["offence_2"] == NEVER).all()
    assert (households["q"] == SHARE_ONE).all() and (households["precision"] == 16 * SETTINGS.belief_precision).all()
    assert (households["sex"][:, 0] == households["woman_head"]).all()
    assert households["home_income"].min() >= 0 and households["savings"].min() >= 0 and households["income"].min() > 0


# who is abroad ------------------------------------------------------------------------------------------------------


def test_the_stock_abroad_is_the_packs(population: Population) -> None:
    structure = plausible()
    for origin in range(3):
        places = workers_of(first_generation(population, origin), "place")
        for d in range(PLACES):
            expected = structure.initial_stock[origin, d] * 0.01
            assert abs((places == d + 1).sum() - expected) < 4 * np.sqrt(expected)
    assert (population.households["place"][population.households["born"] > 0] == 0).all()


def test_the_mobile_are_abroad_more_often(population: Population) -> None:
    households, structure = population.households, plausible()
    living = households[households["born"] <= 0]
    sex, age = workers_of(living, "sex"), -workers_of(living, "birth_month").astype(int)
    group = np.array([mobility_group(int(s), int(a)) for s, a in zip(sex, age, strict=True)])
    abroad, origin = workers_of(living, "place") > 0, np.repeat(living["origin"], living["workers"])
    shares = np.array([abroad[(group == g) & (origin == 2)].mean() for g in range(len(SEX_AND_AGE))])
    odds = shares / (1 - shares)
    assert abs(odds / odds[0] - structure.mobility[2]).max() < 0.06


def test_a_stock_of_nearly_all_mobile_workers_sends_them_all() -> None:
    structure = plausible(mobility=np.array([[1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]] * 3))
    men = structure.households[0] * structure.mean_workers * (1 - structure.women)
    structure = replace(structure, initial_stock=np.stack([men * 0.999999, men * 0, men * 0], axis=1))
    households = first_generation(synthesise(structure, 0.0002, 1, SETTINGS), 2)
    assert ((workers_of(households, "place") == 1) == (workers_of(households, "sex") == 0)).all()


def test_the_first_migrants_are_in_the_middle_of_something(population: Population) -> None:
    households = population.households
    abroad = households["place"] > 0
    place, months = households["place"][abroad], households["months"][abroad]
    assert (households["last_place"][abroad] == place).all()
    assert months.min() == 1 and months.max() == SETTINGS.longest_spell
    assert np.median(months) < SETTINGS.longest_spell / 3
    close(households["regime"][abroad], SETTINGS.irregular)
    regular = households["regime"][abroad] == 0
    assert (households["route"][abroad] == regular).all() and ((households["permit"][abroad] > 0) == regular).all()
    assert (households["stay"][abroad] == 2 ** np.minimum(months, 6) - 1).all()
    trips = households["trips"].reshape(-1, WORKERS, PLACES)[abroad]
    assert (trips[np.arange(len(place)), place - 1] >= 256).all() and ((trips > 0).sum(axis=1) == 1).all()
    topic = np.repeat(np.arange(len(households)), abroad.sum(axis=1))
    assert ((households["heard"] & households["used"])[topic] & (1 << (place - 1))).all()
    home = ~abroad & (np.arange(WORKERS) < households["workers"][:, None])
    never = home & (households["last_place"] == 0)
    back = home & (households["last_place"] > 0)
    assert (households["months"][never] == SETTINGS.never_abroad).all()
    assert back.sum() > 0 and (households["months"][back] <= SETTINGS.longest_return).all()
    recalled = households["trips"].reshape(-1, WORKERS, PLACES)[back].sum(axis=1) / 256
    assert abs(recalled.mean() - SETTINGS.trips_recalled) < 0.15
    assert not households["trips"].reshape(-1, WORKERS, PLACES)[never].any()
    close(households["jobless"][home] > 0, SETTINGS.jobless)
    assert households["jobless"].max() == SETTINGS.longest_search and (households["jobless"][abroad] == 0).all()


# bad input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"initial_stock": np.full((3, 3), 5e6)},
            "initial_stock of TJK is 15000000 in all. Allowed: less than 2200000,",
        ),
        ({"women": np.array([0.45, 0.05, 0.46])}, "women of KGZ is 0.05. Allowed: 0.135 to 0.595"),
        ({"household_size": np.array([6.3, 4.5, 1.5])}, "household_size of UZB is 1.5. Allowed: 2.00"),
    ],
)
def test_figures_that_cannot_hold_together_are_refused(changes: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(InputError) as error:
        synthesise(plausible(**changes), 0.001, 1, SETTINGS)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"skill_sigma": -0.1}, "parameters.skill_sigma is -0.1. Allowed: 0 to 1 (log points)."),
        (
            {"village_smallest": 500},
            "parameters.village_smallest is 500. Allowed: at most village_largest, which is 400.",
        ),
        ({"village_largest": 9000}, "parameters.village_largest is 9000. Allowed: 1 to 5000 (households)."),
        ({"mean_degree": 6.0}, "parameters.kin_density is 0.7. Allowed: at most what leaves mean_degree 6 room for"),
    ],
)
def test_settings_out_of_range_are_refused(changes: dict[str, float], message: str) -> None:
    with pytest.raises(InputError) as error:
        PopulationSettings(**changes)
    assert str(error.value).startswith(message)


def test_every_setting_is_a_parameter_within_its_range() -> None:
    for item in fields(PopulationSettings):
        rule = PARAMETERS[item.name]
        assert rule.low <= item.default <= rule.high, item.name


def test_a_scenario_can_set_what_the_synthesis_reads() -> None:
    assert PopulationSettings.of({"mean_degree": 9.0, "beta": 1.0}).mean_degree == 9.0
    with pytest.raises(InputError, match="whole"):
        PopulationSettings.of({"village_largest": 300.5})
