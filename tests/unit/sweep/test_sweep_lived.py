"""Chunks, journals, shards, status and the gathered table, lived in the test's own process."""

from __future__ import annotations

import errno
import json
import os
import shutil
import time

import pytest
from small_sweeps import live_here, planned, table

from sim.errors import InputError
from sim.studies.sweep import journal as journals
from sim.studies.sweep import shards
from sim.studies.sweep.gather import gather
from sim.studies.sweep.journal import Journal, claims, read_lived, unended
from sim.studies.sweep.lived import Lived
from sim.studies.sweep.living import Living
from sim.studies.sweep.plan import PlanOnDisk
from sim.studies.sweep.status import failed_runs, read_status
from sim.studies.sweep.sweeping import cancel, failed_pieces
from sim.studies.sweep.work import DONE, STOPPED, TAKEN, Piece, live_piece, missing_pieces


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A sweep that nothing has disturbed, gathered."""
    sweep = planned(tmp_path_factory.mktemp("whole") / "s")
    live_here(sweep)
    gather(sweep.folder)
    return sweep.folder


def fresh(tmp_path, *keys):
    sweep = planned(tmp_path / "s", *keys)
    return sweep, PlanOnDisk(sweep.folder)


def test_the_table_does_not_depend_on_chunks_or_order(tmp_path, whole):
    for chunk in (1, 5, 100):
        sweep, plan = fresh(tmp_path / str(chunk), f"chunk={chunk}")
        for piece in reversed(missing_pieces(sweep.folder, plan)):
            assert live_piece(sweep.folder, plan.head["plan"], piece) == DONE
        gather(sweep.folder)
        assert (sweep.folder / "sweep.parquet").read_bytes() == (whole / "sweep.parquet").read_bytes()


def test_the_columns_of_the_table(whole):
    made = table(whole)
    assert made.columns[:6].tolist() == [
        "run_id",
        "status",
        "point",
        "seed",
        "policies.reentry_ban.months",
        "parameters.beta",
    ]
    assert (made["status"] == "ok").all() and made["error"].isna().all()
    assert made["digest"].str.len().eq(64).all()
    assert made["stock"].to_numpy() == pytest.approx(
        (made["stock.TJK"] + made["stock.KGZ"] + made["stock.UZB"]).to_numpy()
    )


def test_an_incomplete_sweep_is_gathered_with_what_is_missing(tmp_path):
    sweep, plan = fresh(tmp_path, "chunk=5")
    with pytest.raises(InputError, match="no chunk that is whole yet"):
        gather(sweep.folder)
    live_piece(sweep.folder, plan.head["plan"], missing_pieces(sweep.folder, plan)[1])
    gather(sweep.folder)
    made = table(sweep.folder)
    assert made["status"].tolist() == ["missing"] * 5 + ["ok"] * 5 + ["missing"] * 2
    assert made["stock"].notna().tolist() == (made["status"] == "ok").tolist()


def test_status_counts_chunks_and_what_journals_tell(tmp_path):
    sweep, plan = fresh(tmp_path, "chunk=5")
    live_piece(sweep.folder, plan.head["plan"], missing_pieces(sweep.folder, plan)[2])  # the last one has two runs
    journal = Journal.begin(sweep.folder, 0)
    journal.begun(3)
    journal.ended(Lived(1, [0.0], "d", 0.1))
    status = read_status(sweep.folder)
    assert (status.runs, status.lived, status.missing, status.running, status.whole, status.chunks) == (
        12,
        3,
        9,
        1,
        1,
        3,
    )
    assert not status.complete


def test_compaction_changes_files_and_not_the_table(tmp_path, whole, monkeypatch):
    sweep, plan = fresh(tmp_path, "chunk=1")
    pieces = missing_pieces(sweep.folder, plan)
    for number, piece in enumerate(pieces):
        live_piece(sweep.folder, plan.head["plan"], piece)
        if number in (3, 8):
            assert shards.compact(sweep.folder, least=2) > 0
            assert read_status(sweep.folder).lived == number + 1
    assert len(shards.list_shards(sweep.folder)) == 2 + 3
    assert missing_pieces(sweep.folder, plan) == []
    gather(sweep.folder)
    assert (sweep.folder / "sweep.parquet").read_bytes() == (whole / "sweep.parquet").read_bytes()


def test_a_compactor_that_dies_before_it_clears_up_doubles_nothing(tmp_path, whole):
    sweep, _ = fresh(tmp_path, "chunk=1")
    live_here(sweep)
    kept = tmp_path / "kept"
    shutil.copytree(sweep.folder / "shards", kept)
    shards.compact(sweep.folder, least=2)
    for loose in kept.iterdir():
        shutil.copy(loose, sweep.folder / "shards" / loose.name)
    assert read_status(sweep.folder).lived == 12
    gather(sweep.folder)
    assert (sweep.folder / "sweep.parquet").read_bytes() == (whole / "sweep.parquet").read_bytes()


def test_a_chunk_of_a_living_owner_is_left_alone(tmp_path):
    sweep, plan = fresh(tmp_path, "chunk=5")
    parent = os.getppid()
    other = sweep.folder / "open" / f"000000-{journals.host()}-{parent}-{journals.started(parent)}.jsonl"
    other.touch()
    piece = missing_pieces(sweep.folder, plan)[0]
    assert live_piece(sweep.folder, plan.head["plan"], piece) == TAKEN
    other.rename(other.with_name(f"000000-{journals.host()}-{parent}-{journals.started(parent) + 1}.jsonl"))
    assert live_piece(sweep.folder, plan.head["plan"], piece) == DONE, (
        "a process of that number which began at another time"
    )
    assert claims(sweep.folder) == []


def test_a_journal_of_another_host_counts_by_the_disk_s_clock(tmp_path):
    sweep, plan = fresh(tmp_path, "chunk=5")
    other = sweep.folder / "open" / "000000-elsewhere-77-123.jsonl"
    piece = missing_pieces(sweep.folder, plan)[0]
    other.touch()
    assert live_piece(sweep.folder, plan.head["plan"], piece) == TAKEN
    old = time.time() - 2 * journals.PATIENCE
    os.utime(other, (old, old))
    assert live_piece(sweep.folder, plan.head["plan"], piece) == DONE


@pytest.mark.parametrize("jump", [-86_400.0, 10 * 365 * 86_400.0], ids=["a day back", "ten years on"])
def test_a_jump_of_the_clock_changes_nothing(tmp_path, whole, monkeypatch, jump):
    sweep, plan = fresh(tmp_path, "chunk=5")
    now = time.time
    for number, piece in enumerate(missing_pieces(sweep.folder, plan)):
        if number == 1:
            monkeypatch.setattr(time, "time", lambda: now() + jump)
            monkeypatch.setattr(time, "time_ns", lambda: int((now() + jump) * 1e9))
            for path in sweep.folder.rglob("*"):
                os.utime(path, (now() + jump, now() + jump))
        assert live_piece(sweep.folder, plan.head["plan"], piece) == DONE
    gather(sweep.folder)
    assert (sweep.folder / "sweep.parquet").read_bytes() == (whole / "sweep.parquet").read_bytes()


def test_a_torn_line_is_no_line(tmp_path):
    path = tmp_path / "j.jsonl"
    journal = Journal(path, [])
    for run in range(3):
        journal.begun(run)
        journal.ended(Lived(run, [0.1 + run, float("nan")], "d", 1.0))
    journal.begun(3)
    whole = path.read_bytes()
    assert [one.run for one in read_lived(path)] == [0, 1, 2]
    assert next(read_lived(path)).values[0] == 0.1
    assert unended(path) == [3]
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        there = whole[:cut].split(b"\n")
        ended = [run for run in range(3) if any(b'"run": %d' % run in line and line.endswith(b"}") for line in there)]
        assert [one.run for one in read_lived(path)] == ended
    path.write_bytes(whole.replace(b'"digest": "d"', b'"digest": "e"', 1))
    assert [one.run for one in read_lived(path)] == [1, 2]


@pytest.fixture
def failing(monkeypatch):
    """Every run with beta 1.1 fails while it is lived, as long as the list is not empty."""
    wrong = [1.1]
    real = Living._kept

    def kept(self, run, prepared, outcome, seconds):
        if run.scenario.parameters.get("beta") in wrong:
            raise ZeroDivisionError("a household of nobody")
        return real(self, run, prepared, outcome, seconds)

    monkeypatch.setattr(Living, "_kept", kept)
    return wrong


def test_a_failed_run_is_a_row_and_is_mended_by_retry(tmp_path, whole, failing):
    sweep, plan = fresh(tmp_path, "chunk=4")
    live_here(sweep)
    status = read_status(sweep.folder)
    assert status.complete and status.failed == {"ZeroDivisionError": 6}
    gather(sweep.folder)
    made = table(sweep.folder)
    assert (made["status"] == "failed").tolist() == (made["parameters.beta"] == 1.1).tolist()
    assert made.loc[made["status"] == "failed", "error"].unique().tolist() == [
        "ZeroDivisionError: a household of nobody"
    ]
    pieces = failed_pieces(sweep.folder, plan)
    assert live_piece(sweep.folder, plan.head["plan"], pieces[0]) == DONE  # fails again
    assert read_status(sweep.folder).failures == 6
    failing.clear()
    for compacted in (False, True):
        if compacted:
            shards.compact(sweep.folder, least=2)
        for piece in failed_pieces(sweep.folder, plan)[: 1 if not compacted else None]:
            live_piece(sweep.folder, plan.head["plan"], piece)
    assert failed_runs(sweep.folder) == {}
    gather(sweep.folder)
    assert (sweep.folder / "sweep.parquet").read_bytes() == (whole / "sweep.parquet").read_bytes()


@pytest.mark.parametrize(("rival", "yields"), [("!first", True), ("~last", False)])
def test_of_two_who_claim_at_once_the_first_by_name_has_it(tmp_path, monkeypatch, rival, yields):
    (tmp_path / "open").mkdir()
    looks = [0]

    def look(folder):
        looks[0] += 1
        if looks[0] == 2:  # it came between our own look and our claim
            (folder / "open" / f"000007-{rival}-1-1.jsonl").touch()
        return claims(folder)

    monkeypatch.setattr(journals, "claims", look)
    mine = Journal.begin(tmp_path, 7)
    assert (mine is None) == yields
    assert len(claims(tmp_path)) == 1 + (not yields)
    if mine is not None:
        mine.drop()


@pytest.mark.parametrize("compacted", [False, True])
def test_of_several_attempts_the_good_one_counts_and_else_the_last(tmp_path, compacted):
    (tmp_path / "shards").mkdir()
    good = [Lived(run, [1.0], f"digest of {run}", 0.1) for run in range(4)]
    told = {word: [Lived.failed(run, ValueError(word), 1) for run in range(4)] for word in ("first", "second", "third")}
    shards.write_shard(tmp_path, 0, [told["first"][0], told["first"][1], good[2], told["first"][3]], 1)
    shards.write_shard(tmp_path, 0, [told["second"][0], good[1], told["second"][3]], 1, attempt=1)
    shards.write_shard(tmp_path, 0, [told["third"][0]], 1, attempt=2)
    if compacted:
        assert shards.compact(tmp_path, least=2) == 3
    rows = shards.read_results(shards.list_shards(tmp_path))
    assert rows["run"].to_pylist() == [0, 1, 2, 3]
    assert rows["error"].to_pylist() == ["third", "", "", "second"]
    assert rows["digest"].to_pylist() == ["", "digest of 1", "digest of 2", ""]


def test_a_run_given_up_is_a_failure_with_its_reason(tmp_path):
    sweep, plan = fresh(tmp_path, "chunk=4")
    live_piece(sweep.folder, plan.head["plan"], Piece(0, plan.runs_in(0), given_up=(2, 77)))
    assert failed_runs(sweep.folder) == {2: "WorkerDied"}


def test_cancel_stops_after_a_run_and_keeps_it(tmp_path, whole):
    sweep, plan = fresh(tmp_path, "chunk=12")
    (piece,) = missing_pieces(sweep.folder, plan)
    cancel(sweep.folder)
    assert live_piece(sweep.folder, plan.head["plan"], piece) == STOPPED
    status = read_status(sweep.folder)
    assert status.cancelled and 0 < status.lived < 12
    (sweep.folder / "cancelled").unlink()
    assert live_piece(sweep.folder, plan.head["plan"], piece) == DONE
    gather(sweep.folder)
    assert (sweep.folder / "sweep.parquet").read_bytes() == (whole / "sweep.parquet").read_bytes()


def test_a_full_disk_is_one_line_and_costs_nothing_that_was_lived(tmp_path, whole, monkeypatch):
    sweep, plan = fresh(tmp_path, "chunk=12")
    (piece,) = missing_pieces(sweep.folder, plan)
    real = Journal._line
    full = [3]

    def line(self, content):
        if "begun" not in content:
            full[0] -= 1
        if full[0] == 0:
            self.file.write(b"00000000 {half a li")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, content)

    monkeypatch.setattr(Journal, "_line", line)
    with pytest.raises(InputError, match=r"cannot be written \(No space left on device\); what is lived is kept"):
        live_piece(sweep.folder, plan.head["plan"], piece)
    assert read_status(sweep.folder).lived == 2
    monkeypatch.setattr(Journal, "_line", real)
    assert live_piece(sweep.folder, plan.head["plan"], piece) == DONE
    gather(sweep.folder)
    assert (sweep.folder / "sweep.parquet").read_bytes() == (whole / "sweep.parquet").read_bytes()


def test_status_of_a_large_plan_reads_names_only(tmp_path, monkeypatch):
    """A thousand shards without failures: no file of them is opened."""
    sweep, plan = fresh(tmp_path, "chunk=1")
    live_piece(sweep.folder, plan.head["plan"], missing_pieces(sweep.folder, plan)[0])
    head = json.loads((sweep.folder / "sweep.json").read_text())
    (sweep.folder / "sweep.json").write_text(json.dumps({**head, "runs": 100_000, "chunk": 100}))
    first = next((sweep.folder / "shards").iterdir())
    for chunk in range(1, 1000):
        os.link(first, sweep.folder / "shards" / shards.shard_name(chunk, 0, 0))
    opened = []
    monkeypatch.setattr(shards.pq, "read_metadata", opened.append)
    assert read_status(sweep.folder).lived == 100_000
    assert opened == []
