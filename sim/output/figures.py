"""Figures over time: mean and 90 % band over seeds, for notebooks and for the report."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DateFormatter, YearLocator
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from sim.errors import InputError, unknown_name
from sim.measures import MEASURES
from sim.output.comparison import places
from sim.output.drawing import AGAINST, PALE, PALETTE, SCENARIO, STYLE, PageFigure, Thousands
from sim.output.result import Comparison, RunResult
from sim.output.words import title_of

_COLUMNS = 3  # panels beside one another on a page
_UNDER_TITLE = 52  # characters that fit a panel's width


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
        lines = [
            Line(label, PALETTE[i % len(PALETTE)], False, by_seed(part, measure))
            for i, (label, part) in enumerate(parts)
        ]
        panels.append(Panel(result.place(place), title_of(measure), MEASURES[measure].unit, tuple(lines)))
    return draw([panels[start : start + _COLUMNS] for start in range(0, len(panels), _COLUMNS)])


def draw(rows: Sequence[Sequence[Panel]]) -> Figure:
    """Panels in a grid under one legend; a panel's unit stands above its axes."""
    columns = max(len(row) for row in rows)
    engine = ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.06, hspace=0.04)
    with mpl.rc_context(STYLE):
        figure = PageFigure(figsize=(max(3.4 * columns, 5.4), 2.05 * len(rows) + 0.45), layout=engine)
        axes = figure.subplots(len(rows), columns, squeeze=False)
        for drawn, row in zip(axes, rows, strict=True):
            for ax in drawn[len(row) :]:
                ax.set_visible(False)
            for ax, panel in zip(drawn, row, strict=False):
                _draw_panel(ax, panel)
        handles = [_sample(line) for line in sorted(rows[0][0].lines, key=lambda line: line.dashed)]
        figure.legend(handles=handles, loc="outside upper left", ncols=4, handlelength=2.4, borderaxespad=0.1)
    return figure


def by_seed(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    """A measure of one place with a row a month and a column a seed; months without any value are left out."""
    return frame.pivot(index="month", columns="seed", values=measure).dropna(how="all")


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
        low, high = (
            np.nanquantile(line.values.to_numpy(), (0.05, 0.95), axis=1) if len(line.values) else (np.array([]),) * 2
        )
        ax.fill_between(months, low, high, color=line.colour, alpha=0.18, linewidth=0)
        ax.plot(months, line.values.mean(axis=1), **_stroke(line))
        lowest, highest = min(lowest, np.nanmin(low, initial=np.inf)), max(highest, np.nanmax(high, initial=-np.inf))
    if 0 <= lowest <= 0.5 * highest or highest == lowest:
        ax.set_ylim(bottom=0)
    factor, prefix = _scale(max(abs(lowest), abs(highest)))
    under = textwrap.fill(f"{panel.measure}, {prefix}{panel.unit}".replace(" per month", " a month"), _UNDER_TITLE)
    ax.set_title(panel.place, pad=7 + 9 * (1 + under.count("\n")))
    label = ax.text(0, 1.025, under, transform=ax.transAxes, fontsize=7.5, color=PALE, va="bottom")
    label.set_in_layout(False)  # it may stand over the gap between panels, and must not narrow them
    ax.yaxis.set_major_formatter(Thousands(factor))
    ax.locator_params(axis="y", nbins=5)
    _date_axis(ax, panel.lines[0].values.index)


def _date_axis(ax: Axes, months: pd.Index) -> None:
    if len(months) < 3:
        ax.set_xticks(months.to_numpy(), [f"{month:%b %Y}" for month in months])
    elif len(months) > 24:
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
