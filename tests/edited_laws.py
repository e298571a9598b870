"""Edited copies of the law of history, for tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from small_worlds import ROOT

from sim.region.law import COLUMNS

HISTORY = ROOT / "configs" / "law" / "history.csv"
Edit = Callable[[list[dict[str, str]]], None]


def write(path: Path, edit: Edit | None = None) -> Path:
    """A copy of history, edited."""
    lines = HISTORY.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = list(csv.DictReader(io.StringIO("".join(line for line in lines if not line.startswith("#")))))
    if edit:
        edit(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text("# An edited copy\n# for a test\n" + out.getvalue(), encoding="utf-8")
    return path


def setting(rule: str, origin: str, destination: str, begins: str, /, **cells: str) -> Edit:
    """An edit of one row; `start` is its first month."""

    def edit(rows: list[dict[str, str]]) -> None:
        found = [row for row in rows if [row[name] for name in COLUMNS[:4]] == [rule, origin, destination, begins]]
        assert len(found) == 1
        found[0].update({name.replace("start", "from"): cell for name, cell in cells.items()})

    return edit


def dropping(rule: str, destination: str = "RUS", start: str = "") -> Edit:
    """An edit that leaves rows out."""

    def edit(rows: list[dict[str, str]]) -> None:
        before = len(rows)
        place = rule, destination
        rows[:] = [row for row in rows if (row["rule"], row["destination"]) != place or start not in ("", row["from"])]
        assert len(rows) < before

    return edit
