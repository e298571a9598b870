"""From shards to one table: a row per run in the order of the plan, the same bytes whoever lived them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.studies.sweep.journal import remove_left
from sim.studies.sweep.layout import PLAN, TABLE, read_head
from sim.studies.sweep.shards import compact, list_shards, read_results, settled, whole_chunks, write_parquet

OK, FAILED, MISSING = "ok", "failed", "missing"


def gather(folder: Path) -> pa.Table:
    """Put shards together and write ``sweep.parquet``; runs that are not lived yet have status ``missing``.

    Returns
    -------
    Table
        run_id, status, point, seed, base, every swept key, every measure kept, digest, error.

    Raises
    ------
    InputError
        There is no sweep, or no run of it has been lived.
    """
    head = read_head(folder)
    compact(folder)
    remove_left(folder, whole_chunks(folder))
    table = settled(lambda: make_table(folder, head))
    write_parquet(folder / TABLE, table)
    return table


def make_table(folder: Path, head: dict) -> pa.Table:
    """The gathered table."""
    plan = pq.read_table(folder / PLAN)
    shards = list_shards(folder)
    if not shards:
        raise InputError(str(folder), "has no chunk that is whole yet", allowed=f"sim sweep resume name={head['name']}")
    results = read_results(shards)
    runs = head["runs"]
    at = np.full(runs, -1)
    at[results["run"].to_numpy()] = np.arange(results.num_rows)
    there = at >= 0
    taken = pa.array(np.where(there, at, 0), mask=~there)
    kind = results["kind"].take(taken).to_numpy(zero_copy_only=False)
    status = np.where(there, np.where(kind == "", OK, FAILED), MISSING)
    columns = {"run_id": plan["run_id"], "status": pa.array(status.tolist())}
    keys = [axis["key"] for axis in head["axes"]]
    columns |= {name: plan[name] for name in ("point", "seed")}
    if len(head["bases"]) > 1:
        columns["base"] = plan["base"].cast(pa.string())
    columns |= {key: plan[key] for key in keys}
    values = results["values"].combine_chunks()
    flat = values.flatten().to_numpy().reshape(results.num_rows, len(head["measures"]))
    for place, name in enumerate(head["measures"]):
        columns[name] = pa.array(np.where(there, flat[np.where(there, at, 0), place], np.nan), from_pandas=True)
    columns["digest"] = results["digest"].take(taken)
    columns["error"] = pa.array(
        [f"{k}: {e}" if k else None for k, e in zip(kind, results["error"].take(taken).to_pylist(), strict=True)],
        pa.string(),
    )
    return pa.table({name: _whole(column) for name, column in columns.items()})


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
