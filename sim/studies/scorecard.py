"""Hold the model against every pattern it must reproduce, and tell which it meets.

A pattern is a figure of the pack's targets. What the model says of it is the same measure, place and period of the run
(:mod:`sim.studies.patterns`), an experiment (:mod:`sim.studies.experiments`) or read off the households
(:mod:`sim.studies.states`); in which band it should be is stated here, with where the band is from.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.output.result import RunResult
from sim.seed_run import Progress
from sim.simulation import Keep, simulate_all
from sim.studies import experiments as probing
from sim.studies.experiments import (
    all_probes,
    growth_elasticity,
    probes,
    rate_elasticity,
    return_change,
)
from sim.studies.patterns import ALL, Target, modelled
from sim.studies.states import States, poverty, refused_unawares, self_employed

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario

LEVEL_BAND = 0.25  # of the target
SHAPE_BAND = {
    "remittances_recorded_index": 0.20,
    "stock_ratio": 0.10,
    "spell_share": 5.0,
    "departures_share": 6.0,
    "returns_share": 6.0,
    "working_share": 6.0,
}
"""How far a timing may be off: index points, ratio, percentage points."""
CHOSEN = "assumed: a choice of the project"
COLUMNS = (
    "pattern",
    "what",
    "origin",
    "destination",
    "period",
    "unit",
    "use",
    "value",
    "low95",
    "high95",
    "low",
    "high",
    "band",
    "passed",
    "target",
    "tag",
    "source",
    "meaning",
)
"""value, low95, high95: of the model, with its interval over seeds; low, high: the band, `band` where it is from."""


@dataclass(frozen=True)
class Evidence:
    """All that the patterns of one scenario are read off: its run, those of the probes, its states."""

    base: RunResult
    probes: Mapping[str, RunResult]
    states: States
    place: str

    def paired(self, effect: Callable[..., np.ndarray], probe: str, against: str = "") -> np.ndarray | None:
        """An experiment's value by seed, or None where a probe was not lived."""
        if probe not in self.probes:
            return None
        return effect(self.probes[against] if against else self.base, self.probes[probe], self.place)


@dataclass(frozen=True)
class Check:
    """What a figure of the targets means in the model, and the band it should be in.

    `sign`: the whole interval must be in the band, for a band that is open on one side; `scored` is False for what is
    only reported.
    """

    what: str
    meaning: str
    value: Callable[[Evidence, str], np.ndarray | None]
    low: float
    high: float
    band: str = CHOSEN
    sign: bool = False
    scored: bool = True


def _of(effect: Callable[..., np.ndarray], probe: str, against: str = "") -> Callable[..., np.ndarray | None]:
    return lambda evidence, origin: evidence.paired(effect, probe, against)


NO_END = float("inf")
CHECKS: dict[str, Check] = {
    "elasticity_remittances_exchange_rate": Check(
        "P1 elasticity to the exchange rate",
        "A better exchange rate of the first destination by a tenth for a year: change of what arrives per migrant, in "
        "real home currency.",
        _of(probing.rate_elasticities, "better_rate"),
        0.4,
        0.9,
        "around Yang 2008",
    ),
    "return_12_months_on_rate_10_percent": Check(
        "P2 change of return within 12 months",
        "The same experiment: change of the chance to come home within twelve months.",
        _of(probing.return_changes, "better_rate"),
        -2.5,
        -0.5,
        "around Yang 2006",
    ),
    "elasticity_remittances_russian_gdp": Check(
        "P6 elasticity to the destination's GDP",
        "GDP of the first destination lower by 1 % for a year: change of what is sent from there, in dollars.",
        _of(probing.growth_elasticities, "less_growth"),
        1.0,
        2.0,
        "assumed: a half either way of the 1.5 of the IMF",
    ),
    "poverty_with_money": Check(
        "P9 poor with the money",
        "Persons in households with a migrant whose consumption per head at home is below the line, four months of the "
        "second year.",
        lambda evidence, origin: poverty(evidence.states, origin, with_money=True),
        0.0,
        10.0,
        "as the pattern states it",
    ),
    "poverty_without_money": Check(
        "P9 poor without the money",
        "The same households, had they consumed less by what arrived in the month; nobody changes what he does.",
        lambda evidence, origin: poverty(evidence.states, origin, with_money=False),
        50.0,
        100.0,
        "as the pattern states it",
    ),
    "departures_on_restriction": Check(
        "P12 departures under restriction",
        "Two years of bans of five years for everything, on full lists: change of departures to the first destination.",
        _of(probing.restricted("departures"), "harsher"),
        -100.0,
        0.0,
        "the sign is published",
        sign=True,
    ),
    "returns_on_restriction": Check(
        "P12 returns under restriction",
        "The same experiment: change of returns from there.",
        _of(probing.restricted("returns"), "harsher"),
        -100.0,
        0.0,
        "the sign is published",
        sign=True,
    ),
    "refused_unawares": Check(
        "P14 refused who did not know",
        "Of the travellers turned back at the border in three months of the third year, share who a month before had "
        "believed that they would rather be let in.",
        lambda evidence, origin: refused_unawares(evidence.states),
        50.0,
        100.0,
        "most means more than half",
        sign=True,
    ),
    "repeat_attempts_on_sanctions": Check(
        "P15 repeat attempts under sanctions",
        "The experiment of P12: change of how many set out again within a year of coming home, let in or not, per "
        "return.",
        _of(probing.repeat_attempts, "harsher"),
        -100.0,
        0.0,
        "the sign is published",
        sign=True,
    ),
    "elasticity_flows_network": Check(
        "P16 elasticity of flows to the network",
        "All ties weigh a tenth more for a year: change of departures to the first destination. A little of it is that "
        "news also passes along village ties a tenth more often.",
        _of(probing.network_elasticity, "stronger_ties"),
        0.75,
        1.0,
        "published range; only reported: a model so strong became unstable",
        scored=False,
    ),
    "incentive_effect_kept": Check(
        "P17 effect of an incentive a year later",
        "Journeys at half their cost for a year: what is left, a year after it ended, of the effect on people abroad.",
        _of(probing.effect_kept, "cheaper_journey"),
        10.0,
        100.0,
        CHOSEN,
        sign=True,
    ),
    "known_from_non_users": Check(
        "P18 known from those who only heard",
        "A new seasonal permit, known to a tenth at first: of those who know of it after a year, share that would not "
        "if only users talked.",
        _of(probing.known_from_non_users, "new_route_users_talk", "new_route"),
        25.0,
        40.0,
        CHOSEN,
    ),
    "self_employed_share": Check(
        "P19 returnees self-employed at first",
        "Of the returnees who take up work at once, share who are self-employed: an input, so only the rule is "
        "checked.",
        lambda evidence, origin: self_employed(evidence.states, evidence.base),
        40.0,
        60.0,
    ),
    "remittances_on_pay_at_home": Check(
        "P20 remittances when home worsens",
        "Pay at home a tenth lower for a year: change of what a migrant sends.",
        _of(probing.less_pay_at_home, "less_pay"),
        0.0,
        NO_END,
        "the sign is published",
        sign=True,
    ),
}


def scorecard(scenario: Scenario, region: Region, progress: Progress | None = None) -> pd.DataFrame:
    """Score a scenario against every target of its pack; one row each, in the order of the patterns.

    Columns: `COLUMNS`; `passed` is None where a figure is only reported. A figure whose months, or the months of whose
    experiment, the scenario does not live has no row.
    """
    with tempfile.TemporaryDirectory() as folder:
        evidence = gather(scenario, region, Path(folder), progress)
        rows = [_judge(target, evidence) for target in region.targets.to_dict("records")]
    table = pd.DataFrame([row for row in rows if row is not None], columns=list(COLUMNS))
    order = table["pattern"].str.extract(r"(\d+)", expand=False).astype(float).fillna(0.0)
    return table.assign(order=order).sort_values("order", kind="stable").drop(columns="order").reset_index(drop=True)


def gather(scenario: Scenario, region: Region, folder: Path, progress: Progress | None = None) -> Evidence:
    """Live the scenario, leaving its states in the folder, and every probe from where it parts from it."""
    probed, histories = all_probes(scenario, region)
    states = States.kept(scenario, region, folder)
    keep = Keep(folder, states.labels) if states.months else None
    base, *others = simulate_all([scenario, *probed.values()], region, progress, keep, histories)
    return Evidence(base, dict(zip(probed, others, strict=True)), states, region.destinations[0])


def _judge(row: Mapping[str, Any], evidence: Evidence) -> dict[str, Any] | None:
    """One line of the scorecard, or None where the model did not live what it speaks of."""
    check = CHECKS.get(row["measure"])
    if check is not None:
        values = check.value(evidence, str(row["origin"]))
        return None if values is None else _line(row, values, check)
    target = Target(**{name: str(row[name]) for name in Target.__dataclass_fields__})
    values = modelled(evidence.base, target)
    if values is None:
        return None
    wanted = float(row["value"])
    reach = SHAPE_BAND.get(target.measure) if row["use"] != "fitted" else None
    reach = LEVEL_BAND * abs(wanted) if reach is None else reach
    meaning = "The same measure, place and period of the run."
    own = Check(target.measure, meaning, lambda *_: None, wanted - reach, wanted + reach)
    return _line(row, values, own)


def _line(row: Mapping[str, Any], values: np.ndarray, check: Check) -> dict[str, Any]:
    """A row of the scorecard; where nothing is scored, the band is shown and no judgement made."""
    value = float(np.mean(values))
    low95, high95 = interval(values)
    inside = check.low <= value <= check.high
    if check.sign:
        inside = check.low <= low95 and high95 <= check.high
    judged = check.scored and np.isfinite(value) and not (check.sign and np.isnan(low95))
    given = {name: row[name] for name in ("pattern", "origin", "destination", "period", "unit", "use", "tag", "source")}
    return given | {
        "what": f"{check.what} ({row['series']})" if row["series"] and row["measure"] not in CHECKS else check.what,
        "value": value,
        "low95": low95,
        "high95": high95,
        "low": check.low,
        "high": check.high,
        "band": check.band,
        "passed": bool(inside) if judged else None,
        "target": float(row["value"]),
        "meaning": check.meaning,
    }


def interval(values: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean over seeds (Student); not a number for a single seed."""
    values = np.asarray(values, float)
    if len(values) < 2:
        return float("nan"), float("nan")
    reach = float(stdtrit(len(values) - 1, 0.975)) * float(values.std(ddof=1)) / np.sqrt(len(values))
    return float(values.mean() - reach), float(values.mean() + reach)


def passed_share(table: pd.DataFrame, uses: tuple[str, ...] = ("fitted", "shape")) -> float:
    """Share of the scored rows of some uses that pass."""
    scored = table.loc[table["use"].isin(uses), "passed"].dropna()
    return float(scored.astype(bool).mean()) if len(scored) else float("nan")


__all__ = [
    "ALL",
    "growth_elasticity",
    "passed_share",
    "probes",
    "rate_elasticity",
    "return_change",
    "scorecard",
]
