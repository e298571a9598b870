"""The law as a file: which rule holds where, from which month until which, and where it is written.

A law is the base that policies act on, not a policy. A pack names the one it lives under (``law:`` in ``pack.yaml``);
a scenario may put another in its place. What a file leaves to guess is refused: a month without a rule or with two, a
longer overstay banned for a shorter time than a less long one, a place the pack does not have.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from sim.errors import InputError, nearest_name, unknown_name
from sim.region.assemble import Place, by_place, cell_name, monthly_values, source_of
from sim.region.manifest import EVERY, Manifest
from sim.region.reader import Row, read_value
from sim.region.shipped import law_files
from sim.region.span import YEAR, month_number
from sim.region.tables import check_provenance, read_text, rows_of
from sim.schema.quantities import LAW, QUANTITIES

COLUMNS = (
    "rule", "origin", "destination", "from", "until", "value", "unit", "reference", "source", "tag", "confidence",
    "note",
)  # fmt: skip
SUFFIX = ".csv"
COPY = "law.csv"
"""The copy of the law in a folder of results."""
OPEN = 10**6
"""Stands for the last month, counted from year 0, of a rule that has none."""
BANDS = (
    ("ban_overstay_1_month", "ban_overstay_6_months", "ban_overstay_9_months"),
    ("ban_expulsion", "ban_repeat_expulsion"),
)
"""Offences of one kind, the lesser first: a graver one never costs a shorter ban. 0 = no rule of its own."""


@dataclass(frozen=True, eq=False)
class LawPack:
    """A law file, read and checked against a pack. `arrays` are by rule, shape (months, origins, destinations).

    `digest` is the SHA-256 of the file's bytes, `content`.
    """

    name: str
    digest: str
    content: bytes
    rows: tuple[Row, ...]
    arrays: dict[str, np.ndarray]


def is_law_file(text: str) -> bool:
    """Whether the choice of a law is a path rather than a name."""
    return text.endswith(SUFFIX) or "/" in text or "\\" in text


def find_law(name_or_path: str | Path, where: str = "law") -> Path:
    """The file of a law: one that comes with the package, by its name, or one of the user's, by its path.

    Raises
    ------
    InputError
        No such name or file.
    """
    text, known = str(name_or_path), law_files()
    if text in known:
        return known[text]
    if not is_law_file(text):
        near = nearest_name(text, known)
        raise InputError(where, f"is {text!r}, which is no law", f"{', '.join(known)}, or path/to/file.csv", near)
    path = Path(text).expanduser()
    if not path.is_file():
        folder = path.parent if path.parent.is_dir() else Path()
        near = nearest_name(path.name, (other.name for other in folder.glob(f"*{SUFFIX}")))
        raise InputError(where, f"is {text!r}, which is no file", nearest=near)
    return path


def read_law(path: Path, manifest: Manifest) -> LawPack:
    """Read a law file and hold it against a pack's places and months.

    Raises
    ------
    InputError
        At the first fault: one line with file, line, rule and place, what was given and what is allowed.
    """
    where = f"law {path.name}"
    text = read_text(path, where)
    above = _lines_above(text)
    table = rows_of("".join(text.splitlines(keepends=True)[above:]), COLUMNS, where, above)
    rows = tuple(_row(path.name, line, row, manifest, f"{where} line {line}") for line, row in table)
    by_rule: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_rule[row.quantity].append(row)
    for rule, there in by_rule.items():
        for place, dated in by_place(there).items():
            _check_months(cell_name(QUANTITIES[rule], place), dated, manifest, where)
    arrays = {rule: monthly_values(QUANTITIES[rule], by_place(by_rule[rule]), manifest, where) for rule in LAW}
    _check_bands(arrays, by_rule, manifest, where)
    content = path.read_bytes()
    return LawPack(path.stem, hashlib.sha256(content).hexdigest(), content, rows, arrays)


def _lines_above(text: str) -> int:
    """Number of lines above the table: comments, also as a spreadsheet saves them, in quotes or with commas."""
    for number, line in enumerate(text.splitlines()):
        if line.strip(' ",;\t') and not line.lstrip('" ').startswith("#"):
            return number
    return 0


def _row(file: str, line: int, row: dict[str, str], manifest: Manifest, where: str) -> Row:
    """One checked row of a law file."""
    rule = row["rule"]
    if rule not in LAW:
        raise unknown_name(f"{where} rule", rule, LAW, "rule of law")
    for column, places in (("origin", manifest.origins), ("destination", manifest.destinations)):
        if row[column] not in (*places, EVERY):
            raise unknown_name(f"{where} {column}", row[column], (*places, EVERY), f"{column} of {manifest.name}")
    _check_dates(row, manifest, where)
    value = read_value(QUANTITIES[rule], row, where)
    if not row["reference"]:
        raise InputError(f"{where} reference", "is empty", allowed="law and article, or: none found")
    check_provenance(row, where)
    return Row(
        file=file,
        line=line,
        quantity=rule,
        country=row["origin"],
        destination=row["destination"],
        group="",
        period=row["from"],
        value=value,
        **{name: row[name] for name in ("unit", "source", "tag", "confidence", "note", "until", "reference")},
    )


def _check_dates(row: dict[str, str], manifest: Manifest, where: str) -> None:
    """Refuse what is no month, a rule that begins after the pack's end, and one that ends before it begins."""
    first, last = month_number(row["from"]), month_number(row["until"])
    if first is None:
        raise InputError(f"{where} from", f"is {row['from']!r}, not a month", allowed="YYYY-MM")
    if row["until"] and last is None:
        raise InputError(f"{where} until", f"is {row['until']!r}, not a month", allowed="YYYY-MM, or nothing: open")
    if first >= manifest.span.first + manifest.span.months:
        raise InputError(f"{where} from", f"is {row['from']}, after the pack's end", allowed=manifest.span.words)
    if last is not None and last < first:
        raise InputError(f"{where} until", f"is {row['until']}, before {row['from']}", f"{row['from']} or later")


def _check_months(what: str, rows: list[Row], manifest: Manifest, where: str) -> None:
    """Refuse a month of the pack with no row of a rule, and one with two."""
    rows = sorted(rows, key=_first)
    start, end = manifest.span.first, manifest.span.first + manifest.span.months - 1
    if _first(rows[0]) > start:
        problem = f"is not told before {rows[0].period}"
        raise InputError(f"{where} line {rows[0].line} {what}", problem, f"from {_label(start)} or earlier")
    for row, following in pairwise(rows):
        place = f"{where} line {following.line} {what}"
        if _last(row) >= _first(following):
            until = f"until {row.until}" if row.until else "with no until"
            problem = f"holds from {following.period}, and so does line {row.line}, {until}"
            raise InputError(place, problem, f"until {_label(_first(following) - 1)} on line {row.line}")
        if _last(row) + 1 < _first(following):
            hole = f"{_label(_last(row) + 1)} to {_label(_first(following) - 1)}"
            raise InputError(place, f"has nothing from {hole}", f"from {_label(_last(row) + 1)}, after line {row.line}")
    if _last(rows[-1]) < end:
        problem = f"has nothing after {rows[-1].until}"
        raise InputError(f"{where} line {rows[-1].line} {what}", problem, f"an empty until, or {_label(end)} or later")


def _check_bands(arrays: dict[str, np.ndarray], by_rule: dict[str, list[Row]], manifest: Manifest, where: str) -> None:
    """Refuse a ban that is shorter than one for a lesser offence of its kind, in any month."""
    for lesser, *graver in BANDS:
        least = arrays[lesser]
        for rule in graver:
            wrong = (arrays[rule] > 0) & (arrays[rule] < least)
            if wrong.any():
                month, origin, destination = (int(index) for index in np.argwhere(wrong)[0])
                cell = manifest.origins[origin], manifest.destinations[destination]
                line = _line_in_force(by_rule[rule], cell, manifest.span.first + month, where, rule)
                given, allowed = arrays[rule][month, origin, destination], least[month, origin, destination]
                problem = f"is {given:g} months in {manifest.span.label(month)}, shorter than for a lesser offence"
                what = f"{where}{line} {cell_name(QUANTITIES[rule], cell)}"
                raise InputError(what, problem, f"{allowed:g} months or more, or 0: no rule of its own")
            least = np.maximum(least, arrays[rule])


def _line_in_force(rows: Iterable[Row], cell: Place, month: int, where: str, rule: str) -> str:
    """The line a cell takes its figure of a month from, in words; empty where the default stands."""
    there = by_place(rows)
    place = source_of(QUANTITIES[rule], cell, there, where)
    held = [row.line for row in there.get(place, []) if _first(row) <= month <= _last(row)] if place else []
    return f" line {held[0]}" if held else ""


def _first(row: Row) -> int:
    return month_number(row.period) or 0


def _last(row: Row) -> int:
    return OPEN if not row.until else month_number(row.until) or 0


def _label(month: int) -> str:
    return f"{month // YEAR:04d}-{month % YEAR + 1:02d}"
