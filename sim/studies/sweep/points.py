"""The scenarios of points: a base read once, and of it only what an axis changes read anew.

A plan reads a hundred thousand scenarios. Most points change numbers of the behaviour and settings of policies; what
they leave alone is the base's. The result is that of ``Scenario.from_mapping`` for the whole mapping (a test compares).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sim.configuration.compose import place
from sim.policies.base import build
from sim.policies.settings import read_number
from sim.region import Region
from sim.scenario import Scenario
from sim.schema.parameters import PARAMETERS

KEPT = 4096
"""Bases kept where axes other than numbers and policies make several."""


class Points:
    """Reads the points of one base.

    Parameters
    ----------
    mappings
        Configurations of the base by the choice of a scenario, of which an axis ``scenario`` picks one; '' = as given.
    keys, taken
        All axes, and those that the base takes.
    """

    def __init__(self, mappings: Mapping[str, Any], keys: Sequence[str], taken: Sequence[str], region: Region) -> None:
        self.mappings, self.region = mappings, region
        self.axes = [(place_, key, *_kind(key)) for place_, key in enumerate(keys) if key in taken]
        self._bases: dict[str, Scenario] = {}

    def at(self, values: Sequence[Any]) -> Scenario:
        """The scenario of a point, checked.

        Raises
        ------
        InputError
            A value that cannot be.
        """
        choice, rest = "", {}
        parameters: dict[str, Any] = {}
        policies: dict[str, dict[str, Any]] = {}
        for place_, key, kind, name in self.axes:
            value = values[place_]
            if kind == "scenario":
                choice = str(value)
            elif kind == "parameters":
                parameters[name] = value
            elif kind == "policies":
                policy, _, setting = name.partition(".")
                policies.setdefault(policy, {})[setting] = value
            else:
                rest[key] = value
        one = self._base(choice, rest)
        changed: dict[str, Any] = {}
        if parameters:
            changed["parameters"] = _read(one.parameters, parameters)
        if policies:
            changed["policy_objects"] = self._policies(one, choice, policies)
        return replace(one, **changed) if changed else one

    def _base(self, choice: str, rest: Mapping[str, Any]) -> Scenario:
        name = json.dumps([choice, rest])
        if name not in self._bases:
            if len(self._bases) >= KEPT:
                self._bases.clear()
            mapping = copied(self.mappings[choice])
            for key, value in rest.items():
                place(mapping, key, value)
            self._bases[name] = Scenario.from_mapping(mapping, self.region)
        return self._bases[name]

    def _policies(self, one: Scenario, choice: str, changed: Mapping[str, Mapping[str, Any]]) -> tuple:
        given = self.mappings[choice].get("policies") or {}
        policies = {policy.name: policy for policy in one.policy_objects}
        for name, settings in changed.items():
            policies[name] = build(name, {**(given.get(name) or {}), **settings}, self.region)
        return tuple(policies[name] for name in sorted(policies))


def _kind(key: str) -> tuple[str, str]:
    """What an axis changes, and its name there; '' for what is read with the base."""
    root, _, name = key.partition(".")
    if key == "scenario" or (root == "parameters" and name in PARAMETERS):
        return root, name
    return (root, name) if root == "policies" and name.count(".") == 1 else ("", "")


def _read(before: Mapping[str, float], given: Mapping[str, Any]) -> dict[str, float]:
    read = dict(before)
    for name, value in given.items():
        rule = PARAMETERS[name]
        read[name] = read_number(value, rule.low, rule.high, f"parameters.{name}", unit=rule.unit)
    return dict(sorted(read.items()))


def copied(value: Any) -> Any:
    """Nested mappings that may be changed."""
    return {key: copied(one) for key, one in value.items()} if isinstance(value, dict) else value
