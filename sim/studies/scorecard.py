"""Hold the model against the patterns it must reproduce.

Levels and shapes come from the pack's targets; P1, P2 and P6 are experiments: the same households, the same luck, one
quantity changed by a tenth or a hundredth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.output.result import RunResult
from sim.policies.base import Policy
from sim.policies.context import Context
from sim.seed_run import Progress
from sim.simulation import simulate_all
from sim.studies.patterns import ALL, Target, modelled

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
}
"""How far a timing may be off: index points, ratio, percentage points."""
YEAR = 12
BETTER, LESS_GROWTH = 1.10, 0.99
EXPERIMENT_STARTS = 12  # months after the pack's first: the year before is common to both
COLUMNS = (
    "pattern",
    "what",
    "origin",
    "destination",
    "period",
    "unit",
    "use",
    "value",
    "low",
    "high",
    "passed",
    "target",
    "source",
)


@dataclass(frozen=True, kw_only=True)
class Shift(Policy):
    """One quantity of one country or of the corridors to it, multiplied from a month on; a probe, not a policy."""

    modifies = ("exchange_rate", "gdp_growth")
    quantity: str
    country: str
    factor: float
    start: int

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The quantity times the factor in the country from the start on, [T, C]."""
        if name != self.quantity:
            return values
        shifted = values.copy()
        shifted[self.start :, context.countries.index(self.country)] *= self.factor
        return shifted


def scorecard(scenario: Scenario, region: Region, progress: Progress | None = None) -> pd.DataFrame:
    """Score a scenario against every target of its pack and the experiments; one row each, in the order of the
    patterns.

    Columns: `COLUMNS`; `passed` is None where a figure is only reported.
    """
    scenarios = [scenario, *probes(scenario, region).values()]
    base, *probed = simulate_all(scenarios, region, progress)
    experiments = dict(zip(probes(scenario, region), probed, strict=True))
    rows = [_judge(target, base, experiments, region) for target in region.targets.to_dict("records")]
    table = pd.DataFrame([row for row in rows if row is not None], columns=list(COLUMNS))
    order = table["pattern"].str.extract(r"(\d+)", expand=False).astype(float).fillna(0.0)
    return table.assign(order=order).sort_values("order", kind="stable").drop(columns="order").reset_index(drop=True)


def probes(scenario: Scenario, region: Region) -> dict[str, Scenario]:
    """The scenarios of the experiments: a better rate of the first destination's currency, and less growth there."""
    country = region.destinations[0]
    better = Shift(quantity="exchange_rate", country=country, factor=1.0 / BETTER, start=EXPERIMENT_STARTS)
    less = Shift(quantity="gdp_growth", country=country, factor=LESS_GROWTH, start=EXPERIMENT_STARTS)
    lived = min(scenario.months, EXPERIMENT_STARTS + YEAR)
    return {
        name: replace(
            scenario,
            name=name,
            policy_objects=(*scenario.policy_objects, probe),
            until=region.label(lived - 1),
            months=lived,
        )
        for name, probe in (("better_rate", better), ("less_growth", less))
    }


def _judge(row: Mapping, base: RunResult, experiments: Mapping[str, RunResult], region: Region) -> dict | None:
    """One line of the scorecard, or None where the model did not live the target's period."""
    place = region.destinations[0]
    if row["measure"] in _EXPERIMENTS:
        probe, measure, band, passed_by = _EXPERIMENTS[row["measure"]]
        value = passed_by(base, experiments[probe], place)
        return _line(row, float(value), *band, measure, scored=True)
    target = Target(**{name: str(row[name]) for name in Target.__dataclass_fields__})
    values = modelled(base, target)
    if values is None:
        return None
    wanted = float(row["value"])
    if row["use"] == "shape":
        reach = SHAPE_BAND[target.measure]
    else:
        reach = LEVEL_BAND * abs(wanted)
    return _line(
        row, float(np.mean(values)), wanted - reach, wanted + reach, target.measure, scored=row["use"] != "checked"
    )


def _line(row: Mapping, value: float, low: float, high: float, what: str, scored: bool) -> dict:
    """A row of the scorecard; where nothing is scored, the band is shown and no judgement made."""
    words = f"{what} ({row['series']})" if row["series"] else what
    return {
        "pattern": row["pattern"],
        "what": words,
        "origin": row["origin"],
        "destination": row["destination"],
        "period": row["period"],
        "unit": row["unit"],
        "use": row["use"],
        "value": value,
        "low": low,
        "high": high,
        "passed": bool(low <= value <= high) if scored else None,
        "target": float(row["value"]),
        "source": row["source"],
    }


def _year_after(result: RunResult, measure: str, destination: str) -> pd.Series:
    """A corridor measure summed over origins and the year of the experiment, by seed."""
    table = result.corridors[result.corridors["destination"] == destination]
    months = np.sort(table["month"].unique())[EXPERIMENT_STARTS : EXPERIMENT_STARTS + YEAR]
    return table[table["month"].isin(months)].groupby("seed")[measure].sum()


def rate_elasticity(base: RunResult, better: RunResult, place: str) -> float:
    """P1: elasticity of what a migrant's family receives, in real home currency, to the exchange rate."""
    per_migrant = [
        _year_after(r, "remittances_true_real", place) / _year_after(r, "stock", place) for r in (base, better)
    ]
    return float(np.log(per_migrant[1] / per_migrant[0]).mean() / np.log(BETTER))


def return_change(base: RunResult, better: RunResult, place: str) -> float:
    """P2: change of the chance to return within twelve months, percentage points, for a rate better by a tenth."""
    chances = []
    for result in (base, better):
        table = result.corridors[result.corridors["destination"] == place]
        months = np.sort(table["month"].unique())[EXPERIMENT_STARTS : EXPERIMENT_STARTS + YEAR]
        flows = table[table["month"].isin(months)].groupby(["seed", "month"])[["returns", "stock"]].sum()
        hazard = flows["returns"] / (flows["returns"] + flows["stock"])
        chances.append(100.0 * (1.0 - np.exp(np.log1p(-hazard).groupby("seed").sum())))
    return float((chances[1] - chances[0]).mean())


def growth_elasticity(base: RunResult, less: RunResult, place: str) -> float:
    """P6: elasticity of dollar remittances to the destination's GDP."""
    sent = [_year_after(result, "remittances_true", place) for result in (base, less)]
    return float(np.log(sent[1] / sent[0]).mean() / np.log(LESS_GROWTH))


_EXPERIMENTS = {
    "elasticity_remittances_exchange_rate": (
        "better_rate",
        "P1 elasticity to the exchange rate",
        (0.4, 0.9),
        rate_elasticity,
    ),
    "return_12_months_on_rate_10_percent": (
        "better_rate",
        "P2 change of return within 12 months",
        (-2.5, -0.5),
        return_change,
    ),
    "elasticity_remittances_russian_gdp": (
        "less_growth",
        "P6 elasticity to the destination's GDP",
        (1.0, 2.0),
        growth_elasticity,
    ),
}


def passed_share(table: pd.DataFrame) -> float:
    """Share of the scored rows that pass."""
    scored = table["passed"].dropna()
    return float(scored.astype(bool).mean()) if len(scored) else float("nan")


__all__ = ["ALL", "passed_share", "probes", "scorecard"]
