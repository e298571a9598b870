"""A branch in which nothing is changed equals the unbroken run, bit for bit: digests, and every table."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.checkpoint import Checkpoint, State
from sim.engine.blocks import BLOCK
from sim.output.result import RunResult
from sim.policies.base import registered

TABLES = ("corridors", "origins", "categories", "spells", "households")
MONTH = "2012-07"
PERMITS = {f"policies.seasonal_work.{name}": value for name, value in (("destination", "KAZ"), ("known_to", 0.9))}
PERMITS |= {"policies.seasonal_work.quota": 40_000}
ASKED = {"burn_in": 4, "until": "2013-08", "seeds": 2, "overrides": {**PERMITS, "follow": 7}}
THREADS = (1, 2, 5)


def assert_equal(one: RunResult, other: RunResult) -> None:
    assert one.meta["digests"] == other.meta["digests"]
    for table in TABLES:
        assert len(getattr(one, table)) > 0, table
        assert getattr(one, table).equals(getattr(other, table)), table


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("lived")


@pytest.fixture(scope="module")
def lived(folder) -> RunResult:
    """A run that leaves two checkpoints on its way, with followed households and permits that are short."""
    return sim.run("history", scale=0.001, threads=2, output=folder / "run", checkpoint=["2012-01", MONTH], **ASKED)


@pytest.fixture(scope="module")
def unbroken() -> RunResult:
    """The same run without checkpoints."""
    return sim.run("history", scale=0.001, threads=2, **ASKED)


def state(folder: Path, month: str = MONTH, seed: int = 1) -> State:
    return Checkpoint(folder / "run" / f"checkpoint-{month}.state").state(seed)


def test_leaving_a_checkpoint_changes_nothing(lived, unbroken):
    assert_equal(lived, unbroken)


def test_the_checkpoint_stands_in_the_midst_of_things(lived, folder):
    """The comparisons below mean something: permits are partly used, threads have blocks, somebody is followed."""
    there = state(folder)
    permits = lived.corridors.query("seed == 1 and destination == 'KAZ'").groupby("month")["seasonal_permits"].sum()
    assert there.memory["granted_this_year"][0, 1] == permits[:"2012-06-30"].sum() * 0.001 > 0
    assert permits["2012-07-01":"2012-12-31"].sum() > 0
    rest_of_year = lived.corridors.query("'2012-07-01' <= month <= '2012-12-31'")
    assert rest_of_year["seasonal_refused"].sum() > 0
    assert len(there.households) > max(THREADS) * BLOCK
    assert there.followed.shape == (6, 7)
    assert (there.households["born"] > there.month).any()
    assert (there.households["contacts"] >= 0).any()


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("month", ["2012-01", MONTH])
def test_a_branch_without_a_change_equals_the_unbroken_run(month, threads, lived, unbroken, folder):
    branches = sim.branch(folder / "run" / f"checkpoint-{month}.state", threads=threads)
    assert list(branches.runs) == ["history"]
    assert_equal(branches["history"], unbroken)


def test_a_branch_does_not_depend_on_those_before_it(lived, unbroken, folder):
    """All branches of a seed are lived in one memory."""
    checkpoint = folder / "run" / f"checkpoint-{MONTH}.state"
    branches = sim.branch(checkpoint, ["no_ban", "history"], overrides=PERMITS)
    assert_equal(branches["history"], unbroken)
    assert branches["no_ban"].meta["digests"].items().isdisjoint(unbroken.meta["digests"].items())


def test_a_checkpoint_after_any_month_is_the_same_world(lived, folder, tmp_path):
    """A branch that leaves at the first month passes the second checkpoint in the same state."""
    short = sim.branch(folder / "run" / "checkpoint-2012-01.state", until="2013-01")["history"]
    whole = sim.run("history", scale=0.001, **{**ASKED, "until": "2013-01"})
    assert_equal(short, whole)
    long = sim.branch(folder / "run" / f"checkpoint-{MONTH}.state", until="2014-03")["history"]
    assert_equal(long, sim.run("history", scale=0.001, **{**ASKED, "until": "2014-03"}))


def test_every_policy_goes_on_as_it_was(tmp_path):
    """All policies there are, by their examples: what one of them remembers from month to month is in a checkpoint."""
    policies = {name: policy.example().as_mapping() for name, policy in registered().items()}
    policies["seasonal_work"] |= {"quota": 40_000, "known_to": 0.9}
    asked = {"scale": 0.001, "burn_in": 2, "until": "2015-01", "seeds": 1, "overrides": {"policies": policies}}
    months = ["2014-05", "2014-07", "2014-11"]
    whole = sim.run("history", output=tmp_path / "run", checkpoint=months, **asked)
    for month in months:
        branch = sim.branch(tmp_path / "run" / f"checkpoint-{month}.state")["history"]
        assert branch.meta["digest"] == whole.meta["digest"], month
        assert branch.corridors.equals(whole.corridors), month
        assert branch.origins.equals(whole.origins), month


def test_engines_go_on_from_each_others_checkpoints(tmp_path):
    asked = {**ASKED, "scale": 1e-4, "until": "2012-12"}
    files, runs = {}, {}
    for engine in ("compiled", "mesa"):
        runs[engine] = sim.run("history", engine=engine, output=tmp_path / engine, checkpoint=MONTH, **asked)
        files[engine] = tmp_path / engine / f"checkpoint-{MONTH}.state"
    parts = [{name: part["sha256"] for name, part in Checkpoint(file).file.parts.items()} for file in files.values()]
    assert parts[0] == parts[1]
    for made, other in (("compiled", "mesa"), ("mesa", "compiled"), ("mesa", "mesa")):
        branch = sim.branch(files[made], engine=other)["history"]
        assert branch.meta["scenario"]["engine"] == other
        assert_equal(branch, runs["compiled"])


def test_parameters_and_corridors_given_to_the_run_hold_for_its_branches(tmp_path):
    given = {"parameters.beta": 1.3, "corridors.TJK.RUS.travel_cost": 150.0, "policies.reentry_ban.months": 12}
    asked = {"scale": 1e-4, "burn_in": 2, "until": "2013-06", "seeds": 1, "overrides": given}
    lived = sim.run("history", output=tmp_path / "run", checkpoint="2013-03", **asked)
    assert sim.branch(tmp_path / "run")["history"].meta["digest"] == lived.meta["digest"]
    by_name = sim.branch(tmp_path / "run", "history", overrides={"policies.reentry_ban.months": 12})["history"]
    assert by_name.meta["digest"] == lived.meta["digest"]
    with pytest.raises(
        sim.InputError, match=r"until is 2013-02, before the checkpoint of 2013-03\. Allowed: a month, 2013-03"
    ):
        sim.branch(tmp_path / "run", until="2013-02")
    other = sim.branch(tmp_path / "run", overrides={"parameters.beta": 0.6})["history"]
    assert other.meta["digest"] != lived.meta["digest"]
    before = [run.corridors.query("month < '2013-03-01'") for run in (lived, other)]
    assert before[0].equals(before[1])
