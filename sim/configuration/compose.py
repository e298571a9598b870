"""Compose the configuration and turn it into a request: one checked scenario, or two to be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from sim.configuration.files import LABEL, read_yaml
from sim.configuration.overrides import Given, check_key, parse, strings
from sim.errors import InputError, nearest_name, unknown_name
from sim.policies.settings import read_month
from sim.region import Region, load
from sim.region.shipped import config_folder
from sim.scenario import Scenario

RESULTS = Path("results")
STUDIES = ("calibration", "backtest")
"""Sections of settings that belong to a study of a scenario (``configs/<command>.yaml``)."""
RUN_KEYS = ("name", "output", "explain", "against", "checkpoint", "misinformation", *STUDIES, LABEL)
"""Keys that say what to do with a scenario, not what it is."""
COMPARED = ("against", "misinformation")
"""Keys of a comparison, which a run does not take."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a command is asked to do, checked: nothing in it can be refused later.

    `overrides` and `changes` (dotted keys) are what was given by hand, for telling where a value comes from. `settings`
    are those of a study, as they were written.
    """

    scenario: Scenario
    region: Region
    against: Scenario | None
    folder: Path
    explain: bool
    misinformation: bool = False
    checkpoints: tuple[str, ...] = ()
    overrides: tuple[Given, ...] = ()
    changes: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def in_multirun(self) -> Request:
        """The same request with a folder that carries the scenario's digest, so that no two runs share one."""
        digest = self.scenario.digest[:8] + (self.against.digest[:4] if self.against else "")
        return Request(**{**vars(self), "folder": self.folder.with_name(f"{self.folder.name}-{digest}")})


def request(command: str, arguments: Sequence[str], changes: Mapping[str, Any] | None = None) -> Request:
    """Read, compose and check what was asked for.

    Parameters
    ----------
    command
        ``run``, ``compare``, or a study that has a configuration of its own name.
    arguments
        Overrides as on the command line, ``key=value``.
    changes
        Dotted keys with values of Python's own types, set after composition.

    Raises
    ------
    InputError
        Anything that cannot be run, before anything is written.
    """
    given = parse(command, arguments)
    mapping = compose(command, given)
    for key, value in (changes or {}).items():
        check_key(command, key)
        place(mapping, key, value)
    region = load(_pack(mapping))
    scenario = Scenario.from_mapping(scenario_part(mapping), region)
    against = None
    if command == "compare":
        against = Scenario.from_mapping(_against(given, changes or {}), region)
        _refuse_unlike(scenario, against)
    default = scenario.name if against is None else f"{scenario.name}_against_{against.name}"
    return Request(
        scenario=scenario,
        region=region,
        against=against,
        folder=results_folder(mapping, default),
        explain=_flag(mapping, "explain"),
        misinformation=_flag(mapping, "misinformation"),
        checkpoints=_checkpoints(mapping, scenario, region),
        overrides=tuple(given),
        changes=tuple(changes or ()),
        settings=_settings(mapping, command),
    )


def _settings(mapping: Mapping[str, Any], command: str) -> dict[str, Any]:
    """The settings of a study, none but those its configuration has."""
    given = {key: value for section in STUDIES for key, value in (mapping.get(section) or {}).items()}
    known = {key: value for section in STUDIES for key, value in (_written(command).get(section) or {}).items()}
    for key in given:
        if key not in known:
            section = next(section for section in STUDIES if key in (mapping.get(section) or {}))
            near = nearest_name(key, known)
            raise InputError(f"{section}.{key}", "is not a setting", nearest=near, allowed=", ".join(sorted(known)))
    return given


def _written(command: str) -> dict[str, Any]:
    return read_yaml(config_folder() / f"{command}.yaml", "configuration")


def compose(command: str, given: Sequence[Given]) -> dict[str, Any]:
    """The composed configuration as plain values, with ``label``, the scenario's name."""
    # Hydra takes three tenths of a second to import, and `sim --help` needs none of it
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from hydra.errors import HydraException, MissingConfigException
    from omegaconf import OmegaConf, open_dict
    from omegaconf.errors import OmegaConfBaseException

    arguments = [text for one in given if one.key != "against" for text in strings(one)]
    try:
        with _hydra_aside(), initialize_config_dir(version_base="1.3", config_dir=str(config_folder())):
            composed = hydra_compose(command, overrides=arguments, return_hydra_config=True)
            chosen = composed.hydra.runtime.choices.scenario
            with open_dict(composed):
                del composed["hydra"]
            mapping = cast(dict[str, Any], OmegaConf.to_container(composed, resolve=True, throw_on_missing=True))
    except (HydraException, OmegaConfBaseException) as error:
        if isinstance(error, MissingConfigException) and error.options:
            group, _, name = str(error.missing_cfg_file).rpartition("/")
            raise unknown_name(group, name, error.options, "choice") from error
        first = " ".join(str(error).splitlines()[:1])
        raise InputError("configuration", f"cannot be composed: {first.rstrip('.')}") from error
    mapping.setdefault(LABEL, chosen)
    if isinstance(mapping.get("law"), dict):
        mapping["law"] = mapping["law"].get("file")
    for one in given:
        if one.key == "against":
            mapping["against"] = one.values[0]
    return mapping


@contextmanager
def _hydra_aside() -> Iterator[None]:
    """Put Hydra's one global instance aside: a job of a multirun composes inside Hydra's own run."""
    from hydra.core.global_hydra import GlobalHydra

    outer, GlobalHydra.instance().hydra = GlobalHydra.instance().hydra, None
    try:
        yield
    finally:
        GlobalHydra.instance().hydra = outer


def _against(given: Sequence[Given], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The other side: the same run of another scenario. What `is_rule` and given by hand belongs to the first alone."""
    other = next((one.values for one in given if one.key == "against"), ("history",))
    kept = [one for one in given if one.key not in ("scenario", *COMPARED) and not is_rule(one.key)]
    mapping = compose("run", [Given("scenario", other), *kept])
    for key, value in changes.items():
        if key not in COMPARED and not is_rule(key):
            place(mapping, key, value)
    return scenario_part(mapping)


def _refuse_unlike(scenario: Scenario, against: Scenario) -> None:
    """Refuse two sides whose households, months or seeds differ: they could not be paired."""
    for name in ("scale", "burn_in", "donors", "until", "seeds", "first_seed"):
        ours, theirs = getattr(scenario, name), getattr(against, name)
        if ours != theirs:
            key = f"population.{name}" if name in ("scale", "burn_in", "donors") else name
            given = f"is {ours} for {scenario.name} and {theirs} for {against.name}"
            raise InputError(key, given, allowed=f"the same for both sides: give {key}= on the command line")


def is_rule(key: str) -> bool:
    """Whether a key belongs to the policies or is the law: what a comparison is about."""
    return key in ("law", "policy") or key.partition(".")[0] == "policies"


def scenario_part(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """What of a configuration is the scenario's own."""
    part = {key: value for key, value in mapping.items() if key not in RUN_KEYS}
    return {**part, "name": str(mapping[LABEL])}


def _pack(mapping: Mapping[str, Any]) -> str:
    region = mapping.get("region")
    pack = region.get("pack") if isinstance(region, Mapping) else region
    if not isinstance(pack, str) or not pack:
        raise InputError("region.pack", f"is {pack!r}, which is no pack", allowed="a pack's name, or its folder")
    return pack


def place(mapping: dict[str, Any], key: str, value: Any) -> None:
    """Set a dotted key in nested mappings."""
    *path, last = key.split(".")
    node = mapping
    for part in path:
        child = node.setdefault(part, {})
        if not isinstance(child, dict):
            raise InputError(key, f"cannot be set: {part} is {child!r}")
        node = child
    node[last] = value


def results_folder(mapping: Mapping[str, Any], default: str) -> Path:
    """Where results go: ``output``, or a folder under `RESULTS`."""
    name, output = mapping.get("name"), mapping.get("output")
    if name is not None and (not isinstance(name, str | int) or not _NAME.fullmatch(str(name))):
        raise InputError(
            "name", f"is {name!r}, which is no name", allowed="letters, digits, - _ and . (output= takes a path)"
        )
    if output is None:
        return RESULTS / str(default if name is None else name)
    if not isinstance(output, str) or not output.strip():
        raise InputError("output", f"is {output!r}, which is no folder", allowed="a path")
    return Path(output).expanduser()


def _checkpoints(mapping: Mapping[str, Any], scenario: Scenario, region: Region) -> tuple[str, ...]:
    """The months to leave a checkpoint of, in their order, each once."""
    value = mapping.get("checkpoint")
    given = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        raise InputError("checkpoint", f"is {value!r}, which is no month", allowed="YYYY-MM, or several with commas")
    months = sorted({read_month(month, "checkpoint", region) for month in given})
    for month in months:
        if month > scenario.until:
            allowed = f"a month, {region.label(0)} to {scenario.until}"
            raise InputError("checkpoint", f"is {month}, after the run's last month", allowed=allowed)
    return tuple(months)


def _flag(mapping: Mapping[str, Any], key: str) -> bool:
    value = mapping.get(key, False)
    if not isinstance(value, bool):
        raise InputError(key, f"is {value!r}", allowed="true or false")
    return value
