"""What `sim branch` is asked to do: scenarios that go on from a checkpoint, each checked against what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sim.checkpoint import Checkpoint
from sim.configuration.compose import compose, is_rule, place, results_folder, scenario_part
from sim.configuration.overrides import Given, check_key, parse
from sim.errors import InputError
from sim.households.structure import PopulationSettings
from sim.region import Region, load
from sim.scenario import Scenario
from sim.schema.parameters import PARAMETERS
from sim.schema.variants import DEFAULT

COMMAND = "branch"
HELD = (
    *("population.scale", "population.burn_in", "population.donors", "seeds", "first_seed", "follow"),
    *("sample", "adjustments"),
)
"""What the checkpoint's worlds were made with."""
FORMED = ("view_weight", "demand_elasticity", "trend_growth")
"""Parameters by which households came to see rates, pay and jobs as they do (:mod:`sim.conditions`)."""
CARRIED = ("until", "engine", "threads", "law")
"""What is as in the checkpoint's run unless given anew."""


@dataclass(frozen=True, kw_only=True)
class BranchRequest:
    """A checkpoint and the scenarios that go on from it, checked; `against` may be one of them."""

    checkpoint: Checkpoint
    scenarios: tuple[Scenario, ...]
    against: Scenario | None
    region: Region
    folder: Path


def branch_request(
    checkpoint: str | Path, arguments: Sequence[str], changes: Mapping[str, Any] | None = None
) -> BranchRequest:
    """Read, compose and check what was asked for.

    Parameters
    ----------
    checkpoint
        The file, or a run's folder with one in it.
    arguments
        Overrides as on the command line; ``scenario=`` may name several, separated by commas.
    changes
        Dotted keys with values of Python's own types.

    Raises
    ------
    InputError
        Anything that cannot be run, an altered checkpoint among it, before anything is written.
    """
    changes = dict(changes or {})
    for key in changes:
        check_key(COMMAND, key)
    found = Checkpoint(checkpoint)
    several = [one for one in arguments if one.partition("=")[0] in ("scenario", "against")]
    named = {one.key: one.values for one in parse(COMMAND, several, several=True)}
    given = parse(COMMAND, [one for one in arguments if one not in several])
    asked = _Asked(given, changes, _pack(given, changes, found), found)
    scenarios = tuple(asked.scenario(name) for name in named.get("scenario", (None,)))
    _refuse_twins(scenarios)
    against = asked.against(scenarios, named.get("against", ()))
    for one in scenarios:
        if against is not None and one is not against and one.digest == against.digest:
            problem = f"is {against.name}, the same as the scenario {one.name}: nothing would differ"
            raise InputError("against", problem, allowed="another scenario (sim scenarios)")
    found.verify()
    folder = results_folder(asked.mapping(None), f"{asked.lived.name}_from_{found.month}")
    return BranchRequest(checkpoint=found, scenarios=scenarios, against=against, region=asked.region, folder=folder)


class _Asked:
    """What was given by hand, and the scenario that has been lived."""

    def __init__(self, given: list[Given], changes: dict[str, Any], pack: str, found: Checkpoint) -> None:
        self.given, self.changes, self.pack, self.found = given, changes, pack, found
        self.region = load(pack)
        self.lived = found.scenario(self.region)
        self.by_hand = {one.key for one in given} | set(changes)
        self.defaults = compose(COMMAND, [])

    def mapping(self, name: str | None, policies: bool = True) -> dict[str, Any]:
        """The composed configuration of a scenario by its name, or of what was given alone."""
        chosen = [] if name is None else [Given("scenario", (name,))]
        kept = [one for one in self.given if policies or not is_rule(one.key)]
        mapping = compose(COMMAND, [*chosen, *kept])
        for key, value in self.changes.items():
            if policies or not is_rule(key):
                place(mapping, key, value)
        return mapping

    def scenario(self, name: str | None, policies: bool = True) -> Scenario:
        """A scenario that goes on from the checkpoint; without a name, the lived one with what was given."""
        part = scenario_part(self.mapping(name, policies))
        lived = self.lived.as_mapping()
        for key in HELD:
            self._refuse_change(key, part, lived)
        if isinstance(part.get("structure"), Mapping):
            for choice in DEFAULT:
                self._refuse_change(f"structure.{choice}", part, {"structure": {**DEFAULT, **self.lived.structure}})
        by_hand = {key for key in self.by_hand if policies or not is_rule(key)}
        for key in CARRIED:
            if key not in by_hand and part.get(key) == self.defaults[key]:
                part[key] = lived[key]
        for key in ("parameters", "corridors", *(("policies",) if name is None else ())):
            part[key] = _merged(lived[key], part[key])
        if name is None:
            part |= {key: lived[key] for key in ("name", "question")}
        one = Scenario.from_mapping({**part, "region": {"pack": self.pack}}, self.region)
        self._refuse_other_households(one)
        lived_months = self.region.month_index(self.found.month)
        if one.months <= lived_months:
            allowed = f"a month, {self.found.month} to {self.region.label(self.region.months - 1)}"
            raise InputError("until", f"is {one.until}, before the checkpoint of {self.found.month}", allowed)
        return one

    def against(self, scenarios: tuple[Scenario, ...], names: tuple[str, ...]) -> Scenario | None:
        """The scenario to compare with: one of those asked for, or another one without the policies given by hand."""
        if not names:
            return None
        if len(names) > 1:
            raise InputError("against", f"is {', '.join(names)}", allowed="one scenario")
        other = self.scenario(names[0], policies=False)
        listed = [one for one in scenarios if one.name == other.name]
        return listed[0] if listed and len(scenarios) > 1 else other

    def _refuse_change(self, key: str, part: dict[str, Any], lived: Mapping[str, Any]) -> None:
        """Put what the checkpoint holds in the place of a default; refuse anything else."""
        value, default, held = (_at(mapping, key) for mapping in (part, self.defaults, lived))
        if value != held and (value != default or {key, key.partition(".")[0]} & self.by_hand):
            problem = f"is {value} and cannot be changed any more: the checkpoint was made with {held}"
            raise InputError(key, problem, allowed=f"{key}={held}, or a run of its own")
        place(part, key, held)

    def _refuse_other_households(self, one: Scenario) -> None:
        """Refuse another number where it was used up: who the households are, and how they came to see the world."""
        first = self.lived.first_seed
        for name in (*(item.name for item in fields(PopulationSettings)), *FORMED):
            sides = (one.member(first), self.lived.member(first))
            given, held = (side.parameters.get(name, PARAMETERS[name].default) for side in sides)
            if given != held:
                problem = f"is {given:g} and cannot be changed any more: the households were made with {held:g}"
                raise InputError(f"parameters.{name}", problem, allowed=f"{held:g}, or a run of its own")


def _pack(given: list[Given], changes: Mapping[str, Any], found: Checkpoint) -> str:
    """The pack that was given, which `Checkpoint.scenario` compares, or that of the checkpoint."""
    if any(one.key.partition(".")[0] == "region" for one in given):
        pack = compose(COMMAND, [one for one in given if one.key.partition(".")[0] == "region"])["region"]
        return str(pack["pack"])
    return str(changes.get("region.pack", found.pack))


def _refuse_twins(scenarios: tuple[Scenario, ...]) -> None:
    names = [one.name for one in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                "scenario", f"names {name} twice", allowed="each scenario once, files by names of their own"
            )


def _at(mapping: Mapping[str, Any], key: str) -> Any:
    for part in key.split("."):
        mapping = mapping[part]
    return mapping


def _merged(lived: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """`lived` with what is given anew in its place, at every depth."""
    merged = dict(lived)
    for key, value in given.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged
