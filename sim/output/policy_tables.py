"""Whom policies met and what they cost, as tables for the terminal and for the report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from sim.output.comparison import ALL, places
from sim.output.costs import COST_OF, OUTCOMES
from sim.output.numbers import Display, display_for, display_in_words, plain
from sim.output.report_tables import html_table
from sim.output.result import Comparison, RunResult
from sim.output.words import title_of

MET = "Whom the policies met"
COST = "Public cost"
AVERTED = "Public cost per outcome averted"
GONE = "done away with"
"""In the place of a figure: the policy leaves nobody whom it could meet."""
_MET_NOTE = (
    "Persons and households in the months and places in which a policy, alone, changes something they meet; the most "
    "of its quantities. Exposure, not effect: the effect is the comparison."
)
_COST_NOTE = (
    "Of the policies that cost anything, in the months and places where they are in force; most unit costs are assumed."
)
_AVERTED_NOTE = (
    "Public cost spent more over outcomes averted, both paired by seed, with Fieller's 95\u00a0% interval. A household "
    "out of poverty counts by the year. Where chance may have made the whole difference there is no ratio."
)


def met_rows(result: RunResult) -> Iterator[tuple[str, str, str, str]]:
    """Policy, whom it met, from when to when, how many: a row per policy and measure, the most of its quantities."""
    rows = [row for row in result.meta.get("touched", []) if row["cells"]]
    largest: dict[tuple[str, str], tuple[dict[str, Any], float | None, str]] = {}
    for row in rows:
        for measure, figure, unit in (
            (row["measure"], row["people"], row["unit"]),
            (row["money_measure"], row["money"], "USD"),
        ):
            key = row["policy"], measure
            before = largest.get(key)
            size = figure or 0.0, row["cells"]
            if measure and (before is None or size > (before[1] or 0.0, before[0]["cells"])):
                largest[key] = row, figure, unit
    for (policy, measure), (row, figure, unit) in largest.items():
        amount = GONE if figure is None else _amount(figure, unit)
        yield policy, title_of(measure), f"{row['first']} to {row['last']}", amount


def met_table(result: RunResult, unicode: bool = True) -> Table | None:
    """Whom the policies of a run met, for the terminal; None where it has none."""
    rows = list(met_rows(result))
    if not rows:
        return None
    table = _terminal(f"{MET}: {result.name}")
    for column in range(4):
        table.add_column(justify="right" if column == 3 else "left", no_wrap=column != 1)
    before = ""
    for policy, who, months, amount in rows:
        _add(table, unicode, "" if policy == before else policy, who, months, amount)
        before = policy
    return table


def cost_tables(comparison: Comparison, unicode: bool = True) -> list[Table]:
    """Public cost by policy of all origins together, and per outcome averted, for the terminal."""
    rows = comparison.table
    whole = rows[rows["measure"].str.startswith(COST_OF) & (rows["origin"] == _whole(comparison))]
    if not len(whole):
        return []
    display = _display(whole, "USD per month")
    by_policy = _terminal(f"{COST}  {display.unit}")
    for column, width in enumerate((26, 13, 13, 13, 24)):
        by_policy.add_column(justify="right" if column else "left", no_wrap=True, min_width=width)
    for row in whole.itertuples():
        _add(by_policy, unicode, row.measure.removeprefix(COST_OF), *_cells(row, display))
    averted = _terminal(AVERTED)
    for column, width in enumerate((26, 13, 24)):
        averted.add_column(justify="right" if column == 1 else "left", no_wrap=column < 2, min_width=width)
    for outcome in OUTCOMES:
        own = rows[rows["measure"] == outcome.name]
        _add(averted, unicode, outcome.heading, "USD")
        for row in own.itertuples():
            _add(averted, unicode, f"  {row.origin}", *_ratio(row, _display(own, "USD")))
    return [by_policy, averted]


def policies_html(comparison: Comparison) -> str:
    """The report's part on policies: whom they met, what they cost, what an outcome averted cost; empty without any."""
    parts = [_met_html(run) for run in (comparison.scenario, comparison.against)]
    rows = comparison.table[comparison.table["measure"].str.startswith(COST_OF)]
    if len(rows):
        parts += [f"<h3>{COST}</h3>", _cost_html(comparison, rows), f"<h3>{AVERTED}</h3>", _averted_html(comparison)]
    return "".join(parts)


def _met_html(run: RunResult) -> str:
    bodies = "".join(f"<tr>{_tds(cells)}</tr>" for cells in met_rows(run))
    if not bodies:
        return ""
    heads = [("Policy", False), ("Met", False), ("Months", False), ("How many, how much", False)]
    return f"<h3>{MET}: {escape(run.name)}</h3>" + html_table(_MET_NOTE, heads, f"<tbody>{bodies}</tbody>", "sources")


def _cost_html(comparison: Comparison, rows: pd.DataFrame) -> str:
    display = _display(rows, "USD per month")
    bodies = []
    for measure, own in rows.groupby("measure", sort=False):
        head = f'<th scope="rowgroup" colspan="5">{escape(str(measure).removeprefix(COST_OF))}</th>'
        lines = [_line(comparison, row, _cells(row, display)) for row in own.itertuples()]
        bodies.append(f'<tbody><tr class="group">{head}</tr>{"".join(lines)}</tbody>')
    names = (comparison.scenario.name, comparison.against.name, "Difference", "95\u00a0% interval")
    heads = [("Origin", False), *((name, True) for name in names)]
    return html_table(f"{_COST_NOTE} {display.unit[0].upper()}{display.unit[1:]}.", heads, "".join(bodies), "numbers")


def _averted_html(comparison: Comparison) -> str:
    bodies = []
    for outcome in OUTCOMES:
        own = comparison.table[comparison.table["measure"] == outcome.name]
        head = f'{escape(outcome.heading)} <span class="unit">{escape(outcome.unit)}</span> '
        head += f'<span class="note">{escape(outcome.prose)}</span>'
        display = _display(own, "USD")
        lines = [_line(comparison, row, _ratio(row, display)) for row in own.itertuples()]
        head = f'<tr class="group"><th scope="rowgroup" colspan="3">{head}</th></tr>'
        bodies.append(f"<tbody>{head}{''.join(lines)}</tbody>")
    heads = [("Origin", False), ("Cost", True), ("95\u00a0% interval, or why there is none", True)]
    return html_table(_AVERTED_NOTE, heads, "".join(bodies), "numbers")


def _terminal(title: str) -> Table:
    heading = Text(title, style="bold")  # a scenario's name is no markup
    return Table(box=None, show_header=False, title=heading, title_justify="left", title_style="", padding=(0, 1))


def _add(table: Table, unicode: bool, *cells: str) -> None:
    table.add_row(*(Text(cell if unicode else plain(cell)) for cell in cells))


def _cells(row: Any, display: Display) -> tuple[str, ...]:
    means = display.show(row.scenario_mean), display.show(row.against_mean), display.signed(row.difference)
    return *means, display.interval(row.low95, row.high95)


def _ratio(row: Any, display: Display) -> tuple[str, str]:
    """The cost and its interval, or the word why there is none."""
    if row.note:
        return display.show(math.nan), row.note
    return display.show(row.difference), f"{display.show(row.low95)} to {display.show(row.high95)}"


def _display(rows: pd.DataFrame, unit: str) -> Display:
    values = rows[["scenario_mean", "against_mean", "difference"]].to_numpy(float)
    return display_for(unit, values, (rows["high95"] - rows["low95"]).to_numpy(float) / 2)


def _whole(comparison: Comparison) -> str:
    origins = places(comparison.scenario.origins, "origin")
    return origins[0] if len(origins) == 1 else ALL


def _line(comparison: Comparison, row: Any, cells: Iterable[str]) -> str:
    """A row of one origin; that of all together is left out where there is only one."""
    if row.origin == ALL and _whole(comparison) != ALL:
        return ""
    name = "All origins" if row.origin == ALL else escape(comparison.scenario.place(row.origin))
    return f'<tr><th scope="row">{name}</th>{_tds(cells)}</tr>'


def _tds(cells: Iterable[str]) -> str:
    return "".join(f"<td>{escape(cell)}</td>" for cell in cells)


def _amount(figure: float, unit: str) -> str:
    """Three digits and the unit, nothing below one: ``480 000 persons``."""
    display = display_in_words(unit, max(figure, 100.0))
    return f"{display.show(figure)} {display.unit}"
