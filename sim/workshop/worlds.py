"""A world: one scenario lived at workshop size, reduced to what pictures and sentences are made of."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.workshop.controls import Choice

if TYPE_CHECKING:
    from sim.prepared import Seeds
    from sim.region import Region
    from sim.scenario import Scenario
    from sim.tables import SeedOutcome

SCALE = 0.0005
"""Agents per household: one stands for two thousand households."""
FORM = 2
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
        `scenario` (its mapping), `scenario_digest`, `digest` (of all households), `digests` (of those of each run),
        `origins`, `destinations`, `caveats`, `sources`.
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
    def of(cls, scenario: Scenario, seeds: Seeds, outcomes: Sequence[SeedOutcome]) -> World:
        """The world that a scenario came to, prepared for each of its seeds; or what some of them came to."""
        from sim.checkpoint import code_version
        from sim.simulation import digest_of, sources
        from sim.tables import seed_values

        region, frame = seeds.region, seeds.of(outcomes[0].seed).frame
        digests = [outcome.digest for outcome in outcomes]
        about = {
            "scenario": scenario.as_mapping(),
            "scenario_digest": scenario.digest,
            "digest": digest_of(digests),
            "digests": digests,
            "pack_digest": region.digest,
            "version": code_version(),
            "origins": list(frame.origins),
            "destinations": list(frame.destinations),
            "caveats": list(region.manifest.caveats),
            "sources": sorted({row["source"] for row in sources(region) if row["tag"] == "published"}),
        }
        homes: dict[str, list[np.ndarray]] = {name: [] for name in HOMES}
        corridors: dict[str, list[np.ndarray]] = {name: [] for name in CORRIDORS}
        for outcome in outcomes:
            by_corridor, by_origin, _ = seed_values(outcome, seeds.of(outcome.seed).frame)
            for name, lived in homes.items():
                lived.append(by_origin[name] if name in by_origin else by_corridor[name].sum(axis=2))
            for name, lived in corridors.items():
                lived.append(by_corridor[name])
        months = tuple(str(month) for month in frame.months)
        return cls(about, months, _by_month_last(homes), _by_month_last(corridors))

    @property
    def seeds(self) -> int:
        """Number of runs."""
        return len(self.homes["stock"])

    @property
    def whole(self) -> bool:
        """Whether all runs of its scenario are there."""
        return self.seeds == int(self.about["scenario"]["seeds"])

    def first(self, runs: int) -> World:
        """What was there of it after so many runs."""
        if runs == self.seeds:
            return self
        homes = {name: values[:runs] for name, values in self.homes.items()}
        corridors = {name: values[:runs] for name, values in self.corridors.items()}
        return replace(self, about=self._about(self.about["digests"][:runs]), homes=homes, corridors=corridors)

    def joined(self, rest: World) -> World:
        """The world of these runs and of those that were still to come."""
        homes = {name: np.concatenate([values, rest.homes[name]]) for name, values in self.homes.items()}
        corridors = {name: np.concatenate([values, rest.corridors[name]]) for name, values in self.corridors.items()}
        about = self._about([*self.about["digests"], *rest.about["digests"]])
        return replace(self, about=about, homes=homes, corridors=corridors)

    def _about(self, digests: list[str]) -> dict[str, Any]:
        from sim.simulation import digest_of

        return {**self.about, "digest": digest_of(digests), "digests": digests}

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


def _by_month_last(lived: Mapping[str, list[np.ndarray]]) -> dict[str, np.ndarray]:
    """By measure, a list of (T, places ...) to (seeds, places ..., T)."""
    return {
        name: np.ascontiguousarray(np.moveaxis(np.stack(values).astype(np.float32), 1, -1))
        for name, values in lived.items()
    }


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
