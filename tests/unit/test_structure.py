"""The structure of the model: variants are chosen by name, do what they say, and leave the default alone."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from one_household import Counts, corridor, home, households, offer, parameters
from small_worlds import begin, live_through, months, pack, scenario

import sim
from sim.behaviour.plan import plan
from sim.draws import luck_of
from sim.errors import InputError
from sim.households.ties import TIE_ROW
from sim.scenario import Scenario
from sim.schema.attributes import HOME, NO_INTENT, PLACES, TRIPS_ONE
from sim.schema.parameters import PARAMETERS
from sim.schema.variants import DEFAULT, STRUCTURE, SWITCHES
from sim.seed_run import SeedRun

OTHERS = [(choice, one.name) for choice, variants in STRUCTURE.items() for one in variants[1:]]
ASKED = {"scale": 1e-3, "burn_in": 12, "until": "2012-12"}


def digest(**given) -> str:
    return live_through(scenario(**ASKED, **given)).digest


@pytest.fixture(scope="module")
def fitted() -> str:
    return digest()


def test_naming_the_defaults_changes_nothing(fitted):
    named = scenario(**ASKED, structure=DEFAULT)
    assert named == scenario(**ASKED)
    assert named.digest == scenario(**ASKED).digest
    assert "structure" not in named.as_mapping()
    assert live_through(named).digest == fitted


@pytest.mark.parametrize(("choice", "name"), OTHERS)
def test_a_variant_is_another_world_with_another_digest(choice, name, fitted):
    one = scenario(**ASKED, structure={choice: name})
    assert one.digest != scenario(**ASKED).digest
    assert Scenario.from_mapping(one.as_mapping(), pack()) == one
    assert live_through(one).digest != fitted


def test_variants_that_are_values_of_numbers_equal_those_numbers():
    assert digest(structure={"decision": "plain_logit"}) == digest(parameters={"nest_scale": 1.0})
    assert digest(structure={"learning": "averaging"}) == digest(parameters={"bayesian": 0.0})
    assert digest(structure={"learning": "none"}) == digest(parameters={"tell_user": 0.0})


def test_the_updaters_are_all_or_none():
    for learning, share in (("bayesian", 1), ("averaging", 0)):
        run = begin(scenario(**ASKED, structure={"learning": learning}))
        assert (run.model.engine.records()["updater"] == share).all()


@pytest.mark.parametrize(("learning", "some"), [("mixed", True), ("none", False)])
def test_without_talk_nobody_at_home_changes_what_he_thinks_of_wages(learning, some):
    run = begin(scenario(**ASKED, structure={"learning": learning}))
    records = run.model.engine.records()
    believed, homely = records["wage_belief"].copy(), (records["place"] == HOME).all(axis=1)
    for _ in months(run):
        homely &= (records["last_place"] == 0).all(axis=1)  # nobody has been abroad, not for a month either
    changed = (records["wage_belief"] != believed).any(axis=1)
    assert homely.sum() > 1000
    assert (changed & homely).any() == some


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            {"structure": {"decisions": "satisficing"}},
            r"^structure.decisions is not a part of the structure. Nearest: d",
        ),
        ({"structure": {"decision": "satisfising"}}, r"^structure.decision is 'satisfising', .*Nearest: satisficing\."),
        ({"structure": {"wages": 3}}, r"^structure.wages is '3', which is no variant\. Allowed: fixed, responding\.$"),
        ({"structure": "satisficing"}, r"^structure is 'satisficing', which is no mapping"),
        ({"parameters": {"satisficing": 1}}, r"^parameters.satisficing is a switch .* Allowed: structure.decision=sat"),
        (
            {"parameters": {"aspiration": 1}},
            r"^parameters.aspiration means nothing with structure.decision=nested_logit",
        ),
        ({"parameters": {"wage_response": 0}}, r"^parameters.wage_response means nothing with structure.wages=fixed"),
        (
            {"parameters": {"bayesian": 0.2}, "structure": {"learning": "averaging"}},
            r"^parameters.bayesian is 0\.2, and structure.learning=averaging sets it to 0\. Allowed: one of the two\.$",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(given, line):
    with pytest.raises(InputError, match=line) as told:
        Scenario.from_mapping(given, pack())
    assert "\n" not in str(told.value)


def test_switches_are_parameters_that_are_off():
    assert all(PARAMETERS[name].default == 0.0 and PARAMETERS[name].section == "structure" for name in SWITCHES)
    named = {name for variants in STRUCTURE.values() for one in variants for name in (*one.sets, *one.reads)}
    assert named <= PARAMETERS.keys()


ROWS = {"view_log_regular": math.log(300.0), "view_log_irregular": math.log(300.0), "season_departures": 1.0}
ROWS |= {"attraction": -1.0, "true_log_irregular": math.log(300.0)}


def choices(people: np.ndarray, *rows: dict[str, float], **numbers: float) -> tuple[np.ndarray, Counts]:
    """Where the first workers of many stirred households mean to be, and what was counted."""
    corridors = np.array([corridor(**{**ROWS, **row}) for row in rows])
    ties, nobody, counts = np.zeros(len(people), TIE_ROW).view(np.recarray), np.zeros(0, np.int32), Counts()
    at_home, p, abroad = home(season_departures=1.0), parameters(**numbers), np.zeros(len(people), np.int8)
    for i, household in enumerate(people):
        plan(
            household,
            i,
            5,
            luck_of(1, 5),
            at_home,
            offer(),
            corridors,
            np.ones(9),
            ties,
            nobody,
            abroad,
            p,
            counts.flat,
        )
    return np.where(people["intent"][:, 0] == NO_INTENT, people["place"][:, 0], people["intent"][:, 0]), counts


def ready(many: int = 4000, trips_to: int | None = None) -> np.ndarray:
    people = households(many, stirred=1, savings=200_000)
    if trips_to is not None:
        people["trips"].reshape(many, -1, PLACES)[:, 0, trips_to - 1] = 2 * TRIPS_ONE
    return people


def test_with_no_aspiration_as_many_leave_as_choose_the_best_and_go_elsewhere():
    best, _ = choices(ready(), {}, {}, {})
    first, _ = choices(ready(), {}, {}, {}, satisficing=1.0)
    assert ((best > HOME) == (first > HOME)).all()
    assert (best != first).sum() > 300
    assert (np.bincount(first, minlength=4)[1:3] > np.bincount(best, minlength=4)[1:3]).tolist() == [True, False]


def test_the_higher_the_aspiration_the_fewer_leave():
    left = [choices(ready(), {}, {}, satisficing=1.0, aspiration=a)[0] > HOME for a in (0.0, 0.5, 1.5, 5.0)]
    for lower, higher in pairwise(left):
        assert (lower | ~higher).all()
        assert lower.sum() > higher.sum() + 20
    leaving, counts = choices(ready(), {}, {}, satisficing=1.0, aspiration=1e6)
    assert (leaving == HOME).all()
    assert counts.flat.sum() > 0


def test_the_place_one_knows_is_looked_at_first():
    """Place 2 is known by own trips: who finds it good enough never looks at place 1, however good."""
    unknown, _ = choices(ready(), {"attraction": 2.0}, {}, satisficing=1.0, delta=0.0)
    known, _ = choices(ready(trips_to=2), {"attraction": 2.0}, {}, satisficing=1.0, delta=1e-9)
    best, _ = choices(ready(trips_to=2), {"attraction": 2.0}, {}, delta=1e-9)
    assert (known == 2).sum() > 5 * (best == 2).sum() > 0
    assert (known == 2).sum() > (unknown == 2).sum() + 500
    assert ((known == 2)[best > HOME] | (known[best > HOME] == 1)).all()


def test_the_place_where_one_is_comes_before_all():
    """Who finds it good enough stays, though most of them would prefer another place."""

    def jobless() -> np.ndarray:
        return households(3000, stirred=1, savings=200_000, place=2, jobless=1)

    chosen, _ = choices(jobless(), {"attraction": 2.0}, {}, satisficing=1.0)
    best, _ = choices(jobless(), {"attraction": 2.0}, {})
    alone, _ = choices(jobless(), {"attraction": -60.0}, {})
    content = alone == 2
    assert (chosen[content] == 2).all()
    assert (best[content] == 1).mean() > 0.5
    assert (chosen[~content] == 1).any()


def test_a_branch_keeps_its_structure(tmp_path):
    asked = {"scale": 1e-3, "burn_in": 14, "until": "2013-03", "seeds": 1, "threads": 1}
    given = {"structure.decision": "satisficing", "structure.wages": "responding", "parameters.wage_response": 0.5}
    whole = sim.run("history", overrides=given, output=tmp_path / "run", checkpoint="2012-07", **asked)
    for threads in (1, 3):
        assert sim.branch(tmp_path / "run", threads=threads)["history"].meta["digest"] == whole.meta["digest"]
    same = sim.branch(tmp_path / "run", "no_ban", overrides={"structure.decision": "satisficing"})["no_ban"]
    assert same.meta["scenario"]["structure"] == {"decision": "satisficing", "wages": "responding"}
    for key, name in (("structure.decision", "plain_logit"), ("structure.wages", "fixed")):
        with pytest.raises(InputError, match=rf"^{key} is {name} and cannot be changed any more: the checkpoint was"):
            sim.branch(tmp_path / "run", overrides={key: name})


def test_two_scenarios_that_share_a_burn_in_share_its_numbers(tmp_path):
    """A comparison goes on from one settled world: its numbers of migrants are the base on both sides."""
    structure = {"wages": "responding"}
    first = begin(scenario(**ASKED, structure=structure))
    first.burn_in()
    other = first.continue_as(first.prepared, threads=1)
    alone = begin(scenario(**ASKED, structure=structure))
    alone.burn_in()
    assert other.run().digest == alone.run().digest == first.run().digest


def test_a_large_population_has_the_numbers_of_its_own_last_year():
    one = replace(scenario(scale=2e-3, burn_in=20, until="2012-12", structure={"wages": "responding"}), donors=1e-3)
    run = SeedRun.settled(begin(one).prepared, 1, 1)
    assert run.prepared.sample is not None
    assert (run.model.wages.base > 0).all()
    stock = (run.model.engine.records()["place"][..., None] == [1, 2, 3]).sum(axis=(0, 1))
    assert (run.model.wages.stock == stock).all()
    assert (run.model.wages.base[11] == stock).all()
