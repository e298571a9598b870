"""The rows of a pack: read from its CSV files and checked one by one against the table of quantities."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from sim.errors import InputError, unknown_name
from sim.region.manifest import EVERY, MANIFEST, Manifest
from sim.region.paths import DATED_BY_MONTH, DATED_BY_YEAR
from sim.region.span import YEAR, month_number, year_number
from sim.region.tables import check_provenance, number, read_table
from sim.schema.attributes import WORKERS
from sim.schema.quantities import AGE_BANDS, MAX_DESTINATIONS, QUANTITIES, SECTORS, TOPICS, Quantity

COLUMNS = (
    "quantity", "country", "destination", "group", "period", "value", "unit", "source", "tag", "confidence", "note",
)  # fmt: skip
BY_PROVINCE = frozenset({"province", "rural"})
"""Group quantities whose groups are an origin's own provinces."""

GROUPS: dict[str, tuple[str, ...]] = {
    "workers": tuple(str(workers) for workers in range(1, WORKERS + 1)),
    "sector": SECTORS,
    "mobility": tuple(f"{sex}_{low}_{high}" for sex in ("men", "women") for low, high in AGE_BANDS),
    "aware": TOPICS,
}
"""Groups of the other group quantities, in their order."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a pack with its place in the files and its provenance."""

    file: str
    line: int
    quantity: str
    country: str
    destination: str
    group: str
    period: str
    value: float
    unit: str
    source: str
    tag: str
    confidence: str
    note: str
    until: str = ""  # of a rule of a law file: its last month, empty = open
    reference: str = ""  # of a rule of a law file: where the law is written

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What a row is about; no two rows of a pack share it."""
        return self.quantity, self.country, self.destination, self.group, self.period


ROW_FIELDS = tuple(field.name for field in fields(Row))


def groups_of(quantity: Quantity, manifest: Manifest) -> tuple[str, ...]:
    """Groups a quantity may have; empty for provinces, whose names are the pack's own, and where there are none."""
    if quantity.path == "calendar":
        return tuple(str(month) for month in range(1, YEAR + 1))
    known = GROUPS.get(quantity.name, ())
    absent = {f"work_{place}" for place in range(len(manifest.destinations) + 1, MAX_DESTINATIONS + 1)}
    return tuple(group for group in known if group not in absent)


def _check_countries(quantity: Quantity, row: dict[str, str], manifest: Manifest, where: str) -> None:
    """Refuse a country or destination the quantity cannot have."""
    countries = manifest.countries if quantity.shape == "country" else manifest.origins
    if row["country"] not in (*countries, EVERY):
        raise unknown_name(f"{where} country", row["country"], (*countries, EVERY), f"country of {quantity.name}")
    if quantity.shape == "corridor":
        if row["destination"] not in (*manifest.destinations, EVERY):
            known = (*manifest.destinations, EVERY)
            raise unknown_name(f"{where} destination", row["destination"], known, "destination of the pack")
    elif row["destination"]:
        raise InputError(f"{where} destination", f"is {row['destination']!r}", allowed=f"none for {quantity.name}")


def _check_group(quantity: Quantity, row: dict[str, str], manifest: Manifest, where: str) -> None:
    """Refuse a group the quantity does not have."""
    group, known = row["group"], groups_of(quantity, manifest)
    if known and group not in known:
        raise unknown_name(f"{where} group", group, known, f"group of {quantity.name}")
    if not known and bool(group) != (quantity.name in BY_PROVINCE):
        allowed = "the name of a province" if quantity.name in BY_PROVINCE else f"none for {quantity.name}"
        raise InputError(f"{where} group", f"is {group!r}", allowed=allowed)


def _check_period(quantity: Quantity, period: str, manifest: Manifest, where: str) -> None:
    """Refuse a period of another form than the path's, and one that could have no effect."""
    place, span = f"{where} period", manifest.span
    if quantity.path in DATED_BY_MONTH:
        month = month_number(period)
        if month is None:
            raise InputError(place, f"is {period!r}, not a month", allowed=f"YYYY-MM, {span.words}")
        early = quantity.path == "monthly" and month < span.first
        if early or month >= span.first + span.months:
            raise InputError(place, f"is {period}, outside the pack", allowed=span.words)
    elif quantity.path in DATED_BY_YEAR:
        year = year_number(period)
        first, last = int(span.years[0]), int(span.years[-1])
        if year is None:
            raise InputError(place, f"is {period!r}, not a year", allowed=f"YYYY, {first} to {last}")
        if quantity.path != "year_level" and not first <= year <= last:
            raise InputError(place, f"is {period}, outside the pack", allowed=f"{first} to {last}")
    elif period:
        raise InputError(place, f"is {period!r}", allowed=f"none: {quantity.name} has no date")


def read_value(quantity: Quantity, row: dict[str, str], where: str) -> float:
    """The value of a row; refuses another unit than the quantity's and one out of bounds."""
    if row["unit"] != quantity.unit:
        raise InputError(f"{where} unit", f"is {row['unit']!r}", allowed=f"{quantity.unit} for {quantity.name}")
    value = number(row["value"], f"{where} value")
    if not quantity.low <= value <= quantity.high:
        allowed = f"{quantity.low:g} to {quantity.high:g} {quantity.unit} for {quantity.name}"
        raise InputError(f"{where} value", f"is {row['value']}", allowed=allowed)
    return value


def _row(name: str, line: int, row: dict[str, str], manifest: Manifest, where: str) -> Row:
    """One checked row."""
    quantity = QUANTITIES.get(row["quantity"])
    if quantity is None:
        raise unknown_name(f"{where} quantity", row["quantity"], QUANTITIES, "quantity")
    _check_countries(quantity, row, manifest, where)
    _check_group(quantity, row, manifest, where)
    _check_period(quantity, row["period"], manifest, where)
    value = read_value(quantity, row, where)
    check_provenance(row, where)
    texts = (row[column] for column in COLUMNS if column != "value")
    quantity_name, country, destination, group, period, *rest = texts
    return Row(name, line, quantity_name, country, destination, group, period, value, *rest)


def _refuse_duplicates(rows: Iterable[Row], folder: str) -> None:
    """Refuse two rows about the same thing."""
    seen: dict[tuple[str, str, str, str, str], Row] = {}
    for row in rows:
        first = seen.setdefault(row.key, row)
        if first is not row:
            raise InputError(f"{folder}/{row.file} line {row.line}", f"repeats {first.file} line {first.line}")


def read_rows(folder: Path, manifest: Manifest, elsewhere: Collection[str] = ()) -> tuple[Row, ...]:
    """All rows of a pack's tables in the order of its files, each checked; quantities `elsewhere` are refused.

    Raises
    ------
    InputError
        At the first bad row.
    """
    rows: list[Row] = []
    for name in manifest.files:
        label = f"{folder.name}/{name}"
        for line, row in read_table(folder / name, COLUMNS, label):
            rows.append(_row(name, line, row, manifest, f"{label} line {line}"))
            if rows[-1].quantity in elsewhere:
                problem = f"is {rows[-1].quantity!r}, a rule of law"
                allowed = f"rules in the law file alone (law: {manifest.law} in {MANIFEST})"
                raise InputError(f"{label} line {line} quantity", problem, allowed)
    _refuse_duplicates(rows, folder.name)
    return tuple(rows)
