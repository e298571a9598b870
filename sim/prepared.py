"""A scenario made ready to be lived, the same for all its seeds: its policies applied, the months' conditions made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.basis import Basis
from sim.conditions import Conditions, make_conditions
from sim.errors import InputError
from sim.households.donors import ADJUSTED
from sim.households.structure import PopulationSettings, Structure, structure_of
from sim.offers import contacts_of
from sim.policies.context import Context
from sim.schema.parameters import parameter_record
from sim.schema.quantities import AGE_BANDS
from sim.schema.variants import DEFAULT
from sim.shared_months import months_alike
from sim.tables import Frame

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario


@dataclass(frozen=True)
class Prepared:
    """A scenario with its policies applied: everything a seed needs, the same for all seeds."""

    scenario: Scenario
    region: Region
    parameters: np.ndarray
    structure: Structure
    settings: PopulationSettings
    conditions: Conditions
    mobility: np.ndarray
    frame: Frame
    basis: Basis
    history: History | None = None

    @cached_property
    def beginning(self) -> str:
        """Digest of all that the burn-in depends on: two scenarios with the same one share it."""
        return self.past(0)

    def past(self, months: int) -> str:
        """Digest of all that the burn-in and the first `months` depend on."""
        told = hashlib.sha256()
        lived = self.conditions.burn_in + months
        for part in (
            self.conditions.corridors[:lived],
            self.conditions.homes[:lived],
            self.conditions.news[:lived],
            self.conditions.contacts[:months],
            self.conditions.capacities[:months],
            self.parameters_in(0),
            self.mobility,
            *(part for part in vars(self.structure).values() if isinstance(part, np.ndarray)),
        ):
            told.update(np.ascontiguousarray(part).tobytes())
        scenario = self.scenario
        told.update(repr((scenario.scale, scenario.donors, self.conditions.burn_in, self.settings)).encode())
        return told.hexdigest()

    def parameters_in(self, month: int) -> np.ndarray:
        """The numbers of the behaviour in a month: those of its history as long as that lasts."""
        if self.history is None or month >= self.history.months:
            return self.parameters
        return parameter_record(self.history.scenario.in_force)

    def months_shared(self, other: Prepared) -> int:
        """How many months after a common burn-in two scenarios live alike; who follows other households shares none."""
        if self.scenario.follow != other.scenario.follow:
            return 0
        months = min(self.scenario.months, other.scenario.months)
        for change in sorted({one.history.months for one in (self, other) if one.history is not None} | {0}):
            if self.parameters_in(change).tobytes() != other.parameters_in(change).tobytes():
                months = min(months, change)
        return months_alike(self.conditions, other.conditions, months)

    @property
    def sample(self) -> Prepared | None:
        """The same for the sample that lives the whole burn-in; None where all do."""
        scenario = self.scenario
        if scenario.scale <= scenario.donors or scenario.burn_in <= ADJUSTED:
            return None
        return prepare(replace(scenario, scale=scenario.donors), self.region)


@dataclass(frozen=True)
class History:
    """What has been lived before a scenario takes over: another scenario, and for how many months."""

    scenario: Scenario
    months: int

    @cached_property
    def _members(self) -> dict[int, History]:
        return {}

    @cached_property
    def _bases(self) -> dict[str, Basis]:
        return {}

    def member(self, seed: int) -> History:
        """The history as one seed has lived it; kept, for of one history there are many futures."""
        found = self._members.get(seed)
        if found is None:
            found = History(self.scenario.member(seed), self.months)
            if len(self._members) < KEPT:
                self._members[seed] = found
        return found

    def basis(self, region: Region) -> Basis:
        """What the history has made of its pack; kept as well."""
        if region.digest not in self._bases:
            self._bases[region.digest] = Basis.of(self.scenario, region, Context.of(region))
        return self._bases[region.digest]


KEPT = 20
"""Seeds whose preparation is kept: some megabytes each."""


def prepare(scenario: Scenario, region: Region, history: History | None = None) -> Prepared:
    """Apply a scenario's overrides and policies to its pack and make the conditions of every month.

    After a `history`, the conditions are the history's until its end and the scenario's from then on.
    """
    context = Context.of(region)
    basis = Basis.of(scenario, region, context)
    if history is not None:
        _require_structure(scenario, history.scenario)
        basis = history.basis(region).followed_by(basis, history.months)
    record = parameter_record(scenario.in_force)
    origins = np.array([region.countries.index(code) for code in region.origins])
    destinations = np.array([region.countries.index(code) for code in region.destinations])
    conditions = make_conditions(
        basis.quantities, basis.pack, origins, destinations, record[0], scenario.burn_in, scenario.scale,
        basis.news(context, record[0]), contacts_of(basis.campaigns, context, scenario.months, scenario.scale),
    )  # fmt: skip
    frame = Frame(
        origins=region.origins,
        destinations=region.destinations,
        provinces=tuple(region.provinces[origin] for origin in region.origins),
        months=region.start + np.arange(scenario.months),
        scale=scenario.scale,
        conditions=conditions,
        parameters=record[0],
        recorded=basis.quantities["recorded_transfers"],
        recorded_bop=basis.quantities["recorded_bop"],
        costs=basis.costs_by_policy,
    )
    structure = structure_of(region.adjusted(scenario.adjustments))
    return Prepared(
        scenario=scenario,
        region=region.under(scenario.law_pack),
        parameters=record,
        structure=structure,
        settings=PopulationSettings.of(scenario.in_force),
        conditions=conditions,
        mobility=_relative_mobility(structure),
        frame=frame,
        basis=basis,
        history=history,
    )


def _require_structure(scenario: Scenario, lived: Scenario) -> None:
    """Refuse to go on under other rules than those that made what has been lived."""
    for choice, default in DEFAULT.items():
        given, held = (one.structure.get(choice, default) for one in (scenario, lived))
        if given != held:
            problem = f"is {given} and cannot be changed any more: the checkpoint was made with {held}"
            raise InputError(f"structure.{choice}", problem, f"structure.{choice}={held}, or a run of its own")


class Seeds:
    """A scenario prepared for each of its seeds; once for all where none draws numbers of its own."""

    def __init__(self, scenario: Scenario, region: Region, history: History | None = None) -> None:
        self.scenario, self.region, self.history = scenario, region, history
        self._all = None if self._drawn else prepare(scenario, region, history)
        self._kept: dict[int, Prepared] = {}  # asked for once to live a seed, and again for its tables

    def __reduce__(self) -> tuple:
        return Seeds, (self.scenario, self.region, self.history)

    @property
    def _drawn(self) -> bool:
        return any(one.numbers is not None for one in (self.scenario, self.history and self.history.scenario) if one)

    def of(self, seed: int) -> Prepared:
        """The scenario as the seed lives it."""
        if self._all is not None:
            return self._all
        if seed in self._kept:
            return self._kept[seed]
        history = self.history and self.history.member(seed)
        prepared = prepare(self.scenario.member(seed), self.region, history)
        if len(self._kept) < KEPT:
            self._kept[seed] = prepared
        return prepared

    def past(self, months: int) -> str:
        """Digest of all that the burn-in and the first `months` depend on, of every seed."""
        if self._all is not None:
            return self._all.past(months)
        pasts = [self.of(seed).past(months) for seed in self.scenario.seed_numbers]
        return hashlib.sha256("".join(pasts).encode()).hexdigest()


def _relative_mobility(structure: Structure) -> np.ndarray:
    """Mobility by sex and age band relative to the mean worker of the origin, then the greatest; shape (origins, 9).

    Ages are uniform between the working ages, so the bands weigh by their length.
    """
    years = np.array([high - low + 1 for low, high in AGE_BANDS], float)
    ages = years / years.sum()
    weights = np.concatenate([np.outer(1.0 - structure.women, ages), np.outer(structure.women, ages)], axis=1)
    relative = structure.mobility / (structure.mobility * weights).sum(axis=1, keepdims=True)
    return np.ascontiguousarray(np.concatenate([relative, relative.max(axis=1, keepdims=True)], axis=1))
