"""How far a sweep is, from the names of its files and the footers of a few: no table is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.studies.sweep.journal import claims, disk_time, read_lived
from sim.studies.sweep.layout import CANCELLED, OPEN, TABLE, read_head
from sim.studies.sweep.shards import list_shards, read_told, settled


@dataclass(frozen=True)
class Status:
    """Counts of runs. `lived` are those in whole chunks and in journals, failed ones among them."""

    name: str
    runs: int
    lived: int
    failed: dict[str, int]
    running: int
    chunks: int
    whole: int
    files: int
    cancelled: bool
    gathered: bool

    @property
    def missing(self) -> int:
        """Runs still to be lived."""
        return self.runs - self.lived

    @property
    def complete(self) -> bool:
        """Whether every chunk is whole."""
        return self.whole == self.chunks

    @property
    def failures(self) -> int:
        """Failed runs."""
        return sum(self.failed.values())

    def as_mapping(self) -> dict[str, Any]:
        """Plain values."""
        return {
            **vars(self),
            "missing": self.missing,
            "failures": self.failures,
            "complete": self.complete,
        }


def failed_runs(folder: Path) -> dict[int, str]:
    """Failed runs that no later attempt has mended, with their kind of error."""
    failed: dict[int, str] = {}
    mended: set[int] = set()
    for one in list_shards(folder):
        if one.chunk is not None and not one.failed and not one.attempt:
            continue
        told = read_told(one.path)
        failed |= {int(run): kind for run, kind in told["failed"].items()}
        mended.update(run for run in told["tried"] if str(run) not in told["failed"])
    return {run: kind for run, kind in failed.items() if run not in mended}


def read_status(folder: Path) -> Status:
    """Where a sweep stands.

    Raises
    ------
    InputError
        The folder holds no sweep.
    """
    return settled(lambda: _count(folder, read_head(folder)))


def _count(folder: Path, head: dict[str, Any]) -> Status:
    whole: set[int] = set()
    shards = list_shards(folder)
    for one in shards:
        whole.update(read_told(one.path)["chunks"] if one.chunk is None else [one.chunk] if not one.attempt else [])
    chunks = -(-head["runs"] // head["chunk"])
    lived = len(whole) * head["chunk"]
    if chunks - 1 in whole:
        lived -= chunks * head["chunk"] - head["runs"]
    now = disk_time(folder / OPEN)
    journals = claims(folder)
    begun: dict[int, set[int]] = {}
    for journal in journals:
        if journal.chunk not in whole:
            begun.setdefault(journal.chunk, set()).update(one.run for one in read_lived(journal.path))
    return Status(
        name=head["name"],
        runs=head["runs"],
        lived=lived + sum(map(len, begun.values())),
        failed=dict(Counter(failed_runs(folder).values())),
        running=len({one.chunk for one in journals if one.chunk not in whole and one.alive(now)}),
        chunks=chunks,
        whole=len(whole),
        files=len(shards) + len(journals),
        cancelled=(folder / CANCELLED).exists(),
        gathered=(folder / TABLE).exists(),
    )
