"""What policies cost the public purse under two scenarios, and what each outcome averted cost.

A cost per outcome is a ratio of two paired differences: public cost spent more, over outcomes averted. Both are means
over seeds that share their luck, and the interval is Fieller's for the ratio of two correlated means (Fieller 1954,
Journal of the Royal Statistical Society B 16(2): 175-185): all ratios r for which the mean of cost - r x averted cannot
be told from 0. Where the interval of what was averted holds 0 there is no such interval, and no ratio is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.output.comparison import ALL, COLUMNS, Month, over_worlds, paired, places, window

if TYPE_CHECKING:
    from sim.output.result import RunResult

COST_OF = "public_cost_of_"
"""Begins the measure of a policy's public cost in a comparison."""


@dataclass(frozen=True)
class Outcome:
    """An outcome that a policy may avert, and how its cost is told.

    `months` turns the unit of the measure's monthly mean into the one that is told: 12 household-months are a
    household-year.
    """

    name: str
    measure: str
    unit: str
    what: str  # in the plural, of what is averted
    heading: str
    prose: str
    months: float = 1.0


OUTCOMES = (
    Outcome(
        "cost_per_wasted_trip_averted",
        "refused",
        "USD per wasted trip",
        "wasted trips",
        "Wasted trip averted",
        "Public cost spent more, for each traveller less who is turned back at the border because of a ban.",
    ),
    Outcome(
        "cost_per_ban_averted",
        "bans_imposed",
        "USD per ban",
        "bans",
        "Ban averted",
        "Public cost spent more, for each entry ban less that is imposed.",
    ),
    Outcome(
        "cost_per_household_out_of_poverty",
        "poor_households",
        "USD per household-year",
        "poor households",
        "Year of a household out of poverty",
        "Public cost spent more, for each year that a household is not poor and would have been: poor households are a "
        "stock, so out of poverty counts by the year.",
        12.0,
    ),
)


def cost_rows(scenario: RunResult, against: RunResult, first: Month = None, last: Month = None) -> pd.DataFrame:
    """Rows of the comparison on public cost: by policy, and per outcome averted; none where neither side spends.

    `public_cost_of_POLICY` is compared as any measure, with 0 where a side does not have the policy. The rows of
    `OUTCOMES` hold the ratio as `difference`, Fieller's 95 % interval, and in `note` a word why where there is none.
    """
    spent = [_spent(run, first, last) for run in (scenario, against)]
    index = spent[0].index.union(spent[1].index)
    if not len(index):
        return pd.DataFrame(columns=list(COLUMNS))
    seeds = scenario.seeds
    ours, theirs = (one.reindex(index=index, columns=seeds, fill_value=0.0).sort_index() for one in spent)
    parts = [_by_policy(ours, theirs, scenario), _per_outcome(ours - theirs, scenario, against, first, last)]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def fieller(top: np.ndarray, bottom: np.ndarray, worlds: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ratio of the paired means of two arrays (rows, pairs) and its 95 % interval, each of shape (rows,).

    With `worlds` it is of one more pair instead of the mean. NaN with fewer than two pairs, and where the interval of
    the mean below holds 0: Fieller's is not bounded there.
    """
    n = top.shape[1]
    if n < 2:
        none = np.full(len(top), np.nan)
        return none, none, none
    x, y = top.mean(axis=1), bottom.mean(axis=1)
    dx, dy = top - x[:, None], bottom - y[:, None]
    scale = float(stdtrit(n - 1, 0.975)) ** 2 / (n - 1) / n * (n + 1 if worlds else 1)
    a = y * y - scale * (dy * dy).sum(axis=1)
    b = x * y - scale * (dx * dy).sum(axis=1)
    c = x * x - scale * (dx * dx).sum(axis=1)
    bounded = a > 0
    below = np.where(bounded, a, 1.0)
    root = np.sqrt(np.maximum(b * b - a * c, 0.0))
    ratio = x / np.where(y == 0, 1.0, y)
    low, high = (b - root) / below, (b + root) / below
    return np.where(bounded, ratio, np.nan), np.where(bounded, low, np.nan), np.where(bounded, high, np.nan)


def _spent(run: RunResult, first: Month, last: Month) -> pd.DataFrame:
    """Mean public cost a month, USD: rows (policy, origin), with all origins together as ALL; a column a seed."""
    if run.policies.empty:
        return pd.DataFrame(index=pd.MultiIndex.from_arrays([[], []], names=["policy", "origin"]))
    table = window(run.policies, first, last).astype({"policy": "str", "origin": "str"})
    by_origin = table.groupby(["policy", "origin", "seed"])["public_cost"].mean().unstack("seed")
    whole = pd.concat({ALL: by_origin.groupby("policy").sum()}, names=["origin"]).swaplevel()
    return pd.concat([by_origin, whole])


def _by_policy(ours: pd.DataFrame, theirs: pd.DataFrame, run: RunResult) -> pd.DataFrame:
    table = paired(ours.to_numpy(), theirs.to_numpy(), ours.index, over_worlds(run))
    order = {origin: place for place, origin in enumerate([*places(run.origins, "origin"), ALL])}
    table = table.assign(measure=COST_OF + table["policy"], unit="USD per month", destination=ALL, note="")
    return table.assign(place=table["origin"].map(order)).sort_values(["policy", "place"])


def _per_outcome(
    more: pd.DataFrame, scenario: RunResult, against: RunResult, first: Month, last: Month
) -> pd.DataFrame:
    """A row per outcome and origin in which anything is spent; `more` is what is spent more, by policy and seed."""
    total = more.groupby("origin").sum()
    origins = [origin for origin in [*places(scenario.origins, "origin"), ALL] if origin in total.index]
    cost = total.loc[origins].to_numpy()
    parts = []
    for outcome in OUTCOMES:
        sides = [_by_seed(run, outcome.measure, more.columns, first, last) for run in (against, scenario)]
        averted = (sides[0] - sides[1]).loc[origins].to_numpy() / outcome.months
        ratio, low, high = fieller(cost, averted, over_worlds(scenario))
        told = [_why_none(outcome, *row) for row in zip(cost, averted, ratio, strict=True)]
        shown = np.array([not note for note in told])
        table = pd.DataFrame({"origin": origins, "note": told})
        table = table.assign(measure=outcome.name, unit=outcome.unit, destination=ALL, seeds=cost.shape[1])
        figures = {"difference": ratio, "low95": low, "high95": high}
        table = table.assign(**{name: np.where(shown, values, np.nan) for name, values in figures.items()})
        parts.append(table.assign(scenario_mean=np.nan, against_mean=np.nan, independent_seeds=np.nan))
    return pd.concat(parts)


def _by_seed(run: RunResult, measure: str, seeds: pd.Index, first: Month, last: Month) -> pd.DataFrame:
    """Monthly mean of a measure of origins: rows the origins and ALL, a column a seed."""
    table = window(run.origins, first, last).astype({"origin": "str"})
    means = table.groupby(["origin", "seed"])[measure].mean().unstack("seed")[list(seeds)]
    return pd.concat([means, means.sum().to_frame(ALL).T])


def _why_none(outcome: Outcome, cost: np.ndarray, averted: np.ndarray, ratio: float) -> str:
    """Why no ratio is given; empty where one is."""
    if len(cost) < 2:
        return "one seed: no interval"
    if not cost.any():
        return "both sides cost the same"
    if np.isnan(ratio):
        return f"no change in {outcome.what} beyond chance"
    if ratio < 0:
        return f"costs more, and more {outcome.what}" if cost.mean() > 0 else f"costs less, and fewer {outcome.what}"
    return ""
