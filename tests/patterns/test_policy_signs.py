"""Each policy's own effect has the sign its source claims.

Power. Eight pairs of runs, with and without the policy, the same luck in both, from one settled state; about 8,000
households. The mean difference is held against 0 by a one-sided t test at 1 %. `effect` is the mean difference over its
standard deviation between pairs as a pilot of eight other seeds gave it, halved to be safe and at most 4; the power that
follows from it is at least 0.9 for every row, which takes an effect of 1.6.

A sign is no level: sizes come from the model's rules and from assumed figures. Where an example is too small to be told
from luck at this scale, a larger dose is given. Not claimed, and so not tested: departures after a campaign, where studies
disagree, and under public works, where the model has two ways that nearly cancel.
"""

from __future__ import annotations

import json
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
from sim.prepared import prepare
from sim.scenario import Scenario
from sim.seed_run import SeedRun
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
    against: dict[str, Any] | None = None  # of the same policy; None = without it
    origin: str | None = None  # None = all of them
    destination: str | None = None
    window: tuple[str, str] = ("2014-01", "2015-12")

    def __str__(self) -> str:
        return f"{self.policy}: {self.measure} {'+' if self.sign > 0 else '-'}"


def claims(policy: str, *rows: tuple, **common: Any) -> tuple[Row, ...]:
    """Rows of one policy: measure, sign, effect of the pilot."""
    return tuple(Row(policy=policy, measure=m, sign=sign, effect=effect, **common) for m, sign, effect in rows)


RUS, KAZ, TJK = {"destination": "RUS"}, {"destination": "KAZ"}, {"origin": "TJK"}
AFTER = {"window": ("2015-09", "2016-12")}
REFUGEES = {"origins": ["TJK"], "refugees": 3000}
FROM_2014 = {"during": ["2014-01", None]}
ALL_RETURNEES = FROM_2014 | {"capacity": 50_000, "who": "all", "search": 1.5}
MEETINGS = FROM_2014 | {"topics": ["ban_rules", "own_status"], "seeding": "departing", "channel": "meeting", "heads": 60_000}
DEAR = {"destination": "RUS", "origins": ["TJK", "UZB"], "monthly": 15_000, "during": ["2015-01", None]}
WORKS = FROM_2014 | {"capacity": 500_000, "pay": 120}
AGENCIES = {"destination": "RUS", "origins": ["TJK"], "places": 600_000, "fee": 100, "known_to": 1}
TEN_YEARS, NO_BAN = {"months": 120}, {"months": 0}
KNOWN = {"destination": "KAZ", "quota": 100_000, "start": "2014-03", "known_to": 0.6}
CENTRES = FROM_2014 | {"capacity": 50_000, "known_to": 0.6}

ROWS = (
    *claims("amnesty", ("banned", -1, 4), **TJK, **RUS, **AFTER),
    *claims("credit", ("debt", -1, 3.07), ("savings", +1, 4)),
    *claims("cross_border_trade", ("poverty", -1, 4)),
    *claims("devaluation", ("remittances_true", -1, 4), ("returns", +1, 4), **RUS, window=("2014-08", "2015-07")),
    *claims("exchange_rate", ("remittances_true", +1, 4), **RUS, window=("2015-01", "2015-12")),
    *claims("exchange_rate", ("returns", -1, 4), **RUS, window=("2014-11", "2015-04")),
    *claims("emergency_return", ("returns", +1, 4), **RUS, window=("2015-02", "2015-02")),
    *claims("emergency_return", ("jobless_returnees", +1, 4), window=("2015-02", "2015-07")),
    *claims("employer_compliance", ("wage_theft", -1, 4), **RUS),
    *claims("enforcement", ("detections", +1, 4), ("departures", -1, 2.99), ("returns - forced_returns", -1, 4), **RUS),
    *claims("free_movement", ("regular / stock", +1, 4), ("stock", +1, 4), **TJK, **RUS, **AFTER),
    *claims("full_information", ("refused", -1, 4), ("unaware_banned", -1, 4), **RUS),
    *claims("information_campaign", ("aware_ban_rules", +1, 4)),
    *claims("information_campaign", ("unaware_banned", -1, 3.88), ("refused", -1, 3.4), settings=MEETINGS, **RUS),
    *claims("labour_demand", ("working", -1, 4), ("remittances_true", -1, 4), **RUS, **AFTER),
    *claims("matched_savings", ("savings", +1, 4)),
    *claims("patent", ("work_permits", -1, 4), ("irregular / stock", +1, 4), settings=DEAR, **RUS, **AFTER),
    *claims("public_works", ("poverty", -1, 4), settings=WORKS),
    *claims("recruitment", ("irregular", -1, 4), ("remittances_true / stock", +1, 1.75), settings=AGENCIES, **TJK, **RUS),
    *claims("reentry_ban", ("banned", +1, 4), settings=TEN_YEARS, **RUS, **AFTER),
    *claims("reentry_ban", ("departures", -1, 4), settings=TEN_YEARS, against=NO_BAN, **RUS),
    *claims("refugee_work", ("refugees_self_reliant", +1, 4), settings=REFUGEES | {"right": 1.0}, against=REFUGEES, **TJK),
    *claims("regularisation", ("irregular", -1, 4), ("wage_theft", -1, 4), **RUS, **AFTER),
    *claims("reintegration", ("joblessness_6", -1, 2.71), settings=ALL_RETURNEES),
    *claims("seasonal_work", ("seasonal_permits", +1, 4), ("regular", +1, 1.91), settings=KNOWN, **KAZ),
    *claims("skills", ("remittances_true", +1, 4), **RUS),
    *claims("support_centre", ("trips_called_off", +1, 1.96), settings=CENTRES),
    *claims("support_centre", ("refused", -1, 3.01), settings=CENTRES, **RUS),
    *claims("transfer_fee", ("transfer_fees", -1, 4), ("remittances_true_real", +1, 4)),
    *claims("travel_cost", ("departures", +1, 4), **RUS),
    *claims("visa_free_days", ("irregular", +1, 4), ("bans_imposed", +1, 3.34), **RUS),
    *claims("work_quota", ("work_permits", -1, 4), ("work_refused", +1, 4), **RUS),
)
NO_SIGN = {"law": "holds amendments off, and has what sign they had"}


@cache
def history() -> Scenario:
    """Five years of history after five of settling."""
    return scenario(scale=1e-3, burn_in=60, until="2016-12")


@cache
def settled(seed: int) -> SeedRun:
    """The state from which every pair goes on."""
    run = begin(history(), seed=seed, threads=2)
    run.burn_in()
    return run


@cache
def recorded(seed: int, policy: str = "", settings: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Corridors and origins of history, or of history with a policy (settings as JSON: a key of the cache)."""
    given = () if not policy else (build(policy, json.loads(settings), pack()),)
    prepared = prepare(replace(history(), policy_objects=given), pack())
    outcome = settled(seed).continue_as(prepared, threads=2).run()
    corridors, origins, *_ = make_tables([outcome], [prepared.frame])
    return corridors, origins


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
    given = json.dumps(row.settings or registered()[row.policy].example().as_mapping(), sort_keys=True)
    without = () if row.against is None else (row.policy, json.dumps(row.against, sort_keys=True))
    return np.array(
        [value(recorded(seed, row.policy, given), row) - value(recorded(seed, *without), row) for seed in seeds]
    )


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


def test_every_policy_has_a_claim_of_its_own():
    assert {row.policy for row in ROWS} == set(registered()) - set(NO_SIGN)


def test_matched_savings_leave_remittances_as_they_are():
    """Within a hundredth, after Ambler, Aycinena and Yang 2015, who found no effect."""
    row = Row(policy="matched_savings", measure="remittances_true", sign=+1, effect=4.0)
    without = np.array([value(recorded(seed), row) for seed in SEEDS])
    share = differences(row) / without
    low, high = stats.t.interval(0.98, len(SEEDS) - 1, share.mean(), max(stats.sem(share), 1e-12))
    assert -0.01 < low <= high < 0.01


def pilot() -> None:
    """Print what `effect` is to be: of seeds that the tests do not use, halved, at most 4."""
    for row in ROWS:
        by_seed = row.sign * differences(row, tuple(range(101, 109)))
        spread = by_seed.std(ddof=1)
        print(f"{min(4.0, 0.5 * by_seed.mean() / spread) if spread else 4.0:6.2f}  {row}")


if __name__ == "__main__":
    pilot()
