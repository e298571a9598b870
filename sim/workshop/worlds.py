"""A world: one scenario lived at workshop size, reduced to what pictures and sentences are made of."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.workshop.controls import Choice

if TYPE_CHECKING:
    import pandas as pd

    from sim.output.result import RunResult
    from sim.region import Region
    from sim.scenario import Scenario

SCALE = 0.0005
"""Agents per household: one stands for two thousand households."""
FORM = 1
"""Number of the layout of kept worlds: another number makes kept files old."""
HOMES = (
    "households", "stock", "irregular", "regular", "departures", "returns", "forced_returns", "banned",
    "unaware_banned", "refused", "bans_imposed", "jobless_returnees", "poor_households", "split_households",
    "remittances_true", "remittances_true_real", "border_loss", "seasonal_permits", "diverted", "public_cost",
)  # fmt: skip
"""Measures kept by origin; all can be summed over origins."""
CORRIDORS = ("stock", "departures", "returns", "remittances_true")
"""Measures kept by origin and destination."""


@dataclass(frozen=True)
class World:
    """What one scenario came to.

    Attributes
    ----------
    about
        `scenario` (its mapping), `scenario_digest`, `digest` (of all households), `origins`, `destinations`, `names`,
        `caveats`, `sources`.
    months
        Labels, ``2012-01`` and so on, T of them.
    homes
        By measure of `HOMES`: (seeds, origins, T).
    corridors
        By measure of `CORRIDORS`: (seeds, origins, destinations, T).
    """

    about: Mapping[str, Any]
    months: tuple[str, ...]
    homes: Mapping[str, np.ndarray]
    corridors: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, result: RunResult) -> World:
        """The world that a run came to."""
        meta = result.meta
        origins = [str(code) for code in result.corridors["origin"].unique()]
        destinations = [str(code) for code in result.corridors["destination"].unique()]
        months = tuple(f"{month:%Y-%m}" for month in sorted(result.origins["month"].unique()))
        shape = len(result.seeds), len(months), len(origins)
        about = {
            "scenario": meta["scenario"],
            "scenario_digest": meta["scenario_digest"],
            "digest": meta["digest"],
            "pack_digest": meta["pack_digest"],
            "version": meta["versions"]["labour-migration-sim"],
            "origins": origins,
            "destinations": destinations,
            "caveats": meta["caveats"],
            "sources": sorted({row["source"] for row in meta["sources"] if row["tag"] == "published"}),
        }
        homes = {name: _cube(result.origins, name, ["origin"], shape) for name in HOMES}
        corridors = {
            name: _cube(result.corridors, name, ["origin", "destination"], (*shape, len(destinations)))
            for name in CORRIDORS
        }
        return cls(about, months, homes, corridors)

    @property
    def seeds(self) -> int:
        """Number of runs."""
        return len(self.homes["stock"])

    def home(self, measure: str, origin: str) -> np.ndarray:
        """A measure of one origin, or of all together (``ALL``), (seeds, T)."""
        values = self.homes[measure]
        return values.sum(axis=1) if origin == "ALL" else values[:, self.about["origins"].index(origin)]

    def corridor(self, measure: str, origin: str, destination: str) -> np.ndarray:
        """A measure of one corridor, origin ``ALL`` being all together, (seeds, T)."""
        values = self.corridors[measure][:, :, self.about["destinations"].index(destination)]
        return values.sum(axis=1) if origin == "ALL" else values[:, self.about["origins"].index(origin)]

    def to_bytes(self) -> bytes:
        """The world as a file: arrays without objects, and `about` as JSON."""
        held = io.BytesIO()
        told = np.frombuffer(json.dumps([dict(self.about), self.months]).encode(), np.uint8)
        arrays = {f"home_{name}": values for name, values in self.homes.items()}
        arrays |= {f"corridor_{name}": values for name, values in self.corridors.items()}
        np.savez_compressed(held, allow_pickle=False, about=told, **arrays)
        return held.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> World:
        """The world that `to_bytes` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            about, months = json.loads(held["about"].tobytes())
            homes = {name: held[f"home_{name}"] for name in HOMES}
            corridors = {name: held[f"corridor_{name}"] for name in CORRIDORS}
        return cls(about, tuple(months), homes, corridors)


def _cube(table: pd.DataFrame, measure: str, keys: list[str], shape: tuple[int, ...]) -> np.ndarray:
    """A column as (seeds, places ..., months); rows come by seed, month and place, in the pack's order."""
    sizes = shape[:1] + shape[2:] + shape[1:2]
    order = ["seed", "month", *keys]
    values = table[[*order, measure]]
    if not values["seed"].is_monotonic_increasing:
        values = values.sort_values("seed", kind="stable")
    cube = values[measure].to_numpy(np.float32).reshape(shape)
    return np.ascontiguousarray(np.moveaxis(cube, 1, -1)).reshape(sizes)


def scenario_of(choice: Choice, region: Region, **more: Any) -> Scenario:
    """The scenario that a choice makes, checked."""
    from sim.scenario import Scenario

    return Scenario.from_mapping({**mapping_of(choice), **more}, region)


def mapping_of(choice: Choice) -> dict[str, Any]:
    """The same as plain values: what its scenario file says."""
    return {
        "name": "workshop" if choice.policies() else "history",
        **({"sample": "point"} if choice.step("numbers") == "same" else {}),
        "policies": choice.policies(),
        "population": {"scale": SCALE},
        "seeds": choice.runs,
        "first_seed": choice.luck,
        "threads": 1,
    }


def key_of(scenario: Scenario) -> str:
    """Name under which the world of a scenario is kept: it holds for these rules, pack and numbers alone."""
    from sim.checkpoint import rules_digest

    return hashlib.sha256(f"{FORM} {rules_digest()} {scenario.digest}".encode()).hexdigest()[:32]
