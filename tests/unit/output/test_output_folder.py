"""A run's folder: round trip, refusal of what is damaged, and never half a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.errors import InputError
from sim.output.durable import replace_file, replace_folder
from sim.output.folder import digest_of_tables, read_comparison, read_run, require_writable, write_comparison, write_run
from sim.output.result import Comparison

TABLES = ("corridors", "origins", "categories")


@pytest.fixture
def small(run):
    return run("history", seeds=2, months=6)


def assert_same(one, two) -> None:
    for name in TABLES:
        left, right = (getattr(result, name).astype({"origin": "str"}) for result in (one, two))
        texts = {column: "str" for column in ("destination", "category", "group") if column in left}
        pd.testing.assert_frame_equal(left.astype(texts), right.astype(texts), check_dtype=False)
        assert digest_of_tables({name: getattr(one, name)}) == digest_of_tables({name: getattr(two, name)})


def test_round_trip(small, tmp_path):
    found = read_run(write_run(small, tmp_path / "results" / "demo"))
    assert_same(small, found)
    assert found.meta == small.meta
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["demo"]
    again = read_run(write_run(found, tmp_path / "again"))
    assert_same(found, again)


def test_tables_read_in_one_line_with_their_scenario_inside(small, tmp_path):
    path = write_run(small, tmp_path / "demo") / "corridors.parquet"
    assert pd.read_parquet(path)["stock"].sum() == pytest.approx(small.corridors["stock"].sum())
    file = pq.ParquetFile(path)
    inside = file.schema_arrow.metadata
    assert json.loads(inside[b"scenario"]) == small.meta["scenario"]
    assert json.loads(inside[b"units"])["stock"] == "persons"
    assert str(file.schema_arrow.field("origin").type).startswith("dictionary")
    column = file.metadata.row_group(0).column(file.schema_arrow.names.index("stock"))
    assert column.compression == "ZSTD"


def test_run_json_is_sorted_and_holds_what_numpy_gives(small, tmp_path):
    small.meta["scenario"]["scale"] = np.float64(0.01)
    small.meta["scenario"]["start"] = pd.Timestamp("2012-01-01")
    text = (write_run(small, tmp_path / "demo") / "run.json").read_text()
    loaded = json.loads(text)
    assert text == json.dumps(loaded, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert loaded["scenario"]["scale"] == 0.01
    assert loaded["scenario"]["start"].startswith("2012-01-01")
    assert loaded["files"]["corridors.parquet"]["rows"] == len(small.corridors)


def test_comparison_round_trip(run, tmp_path):
    small = {"seeds": 2, "months": 14, "origins": ("TJK", "KGZ"), "destinations": ("RUS", "KAZ")}
    made = Comparison.of(run("no_ban", 0.1, **small), run("history", **small), "2012-03", None)
    folder = write_comparison(made, tmp_path / "demo")
    found = read_comparison(folder)
    pd.testing.assert_frame_equal(found.table, made.table)
    assert_same(found.scenario, made.scenario)
    assert_same(found.against, made.against)
    assert (found.title, found.first, found.last) == ("no_ban against history", "2012-03", None)
    assert_same(read_run(folder), made.scenario)
    assert_same(read_run(folder / "against"), made.against)
    assert (folder / "report.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda d: (d / "run.json").unlink(), "is no run: it has no run.json"),
        (lambda d: (d / "run.json").write_text((d / "run.json").read_text()[:99]), "run.json cannot be read"),
        (lambda d: (d / "run.json").write_text("[]"), "run.json cannot be read"),
        (lambda d: (d / "run.json").write_text("{}"), "run.json cannot be read"),
        (lambda d: (d / "origins.parquet").unlink(), "origins.parquet is missing"),
        (lambda d: os.truncate(d / "origins.parquet", 500), "origins.parquet is damaged"),
        (lambda d: (d / "corridors.parquet").replace(d / "origins.parquet"), "corridors.parquet is missing"),
    ],
)
def test_what_is_damaged_is_one_line(small, tmp_path, damage, message):
    folder = write_run(small, tmp_path / "demo")
    damage(folder)
    with pytest.raises(InputError, match=message) as refused:
        read_run(folder)
    assert "\n" not in str(refused.value)


def test_no_run_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"nowhere is no run: it has no run.json\. Allowed: a folder"):
        read_run(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"comparison.parquet is not part of this run"):
        (tmp_path / "demo").mkdir()
        (tmp_path / "demo" / "run.json").write_text('{"files": {}}')
        read_comparison(tmp_path / "demo")


def test_a_folder_that_is_no_run_is_never_replaced(small, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")
    with pytest.raises(InputError, match=r"which holds 'chapter\.tex'"):
        write_run(small, tmp_path / "thesis")
    folder = write_run(small, tmp_path / "demo")
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"which holds 'notes\.txt'"):
        require_writable(folder)
    assert (folder / "notes.txt").read_text() == "mine"
    with pytest.raises(InputError, match="which is no folder"):
        write_run(small, folder / "notes.txt")
    with pytest.raises(InputError, match="which cannot be made"):
        write_run(small, folder / "notes.txt" / "deeper")
    assert list((tmp_path / "thesis").iterdir()) == [tmp_path / "thesis" / "chapter.tex"]


def test_a_failing_writer_leaves_the_old_folder(small, tmp_path):
    folder = write_run(small, tmp_path / "demo")
    with pytest.raises(KeyboardInterrupt), replace_folder(folder) as fresh:
        (fresh / "run.json").write_text("half")
        raise KeyboardInterrupt
    assert_same(read_run(folder), small)
    assert list(tmp_path.iterdir()) == [folder]


def test_what_killed_writers_left_is_found_and_then_swept(small, tmp_path):
    folder = write_run(small, tmp_path / "demo")
    folder.rename(tmp_path / ".demo.old-00000000000000000001-1")
    for name, age in (("2", 200_000), ("3", 0)):
        left = tmp_path / f".demo.new-0000000000000000000{name}-1"
        left.mkdir()
        os.utime(left, (time.time() - age,) * 2)
    assert_same(read_run(folder), small)
    write_run(small, folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".demo.new-00000000000000000003-1", "demo"]


def test_replace_file_keeps_the_old_on_failure(tmp_path):
    path = tmp_path / "report.html"
    replace_file(path, b"first")
    with pytest.raises(TypeError):
        replace_file(path, "text is no bytes")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_digest_knows_values_and_not_encodings(small):
    frame = small.corridors
    digest = digest_of_tables({"corridors": frame})
    backwards = pd.CategoricalDtype(["UZB", "KGZ", "TJK"])
    assert digest == digest_of_tables({"corridors": frame.astype({"origin": backwards, "month": "datetime64[ns]"})})
    changed = frame.copy()
    changed.loc[5, "stock"] = np.nextafter(changed.loc[5, "stock"], np.inf)
    assert digest != digest_of_tables({"corridors": changed})
    assert digest != digest_of_tables({"corridors": frame.assign(origin=frame["origin"].replace("TJK", "KGZ"))})
    assert digest != digest_of_tables({"corridors": frame.assign(origin=frame["origin"].replace("TJK", "TKM"))})
    assert digest != digest_of_tables({"origins": frame})


CRASH = """
import os, random, signal, sys, time
from pathlib import Path
from sim.output.folder import digest_of_tables, read_run, write_run

folder, first, second = (Path(argument) for argument in sys.argv[1:4])
one, two = read_run(first), read_run(second)
known = {digest_of_tables({"t": run.corridors, "o": run.origins}): run.name for run in (one, two)}
EVENTS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "os.listdir", "os.scandir"}

def check():
    run = read_run(folder)
    assert known[digest_of_tables({"t": run.corridors, "o": run.origins})] == run.name, "a mixture"
    return run.name

def killed(die):
    child = os.fork()
    if child == 0:
        die()
        write_run(two if check() == one.name else one, folder)
        os._exit(0)
    return child

def at_event(number):
    left = [number]
    def hook(event, _):
        if event in EVENTS:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

write_run(one, folder)
count, status, seen = 0, 1, set()
while status != 0:
    status = os.waitpid(killed(lambda: at_event(count)), 0)[1]
    seen.add(check())
    count += 1
random.seed(4)
for _ in range(40):
    child = killed(lambda: None)
    time.sleep(random.uniform(0, 0.12))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen.add(check())
assert seen == set(known.values()), seen
print(count)
"""


def test_kill_at_any_moment_leaves_a_complete_folder(run, tmp_path):
    """A writer is killed at each of its file operations in turn, then at random moments."""
    for name, effect in (("one", 0.0), ("two", 0.2)):
        write_run(run(name, effect, seeds=2, months=6), tmp_path / name)
    arguments = [str(tmp_path / "place" / "demo"), str(tmp_path / "one"), str(tmp_path / "two")]
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", CRASH, *arguments],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 15
