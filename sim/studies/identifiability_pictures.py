"""Pictures of what fitting told, and the sections of a report that hold them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.output.drawing import AGAINST, PALE, SCENARIO, STYLE, PageFigure, svg_of
from sim.output.page import Section, figure_html, table_html
from sim.studies.identifiability import PINNED, VERDICTS, Identifiability

SHOWN = 10
"""Numbers at either end whose distributions are drawn, and pairs that are drawn."""
POINTS = 400
_COLOURS = dict(zip(VERDICTS, (SCENARIO, "#56B4E9", PALE), strict=True))


def contraction_figure(found: Identifiability) -> PageFigure:
    """A bar a number: how much of its prior variance the data took away."""
    import matplotlib as mpl

    table = found.table
    with mpl.rc_context(STYLE):
        figure = PageFigure(figsize=(7.5, 0.9 + 0.15 * len(table)), layout="constrained")
        axes = figure.add_subplot()
        places = np.arange(len(table))
        axes.barh(places, table["contraction"].clip(lower=-0.2), color=[_COLOURS[v] for v in table["verdict"]])
        axes.axvline(PINNED, color=PALE, linewidth=0.8, linestyle=":")
        axes.axvline(float(table["by_chance"].iloc[0]), color=AGAINST, linewidth=0.8)
        axes.set_yticks(places, table["number"], fontsize=6.5)
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.set_xlim(-0.2, 1.0)
        axes.set_xlabel("contraction: 1 - variance after / variance before")
        axes.grid(visible=False)
    return figure


def density_figure(found: Identifiability) -> PageFigure:
    """Before and after fitting, for the numbers best and least pinned down."""
    import matplotlib as mpl

    names = found.table["number"].tolist()
    chosen = [*names[:SHOWN], *names[max(SHOWN, len(names) - SHOWN) :]]
    columns = min(5, len(chosen))
    rows = -(-len(chosen) // columns)
    with mpl.rc_context(STYLE):
        figure = PageFigure(figsize=(9.0, 1.35 * rows + 0.3), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, name in zip(panels, chosen, strict=False):
            samples = (found.prior[name], found.posterior[name])
            low, high = (np.quantile(np.concatenate(samples), q) for q in (0.002, 0.998))
            grid = np.linspace(low, high, POINTS)
            for sample, colour in zip(samples, (PALE, SCENARIO), strict=True):
                axes.fill_between(grid, density(sample.to_numpy(float), grid), color=colour, alpha=0.45, linewidth=0)
            axes.set_title(name, fontsize=7)
            axes.set_yticks([])
            axes.tick_params(labelsize=6)
        for axes in panels[len(chosen) :]:
            axes.set_visible(False)
    return figure


def density(values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Kernel estimate of a density with a normal kernel (width after Silverman 1986, by the smaller of two spreads)."""
    quarter, three = np.quantile(values, (0.25, 0.75))
    spread = min(values.std(ddof=1), (three - quarter) / 1.349) or values.std(ddof=1)
    width = max(0.9 * spread * len(values) ** -0.2, (grid[-1] - grid[0]) / 500.0, 1e-12)
    apart = (grid[:, None] - values[None, :]) / width
    return np.exp(-0.5 * apart * apart).sum(axis=1) / (len(values) * width * np.sqrt(2.0 * np.pi))


def pairs_figure(found: Identifiability) -> PageFigure:
    """The strongest pairs after fitting: members as dots, before (grey) and after."""
    import matplotlib as mpl

    pairs = found.pairs.head(SHOWN)
    columns = min(5, len(pairs))
    rows = -(-len(pairs) // columns)
    with mpl.rc_context(STYLE):
        figure = PageFigure(figsize=(9.0, 1.8 * rows + 0.3), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, pair in zip(panels, pairs.itertuples(), strict=False):
            for sample, colour in ((found.prior, PALE), (found.posterior, SCENARIO)):
                shown = sample.head(POINTS)
                axes.plot(shown[pair.one], shown[pair.other], ".", color=colour, markersize=2, alpha=0.5)
            axes.set_title(f"{pair.correlation:+.2f}", fontsize=7)
            axes.set_xlabel(pair.one, fontsize=6.5)
            axes.set_ylabel(pair.other, fontsize=6.5)
            axes.tick_params(labelsize=5.5)
        for axes in panels[len(pairs) :]:
            axes.set_visible(False)
    return figure


def identifiability_sections(found: Identifiability) -> list[Section]:
    """Sections for a report: what is pinned down, the distributions, what is known only together, and the table."""
    pinned, narrowed, stays = (len(found.named(verdict)) for verdict in VERDICTS)
    told = (
        f"Of {len(found.table)} numbers, {pinned} are pinned down (less than half of the prior variance is left), "
        f"{narrowed} are narrowed by more than two samples of one distribution differ by chance, and {stays} stay at "
        "their prior."
    )
    chance = (
        "Bars: the part of the prior variance that the data took away. Dotted: a half. Red: what chance alone reaches "
        "with samples of this size, 95 in 100. Below nothing, the sample became wider, by chance or because the data "
        "pull against the prior."
    )
    out = [("pinned", "What the data pin down", f"<p>{told}</p>" + _drawn(contraction_figure(found), "pinned", chance))]
    shown = (
        "Before fitting grey, after it blue, on the scale of the prior: first the numbers that are best pinned down, "
    )
    shown += "then those least."
    out.append(("densities", "Before and after", _drawn(density_figure(found), "densities", shown)))
    if len(found.pairs):
        out.append(("together", "What is known only together", _together(found)))
    out.append(("numbers", "Every number", _table(found.table)))
    return out


def _drawn(figure: PageFigure, name: str, caption: str) -> str:
    return figure_html(svg_of(figure, name, caption), caption)


def _together(found: Identifiability) -> str:
    pairs = found.together
    told = (
        f"<p>{len(pairs)} pairs have a correlation of a half or more after fitting that so many unrelated pairs would "
        f"not show by chance (above {found.correlation_by_chance:.2f}): the data tell their sum or difference better "
        "than either.</p>"
    )
    dots = "Members of the samples, before fitting grey and after it blue; above each panel the correlation after."
    heads = ("one", "other", "correlation after", "before")
    rows = [(p.one, p.other, f"{p.correlation:+.2f}", f"{p.before:+.2f}") for p in found.pairs.head(30).itertuples()]
    listed = table_html(heads, rows, heads[2:])
    folded = f"<details><summary>The thirty strongest pairs</summary>{listed}</details>"
    return told + _drawn(pairs_figure(found), "pairs", dots) + folded


def _table(table: pd.DataFrame) -> str:
    heads = ("number", "contraction", "shift", "sd before", "sd after", "goes with", "correlation", "verdict")
    rows = [
        (
            row.number, f"{row.contraction:.2f}", f"{row.shift:+.2f}", f"{row.prior_sd:.3g}", f"{row.posterior_sd:.3g}",
            row.partner, "" if pd.isna(row.correlation) else f"{row.correlation:+.2f}", row.verdict,
        )
        for row in table.itertuples()
    ]  # fmt: skip
    listed = table_html(heads, rows, heads[1:5])
    return f"<details><summary>All {len(table)} numbers, the best pinned down first</summary>{listed}</details>"
