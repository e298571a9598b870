"""Reading a table of a pack: a CSV file as dictionaries with line numbers, refused in one line when it is not in
order.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path

from sim.errors import InputError, nearest_name, unknown_name

TAGS = ("published", "derived", "assumed")
CONFIDENCE = ("high", "medium", "low")


def read_text(path: Path, where: str) -> str:
    """The text of a file of a pack, with or without a byte-order mark."""
    if not path.is_file():
        raise InputError(where, "is missing")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(where, f"is not UTF-8 text (byte {error.start})", allowed="a file saved as UTF-8") from error


def _check_header(header: list[str], columns: tuple[str, ...], where: str) -> None:
    """Refuse a header with another set of columns; `where` ends with its line."""
    for name in header:
        if name not in columns:
            raise unknown_name(where, name, columns, "column")
    missing = [name for name in columns if name not in header]
    if missing:
        allowed = ", ".join(columns)
        raise InputError(where, f"has no column {missing[0]}", allowed, nearest_name(missing[0], header))
    if len(set(header)) < len(header):
        raise InputError(where, "names a column twice", allowed=", ".join(columns))


def read_table(path: Path, columns: tuple[str, ...], where: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, row) of a CSV file with exactly `columns`, in any order; cells are stripped text."""
    return rows_of(read_text(path, where), columns, where)


def rows_of(text: str, columns: tuple[str, ...], where: str, above: int = 0) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, row) of the CSV text that begins after `above` lines of its file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, columns, f"{where} line {above + 1}")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = above + reader.line_num
            if len(cells) != len(header):
                problem = f"has {len(cells)} cells"
                raise InputError(f"{where} line {line}", problem, allowed=f"{len(header)}, one a column")
            yield line, dict(zip(header, map(str.strip, cells), strict=True))
    except csv.Error as error:
        raise InputError(f"{where} line {above + reader.line_num}", f"is not CSV ({error})") from error


def number(text: str, where: str) -> float:
    """A finite number, written with a point and without separators."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise InputError(where, f"is {text!r}, not a number", allowed="digits with a decimal point")
    return value


def check_provenance(row: dict[str, str], where: str) -> None:
    """Refuse a row without a source, with an unknown tag, or derived without its formula."""
    if not row["source"]:
        raise InputError(f"{where} source", "is empty", allowed="where the figure is from, or who set it and how")
    if row["tag"] not in TAGS:
        raise unknown_name(f"{where} tag", row["tag"], TAGS, "tag")
    if row["confidence"] not in CONFIDENCE:
        raise unknown_name(f"{where} confidence", row["confidence"], CONFIDENCE, "degree of confidence")
    if row["tag"] == "derived" and not row["note"]:
        raise InputError(f"{where} note", "is empty on a derived figure", allowed="the formula")
