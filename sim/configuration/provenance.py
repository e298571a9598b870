"""Where each value of a request comes from: given by hand, a file, or the default of the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.configuration.compose import Request, is_rule
from sim.configuration.files import choices, read_yaml, scenario_file
from sim.configuration.overrides import Given
from sim.region.shipped import config_folder

BY_HAND = "given by hand"


def origins_of(request: Request, *, against: bool = False) -> dict[str, str]:
    """Where each dotted key of the scenario's mapping was given: ``by hand`` or the name of a file."""
    side = request.against if against and request.against else request.scenario
    chosen = {one.key: one for one in request.overrides if one.is_choice}
    files = list(_files(chosen, against))
    by_hand = [one.key for one in request.overrides if not one.is_choice] + list(request.changes)
    if against:
        by_hand = [key for key in by_hand if not is_rule(key)]
    policies = {policy.name: policy.as_mapping(defaults=True) for policy in side.policy_objects}
    origins = {}
    told = {key: value for key, value in side.as_mapping().items() if key != "law_digest"}
    for key, _ in leaves({**told, "policies": policies}):
        hand = any(key == other or key.startswith(f"{other}.") for other in by_hand)
        origins[key] = BY_HAND if hand else next((label for label, keys in files if key in keys), "default")
    return origins


def leaves(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The dotted keys of nested mappings, with their values."""
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _files(chosen: Mapping[str, Given], against: bool) -> Iterator[tuple[str, set[str]]]:
    """Files in the order of precedence, each with the keys it sets."""
    if "policy" in chosen and not against:
        for name in chosen["policy"].values[0].strip("[]").split(","):
            path = choices("policy").get(name.strip())
            if path is not None:
                yield f"policy/{path.name}", _keys(path)
    key = "against" if against else "scenario"
    yield from _scenario_chain(chosen[key].values[0] if key in chosen else "history")
    for group, default in (("population", "standard"), ("region", "central_asia")):
        path = choices(group)[chosen[group].values[0] if group in chosen else default]
        yield f"{group}/{path.name}", {f"{group}.{key}" for key in _keys(path)}
    yield "run.yaml", _keys(config_folder() / "run.yaml")


def _scenario_chain(name: str) -> Iterator[tuple[str, set[str]]]:
    path = scenario_file(name)
    if path is None:
        return
    yield f"scenario/{path.name}" if path.parent.name == "scenario" else str(path), _keys(path)
    for parent in read_yaml(path, "scenario").get("defaults", []):
        if isinstance(parent, str) and parent != "_self_":
            yield from _scenario_chain(parent)


def _keys(path: Path) -> set[str]:
    content = leaves(read_yaml(path, "configuration"))
    return {key for key, value in content if key != "defaults" and value is not None}
