"""What a run and a comparison print in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from sim.output.comparison import ALL, over_worlds, places
from sim.output.misinformation_told import lost_tables
from sim.output.numbers import ARROW, Display, count, display_for, plain
from sim.output.policy_tables import cost_tables, met_table
from sim.output.result import Comparison, RunResult
from sim.output.words import display_of, finding, headline_measures, is_clear, title_of

_WORLDS = " Each seed lives with other numbers that agree with what the model was fitted to: so do the intervals."
_WIDTHS = (13, 13, 13, 13, 24, 8)
_ORIGINS_ABREAST = 3
_PIPED_WIDTH = 100  # rich assumes 80 columns where there is no terminal, which would wrap the table


def print_comparison(comparison: Comparison, console: Console | None = None) -> None:
    """Print the headline measures of a comparison by corridor, and the main finding in a line."""
    console = console or _console()
    shown = comparison_table(comparison, unicode=_has_unicode(console))
    console.print(shown)
    _print_policies(console, comparison.scenario, comparison.against, *cost_tables(comparison, _has_unicode(console)))
    for part in lost_tables(comparison, _has_unicode(console)):
        console.print(part)
    console.print(Text(_fit(finding(comparison), console), style="bold"))


def print_run(result: RunResult, console: Console | None = None) -> None:
    """Print the headline measures of a run, a column per origin."""
    console = console or _console()
    console.print(run_table(result, unicode=_has_unicode(console)))
    _print_policies(console, result)


def _print_policies(console: Console, *parts: RunResult | Table) -> None:
    """Whom the policies of each run met, where it has any, and tables beside."""
    for part in parts:
        table = met_table(part, _has_unicode(console)) if isinstance(part, RunResult) else part
        if table is not None:
            console.print(table)


def comparison_table(comparison: Comparison, unicode: bool = True) -> Group:
    """Both means, the paired difference, its interval and what sharing the draws saved; a block per measure.

    Corridors in which neither scenario has anything are left out.
    """
    seeds = len(comparison.scenario.seeds)
    heads = (
        "",
        _short(comparison.scenario.name),
        _short(comparison.against.name),
        "difference",
        "95 % interval",
        "indep.",
    )
    header = _aligned(Text(comparison.title, style="bold"))
    header.add_row(*(Text(head, style="bold") for head in heads))
    blocks = [_block(comparison.table, measure, unicode) for measure in headline_measures()]
    caption = f"Means over months, {seeds} paired seed{'s' * (seeds > 1)}. * the interval excludes zero. "
    caption += "indep.: seeds a side that independent runs would need for the same interval."
    caption += _WORLDS if over_worlds(comparison.scenario) else ""
    return Group(header, *(block for block in blocks if block is not None), Text(caption, style="italic"))


def run_table(result: RunResult, unicode: bool = True) -> Group:
    """Headline measures by origin: mean over months and seeds, with half its 95 % interval where there is one."""
    summary = result.summary()
    origins = places(result.origins, "origin")
    seeds = len(result.seeds)
    caption = f"Means over months and {seeds} seed{'s' * (seeds > 1)}"
    caption += "; after the sign, half the 95 % interval." if seeds > 1 else "."
    caption += _WORLDS if over_worlds(result) and seeds > 1 else ""
    parts = [origins[start : start + _ORIGINS_ABREAST] for start in range(0, len(origins), _ORIGINS_ABREAST)]
    tables = [_run_part(result, summary, part, unicode) for part in parts]
    return Group(Text(result.name, style="bold"), *tables, Text(caption, style="italic"))


def _run_part(result: RunResult, summary: pd.DataFrame, origins: list[str], unicode: bool) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("", no_wrap=True)
    for origin in origins:
        table.add_column(result.place(origin), justify="right", no_wrap=True)
    for measure in headline_measures():
        rows = summary[
            (summary["measure"] == measure) & (summary["destination"] == ALL) & summary["origin"].isin(origins)
        ]
        if len(rows):
            display = display_for(
                rows["unit"].iloc[0], rows["mean"].to_numpy(), (rows["high95"] - rows["mean"]).to_numpy()
            )
            cells = {row.origin: _with_half(row, display, unicode) for row in rows.itertuples()}
            unit = display.unit.replace(" per ", "/")
            table.add_row(f"{title_of(measure)}, {unit}", *(cells.get(origin, "") for origin in origins))
    return table


def _block(table: pd.DataFrame, measure: str, unicode: bool) -> Table | None:
    rows = table[table["measure"] == measure]
    rows = rows[(rows["destination"] != ALL) | ~_has_corridors(rows)]
    rows = rows[(rows["origin"] != ALL) & ((rows["scenario_mean"] != 0) | (rows["against_mean"] != 0))]
    if not len(rows):
        return None
    display = display_of(rows)
    block = _aligned(Text.assemble((title_of(measure), "bold"), f"  {display.unit}"))
    for cells in _cells(rows, display):
        block.add_row(*(cells if unicode else map(plain, cells)))
    return block


def _aligned(title: Text) -> Table:
    """A table whose columns stand at the same place whatever is in it; 96 columns wide."""
    table = Table(box=None, show_header=False, title=title, title_justify="left", title_style="", padding=(0, 1))
    for column, width in enumerate(_WIDTHS):
        table.add_column(justify="right" if column else "left", no_wrap=True, min_width=width)
    return table


def _cells(rows: pd.DataFrame, display: Display) -> Iterator[tuple[str, ...]]:
    for row in rows.itertuples():
        place = row.origin if row.destination == ALL else f"{row.origin} {ARROW} {row.destination}"
        yield (
            f"  {place}",
            display.show(row.scenario_mean),
            display.show(row.against_mean),
            display.signed(row.difference) + ("*" if is_clear(row) else " "),
            display.interval(row.low95, row.high95),
            count(row.independent_seeds),
        )


def _with_half(row: Any, display: Display, unicode: bool) -> str:
    half = row.high95 - row.mean
    text = display.show(row.mean) + (f" ± {display.show(half)}" if half == half else "")
    return text if unicode else plain(text).replace("±", "+-")


def _has_corridors(rows: pd.DataFrame) -> bool:
    return bool((rows["destination"] != ALL).any())


def _short(name: str) -> str:
    return name if len(name) <= 18 else f"{name[:16]}.."


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPED_WIDTH)


def _has_unicode(console: Console) -> bool:
    return console.encoding.lower().replace("-", "").startswith("utf")


def _fit(text: str, console: Console) -> str:
    return text if _has_unicode(console) else plain(text)
