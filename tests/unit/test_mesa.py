"""The model is Mesa on both sides: what Mesa offers on agents works on the columnar set as on a loop over views."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet
from mesa.datacollection import DataCollector
from small_worlds import ROOT, begin, scenario

from sim.households.household import Household
from sim.households.household_set import HouseholdSet
from sim.model import MigrationModel
from sim.schema.attributes import ATTRIBUTES
from sim.tallies import Tally


@pytest.fixture
def model() -> MigrationModel:
    run = begin(scenario(scale=1e-4, burn_in=2, until="2012-12"))
    run.burn_in()
    run.model.step()
    return run.model


def test_model_and_households_are_mesas(model):
    assert isinstance(model, mesa.Model)
    assert isinstance(model.agents, AgentSet)
    assert isinstance(model.agents[0], mesa.Agent)
    assert isinstance(model.agents, HouseholdSet)
    assert list(model.agents_by_type) == [Household]
    assert model.agents_by_type[Household] is model.agents
    assert model.agent_types == [Household]


def test_only_those_who_have_come_to_be_are_there(model):
    born = model.world.households["born"]
    assert len(model.agents) == (born <= model.month).sum() < len(born)


def test_get_and_agg_are_a_loop(model):
    savings = model.agents.get("savings")
    assert savings.tolist() == [household.savings for household in model.agents]
    both = model.agents.get(["origin", "debt"])
    assert both[1].tolist() == [household.debt for household in model.agents]
    assert model.agents.agg("savings", sum) == sum(household.savings for household in model.agents)
    assert model.agents.agg("savings", [min, max]) == [savings.min(), savings.max()]
    with pytest.raises(AttributeError, match="no attribute 'saving'"):
        model.agents.get("saving")
    assert model.agents.get("saving", "default", 3).tolist() == [3] * len(model.agents)


def test_every_attribute_reads_the_same_through_a_view(model):
    household = model.agents[17]
    row = model.agents.rows[17]
    for attribute in ATTRIBUTES:
        assert np.array_equal(getattr(household, attribute.name), model.world.households[attribute.name][row])
    with pytest.raises(AttributeError, match="no attribute"):
        _ = household.wealth


def test_select_is_a_loop(model):
    rich = model.agents.select(lambda records: records["savings"] > 50_000)
    assert [household.index for household in rich] == [h.index for h in model.agents if h.savings > 50_000]
    assert 0 < len(rich) < len(model.agents)
    assert len(model.agents.select(at_most=10)) == 10
    assert len(model.agents.select(at_most=0.5)) == len(model.agents) // 2
    assert len(model.agents.select(agent_type=Household)) == len(model.agents)
    assert len(rich.select(lambda records: records["origin"] == 1)) == sum(h.origin == 1 for h in rich)


def test_groupby_is_a_loop(model):
    groups = model.agents.groupby("origin")
    counted = {origin: len(group) for origin, group in groups}
    assert counted == {o: sum(h.origin == o for h in model.agents) for o in range(3)}
    assert groups.count() == counted
    abroad = model.agents.groupby(lambda records: (records["place"] > 0).any(axis=1))
    assert len(abroad.groups[True]) == sum(bool((h.place > 0).any()) for h in model.agents)


def test_sort_shuffle_and_iteration_are_a_loop(model):
    down = [household.savings for household in model.agents.sort("savings")]
    assert down == sorted(down, reverse=True)
    up = model.agents.sort(lambda household: household.debt, ascending=True)
    assert [h.debt for h in up] == sorted(h.debt for h in model.agents)
    assert sorted(model.agents.shuffle().rows) == model.agents.rows.tolist()
    assert [h.unique_id for h in model.agents] == (model.agents.rows + 1).tolist()
    assert [h.index for h in model.agents[3:6]] == model.agents.rows[3:6].tolist()
    assert model.agents[5] in model.agents
    assert model.agents[5] not in model.agents.select(at_most=3)


def test_do_map_and_set(model):
    seen = []
    model.agents.select(at_most=4).do(lambda household: seen.append(household.index))
    assert seen == model.agents.rows[:4].tolist()
    assert model.agents.map(lambda h: h.debt) == model.agents.get("debt").tolist()
    model.agents.select(lambda records: records["origin"] == 0).set("heard", 255)
    assert (model.world.households["heard"][model.agents.rows][model.agents.get("origin") == 0] == 255).all()


def test_a_view_writes_through(model):
    household = model.agents[4]
    household.savings = 12_345
    household.place[0] = 2
    record = model.world.households[household.index]
    assert record["savings"] == 12_345
    assert record["place"][0] == 2
    again = model.agents[4]
    assert again == household
    assert hash(again) == hash(household)
    assert again != model.agents[5]
    assert f"Household {household.index + 1} " in repr(household)


def test_households_are_neither_added_nor_removed(model):
    household = model.agents[0]
    for act in (lambda: model.agents.add(household), lambda: model.agents.discard(household), household.remove):
        with pytest.raises(TypeError):
            act()


def test_the_data_collector_works_on_the_columnar_set(model):
    collector = DataCollector(
        model_reporters={
            "abroad": lambda m: int(m.tallies[:, 1:, Tally.STOCK].sum()),
            "savings": lambda m: int(m.agents.agg("savings", sum)),
        },
        agent_reporters={"income": "income"},
        agenttype_reporters={Household: {"savings": "savings", "debts": lambda household: household.debt}},
    )
    for _ in range(3):
        collector.collect(model)
        model.step()
    frame = collector.get_model_vars_dataframe()
    by_type = collector.get_agenttype_vars_dataframe(Household)
    by_agent = collector.get_agent_vars_dataframe()
    assert len(frame) == 3
    assert (frame["abroad"] > 0).all()
    assert len(by_type) == len(by_agent) >= 3 * len(model.agents) - 20
    step = by_type.index.get_level_values("Step").unique()
    sums = [by_type.xs(one, level="Step")["savings"].sum() for one in step]
    assert sum(sums) == frame["savings"].sum()


def test_a_set_can_be_pickled(model):
    some = model.agents.select(at_most=5)
    state = some.__getstate__()
    copied = pickle.loads(pickle.dumps((state["records"], state["rows"])))
    assert np.array_equal(copied[0], some.records)
    assert copied[1].tolist() == some.rows.tolist()


PLAIN = """
import mesa
from mesa.agent import AgentSet
from dataclasses import replace
from small_worlds import begin, scenario
from sim.engine.plain import PlainHousehold
from sim.schema.rule import COMPILED
model = begin(replace(scenario(scale=2e-5, burn_in=0, until="2012-12"), engine="mesa")).model
assert not COMPILED
assert isinstance(model, mesa.Model) and isinstance(model.agents, AgentSet)
assert list(model.agents_by_type) == [PlainHousehold] and issubclass(PlainHousehold, mesa.Agent)
assert len(model.agents) == len(model.world.households) > 100
assert type(model.agents[0].savings) is int and type(model.agents[0].place) is list
before = model.agents.agg("savings", sum)
model.step()
assert model.agents.agg("savings", sum) != before
of_one = model.agents.select(lambda household: household.origin == 2)
assert of_one.get("origin") == [2] * sum(h.origin == 2 for h in model.agents)
print("plain")
"""


def test_the_plain_engine_is_a_mesa_model_of_ordinary_agents():
    environment = {
        **os.environ,
        "NUMBA_DISABLE_JIT": "1",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))),
    }
    told = subprocess.run([sys.executable, "-c", PLAIN], env=environment, capture_output=True, text=True, check=False)
    assert told.stdout == "plain\n", told.stderr


def test_the_plain_engine_refuses_a_compiling_process():
    with pytest.raises(RuntimeError, match="NUMBA_DISABLE_JIT"):
        MigrationModel(begin(scenario(scale=1e-4, burn_in=0, until="2012-12")).model.world, "mesa")
