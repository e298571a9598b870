"""Tables of the report, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from typing import Any

import pandas as pd

from sim.measures import MEASURES
from sim.output.comparison import ALL, places
from sim.output.costs import OUTCOMES
from sim.output.numbers import ABSENT, Display, count, percent
from sim.output.result import Comparison
from sim.output.shifts import place_name, shift_display
from sim.output.words import display_of, headline_measures, is_clear, title_of


def headline_table(comparison: Comparison) -> str:
    """The headline measures by origin, all destinations together, and the sum of the origins where there is one."""
    heads = _heads(comparison, ("Origin",))
    bodies = [_measure_rows(comparison, measure) for measure in headline_measures()]
    caption = "Means over the months of the window. Bold: the 95\u00a0% interval of the difference excludes zero."
    return html_table(caption, heads, "".join(bodies), "numbers")


def full_table(comparison: Comparison) -> str:
    """Every row of the comparison but those of costs per outcome, which have a table of their own."""
    heads = [("Measure", False), ("Unit", False), *_heads(comparison, ("Origin", "Destination"))]
    bodies = []
    ratios = comparison.table["measure"].isin([outcome.name for outcome in OUTCOMES])
    for measure, rows in comparison.table[~ratios].groupby("measure", sort=False):
        display = display_of(rows)
        for row in rows.itertuples():
            names = (str(measure), display.prefix + row.unit, row.origin, row.destination)
            bodies.append(f"<tr>{''.join(f'<td>{escape(name)}</td>' for name in names)}{_numbers(row, display)}</tr>")
    return html_table(
        "All measures, origins and destinations.", heads, f"<tbody>{''.join(bodies)}</tbody>", "numbers dense"
    )


def shift_table(comparison: Comparison, shifts: pd.DataFrame) -> str:
    """Person-months at home and at each destination, by origin."""
    display = shift_display(shifts)
    bodies = []
    for origin, rows in shifts.groupby("origin", sort=False):
        name = escape(comparison.scenario.place(str(origin)))
        head = f'<tr class="group"><th scope="rowgroup" colspan="7">{name}</th></tr>'
        lines = (
            f'<tr><th scope="row">{escape(place_name(comparison, row.destination))}</th>{_numbers(row, display)}</tr>'
            for row in rows.itertuples()
        )
        bodies.append(f"<tbody>{head}{''.join(lines)}</tbody>")
    return html_table(f"Where people are: {display.unit}.", _heads(comparison, ("Place",)), "".join(bodies), "numbers")


def sources_table(sources: Iterable[dict[str, Any]]) -> str:
    """What each quantity rests on; a quantity with several sources is named once."""
    bodies = []
    for quantity, rows in groupby(sources, key=lambda row: str(row.get("quantity", ""))):
        cells = [
            f'<td>{escape(str(row.get("source", "")))}</td><td class="tag">{escape(str(row.get("tag", "")))}</td>'
            for row in rows
        ]
        name = f'<th scope="row" rowspan="{len(cells)}">{escape(quantity)}</th>'
        bodies.append(f"<tbody><tr>{name}{'</tr><tr>'.join(cells)}</tr></tbody>")
    heads = [("Quantity", False), ("Source", False), ("Tag", False)]
    caption = "published: a figure from the source; derived: computed from one; assumed: a wide prior, no source found."
    return html_table(caption, heads, "".join(bodies), "sources")


def _measure_rows(comparison: Comparison, measure: str) -> str:
    rows = comparison.table[comparison.table["measure"] == measure]
    rows = rows[rows["destination"] == ALL]
    origins = places(comparison.scenario.origins, "origin")
    wanted = origins if len(origins) == 1 else [*origins, ALL]
    found = [row for row in rows.itertuples() if row.origin in wanted]
    if not found:
        return ""
    display = display_of(rows)
    note = (
        f'<span class="unit">{escape(display.unit)}</span> <span class="note">{escape(MEASURES[measure].prose)}</span>'
    )
    head = f'<tr class="group"><th scope="rowgroup" colspan="7">{escape(title_of(measure))} {note}</th></tr>'
    lines = (
        f'<tr{_total(row)}><th scope="row">{_origin(comparison, row.origin)}</th>{_numbers(row, display)}</tr>'
        for row in found
    )
    return f'<tbody id="measure-{measure}">{head}{"".join(lines)}</tbody>'


def _numbers(row: Any, display: Display) -> str:
    cells = (
        display.show(row.scenario_mean),
        display.show(row.against_mean),
        display.signed(row.difference),
        ABSENT if "percent" in display.unit else percent(row.difference, row.against_mean),
        display.interval(row.low95, row.high95),
        count(row.independent_seeds),
    )
    clear = is_clear(row)
    return "".join(f"<td>{f'<b>{cell}</b>' if i == 2 and clear else cell}</td>" for i, cell in enumerate(cells))


def _heads(comparison: Comparison, names: Sequence[str]) -> list[tuple[str, bool]]:
    runs = (comparison.scenario.name, comparison.against.name)
    numbers = (*runs, "Difference", "Relative", "95\u00a0% interval", "Independent seeds")
    return [(name, False) for name in names] + [(name, True) for name in numbers]


def html_table(caption: str, heads: Sequence[tuple[str, bool]], bodies: str, kind: str) -> str:
    """A table with its caption: heads with whether they stand over numbers, rows as HTML, a class for its style."""
    cells = "".join(f'<th scope="col"{" class=num" if number else ""}>{escape(name)}</th>' for name, number in heads)
    head = f"<caption>{escape(caption)}</caption><thead><tr>{cells}</tr></thead>"
    return f'<div class="wide"><table class="{kind}">{head}{bodies}</table></div>'


def _origin(comparison: Comparison, code: str) -> str:
    return "All origins" if code == ALL else escape(comparison.scenario.place(code))


def _total(row: Any) -> str:
    return ' class="total"' if row.origin == ALL else ""
