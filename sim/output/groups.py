"""Who is hit most: what a scenario changes for each category of people, and the figure of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.measures import CATEGORIES
from sim.output.comparison import over_worlds, paired, places
from sim.output.drawing import AGAINST, INK, PALE, RULE, SCENARIO, STYLE, PageFigure, Thousands
from sim.output.numbers import THIN, display_in_words
from sim.output.result import Comparison
from sim.output.words import is_clear

_CATEGORY_NAMES = {
    "sex": "Sex", "age": "Age", "skill": "Skill",
    "sector": "Sector of work", "province": "Province", "regime": "Regime of stay",
}  # fmt: skip
_ROW = 0.19  # inches a bar


@dataclass(frozen=True)
class Rate:
    """A measure of a category per worker of that category, so that large and small groups compare."""

    measure: str
    heading: str
    unit: str
    factor: float
    worse_if: int  # +1: a higher value is a harm; -1: a lower value is


RATES = (
    Rate("abroad", "Abroad", "percentage points", 100.0, 0),
    Rate("remittances_true_real", "Remitted per worker", "USD a month", 1.0, -1),
    Rate("jobless", "Without work", "percentage points", 100.0, 1),
    Rate("poor", "In a poor household", "percentage points", 100.0, 1),
)


def group_changes(comparison: Comparison, origin: str | None = None) -> pd.DataFrame:
    """Paired change of each rate for each group of people.

    Parameters
    ----------
    comparison
        What is compared, over its window.
    origin
        One origin; None pools all of them (provinces stay apart).

    Returns
    -------
    DataFrame
        `category`, `group`, `rate` (index into `RATES`) and the columns of `sim.output.comparison.paired`.
    """
    sides = [_rates(run.categories, comparison, origin) for run in (comparison.scenario, comparison.against)]
    treated, reference = sides[0].align(sides[1], join="inner", axis=0)
    changes = paired(treated.to_numpy(), reference.to_numpy(), treated.index, over_worlds(comparison.scenario))
    order = {name: place for place, name in enumerate(CATEGORIES)}
    return changes.sort_values("category", key=lambda column: column.map(order), kind="stable", ignore_index=True)


def hardest_hit(comparison: Comparison) -> str:
    """One sentence on the groups that lose most by remittances or poverty; empty where none clearly loses."""
    changes = group_changes(comparison)
    changes = changes[changes["category"] != "regime"]  # its groups are made up of other people in the other scenario
    told = []
    for index, rate in enumerate(RATES):
        rows = changes[(changes["rate"] == index) & (rate.worse_if != 0)]
        losing = [row for row in rows.itertuples() if is_clear(row) and row.difference * rate.worse_if > 0]
        if losing:
            worst = max(losing, key=lambda row: abs(row.difference))
            display = display_in_words(rate.unit, worst.difference)
            interval = display.interval(worst.low95, worst.high95)
            who = f"{_group_name(worst.group)} ({_CATEGORY_NAMES.get(worst.category, worst.category).lower()})"
            change = f"{display.signed(worst.difference)} {display.unit}"
            told.append(f"{rate.heading.lower()}, {who}: {change} (95{THIN}% interval {interval})")
    return f"Groups hit hardest: {'; '.join(told)}." if told else ""


def group_figure(changes: pd.DataFrame) -> Figure:
    """Bars of the change for each group, a column per rate, with 95 % intervals."""
    labels = changes[["category", "group"]].drop_duplicates().reset_index(drop=True)
    heights = np.arange(len(labels)) + labels["category"].ne(labels["category"].shift()).cumsum() * 1.5
    with mpl.rc_context(STYLE | {"axes.grid.axis": "x"}):
        figure = PageFigure(figsize=(10.2, _ROW * (heights.max() + 1.5) + 0.7), layout="constrained")
        axes = figure.subplots(1, len(RATES), sharey=True, squeeze=False)[0]
        for index, (ax, rate) in enumerate(zip(axes, RATES, strict=True)):
            rows = labels.merge(changes[changes["rate"] == index], on=["category", "group"], how="left")
            _draw_bars(ax, rate, rows, heights.to_numpy())
        _label_rows(axes[0], labels, heights.to_numpy())
    return figure


def _rates(categories: pd.DataFrame, comparison: Comparison, origin: str | None) -> pd.DataFrame:
    """Rows (category, group, rate), a column a seed: sums over months (and origins) per worker."""
    frame = categories if origin is None else categories[categories["origin"] == origin]
    if comparison.first is not None:
        frame = frame[frame["month"] >= pd.Timestamp(comparison.first).to_period("M").to_timestamp()]
    if comparison.last is not None:
        frame = frame[frame["month"] <= pd.Timestamp(comparison.last)]
    frame = frame.astype({"origin": "str", "category": "str", "group": "str"})
    if origin is None and len(places(categories, "origin")) > 1:
        is_province = frame["category"] == "province"
        frame = frame.assign(group=frame["group"].mask(is_province, frame["group"] + " (" + frame["origin"] + ")"))
    summed = frame.groupby(["category", "group", "seed"], sort=False)[
        ["workers", *(rate.measure for rate in RATES)]
    ].sum()
    workers = summed["workers"].where(summed["workers"] > 0)
    rates = pd.DataFrame({i: rate.factor * summed[rate.measure] / workers for i, rate in enumerate(RATES)})
    rates.columns.name = "rate"
    return rates.stack(future_stack=True).unstack("seed", sort=False)


def _draw_bars(ax: Axes, rate: Rate, rows: pd.DataFrame, heights: np.ndarray) -> None:
    difference = rows["difference"].to_numpy()
    half = np.nan_to_num((rows["high95"] - rows["difference"]).to_numpy())
    ax.barh(heights, difference, height=0.72, color=np.where(difference < 0, AGAINST, SCENARIO), linewidth=0)
    ax.errorbar(difference, heights, xerr=half, fmt="none", ecolor=INK, elinewidth=0.9, capsize=0)
    ax.axvline(0, color=PALE, linewidth=0.8)
    ax.set_title(rate.heading, pad=16)
    ax.text(0, 1, f"{rate.unit}\n", transform=ax.transAxes, fontsize=7.5, color=PALE, va="center")
    ax.spines["bottom"].set_color(RULE)
    ax.xaxis.set_major_formatter(Thousands())
    ax.xaxis.set_major_locator(MaxNLocator(nbins=4, min_n_ticks=3))
    ax.set_ylim(heights.max() + 0.7, heights.min() - 1.8)


def _label_rows(ax: Axes, labels: pd.DataFrame, heights: np.ndarray) -> None:
    ax.set_yticks(heights, [_group_name(group) for group in labels["group"]])
    firsts = labels["category"].ne(labels["category"].shift())
    for category, height in zip(labels["category"][firsts], heights[firsts], strict=True):
        ax.annotate(
            _CATEGORY_NAMES.get(category, category), (0, height - 1.05), xycoords=("axes fraction", "data"),
            xytext=(-4, 0), textcoords="offset points", ha="right", va="center", fontweight="bold", fontsize=8.5,
        )  # fmt: skip


def _group_name(group: Any) -> str:
    return str(group).replace("_", "\u2013") if str(group)[:1].isdigit() else str(group).replace("_", " ")
