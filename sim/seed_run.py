"""What a seed lives: its world is made and settled, then month follows month, and what it leaves is counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

import numpy as np

from sim.checkpoint import Checkpoints, State
from sim.conditions import Conditions
from sim.counted import Counted
from sim.engine.world import World
from sim.households.categories import PROVINCE, cells_of, count_categories, no_groups
from sim.households.donors import ADJUSTED, take_over
from sim.households.population import Population, in_blocks, synthesise
from sim.households.ties import Ties, weave
from sim.model import MigrationModel
from sim.prepared import Prepared
from sim.schema.attributes import GAIN_ONE, SKILL_ONE
from sim.schema.rule import COMPILED
from sim.tables import SeedOutcome
from sim.tallies import Tally

Progress = Callable[[int], None]
"""Called with the number of months just lived."""


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

    @cached_property
    def thirds(self) -> np.ndarray:
        """Limits of the skill thirds by origin, shape (origins, 2); only runs that count categories need them."""
        return _thirds(self.model.world.households, len(self.model.world.starts) - 1)

    def without_categories(self) -> SeedRun:
        """The same run, counting no categories from now on, which saves a tenth of a small run."""
        self.counted = self.counted.without_categories()
        return self

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
