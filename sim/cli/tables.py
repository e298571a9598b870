"""Tables for people and JSON for programs, on standard output."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

WIDE = 160
"""Columns of a table that goes into a file or a pipe."""


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], numbers: Sequence[str] = ()) -> None:
    """A table, columns named in `numbers` aligned to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        if column in numbers:
            table.add_column(column, justify="right", no_wrap=True)
        else:
            table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(cell)) for cell in row))
    if sys.stdout.isatty():
        Console().print(table)
        return
    console = Console(width=WIDE)
    with console.capture() as drawn:
        console.print(table)
    print("\n".join(line.rstrip() for line in drawn.get().splitlines()))


def print_json(value: Any) -> None:
    """JSON, one document."""
    print(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        if math.isnan(cell):
            return ""
        return f"{cell:,.0f}" if abs(cell) >= 10_000 else f"{cell:g}"
    if isinstance(cell, list | tuple):
        return "[" + ", ".join(map(str, cell)) + "]"
    return str(cell)
