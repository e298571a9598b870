"""One figure for each analysis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.output.drawing import AGAINST, INK, PALE, RULE, SCENARIO, PageFigure
from sim.studies.sensitivity.indices import DUMMY, Sensitivity
from sim.studies.sensitivity.regions import Regions

TITLES = {
    "sobol": "Share of the variance that goes with it (total effect; dot: alone)",
    "morris": "Mean absolute effect of moving it",
    "pawn": "Distance it makes to the distribution of results (PAWN, median)",
}


def sensitivity_figure(found: Sensitivity) -> PageFigure:
    """Bars of the indices with 95 % intervals, the largest on top."""
    table = found.table
    figure = PageFigure(figsize=(7.2, 1.2 + 0.32 * len(table)), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(table))[::-1]
    colours = [RULE if name == DUMMY else SCENARIO for name in table["axis"]]
    axes.barh(places, table["index"], color=colours, height=0.6)
    for place, low, high in zip(places, table["low95"], table["high95"], strict=True):
        axes.plot([max(low, 0.0), high], [place, place], color=INK, linewidth=1)
    if "first" in table:
        axes.plot(table["first"].clip(lower=0), places, "o", color=AGAINST, markersize=4)
    axes.set_yticks(places, list(table["axis"]))
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlim(left=0)
    axes.set_title(f"{found.measure}\n{TITLES[found.method]}")
    return figure


def regions_figure(found: Regions, keys: Sequence[str], values: np.ndarray) -> PageFigure:
    """The points over the two axes that tell most, where the policy helps and where it hurts, and the box."""
    order = sorted(keys, key=lambda key: (-(key in found.box.limits), -found.importance[key]))[:2]
    x, y = (list(keys).index(key) for key in (order * 2)[:2])
    figure = PageFigure(figsize=(6.4, 4.6), layout="constrained")
    axes = figure.subplots()
    for helps, colour, word in ((True, SCENARIO, "helps"), (False, AGAINST, "hurts")):
        for sure, size in ((True, 16), (False, 5)):
            rows = (found.helped == helps) & (found.sure == sure)
            label = f"{word}{'' if sure else ', within the luck of the seeds'}"
            if rows.any():
                axes.scatter(values[rows, x], values[rows, y], s=size, color=colour, label=label, linewidth=0)
    edges = [found.box.limits.get(keys[axis], (values[:, axis].min(), values[:, axis].max())) for axis in (x, y)]
    (left, right), (low, high) = edges
    axes.plot([left, right, right, left, left], [low, low, high, high, low], color=PALE, linewidth=1, linestyle="--")
    axes.set_xlabel(keys[x])
    axes.set_ylabel(keys[y])
    axes.set_title(f"Where the policy gives {found.wanted} {found.measure} (dashed: the box)")
    figure.legend(loc="outside lower center", ncols=2)
    return figure
