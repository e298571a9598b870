"""The plan of a sweep: every run with its id, written before anything is run, and read again by whoever lives it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.checkpoint import code_version, rules_digest, sources_digest
from sim.errors import InputError
from sim.output.durable import replace_file
from sim.region import Region, load
from sim.scenario import LARGEST_SEED, Scenario
from sim.studies.sweep.layout import DESIGN, FORM, HEAD, PLAN, read_head
from sim.studies.sweep.measured import Kept, read_kept
from sim.studies.sweep.points import Points

if TYPE_CHECKING:
    from sim.studies.sweep.request import SweepRequest

MOST_RUNS = 20_000_000
LEAST_CHUNK, MOST_CHUNKS = 50, 1000
ID_DIGITS = 20


@dataclass(frozen=True)
class Point:
    """One scenario of the sweep: the values of the axes, and the name of the base it starts from."""

    values: tuple[Any, ...]
    base: str
    digest: str


@dataclass(frozen=True)
class Plan:
    """All runs: seed by seed, and within a seed all points in an order that lets neighbours share their past.

    `rows` gives for each row of the design the position of its point under each base.
    """

    head: Mapping[str, Any]
    points: list[Point] = field(repr=False)
    rows: np.ndarray = field(repr=False)
    unit: np.ndarray = field(repr=False)
    keys: tuple[str, ...] = ()

    @property
    def seeds(self) -> range:
        """Seeds of every point."""
        return range(self.head["first_seed"], self.head["first_seed"] + self.head["seeds"])

    @cached_property
    def run_ids(self) -> list[str]:
        """The id of each run, in order."""
        return [run_id(point.digest, seed, self.head) for seed in self.seeds for point in self.points]


def run_id(point: str, seed: int, head: Mapping[str, Any]) -> str:
    """The content-addressed id of a run: the point's scenario with its pack, the seed, the code, the checkpoint."""
    told = f"{point} {seed} {head['rules']} {head['branch']['seal'] if head['branch'] else ''}"
    return hashlib.sha256(told.encode()).hexdigest()[:ID_DIGITS]


def make_plan(asked: SweepRequest) -> Plan:
    """Check every point of a design and put the runs in order.

    Raises
    ------
    InputError
        A point that is no scenario: an unknown key, a value out of its range; or more runs than can be planned.
    """
    design, region = asked.design, asked.region
    for place_, axis in enumerate(design.axes):
        for value in axis.ends():
            ends = list(design.rows[0])
            ends[place_] = value
            _scenario_of(asked, asked.points(asked.bases[0]), ends)
    points, rows, months = _distinct(asked)
    runs = len(points) * asked.seeds
    if runs > MOST_RUNS:
        raise InputError("sweep", f"has {runs:,} runs", allowed=f"at most {MOST_RUNS:,}")
    if asked.first_seed + asked.seeds - 1 > LARGEST_SEED:
        raise InputError("first_seed", f"is {asked.first_seed}", allowed=f"seeds up to {LARGEST_SEED}")
    kept = read_kept(asked.measures, asked.window, region, months)
    head = _head(asked, points, kept)
    plan = Plan(head, points, rows, design.unit, design.keys)
    told = "\n".join([*plan.run_ids, json.dumps([kept.names, kept.first, kept.last])])
    return replace(plan, head={**head, "plan": hashlib.sha256(told.encode()).hexdigest()})


def _distinct(asked: SweepRequest) -> tuple[list[Point], np.ndarray, int]:
    """Points that differ, sorted; for each row and base which point it is; the fewest months any of them lives."""
    design = asked.design
    found: dict[str, Point] = {}
    order: dict[str, tuple[str, str]] = {}
    digests = np.empty((len(design.rows), len(asked.bases)), object)
    months = asked.region.months
    readers = [(base, asked.points(base)) for base in asked.bases]
    for row, values in enumerate(design.rows):
        for column, (base, points) in enumerate(readers):
            one = _scenario_of(asked, points, values)
            digest = one.digest  # of one seed, 0: the base has it so
            if digest not in found:
                found[digest] = Point(values, base.name, digest)
                order[digest] = _before(one), json.dumps([base.name, *values])
            digests[row, column] = digest
            months = min(months, one.months)
    ordered = sorted(found, key=lambda digest: order[digest])
    positions = {digest: place_ for place_, digest in enumerate(ordered)}
    rows = np.array([[positions[digest] for digest in row] for row in digests], np.int64).reshape(digests.shape)
    return [found[digest] for digest in ordered], rows, months


def _before(one: Scenario) -> str:
    """What points must have in common to share a burn-in."""
    return repr((
        one.scale, one.burn_in, one.donors, one.parameters, one.adjustments, one.corridors, one.law_digest,
        one.sample_digest,
    ))  # fmt: skip


def _scenario_of(asked: SweepRequest, points: Points, values: Sequence[Any]) -> Scenario:
    """A point's scenario; what is wrong with a swept value is told of its axis."""
    try:
        one = points.at(values)
        asked.require_held(one)
    except InputError as error:
        where = f"sweep.{error.where}" if error.where in asked.design.keys else error.where
        raise InputError(where, error.problem, error.allowed, error.nearest) from error
    return one


def _head(asked: SweepRequest, points: list[Point], kept: Kept) -> dict[str, Any]:
    runs = len(points) * asked.seeds
    chunk = asked.chunk or chunk_size(runs, len(points), asked.workers)
    return {
        "form": FORM,
        "name": asked.folder.name,
        "design": dict(asked.design.settings),
        "axes": [axis.as_mapping() for axis in asked.design.axes],
        "rows": len(asked.design.rows),
        "points": len(points),
        "seeds": asked.seeds,
        "first_seed": asked.first_seed,
        "runs": runs,
        "chunk": chunk,
        "bases": [base.as_mapping() for base in asked.bases],
        "pack": asked.pack,
        "pack_digest": asked.region.digest,
        "rules": rules_digest(),
        "sources": sources_digest(),
        "version": code_version(),
        "branch": asked.branch,
        "measures": list(kept.names),
        "window": [kept.first, kept.last],
    }


def chunk_size(runs: int, points: int, workers: int) -> int:
    """Many chunks for each worker, so that all end together; none above 50 runs unless there would be more than a
    thousand chunks. A chunk of more than a seed is of whole seeds: what the runs of a seed share is lived once.
    """
    least = -(-runs // MOST_CHUNKS)
    size = max(1, min(LEAST_CHUNK, runs // (16 * workers)), least)
    if size <= points:
        return size
    whole = size - size % points
    return whole if whole >= least else whole + points


def write_plan(plan: Plan, folder: Path) -> None:
    """Write the plan; ``sweep.json``, which makes the folder a sweep, comes last."""
    replace_file(folder / PLAN, _parquet(plan_table(plan), plan.head["chunk"]))
    design = {"row": np.arange(len(plan.rows), dtype=np.int64)}
    for column, base in enumerate(plan.head["bases"]):
        design[f"point:{base['name']}"] = plan.rows[:, column]
    for axis, key in enumerate(plan.keys):
        design[f"unit:{key}"] = plan.unit[:, axis]
    replace_file(folder / DESIGN, _parquet(pa.table(design), 1 << 20))
    replace_file(folder / HEAD, (json.dumps(plan.head, indent=1, ensure_ascii=False) + "\n").encode())


def plan_table(plan: Plan) -> pa.Table:
    """A row for each run: run, run_id, point, seed, base, and a column for each swept key."""
    seeds, points = len(plan.seeds), len(plan.points)
    columns: dict[str, pa.Array] = {
        "run": pa.array(np.arange(seeds * points, dtype=np.int64)),
        "run_id": pa.array(plan.run_ids, pa.string()),
        "point": pa.array(np.tile(np.arange(points, dtype=np.int64), seeds)),
        "seed": pa.array(np.repeat(np.array(list(plan.seeds), np.int64), points)),
        "base": pa.array([point.base for point in plan.points] * seeds).dictionary_encode(),
    }
    taken = {base["name"]: base["taken"] for base in plan.head["bases"]}
    for axis, key in enumerate(plan.keys):
        values = [point.values[axis] if key in taken[point.base] else None for point in plan.points]
        columns[key] = _column(values, is_nested(plan.head["axes"][axis])).take(np.tile(np.arange(points), seeds))
    return pa.table(columns)


def is_nested(axis: Mapping[str, Any]) -> bool:
    """Whether an axis has values of several kinds, or lists: its column holds them as JSON."""
    kinds = {type(value) for value in axis.get("values", ()) if value is not None}
    return not (kinds <= {int, float} or kinds <= {str} or kinds <= {bool})


def _column(values: list[Any], nested: bool) -> pa.Array:
    """Whole numbers, numbers or text as they are."""
    if nested:
        return pa.array([None if value is None else json.dumps(value) for value in values], pa.string())
    floats = any(isinstance(value, float) for value in values)
    return pa.array([float(one) if floats and one is not None else one for one in values])


def _parquet(table: pa.Table, rows: int) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=rows, compression="zstd")
    return sink.getvalue().to_pybytes()


@dataclass(frozen=True)
class RunOfPlan:
    """One run as the plan has it."""

    run: int
    seed: int
    point: int
    scenario: Scenario


class PlanOnDisk:
    """A written plan, held against this program and its pack; read chunk by chunk.

    Raises
    ------
    InputError
        No sweep, other rules than those it was planned with, or another pack.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.head = read_head(self.folder)
        if self.head.get("sources") != sources_digest() and self.head["rules"] != rules_digest():
            planned = f"was planned by version {self.head['version']} with rules {self.head['rules'][:12]}"
            now = f"and this is {code_version()} with rules {rules_digest()[:12]}"
            raise InputError(str(self.folder), f"{planned}, {now}", "the program it was planned with, or another name")
        self.file = pq.ParquetFile(self.folder / PLAN)
        self.bases = {base["name"]: base for base in self.head["bases"]}
        self.keys = tuple(axis["key"] for axis in self.head["axes"])
        self.nested = tuple(axis["key"] for axis in self.head["axes"] if is_nested(axis))
        self._readers: dict[str, Points] = {}

    @cached_property
    def region(self) -> Region:
        """The pack, as it was."""
        region = load(self.head["pack"])
        if region.digest != self.head["pack_digest"]:
            problem = f"has digest {region.digest[:12]}, and the sweep was planned with {self.head['pack_digest'][:12]}"
            raise InputError("region.pack", problem, allowed="the pack as it was")
        return region

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.head["runs"] // self.head["chunk"])

    @cached_property
    def kept(self) -> Kept:
        """The measures that are kept."""
        return Kept(tuple(self.head["measures"]), *self.head["window"])

    def runs_in(self, chunk: int) -> range:
        """Numbers of the runs of a chunk."""
        size = self.head["chunk"]
        return range(chunk * size, min(self.head["runs"], (chunk + 1) * size))

    def runs(self, chunk: int) -> Iterator[RunOfPlan]:
        """The runs of a chunk, each with its scenario."""
        rows = self.file.read_row_group(chunk).to_pylist()
        for row in rows:
            one = self._points(row["base"]).at([self._value(key, row[key]) for key in self.keys])
            yield RunOfPlan(row["run"], row["seed"], row["point"], replace(one, seeds=1, first_seed=row["seed"]))

    def _points(self, base: str) -> Points:
        if base not in self._readers:
            told = self.bases[base]
            self._readers[base] = Points(told["mappings"], self.keys, told["taken"], self.region)
        return self._readers[base]

    def _value(self, key: str, value: Any) -> Any:
        return json.loads(value) if key in self.nested and isinstance(value, str) else value
