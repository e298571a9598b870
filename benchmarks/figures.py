"""A measured figure: the median of its repeats, their spread, and the bar it is held against."""

from __future__ import annotations

import argparse
import json
import shlex
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.machine import load, machine


@dataclass(frozen=True)
class Figure:
    """One figure with the smallest and largest of its repeats; `most` or `least` is the bar, if there is one."""

    what: str
    value: float
    unit: str
    low: float
    high: float
    repeats: int = 1
    most: float | None = None
    least: float | None = None

    @classmethod
    def of(cls, what: str, repeats: Sequence[float], unit: str, **bar: float) -> Figure:
        """The median of `repeats`."""
        return cls(what, statistics.median(repeats), unit, min(repeats), max(repeats), len(repeats), **bar)

    @property
    def verdict(self) -> str:
        """The bar, and whether the median is within it."""
        if self.most is not None:
            return f"<= {self.most:g} {'met' if self.value <= self.most else 'MISSED'}"
        if self.least is not None:
            return f">= {self.least:g} {'met' if self.value >= self.least else 'MISSED'}"
        return ""


def print_table(figures: Sequence[Figure]) -> None:
    """Median, spread and bar of each figure, one a line."""
    width = max(len(figure.what) for figure in figures)
    print(f"{'':{width}}  {'median':>10}  {'least':>10}  {'most':>10}  {'of':>3}  {'unit':26}bar")
    for f in figures:
        numbers = "  ".join(f"{_short(number):>10}" for number in (f.value, f.low, f.high))
        print(f"{f.what:{width}}  {numbers}  {f.repeats:>3}  {f.unit:26}{f.verdict}")


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def report(name: str, figures: Sequence[Figure], as_json: bool) -> None:
    """Print what ``python -m benchmarks.NAME`` measured, as a table or for programs."""
    if as_json:
        print(json.dumps(document(name, figures)))
    else:
        print_table(figures)


def document(name: str, figures: Sequence[Figure]) -> dict[str, Any]:
    """The figures with the command that made them and the machine they were made on."""
    told = [asdict(figure) | {"bar": figure.verdict} for figure in figures]
    command = shlex.join(["python", "-m", f"benchmarks.{name}", *sys.argv[1:]])
    return {"command": command, "machine": machine(), "load_before": load(), "figures": told}


def arguments(prose: str, add: Callable[[argparse.ArgumentParser], None] | None = None) -> argparse.Namespace:
    """Read the command line of a benchmark; every one has ``--json``."""
    parser = argparse.ArgumentParser(description=prose.split("\n\n", maxsplit=1)[0])
    if add:
        add(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    return parser.parse_args()
