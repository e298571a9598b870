"""Each policy's own effect has the sign its source claims.

Power. Eight pairs of runs, with and without the policy, the same luck in both, from one settled state; about 8,000
households. The mean difference is held against 0 by a one-sided t test at 1 %. `effect` is the mean difference over its
standard deviation between pairs as a pilot of eight other seeds gave it, halved to be safe and at most 4; the power that
follows from it is at least 0.9 for every row, which takes an effect of 1.6.

A sign is no level: sizes come from the model's rules and from assumed figures. Departures after a campaign are not
tested, since studies disagree (see the page of `information_campaign`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from small_worlds import begin, pack, scenario

from sim.policies.base import build, registered
from sim.scenario import Scenario
from sim.seed_run import SeedRun, prepare
from sim.tables import make_tables

SEEDS = tuple(range(1, 9))
LEVEL, POWER = 0.01, 0.9


@dataclass(frozen=True, kw_only=True)
class Row:
    """A claim: under the policy a measure is larger (+1) or smaller (-1) in the months of the window.

    `measure` may be an expression of measures, as ``irregular / stock``.
    """

    policy: str
    measure: str
    sign: int
    effect: float  # of the pilot, in standard deviations between pairs
    settings: dict[str, Any] = field(default_factory=dict)  # none = the example
    origin: str | None = None  # None = all of them
    destination: str | None = None
    window: tuple[str, str] = ("2014-01", "2015-12")

    def __str__(self) -> str:
        return f"{self.policy}: {self.measure} {'+' if self.sign > 0 else '-'}"


ROWS = ()


@cache
def history() -> Scenario:
    """Six years of history after five of settling."""
    return scenario(scale=1e-3, burn_in=60, until="2017-12")


@cache
def settled(seed: int) -> SeedRun:
    """The state from which every pair goes on."""
    run = begin(history(), seed=seed, threads=2)
    run.burn_in()
    return run


@cache
def recorded(seed: int, policy: str = "", settings: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Corridors and origins of history, or of history with a policy (settings as text: a key of the cache)."""
    given = () if not policy else (build(policy, _SETTINGS[settings], pack()),)
    prepared = prepare(replace(history(), policy_objects=given), pack())
    outcome = settled(seed).continue_as(prepared, threads=2).run(categories=False)
    corridors, origins, *_ = make_tables([outcome], prepared.frame)
    return corridors, origins


_SETTINGS: dict[str, dict[str, Any]] = {}


def value(tables: tuple[pd.DataFrame, pd.DataFrame], row: Row) -> float:
    """The measure, or the expression of measures, made of their monthly means over the window and sums over places."""
    names = set(re.findall(r"[a-z][a-z_0-9]*", row.measure))
    table = next(table for table in tables if names <= set(table.columns))
    chosen = table["month"].between(*(pd.Timestamp(month) for month in row.window))
    for place in ("origin", "destination"):
        wanted = getattr(row, place)
        if wanted is not None:
            chosen &= table[place] == wanted
    months = table.loc[chosen, "month"].nunique()
    means = table.loc[chosen, sorted(names)].sum().to_frame().T / months
    return float(means.eval(row.measure).iloc[0])


def differences(row: Row, seeds: tuple[int, ...] = SEEDS) -> np.ndarray:
    """With the policy minus without, seed by seed."""
    settings = row.settings or registered()[row.policy].example().as_mapping()
    key = repr(sorted(settings.items(), key=str))
    _SETTINGS[key] = settings
    return np.array([value(recorded(seed, row.policy, key), row) - value(recorded(seed), row) for seed in seeds])


def power(effect: float) -> float:
    """Of a one-sided t test at LEVEL with as many pairs as there are seeds."""
    pairs = len(SEEDS)
    return float(stats.nct.sf(stats.t.isf(LEVEL, pairs - 1), pairs - 1, effect * sqrt(pairs)))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_effect_has_its_sign(row):
    assert power(row.effect) >= POWER
    by_seed = row.sign * differences(row)
    assert by_seed.mean() > 0
    assert by_seed.std(ddof=1) == 0 or stats.ttest_1samp(by_seed, 0.0, alternative="greater").pvalue < LEVEL, by_seed
