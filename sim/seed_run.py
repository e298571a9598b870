"""From a scenario to what a seed leaves: apply the policies, make the conditions, settle the world, live the months."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.basis import Basis
from sim.checkpoint import Checkpoints, State
from sim.conditions import Conditions, make_conditions
from sim.counted import Counted
from sim.engine.world import World
from sim.errors import InputError
from sim.households.categories import PROVINCE, cells_of, count_categories, no_groups
from sim.households.donors import ADJUSTED, take_over
from sim.households.population import Population, in_blocks, synthesise
from sim.households.structure import PopulationSettings, Structure, structure_of
from sim.households.ties import Ties, weave
from sim.model import MigrationModel
from sim.offers import contacts_of
from sim.policies.context import Context
from sim.schema.attributes import GAIN_ONE, SKILL_ONE
from sim.schema.parameters import parameter_record
from sim.schema.quantities import AGE_BANDS
from sim.schema.rule import COMPILED
from sim.schema.variants import DEFAULT
from sim.shared_months import months_alike
from sim.tables import Frame, SeedOutcome
from sim.tallies import Tally

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario

Progress = Callable[[int], None]
"""Called with the number of months just lived."""


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

    @property
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


def prepare(scenario: Scenario, region: Region, history: History | None = None) -> Prepared:
    """Apply a scenario's overrides and policies to its pack and make the conditions of every month.

    After a `history`, the conditions are the history's until its end and the scenario's from then on.
    """
    context = Context.of(region)
    basis = Basis.of(scenario, region, context)
    if history is not None:
        _require_structure(scenario, history.scenario)
        basis = Basis.of(history.scenario, region, context).followed_by(basis, history.months)
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


KEPT = 20
"""Seeds whose preparation is kept: some megabytes each."""


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
        history = self.history and replace(self.history, scenario=self.history.scenario.member(seed))
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


def synthesise_people(
    prepared: Prepared, seed: int, threads: int = 1, first: int | None = None
) -> tuple[Population, Ties]:
    """The synthetic population of a scenario and seed at the beginning of month `first`, and its ties at home."""
    first = -prepared.conditions.burn_in if first is None else first
    people = synthesise(prepared.structure, prepared.scenario.scale, seed, prepared.settings, threads, first)
    return people, weave(people, seed, prepared.settings, threads)


def settle_world(prepared: Prepared, seed: int, threads: int) -> World:
    """A world before its burn-in: households, ties, and the conditions of the scenario."""
    people, ties = synthesise_people(prepared, seed, threads)
    _value_first_spells(people.households, prepared.conditions)
    return _world_of(prepared, people, ties, seed)


def world_of_heirs(prepared: Prepared, sample: SeedRun, seed: int, threads: int) -> World:
    """A world that begins in the state of a settled sample."""
    people, ties = synthesise_people(prepared, seed, threads, sample.model.month)
    donors, of_sample = sample.model.engine.records(), sample.model.world.starts
    home_pay = np.ascontiguousarray(prepared.structure.home_pay)
    take_over(people.households, people.starts, donors, of_sample, sample.model.month, home_pay, seed, threads)
    return _world_of(prepared, people, ties, seed)


def _world_of(prepared: Prepared, people: Population | State, ties: Ties | State, seed: int) -> World:
    return World(
        households=people.households,
        starts=people.starts,
        offsets=ties.offsets,
        neighbours=ties.neighbours,
        conditions=prepared.conditions,
        mobility=prepared.mobility,
        parameters=prepared.parameters,
        seed=seed,
    )


def _value_first_spells(households: np.ndarray, conditions: Conditions) -> None:
    """Give those abroad at the start the worth of a month there under the first month's conditions."""
    first = conditions.corridors[0]
    for d in range(first.shape[1]):
        household, w = np.nonzero(households["place"] == d + 1)
        origin = households["origin"][household]
        regular, irregular = first["worth_regular"][origin, d], first["worth_irregular"][origin, d]
        logs = np.where(households["route"][household, w] > 0, regular, irregular)
        households["gain"][household, w] = np.floor(GAIN_ONE * logs + 0.5).astype(np.int16)


class SeedRun:
    """One seed of a prepared scenario: burn-in, then month after month, keeping tallies and categories."""

    def __init__(
        self, prepared: Prepared, seed: int, threads: int, world: World | None = None, month: int | None = None
    ) -> None:
        self.prepared, self.seed, self.threads = prepared, seed, threads
        self.seconds = {"synthesis": 0.0, "burn_in": 0.0, "step": 0.0}
        self.household_months = 0
        began = time.perf_counter()
        world = settle_world(prepared, seed, threads) if world is None else world
        self.seconds["synthesis"] = time.perf_counter() - began
        self.model = MigrationModel(world, prepared.scenario.engine, threads, month)
        self.thirds = _thirds(world.households, len(world.starts) - 1)
        self.counted = Counted.of(prepared.frame)

    @classmethod
    def resumed(cls, prepared: Prepared, seed: int, state: State, threads: int) -> SeedRun:
        """A run that goes on from a checkpoint with the very records of `state`."""
        world = _world_of(prepared, state, state, seed)
        run = cls(prepared, seed, threads, world, state.month)
        run.model.recall(state.memory)
        run.counted.recall(state)
        return run

    def state(self) -> State:
        """All that a checkpoint keeps, as it stands; arrays are the run's own, not copies."""
        world, month = self.model.world, self.model.month
        return State(
            households=self.model.engine.records(),
            starts=world.starts,
            offsets=world.offsets,
            neighbours=world.neighbours,
            memory=self.model.memory(),
            **self.counted.until(month),
        )

    @classmethod
    def settled(cls, prepared: Prepared, seed: int, threads: int, progress: Progress | None = None) -> SeedRun:
        """A run at its first month: the burn-in is lived by all, or by a sample whose state the others take over."""
        if prepared.sample is None:
            run = cls(prepared, seed, threads)
            run.burn_in(progress)
            return run
        sample = cls(prepared.sample, seed, threads)
        sample.burn_in(progress, -ADJUSTED)
        began = time.perf_counter()
        world = world_of_heirs(prepared, sample, seed, threads)
        synthesis = time.perf_counter() - began
        sample.model.engine.close()
        run = cls(prepared, seed, threads, world, -ADJUSTED)
        run.burn_in(progress)
        run.seconds["synthesis"] = sample.seconds["synthesis"] + synthesis
        run.seconds["burn_in"] += sample.seconds["burn_in"]
        return run

    def burn_in(self, progress: Progress | None = None, until: int = 0) -> None:
        """Live the first year's conditions until memory is settled, up to the month `until`."""
        began = time.perf_counter()
        while self.model.month < until:
            self.model.step()
            if progress:
                progress(1)
        self.seconds["burn_in"] = time.perf_counter() - began

    def continue_as(self, prepared: Prepared, threads: int) -> SeedRun:
        """The same world with its memory under another scenario, going its own way from this month with a copy."""
        state = self.state()
        return SeedRun.resumed(prepared, self.seed, replace(state, households=state.households.copy()), threads)

    def run(
        self,
        progress: Progress | None = None,
        follow: bool = False,
        checkpoints: Checkpoints | None = None,
    ) -> SeedOutcome:
        """Live the scenario's months to the end and close; with `follow`, keep every month of the scenario's followed
        households.
        """
        self.live(self.prepared.scenario.months, progress, follow, checkpoints)
        digest = self.model.digest()
        self.model.engine.close()
        return self.counted.outcome(self.seed, digest)

    def live(
        self,
        until: int,
        progress: Progress | None = None,
        follow: bool = False,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        """Live the scenario's months up to the beginning of month `until`."""
        first, counted = self.model.month, self.counted
        followed = self._followed() if follow else np.zeros(0, np.int64)
        for month in range(first, until):
            if checkpoints is not None and month in checkpoints:
                checkpoints.add(self.seed, self.state())
            began = time.perf_counter()
            self.model.step()
            self.seconds["step"] += time.perf_counter() - began
            counted.tallies[month] = self.model.tallies
            quarter = counted.quarter(month)
            if quarter is not None:
                self._count(month, counted.cells[quarter], counted.spread[quarter])
            if len(followed):
                counted.followed.append(self.model.engine.records()[followed])
            if progress:
                progress(1)
        self.household_months += int(counted.tallies[first:until, :, 0, Tally.HOUSEHOLDS].sum())

    def _followed(self) -> np.ndarray:
        """Rows of the followed households: evenly spread over those there at the start."""
        there = np.flatnonzero(self.model.world.households["born"] <= 0)
        wanted = min(self.prepared.scenario.follow, len(there))
        return there[np.linspace(0, len(there) - 1, wanted).round().astype(np.int64)]

    def _count(self, month: int, cells: np.ndarray, spread: np.ndarray) -> None:
        lines = self.prepared.conditions.homes["line"][month + self.prepared.conditions.burn_in]
        records = self.model.engine.records()
        households = records if COMPILED else records.view(np.recarray)
        provinces = cells.shape[1] - PROVINCE
        parts = [(no_groups(len(cells), provinces), np.zeros_like(spread)) for _ in range(self.threads)]

        def count(first: int, end: int) -> None:
            count_categories(households[first:end], month, lines, self.thirds, *parts[first // share])

        share = -(-len(households) // self.threads)
        in_blocks(count, len(households), self.threads, share)
        for groups, consumed in parts:
            cells += cells_of(groups)
            spread += consumed


def _thirds(households: np.ndarray, origins: int) -> np.ndarray:
    """Limits of the skill thirds by origin, shape (origins, 2)."""
    limits = np.full((origins, 2), float(SKILL_ONE))
    for o in range(origins):
        skills = households["skill"][households["origin"] == o]
        if len(skills):
            limits[o] = np.quantile(skills, [1 / 3, 2 / 3])
    return limits
