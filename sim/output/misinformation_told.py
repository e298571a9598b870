"""What misinformation cost, in sentences and tables, for the terminal and for the report.

There is something to tell where a comparison holds the fully informed world of a side, as ``history`` against
``history_informed``, or any two scenarios run with ``misinformation=true``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from sim.output.comparison import ALL, places
from sim.output.misinformation import LOSSES, Loss, informed_world, is_informed, side_table
from sim.output.numbers import THIN, Display, display_for, display_in_words, percent, plain
from sim.output.report_tables import html_table
from sim.output.result import Comparison, RunResult
from sim.output.words import clause, is_clear, row_of

_WIDTHS = (13, 13, 13, 13, 24, 8)
_NOTE = (
    "Both worlds have the same past and the same luck; in the informed one every household knows every rule in force, "
    "wages and its own status from the first month on. Nobody knows his luck or the months to come, so some of the "
    "informed are banned and turned back, too."
)
_THROUGH = ("refused", "border_loss", "bans", "ban_years")
_TOLD = {loss.name: loss for loss in LOSSES if not loss.share}


def lost_sides(comparison: Comparison) -> Iterator[tuple[RunResult, RunResult, pd.DataFrame]]:
    """Each side that is not fully informed and whose informed world is there: both worlds, and what was lost."""
    sides = comparison.scenario, comparison.against
    for run in sides:
        informed = None if is_informed(run) else informed_world(run, (*sides, *comparison.informed))
        if informed is not None:
            yield run, informed, side_table(run, informed, comparison.first, comparison.last)


def sentences(comparison: Comparison) -> list[str]:
    """What not knowing cost on each side, all origins together, and whether it cost less in the scenario."""
    place = _whole(comparison)
    told = []
    for run, _, table in lost_sides(comparison):
        rows = table[table["origin"] == place].set_index("measure")
        members, home = (rows.loc[f"welfare_lost_{name}"] for name in ("with_migrants", "to_misinformation"))
        trips, money, bans, years = (rows.loc[f"{name}_through_misinformation"] for name in _THROUGH)
        share = percent(members["lost"], members["as_believed"]).removeprefix("+")
        told += [
            f"Under {run.name}, not knowing cost a household {_amount(members, f'; {share}')} a month in what all its "
            f"members consume, and {_amount(home)} in what those at home consume.",
            f"A month, it sent {_amount(trips)} on a wasted trip, which cost them {_amount(money)} in fares; it "
            f"brought {_amount(bans)} an entry ban, {_amount(years)} of ban in all.",
        ]
    row = row_of(comparison.table, "welfare_lost_with_migrants", place)
    if len(told) > 2 and row is not None:
        names = f"{comparison.scenario.name}, compared with {comparison.against.name}"
        told.append(f"What not knowing costs a household under {names}: {clause(row, row.unit)}.")
    return told


def lost_tables(comparison: Comparison, unicode: bool = True) -> list[Table | Text]:
    """The losses of each side, and between the two, for the terminal; empty where nothing is known of them."""
    parts: list[Table | Text] = []
    sides = list(lost_sides(comparison))
    for run, informed, table in sides:
        heads = ("", "as believed", "informed", "lost", "95 % interval", "share")
        title = f"What not knowing cost: {run.name} against the same world fully informed ({informed.name})"
        parts += _blocks(title, heads, table.rename(columns={"measure": "name"}), _own_cells, unicode)
    if len(sides) > 1:
        rows = comparison.table[comparison.table["measure"].isin(list(_TOLD))].rename(columns={"measure": "name"})
        heads = ("", "scenario", "against", "difference", "95 % interval", "")
        title = f"What not knowing cost more or less: {comparison.title}"
        parts += _blocks(title, heads, rows, _pair_cells, unicode)
    return [*parts, *(Text(line if unicode else plain(line)) for line in sentences(comparison))]


def misinformation_html(comparison: Comparison) -> str:
    """The report's part on the cost of misinformation; empty where nothing is known of it."""
    parts = []
    sides = list(lost_sides(comparison))
    for run, informed, table in sides:
        heads = ("Origin", run.name, informed.name, "Lost", "95\u00a0% interval", "Share")
        parts.append(_html(comparison, _NOTE, heads, table.rename(columns={"measure": "name"}), _own_cells))
    if len(sides) > 1:
        rows = comparison.table[comparison.table["measure"].isin(list(_TOLD))].rename(columns={"measure": "name"})
        names = comparison.scenario.name, comparison.against.name
        heads = ("Origin", f"Lost, {names[0]}", f"Lost, {names[1]}", "Difference", "95\u00a0% interval", "Change")
        parts.append(_html(comparison, "What the scenario changes in it.", heads, rows, _pair_cells))
    told = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences(comparison))
    return f"<ul>{told}</ul>{''.join(parts)}" if parts else ""


def _blocks(title: str, heads: tuple[str, ...], rows: pd.DataFrame, cells: Any, unicode: bool) -> Iterator[Table]:
    header = _aligned(Text(title if unicode else plain(title), style="bold"))
    header.add_row(*(Text(head, style="bold") for head in heads))
    yield header
    for loss, own, display in _of_each(rows):
        block = _aligned(Text.assemble((loss.heading, "bold"), f"  {display.unit}"))
        for row in own.itertuples():
            line = (f"  {row.origin}", *cells(row, display))
            block.add_row(*(line if unicode else map(plain, line)))
        yield block


def _html(comparison: Comparison, note: str, heads: tuple[str, ...], rows: pd.DataFrame, cells: Any) -> str:
    bodies = []
    for loss, own, display in _of_each(rows):
        head = f'{escape(loss.heading)} <span class="unit">{escape(display.unit)}</span> '
        head += f'<span class="note">{escape(loss.prose)}</span>'
        lines = (
            f'<tr><th scope="row">{_place(comparison, row.origin)}</th>'
            f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells(row, display))}</tr>"
            for row in own.itertuples()
        )
        bodies.append(
            f'<tbody><tr class="group"><th scope="rowgroup" colspan="6">{head}</th></tr>{"".join(lines)}</tbody>'
        )
    named = [(head, bool(position)) for position, head in enumerate(heads)]
    return html_table(note, named, "".join(bodies), "numbers")


def _of_each(rows: pd.DataFrame) -> Iterator[tuple[Loss, pd.DataFrame, Display]]:
    """The rows of each loss with a display for all of them; `ALL` is left out where there is one origin."""
    single = rows["origin"].nunique() <= 2
    for name, loss in _TOLD.items():
        own = rows[(rows["name"] == name) & ~(single & (rows["origin"] == ALL))]
        levels = [column for column in ("as_believed", "informed", "scenario_mean", "against_mean") if column in own]
        spread = (own["high95"] - own["low95"]).to_numpy() / 2
        yield loss, own, display_for(loss.unit, own[levels].to_numpy(), spread)


def _own_cells(row: Any, display: Display) -> tuple[str, ...]:
    lost = display.signed(row.lost) + ("*" if is_clear(row) else " ")
    levels = display.show(row.as_believed), display.show(row.informed)
    return *levels, lost, display.interval(row.low95, row.high95), percent(row.lost, row.as_believed)


def _pair_cells(row: Any, display: Display) -> tuple[str, ...]:
    difference = display.signed(row.difference) + ("*" if is_clear(row) else " ")
    means = display.show(row.scenario_mean), display.show(row.against_mean)
    return *means, difference, display.interval(row.low95, row.high95), percent(row.difference, row.against_mean)


def _amount(row: pd.Series, more: str = "") -> str:
    """``5.2 USD (95 % interval 4.9 to 5.5)``, the unit without what it is counted by."""
    unit = str(row["unit"]).removesuffix(" per month").removesuffix(" per household and month")
    display = display_in_words(unit, row["lost"])
    reach = "one seed, so no interval"
    if math.isfinite(row["low95"]):
        reach = f"95{THIN}% interval {display.show(row['low95'])} to {display.show(row['high95'])}"
    return f"{display.show(row['lost'])} {display.unit} ({reach}{more})"


def _aligned(title: Text) -> Table:
    table = Table(box=None, show_header=False, title=title, title_justify="left", title_style="", padding=(0, 1))
    for column, width in enumerate(_WIDTHS):
        table.add_column(justify="right" if column else "left", no_wrap=True, min_width=width)
    return table


def _place(comparison: Comparison, origin: str) -> str:
    return "All origins" if origin == ALL else escape(comparison.scenario.place(origin))


def _whole(comparison: Comparison) -> str:
    origins = places(comparison.scenario.origins, "origin")
    return origins[0] if len(origins) == 1 else ALL
