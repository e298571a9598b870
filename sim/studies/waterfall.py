"""The figure of a decomposition: from what happens with every cause held to what happened, cause by cause."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sim.output.drawing import INK, PALE, PALETTE, STYLE, PageFigure
from sim.output.numbers import MINUS
from sim.studies.shapley import ALL

LABELS = {
    "none": "all held",
    "exchange_rate": "rate",
    "demand": "demand",
    "law": "law",
    "diversion": "diversion",
    "information": "information",
    "all": "as it was",
}
TITLES = {"remittances_true": "Remittances (USD)", "stock": "Migrants (mean of the year)"}
BAR = 0.62


def waterfall(table: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """A row for each outcome, a column for each origin; `table` is that of :func:`sim.studies.shapley.shares`.

    Whiskers are 95 % intervals over seeds.
    """
    origins = [origin for origin in table["origin"].unique() if origin != ALL]
    outcomes = list(table[["measure", "destination"]].drop_duplicates().itertuples(index=False, name=None))
    engine = ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.06, hspace=0.04)
    with mpl.rc_context(STYLE):
        figure = PageFigure(figsize=(3.5 * len(origins), 2.3 * len(outcomes)), layout=engine)
        axes = figure.subplots(len(outcomes), len(origins), squeeze=False, sharey="row")
        for row, (measure, destination) in zip(axes, outcomes, strict=True):
            for ax, origin in zip(row, origins, strict=True):
                own = table.query("measure == @measure and destination == @destination and origin == @origin")
                _draw(ax, own.set_index("player"))
                place = "everywhere" if destination == ALL else names.get(destination, destination)
                ax.set_title(names.get(origin, origin), pad=18)
                under = f"{TITLES[measure]}, {place}: change, %"
                ax.text(0, 1.03, under, transform=ax.transAxes, fontsize=7.5, color=PALE, va="bottom")
    return figure


def _draw(ax: Axes, own: pd.DataFrame) -> None:
    level, middle = 0.0, 0.0
    for x, (player, row) in enumerate(own.iterrows()):
        end = player in ("none", "all")
        start = 0.0 if end else level
        colour = INK if end else PALETTE[0] if row["value"] >= 0 else PALETTE[5]
        ax.bar(x, row["value"], BAR, bottom=start, color=colour)
        level = start + row["value"]
        if x:
            ax.plot([x - 1 + BAR / 2, x - BAR / 2], [middle, middle], color=PALE, linewidth=0.7)
        middle = level
        if pd.notna(row["low95"]):
            half = (row["high95"] - row["low95"]) / 2.0
            ax.errorbar(x, level, half, color=PALE, capsize=2, linewidth=1.0)
        _write(ax, x, max(start, level) if row["value"] >= 0 else min(start, level), row)
    ax.axhline(0.0, color=PALE, linewidth=0.8)
    ax.set_xticks(range(len(own)), [LABELS[player] for player in own.index], rotation=35, ha="right")
    ax.margins(y=0.16)


def _write(ax: Axes, x: int, at: float, row: pd.Series) -> None:
    """The bar's number, beyond its whisker."""
    half = 0.0 if pd.isna(row["low95"]) else (row["high95"] - row["low95"]) / 2.0
    up = row["value"] >= 0
    text = f"{row['value']:+.1f}".replace("-", MINUS)
    offset = (0, 2 if up else -2)
    ax.annotate(
        text, (x, at + half if up else at - half), offset, textcoords="offset points", ha="center",
        va="bottom" if up else "top", fontsize=7, color=INK,
    )  # fmt: skip
