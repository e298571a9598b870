"""The plan: run ids made of content, each run once, points checked before anything is written."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
from small_sweeps import BANS, BETA, live_here, planned, table

from sim.checkpoint import rules_digest
from sim.cli.main import main
from sim.errors import InputError
from sim.scenario import Scenario
from sim.studies.sweep import plan as planning
from sim.studies.sweep.gather import gather
from sim.studies.sweep.plan import LEAST_CHUNK, MOST_CHUNKS, PlanOnDisk, chunk_size


def rows(folder):
    return pq.read_table(folder / "plan.parquet").to_pylist()


def test_a_row_for_each_run_with_an_id_of_its_own(tmp_path):
    planned(tmp_path / "s")
    made = rows(tmp_path / "s")
    assert len(made) == len({row["run_id"] for row in made}) == 12
    assert [row["run"] for row in made] == list(range(12))
    assert {(row["seed"], row["parameters.beta"], row["policies.reentry_ban.months"]) for row in made} == {
        (seed, beta, months) for seed in (1, 2) for beta in (0.9, 1.1) for months in (0, 12, 60)
    }


def test_an_id_is_the_content_s_and_not_the_plan_s(tmp_path):
    planned(tmp_path / "one")
    planned(
        tmp_path / "two", "sweep.policies.reentry_ban.months=[60,24]", "parameters.beta=1.1", "seeds=1", "first_seed=2"
    )
    one, two = ({row["run_id"]: row for row in rows(tmp_path / name)} for name in ("one", "two"))
    (shared,) = one.keys() & two.keys()
    assert (one[shared]["policies.reentry_ban.months"], one[shared]["parameters.beta"], one[shared]["seed"]) == (
        60,
        1.1,
        2,
    )


def test_an_id_depends_on_seed_pack_and_program(tmp_path):
    sweep = planned(tmp_path / "s")
    head = PlanOnDisk(sweep.folder).head
    given = [planning.run_id("a", 1, head), planning.run_id("a", 2, head), planning.run_id("b", 1, head)]
    given.append(planning.run_id("a", 1, {**head, "rules": "others"}))
    given.append(planning.run_id("a", 1, {**head, "branch": {"seal": "c"}}))
    assert len(set(given)) == 5


def test_points_that_are_one_scenario_are_run_once(tmp_path):
    sweep = planned(tmp_path / "s", "sweep.policies.reentry_ban.months=[0,1]", "design=lhs", "design.points=6")
    assert len(rows(sweep.folder)) == 2 * 2
    design = pq.read_table(sweep.folder / "design.parquet").to_pylist()
    assert sorted(row["point:scenario"] for row in design) == [0, 0, 0, 1, 1, 1]
    months = [row["policies.reentry_ban.months"] for row in rows(sweep.folder)]
    assert all(months[row["point:scenario"]] == int(row["unit:policies.reentry_ban.months"] * 2) for row in design)


def test_the_scenarios_of_a_plan_are_those_of_single_runs(tmp_path):
    from sim.configuration import request

    sweep = planned(tmp_path / "s")
    plan = PlanOnDisk(sweep.folder)
    run = next(iter(plan.runs(plan.chunks - 1)))
    row = rows(sweep.folder)[run.run]
    keys = [f"{key}={row[key]}" for key in ("parameters.beta", "policies.reentry_ban.months")]
    asked = request(
        "run",
        [
            "population.scale=0.0001",
            "population.burn_in=2",
            "until=2013-06",
            "seeds=1",
            *keys,
            f"first_seed={row['seed']}",
        ],
    )
    assert asked.scenario.digest == run.scenario.digest


def test_against_lives_the_same_numbers_under_another_scenario(tmp_path):
    sweep = planned(tmp_path / "s", BANS, BETA, "against=no_ban", "seeds=1")
    made = rows(sweep.folder)
    assert [row["base"] for row in made].count("against") == 0, "months=0 is no_ban: the same scenario, lived once"
    other = planned(tmp_path / "t", "sweep.policies.reentry_ban.months=[12,60]", BETA, "against=no_ban", "seeds=1")
    against = [row for row in rows(other.folder) if row["base"] == "against"]
    assert [row["parameters.beta"] for row in against] == [0.9, 1.1]
    assert all(row["policies.reentry_ban.months"] is None for row in against)
    live_here(other)
    gather(other.folder)
    bans = table(other.folder).groupby("base")["banned"].mean()
    assert bans["against"] < bans["scenario"]


def test_scenarios_may_be_swept(tmp_path):
    sweep = planned(tmp_path / "s", "sweep.scenario=[history,no_ban]", "seeds=1")
    live_here(sweep)
    gather(sweep.folder)
    made = table(sweep.folder).set_index("scenario")
    assert made.loc["no_ban", "bans_imposed"] == 0 < made.loc["history", "bans_imposed"]


def test_the_same_plan_again_is_found_and_another_is_refused(tmp_path):
    planned(tmp_path / "s", "workers=2")
    before = (tmp_path / "s" / "sweep.json").stat().st_mtime_ns
    planned(tmp_path / "s", "workers=7")
    assert (tmp_path / "s" / "sweep.json").stat().st_mtime_ns == before
    for other, what in (
        ("seeds=3", "seeds"),
        ("sweep.parameters.beta=[0.5,1.1]", "values"),
        ("measures=[stock]", "measures"),
    ):
        keys = [BANS, *([] if other.startswith("sweep.") else [BETA])]
        with pytest.raises(InputError, match=f"holds another plan .*{what}"):
            planned(tmp_path / "s", *keys, other)


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "run.json").write_text("{}")
    with pytest.raises(InputError, match=r"holds run\.json"):
        planned(tmp_path / "s")
    assert [one.name for one in (tmp_path / "s").iterdir()] == ["run.json"]


def test_other_rules_and_another_pack_are_refused(tmp_path):
    sweep = planned(tmp_path / "s")
    head = json.loads((sweep.folder / "sweep.json").read_text())
    assert head["rules"] == rules_digest()
    (sweep.folder / "sweep.json").write_text(json.dumps({**head, "rules": "0" * 64, "sources": "0" * 64}))
    with pytest.raises(InputError, match="was planned by version"):
        PlanOnDisk(sweep.folder)
    (sweep.folder / "sweep.json").write_text(json.dumps({**head, "pack_digest": "0" * 64}))
    with pytest.raises(InputError, match="the sweep was planned with 000000000000"):
        _ = PlanOnDisk(sweep.folder).region


@pytest.mark.parametrize("workers", [1, 2, 16])
@pytest.mark.parametrize(("runs", "points"), [(8, 1), (320, 32), (1280, 32), (4000, 7), (100_000, 100_000), (90_000, 90)])
def test_a_chunk_is_part_of_a_seed_or_of_whole_seeds_and_there_are_not_too_many(runs, points, workers):
    size = chunk_size(runs, points, workers)
    assert 1 <= size <= runs
    assert size <= points or size % points == 0
    assert -(-runs // size) <= MOST_CHUNKS
    assert size <= max(LEAST_CHUNK, runs // MOST_CHUNKS + points)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (["sweep.parameters.betta=[1,2]"], "sweep.parameters.betta is not a parameter. Nearest: beta."),
        (["sweep.parameters.beta=[0.5,99]"], "sweep.parameters.beta is 99"),
        (["sweep.policies.reentry_ban.months=[0,700]"], "sweep.policies.reentry_ban.months is 700"),
        (["sweep.policies.reentry_bann.months=[0,7]"], "Nearest: reentry_ban."),
        (["sweep.parameters.beta=[1,2]", "measures=[stok]"], "Nearest: stock."),
        (["sweep.parameters.beta=[1,2]", "measures=[poverty]"], "Allowed: poverty.ORIGIN."),
        (
            ["sweep.parameters.beta=[1,2]", "window=[2013-01,2013-12]"],
            "window is [2013-01, 2013-12], which the runs do not cover",
        ),
        (["sweep.parameters.beta=[1,2]", "workers=0"], "workers is 0"),
        (["sweep.parameters.beta=[1,2]", "executor=pbs"], "executor is 'pbs'"),
        (["sweep.parameters.beta=[1,2]", "engine=mesa"], "engine is not a key"),
        (["sweep.scenario=[history,no_bann]"], "Nearest: no_ban."),
        (["sweep.until=[2012-12,2019-12]", "design=lhs"], "two months in order"),
        (["sweep.parameters.beta=[1,2]", "branch_from=nothing"], "nothing cannot be read"),
    ],
)
def test_a_bad_sweep_is_one_line_and_writes_nothing(tmp_path, capsys, monkeypatch, keys, told):
    monkeypatch.chdir(tmp_path)
    assert (
        main(
            [
                "sweep",
                "name=s",
                "population.scale=0.0001",
                "until=2013-06",
                *[k for k in keys if not k.startswith("until")],
            ]
        )
        == 2
    )
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and told in error, error
    assert not (tmp_path / "results").exists()


def test_points_are_read_as_whole_scenarios_are(central_asia):
    """The quick reading of a point gives what `Scenario.from_mapping` gives, for every kind of axis."""
    import itertools

    from sim.configuration.compose import place
    from sim.studies.sweep.points import Points, copied

    base = {
        "name": "b", "population": {"scale": 0.001}, "seeds": 1, "first_seed": 0, "parameters": {"gamma": 0.5},
        "policies": {"reentry_ban": {"destinations": ["RUS"]}, "travel_cost": None},
    }  # fmt: skip
    axes = {
        "parameters.beta": [0.9, 1.1], "parameters.gamma": [0.4, 0.6], "policies.reentry_ban.months": [0, 12, None],
        "policies.reentry_ban.during": [None, ["2014-01", None]], "policies.enforcement.raids": [1, 2.5],
        "population.burn_in": [12, 60], "until": ["2013-12", "2014-12"], "corridors.TJK.RUS.attraction": [0.1, 0.2],
        "scenario": ["", "other"],
    }  # fmt: skip
    mappings = {"": base, "other": {**base, "name": "o", "policies": {"amnesty": {"share": 0.5}}}}
    points = Points(mappings, list(axes), list(axes), central_asia)
    digests = set()
    for values in itertools.product(*axes.values()):
        mapping = copied(mappings[values[-1]])
        for key, value in zip(axes, values[:-1], strict=False):
            place(mapping, key, value)
        whole = Scenario.from_mapping(mapping, central_asia)
        assert points.at(values) == whole
        assert points.at(values).digest == whole.digest
        digests.add(whole.digest)
    assert len(digests) > 500
