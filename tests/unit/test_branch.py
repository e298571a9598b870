"""Branches: what is changed and when, what cannot be changed any more, and the command as a user meets it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_worlds import ROOT, TWO_COUNTRIES, pack, scenario

import sim
from sim.basis import Basis
from sim.branches import first_unlike
from sim.checkpoint import Checkpoint
from sim.cli.main import main
from sim.configuration.overrides import known_keys
from sim.output.folder import digest_of_tables, read_comparison, read_run
from sim.policies.base import Campaign
from sim.prepared import History, prepare
from sim.schema.quantities import TOPICS

TINY = ["population.scale=0.0001", "population.burn_in=2", "until=2012-12", "seeds=1", "threads=1"]
MONTH = "2012-07"
START = pd.Timestamp(MONTH)
SEASONAL = {"destination": "KAZ", "quota": 400_000, "known_to": 0.9, "start": "2012-03"}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with a run and its checkpoint; tests work on copies."""
    folder = tmp_path_factory.mktemp("made")
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert main(["run", *TINY, f"checkpoint={MONTH}"]) == 0
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def run(made, tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made / "results", "results")
    return Path("results/history")


def tables(folder: Path) -> str:
    run = read_run(folder)
    return digest_of_tables({name: getattr(run, name) for name in ("corridors", "origins", "categories", "spells")})


# what a branch is ----------------------------------------------------------------------------------------------------


def lived_and_later(later: dict, lived: dict | None = None, month: int = 6, **more) -> tuple:
    """Two scenarios with these policies and a history of the first; both prepared, the later one after it."""
    first, second = (scenario(until="2013-12", policies=one or {}, **more) for one in (lived, later))
    history = History(first, month)
    return prepare(first, pack()), prepare(second, pack(), history), history


def test_the_past_keeps_its_conditions_and_the_future_has_its_own():
    falling = {"devaluation": {"currency": "RUB", "share": 0.5, "start": "2012-03"}}
    lived, later, history = lived_and_later(falling)
    at = lived.conditions.burn_in + history.months
    for name in ("corridors", "homes", "news"):
        assert getattr(lived.conditions, name)[:at].tobytes() == getattr(later.conditions, name)[:at].tobytes()
    rate = later.conditions.corridors["rate"][:, 0, 0]
    alone = prepare(later.scenario, pack()).conditions.corridors["rate"][:, 0, 0]
    np.testing.assert_array_equal(rate[at:], alone[at:])
    assert rate[at] < 0.7 * rate[at - 1]
    view = later.conditions.corridors["view_log_value"][:, 0, 0]
    held = lived.conditions.corridors["view_log_value"][:, 0, 0]
    assert 0.01 < held[at] - view[at] < 0.2  # households begin to see it now: the half is 0.37 in their measure
    assert held[-1] - view[-1] > 0.3


def test_numbers_of_a_corridor_hold_from_the_branch_on():
    """The burn-in and the base period stay those of the past, and so do views that grew in them."""
    first = scenario(until="2013-12", corridors={"TJK": {"RUS": {"pay_ratio_regular": 0.4}}})
    lived, later = prepare(first, pack()), prepare(scenario(until="2013-12"), pack(), History(first, 6))
    at = lived.conditions.burn_in + 6
    assert lived.conditions.corridors[:at].tobytes() == later.conditions.corridors[:at].tobytes()
    pay = later.conditions.corridors["pay_regular"][:, 0, 0]
    assert pay[at] > 1.2 * pay[at - 1]


def test_a_campaign_of_the_past_is_held_when_the_branch_begins():
    topic = TOPICS.index("seasonal_permit")
    _, later, history = lived_and_later({"seasonal_work": SEASONAL})
    news = later.conditions.news[later.conditions.burn_in :, 0, topic]
    assert np.flatnonzero(news).tolist() == [history.months]
    assert news[history.months] == pytest.approx(0.9)
    lived, later, _ = lived_and_later({"seasonal_work": SEASONAL}, {"seasonal_work": SEASONAL})
    assert lived.conditions.news.tobytes() == later.conditions.news.tobytes()
    assert np.flatnonzero(later.conditions.news[later.conditions.burn_in :, 0, topic]).tolist() == [2]


def campaigns(held: Campaign | None, later: Campaign | None, month: int = 6) -> tuple[list[int], int | None]:
    """In which months one who goes on with `later` is told, and from when the pasts differ."""
    one, other = (
        Basis(pack={}, quantities={"gdp": np.zeros((24, 1))}, campaigns=(told,) if told else (), costs={})
        for told in (held, later)
    )
    joined = one.followed_by(other, month)
    return [month for told in joined.campaigns for month in told.months(24)], other.first_unlike(one, month)


def test_campaigns_that_last():
    """What is over is over, what goes on goes on, and what was told is not told again."""

    def told(first: int, last: int | None = None) -> Campaign:
        return Campaign("ban_rules", 0.0, first, ("TJK",), heads=9.0, until=last)

    assert campaigns(told(2, 8), told(2, 8)) == ([2, 3, 4, 5, 6, 7, 8], None)
    assert campaigns(told(2, 4), told(2, 4)) == ([2, 3, 4], None)
    assert campaigns(told(2, 8), None) == ([2, 3, 4, 5], 2)
    assert campaigns(None, told(2, 8)) == ([6, 7, 8], 2)
    assert campaigns(None, told(2, 4)) == ([], 2)
    assert campaigns(told(2, 8), told(2, 11)) == ([2, 3, 4, 5, 6, 7, 8, 9, 10, 11], None)
    assert campaigns(None, told(8, 9)) == ([8, 9], None)
    assert campaigns(told(3), told(3)) == ([3], None)
    assert campaigns(None, told(3)) == ([6], 3)
    assert campaigns(None, told(6)) == ([6], None)


def test_permits_of_the_year_are_released_from_the_branch_on():
    _, later, history = lived_and_later({"seasonal_work": SEASONAL})
    pool = later.conditions.corridors["seasonal_pool"][later.conditions.burn_in :].sum(axis=(1, 2))
    assert pool[history.months - 1] == 0.0
    assert pool[history.months] > 0.0
    alone = prepare(later.scenario, pack()).conditions.corridors["seasonal_pool"][later.conditions.burn_in :]
    assert pool[11] < alone[11].sum()


def test_costs_of_the_past_stay_those_of_the_past():
    lived, later, history = lived_and_later({}, {"seasonal_work": SEASONAL})
    costs = later.frame.costs["seasonal_work"]["seasonal_permits"]
    start = 2  # March 2012
    assert not costs[:start].any()
    assert (costs[start : history.months] == 60.0 * (np.array(pack().destinations) == "KAZ")).all()
    assert not costs[history.months :].any()
    assert lived.frame.costs["seasonal_work"]["seasonal_permits"][start:, :, 1].all()


@pytest.mark.parametrize(
    ("later", "more", "since"),
    [
        ({}, {}, None),
        ({"reentry_ban": {"months": 0}}, {}, "2012-01"),
        ({"devaluation": {"currency": "RUB", "share": 0.2, "start": "2012-05"}}, {}, "2012-05"),
        ({"devaluation": {"currency": "RUB", "share": 0.2, "start": "2012-07"}}, {}, None),
        ({"seasonal_work": SEASONAL}, {}, "2012-03"),
        ({"seasonal_work": {**SEASONAL, "start": "2012-07"}}, {}, None),
        ({}, {"parameters": {"beta": 1.2}}, "the burn-in"),
        ({}, {"corridors": {"TJK": {"RUS": {"travel_cost": 1.0}}}}, "2012-01"),
    ],
)
def test_a_scenario_that_would_have_had_another_past_is_told(later, more, since):
    one = scenario(until="2013-12", policies=later, **more)
    assert first_unlike(one, pack(), History(scenario(until="2013-12"), 6)) == since


# the command ---------------------------------------------------------------------------------------------------------


def test_many_futures_of_one_history(run, capsys):
    assert main(["branch", str(run), "scenario=history,no_ban,no_devaluation", "name=three"]) == 0
    captured = capsys.readouterr()
    told = "no_ban differs from the checkpoint's history from 2012-01 on: the past stays what it was"
    assert told in captured.err
    assert "history differs" not in captured.err.replace(told, "")
    assert "no_ban: reentry_ban changes" in captured.err
    folders = sorted(Path("results/three").iterdir())
    assert [folder.name for folder in folders] == ["history", "no_ban", "no_devaluation"]
    assert tables(folders[0]) == tables(run)
    whole, other = read_run(run), read_run(folders[1])
    assert whole.meta["digests"] == read_run(folders[0]).meta["digests"] != other.meta["digests"]
    before = other.corridors["month"] < START
    assert other.corridors[before].equals(whole.corridors[before])
    assert other.meta["branch"]["month"] == MONTH
    assert other.meta["branch"]["differs_from"] == "2012-01"


def test_dollars_of_the_past_are_those_of_the_past(run):
    falling = {"policies.devaluation.currency": "RUB", "policies.devaluation.share": 0.5}
    other = sim.branch(run, overrides={**falling, "policies.devaluation.start": "2012-03"})["history"]
    whole = read_run(run)
    for name in ("corridors", "origins", "categories"):
        one, two = (getattr(result, name) for result in (whole, other))
        before = (one["month"] < START).to_numpy()
        assert two[before].equals(one[before].astype(two.dtypes.to_dict())), name
    after = whole.corridors["month"] == START
    sent = [result.corridors[after]["remittances_true"].sum() for result in (whole, other)]
    assert sent[1] < 0.8 * sent[0]


def test_branches_are_compared_from_the_checkpoint_on(run, capsys):
    assert main(["branch", str(run), "scenario=no_ban,history", "against=history"]) == 0
    folder = Path("results/history_from_2012-07")
    comparison = read_comparison(folder / "no_ban")
    assert (comparison.scenario.name, comparison.against.name, comparison.first) == ("no_ban", "history", MONTH)
    assert (folder / "no_ban" / "report.html").is_file()
    assert tables(folder / "no_ban" / "against") == tables(folder / "history") == tables(run)
    row = comparison.table.query("measure == 'banned' and origin == 'TJK' and destination == 'ALL'").iloc[0]
    after = read_run(run).origins.query(f"month >= '{MONTH}' and origin == 'TJK'")
    assert row["against_mean"] == pytest.approx(after["banned"].mean())
    assert "no_ban against history" in capsys.readouterr().out


def test_policies_by_hand_do_not_hold_for_the_other_side(run):
    branches = sim.branch(run, against="history", overrides={"policies.reentry_ban.months": 600})
    comparison = branches.comparisons["history"]
    assert comparison.against.meta["digests"] == read_run(run).meta["digests"] != comparison.scenario.meta["digests"]
    assert comparison.against.meta["scenario"]["policies"] == {}


def test_a_file_of_one_s_own_can_branch(run):
    Path("mild.yaml").write_text("defaults: [history]\npolicies: {reentry_ban: {months: 1}}\n")
    assert main(["branch", str(run), "scenario=mild.yaml,no_ban", "output=here"]) == 0
    assert sorted(path.name for path in Path("here").iterdir()) == ["mild", "no_ban"]


REFUSED = [
    (["seeds=3"], "seeds is 3 and cannot be changed any more: the checkpoint was made with 1. Allowed: seeds=1"),
    (["first_seed=2"], "first_seed is 2 and cannot be changed any more"),
    (["follow=4"], "follow is 4 and cannot be changed any more"),
    (["population=small"], "population.scale is 0.001 and cannot be changed any more"),
    (["population.scale=0.01"], "population.scale is 0.01 and cannot be changed any more"),
    (["population.burn_in=60"], "population.burn_in is 60 and cannot be changed any more"),
    (["parameters.kin_density=0.1"], "parameters.kin_density is 0.1 and cannot be changed any more"),
    (["parameters.view_weight=0.2"], "parameters.view_weight is 0.2 and cannot be changed any more"),
    ([f"region={TWO_COUNTRIES}"], "was made with the pack central_asia"),
    (["checkpoint=2012-09"], "checkpoint is not a key"),
    (["scenario=no_ban,no_ban"], "scenario names no_ban twice"),
    (["scenario=no_bann"], "Nearest: no_ban"),
    (["against=history"], "nothing would differ"),
    (["against=history,no_ban"], "against is history, no_ban. Allowed: one scenario"),
    (["policies.reentry_ban.monhts=3"], "Nearest: months"),
    (["polices.reentry_ban.months=3"], "polices.reentry_ban.months is not a key. Nearest: policies"),
    (["parameters.beta=1,2"], "parameters.beta is '1,2', several values"),
    (["output=results/history"], "a run's own folder"),
    (["second.state"], "is given 2 checkpoints"),
    (["--explain"], "--explain is not an option"),
]


@pytest.mark.parametrize(("arguments", "told"), REFUSED, ids=[" ".join(arguments)[:40] for arguments, _ in REFUSED])
def test_what_cannot_be_changed_any_more_is_refused(arguments, told, run, capsys):
    here = sorted(Path().rglob("*"))
    assert main(["branch", str(run), *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert told in captured.err
    assert sorted(Path().rglob("*")) == here


def test_a_scenario_file_with_other_seeds_is_refused(run, capsys):
    Path("many.yaml").write_text("defaults: [history]\nseeds: 5\n")
    assert main(["branch", str(run), "scenario=many.yaml"]) == 2
    assert "seeds is 5 and cannot be changed any more" in capsys.readouterr().err


def test_what_is_given_as_it_was_is_no_change(run):
    same = ["seeds=1", "population.scale=0.0001", "region=central_asia", "follow=0", "until=2012-12"]
    assert main(["branch", str(run), *same, "name=same"]) == 0
    assert tables(Path("results/same/history")) == tables(run)


def test_every_key_is_on_the_page(capsys):
    main(["branch", "--help"])
    page = capsys.readouterr().out
    run = {"population", "region", "seeds", "first_seed", "follow", "question"}
    assert all(key in page for key in set(known_keys("branch")) - run)


def test_a_branch_is_run_again_from_its_checkpoint(run, capsys):
    assert main(["branch", str(run), "scenario=no_ban", "name=again"]) == 0
    assert main(["rerun", "results/again/no_ban", "threads=2"]) == 0
    assert "the same" in capsys.readouterr().out
    moved = Path(shutil.move(run / f"checkpoint-{MONTH}.state", "moved.state"))
    assert main(["rerun", "results/again/no_ban"]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert main(["rerun", "results/again/no_ban", f"checkpoint={moved}"]) == 0
    other = ["run", *TINY, "first_seed=5", f"checkpoint={MONTH}", "name=other"]
    assert main(other) == 0
    assert main(["rerun", "results/again/no_ban", f"checkpoint=results/other/checkpoint-{MONTH}.state"]) == 2
    assert "is not the checkpoint of this branch" in capsys.readouterr().err
    assert main(["rerun", "results/other", f"checkpoint={moved}"]) == 2
    assert "is given for a run that is no branch" in capsys.readouterr().err


# leaving a checkpoint ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["run", "checkpoint=2011-12"],
            "checkpoint is '2011-12', which is outside the pack. Allowed: a month, 2012-01",
        ),
        (
            ["run", "checkpoint=2013-01"],
            "checkpoint is 2013-01, after the run's last month. Allowed: a month, 2012-01 to",
        ),
        (["run", "checkpoint=2012-03,2018-01"], "checkpoint is '2018-01', which is outside the pack"),
        (["run", "checkpoint=July"], "checkpoint is 'July', which is not a month"),
        (["run", "checkpoint=7"], "checkpoint is 7, which is not a month"),
        (["compare", "scenario=no_ban", "checkpoint=2012-03"], "checkpoint is not a key"),
    ],
)
def test_a_month_that_cannot_be_kept_is_refused(arguments, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([*arguments, *TINY]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert told in captured.err
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_there_is_no_checkpoint():
    with pytest.raises(sim.InputError, match="checkpoint is 2012-03 without output"):
        sim.run("history", scale=1e-4, until="2012-12", checkpoint="2012-03")


def test_checkpoints_lie_in_the_run_s_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["run", *TINY, "checkpoint=2012-11,2012-01", "name=two"]) == 0
    names = {path.name for path in Path("results/two").iterdir()}
    assert names >= {"checkpoint-2012-01.state", "checkpoint-2012-11.state", "run.json"}
    assert [path.name for path in Path("results").iterdir()] == ["two"]
    assert Checkpoint("results/two/checkpoint-2012-11.state").state(1).month == 10
    assert main(["run", *TINY, "name=two"]) == 0  # an older run is replaced, its checkpoints with it
    assert not list(Path("results/two").glob("*.state"))
    assert main(["run", "-m", *TINY, "checkpoint=2012-02,2012-03", "scenario=history,no_ban", "name=each"]) == 0
    assert len(list(Path("results").glob("each-*/checkpoint-2012-0[23].state"))) == 4


def test_a_full_disk_is_told_in_one_line(tmp_path):
    """No file of this process may grow beyond 20 kB: the checkpoint, written first, does not fit."""
    program = f"""
import resource, signal, sys
from sim.cli.main import main
from sim.seed_run import SeedRun
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
main(["run", *{TINY!r}, "name=warm"])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.exit(main(["run", *{TINY!r}, "checkpoint=2012-05", "name=full"]))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "error: checkpoint cannot be written to" in done.stderr
    assert "(File too large). Allowed: a disk with room for it." in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["warm"]


def test_a_run_tells_of_its_branch_in_plain_values(run):
    assert main(["branch", str(run), "name=one"]) == 0
    told = json.loads(Path("results/one/history/run.json").read_text())["branch"]
    assert told["seal"] == Checkpoint(run).seal
    assert told["history"]["name"] == "history"
    assert told["differs_from"] is None
