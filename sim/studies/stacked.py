"""The figure of a variance study: a bar for each headline and origin, cut by where its uncertainty comes from."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sim.output.drawing import PALE, PALETTE, STYLE, PageFigure
from sim.output.words import title_of
from sim.studies.variance import ALL, GROUPS

COLOURS = dict(zip(GROUPS, (PALETTE[0], PALETTE[1], PALETTE[3], "#bdbdbd"), strict=True))


def stacked(table: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """One panel for each origin; `table` is that of :func:`sim.studies.variance.parts_of`.

    Parts below 0, which cannot be told from none, have no length; the others are drawn as shares of their sum.
    """
    own = table[table["part"].isin(GROUPS)]
    origins = list(own["origin"].unique())
    rows = own[["measure", "destination", "period"]].drop_duplicates()
    labels = [_label(row, names) for row in rows.itertuples(index=False)]
    engine = ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.06)
    with mpl.rc_context(STYLE):
        figure = PageFigure(figsize=(3.2 * len(origins) + 2.2, 0.34 * len(rows) + 1.0), layout=engine)
        axes = figure.subplots(1, len(origins), squeeze=False, sharey=True)[0]
        for ax, origin in zip(axes, origins, strict=True):
            part = own[own["origin"] == origin].set_index(["measure", "destination", "period", "part"])["share"]
            shares = np.array([[_length(part, (*row, group)) for group in GROUPS] for row in rows.to_numpy()])
            shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
            left = np.zeros(len(rows))
            for group, widths in zip(GROUPS, shares.T, strict=True):
                ax.barh(range(len(rows)), widths, 0.68, left=left, color=COLOURS[group], label=group)
                left = left + widths
            ax.set_title(names.get(origin, origin))
            ax.set_xlim(0, 1)
            ax.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
            ax.set_yticks(range(len(rows)), labels)
            ax.grid(axis="y", visible=False)
            ax.grid(axis="x", visible=True)
            ax.tick_params(axis="y", labelcolor=PALE)
        axes[0].invert_yaxis()
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=4)
    return figure


def _length(shares: pd.Series, key: tuple[str, ...]) -> float:
    """A share of the variance, at least 0; 0 where an origin has no such headline."""
    return max(0.0, float(shares.get(key, 0.0)))


def _label(row: tuple, names: Mapping[str, str]) -> str:
    measure, destination, period = row
    where = "" if destination == ALL else f", {names.get(destination, destination)}"
    return f"{title_of(measure)}{where}, {period}"
