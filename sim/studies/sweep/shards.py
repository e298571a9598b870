"""Shards: the results of a chunk in one file, whole or not there; and their compaction into few.

A shard's name tells its chunk, the attempt, and how many runs failed; so what is done is known from a listing. A part
holds many chunks, and tells in its footer which. All values of a run are one list: a footer for each measure would be
most of the file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.output.durable import flush
from sim.studies.sweep.layout import SHARDS
from sim.studies.sweep.lived import Lived

LOOSE = 256
"""Shards that may lie about before they are put together."""
_NAME = re.compile(r"(?P<chunk>\d{6})\.a(?P<attempt>\d+)\.f(?P<failed>\d+)\.parquet")
_PART = re.compile(r"part-[0-9a-f]{16}\.parquet")
_TOLD = b"sweep"
_LOOKS = 20


@dataclass(frozen=True)
class Shard:
    """A file of results: the chunk it is of (None for a part), the attempt, and how many of its runs failed."""

    path: Path
    chunk: int | None
    attempt: int = 0
    failed: int = 0


def shard_name(chunk: int, attempt: int, failed: int) -> str:
    """The name of a shard."""
    return f"{chunk:06d}.a{attempt:02d}.f{failed:06d}.parquet"


def list_shards(folder: Path) -> list[Shard]:
    """All shards of a sweep, by name."""
    found = []
    for name in sorted(one.name for one in os.scandir(folder / SHARDS)):
        match = _NAME.fullmatch(name)
        path = folder / SHARDS / name
        if match:
            found.append(Shard(path, int(match["chunk"]), int(match["attempt"]), int(match["failed"])))
        elif _PART.fullmatch(name):
            found.append(Shard(path, None))
    return found


def write_shard(folder: Path, chunk: int, lived: Iterable[Lived], width: int, attempt: int = 0) -> Path:
    """Write the results of a chunk (of its runs that were tried again, with an `attempt` above 0) by one rename."""
    rows = sorted(lived, key=lambda one: one.run)
    failed = sum(bool(one.kind) for one in rows)
    table = _table(rows, width, attempt)
    told = {"chunks": [chunk] if attempt == 0 else [], **_failures(table)}
    return write_parquet(folder / SHARDS / shard_name(chunk, attempt, failed), table, told)


def write_parquet(path: Path, table: pa.Table, told: dict[str, Any] | None = None) -> Path:
    """Write a table beside its place, flush, rename."""
    if told is not None:
        table = table.replace_schema_metadata({_TOLD: json.dumps(told, sort_keys=True).encode()})
    fresh = path.with_name(f".{path.name}.new-{os.getpid()}-{uuid.uuid4().hex[:8]}")
    try:
        with fresh.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            flush(file.fileno())
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)
    return path


def read_told(path: Path) -> dict[str, Any]:
    """What a shard tells of itself: the chunks that are whole in it, and its failed runs with their kinds of error."""
    return json.loads(pq.read_metadata(path).metadata[_TOLD])


T = TypeVar("T")


def settled(read: Callable[[], T]) -> T:
    """What `read` finds, from the beginning again where a file was put together with others meanwhile."""
    for _ in range(_LOOKS):
        try:
            return read()
        except FileNotFoundError:
            time.sleep(0.05)
    return read()


def whole_chunks(folder: Path) -> set[int]:
    """Chunks whose every run has been lived, well or not."""

    def read() -> set[int]:
        done: set[int] = set()
        for one in list_shards(folder):
            if one.chunk is None:
                done.update(read_told(one.path)["chunks"])
            elif one.attempt == 0:
                done.add(one.chunk)
        return done

    return settled(read)


def read_results(shards: Sequence[Shard]) -> pa.Table:
    """All rows of some shards, one for each run: the good one where there is one, else that of the last attempt."""
    return best(pa.concat_tables([pq.read_table(one.path) for one in shards]).replace_schema_metadata(None))


def best(table: pa.Table) -> pa.Table:
    """One row for each run, by number."""
    run, attempt = table["run"].to_numpy(), table["attempt"].to_numpy()
    failed = np.asarray(table["kind"].to_numpy(zero_copy_only=False) != "")
    order = np.lexsort((-attempt, failed, run))
    first = np.ones(len(order), bool)
    first[1:] = run[order][1:] != run[order][:-1]
    return table.take(order[first])


def compact(folder: Path, least: int = LOOSE) -> int:
    """Put loose shards together where there are so many; returns how many were put together.

    The part is there before a shard is removed, and its name is that of its content: a compactor that is killed, or
    two at once, leave rows twice in files and once in the table.
    """
    loose = [one for one in list_shards(folder) if one.chunk is not None]
    if len(loose) < max(least, 2):
        return 0
    try:
        table = read_results(loose)
    except FileNotFoundError:  # another compactor was quicker
        return 0
    told = {
        "chunks": sorted({one.chunk for one in loose if one.chunk is not None and one.attempt == 0}),
        **_failures(table),
    }
    name = hashlib.sha256("\n".join(one.path.name for one in loose).encode()).hexdigest()[:16]
    write_parquet(folder / SHARDS / f"part-{name}.parquet", table, told)
    for one in loose:
        one.path.unlink(missing_ok=True)
    return len(loose)


def _failures(table: pa.Table) -> dict[str, Any]:
    kinds = table["kind"].to_pylist()
    runs = table["run"].to_pylist()
    tried = [run for run, attempt in zip(runs, table["attempt"].to_pylist(), strict=True) if attempt]
    return {"failed": {str(run): kind for run, kind in zip(runs, kinds, strict=True) if kind}, "tried": tried}


def _table(rows: Sequence[Lived], width: int, attempt: int) -> pa.Table:
    flat = np.array([one.values for one in rows], float).reshape(-1)
    return pa.table(
        {
            "run": pa.array([one.run for one in rows], pa.int64()),
            "attempt": pa.array([attempt] * len(rows), pa.int32()),
            "kind": pa.array([one.kind for one in rows], pa.string()),
            "error": pa.array([one.error for one in rows], pa.string()),
            "digest": pa.array([one.digest for one in rows], pa.string()),
            "seconds": pa.array([one.seconds for one in rows], pa.float64()),
            "values": pa.FixedSizeListArray.from_arrays(pa.array(flat), width),
        }
    )
