"""Where two runs part, and that a run can be made again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.errors import InputError
from sim.output.difference import partings
from sim.output.folder import write_run

SMALL = {"scale": 0.0002, "burn_in": 6, "seeds": 1, "until": "2013-02"}


@pytest.fixture(scope="module")
def runs() -> tuple:
    """The same history, and one whose rouble falls by half in June 2012; four households followed."""
    follow = {"follow": 4}
    fall = {"policies.devaluation": {"currency": "RUB", "share": 0.5, "start": "2012-06"}}
    return sim.run("history", **SMALL, overrides=follow), sim.run("history", **SMALL, overrides=follow | fall)


def sim_command(*arguments: str) -> subprocess.CompletedProcess:
    """Run the command line as its user would."""
    return subprocess.run([sys.executable, "-m", "sim", *arguments], capture_output=True, text=True, check=False)


def test_a_run_does_not_part_from_itself(runs: tuple) -> None:
    assert partings(runs[0], runs[0]) == []


def test_the_first_month_of_a_parting_is_the_month_of_the_cause(runs: tuple) -> None:
    found = partings(*runs)
    assert found[0].month == pd.Timestamp("2012-06-01")
    assert {parting.table for parting in found} >= {"corridors", "origins"}
    assert all(parting.first != parting.second for parting in found)


def test_followed_households_are_named(runs: tuple) -> None:
    households = runs[0].households
    assert households["household"].nunique() == 4
    assert len(households["month"].unique()) == 14
    away = households[households["place"] != "home"]
    assert (away["regime"] != "at home").all()
    assert (households.loc[households["place"] == "home", "sent"] == 0).all()


def test_runs_with_nothing_in_common_are_refused(runs: tuple) -> None:
    other = sim.run("history", **(SMALL | {"first_seed": 9}), overrides={"follow": 4})
    with pytest.raises(InputError, match="in common"):
        partings(runs[0], other)


def test_rerun_repeats_a_run_and_tells_when_it_does_not(runs: tuple, tmp_path: Path) -> None:
    folder = write_run(runs[0], tmp_path / "kept")
    again = sim_command("rerun", str(folder), "threads=1")
    assert again.returncode == 0, again.stderr
    assert "the same" in again.stdout
    broken = runs[0].meta | {"digests": {"1": "0" * 64}}
    folder = write_run(replace(runs[0], meta=broken), folder)
    parted = sim_command("rerun", str(folder))
    assert parted.returncode == 1
    assert "DIFFERS" in parted.stdout


def test_diff_prints_the_parting_and_refuses_what_is_no_run(runs: tuple, tmp_path: Path) -> None:
    first, second = (write_run(run, tmp_path / name) for run, name in zip(runs, "ab", strict=True))
    told = sim_command("diff", str(first), str(second))
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("2012-06")
    refused = sim_command("diff", str(first), str(tmp_path / "nowhere"))
    assert refused.returncode == 2
    assert refused.stderr.startswith("error: ")
    assert len(refused.stderr.splitlines()) == 1
