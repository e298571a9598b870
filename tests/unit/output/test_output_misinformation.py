"""What misinformation cost: which run is whose informed world, the arithmetic, and how it is told."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import sim
from sim.configuration import request
from sim.errors import InputError
from sim.output.comparison import ALL
from sim.output.folder import read_comparison, write_comparison
from sim.output.misinformation import LOSSES, informed_world, side_table
from sim.output.misinformation_told import lost_sides, sentences
from sim.output.report import report_html
from sim.output.result import Comparison, RunResult
from sim.output.terminal import print_comparison
from sim.simulation import informed_worlds

KNOWS = {"full_information": {"share": 1.0}}
BAN = {"reentry_ban": {"months": 24}}
CONSUMED = {"TJK": 300.0, "KGZ": 400.0, "UZB": 500.0}
SHAPE = {"seeds": 4, "months": 24}


@pytest.fixture
def world(run) -> Callable[..., RunResult]:
    """A made-up run with policies and a known consumption: `gain` more for each household, by origin."""

    def make(name: str, policies: dict[str, Any], gain: float = 0.0, refused: float = 1.0, scale: float = 0.01):
        made = run(name, **SHAPE)
        luck = made.origins["seed"] * 0.01
        base = made.origins["origin"].astype(str).map(CONSUMED) + luck
        origins = made.origins.assign(
            consumption=base + gain, consumption_abroad=50.0 + gain, refused=made.origins["refused"] * refused
        )
        scenario = {**made.meta["scenario"], "policies": policies, "population": {"scale": scale}}
        return dataclasses.replace(made, origins=origins, meta={**made.meta, "scenario": scenario})

    return make


def rows_of(table, measure: str) -> dict[str, Any]:
    return {row.origin: row for row in table[table["measure"] == measure].itertuples()}


def test_an_informed_world_is_the_same_world_with_everybody_informed(world):
    history, informed = world("history", {}), world("other", KNOWS)
    assert informed_world(history, [informed]) is informed
    assert informed_world(informed, [history]) is informed
    for stranger in (world("ban", BAN), world("x", {**BAN, **KNOWS}), world("y", KNOWS, scale=0.02)):
        assert informed_world(history, [stranger]) is None
    half = world("half", {"full_information": {"share": 0.5}})
    assert informed_world(half, [informed]) is informed  # whoever knows already, in the informed world all do
    assert informed_world(half, []) is None
    late = world("late", {"full_information": {"share": 1.0, "start": "2014-01"}})
    assert informed_world(late, []) is None


def test_what_was_lost_is_the_difference_between_the_worlds(world):
    history, informed = world("history", {}), world("informed", KNOWS, gain=4.0, refused=0.25)
    table = side_table(history, informed)
    home, members = (rows_of(table, f"welfare_lost_{name}") for name in ("to_misinformation", "with_migrants"))
    assert list(home) == [*CONSUMED, ALL]
    for origin, consumed in CONSUMED.items():
        assert home[origin].as_believed == pytest.approx(consumed + 0.025)
        assert (home[origin].lost, members[origin].lost) == pytest.approx((4.0, 8.0))
        assert home[origin].percent == pytest.approx(400.0 / (consumed + 0.025))
    households = {origin: history.origins.loc[history.origins["origin"] == origin, "households"] for origin in CONSUMED}
    weights = np.array([values.mean() for values in households.values()])
    weighed = (weights * list(CONSUMED.values())).sum() / weights.sum() + 0.025
    assert home[ALL].as_believed == pytest.approx(weighed)
    trips = rows_of(table, "refused_through_misinformation")
    assert trips["TJK"].lost == pytest.approx(0.75 * trips["TJK"].as_believed)
    assert trips["TJK"].low95 < trips["TJK"].lost < trips["TJK"].high95
    assert trips[ALL].lost == pytest.approx(sum(trips[origin].lost for origin in CONSUMED))


def test_a_world_against_its_own_informed_one_tells_the_loss_by_itself(world):
    history, informed = world("history", {}), world("informed", KNOWS, gain=4.0)
    lost = rows_of(Comparison.of(history, informed).table, "welfare_lost_to_misinformation")
    assert (lost["TJK"].scenario_mean, lost["TJK"].against_mean, lost["TJK"].difference) == pytest.approx((4, 0, 4))
    turned = rows_of(Comparison.of(informed, history).table, "welfare_lost_share")
    assert turned["KGZ"].difference == pytest.approx(-400.0 / 400.025, rel=1e-4)
    assert not len(rows_of(Comparison.of(history, world("ban", BAN)).table, "welfare_lost_share"))


def test_of_two_scenarios_each_is_held_against_its_own_informed_world(world):
    sides = world("ban", BAN, gain=-1.0), world("history", {})
    informed = world("ban_informed", {**BAN, **KNOWS}, gain=2.0), world("history_informed", KNOWS, gain=4.0)
    comparison = Comparison.of(*sides, informed=informed)
    lost = rows_of(comparison.table, "welfare_lost_to_misinformation")
    for origin in (*CONSUMED, ALL):
        found = (lost[origin].scenario_mean, lost[origin].against_mean, lost[origin].difference)
        assert found == pytest.approx((3.0, 4.0, -1.0))
    assert [(run.name, twin.name) for run, twin, _ in lost_sides(comparison)] == [
        ("ban", "ban_informed"), ("history", "history_informed"),
    ]  # fmt: skip
    told = sentences(comparison)
    assert told[0].startswith("Under ban, not knowing cost a household 6.00 USD")
    assert told[-1].startswith("What not knowing costs a household under ban, compared with history: 2.00 USD")
    assert "less" in told[-1]


def test_it_is_told_where_there_is_something_to_tell(world):
    history, informed, ban = world("history", {}), world("informed", KNOWS, gain=4.0), world("ban", BAN)
    for comparison, there in ((Comparison.of(history, informed), True), (Comparison.of(history, ban), False)):
        console = Console(width=100, record=True, file=io.StringIO())
        print_comparison(comparison, console)
        text, page = console.export_text(), report_html(comparison)
        assert ("What not knowing cost: history" in text) is there
        assert ("not knowing cost a household 8.00 USD" in text.replace("\n", " ")) is there
        assert ('<section id="misinformation">' in page) is there
        assert ('href="#misinformation"' in page) is there
        if there:
            for loss in LOSSES:
                assert loss.heading in text and loss.heading in page


def test_the_informed_worlds_are_written_and_read_with_the_comparison(world, tmp_path):
    informed = (world("ban_informed", {**BAN, **KNOWS}, gain=2.0), world("history_informed", KNOWS, gain=4.0))
    made = Comparison.of(world("ban", BAN), world("history", {}), informed=informed)
    back = read_comparison(write_comparison(made, tmp_path / "both"))
    assert [run.name for run in back.informed] == ["ban_informed", "history_informed"]
    assert sentences(back) == sentences(made)
    write_comparison(made, tmp_path / "both")  # a folder with informed worlds is a run's own, and may be replaced


def test_the_informed_scenario_is_the_one_that_comes_with_the_program():
    asked = request("compare", ["scenario=history", "against=history_informed"])
    assert asked.against is not None
    assert asked.scenario.informed().digest == asked.against.digest
    assert asked.against.informed() is asked.against
    assert informed_worlds(asked.scenario, asked.against) == []
    ban = request("compare", ["scenario=no_ban", "against=history"])
    assert [one.name for one in informed_worlds(ban.scenario, ban.against)] == ["no_ban_informed", "history_informed"]
    assert request("compare", ["scenario=no_ban", "misinformation=true"]).misinformation
    with pytest.raises(InputError, match="misinformation is not a key"):
        request("run", ["scenario=no_ban", "misinformation=true"])
    with pytest.raises(InputError, match="misinformation is 'much'"):
        request("compare", ["scenario=no_ban", "misinformation=much"])


def test_a_comparison_runs_the_informed_worlds_it_is_asked_for():
    asked = {"scale": 5e-4, "burn_in": 6, "seeds": 2, "until": "2014-03", "overrides": {"sample": "defaults"}}
    plain = sim.compare("no_ban", "history", **asked)
    assert plain.informed == ()
    both = sim.compare("no_ban", "history", misinformation=True, **asked)
    assert [run.meta["digest"] for run in (both.scenario, both.against)] == [
        run.meta["digest"] for run in (plain.scenario, plain.against)
    ]
    assert [run.name for run in both.informed] == ["no_ban_informed", "history_informed"]
    trips = rows_of(both.table, "refused_through_misinformation")
    assert trips[ALL].scenario_mean < trips[ALL].against_mean  # hardly any ban, hardly any wasted trip
    assert both.informed[1].origins["unaware_banned"].sum() < 0.2 * both.against.origins["unaware_banned"].sum()
