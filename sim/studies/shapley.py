"""Why remittances fell: the change from one year to the next, shared out among its causes by Shapley's value.

The causes are players. In the world of a coalition its players do what they did, and the others are held as they were
in one month: a rate, a demand or a law that stays, other destinations that take no newcomers, households that know
everything. Worlds share their households, their luck and their past up to that month. With v(S) the change in the world
of coalition S, the share of player i is its mean contribution over all orders in which the players can come in,

    phi_i = sum over S without i of  |S|! (n - |S| - 1)! / n!  (v(S + i) - v(S)),      sum of phi = v(all) - v(none)

(Shapley 1953; for decompositions Shorrocks 2013, doi:10.1007/s10888-011-9214-z). What two players do together beyond
what each does alone is the interaction index of Grabisch and Roubens 1999, doi:10.1007/s001820050125.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.errors import InputError
from sim.policies.base import Policy
from sim.policies.context import Context
from sim.policies.exchange_rate import ExchangeRate
from sim.policies.full_information import FullInformation
from sim.policies.law import Law
from sim.policies.settings import read_month
from sim.schema.parameters import PARAMETERS
from sim.schema.quantities import LAW, QUANTITIES
from sim.seed_run import Progress
from sim.simulation import simulate_all

if TYPE_CHECKING:
    from sim.output.result import RunResult
    from sim.region import Region
    from sim.scenario import Scenario

ALL = "ALL"
YEAR = 12
SINCE = "2014-07"
PLAYERS = {
    "exchange_rate": "the rate of the destination's currency",
    "demand": "output, wages and prices at the destination",
    "law": "permits, days of stay, bans and their enforcement at the destination",
    "diversion": "other destinations: open to newcomers, and changing",
    "information": "that households know only what they have heard",
}
"""What each player does when it is in; out of a coalition it is held, other destinations are shut, all know all."""
OUTCOMES = (
    ("remittances_true", "first", "percent"),
    ("remittances_true", ALL, "percent"),
    ("stock", "first", "percent"),
    ("stock", ALL, "percent"),
)
"""Measure, where (the pack's first destination, or everywhere), unit: change on the year of `since`, a year later."""
MARKET = ("average_wage", "inflation", "gdp_growth", "pay_ratio_regular", "pay_ratio_irregular", "labour_demand")
KEYS = ["measure", "destination", "origin", "unit"]


@dataclass(frozen=True, kw_only=True)
class Demand(Policy):
    """Output, wages and prices of some countries as they were in a month; a probe, not a policy.

    Output goes on growing at `trend`, which is what leaves the demand for migrants as it is (docs/model.md, 7.1).
    """

    name = "held_demand"
    modifies = MARKET
    countries: tuple[str, ...]
    since: str
    trend: float

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The quantity, constant from the month on in the countries, [T, C] or [T, O, D]."""
        month = context.month(self.since)
        later = np.maximum(np.arange(len(values)) - month, 0)
        growth = np.exp(self.trend * later / YEAR) if name == "gdp_growth" else np.ones(len(values))
        places = context.countries if QUANTITIES[name].shape == "country" else context.destinations
        held = np.array([place in self.countries for place in places])
        kept = values[month] * growth.reshape(-1, *[1] * (values.ndim - 1))
        return np.where((later > 0).reshape(growth.shape + (1,) * (values.ndim - 1)) & held, kept, values)


@dataclass(frozen=True, kw_only=True)
class Elsewhere(Demand):
    """Other destinations as they were in a month, and shut to newcomers from then on: the way there costs more than
    anybody has. Who is there may stay.
    """

    name = "held_elsewhere"
    modifies = (*MARKET, "exchange_rate", *LAW, "travel_cost")

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The quantity, constant from the month on; the cost of travel out of reach, [T, O, D]."""
        if name == "travel_cost":
            shut = context.corridors(destinations=self.countries, during=(self.since, None))
            return np.where(shut, QUANTITIES[name].high, values)
        return super().effect(name, values, context)


def held(scenario: Scenario, region: Region, since: str) -> dict[str, Policy]:
    """What holds each player, by its name; `scenario` as one seed lives it."""
    first, *others = region.destinations
    trend = scenario.parameters.get("trend_growth", PARAMETERS["trend_growth"].default)
    return {
        "exchange_rate": ExchangeRate(currencies=(region.currency[first],), hold_at=since),
        "demand": Demand(countries=(first,), since=since, trend=trend),
        "law": Law(hold_at=since, destinations=(first,)),
        "diversion": Elsewhere(countries=tuple(others), since=since, trend=trend),
        "information": FullInformation(share=1.0, start=since),
    }


def coalitions(players: Sequence[str] = tuple(PLAYERS)) -> list[frozenset[str]]:
    """All coalitions, in the order of binary numbers: the i-th player is in where bit i is set."""
    return [frozenset(p for i, p in enumerate(players) if k >> i & 1) for k in range(1 << len(players))]


def world_name(coalition: frozenset[str]) -> str:
    """The players that are in, joined by `+`; `none` where all are held."""
    return "+".join(p for p in PLAYERS if p in coalition) or "none"


def worlds(scenario: Scenario, region: Region, since: str) -> list[Scenario]:
    """The scenario of each coalition, for one seed; the last one has all players in and is the scenario itself."""
    probes = held(scenario, region, since)
    return [
        replace(
            scenario,
            name=world_name(coalition),
            policy_objects=(*scenario.policy_objects, *(probes[p] for p in PLAYERS if p not in coalition)),
        )
        for coalition in coalitions()
    ]


def checked(scenario: Scenario, region: Region, since: str) -> Scenario:
    """The scenario over the two years that are compared.

    Raises
    ------
    InputError
        The month is not in the pack or leaves no year after, or a policy changes what a player is to hold.
    """
    month = read_month(since, "since", region)
    after = f"{int(month[:4]) + 1}-12"
    last = region.label(region.months - 1)
    if after > last:
        raise InputError("since", f"is {month}, and the year after is not in the pack, which ends {last}", "earlier")
    if month[:4] < region.label(0)[:4] or f"{month[:4]}-01" < region.label(0):
        raise InputError("since", f"is {month}, and the pack begins {region.label(0)}", "a month of a whole year")
    for player, probe in held(scenario, region, month).items():
        for policy in scenario.policy_objects:
            both = sorted({*policy.modifies} & {*probe.modifies})
            if both:
                problem = f"changes {both[0]}, which is held where {player} is out: the two cannot be told apart"
                raise InputError(f"policies.{policy.name}", problem, "a scenario without it, as history")
    return replace(scenario, until=after, months=region.month_index(after) + 1)


def live_worlds(
    scenario: Scenario, region: Region, since: str, seed: int, progress: Progress | None = None
) -> pd.DataFrame:
    """The change in each world of one seed, a row for each: `KEYS`, world, before, after, value, seed.

    Parameters
    ----------
    scenario
        As `checked` gives it; lived as the seed draws its numbers.
    since
        Month in which what is held stops.
    """
    own = replace(scenario.member(seed), seeds=1, first_seed=seed, follow=0)
    results = simulate_all(worlds(own, region, since), region, progress)
    year = int(since[:4])
    rows = [row for result in results for row in _changes(result, region, year)]
    return pd.DataFrame(rows).assign(seed=seed)


def _changes(result: RunResult, region: Region, year: int) -> Iterator[dict]:
    table = result.corridors
    years = table["month"].dt.year.to_numpy()
    for measure, where, unit in OUTCOMES:
        place = region.destinations[0] if where == "first" else ALL
        there = np.ones(len(table), bool) if place == ALL else (table["destination"] == place).to_numpy()
        for origin in (*region.origins, ALL):
            own = there if origin == ALL else there & (table["origin"] == origin).to_numpy()
            before, after = (float(table.loc[own & (years == y), measure].sum()) for y in (year, year + 1))
            if measure == "stock":  # the year's mean
                before, after = before / YEAR, after / YEAR
            value = 100.0 * (after / before - 1.0) if before > 0.0 else float("nan")
            keys = dict(zip(KEYS, (measure, place, origin, unit), strict=True))
            yield {**keys, "world": result.name, "before": before, "after": after, "value": value}


def weights(n: int) -> np.ndarray:
    """Matrix of shape (n, 2^n) that makes Shapley's values of the worths of all coalitions, in binary order."""
    matrix = np.zeros((n, 1 << n))
    for k in range(1 << n):
        size = k.bit_count()
        for i in range(n):
            if k >> i & 1:
                matrix[i, k] = factorial(size - 1) * factorial(n - size) / factorial(n)
            else:
                matrix[i, k] = -factorial(size) * factorial(n - size - 1) / factorial(n)
    return matrix


def pair_weights(n: int) -> np.ndarray:
    """Matrix of shape (pairs, 2^n), pairs in the order of `itertools.combinations`, that makes interaction indices."""
    pairs = list(combinations(range(n), 2))
    matrix = np.zeros((len(pairs), 1 << n))
    for row, (i, j) in enumerate(pairs):
        for k in range(1 << n):
            inside = (k >> i & 1) + (k >> j & 1)
            rest = k.bit_count() - inside
            sign = -1.0 if inside == 1 else 1.0
            matrix[row, k] = sign * factorial(rest) * factorial(n - rest - 2) / factorial(n - 1)
    return matrix


def shares(lived: pd.DataFrame) -> pd.DataFrame:
    """Shapley's value of each player with its 95 % interval over seeds, and the two ends: a row each for `none` (what
    happens with all held), each player, and `all` (what happened).

    Columns: `KEYS`, player, value, low95, high95, first (alone, before any other), last (after all others).
    """
    names, n = tuple(PLAYERS), len(PLAYERS)
    matrix, full = weights(n), (1 << n) - 1
    rows = []
    for keys, worth in _by_outcome(lived):
        rows.append({**keys, "player": "none", **_interval(worth[0])})
        for i, (name, values) in enumerate(zip(names, matrix @ worth, strict=True)):
            alone, last = worth[1 << i] - worth[0], worth[full] - worth[full ^ (1 << i)]
            ends = {"first": float(alone.mean()), "last": float(last.mean())}
            rows.append({**keys, "player": name, **_interval(values), **ends})
        rows.append({**keys, "player": "all", **_interval(worth[full])})
    return pd.DataFrame(rows)


def interactions(lived: pd.DataFrame) -> pd.DataFrame:
    """Interaction index of each pair of players with its 95 % interval over seeds: `KEYS`, player, with, value, low95,
    high95. Above 0 the two together do more than each by itself.
    """
    pairs, matrix = list(combinations(PLAYERS, 2)), pair_weights(len(PLAYERS))
    rows = []
    for keys, worth in _by_outcome(lived):
        for (one, other), values in zip(pairs, matrix @ worth, strict=True):
            rows.append({**keys, "player": one, "with": other, **_interval(values)})
    return pd.DataFrame(rows)


def _by_outcome(lived: pd.DataFrame) -> Iterator[tuple[Mapping[str, str], np.ndarray]]:
    """Keys of each outcome, and the worths of all coalitions, shape (2^n, seeds)."""
    order = [world_name(coalition) for coalition in coalitions()]
    for keys, part in lived.groupby(KEYS, sort=False):
        worth = part.pivot(index="world", columns="seed", values="value").loc[order]
        yield dict(zip(KEYS, keys, strict=True)), worth.to_numpy()


def _interval(values: np.ndarray) -> dict[str, float]:
    """Mean over seeds and its 95 % interval (Student); no interval of one seed."""
    n, mean = len(values), float(values.mean())
    if n < 2:
        return {"value": mean, "low95": float("nan"), "high95": float("nan")}
    half = float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / np.sqrt(n))
    return {"value": mean, "low95": mean - half, "high95": mean + half}
