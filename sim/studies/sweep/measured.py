"""What is kept of a run: measures averaged over a window of months, a number each.

A name is ``MEASURE`` (all origins together, where they may be summed), ``MEASURE.ORIGIN`` (all its destinations), or
``MEASURE.ORIGIN.DESTINATION``; ``ALL`` may stand for the origin. Months in which a measure is not defined are left out.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError, nearest_name
from sim.measures import MEASURES
from sim.policies.settings import read_month, shown
from sim.tables import Frame, SeedOutcome, seed_values

if TYPE_CHECKING:
    from sim.region import Region

ALL = "ALL"
COUNTED = "gini_consumption"
"""The one measure that needs the counts by category, which a sweep otherwise leaves out."""
BESIDES = ("households", "bans_imposed", "irregular", "remittances_true_real", "consumption", "consumption_abroad",
           "income", "poverty_gap", "cost_of_misinformation", "joblessness_6", "public_cost")  # fmt: skip
"""Kept by default beside the headline measures."""


@dataclass(frozen=True)
class Kept:
    """The columns of a sweep's table, and the months they are averaged over (first, last; both included)."""

    names: tuple[str, ...]
    first: int
    last: int

    @property
    def counts_categories(self) -> bool:
        """Whether households have to be counted by category."""
        return any(name.partition(".")[0] == COUNTED for name in self.names)

    def values(self, outcome: SeedOutcome, frame: Frame) -> list[float]:
        """The value of each name for what a seed has left; NaN where it is not defined in any month."""
        corridors, origins, _ = seed_values(outcome, frame)
        window = slice(self.first, self.last + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a mean of nothing is NaN, and is meant to be
            return [_mean(_series(name, corridors, origins, frame)[window]) for name in self.names]


def _mean(series: np.ndarray) -> float:
    """Mean of the months in which there is a value; most series have one in all, and `nanmean` costs three times as
    much.
    """
    return float(np.nanmean(series) if np.isnan(series).any() else series.mean())


def _series(
    name: str, corridors: Mapping[str, np.ndarray], origins: Mapping[str, np.ndarray], frame: Frame
) -> np.ndarray:
    """A measure by month, shape (T,)."""
    measure, *place = name.split(".")
    if measure not in corridors:
        values = origins[measure]
        return values.sum(axis=1) if not place or place[0] == ALL else values[:, frame.origins.index(place[0])]
    values = corridors[measure]
    if len(place) == 2:
        values = values[..., frame.destinations.index(place[1])]
    else:
        values = values.sum(axis=2)
    return values.sum(axis=1) if not place or place[0] == ALL else values[:, frame.origins.index(place[0])]


def read_kept(measures: Any, window: Any, region: Region, months: int) -> Kept:
    """The columns and the window that were asked for.

    Parameters
    ----------
    measures
        None for the usual ones, ``all``, or a list of names.
    window
        None, or first and last month; null in either place is the run's own.
    months
        Months every run lives.

    Raises
    ------
    InputError
        An unknown measure or place, one that has no value there, or a window outside the runs.
    """
    first, last = _window(window, region, months)
    if measures is None:
        chosen = [name for name, one in MEASURES.items() if one.headline or name in BESIDES]
        return Kept(_everywhere(chosen, region), first, last)
    if measures == "all":
        return Kept(_everywhere(list(MEASURES), region), first, last)
    given = [measures] if isinstance(measures, str) else measures
    if not isinstance(given, Sequence) or not given:
        raise InputError("measures", f"is {shown(measures)}", allowed="null, all, or a list of measures")
    return Kept(tuple(dict.fromkeys(check_name(one, region) for one in given)), first, last)


def _everywhere(measures: Sequence[str], region: Region) -> tuple[str, ...]:
    names = []
    for measure in measures:
        if _adds_up(measure):
            names.append(measure)
        if not (MEASURES[measure].level == "corridor" and MEASURES[measure].kind == "ratio"):
            names += [f"{measure}.{origin}" for origin in region.origins]
    return tuple(names)


def _adds_up(measure: str) -> bool:
    one = MEASURES[measure]
    return one.kind != "ratio" and "origin currency" not in one.unit and "destination currency" not in one.unit


def check_name(name: Any, region: Region) -> str:
    """A name of a measure and place, if there is such a value.

    Raises
    ------
    InputError
        There is none.
    """
    measure, *place = str(name).split(".")
    if measure not in MEASURES:
        raise InputError(
            "measures", f"names {shown(name)}, which is no measure", "docs/measures.md", nearest_name(measure, MEASURES)
        )
    one = MEASURES[measure]
    origin = place[0] if place else ALL
    if origin not in (*region.origins, ALL):
        raise InputError("measures", f"names {name}: {origin} is no origin", allowed=", ".join((*region.origins, ALL)))
    if len(place) > 1 and (one.level == "origin" or place[1] not in region.destinations):
        raise InputError("measures", f"names {name}, which is no place of it", allowed=", ".join(region.destinations))
    if len(place) > 2 or (len(place) < 2 and one.level == "corridor" and one.kind == "ratio"):
        raise InputError("measures", f"names {name}, a ratio", allowed=f"{measure}.ORIGIN.DESTINATION")
    if origin == ALL and (one.kind == "ratio" or "origin currency" in one.unit):
        raise InputError("measures", f"names {name}, which origins do not share", allowed=f"{measure}.ORIGIN")
    if len(place) < 2 and "destination currency" in one.unit:
        raise InputError("measures", f"names {name}, in each destination's money", f"{measure}.ORIGIN.DESTINATION")
    return str(name)


def _window(given: Any, region: Region, months: int) -> tuple[int, int]:
    if given is None:
        return 0, months - 1
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != 2:
        raise InputError("window", f"is {shown(given)}", allowed="first and last month, as [2014-01, 2015-12]")
    ends = [read_month(one, "window", region) if one is not None else None for one in given]
    first = 0 if ends[0] is None else region.month_index(ends[0])
    last = months - 1 if ends[1] is None else region.month_index(ends[1])
    if not 0 <= first <= last < months:
        allowed = f"two months in order, {region.label(0)} to {region.label(months - 1)}"
        raise InputError("window", f"is {shown(given)}, which the runs do not cover", allowed=allowed)
    return first, last
