"""What a sweep is asked to do: from a command line or a file to a checked request."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sim.configuration.branching import FORMED, HELD, branch_request
from sim.configuration.compose import compose, is_rule, place, results_folder, scenario_part
from sim.configuration.files import groups, is_own_file, own_scenario, read_yaml
from sim.configuration.overrides import Given, check_key, parse
from sim.errors import InputError
from sim.households.structure import PopulationSettings
from sim.policies.settings import read_whole, shown
from sim.region import Region, load
from sim.scenario import Scenario
from sim.schema.parameters import PARAMETERS
from sim.studies.sweep.design import Design, make_design
from sim.studies.sweep.points import Points

COMMAND = "sweep"
OWN_KEYS = ("sweep", "design", "executor", "measures", "window", "chunk", "workers", "branch_from", "only_plan")
"""Keys that say what to sweep and where, not what a scenario is."""
SCENARIO, AGAINST = "scenario", "against"
WORKERS_ELSEWHERE = 16


@dataclass(frozen=True)
class Base:
    """What the points start from: configurations by the choice of a scenario ('' = as given), and the axes taken."""

    name: str
    mappings: Mapping[str, Any]
    taken: tuple[str, ...]

    def as_mapping(self) -> dict[str, Any]:
        """Plain values, for a record."""
        return {"name": self.name, "mappings": dict(self.mappings), "taken": list(self.taken)}


@dataclass(frozen=True, kw_only=True)
class SweepRequest:
    """A design over a base, checked but for the points themselves (`sim.studies.sweep.plan.make_plan`)."""

    folder: Path
    region: Region
    pack: str
    design: Design
    bases: tuple[Base, ...]
    seeds: int
    first_seed: int
    measures: Any
    window: Any
    chunk: int | None
    workers: int
    executor: Mapping[str, Any]
    branch: Mapping[str, Any] | None = None
    held: Mapping[str, Any] = field(default_factory=dict)
    only_plan: bool = False

    def points(self, base: Base) -> Points:
        """What reads the points of a base."""
        return Points(base.mappings, self.design.keys, base.taken, self.region)

    def require_held(self, one: Scenario) -> None:
        """Refuse a point that the checkpoint it goes on from does not allow."""
        for name, held in self.held.items():
            given = one.parameters.get(name, PARAMETERS[name].default)
            if given != held:
                problem = f"is {given:g} and cannot be changed any more: the households were made with {held:g}"
                raise InputError(f"parameters.{name}", problem, allowed=f"{held:g}, or no checkpoint")
        if self.branch and one.until < self.branch["month"]:
            raise InputError("until", f"is {one.until}", allowed=f"a month from {self.branch['month']} on")


def sweep_request(arguments: Sequence[str], file: str | None = None) -> SweepRequest:
    """Read, compose and check what was asked for.

    Parameters
    ----------
    arguments
        ``key=value``, as on the command line.
    file
        A YAML file with the same keys, nested; the command line goes before it.

    Raises
    ------
    InputError
        Anything that cannot be run.
    """
    given, placed = _given(arguments, file)
    mapping = _composed(given, placed)
    named = mapping.get("region")
    named = str(named["pack"] if isinstance(named, Mapping) else named)
    pack = str(Path(named).resolve()) if "/" in named or os.sep in named else named
    region = load(pack)
    design = make_design(_mapping(mapping, "design"), mapping.get("sweep"), region)
    branch, lived, held = _branch(mapping, given, region)
    base = lived or scenario_part(_without_own(mapping))
    choices = _choices(design, given, placed, base, pack)
    bases = [Base(SCENARIO, choices, design.keys)]
    if mapping.get("against") is not None:
        bases.append(_against(given, placed, mapping["against"], design, pack))
    executor = _mapping(mapping, "executor")
    if mapping.get("name") is None and mapping.get("output") is None:
        raise InputError("name", "is missing", allowed="name=NAME: the folder under results/")
    return SweepRequest(
        folder=results_folder(mapping, ""),
        region=region,
        pack=pack,
        design=design,
        bases=tuple(bases),
        seeds=read_whole(branch["seeds"] if branch else mapping["seeds"], 1, 100_000, "seeds"),
        first_seed=read_whole(branch["first_seed"] if branch else mapping["first_seed"], 0, 2**31 - 1, "first_seed"),
        measures=mapping.get("measures"),
        window=mapping.get("window"),
        chunk=_optional(mapping, "chunk", 1, 100_000),
        workers=workers_of(mapping, executor),
        executor=executor,
        branch=branch,
        held=held,
        only_plan=bool(mapping.get("only_plan")),
    )


def workers_of(mapping: Mapping[str, Any], executor: Mapping[str, Any]) -> int:
    """Processes or tasks at a time."""
    given = _optional(mapping, "workers", 1, 10_000)
    if given is not None:
        return given
    if executor.get("kind") != "local":
        return WORKERS_ELSEWHERE
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def executor_request(arguments: Sequence[str]) -> tuple[Path, dict[str, Any], int]:
    """Folder, executor and workers of a sweep that there is: what ``resume``, ``retry`` and the like are given."""
    given = parse(COMMAND, arguments)
    for one in given:
        if one.key.partition(".")[0] not in ("name", "output", "executor", "workers"):
            raise InputError(
                one.key, "is fixed by the plan", allowed="name=, output=, executor=, executor.KEY=, workers="
            )
    mapping = compose(COMMAND, given)
    if mapping.get("name") is None and mapping.get("output") is None:
        raise InputError("name", "is missing", allowed="name=NAME: the folder under results/")
    executor = _mapping(mapping, "executor")
    return results_folder(mapping, ""), executor, workers_of(mapping, executor)


def _given(arguments: Sequence[str], file: str | None) -> tuple[list[Given], dict[str, Any]]:
    """Overrides of the command line with the choices of the file, and what else the file sets."""
    given = parse(COMMAND, arguments)
    if file is None:
        return given, {}
    content = read_yaml(Path(file), "sweep")
    by_hand = {one.key for one in given}
    placed: dict[str, Any] = {}
    for key, value in content.items():
        check_key(COMMAND, str(key))
        if key in (*groups(), "against") and isinstance(value, str):
            if key not in by_hand:
                given += parse(COMMAND, [f"{key}={_beside(value, Path(file))}"])
        elif key == "design" and isinstance(value, Mapping):
            if "kind" in value and "design" not in by_hand:
                given += parse(COMMAND, [f"design={value['kind']}"])
            more = {name: one for name, one in value.items() if name != "kind"}
            placed |= {key: more} if more else {}
        else:
            placed[str(key)] = value
    return given, placed


def _beside(value: str, file: Path) -> str:
    """A scenario file named in a sweep's file lies beside it."""
    beside = file.parent / value
    return str(beside) if is_own_file(value) and beside.is_file() else value


def _composed(given: Sequence[Given], placed: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with the file's values, and over them those given by hand."""
    mapping = compose(COMMAND, given)
    by_hand = {one.key for one in given}
    for key, value in _flat(placed):
        if not any(key == hand or key.startswith(f"{hand}.") for hand in by_hand if hand not in groups()):
            place(mapping, key, value)
    return mapping


def _flat(placed: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    leaves: list[tuple[str, Any]] = []
    for key, value in placed.items():
        if isinstance(value, Mapping) and value and prefix + str(key) not in ("measures", "window"):
            leaves += _flat(value, f"{prefix}{key}.")
        else:
            leaves.append((f"{prefix}{key}", value))
    return leaves


def _mapping(mapping: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = mapping.get(key)
    if not isinstance(value, Mapping):
        raise InputError(key, f"is {shown(value)}", allowed=f"a choice, {key}=NAME")
    return dict(value)


def _optional(mapping: Mapping[str, Any], key: str, low: int, high: int) -> int | None:
    value = mapping.get(key)
    return None if value is None else read_whole(value, low, high, key)


def _without_own(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in OWN_KEYS}


def _plain(mapping: dict[str, Any], pack: str) -> dict[str, Any]:
    """A scenario's configuration as the plan keeps it: seeds are the plan's, files are where they are."""
    for key in ("law", "sample"):
        named = mapping.get(key)
        if isinstance(named, str) and Path(named).is_file():
            mapping[key] = str(Path(named).resolve())
    kept = {key: value for key, value in mapping.items() if key not in ("follow", "engine")}
    return {**kept, "region": {"pack": pack}, "seeds": 1, "first_seed": 0}


def _choices(
    design: Design, given: Sequence[Given], placed: Mapping[str, Any], base: dict[str, Any], pack: str
) -> dict[str, Any]:
    """The base, and where scenarios are swept, the configuration of each."""
    choices = {"": _plain(base, pack)}
    if SCENARIO not in design.keys:
        return choices
    if any(one.key == SCENARIO for one in given):
        raise InputError("scenario", "is both given and swept", allowed="scenario= or sweep.scenario=")
    others = [one for one in given if one.key != SCENARIO]
    axis = design.axes[design.keys.index(SCENARIO)]
    for name in axis.values:
        (chosen,) = parse(COMMAND, [f"scenario={name}"])
        choices[str(name)] = _plain(scenario_part(_without_own(_composed([chosen, *others], placed))), pack)
    return choices


def _against(given: Sequence[Given], placed: Mapping[str, Any], name: str, design: Design, pack: str) -> Base:
    """The other side: another scenario with the same numbers; policies and the law belong to the first side alone."""
    kept = [one for one in given if one.key not in (SCENARIO, AGAINST) and not is_rule(one.key)]
    kept_placed = {key: value for key, value in placed.items() if not is_rule(key)}
    chosen = own_scenario(Path(name)) if is_own_file(name) else name
    mapping = _composed([Given(SCENARIO, (chosen,)), *kept], kept_placed)
    taken = tuple(key for key in design.keys if not is_rule(key) and key != SCENARIO)
    return Base(AGAINST, {"": _plain(scenario_part(_without_own(mapping)), pack)}, taken)


def _branch(
    mapping: Mapping[str, Any], given: Sequence[Given], region: Region
) -> tuple[dict[str, Any] | None, dict[str, Any] | None, dict[str, Any]]:
    """The checkpoint that all points go on from, the base it gives, and the parameters that it holds."""
    path = mapping.get("branch_from")
    if path is None:
        return None, None, {}
    if mapping.get("against") is not None:
        raise InputError("against", "is given with branch_from", allowed="sweep.scenario=[...], or no checkpoint")
    arguments = []
    for one in given:
        if one.key.partition(".")[0] not in (*OWN_KEYS, "name", "output", "threads", "seeds", "first_seed"):
            arguments.append(f"{one.key}={one.values[0]}")
    asked = branch_request(str(path), arguments)
    lived = asked.checkpoint.scenario(region)
    names = (*(item.name for item in fields(PopulationSettings)), *FORMED)
    held = {name: lived.parameters.get(name, PARAMETERS[name].default) for name in names}
    swept = [
        key
        for key in _flat_keys(mapping.get("sweep"))
        if key in HELD or key.partition(".")[0] in ("population", SCENARIO)
    ]
    if swept:
        raise InputError(
            f"sweep.{swept[0]}", "is held by the checkpoint", allowed="policies, parameters, corridors, until"
        )
    branch = {
        "path": str(asked.checkpoint.path.resolve()),
        "seal": asked.checkpoint.seal,
        "month": asked.checkpoint.month,
        "seeds": lived.seeds,
        "first_seed": lived.first_seed,
    }
    return branch, asked.scenarios[0].as_mapping(), held


def _flat_keys(sweep: Any) -> list[str]:
    return [key for key, _ in _flat(sweep)] if isinstance(sweep, Mapping) else []
