"""The forecasts for people: money and people by origin and year, with intervals, beside the rivals."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.output.drawing import AGAINST, INK, PALE, SCENARIO, STYLE, svg_of
from sim.output.durable import replace_file
from sim.output.page import figure_html, folded, frame_html, header_html, page_html
from sim.studies.backtest.table import Backtest, write_table

SHOWN = (
    ("remittances_recorded", "USD", "Recorded remittances from Russia, in dollars"),
    ("remittances_bop", "USD", "Remittances from everywhere (balance of payments), in dollars"),
    ("stock", "persons", "Migrants in Russia, April to April"),
    ("departures", "persons", "Departures, all destinations"),
)
RIVALS = (
    ("world_bank", "D", AGAINST, "World Bank, April 2015"),
    ("constant_roubles", "s", "#009E73", "constant roubles"),
    ("last_year", "|", PALE, "last year's value"),
)
_LEAD = (
    "<p>Fitted to what was known by the end of 2014, and given only what drives the world afterwards: exchange rates, "
    "wages, prices and rules. No outcome after 2014 was looked at. An interval holds what is not known of the model's "
    "numbers, luck, and what the model itself is off by.</p>"
)


def write_backtest(made: Backtest, folder: Path, command: str) -> None:
    """Write ``backtest.csv``, ``changes.csv``, ``backtest.json`` and ``report.html``."""
    write_table(made.table, folder / "backtest.csv")
    write_table(made.by_seed, folder / "changes.csv")
    run = made.meta["run"]
    told = {"command": command, "seeds": made.meta["seeds"], "error": made.meta["error"], "run": run}
    replace_file(folder / "backtest.json", json.dumps(told, indent=1, default=str).encode())
    replace_file(folder / "report.html", backtest_page(made, command).encode())


def backtest_page(made: Backtest, command: str) -> str:
    """The report as one self-contained page."""
    run = made.meta["run"]
    sample = run.get("sample") or {"name": "none: one set of numbers", "digest": ""}
    facts = [
        ("Region", str(run["region"]["title"])),
        ("Seeds", str(made.meta["seeds"])),
        ("Sample", f"{sample['name']} {sample['digest'][:12]}".strip()),
        ("Own error", f"{100 * made.meta['error']:.0f}\u00a0%"),
        ("Code version", str(run["versions"]["labour-migration-sim"])),
        ("Data pack", str(run["region"]["digest"])[:12]),
    ]
    drawn = "".join(
        figure_html(
            svg_of(drawing(made.table, measure, unit), measure, f"{title}: forecasts and rivals."), title + _BARS
        )
        for measure, unit, title in SHOWN
        if ((made.table["measure"] == measure) & (made.table["unit"] == unit)).any()  # a single year has no stock
    )
    table = made.table.round(1)
    sections = [
        ("forecast", "The forecast", _LEAD + drawn),
        (
            "table",
            "Every line",
            folded(f"{len(table)} forecasts", frame_html(table, "Change on the period before, %.")),
        ),
        ("command", "How this was made", f"<pre>{escape(command)}</pre>"),
    ]
    title = "What the model forecast"
    return page_html(title, header_html(title, "Better than the Bank, and than rules of thumb?", facts), sections)


_BARS = ". Change on the period before, percent: thick bar 50 % interval, thin bar 90 %, dot the mean."


def drawing(table: pd.DataFrame, measure: str, unit: str) -> Figure:
    """A panel per origin: intervals by period, with the rivals beside."""
    rows = table[(table["measure"] == measure) & (table["unit"] == unit)]
    if measure == "departures":
        rows = rows[rows["destination"] == "ALL"]
    origins = list(dict.fromkeys(rows["origin"]))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.2, 2.9), layout="constrained")
        panels = figure.subplots(1, len(origins), sharey=True, squeeze=False)[0]
        for axes, origin in zip(panels, origins, strict=True):
            _panel(axes, rows[rows["origin"] == origin], origin)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, origin: str) -> None:
    axes.set_title(origin)
    axes.axhline(0, color=INK, lw=0.6)
    at = range(len(rows))
    axes.vlines(at, rows["low90"], rows["high90"], color=SCENARIO, lw=1.4)
    axes.vlines(at, rows["low50"], rows["high50"], color=SCENARIO, lw=5)
    axes.plot(at, rows["change_percent"], "o", color="white", mec=SCENARIO, ms=5, label="the model")
    for place, (name, mark, colour, label) in enumerate(RIVALS):
        if rows[name].notna().any():
            axes.plot([x + 0.16 + 0.09 * place for x in at], rows[name], mark, color=colour, ms=5, ls="", label=label)
    axes.set_xticks(list(at), list(rows["period"]))
    axes.set_xlim(-0.5, len(rows) - 0.3)
