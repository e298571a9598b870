"""One table of all numbers of the model: behaviour from the schema, adjustments of the figures of a pack.

Each has a value, unit, range, prior, what fitting left of it where the pack ships a fitted sample, tag and source, and
the outputs that it drives, as a screening measured them (`sim screen`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from sim.errors import InputError, nearest_name
from sim.region.priors import NOTHING, Adjustment
from sim.region.sample import POSTERIOR, Sample, read_sample
from sim.schema.parameters import PARAMETERS, Parameter, Tag
from sim.schema.priors import FIXED, PRIORS, Prior
from sim.schema.quantities import QUANTITIES

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario

BEHAVIOUR, PACK = "behaviour", "pack"
BY_HAND = "given by hand"
LEAST_SHOWN = 0.2
"""A rank correlation from which on a number is said to drive an output; never less than what chance would show."""
UNITS = {"factor": "times the pack's figure", "shift": "added to the pack's figure", "power": "power of the calendar"}


@dataclass(frozen=True)
class Entry:
    """One number.

    kind: `BEHAVIOUR` or `PACK`; value: the starting value; low, high: the range a scenario may ask for; prior: None
    where the number is not drawn, and `fixed` says why; posterior: mean, 5 % and 95 % of the pack's fitted sample, None
    without one; drives: rank correlation by output, the strongest first.
    """

    name: str
    kind: str
    value: float
    unit: str
    low: float
    high: float
    prior: Prior | None
    fixed: str
    posterior: tuple[float, float, float] | None
    tag: str
    source: str
    prose: str
    drives: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """No number stands here without a source and a tag, nor without a prior or the reason it has none."""
        if not self.source or not self.tag or (self.prior is None and not self.fixed):
            raise ValueError(f"{self.name} has no source, no tag, or neither a prior nor a reason for having none")

    def as_mapping(self) -> dict[str, Any]:
        """The entry as plain values."""
        mean, low, high = self.posterior or (None, None, None)
        prior = self.prior
        return {
            "name": self.name, "kind": self.kind, "value": self.value, "unit": self.unit, "low": self.low,
            "high": self.high, "prior_form": prior.form if prior else None, "prior_5": prior.low if prior else None,
            "prior_95": prior.high if prior else None, "prior_source": prior.source if prior else None,
            "fixed": self.fixed or None, "posterior_mean": mean, "posterior_5": low, "posterior_95": high,
            "tag": self.tag, "source": self.source, "what": self.prose, "drives": dict(self.drives),
        }  # fmt: skip


def ledger(region: Region) -> dict[str, Entry]:
    """Every number by name: of the behaviour in the order of the schema, then of the pack."""
    fitted = _fitted(region)
    drives = driven(region.name)
    entries = [_of_behaviour(one, fitted, drives) for one in PARAMETERS.values()]
    entries += [_of_pack(one, fitted, drives) for one in region.adjustments.values()]
    return {entry.name: entry for entry in entries}


def matching(name: str, region: Region) -> list[Entry]:
    """The number of a name, or all that adjust a quantity of the pack.

    Raises
    ------
    InputError
        No such number; the nearest name is told.
    """
    known = ledger(region)
    if name in known:
        return [known[name]]
    found = [entry for entry in known.values() if entry.kind == PACK and name in entry.name.split(".")[0].split("+")]
    if not found:
        near = nearest_name(name, sorted({*known, *(entry.name.split(".")[0] for entry in known.values())}))
        raise InputError(
            "number", f"is {name!r}, which is no number of the model", "a name that sim explain lists", near
        )
    return found


@cache
def driven(pack: str) -> dict[str, dict[str, float]]:
    """What each number drives, by number and output, from the screening that comes with the package; nothing for a pack
    that was not screened.
    """
    found: dict[str, dict[str, float]] = {}
    made, rows = screening(pack)
    told = re.search(r"by chance up to ([0-9.]+[0-9])", made)
    least = max(LEAST_SHOWN, float(told[1]) if told else 0.0)
    for row in rows:
        strength = float(row["correlation"])
        if abs(strength) >= least:
            found.setdefault(row["number"], {})[row["measure"]] = strength
    return {name: dict(sorted(by.items(), key=lambda item: -abs(item[1]))) for name, by in found.items()}


@cache
def screening(pack: str) -> tuple[str, list[dict[str, str]]]:
    """How the screening of a pack was made, and its rows; nothing where there is none."""
    path = files("sim.evidence") / f"screening_{pack}.csv"
    if not path.is_file():
        return "", []
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    return head.removeprefix("# "), list(csv.DictReader(lines))


def told_by_a_run(scenario: Scenario, region: Region) -> dict[str, Any]:
    """What a run keeps of the ledger: how many numbers have which tag, and those that drive anything, with the values
    that the scenario gives by hand.
    """
    entries = _kept(region)
    by_hand = {**scenario.parameters, **scenario.adjustments}
    rows = [
        {
            "name": one.name, "value": by_hand.get(one.name, one.value), "unit": one.unit, "tag": one.tag,
            "source": BY_HAND if one.name in by_hand else one.source, "fitted": one.posterior,
            "drives": dict(one.drives),
        }
        for one in entries.values() if one.drives
    ]  # fmt: skip
    tags = [one.tag for one in entries.values()]
    return {
        "tags": {tag: tags.count(tag) for tag in get_args(Tag)},
        "screening": screening(region.name)[0],
        "numbers": rows,
    }


def _kept(region: Region) -> dict[str, Entry]:
    """The ledger of a pack, read once: many runs ask for it."""
    if region.digest not in _LEDGERS:
        _LEDGERS[region.digest] = ledger(region)
    return _LEDGERS[region.digest]


_LEDGERS: dict[str, dict[str, Entry]] = {}


def _fitted(region: Region) -> Sample | None:
    return read_sample(region.sample_file, POSTERIOR, region) if region.sample_file is not None else None


def _told(name: str, fitted: Sample | None) -> tuple[float, float, float] | None:
    """Mean, 5 % and 95 % of a fitted sample."""
    if fitted is None or name not in fitted.names:
        return None
    values = fitted.values[:, fitted.names.index(name)]
    return float(values.mean()), float(np.quantile(values, 0.05)), float(np.quantile(values, 0.95))


def _of_behaviour(one: Parameter, fitted: Sample | None, drives: Mapping[str, Mapping[str, float]]) -> Entry:
    return Entry(
        one.name, BEHAVIOUR, one.default, one.unit, one.low, one.high, PRIORS.get(one.name), FIXED.get(one.name, ""),
        _told(one.name, fitted), one.tag, one.source, one.prose, drives.get(one.name, {}),
    )  # fmt: skip


def _of_pack(one: Adjustment, fitted: Sample | None, drives: Mapping[str, Mapping[str, float]]) -> Entry:
    told = " ".join(QUANTITIES[name].prose for name in one.quantities)
    prose = told + (f" {one.note[0].upper()}{one.note[1:]}." if one.note else "")
    return Entry(
        one.name, PACK, NOTHING[one.kind], UNITS[one.kind], one.prior.floor, one.prior.ceiling, one.prior, "",
        _told(one.name, fitted), one.tag, one.prior.source, prose, drives.get(one.name, {}),
    )  # fmt: skip
