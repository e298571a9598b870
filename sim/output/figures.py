"""Figures over time: mean and 90 % band over seeds, drawn with matplotlib, shown by a notebook, embedded in the report."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DateFormatter, YearLocator
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from sim.errors import InputError, unknown_name
from sim.measures import MEASURES
from sim.output.comparison import places
from sim.output.numbers import MINUS, THIN
from sim.output.result import Comparison, RunResult
from sim.output.words import title_of

INK, PALE, RULE = "#1a1a1a", "#595959", "#d9d9d9"
SCENARIO, AGAINST = "#0072B2", "#D55E00"
PALETTE = ("#0072B2", "#E69F00", "#CC79A7", "#009E73", "#56B4E9", "#D55E00", "#000000")
"""Okabe and Ito (2008), Color Universal Design: told apart with any colour vision."""

_COLUMNS = 3  # panels beside one another on a page
_FONTS = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
STYLE: dict[str, Any] = {
    # text stays text, and its room is reckoned with the font that matplotlib brings: the same file on every machine
    "svg.fonttype": "none", "svg.hashsalt": "labour-migration-sim", "font.family": "DejaVu Sans", "text.parse_math": False,
    "font.size": 8.5, "axes.titlesize": 9.5, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.titlepad": 7,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "axes.edgecolor": PALE,
    "axes.grid": True, "axes.grid.axis": "y", "grid.color": RULE, "grid.linewidth": 0.6, "axes.axisbelow": True,
    "xtick.color": PALE, "ytick.color": PALE, "text.color": INK, "axes.labelcolor": PALE, "axes.titlecolor": INK,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "ytick.major.size": 0, "xtick.major.size": 3, "legend.frameon": False,
    "axes.unicode_minus": True, "legend.fontsize": 9,
}  # fmt: skip


class PageFigure(Figure):
    """A figure that a notebook shows without pyplot."""

    def _repr_html_(self) -> str:
        return svg_of(self, "figure")


@dataclass(frozen=True)
class Line:
    """One line with its band: `values` has a row a month, a column a seed."""

    label: str
    colour: str
    dashed: bool
    values: pd.DataFrame


@dataclass(frozen=True)
class Panel:
    """One set of axes."""

    place: str
    measure: str
    unit: str
    lines: tuple[Line, ...]


def comparison_figure(comparison: Comparison, measures: Sequence[str], by_destination: bool = False) -> Figure:
    """Measures over time under both scenarios: a row per measure (or destination), a column per origin.

    Raises
    ------
    InputError
        A measure that does not exist, or one the runs have not recorded.
    """
    origins = places(comparison.scenario.origins, "origin")
    rows: list[list[Panel]] = []
    for start in range(0, len(origins), _COLUMNS):
        part = origins[start : start + _COLUMNS]
        for measure in measures:
            frame = _frame(comparison.scenario, measure, by_destination)
            for destination in places(frame, "destination") if "destination" in frame else [None]:
                rows.append([_pair(comparison, measure, origin, destination) for origin in part])
    return draw(rows)


def run_figure(result: RunResult, measure: str, origin: str | None = None) -> Figure:
    """A measure of one run over time: a panel per origin, a line per destination where it has destinations."""
    origins = places(result.origins, "origin")
    if origin is not None and origin not in origins:
        raise unknown_name("origin", origin, origins, "origin of this run")
    chosen = origins if origin is None else [origin]
    frame = _frame(result, measure, by_destination=True)
    panels = []
    for place in chosen:
        own = frame[frame["origin"] == place]
        if "destination" in frame:
            parts = [(result.place(to), own[own["destination"] == to]) for to in places(frame, "destination")]
        else:
            parts = [(result.name, own)]
        lines = [Line(label, PALETTE[i % len(PALETTE)], False, by_seed(part, measure)) for i, (label, part) in enumerate(parts)]
        panels.append(Panel(result.place(place), title_of(measure), MEASURES[measure].unit, tuple(lines)))
    return draw([panels[start : start + _COLUMNS] for start in range(0, len(panels), _COLUMNS)])


def draw(rows: Sequence[Sequence[Panel]]) -> Figure:
    """Panels in a grid under one legend; a panel's unit stands above its axes."""
    columns = max(len(row) for row in rows)
    with mpl.rc_context(STYLE):
        figure = PageFigure(figsize=(max(3.4 * columns, 5.4), 2.05 * len(rows) + 0.45), layout="constrained")
        axes = figure.subplots(len(rows), columns, squeeze=False)
        for drawn, row in zip(axes, rows, strict=True):
            for ax in drawn[len(row) :]:
                ax.set_visible(False)
            for ax, panel in zip(drawn, row, strict=False):
                _draw_panel(ax, panel)
        handles = [_sample(line) for line in rows[0][0].lines]
        figure.legend(handles=handles, loc="outside upper left", ncols=4, handlelength=2.4, borderaxespad=0.1)
    return figure


def by_seed(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    """A measure with a row a month and a column a seed."""
    return frame.pivot_table(index="month", columns="seed", values=measure, aggfunc="sum", observed=True)


def svg_of(figure: Figure, name: str, alt: str = "") -> str:
    """A figure as an inline SVG: text as text, ids of its own, no outside reference, the same bytes every time.

    Parameters
    ----------
    figure
        Any matplotlib figure.
    name
        Prefix of all ids, unique in its page.
    alt
        What a reader who cannot see it should know.
    """
    written = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}, transparent=True)
    text = written.getvalue()
    text = text[text.index("<svg") :].replace("'DejaVu Sans'", _FONTS.replace('"', "'"))
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\1{name}-", text)
    text = re.sub(r'\bd="[^"]*"', lambda path: _rounded(path.group()), text)
    opening, rest = text.split(">", 1)
    opening = re.sub(r' (width|height)="[^"]*"', "", opening)
    width = 96 * figure.get_figwidth()
    label = f'role="img" aria-label="{escape(alt)}" style="width:100%;max-width:{width:.0f}px;height:auto"'
    return f"{opening} {label}>{rest.strip()}"


def _rounded(path: str) -> str:
    """Coordinates to a hundredth of a point: finer is not seen, and doubles the file."""
    return re.sub(r"(\.\d\d)\d+", r"\1", path)


def _pair(comparison: Comparison, measure: str, origin: str, destination: str | None) -> Panel:
    lines = []
    runs = ((comparison.against, AGAINST, True), (comparison.scenario, SCENARIO, False))
    for result, colour, dashed in runs:
        frame = _frame(result, measure, by_destination=destination is not None)
        frame = frame[frame["origin"] == origin]
        if destination is not None:
            frame = frame[frame["destination"] == destination]
        lines.append(Line(result.name, colour, dashed, by_seed(frame, measure)))
    where = comparison.scenario.place(origin)
    if destination is not None:
        where += f" \u2013 {comparison.scenario.place(destination)}"
    return Panel(where, title_of(measure), MEASURES[measure].unit, tuple(lines))


def _frame(result: RunResult, measure: str, by_destination: bool) -> pd.DataFrame:
    """The table that has the measure: the origins' where there is a choice and destinations are not asked for."""
    if measure not in MEASURES:
        raise unknown_name("measure", measure, MEASURES, "measure")
    order = (result.corridors, result.origins) if by_destination else (result.origins, result.corridors)
    for frame in order:
        if measure in frame:
            return frame
    raise InputError("measure", f"is {measure!r}, which this run has not recorded")


def _draw_panel(ax: Axes, panel: Panel) -> None:
    lowest, highest = np.inf, -np.inf
    for line in panel.lines:
        months = line.values.index.to_numpy()
        low, high = np.nanquantile(line.values.to_numpy(), (0.05, 0.95), axis=1) if len(line.values) else (np.array([]),) * 2
        ax.fill_between(months, low, high, color=line.colour, alpha=0.18, linewidth=0)
        ax.plot(months, line.values.mean(axis=1), **_stroke(line))
        lowest, highest = min(lowest, np.nanmin(low, initial=np.inf)), max(highest, np.nanmax(high, initial=-np.inf))
    if 0 <= lowest <= 0.5 * highest or highest == lowest:
        ax.set_ylim(bottom=0)
    factor, prefix = _scale(max(abs(lowest), abs(highest)))
    ax.set_title(panel.place, pad=16)
    ax.text(0, 1.025, f"{panel.measure}, {prefix}{panel.unit}", transform=ax.transAxes, fontsize=7.5, color=PALE, va="bottom")
    ax.yaxis.set_major_formatter(FuncFormatter(_ticks(factor)))
    ax.locator_params(axis="y", nbins=5)
    _date_axis(ax, panel.lines[0].values.index)


def _date_axis(ax: Axes, months: pd.Index) -> None:
    if len(months) > 24:
        ax.xaxis.set_major_locator(YearLocator())
        ax.xaxis.set_major_formatter(DateFormatter("%Y"))
    else:
        locator = AutoDateLocator(maxticks=6)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    ax.margins(x=0.01)


def _stroke(line: Line) -> dict[str, Any]:
    return {"color": line.colour, "linewidth": 1.5, "linestyle": (0, (4, 1.5)) if line.dashed else "-"}


def _sample(line: Line) -> Line2D:
    return Line2D([], [], label=line.label, **_stroke(line))


def _scale(largest: float) -> tuple[float, str]:
    if not np.isfinite(largest) or largest < 1e4:
        return 1.0, ""
    scales = ((1e9, "billion "), (1e6, "million "), (1e3, "thousand "))
    return next((factor, prefix) for factor, prefix in scales if largest >= factor)


def _ticks(factor: float) -> Callable[[float, float], str]:
    def text(value: float, _: float) -> str:
        return f"{value / factor:,.10g}".replace(",", THIN).replace("-", MINUS)

    return text
