"""Patterns that are experiments: the same households and the same luck, one thing changed from a month on.

Each experiment parts from the scenario in the month in which its change begins, and lives no longer than it is looked
at. A pattern's value is told for every seed, paired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.output.result import RunResult
from sim.policies.base import Policy
from sim.policies.context import Context
from sim.policies.reentry_ban import ReentryBan
from sim.policies.seasonal_work import SeasonalWork
from sim.policies.travel_cost import TravelCost
from sim.prepared import History
from sim.region.sample import Sample
from sim.schema.parameters import PARAMETERS

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario

YEAR = 12
STARTS = 12
"""Months after the pack's first: the year before is common to all."""
BETTER, LESS_GROWTH, LESS_PAY, STRONGER = 1.10, 0.99, 0.90, 1.10
HARSHER = {"months": 60, "listing": 0.78}
"""The restriction: five years for everything, on lists as full as those of 2014."""
PERMITS, TOLD = 100_000, 0.1
"""The new way in: seasonal permits a year, and the share of households told at first."""


@dataclass(frozen=True, kw_only=True)
class Shift(Policy):
    """One quantity of some countries, multiplied for some months; a probe, not a policy."""

    modifies = ("exchange_rate", "gdp_growth", "average_wage")
    quantity: str
    countries: tuple[str, ...]
    factor: float
    first: int

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The quantity times the factor in the countries from the first month on, [T, C]."""
        if name != self.quantity:
            return values
        shifted = values.copy()
        shifted[self.first :, [context.countries.index(code) for code in self.countries]] *= self.factor
        return shifted


@dataclass(frozen=True)
class Probe:
    """What is changed, from which month on, and how many months are lived: numbers of the pack's months.

    `of` is another probe that it goes on from, for one that changes numbers of the behaviour.
    """

    months: int
    policies: Callable[[Region], tuple[Policy, ...]] = lambda region: ()
    parameters: Callable[[Mapping[str, float]], dict[str, float]] | None = None
    of: str = ""


def probes(scenario: Scenario, region: Region) -> dict[str, Scenario]:
    """The scenarios of the experiments that a fit may look at: a better rate of the first destination's currency, and
    less growth there.
    """
    return {name: one for name, one in all_probes(scenario, region)[0].items() if name in FITTED}


def all_probes(scenario: Scenario, region: Region) -> tuple[dict[str, Scenario], dict[str, History]]:
    """The scenarios of all experiments that the scenario is long enough for, and what those live before that change
    numbers of the behaviour; a probe's scenario has the probe's name.
    """
    made: dict[str, Scenario] = {}
    histories: dict[str, History] = {}
    for name, probe in _PROBES.items():
        if probe.months > scenario.months:
            continue
        before = made[probe.of] if probe.of else scenario
        changed = replace(before, name=name, until=region.label(probe.months - 1), months=probe.months)
        made[name] = replace(changed, policy_objects=(*before.policy_objects, *probe.policies(region)))
        if probe.parameters is not None:
            made[name] = _with_numbers(made[name], probe.parameters)
            histories[name] = History(before, STARTS)
    return made, histories


def _with_numbers(scenario: Scenario, change: Callable[[Mapping[str, float]], dict[str, float]]) -> Scenario:
    """The scenario with changed numbers; where its seeds draw them, every member of the sample is changed."""
    by_hand = dict(scenario.parameters)
    usual = {name: parameter.default for name, parameter in PARAMETERS.items()}
    changed = change(usual | by_hand)
    numbers = scenario.numbers
    if numbers is None:
        return replace(scenario, parameters=by_hand | changed)
    values = numbers.values.copy()
    for row in values:
        drawn = usual | dict(zip(numbers.names, row.tolist(), strict=True)) | by_hand
        for name, value in change(drawn).items():
            if name in numbers.names:
                row[numbers.names.index(name)] = value
    not_drawn = {name: value for name, value in changed.items() if name in by_hand or name not in numbers.names}
    return replace(scenario, numbers=Sample.of(numbers.name, numbers.names, values), parameters=by_hand | not_drawn)


def _shift(quantity: str, factor: float) -> Callable[[Region], tuple[Policy, ...]]:
    return lambda region: (Shift(quantity=quantity, countries=region.destinations[:1], factor=factor, first=STARTS),)


def _less_pay(region: Region) -> tuple[Policy, ...]:
    return (Shift(quantity="average_wage", countries=region.origins, factor=LESS_PAY, first=STARTS),)


def _harsher(region: Region) -> tuple[Policy, ...]:
    return (ReentryBan(**HARSHER, destinations=region.destinations[:1], during=(region.label(STARTS), None)),)


def _cheaper(region: Region) -> tuple[Policy, ...]:
    return (TravelCost(change=-50.0, during=(region.label(STARTS), region.label(STARTS + YEAR - 1))),)


def _new_route(region: Region) -> tuple[Policy, ...]:
    where = region.destinations[min(1, len(region.destinations) - 1)]
    return (SeasonalWork(destination=where, quota=PERMITS, known_to=TOLD, start=region.label(STARTS)),)


def _stronger_ties(numbers: Mapping[str, float]) -> dict[str, float]:
    ties = ("ties_kin", "ties_village", "ties_diaspora")
    return {name: min(PARAMETERS[name].high, numbers[name] * STRONGER) for name in ties}


_PROBES: dict[str, Probe] = {
    "better_rate": Probe(STARTS + YEAR, _shift("exchange_rate", 1.0 / BETTER)),
    "less_growth": Probe(STARTS + YEAR, _shift("gdp_growth", LESS_GROWTH)),
    "less_pay": Probe(STARTS + YEAR, _less_pay),
    "harsher": Probe(STARTS + 2 * YEAR, _harsher),
    "cheaper_journey": Probe(STARTS + 2 * YEAR, _cheaper),
    "stronger_ties": Probe(STARTS + YEAR, parameters=_stronger_ties),
    "new_route": Probe(STARTS + YEAR, _new_route),
    "new_route_users_talk": Probe(STARTS + YEAR, parameters=lambda numbers: {"tell_ratio": 0.0}, of="new_route"),
}
FITTED = ("better_rate", "less_growth")


def total(result: RunResult, measure: str, first: int, last: int, destination: str | None = None) -> np.ndarray:
    """A measure summed over origins and the months from `first` to before `last`, by seed; of one destination or, with
    None, of the origins' own table.
    """
    table = result.origins if destination is None else result.corridors
    if destination is not None:
        table = table[table["destination"] == destination]
    months = np.sort(table["month"].unique())[first:last]
    return table[table["month"].isin(months)].groupby("seed")[measure].sum().to_numpy()


def _year(result: RunResult, measure: str, place: str | None) -> np.ndarray:
    return total(result, measure, STARTS, STARTS + YEAR, place)


def rate_elasticities(base: RunResult, better: RunResult, place: str) -> np.ndarray:
    """P1 by seed: elasticity of what a migrant's family receives, in real home currency, to the exchange rate."""
    per_migrant = [_year(r, "remittances_true_real", place) / _year(r, "stock", place) for r in (base, better)]
    return np.log(per_migrant[1] / per_migrant[0]) / np.log(BETTER)


def return_changes(base: RunResult, better: RunResult, place: str) -> np.ndarray:
    """P2 by seed: change of the chance to return within twelve months, percentage points, for a rate better by a
    tenth.
    """
    chances = []
    for result in (base, better):
        table = result.corridors[result.corridors["destination"] == place]
        months = np.sort(table["month"].unique())[STARTS : STARTS + YEAR]
        flows = table[table["month"].isin(months)].groupby(["seed", "month"])[["returns", "stock"]].sum()
        hazard = flows["returns"] / (flows["returns"] + flows["stock"])
        chances.append(100.0 * (1.0 - np.exp(np.log1p(-hazard).groupby("seed").sum())))
    return (chances[1] - chances[0]).to_numpy()


def growth_elasticities(base: RunResult, less: RunResult, place: str) -> np.ndarray:
    """P6 by seed: elasticity of dollar remittances to the destination's GDP."""
    sent = [_year(result, "remittances_true", place) for result in (base, less)]
    return np.log(sent[1] / sent[0]) / np.log(LESS_GROWTH)


def rate_elasticity(base: RunResult, better: RunResult, place: str) -> float:
    """P1, mean over seeds."""
    return float(rate_elasticities(base, better, place).mean())


def return_change(base: RunResult, better: RunResult, place: str) -> float:
    """P2, mean over seeds."""
    return float(return_changes(base, better, place).mean())


def growth_elasticity(base: RunResult, less: RunResult, place: str) -> float:
    """P6, mean over seeds."""
    return float(growth_elasticities(base, less, place).mean())


def restricted(measure: str) -> Callable[[RunResult, RunResult, str], np.ndarray]:
    """P12 by seed: change of a flow over two years of restriction, percent."""

    def change(base: RunResult, harsher: RunResult, place: str) -> np.ndarray:
        before, after = (total(r, measure, STARTS, STARTS + 2 * YEAR, place) for r in (base, harsher))
        return 100.0 * (after / before - 1.0)

    return change


def repeat_attempts(base: RunResult, harsher: RunResult, place: str) -> np.ndarray:
    """P15 by seed: change under the restriction of how many set out again within a year of coming home, let in or
    not, per return, percent.
    """
    tried = []
    for result in (base, harsher):
        again, turned_back, home = (
            total(result, name, STARTS, STARTS + 2 * YEAR) for name in ("remigration_12", "refused", "returns")
        )
        tried.append((again + turned_back) / home)
    return 100.0 * (tried[1] / tried[0] - 1.0)


def network_elasticity(base: RunResult, stronger: RunResult, place: str) -> np.ndarray:
    """P16 by seed: elasticity of departures to the weight of ties abroad, in the year it is raised."""
    left = [_year(result, "departures", place) for result in (base, stronger)]
    return np.log(left[1] / left[0]) / np.log(STRONGER)


def effect_kept(base: RunResult, cheaper: RunResult, place: str) -> np.ndarray:
    """P17 by seed: what is left of an incentive's effect on people abroad a year after it ended, percent."""
    quarter = 3
    effects = [
        total(cheaper, "stock", end - quarter, end) - total(base, "stock", end - quarter, end)
        for end in (STARTS + YEAR, STARTS + 2 * YEAR)
    ]
    return 100.0 * effects[1] / effects[0]


def known_from_non_users(all_talk: RunResult, users_talk: RunResult, place: str) -> np.ndarray:
    """P18 by seed: of the households that know a new way in after a year, share that would not without what those
    pass on who only heard of it, percent.
    """
    knowing = []
    for result in (all_talk, users_talk):
        last = result.origins[result.origins["month"] == np.sort(result.origins["month"].unique())[STARTS + YEAR - 1]]
        heard = last["aware_seasonal_permit"] * last["households"]
        knowing.append(heard.groupby(last["seed"]).sum().to_numpy())
    return 100.0 * (1.0 - knowing[1] / knowing[0])


def less_pay_at_home(base: RunResult, less: RunResult, place: str) -> np.ndarray:
    """P20 by seed: change of remittances per migrant where pay at home is a tenth lower, percent."""
    sent = [_year(r, "remittances_true_real", None) / _year(r, "stock", None) for r in (base, less)]
    return 100.0 * (sent[1] / sent[0] - 1.0)
