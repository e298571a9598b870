"""The command line as a user meets it: pages, tables, refusals, exit status, and nothing written when refused."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml
from small_worlds import pack

from sim.cli.main import command_names, main
from sim.policies.base import build, registered
from sim.scenario import Scenario
from sim.schema.quantities import QUANTITIES

ROOT = Path(__file__).resolve().parents[2]
TINY = ["population.scale=0.0001", "population.burn_in=2", "until=2012-12", "seeds=1", "threads=1"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def start(*arguments: str, **options: object) -> subprocess.Popen:
    """The command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sim", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **options
    )


@pytest.mark.parametrize("name", command_names())
def test_each_command_has_a_page_of_the_manual(name, capsys):
    assert main([name, "--help"]) == 0
    page = capsys.readouterr().out
    for part in ("USAGE", "OPTIONS", "EXAMPLES", "FILES WRITTEN", "EXIT STATUS", f"sim {name}"):
        assert part in page
    assert max(len(line) for line in page.splitlines()) <= 120
    assert main(["help", name]) == 0
    assert capsys.readouterr().out == page


def test_the_first_page_lists_every_command(capsys):
    assert main([]) == 0
    page = capsys.readouterr().out
    assert all(f"\n  {name} " in page for name in command_names())
    assert command_names()[:6] == ("run", "compare", "scenarios", "policies", "data", "explain")


def test_every_key_is_on_the_page_of_run(capsys):
    from sim.configuration.overrides import known_keys

    main(["run", "--help"])
    page = capsys.readouterr().out
    assert all(f"\n  {key}" in page for key in known_keys("run") if key not in ("question", "explain"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rnu"], "command is 'rnu', which is no command. Nearest: run."),
        (["run", "--explian"], "--explian is not an option. Nearest: --explain."),
        (["run", "scenario=no_bann"], "Nearest: no_ban."),
        (["run", "population.scale=0"], "population.scale is 0"),
        (["run", "policies.reentry_ban.months=-3"], "policies.reentry_ban.months is -3"),
        (["run", "corridors.TJX.RUS.attraction=1"], "Nearest: TJK."),
        (["run", "until=2020-01"], "outside the pack"),
        (["run", "-m", "seeds=1,2", "engine=compiled,fast"], "engine is 'fast'"),
        (["compare", "scenario=history", "against=history"], "nothing would differ"),
        (["compare", "against=no_bann"], "against is 'no_bann', which is no scenario. Nearest: no_ban."),
        (["data", "nowhere"], "region is 'nowhere', which is no pack"),
        (["scenarios", "histroy"], "Nearest: history."),
        (["policies", "reentry"], "Nearest: reentry_ban."),
        (["policies", "law", "more"], "'more' is not understood. Allowed: one name."),
        (["scorecard", "sedes=1"], "sedes is not a key. Nearest: seeds."),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(arguments, told, capsys, tmp_path):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert told in captured.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "missing", "extra"),
    [
        (["sweep", "name=a", "sweep.parameters.beta=[0.8,1.2]"], "joblib", "sweep"),
        (["sweep", "resume", "name=a"], "joblib", "sweep"),
        (["sensitivity", "name=a", "measure=stock"], "SALib", "sweep"),
        (["run", "-m", "seeds=1,2", "hydra/launcher=joblib"], "hydra_plugins.hydra_joblib_launcher", "sweep"),
        (["compare", "-m", "hydra/launcher=submitit_slurm"], "hydra_plugins.hydra_submitit_launcher", "sweep"),
        (["workshop"], "streamlit", "workshop"),
        (["workshop", "export"], "vl_convert", "workshop"),
    ],
)
def test_a_command_says_which_extra_it_needs(arguments, missing, extra, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.cli.commands.find_spec", lambda package: None if package == missing else package)
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: sim {arguments[0]} needs {missing}, which is not installed. Allowed: python -m pip")
    assert f"labour-migration-sim[{extra}]" in told and told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_holds_something_else_is_refused(capsys, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("keep me")
    assert main(["run", *TINY, "output=letters"]) == 2
    assert "dear.txt" in capsys.readouterr().err
    assert (tmp_path / "letters" / "dear.txt").read_text() == "keep me"


def test_scenarios_for_programs(capsys):
    assert main(["scenarios", "--json"]) == 0
    cards = json.loads(capsys.readouterr().out)
    assert cards[0]["name"] == "history"
    assert {card["name"] for card in cards} >= {
        "no_ban",
        "no_devaluation",
        "ban_5_years",
        "seasonal_work_kazakhstan",
        "ban_and_devaluation",
        "nothing_happened",
    }
    assert all(card["question"] and card["header"] for card in cards)


def test_policies_for_programs(capsys):
    assert main(["policies", "--json"]) == 0
    told = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert {"devaluation", "reentry_ban", "seasonal_work"} <= set(told)
    for one in told.values():
        keys = ("name", "prose", "quantities", "parameters", "null", "example", "sources", "costs", "tells")
        assert tuple(one) == keys
        assert {quantity["name"] for quantity in one["quantities"]} <= set(QUANTITIES)
        assert one["quantities"] or one["tells"]
        assert set(one["example"]) <= set(one["null"]) == {parameter["name"] for parameter in one["parameters"]}
        assert {**one["null"], **one["example"]} != one["null"]
        sides = ({"policies": {one["name"]: one[side]}} for side in ("null", "example"))
        assert len({Scenario.from_mapping(side, pack()).digest for side in sides}) == 2, one["name"]
    (months,) = [setting for setting in told["reentry_ban"]["parameters"] if setting["name"] == "months"]
    assert (months["unit"], months["low"], months["high"], months["default"]) == ("months", 0, 600, None)


@pytest.mark.parametrize("name", sorted(registered()))
def test_a_policy_is_told_whole(name, capsys):
    """Its page holds every setting, quantity, source and cost; its example can be put into a scenario as it stands."""
    cls = registered()[name]
    assert main(["policies", name]) == 0
    page = capsys.readouterr().out
    flat = re.sub(r"\s+", " ", page)
    for told in (*cls.settings(), *cls.modifies, *cls.sources, "Left out:", "null: all defaults"):
        assert re.sub(r"\s+", " ", told) in flat
    for measure, cost in cls.example().costs.items():
        assert f"cost: {cost:g} USD per unit of {measure}" in page
    (example,) = re.findall(r"^example: (.*)$", page, flags=re.MULTILINE)
    assert build(name, yaml.safe_load(example), pack()) == cls.example()
    assert "None" not in page.split("Settings")[1]


def test_data_for_programs_and_people(capsys):
    assert main(["data", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["first"], told["last"], told["origins"]) == ("2012-01", "2017-12", ["TJK", "KGZ", "UZB"])
    assert all(figure["source"] and figure["tag"] for figure in told["figures"])
    assert main(["data"]) == 0
    assert told["digest"] in capsys.readouterr().out


def test_explain_runs_nothing_and_names_each_source(capsys, tmp_path):
    assert main(["run", "scenario=no_ban", "parameters.beta=1.25", "--explain"]) == 0
    told = capsys.readouterr().out
    for part in (
        "scenario/no_ban.yaml",
        "population/standard.yaml",
        "given by hand",
        "1.25",
        "ban_expulsion",
        "assumed",
    ):
        assert part in told
    assert list(tmp_path.iterdir()) == []


def test_help_is_quick():
    took = []
    for _ in range(3):
        began = time.perf_counter()
        process = start("--help")
        assert process.wait(20) == 0
        took.append(time.perf_counter() - began)
    assert min(took) < 1.0


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, sim, sim.cli; sim.cli.main(['--help']); sim.cli.main(['run', '--help']);"
        "print({'numba', 'numpy', 'pandas', 'hydra', 'mesa', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("set()\n")


def test_a_closed_pipe_is_no_error():
    process = start("data", "--json")
    process.stdout.close()
    assert process.wait(30) == 0
    assert process.stderr.read() == ""


def test_a_run_writes_its_folder_and_leaves_nothing_else(capsys, tmp_path):
    assert main(["run", *TINY, "name=first"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results"]
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["first"]
    record = json.loads((tmp_path / "results" / "first" / "run.json").read_text())
    assert record["scenario"]["name"] == "history"
    assert "Remittances" in capsys.readouterr().out


def test_a_policy_that_changes_nothing_is_told(capsys):
    assert main(["run", *TINY, "policies.reentry_ban.months=null"]) == 0
    assert "warning: history: reentry_ban changes nothing" in capsys.readouterr().err


CAMPAIGN = ["policies.information_campaign.topics=[ban_rules]", "policies.information_campaign.heads=30000"]


def test_a_policy_that_only_informs_is_no_idle_one(capsys, tmp_path):
    during = "policies.information_campaign.during=[2012-03,2012-04]"
    assert main(["run", *TINY, *CAMPAIGN, during, "name=told"]) == 0
    said = capsys.readouterr()
    assert "history: information_campaign tells ban_rules, 2012-03 to 2012-04" in said.err
    assert "warning" not in said.err
    assert re.search(r"information_campaign +Contacted +2012-03 to 2012-04 +\d\d\s000 contacts", said.out)
    (row,) = json.loads((tmp_path / "results" / "told" / "run.json").read_text())["touched"]
    assert (row["measure"], row["cells"], row["first"], row["last"]) == ("contacted", 6, "2012-03", "2012-04")
    assert row["people"] > 0


def test_a_policy_outside_the_months_simulated_is_told(capsys):
    during = "policies.information_campaign.during=[2014-03,2014-04]"
    assert main(["run", *TINY, *CAMPAIGN, during]) == 0
    said = capsys.readouterr().err
    assert "warning: history: information_campaign changes nothing" in said
    assert "warning: history: policy information_campaign touched nobody" in said


def test_a_policy_that_meets_nobody_is_told(capsys):
    """Permits nobody has heard of, from the last month on."""
    asked = {"destination": "KAZ", "quota": "1", "known_to": "0", "start": "2012-12"}
    assert main(["run", *TINY, *(f"policies.seasonal_work.{key}={value}" for key, value in asked.items())]) == 0
    said = capsys.readouterr().err
    assert "history: seasonal_work changes seasonal_quota, 2012-12 to 2012-12" in said
    assert "warning: history: policy seasonal_work touched nobody" in said


def test_a_comparison_tells_costs_and_whom_each_side_met(capsys, tmp_path):
    asked = ["compare", "policies.travel_cost.subsidy=50", "policies.travel_cost.origins=[TJK]", "against=history"]
    assert main([*asked, *(key for key in TINY if key != "seeds=1"), "seeds=2", "name=cheap"]) == 0
    said = capsys.readouterr().out
    for words in ("Whom the policies met", "Public cost", "travel_cost", "Wasted trip averted", "out of poverty"):
        assert words in said
    assert "Departures" in (tmp_path / "results" / "cheap" / "report.html").read_text(encoding="utf-8")
    rows = pd.read_parquet(tmp_path / "results" / "cheap" / "comparison.parquet").set_index(["measure", "origin"])
    assert rows.loc[("public_cost_of_travel_cost", "TJK"), "difference"].item() > 0
    assert ("cost_per_ban_averted", "ALL") in rows.index
    costs = pd.read_parquet(tmp_path / "results" / "cheap" / "policies.parquet")
    assert costs.columns.tolist() == ["seed", "month", "origin", "policy", "public_cost"]
    assert set(costs.loc[costs["public_cost"] > 0, "origin"]) == {"TJK"}


def test_spans_are_told_in_words(capsys):
    assert main(["run", "policy=[support_centre,amnesty]", "--explain"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"during +2014-01 on +months", said)
    assert re.search(r"during +2015-09 to 2015-10 +months", said)
    assert re.search(r"support_centre +told support_centre +2014-01 +2014-01 +3", said)
    assert "None]" not in said


def test_a_multirun_writes_a_folder_for_each_job(capsys, tmp_path):
    assert main(["run", "-m", *TINY, "scenario=history,no_ban", "name=both"]) == 0
    folders = sorted(path for path in (tmp_path / "results").iterdir() if not path.name.startswith("."))
    assert len(folders) == 2
    names = {json.loads((folder / "run.json").read_text())["scenario"]["name"] for folder in folders}
    assert names == {"history", "no_ban"}
    assert Path.cwd() == tmp_path
    assert [path.name for path in (tmp_path / "results" / ".multirun").iterdir()] == ["multirun.yaml"]


def test_python_gives_the_same_as_the_command_line(tmp_path):
    import sim

    assert main(["run", *TINY, "name=by_hand"]) == 0
    result = sim.run("history", scale=0.0001, burn_in=2, until="2012-12", seeds=1, threads=1)
    record = json.loads((tmp_path / "results" / "by_hand" / "run.json").read_text())
    assert result.meta["digest"] == record["digest"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results"]


def test_python_refuses_as_the_command_line_does():
    import sim

    with pytest.raises(sim.InputError, match=r"population\.scale is 0"):
        sim.run("history", scale=0)
    with pytest.raises(sim.InputError, match=r"polices is not a key\. Nearest: policies"):
        sim.run("history", overrides={"polices": {}})
    with pytest.raises(sim.InputError, match=r"policies.reentry_ban.monhts is not a setting"):
        sim.compare("history", overrides={"policies.reentry_ban.monhts": 3})


def test_an_interruption_leaves_no_half_results(tmp_path):
    leader, follower = pty.openpty()  # a terminal on standard error: the bar tells when the run goes on
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-m", "sim", "run", "population.scale=0.001", "seeds=50", "name=long"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and hands that on
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=follower, env=environment)
    signal.signal(signal.SIGINT, before)
    os.close(follower)
    told, sent = b"", False
    with contextlib.suppress(OSError):  # a terminal that nobody writes to any more
        while chunk := os.read(leader, 4096):
            told += chunk
            if not sent and b"%" in told:
                process.send_signal(signal.SIGINT)
                sent = True
    assert process.wait(60) == 130
    os.close(leader)
    assert b"interrupted: no half results are left" in told
    assert b"Traceback" not in told
    assert list(tmp_path.iterdir()) == []
