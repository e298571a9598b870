"""Small scenarios lived in the test's own process: seconds, not minutes, and every month within reach."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from sim.prepared import prepare
from sim.region import Region, load
from sim.scenario import Scenario
from sim.schema.attributes import HOUSEHOLD
from sim.seed_run import SeedRun
from sim.tables import SeedOutcome

ROOT = Path(__file__).resolve().parents[1]
TWO_COUNTRIES = ROOT / "tests" / "packs" / "two_countries"
LARGE_ENOUGH = 1e-4  # the smallest scale a user may ask for


@cache
def pack(name_or_path: str | Path = "central_asia") -> Region:
    """A region pack, read once."""
    return load(name_or_path)


def study_of(name: str) -> ModuleType:
    """The script of an experiment, ``experiments/NAME/run.py``, as a module."""
    spec = importlib.util.spec_from_file_location(f"{name}_study", ROOT / "experiments" / name / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scenario(region: Region | None = None, scale: float = 5e-4, burn_in: int = 6, **given: Any) -> Scenario:
    """A checked scenario with the starting values; `scale` may be smaller than a user may ask for."""
    population = {"scale": max(scale, LARGE_ENOUGH), "burn_in": burn_in}
    mapping = {"name": "small", "sample": "defaults", "population": population, **given}
    return replace(Scenario.from_mapping(mapping, region or pack()), scale=scale)


def begin(one: Scenario, region: Region | None = None, seed: int = 1, threads: int = 1) -> SeedRun:
    """A run before its burn-in."""
    return SeedRun(prepare(one, region or pack()), seed, threads)


def live_through(one: Scenario, region: Region | None = None, seed: int = 1, threads: int = 1) -> SeedOutcome:
    """What a whole run leaves."""
    run = begin(one, region, seed, threads)
    run.burn_in()
    return run.run()


def months(run: SeedRun) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Live month after month: its number, the tallies, and the records (the engine's own, not a copy)."""
    for month in range(run.model.month, run.prepared.scenario.months):
        run.model.step()
        yield month, run.model.tallies, run.model.engine.records()


def first_difference(one: np.ndarray, other: np.ndarray) -> str:
    """The first household and field in which two arrays of records differ, in words; empty if none does."""
    if len(one) != len(other):
        return f"{len(one)} households against {len(other)}"
    unlike = np.flatnonzero(one.view(f"V{HOUSEHOLD.itemsize}") != other.view(f"V{HOUSEHOLD.itemsize}"))
    if not len(unlike):
        return ""
    household = unlike[0]
    for name in HOUSEHOLD.names:
        here, there = one[name][household], other[name][household]
        if not np.array_equal(here, there):
            return f"household {household}: {name} is {here.tolist()} against {there.tolist()} ({len(unlike)} differ)"
    raise AssertionError("records differ and no field does")
