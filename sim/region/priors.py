"""What was believed of a pack's own figures before the model was fitted, from ``priors.csv``.

A figure of a pack is not replaced but adjusted, for all months alike: by a factor, by a shift, or, for a calendar, by a
power (its swing grows or shrinks, its sum stays). An adjustment is named after what it adjusts: ``attraction.TJK.RUS``,
``detection.ALL.RUS``, ``average_wage.UZB``. What goes together is adjusted together: ``job_finding+job_loss.ALL.RUS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.errors import InputError, unknown_name
from sim.region.manifest import EVERY, PRIORS, Manifest
from sim.region.tables import TAGS, number, read_table
from sim.schema.priors import Form, Prior
from sim.schema.quantities import QUANTITIES

COLUMNS = ("quantity", "origin", "destination", "form", "low", "high", "source", "tag", "note")
FORMS: dict[str, Form] = {"factor": "log-normal", "power": "log-normal", "shift": "normal"}
NOTHING = {"factor": 1.0, "power": 1.0, "shift": 0.0}
"""The adjustment that changes nothing."""
JOINED = "+"
MOST = {"factor": 100.0, "power": 10.0, "shift": 10.0}
"""The largest adjustment a scenario may ask for; the smallest factor or power is one in so many."""


@dataclass(frozen=True)
class Adjustment:
    """One figure of a pack that may be adjusted, or several by as much, and the prior of the adjustment.

    `quantities` are those it adjusts; `origin` is a country of the pack, or `ALL`; `destination` likewise, empty where
    the quantity has none.
    """

    quantities: tuple[str, ...]
    origin: str
    destination: str
    kind: str
    prior: Prior
    tag: str
    note: str

    @property
    def name(self) -> str:
        """Quantities and places, with points."""
        return self.prior.name

    @property
    def quantity(self) -> str:
        """The quantities in one word."""
        return JOINED.join(self.quantities)

    def apply(self, name: str, values: np.ndarray, manifest: Manifest, by: float) -> np.ndarray:
        """One of the quantities adjusted, a new array; what leaves the quantity's bounds is put on them."""
        quantity = QUANTITIES[name]
        countries = manifest.countries if quantity.shape == "country" else manifest.origins
        cells = slice(None), _places(self.origin, countries)
        if self.destination:
            cells += (_places(self.destination, manifest.destinations),)
        adjusted = values.copy()
        adjusted[cells] = np.clip(self._adjusted(values[cells], quantity.sums_to, by), quantity.low, quantity.high)
        return adjusted

    def _adjusted(self, values: np.ndarray, sums_to: float | None, by: float) -> np.ndarray:
        if self.kind == "shift":
            return values + by
        if self.kind == "factor":
            return values * by
        swung = np.exp(by * np.log(np.maximum(values, 1e-9)))
        year = swung[:12].sum(axis=0) if len(swung) >= 12 else swung.sum(axis=0)
        return swung * (sums_to or 12.0) / year


def _places(code: str, codes: tuple[str, ...]) -> slice:
    """Where a country stands among `codes`; all of them for `ALL`."""
    if code == EVERY:
        return slice(None)
    return slice(codes.index(code), codes.index(code) + 1)


def read_priors(folder: Path, manifest: Manifest) -> dict[str, Adjustment]:
    """The adjustments of a pack by name; none where the pack lists no such file.

    Raises
    ------
    InputError
        An unknown quantity, country or form, a bound that is no number or crossed, a row without source or tag.
    """
    read: dict[str, Adjustment] = {}
    if not manifest.priors:
        return read
    label = f"{folder.name}/{PRIORS}"
    for line, row in read_table(folder / PRIORS, COLUMNS, label):
        where = f"{label} line {line}"
        one = _adjustment(row, manifest, where)
        if one.name in read:
            raise InputError(where, f"repeats {one.name}")
        read[one.name] = one
    return read


def _adjustment(row: Mapping[str, str], manifest: Manifest, where: str) -> Adjustment:
    names = tuple(row["quantity"].split(JOINED))
    for name in names:
        _check_quantity(name, row, manifest, where)
    low, high = (number(row[end], f"{where} {end}") for end in ("low", "high"))
    if low >= high or (row["form"] != "shift" and low <= 0.0):
        raise InputError(f"{where} low", f"is {low:g} with high {high:g}", "low below high, above 0 but for a shift")
    if not row["source"]:
        raise InputError(f"{where} source", "is empty", allowed="where the range is from, or who set it")
    if row["tag"] not in TAGS:
        raise unknown_name(f"{where} tag", row["tag"], TAGS, "tag")
    full = ".".join(part for part in (row["quantity"], row["origin"], row["destination"]) if part)
    most = MOST[row["form"]]
    least = -most if row["form"] == "shift" else 1.0 / most
    prior = Prior(full, FORMS[row["form"]], low, high, least, most, row["source"])
    return Adjustment(names, row["origin"], row["destination"], row["form"], prior, row["tag"], row["note"])


def _check_quantity(name: str, row: Mapping[str, str], manifest: Manifest, where: str) -> None:
    """Refuse a quantity that there is not, or that has no such place or form."""
    if name not in QUANTITIES:
        raise unknown_name(f"{where} quantity", name, QUANTITIES, "quantity")
    quantity = QUANTITIES[name]
    if quantity.path == "groups":
        raise InputError(f"{where} quantity", f"is {name}, which has groups and no months", "another quantity")
    countries = manifest.countries if quantity.shape == "country" else manifest.origins
    if row["origin"] not in (*countries, EVERY):
        raise unknown_name(f"{where} origin", row["origin"], (*countries, EVERY), "country of the pack")
    if quantity.shape == "corridor" and row["destination"] not in (*manifest.destinations, EVERY):
        raise unknown_name(f"{where} destination", row["destination"], (*manifest.destinations, EVERY), "destination")
    if quantity.shape != "corridor" and row["destination"]:
        raise InputError(f"{where} destination", f"is {row['destination']!r}, and {name} has none", allowed="nothing")
    if row["form"] not in FORMS:
        raise unknown_name(f"{where} form", row["form"], FORMS, "form of an adjustment")
    if (row["form"] == "power") != (quantity.path == "calendar"):
        raise InputError(f"{where} form", f"is {row['form']} for {name}", "power for a calendar, and for nothing else")


def adjusted(
    arrays: Mapping[str, np.ndarray],
    by: Mapping[str, float],
    adjustments: Mapping[str, Adjustment],
    manifest: Manifest,
) -> dict[str, np.ndarray]:
    """The arrays of a pack with the adjustments asked for (names must exist), in the order of the file."""
    changed = dict(arrays)
    for name, one in adjustments.items():
        for quantity in one.quantities if name in by else ():
            values = one.apply(quantity, changed[quantity], manifest, by[name])
            values.setflags(write=False)
            changed[quantity] = values
    return changed
