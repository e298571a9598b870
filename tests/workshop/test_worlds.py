"""A world is what `sim compare` and `sim run` say, number for number and digest for digest."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import RUNS

import sim
from sim.cli import main
from sim.prepared import Seeds
from sim.simulation import simulate
from sim.workshop.controls import CONTROLS, Choice
from sim.workshop.past import Past
from sim.workshop.rows import COURSES, course, effect, hundred, knowing, places
from sim.workshop.scenario_file import scenario_text
from sim.workshop.tasks import ReadyTask, WorldTask, _checkpoint, _past, region, scenario_from
from sim.workshop.worlds import HOMES, SCALE, World, mapping_of


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> sim.output.result.Comparison:
    """The same two worlds by the ordinary way."""
    path = tmp_path_factory.mktemp("file") / "no_bans.yaml"
    path.write_text(scenario_text(Choice.of(runs=RUNS, ban_months=0)), encoding="utf-8")
    return sim.compare(path, against="history", scale=SCALE, seeds=RUNS, first_seed=1)


def test_digests_equal_those_of_compare(history: World, no_bans: World, compared) -> None:
    """Branched from January 2013 or lived from the beginning: the same scenario and the same households."""
    for world, run in ((no_bans, compared.scenario), (history, compared.against)):
        assert world.about["scenario_digest"] == run.meta["scenario_digest"]
        assert world.about["digest"] == run.meta["digest"]
    assert no_bans.about["digest"] != history.about["digest"]


def test_numbers_equal_those_of_compare(history: World, no_bans: World, compared) -> None:
    """Every measure the page shows has the mean and the paired difference of the table."""
    table = compared.table[compared.table["destination"] == "ALL"].set_index(["measure", "origin"])
    checked = 0
    for measure in HOMES:
        for origin in ("TJK", "KGZ", "UZB", "ALL"):
            if (measure, origin) not in table.index:
                continue
            row = table.loc[(measure, origin)]
            ours, theirs = (float(world.home(measure, origin).mean()) for world in (no_bans, history))
            np.testing.assert_allclose(ours, row["scenario_mean"], rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(theirs, row["against_mean"], rtol=1e-5, atol=1e-6)
            checked += 1
    assert checked >= 4 * (len(HOMES) - 2)


def test_a_world_goes_on_where_another_one_left_the_history() -> None:
    """It lives fewer months, and is the world lived from the beginning; what was kept is not changed by living on."""
    worlds = (
        ({"rouble": 30}, 60),  # all from January 2013 on
        ({"rouble": 50}, 41),  # from August 2014, where the first one left
        ({"union": "tajikistan_in"}, 41),
        ({"union": "kyrgyzstan_out"}, 29),  # from August 2015
        ({"rouble": 40}, 41),
    )
    whole = replace(scenario_from(mapping_of(Choice.of(runs=RUNS))), seeds=1)
    past = Past(_checkpoint(whole, lambda share: None), region())
    for steps, months in worlds:
        told: list[int] = []
        scenario = replace(scenario_from(mapping_of(Choice.of(runs=RUNS, **steps))), seeds=1)
        (outcome,) = past.live(Seeds(scenario, region(), past.history), 1, told.append)
        assert outcome.digest == simulate(scenario, region()).meta["digest"]
        assert told[1:] == [1] * months and sum(told) == 60


@pytest.mark.parametrize(
    "steps",
    [
        {"rouble": 0}, {"ban_months": 0}, {"detection": 0.5}, {"border": 50}, {"permits": 25_000, "permits_known": 100},
        {"campaign": 5_000}, {"reintegration": 1_000}, {"union": "tajikistan_in"}, {"union": "kyrgyzstan_out"},
    ],
)  # fmt: skip
def test_a_world_is_the_history_until_it_parts(steps: dict) -> None:
    """Told by its figures, which are fewer; its conditions are then the same to the bit."""
    whole = replace(scenario_from(mapping_of(Choice.of(runs=RUNS))), seeds=1)
    past = Past(_checkpoint(whole, lambda share: None), region())
    scenario = replace(scenario_from(mapping_of(Choice.of(runs=RUNS, **steps))), seeds=1)
    parting = past.parting(1, Seeds(scenario, region(), past.history).of(1))
    shared = Seeds(whole, region()).of(1).months_shared(Seeds(scenario, region()).of(1))
    assert 12 <= parting <= shared < scenario.months


def test_a_ready_worker_has_the_history_at_hand() -> None:
    """That of the page's own settings, once it has been lived: the first moved control asks for no other."""
    task = WorldTask(mapping_of(Choice.of(rouble=30)))
    task.perform(lambda share: None)
    _past.cache_clear()
    ReadyTask().perform(lambda share: None)
    assert _past.cache_info().currsize == 1
    task.perform(lambda share: None)
    assert _past.cache_info().misses == 1


def test_scenario_file_gives_the_same_digest_in_a_run(tmp_path: Path, no_bans: World) -> None:
    """`sim run scenario=FILE` without another word."""
    path = tmp_path / "taken_away.yaml"
    path.write_text(scenario_text(Choice.of(runs=RUNS, ban_months=0), "lang=ru&view=free"), encoding="utf-8")
    assert main(["run", f"scenario={path}", f"output={tmp_path / 'run'}"]) == 0
    told = json.loads((tmp_path / "run" / "run.json").read_text())
    assert told["scenario_digest"] == no_bans.about["scenario_digest"]
    assert told["digest"] == no_bans.about["digest"]


def test_a_world_survives_its_file(no_bans: World) -> None:
    """Kept and read again, nothing is lost."""
    again = World.from_bytes(no_bans.to_bytes())
    assert again.about == dict(no_bans.about) and again.months == no_bans.months
    for measure in HOMES:
        np.testing.assert_array_equal(again.homes[measure], no_bans.homes[measure])


@pytest.mark.parametrize("name", list(CONTROLS))
def test_every_step_of_every_control_is_a_scenario(name: str) -> None:
    """And every step but the neutral one is another scenario than history."""
    leaders = {
        "permits_known": {"permits": 100_000},
        "campaign_whom": {"campaign": 20_000},
        "campaign_until": {"campaign": 20_000},
    }
    base = scenario_from(mapping_of(Choice.of(**leaders.get(name, {})))).digest
    digests = {
        scenario_from(mapping_of(Choice.of(**leaders.get(name, {}), **{name: step}))).digest
        for step in CONTROLS[name].steps
    }
    assert len(digests) == len(CONTROLS[name].steps)
    assert base in digests


def test_rows_are_means_and_bands_over_runs(history: World, no_bans: World) -> None:
    """A month of a course, taken by hand."""
    rows = course("abroad", no_bans, history, "TJK")
    june = next(row for row in rows if row["month"] == "2016-06" and row["world"] == "ours")
    values = no_bans.home("stock", "TJK")[:, no_bans.months.index("2016-06")] / 1000
    assert june["mid"] == pytest.approx(values.mean(), abs=0.06)
    assert june["low"] == pytest.approx(np.quantile(values, 0.05), abs=0.06)
    assert min(values) - 0.06 <= june["low"] <= june["mid"] <= june["high"] <= max(values) + 0.06
    assert {row["world"] for row in rows} == {"ours", "theirs"}


def test_who_knows_adds_up_to_who_is_banned(history: World, no_bans: World) -> None:
    """The two areas are the banned."""
    rows = [row for row in knowing(no_bans, history, "KGZ") if row["world"] == "theirs" and row["month"] == "2015-06"]
    banned = history.home("banned", "KGZ")[:, history.months.index("2015-06")].mean() / 1000
    assert sum(row["people"] for row in rows) == pytest.approx(banned, abs=0.11)
    assert len(rows) == 2


def test_hundred_houses(history: World, no_bans: World) -> None:
    """A hundred a row, and as many filled as the share says."""
    rows = [row for row in hundred(no_bans, history, "TJK", 2015) if row["world"] == "ours" and row["what"] == "split"]
    span = slice(no_bans.months.index("2015-01"), no_bans.months.index("2015-12") + 1)
    share = no_bans.home("split_households", "TJK")[:, span].mean() / no_bans.home("households", "TJK")[:, span].mean()
    assert len(rows) == 100
    assert sum(row["filled"] for row in rows) == round(100 * share)


def test_places_are_those_of_the_corridors(history: World, no_bans: World) -> None:
    """Three places a world, and more people in Russia without bans."""
    rows = places(no_bans, history, "TJK", 2016)
    assert len(rows) == 6
    russia = {row["world"]: row["mid"] for row in rows if row["place"] == "RUS"}
    assert russia["ours"] > russia["theirs"]


def test_effect_counts_runs_by_pairs(history: World, no_bans: World) -> None:
    """More abroad without bans, in every run; and nothing differs from itself."""
    found = effect("abroad", no_bans, history, "TJK", "2016-01", "2016-12")
    assert found.higher == RUNS and found.lower == 0 and found.percent > 0
    same = effect("abroad", history, history, "TJK", "2016-01", "2016-12")
    assert same.higher == same.lower == 0 and same.difference == 0


def test_every_picture_has_rows(history: World, no_bans: World) -> None:
    """None is empty, and all values are numbers."""
    for picture in COURSES:
        rows = course(picture, no_bans, history, "ALL")
        assert len(rows) == 120
        assert all(np.isfinite([row["mid"], row["low"], row["high"]]).all() for row in rows)
