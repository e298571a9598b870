"""What a comparison found, in sentences built from its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.measures import MEASURES
from sim.output.comparison import ALL, places
from sim.output.numbers import THIN, Display, display_for, display_in_words, percent

if TYPE_CHECKING:
    from sim.output.result import Comparison

_TITLES = {
    "stock": "Migrants abroad",
    "departures": "Departures",
    "returns": "Returns",
    "forced_returns": "Forced returns",
    "banned": "On the entry-ban list",
    "unaware_banned": "Banned without knowing it",
    "refused": "Refused at the border",
    "border_loss": "Money lost at the border",
    "aware_of_work": "Have heard of work there",
    "aware_ban_rules": "Have heard of the ban rules",
    "aware_seasonal_permit": "Have heard of seasonal permits",
    "aware_work_permit": "Have heard of work permits",
    "aware_free_movement": "Have heard of free movement",
    "aware_support_centre": "Have heard of support centres",
    "aware_own_status": "Banned who know it",
    "belief_error": "Error of believed wages",
    "diverted": "Banned, working elsewhere",
    "remittances_true": "Remittances sent",
    "remittances_true_real": "Real remittances",
    "remittances_recorded": "Remittances recorded",
    "jobless_returnees": "Returned and without work",
    "joblessness_12": "Joblessness a year after return",
    "poverty": "Poverty",
}
_TELLING = ("remittances_true", "stock", "poverty", "banned", "jobless_returnees")
"""Measures the main finding is looked for in, the weightiest first."""


def title_of(measure: str) -> str:
    """A measure's name as a heading."""
    return _TITLES.get(measure, measure.replace("_", " ").capitalize())


def headline_measures() -> list[str]:
    """Measures shown in the terminal and at the top of the report."""
    return [name for name, measure in MEASURES.items() if measure.headline]


def display_of(rows: pd.DataFrame) -> Display:
    """One display for all rows of a measure."""
    units = rows["unit"].unique()
    unit = units[0] if len(units) == 1 else MEASURES[rows["measure"].iloc[0]].unit
    means = rows[["scenario_mean", "against_mean"]].to_numpy()
    return display_for(unit, means, (rows["high95"] - rows["difference"]).to_numpy())


def is_clear(row: Any) -> bool:
    """Whether the 95 % interval excludes zero; never so with one seed."""
    return bool(np.isfinite(row.low95) and (row.low95 > 0 or row.high95 < 0))


def row_of(table: pd.DataFrame, measure: str, origin: str, destination: str = ALL) -> Any:
    """One row of a comparison, or None where the run has no such measure or place."""
    found = table[(table["measure"] == measure) & (table["origin"] == origin) & (table["destination"] == destination)]
    return next(found.itertuples(), None)


def finding(comparison: Comparison) -> str:
    """The main finding in one line: the origin hit most in the weightiest measure whose interval excludes zero."""
    names = f"Under {comparison.scenario.name}, compared with {comparison.against.name},"
    table = comparison.table
    for measure in _TELLING:
        rows = [row_of(table, measure, origin) for origin in places(comparison.scenario.origins, "origin")]
        clear = [row for row in rows if row is not None and is_clear(row)]
        if clear:
            row = max(clear, key=_relative)
            place = comparison.scenario.place(row.origin)
            change = clause(row, row.unit)
            return f"{names} {title_of(measure)[0].lower()}{title_of(measure)[1:]} ({place}): {change}."
    if len(comparison.scenario.seeds) < 2:
        return f"{names} one seed cannot tell an effect from chance: run more seeds."
    return f"{names} no headline measure surely differs."


def clause(row: Any, unit: str) -> str:
    """``12.3 million USD a month more (95 % interval 10.1 to 14.5; +4.5 %)``."""
    if row.difference == 0:
        return "no change at all"
    display = display_in_words(unit, row.difference)
    shown = display.unit.replace(" per month", " a month").replace("percent", "percentage points")
    if math.isfinite(row.low95) and not is_clear(row):
        return f"no sure change (95{THIN}% interval {display.interval(row.low95, row.high95)} {shown})"
    low, high = sorted((abs(row.low95), abs(row.high95)))
    interval = f"{display.show(low)} to {display.show(high)}"  # unsigned: the words give the direction
    reach = f"95{THIN}% interval {interval}" if math.isfinite(row.low95) else "one seed, so no interval"
    if "percent" not in unit:
        reach += f"; {percent(row.difference, row.against_mean)}"
    return f"{display.show(abs(row.difference))} {shown} {_direction(unit, row.difference > 0)} ({reach})"


def summary_sentences(comparison: Comparison, hardest: str = "") -> list[str]:
    """Three to five sentences: money, migrants, bans, poverty and who is hit most.

    Parameters
    ----------
    comparison
        What is told.
    hardest
        A sentence on the categories, where there is one to tell.
    """
    whole = _all_or_only(comparison)
    told = [
        _by_origin(comparison, "remittances_true", "Remittances sent"),
        _abroad(comparison, whole),
        _of_all(comparison, whole, (("banned", "On the entry-ban list"), ("unaware_banned", "of them unaware of it"))),
        _by_origin(comparison, "poverty", "The poverty headcount"),
        hardest,
    ]
    return [sentence for sentence in told if sentence]


def _by_origin(comparison: Comparison, measure: str, subject: str) -> str:
    rows = comparison.table[comparison.table["measure"] == measure]
    origins = places(comparison.scenario.origins, "origin")
    found = [(origin, row_of(rows, measure, origin)) for origin in origins]
    told = [f"{comparison.scenario.place(origin)} {clause(row, row.unit)}" for origin, row in found if row is not None]
    return f"{subject}: {_listed(told)}." if told else ""


def _abroad(comparison: Comparison, whole: str) -> str:
    rows = comparison.table[comparison.table["measure"] == "stock"]
    row = row_of(rows, "stock", whole)
    if row is None:
        return ""
    to = rows[(rows["origin"] == whole) & (rows["destination"] != ALL)]
    moved = sorted((part for part in to.itertuples() if is_clear(part)), key=lambda part: -abs(part.difference))
    places_moved = [f"{comparison.scenario.place(part.destination)} {_signed(part)}" for part in moved]
    detail = f" Of this, {_listed(places_moved)}." if len(places_moved) > 1 else ""
    return f"Labour migrants abroad: {clause(row, row.unit)}.{detail}"


def _signed(row: Any) -> str:
    return display_in_words(row.unit, row.difference).signed(row.difference)


def _of_all(comparison: Comparison, whole: str, subjects: Iterable[tuple[str, str]]) -> str:
    told = []
    for measure, subject in subjects:
        rows = comparison.table[comparison.table["measure"] == measure]
        row = row_of(rows, measure, whole)
        if row is not None:
            told.append(f"{subject}: {clause(row, row.unit)}")
    return "; ".join(told) + "." if told else ""


def _all_or_only(comparison: Comparison) -> str:
    origins = places(comparison.scenario.origins, "origin")
    return origins[0] if len(origins) == 1 else ALL


def _relative(row: Any) -> float:
    return abs(row.difference) / abs(row.against_mean) if row.against_mean else math.inf


def _direction(unit: str, up: bool) -> str:
    if "percent" in unit:
        return "higher" if up else "lower"
    if up:
        return "more"
    return "fewer" if unit.startswith(("persons", "households")) else "less"


def _listed(parts: list[str]) -> str:
    """``a; b; and c``: semicolons, because the parts hold commas."""
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; {parts[-1]}"
