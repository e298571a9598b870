"""A law of one's own in a run, a comparison, a checkpoint and on the command line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from edited_laws import HISTORY, setting, write

from sim.cli.main import main
from sim.configuration import request
from sim.output.folder import read_run

TINY = ["population.scale=0.0001", "population.burn_in=2", "until=2013-06", "seeds=1", "threads=1"]


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of work with a law under which Russia finds many of those without papers, from the first month on."""
    monkeypatch.chdir(tmp_path)
    return write(Path("mine.csv"), setting("detection", "ALL", "RUS", "2012-01", value="0.3"))


def test_a_comparison_gives_the_law_to_the_first_side(mine: Path) -> None:
    asked = request("compare", ["law=mine.csv", "against=history"])
    assert (asked.scenario.law, asked.against.law) == ("mine.csv", "")
    assert asked.scenario.digest != asked.against.digest
    changed = request("compare", ["against=history"], {"law": "mine.csv"})
    assert (changed.scenario.digest, changed.against.digest) == (asked.scenario.digest, asked.against.digest)


def test_a_scenario_file_may_name_a_law(mine: Path) -> None:
    Path("asked.yaml").write_text("defaults: [history]\nlaw: mine.csv\n", encoding="utf-8")
    assert request("run", ["scenario=asked.yaml"]).scenario.law == "mine.csv"
    assert request("run", ["scenario=asked.yaml", "law=history"]).scenario.law_pack is None
    assert request("run", ["law=null"]).scenario.law_pack is None


def test_a_run_keeps_its_law_and_is_run_again_under_it(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *TINY, "law=mine.csv", "name=run"]) == 0
    folder = Path("results/run")
    assert (folder / "law.csv").read_bytes() == mine.read_bytes() == read_run(folder).law
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert told["law"]["name"] == "mine"
    assert told["scenario"]["law_digest"] == told["law"]["digest"]
    mine.unlink()
    assert main(["rerun", str(folder)]) == 0
    capsys.readouterr()
    write(folder / "law.csv")
    assert main(["rerun", str(folder)]) == 2
    assert "law.csv is not the law that was lived under" in capsys.readouterr().err
    told["law"]["digest"] = hashlib.sha256((folder / "law.csv").read_bytes()).hexdigest()
    (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
    assert main(["rerun", str(folder)]) == 2
    assert "error: law is results/run/law.csv with digest" in capsys.readouterr().err
    (folder / "law.csv").unlink()
    assert main(["rerun", str(folder)]) == 2
    assert "law.csv is missing" in capsys.readouterr().err


def test_history_leaves_a_copy_too(mine: Path) -> None:
    assert main(["run", *TINY, "name=run"]) == 0
    assert Path("results/run/law.csv").read_bytes() == HISTORY.read_bytes()
    assert json.loads(Path("results/run/run.json").read_text(encoding="utf-8"))["scenario"]["law"] is None
    assert main(["rerun", "results/run"]) == 0


def test_a_checkpoint_is_of_its_law(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *TINY, "law=mine.csv", "name=run", "checkpoint=2012-09"]) == 0
    mine.unlink()
    assert main(["branch", "results/run", "name=on"]) == 0
    unbroken, on = (read_run(Path(folder)).meta for folder in ("results/run", "results/on/history"))
    assert on["digest"] == unbroken["digest"], "a branch lives on under the law of its checkpoint"
    assert main(["branch", "results/run", "law=history", "name=back"]) == 0
    back = read_run(Path("results/back/history"))
    assert back.meta["digest"] != unbroken["digest"]
    assert back.meta["branch"]["differs_from"] == "2012-01"
    assert back.law == HISTORY.read_bytes()
    assert main(["rerun", "results/on/history"]) == 0
    assert main(["rerun", "results/back/history"]) == 0
    capsys.readouterr()
    write(Path("results/run/law.csv"))
    assert main(["branch", "results/run", "name=other"]) == 2
    assert "error: law is results/run/law.csv with digest" in capsys.readouterr().err
    Path("results/run/law.csv").unlink()
    assert main(["branch", "results/run", "name=other"]) == 2
    assert "error: law is 'mine.csv', which is no file" in capsys.readouterr().err


def test_a_branch_is_compared_under_the_law_of_the_checkpoint(mine: Path) -> None:
    assert main(["run", *TINY, "law=mine.csv", "name=run", "checkpoint=2012-09"]) == 0
    assert main(["branch", "results/run", "scenario=no_ban", "against=history", "law=history", "name=two"]) == 0
    folder = Path("results/two/no_ban")
    assert read_run(folder).meta["law"]["name"] == "history"
    assert read_run(folder / "against").law == mine.read_bytes()


def test_sim_data_prints_the_rules_and_checks_a_file(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "--law"]) == 0
    printed = capsys.readouterr().out
    assert "law 524-FZ of 31 December 2014" in printed
    assert "law history, digest" in printed
    assert main(["data", "--law", "law=mine.csv"]) == 0
    assert "law mine, digest" in capsys.readouterr().out
    write(mine, setting("visa_free_window", "ALL", "RUS", "2014-01", start="2014-04"))
    assert main(["data", "law=mine.csv"]) == 2
    assert capsys.readouterr().err.startswith("error: law mine.csv line 8 visa_free_window ALL-RUS has nothing from")
    assert main(["data", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["law"]["name"] == "history"
    assert {"until", "reference"} <= set(told["figures"][-1])


def test_several_laws_make_a_run_each(mine: Path) -> None:
    assert main(["run", "-m", *TINY, "law=history,mine.csv"]) == 0
    laws = [read_run(folder).meta["law"]["name"] for folder in Path("results").glob("history-*")]
    assert sorted(laws) == ["history", "mine"]


def test_explain_tells_whose_law_it_is(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--explain", "law=mine.csv", "against=history"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith(" law ")]
    assert rows == [["law", "mine.csv", "given", "by", "hand"], ["law", "default"]]
