"""A region: what a pack gives, as arrays by month, country and corridor, with the provenance of every figure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import InputError, unknown_name
from sim.region.assemble import Values, assemble
from sim.region.law import SUFFIX, LawPack, find_law, read_law
from sim.region.manifest import FORECASTS, MANIFEST, PRIORS, SAMPLE, TARGETS, Manifest, read_manifest
from sim.region.priors import Adjustment, adjusted, read_priors
from sim.region.reader import ROW_FIELDS, Row, read_rows
from sim.region.shipped import SHIPPED
from sim.region.tables import TAGS
from sim.region.targets import read_targets
from sim.schema.quantities import LAW, QUANTITIES, Quantity


@dataclass(frozen=True, eq=False)
class Region:
    """A pack in memory, read-only. Made by :func:`load`.

    `digest` is the SHA-256 over names and bytes of the pack's files and the law it names, names sorted; `rows` are all
    figures as written. `law` is the law in force, None where the pack's own tables hold the rules. `adjustments` are
    the figures that may be adjusted, by name, with their priors; `sample_file` is the fitted sample the pack ships,
    `forecast_file` has what others forecast.
    """

    manifest: Manifest = field(repr=False)
    digest: str
    rows: tuple[Row, ...] = field(repr=False)
    values: Values = field(repr=False)
    observed: pd.DataFrame = field(repr=False)
    law: LawPack | None = field(default=None, repr=False)
    adjustments: Mapping[str, Adjustment] = field(default_factory=dict, repr=False)
    sample_file: Path | None = field(default=None, repr=False)
    forecast_file: Path | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Name of the pack."""
        return self.manifest.name

    @property
    def title(self) -> str:
        """Title for people."""
        return self.manifest.title

    @property
    def start(self) -> np.datetime64:
        """First month, datetime64[M]."""
        return self.manifest.span.start

    @property
    def months(self) -> int:
        """Number of months."""
        return self.manifest.span.months

    @property
    def origins(self) -> tuple[str, ...]:
        """Codes of the origins, in the order of the arrays."""
        return self.manifest.origins

    @property
    def destinations(self) -> tuple[str, ...]:
        """Codes of the destinations, in the order of the arrays; the d-th is place d of a worker."""
        return self.manifest.destinations

    @property
    def countries(self) -> tuple[str, ...]:
        """Origins, then destinations: the last axis of country quantities."""
        return self.manifest.countries

    @property
    def currency(self) -> dict[str, str]:
        """Currency by country."""
        return dict(self.manifest.currency)

    @property
    def country_names(self) -> dict[str, str]:
        """Name by country."""
        return dict(self.manifest.country_names)

    @property
    def provinces(self) -> dict[str, tuple[str, ...]]:
        """Names of the provinces by origin; their order is a household's `province`."""
        return {origin: tuple(shares) for origin, shares in self.values.provinces["province"].items()}

    def array(self, quantity: str) -> np.ndarray:
        """Monthly values of a quantity, float64, read-only.

        Shape (months, countries) for country quantities, (months, origins) for origin and (months, origins,
        destinations) for corridor ones; calendars are expanded by calendar month, constants repeated.
        """
        if _declared(quantity).path == "groups":
            raise InputError(quantity, "has groups and no months", allowed="groups() or by_province()")
        return self.values.arrays[quantity]

    def country(self, quantity: str) -> dict[str, np.ndarray]:
        """A country quantity by country, each of shape (months,)."""
        if _declared(quantity).shape != "country":
            raise InputError(quantity, "is not a country quantity", allowed="array()")
        return {code: self.values.arrays[quantity][:, place] for place, code in enumerate(self.countries)}

    def groups(self, quantity: str) -> dict[str, np.ndarray]:
        """A quantity by group (in the schema's order), each of shape (origins,)."""
        _declared(quantity)
        if quantity not in self.values.groups:
            allowed = ", ".join(self.values.groups)
            raise InputError(quantity, "is not shared out by groups that all origins have", allowed)
        return dict(self.values.groups[quantity])

    def by_province(self, quantity: str) -> dict[str, dict[str, float]]:
        """A quantity by origin and province, in the order of `provinces`."""
        _declared(quantity)
        if quantity not in self.values.provinces:
            raise InputError(quantity, "is not given by province", allowed=", ".join(self.values.provinces))
        return {origin: dict(shares) for origin, shares in self.values.provinces[quantity].items()}

    def month_index(self, period: str) -> int:
        """Position of the month ``YYYY-MM``, from 0; refuses a date outside the pack."""
        return self.manifest.span.index(period, f"{self.name} month")

    def label(self, index: int) -> str:
        """``YYYY-MM`` of the month at a position; refuses one outside the pack."""
        return self.manifest.span.label(index)

    def read_law(self, name_or_path: str | Path) -> LawPack:
        """Another law for this pack, by the name it comes under or by the path of a file.

        Raises
        ------
        InputError
            There is none, or it is not in order for the pack's places and months.
        """
        return read_law(find_law(name_or_path), self.manifest)

    def under(self, law: LawPack | None) -> Region:
        """The same region under another law; None = its own."""
        if law is None:
            return self
        rows = tuple(row for row in self.rows if row.quantity not in LAW) + law.rows
        values = replace(self.values, arrays=self.values.arrays | law.arrays)
        return replace(self, rows=rows, values=values, law=law)

    def adjusted(self, by: Mapping[str, float]) -> Region:
        """The same region with some of its figures adjusted: the name of an adjustment (must exist) and by how much."""
        if not by:
            return self
        return _adjusted(self, tuple(by.items()))

    @property
    def targets(self) -> pd.DataFrame:
        """Observed outcomes (a copy): what the model may be fitted to or is held against."""
        return self.observed.copy()

    def table(self) -> pd.DataFrame:
        """Every figure with its file, line and provenance."""
        return pd.DataFrame(
            [[getattr(row, name) for name in ROW_FIELDS] for row in self.rows], columns=list(ROW_FIELDS)
        )

    def coverage(self) -> pd.DataFrame:
        """One row a quantity: unit, countries, first and last date, number of rows in all and by tag."""
        by_quantity: dict[str, list[Row]] = {name: [] for name in QUANTITIES}
        for row in self.rows:
            by_quantity[row.quantity].append(row)
        return pd.DataFrame([self._cover(QUANTITIES[name], rows) for name, rows in by_quantity.items()])

    def _cover(self, quantity: Quantity, rows: list[Row]) -> dict[str, object]:
        """Coverage of one quantity; without rows its default stands everywhere."""
        periods = sorted(row.period for row in rows if row.period)
        tags = Counter(row.tag for row in rows)
        countries = " ".join(self.countries if quantity.shape == "country" else self.origins)
        if quantity.shape == "corridor":
            countries += f" to {' '.join(self.destinations)}"
        cover: dict[str, object] = {"quantity": quantity.name, "unit": quantity.unit, "countries": countries}
        cover |= {"from": periods[0] if periods else "", "to": periods[-1] if periods else "", "rows": len(rows)}
        return cover | {tag: tags[tag] for tag in TAGS}

    def sources(self, quantity: str) -> list[str]:
        """Sources of a quantity, each once, in the order of the rows."""
        _declared(quantity)
        return list(dict.fromkeys(row.source for row in self.rows if row.quantity == quantity))


def _declared(quantity: str) -> Quantity:
    """The declaration of a quantity; refuses an unknown name."""
    if quantity not in QUANTITIES:
        raise unknown_name("quantity", quantity, QUANTITIES, "quantity")
    return QUANTITIES[quantity]


def available() -> tuple[str, ...]:
    """Names of the packs that come with the package."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob(f"*/{MANIFEST}")))


def _folder(name_or_path: str | Path) -> Path:
    """The folder of a pack: one shipped under that name, or a folder of the user's."""
    if str(name_or_path) in available():
        return SHIPPED / str(name_or_path)
    folder = Path(name_or_path).expanduser()
    if folder.is_dir():
        if not (folder / MANIFEST).is_file():
            raise InputError(f"region {folder}", f"has no {MANIFEST}", allowed=f"a folder with a {MANIFEST}")
        return folder.resolve()
    if folder.name != str(name_or_path):
        raise InputError(f"region {name_or_path}", "is not a folder", allowed=f"a folder with a {MANIFEST}")
    raise unknown_name("region", str(name_or_path), available(), "pack")


def _own_law(folder: Path, manifest: Manifest) -> LawPack | None:
    """The law that a pack names: one that comes with the package, or a file in its folder."""
    if not manifest.law:
        return None
    own = manifest.law.endswith(SUFFIX)
    return read_law(find_law(folder / manifest.law if own else manifest.law, f"{folder.name}/{MANIFEST} law"), manifest)


def _digest(folder: Path, manifest: Manifest, law: LawPack | None) -> str:
    """SHA-256 over names, lengths and bytes of the pack's files and of the law it names.

    The sample of fitted numbers is not in it: a scenario that draws from it holds a digest of its own.
    """
    apart = [name for name, there in ((TARGETS, manifest.targets), (PRIORS, manifest.priors)) if there]
    names = [MANIFEST, *manifest.files, *apart]
    contents = {name: (folder / name).read_bytes() for name in names}
    if law is not None:
        contents[f"law/{law.name}{SUFFIX}"] = law.content
    total = hashlib.sha256()
    for name, content in sorted(contents.items()):
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


@lru_cache(maxsize=8)
def _adjusted(region: Region, by: tuple[tuple[str, float], ...]) -> Region:
    """Kept for a while: every point of a sweep asks for its seeds' adjustments."""
    arrays = adjusted(region.values.arrays, dict(by), region.adjustments, region.manifest)
    return replace(region, values=replace(region.values, arrays=arrays))


def load(name_or_path: str | Path) -> Region:
    """Read a pack by the name it is shipped under or by its folder.

    Raises
    ------
    InputError
        The pack does not exist, or is not in order: one line with file, line, what was given and what is allowed.
    """
    folder = _folder(name_or_path)
    manifest = read_manifest(folder)
    law = _own_law(folder, manifest)
    rows = read_rows(folder, manifest, elsewhere=LAW if law else ()) + (law.rows if law else ())
    values = assemble(rows, manifest)
    observed, priors = read_targets(folder, manifest), read_priors(folder, manifest)
    sample = folder / SAMPLE if manifest.sample else None
    others = folder / FORECASTS if manifest.forecasts else None
    return Region(manifest, _digest(folder, manifest, law), rows, values, observed, law, priors, sample, others)
