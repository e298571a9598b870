"""A sample of the numbers of the model: what each member of a fit, or of its prior, holds them to be.

A run of K seeds takes K members, one a seed, so that its interval holds what is not known of the numbers as well as
luck. Numbers are parameters of the behaviour and adjustments of the pack (:mod:`sim.region.priors`). A sample comes
with a pack (``posterior.csv``), is drawn from the priors, or is a file of the user's own: a column a number, a row a
member.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from sim.draws import Purpose, normal
from sim.errors import InputError, unknown_name
from sim.region.tables import number, rows_of
from sim.schema.priors import PRIORS, Prior

if TYPE_CHECKING:
    from sim.region.region import Region

POSTERIOR, POINT, PRIOR, DEFAULTS = "posterior", "point", "prior", "defaults"
NAMED = (POSTERIOR, POINT, PRIOR, DEFAULTS)
"""posterior: the pack's fitted sample; point: its middle, for teaching; prior: drawn from the priors; defaults: the
starting values, the same for every seed.
"""
PRIOR_MEMBERS = 1000
DIGITS = 6
"""Significant digits of a sample in a file: more than any prior knows."""


@dataclass(frozen=True)
class Sample:
    """Members of a sample: `values` of shape (members, numbers), columns in the order of `names`."""

    name: str
    names: tuple[str, ...] = field(compare=False)
    values: np.ndarray = field(repr=False, compare=False)
    digest: str

    @classmethod
    def of(cls, name: str, names: tuple[str, ...], values: np.ndarray) -> Self:
        """A sample with the digest of its content."""
        told = hashlib.sha256("\n".join(names).encode())
        told.update(np.ascontiguousarray(values, np.float64).tobytes())
        return cls(name, names, values, told.hexdigest())

    def __len__(self) -> int:
        return len(self.values)

    def member(self, seed: int) -> dict[str, float]:
        """The numbers that a seed lives with: members in their order, and from the first again."""
        return dict(zip(self.names, map(float, self.values[(seed - 1) % len(self.values)]), strict=True))

    def written(self) -> str:
        """The sample as text of a CSV file."""
        rows = [",".join(f"{value:.{DIGITS}g}" for value in member) for member in self.values]
        return "\n".join([",".join(self.names), *rows]) + "\n"


def priors_of(region: Region) -> dict[str, Prior]:
    """The priors of every number that is drawn: of the behaviour, then of the pack's figures."""
    return PRIORS | {name: one.prior for name, one in region.adjustments.items()}


def find_sample(given: str, region: Region) -> Sample | None:
    """The sample of a name or a path, for a pack; None for `DEFAULTS`, and for no name where the pack ships none.

    Raises
    ------
    InputError
        No such sample, or a file that is not in order for the pack.
    """
    if not given or given in NAMED:
        return _named_sample(given, region)
    path = Path(given).expanduser()
    if path.name == given and not path.suffix:
        raise unknown_name("sample", given, NAMED, "sample (or path/to/sample.csv)")
    if not path.is_file():
        raise InputError("sample", f"is {given}, and there is no such file", f"{', '.join(NAMED)} or a .csv file")
    return read_sample(path, given, region)


@lru_cache(maxsize=16)
def _named_sample(given: str, region: Region) -> Sample | None:
    """A sample of `NAMED`, made once for a pack in memory: a sweep asks for it at each of its points."""
    shipped = region.sample_file
    if given == DEFAULTS or (not given and shipped is None):
        return None
    if given == PRIOR:
        return prior_sample(region)
    if shipped is None:
        raise InputError("sample", f"is {given}, and the pack {region.name} has none", f"{PRIOR}, {DEFAULTS}")
    sample = read_sample(shipped, POSTERIOR, region)
    return middle(sample, region) if given == POINT else sample


def read_sample(path: Path, name: str, region: Region) -> Sample:
    """A sample from a CSV file: a column a number of the model, a row a member."""
    label = path.name
    text = path.read_text(encoding="utf-8-sig")
    header = tuple(part.strip() for part in text.split("\n", 1)[0].split(","))
    known = priors_of(region)
    for one in header:
        if one not in known:
            raise unknown_name(f"{label} line 1", one, known, "number of the model that is drawn")
    members = []
    for line, row in rows_of(text, header, label):
        values = [number(row[one], f"{label} line {line} {one}") for one in header]
        for one, value in zip(header, values, strict=True):
            if not known[one].floor <= value <= known[one].ceiling:
                allowed = f"{known[one].floor:g} to {known[one].ceiling:g}"
                raise InputError(f"{label} line {line} {one}", f"is {value:g}", allowed)
        members.append(values)
    if not members:
        raise InputError(label, "has no members", "a row a member")
    return Sample.of(name, header, np.array(members))


def prior_sample(region: Region, members: int = PRIOR_MEMBERS) -> Sample:
    """Independent draws from the priors: a number's draws depend on its name and the member alone."""
    priors = priors_of(region)
    return Sample.of(PRIOR, tuple(priors), from_scores(priors, prior_scores(tuple(priors), members)))


def prior_scores(names: tuple[str, ...], members: int) -> np.ndarray:
    """Standard normal draws, shape (members, numbers)."""
    keys = [int.from_bytes(hashlib.sha256(name.encode()).digest()[:7]) for name in names]
    return np.array([[normal(0, Purpose.NUMBER, 0, key, member, 0) for key in keys] for member in range(members)])


def from_scores(priors: Mapping[str, Prior], scores: np.ndarray) -> np.ndarray:
    """Values of numbers at their prior scores, both of shape (members, numbers)."""
    columns = [prior.value(scores[:, k]) for k, prior in enumerate(priors.values())]
    return np.stack(columns, axis=1)


def to_scores(sample: Sample, priors: Mapping[str, Prior]) -> np.ndarray:
    """Prior scores of a sample, shape (members, numbers)."""
    return np.stack([priors[name].score(sample.values[:, k]) for k, name in enumerate(sample.names)], axis=1)


def middle(sample: Sample, region: Region) -> Sample:
    """A sample of one member: the mean of the others on the scales of the priors."""
    priors = {name: one for name, one in priors_of(region).items() if name in sample.names}
    scores = to_scores(sample, priors_of(region)).mean(axis=0, keepdims=True)
    ordered = {name: priors[name] for name in sample.names}
    return Sample.of(POINT, sample.names, from_scores(ordered, scores))
