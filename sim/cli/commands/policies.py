"""List the policies there are, with their settings, units and ranges.

USAGE
  sim policies [NAME] [--json]

  With NAME: what the policy does, each setting, the quantities it may change, null and example, its sources and costs.
  docs/policies.md shows all, with a picture of what each does in the pack.

OPTIONS
  --json   for programs: name, prose, quantities (name, shape, unit, combine, meets: the measures of whom it meets),
           parameters (its settings: name, kind, unit, low, high, allowed, choices, default, prose, source), null (all
           settings) and example (those that differ) as YAML has them, sources, costs (USD per unit of a measure, of the
           example), tells (topics of which the example tells households)
  --help   this page

EXAMPLES
  sim policies
  sim policies reentry_ban
  sim run policies.reentry_ban.months=24
  sim run policy=devaluation

Several policies on one quantity combine by that quantity's own rule, whatever the order in which they are listed.
A package of your own may add a policy through the entry-point group labour_migration_sim.policies.

FILES WRITTEN
  none

EXIT STATUS
  0 done; 2 bad input
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

import yaml

from sim.cli.commands import refuse_rest, split_options
from sim.cli.tables import print_json, print_table
from sim.errors import unknown_name
from sim.policies.base import Policy, registered
from sim.policies.context import Context
from sim.region import load
from sim.schema.quantities import QUANTITIES, Quantity


def main(arguments: Sequence[str]) -> int:
    """List the policies, or tell about one."""
    options, rest = split_options(arguments, ("--json",))
    refuse_rest(rest[1:], "one name")
    known = registered()
    if rest and rest[0] not in known:
        raise unknown_name("policy", rest[0], known, "policy")
    shown = {rest[0]: known[rest[0]]} if rest else known
    if "--json" in options:
        print_json([described(cls) for cls in shown.values()])
    elif rest:
        _print_one(shown[rest[0]])
    else:
        rows = [(name, _first_line(cls), ", ".join(cls.settings())) for name, cls in shown.items()]
        print_table("", ("policy", "what it does", "settings"), rows)
    return 0


def described(cls: type[Policy]) -> dict[str, Any]:
    """A policy as plain values."""
    defaults: dict[str, Any] = {f.name: f.default for f in fields(cls)}
    settings = [
        {
            "name": name,
            "kind": rule.kind,
            "unit": rule.unit,
            "low": rule.low if math.isfinite(rule.low) else None,
            "high": rule.high if math.isfinite(rule.high) else None,
            "allowed": rule.allowed,
            "choices": list(rule.choices),
            "default": rule.plain(defaults[name]),
            "prose": rule.prose,
            "source": rule.source,
        }
        for name, rule in cls.settings().items()
    ]
    return {
        "name": cls.name,
        "prose": inspect.getdoc(cls),
        "quantities": [_described(QUANTITIES[name]) for name in cls.modifies],
        "parameters": settings,
        "null": cls.null().as_mapping(defaults=True),
        "example": cls.example().as_mapping(),
        "sources": list(cls.sources),
        "costs": dict(cls.example().costs),
        "tells": sorted({topic for one in cls.example().informs(_context()) for topic in one.topics}),
    }


def _described(quantity: Quantity) -> dict[str, Any]:
    told = {name: getattr(quantity, name) for name in ("name", "shape", "unit", "combine")}
    return told | {"meets": list(quantity.meets)}


@cache
def _context() -> Context:
    """Months and places of the pack that comes with the package."""
    return Context.of(load("central_asia"))


def in_yaml(settings: Mapping[str, Any]) -> str:
    """Settings on one line, as a scenario file would have them."""
    return yaml.safe_dump(dict(settings), default_flow_style=True, sort_keys=False, width=math.inf).strip()


def _first_line(cls: type[Policy]) -> str:
    return (inspect.getdoc(cls) or "").split("\n\n")[0].replace("\n", " ")


def _print_one(cls: type[Policy]) -> None:
    told = described(cls)
    print(f"{cls.name}\n\n{told['prose']}\n")
    rows = [
        (one["name"], one["default"], one["unit"], one["allowed"], one["prose"], one["source"])
        for one in told["parameters"]
    ]
    print_table("Settings", ("setting", "default", "unit", "allowed", "what it is", "source"), rows)
    quantities = [(one["name"], one["combine"], one["unit"], ", ".join(one["meets"])) for one in told["quantities"]]
    if quantities:
        columns = ("quantity", "combines by", "unit", "whom it meets (measures)")
        print_table("Quantities it may change", columns, quantities)
    if told["tells"]:
        print(f"tells: {', '.join(told['tells'])}")
    null = cls.null().as_mapping()
    print(f"null: {in_yaml(null) if null else 'all defaults'}\nexample: {in_yaml(told['example'])}")
    for source in told["sources"]:
        print(f"source: {source}")
    for measure, cost in told["costs"].items():
        print(f"cost: {cost:g} USD per unit of {measure}")
