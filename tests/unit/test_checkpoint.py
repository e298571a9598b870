"""A checkpoint that is cut short, altered, foreign or of another program is refused in one line that names it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import ROOT

import sim
from sim.checkpoint import Checkpoint, layout, rules_digest
from sim.cli.main import main
from sim.errors import InputError
from sim.schema.attributes import HOUSEHOLD
from sim.sealed import FIRST_LINE, SealedReader, SealedWriter

ASKED = {"scale": 1e-4, "burn_in": 2, "until": "2012-12", "seeds": 2, "threads": 1, "overrides": {"follow": 3}}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    sim.run("history", output=folder, checkpoint="2012-06", **ASKED)
    return folder / "checkpoint-2012-06.state"


@pytest.fixture
def copy(whole, tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(whole, tmp_path / "checkpoint-2012-06.state"))


def refused(path: Path, capsys) -> str:
    """What `sim branch` says of a file, after making sure that it says one line and writes nothing."""
    here = sorted(Path.cwd().iterdir())
    assert main(["branch", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"error: {path} ")
    assert captured.err.count("\n") == 1
    assert sorted(Path.cwd().iterdir()) == here
    return captured.err


def rewritten(path: Path, **head: Any) -> None:
    """Seal the same arrays under another head."""
    old = SealedReader(path)
    arrays = {
        name: old.read(name, np.empty(part["shape"], HOUSEHOLD) if isinstance(part["dtype"], list) else None)
        for name, part in old.parts.items()
    }
    path.unlink()
    with SealedWriter(path, {**old.head, **head}) as new:
        for name, array in arrays.items():
            new.add(name, array)


def test_a_whole_one_is_taken_and_seals_are_reproducible(copy):
    Checkpoint(copy).verify()
    before = copy.read_bytes()
    rewritten(copy)
    assert copy.read_bytes() == before


def places(path: Path) -> dict[str, int]:
    """A place in every part of the file: the first and last byte of each."""
    parts = SealedReader(path).parts
    found = {"first line": 0, "end of the first line": len(FIRST_LINE) - 1}
    for name, part in parts.items():
        if part["chunks"]:
            found |= {f"{name}, first": part["at"], f"{name}, last": part["at"] + sum(part["chunks"]) - 1}
    size = path.stat().st_size
    index = max(part["at"] + sum(part["chunks"]) for part in parts.values())
    return found | {"index": index, "length": size - 81, "length, last": size - 66, "seal": size - 65, "end": size - 1}


def test_one_byte_altered_anywhere_is_found(copy):
    content = copy.read_bytes()
    at = {*places(copy).values(), *np.random.default_rng(7).integers(0, len(content), 200).tolist()}
    for place in sorted(at):
        for bit in (1, 128):
            altered = bytearray(content)
            altered[place] ^= bit
            copy.write_bytes(altered)
            with pytest.raises(InputError, match=r"checkpoint-2012-06\.state is (altered|no checkpoint)"):
                Checkpoint(copy).verify()


@pytest.mark.parametrize(
    "part", ["households of seed 2", "neighbours of seed 1", "granted_this_year of seed 2", "tallies of seed 1"]
)
def test_an_altered_part_is_named(part, copy, capsys):
    content = bytearray(copy.read_bytes())
    found = SealedReader(copy).parts[part]
    content[found["at"] + sum(found["chunks"]) // 2] ^= 4
    copy.write_bytes(content)
    assert f"is altered: {part} is not what was sealed." in refused(copy, capsys)
    with pytest.raises(InputError, match=part):
        checkpoint = Checkpoint(copy)
        checkpoint.state(int(part[-1]))


def test_one_cut_short_is_refused(copy):
    content = copy.read_bytes()
    for length in (0, 1, 10, len(FIRST_LINE), 200, len(content) // 2, len(content) - 82, len(content) - 1):
        copy.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"cut short|no checkpoint|altered"):
            Checkpoint(copy).verify()
    copy.write_bytes(content)
    for longer in (content + b"\n", content[: places(copy)["index"]] + b"0" + content[places(copy)["index"] :]):
        copy.write_bytes(longer)
        with pytest.raises(InputError, match="altered"):
            Checkpoint(copy)
        copy.write_bytes(content)


def test_a_cut_in_the_midst_is_told_as_one(copy, capsys):
    copy.write_bytes(copy.read_bytes()[:5000])
    assert "is altered or cut short: its end is not that of a whole file. Allowed: a file that" in refused(copy, capsys)


def test_other_files_are_no_checkpoints(copy, whole, capsys, tmp_path):
    assert "is no checkpoint" in refused(whole.parent / "corridors.parquet", capsys)
    assert "cannot be read (No such file or directory)" in refused(tmp_path / "checkpoint-2014-07.state", capsys)
    (tmp_path / "empty").mkdir()
    assert "holds 0 checkpoints" in refused(tmp_path / "empty", capsys)


def test_a_run_s_folder_with_several_is_asked_which(whole, copy, capsys):
    shutil.copy(whole, copy.with_name("checkpoint-2012-09.state"))
    told = refused(copy.parent, capsys)
    assert "holds 2 checkpoints. Allowed: one of its files: checkpoint-2012-06.state, checkpoint-2012-09.state." in told


def test_another_layout_is_refused(copy, capsys):
    narrow = [field if field[0] != "savings" else ["savings", "<i2"] for field in layout()]
    rewritten(copy, layout=json.loads(json.dumps(narrow)))
    size = HOUSEHOLD.itemsize
    told = f"holds records of another layout ({size - 2} bytes a household, here {size}; first unlike: savings)"
    assert told in refused(copy, capsys)


def test_fields_in_another_order_are_another_layout(copy, capsys):
    rewritten(copy, layout=[layout()[1], layout()[0], *layout()[2:]])
    assert "first unlike: the order of fields" in refused(copy, capsys)


def test_other_rules_are_refused_with_both_named(copy, capsys):
    rewritten(copy, rules="0" * 64, version="9.9")
    told = refused(copy, capsys)
    assert "was made by version 9.9 with rules 000000000000, and this is version" in told
    assert f"with rules {rules_digest()[:12]}" in told


def test_another_pack_is_refused(copy, capsys):
    rewritten(copy, pack={"name": "central_asia", "digest": "0" * 64})
    assert "was made with the pack central_asia 000000000000, and central_asia is now" in refused(copy, capsys)


def test_a_past_that_would_come_out_otherwise_is_refused(copy, capsys):
    rewritten(copy, past="0" * 64)
    assert "holds a past under conditions 000000000000, which now come out as" in refused(copy, capsys)


@pytest.mark.parametrize(
    ("name", "old", "new", "differs"),
    [
        ("ledger.py", "SAVINGS_OUT = (", "SAVINGS_GONE = (", True),
        ("schema/quantities.py", "MAX_DESTINATIONS = 3", "MAX_DESTINATIONS = 4", True),
        ("ledger.py", '"""Open the books on', '"""Open all books on', False),
        ("behaviour/remit.py", "from __future__", "# a remark\nfrom __future__", False),
        ("cli/main.py", "DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130", "DONE, BAD_INPUT, INTERRUPTED = 0, 3, 130", False),
    ],
)
def test_rules_are_code_without_remarks(name, old, new, differs, tmp_path):
    """A copy of the package stands in for another version of it."""
    package = tmp_path / "sim"
    shutil.copytree(ROOT / "sim", package, ignore=shutil.ignore_patterns("__pycache__", "*.csv"))
    text = (package / name).read_text()
    assert old in text
    (package / name).write_text(text.replace(old, new, 1))
    assert (rules_digest(package) != rules_digest()) is differs


def test_arrays_of_all_shapes_come_back(tmp_path):
    source = np.random.default_rng(3)
    arrays = {
        "empty": np.zeros((0, 3), np.int64),
        "none": np.zeros((4, 0), HOUSEHOLD),
        "noise": source.integers(0, 255, 9_000_001, np.uint8),  # packing does not shrink it
        "transposed": source.integers(0, 9, (300, 200)).T,
        "records": source.integers(0, 99, 5 * HOUSEHOLD.itemsize, np.uint8).view(HOUSEHOLD),
    }
    for threads in (1, 3):
        path = tmp_path / f"{threads}.state"
        with SealedWriter(path, {"told": 1}, threads) as file:
            for name, array in arrays.items():
                file.add(name, array)
        back = SealedReader(path, 4 - threads)
        assert back.head == {"told": 1}
        for name, array in arrays.items():
            into = np.empty(array.shape, HOUSEHOLD) if array.dtype == HOUSEHOLD else None
            assert back.read(name, into).tobytes() == array.tobytes(), name
    assert (tmp_path / "1.state").read_bytes() == (tmp_path / "3.state").read_bytes()
