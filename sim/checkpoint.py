"""A checkpoint: the worlds of all seeds of a run at the beginning of a month, in one sealed file.

It holds what a month depends on and cannot be made again from the scenario: the records, the ties, the seasonal permits
granted in the year, and what was counted so far. Signals, books and conditions are made anew from these. A file is
refused that other rules, another layout of records or another pack have made: the futures of one history are equal bit
for bit only under the rules that made the history (docs/decisions/0010).
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sim.errors import InputError
from sim.region.law import COPY
from sim.scenario import Scenario
from sim.schema.attributes import HOUSEHOLD
from sim.sealed import SealedReader, SealedWriter, dtype_words

if TYPE_CHECKING:
    from sim.region import Region

SUFFIX = ".state"
KIND = "checkpoint"
RECORDS = ("households", "followed")
SAME_PROGRAM = "a checkpoint that this program has made, or the program that made this one"
PACKAGE = Path(__file__).resolve().parent
OUTSIDE = (
    *("__init__", "__main__", "api", "checkpoint", "cli", "configuration", "errors", "output", "plain_process"),
    *("evidence", "sealed", "studies", "workshop"),
)
"""Modules that ask, show or write, and make no figures: they may change without a history becoming another one."""


@dataclass(frozen=True)
class State:
    """One seed at the beginning of a month, and what was counted of it in the months before (m months, c counts).

    households: records, shape (N,); starts, offsets, neighbours: as in :class:`sim.engine.world.World`; memory:
    what the model remembers beside the records, by name (`MigrationModel.memory`); tallies: (m, origins, places,
    tallies); cells: (c, origins, cells, measures); spread: (c, origins, bins, 2); followed: records, (m, followed).
    """

    households: np.ndarray
    starts: np.ndarray
    offsets: np.ndarray
    neighbours: np.ndarray
    memory: Mapping[str, np.ndarray]
    tallies: np.ndarray
    cells: np.ndarray
    spread: np.ndarray
    followed: np.ndarray

    @property
    def month(self) -> int:
        """The month it stands at the beginning of; 0 = the pack's first."""
        return len(self.tallies)


ARRAYS = tuple(field.name for field in fields(State) if field.name != "memory")


def file_name(month: str) -> str:
    """Name of the checkpoint of a month, ``YYYY-MM``."""
    return f"{KIND}-{month}{SUFFIX}"


class Checkpoints:
    """The checkpoints a run leaves: a file for each month asked for, to which each seed adds its state.

    Parameters
    ----------
    folder
        Where the files are written.
    months
        For each month, ``YYYY-MM``, the digest of all that was lived under before it (`sim.prepared.Prepared.past`).
    """

    def __init__(self, folder: Path, months: Mapping[str, str], scenario: Scenario, region: Region) -> None:
        self.scenario, self.region = scenario, region
        self.paths = {region.month_index(month): folder / file_name(month) for month in months}
        self.pasts = {region.month_index(month): past for month, past in months.items()}
        self.writers: dict[int, SealedWriter] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for month, path in self.paths.items():
                writer = SealedWriter(path, self._head(month), self.scenario.threads)
                self.writers[month] = stack.enter_context(writer)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self.stack.__exit__(*error)

    def __contains__(self, month: object) -> bool:
        return month in self.writers

    def add(self, seed: int, state: State) -> None:
        """Write the state of a seed into the file of its month."""
        for name in ARRAYS:
            self.writers[state.month].add(part_name(name, seed), getattr(state, name))
        for name, array in state.memory.items():
            self.writers[state.month].add(part_name(name, seed), array)

    def _head(self, month: int) -> dict[str, Any]:
        return {
            "month": self.region.label(month),
            "scenario": self.scenario.as_mapping(),
            "pack": {"name": self.region.name, "digest": self.region.digest},
            "layout": layout(),
            "rules": rules_digest(),
            "version": code_version(),
            "past": self.pasts[month],
        }


class Checkpoint:
    """A checkpoint on disk, held against this program.

    Raises
    ------
    InputError
        No checkpoint, cut short, altered, or made by other rules, with another layout of records or another pack.
    """

    def __init__(self, path: str | Path, threads: int = 1) -> None:
        self.path = _the_file(Path(path).expanduser())
        self.file = SealedReader(self.path, threads)
        self.head = self.file.head
        self._require_layout()
        if self.head["rules"] != rules_digest():
            made = f"by version {self.head['version']} with rules {self.head['rules'][:12]}"
            now = f"version {code_version()} with rules {rules_digest()[:12]}"
            raise InputError(str(self.path), f"was made {made}, and this is {now}", SAME_PROGRAM)

    @property
    def month(self) -> str:
        """The month the worlds stand at the beginning of."""
        return self.head["month"]

    @property
    def seal(self) -> str:
        """Digest of the whole file."""
        return self.file.seal

    def verify(self) -> None:
        """Compare all of it with its seals; without this an array is compared when it is read."""
        self.file.verify()

    @property
    def pack(self) -> str:
        """Name or folder of the pack, as the run was given it."""
        return self.head["scenario"]["region"]["pack"]

    def scenario(self, region: Region) -> Scenario:
        """The scenario that has been lived.

        A law that is not the pack's own is read from its copy beside the checkpoint, or else from where it was.

        Raises
        ------
        InputError
            `region` is not the pack of the checkpoint, or the law is not the one it was.
        """
        digest = self.head["pack"]["digest"]
        if region.digest != digest:
            problem = f"was made with the pack {self.head['pack']['name']} {digest[:12]}, and {region.name} is now"
            raise InputError(str(self.path), f"{problem} {region.digest[:12]}", "the pack as it was (region=FOLDER)")
        told, copy = self.head["scenario"], self.path.parent / COPY
        if told.get("law_digest") and copy.is_file():
            told = {**told, "law": str(copy)}
        return Scenario.from_mapping(told, region)

    def require_past(self, past: str) -> None:
        """Refuse a past whose conditions come out otherwise now: a policy of some package has changed."""
        if past != self.head["past"]:
            problem = f"holds a past under conditions {self.head['past'][:12]}, which now come out as {past[:12]}"
            raise InputError(str(self.path), problem, "the policies and packages it was made with")

    def state(self, seed: int) -> State:
        """Read the state of a seed."""
        arrays = {name: self._read(name, seed) for name in ARRAYS}
        suffix = part_name("", seed)
        names = {part.removesuffix(suffix) for part in self.file.parts if part.endswith(suffix)}
        memory = {name: self._read(name, seed) for name in sorted(names - {*ARRAYS})}
        return State(**arrays, memory=memory)

    def households(self, seed: int) -> int:
        """Number of households of a seed."""
        return self.file.parts[part_name("households", seed)]["shape"][0]

    def refill(self, seed: int, state: State) -> None:
        """Read the records of a seed again, into the memory of a state that has been lived on from."""
        self.file.read(part_name("households", seed), into=state.households)

    def _read(self, name: str, seed: int) -> np.ndarray:
        part = part_name(name, seed)
        into = np.empty(self.file.parts[part]["shape"], HOUSEHOLD) if name in RECORDS else None
        return self.file.read(part, into)

    def _require_layout(self) -> None:
        if self.head["layout"] == layout():
            return
        theirs, ours = ({field[0]: field[1:] for field in one} for one in (self.head["layout"], layout()))
        unlike = next((name for name in (*ours, *theirs) if ours.get(name) != theirs.get(name)), "the order of fields")
        fields_there = [(name, kind, *map(tuple, count)) for name, kind, *count in self.head["layout"]]
        bytes_there = np.dtype(fields_there).itemsize
        sizes = f"{bytes_there} bytes a household, here {HOUSEHOLD.itemsize}; first unlike: {unlike}"
        problem = f"holds records of another layout ({sizes})"
        raise InputError(str(self.path), problem, SAME_PROGRAM)


def part_name(name: str, seed: int) -> str:
    """The name of an array of a seed in the file."""
    return f"{name} of seed {seed}"


def layout() -> Any:
    """The layout of a record in plain values."""
    return dtype_words(HOUSEHOLD)


@cache
def rules_digest(package: Path = PACKAGE) -> str:
    """SHA-256 of all code of the package that figures depend on, comments and docstrings left out."""
    told = hashlib.sha256()
    for name, source in _sources(package):
        told.update(f"{name}\n{_code(source)}\n".encode())
    return told.hexdigest()


@cache
def sources_digest(package: Path = PACKAGE) -> str:
    """SHA-256 of the same code as it is written: where it is the same, so is that of the rules, which takes half a
    second to tell.
    """
    told = hashlib.sha256()
    for name, source in _sources(package):
        told.update(f"{name}\n{source}\n".encode())
    return told.hexdigest()


def _sources(package: Path) -> Iterator[tuple[str, str]]:
    """Name and text of each module that figures depend on."""
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        if inside.parts[0].removesuffix(".py") not in OUTSIDE:
            yield inside.as_posix(), path.read_text(encoding="utf-8")


def _code(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return ast.unparse(tree)


def code_version() -> str:
    """Version of the installed package, or `source tree` when it runs without being installed."""
    try:
        return version("labour-migration-sim")
    except PackageNotFoundError:
        return "source tree"


def _the_file(path: Path) -> Path:
    """The file itself, or the only checkpoint of a run's folder."""
    if not path.is_dir():
        return path
    found = sorted(path.glob(file_name("*")))
    if len(found) != 1:
        allowed = f"one of its files: {', '.join(one.name for one in found)}" if found else "a checkpoint's file"
        raise InputError(str(path), f"holds {len(found)} checkpoints", allowed)
    return found[0]
