"""Scenario files: those the page writes, and those a stranger brings.

A file changes numbers only. It is read as plain YAML, without aliases, tags of Python, or documents behind the first;
at most 64 KB; it names no law file, no pack and no path; sizes beyond the workshop's are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from sim.configuration import scenario_cards
from sim.errors import InputError, nearest_name
from sim.region.sample import NAMED
from sim.workshop.controls import RUNS, SEEDS, Choice
from sim.workshop.worlds import SCALE, mapping_of

LARGEST = 64 * 1024
DEEPEST = 8
MOST_NODES = 4_000
KEYS = ("defaults", "question", "policies", "parameters", "corridors", "population", "seeds", "first_seed", "sample")
PAGE = "# page: "


def scenario_text(choice: Choice, link: str = "", question: str = "") -> str:
    """The scenario file of a choice: `sim run` takes it and gives the same digest."""
    made = mapping_of(choice)
    told: dict[str, Any] = {"defaults": ["history"]}
    told["question"] = question or "What was tried in the workshop?"
    told["population"] = {"scale": SCALE}
    told |= {"sample": made["sample"]} if "sample" in made else {}
    told |= {"seeds": choice.runs, "first_seed": choice.luck, "policies": made["policies"]}
    lines = ["# A scenario of the workshop. Run it with: sim run scenario=FILE.yaml", f"{PAGE}{link}", ""]
    return "\n".join(lines) + yaml.safe_dump(told, sort_keys=False, allow_unicode=True)


def read_page(content: bytes) -> str | None:
    """The link in a file's head that restores the page; None where there is none."""
    for line in content[:LARGEST].decode("utf-8", "replace").splitlines()[:8]:
        if line.startswith(PAGE):
            return line.removeprefix(PAGE).strip() or None
    return None


def read_scenario(content: bytes) -> dict[str, Any]:
    """A stranger's file as the mapping of a scenario at workshop size.

    Raises
    ------
    InputError
        Anything but numbers for policies, parameters and corridors.
    """
    given = _plain(content)
    for key in given:
        if key not in KEYS:
            raise InputError(
                f"file {str(key)[:40]}", "is not taken here", ", ".join(KEYS), nearest_name(str(key), KEYS)
            )
    policies = _policies(given)
    seeds, luck = _size(given, "seeds", 10, 1, max(RUNS)), _size(given, "first_seed", 1, *SEEDS)
    population = given.get("population") or {}
    if not isinstance(population, Mapping) or set(population) - {"scale"}:
        raise InputError("file population", "is not taken here", "scale alone")
    scale = population.get("scale", SCALE)
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not 1e-4 <= scale <= 0.002:
        raise InputError("file population.scale", f"is {str(scale)[:40]}", "a number, 0.0001 to 0.002")
    sample = given.get("sample")
    if sample is not None and sample not in NAMED:
        raise InputError("file sample", f"is {str(sample)[:40]!r}", ", ".join(NAMED))
    return {
        "name": "from_file",
        **({"sample": sample} if sample else {}),
        "question": str(given.get("question", ""))[:300],
        "policies": policies,
        "parameters": given.get("parameters") or {},
        "corridors": given.get("corridors") or {},
        "population": {"scale": float(scale)},
        "seeds": seeds,
        "first_seed": luck,
        "threads": 1,
    }


def _plain(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise InputError("file", f"has {len(content)} bytes", f"at most {LARGEST}")
    try:
        text = content.decode("utf-8")
        _refuse_cunning(text)
        given = yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise InputError("file", "is no text", "UTF-8") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise InputError(f"file{line}", f"is not YAML ({getattr(error, 'problem', error)})") from error
    if not isinstance(given, dict):
        raise InputError("file", "holds no mapping", "key: value, as the page writes it")
    return given


def _refuse_cunning(text: str) -> None:
    """Refuse what plain numbers need not: aliases that unfold, tags, great depth, great numbers of entries."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise InputError("file", "holds an alias (*)", "plain values")
        if isinstance(event, yaml.NodeEvent) and getattr(event, "anchor", None):
            raise InputError("file", "holds an anchor (&)", "plain values")
        if getattr(event, "tag", None):
            raise InputError("file", f"holds a tag ({str(event.tag)[:40]})", "plain values")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or nodes > MOST_NODES:
            raise InputError("file", "is nested or long beyond measure", f"{DEEPEST} levels, {MOST_NODES} entries")


def _policies(given: Mapping[str, Any]) -> dict[str, Any]:
    """The policies of the scenarios it starts from, with its own upon them."""
    cards = {card.name: card for card in scenario_cards()}
    defaults = given.get("defaults") or []
    if not isinstance(defaults, list):
        raise InputError("file defaults", f"is {str(defaults)[:40]!r}", "a list, as [history]")
    merged: dict[str, Any] = {}
    for name in defaults:
        if not isinstance(name, str) or name not in cards:
            raise InputError("file defaults", f"is {str(name)[:40]!r}, which is no scenario", ", ".join(cards))
        merged = _merged(merged, _shipped(name))
    own = given.get("policies") or {}
    if not isinstance(own, Mapping):
        raise InputError("file policies", "is no mapping", "policy: {setting: value}")
    return _merged(merged, own)


def _shipped(name: str) -> dict[str, Any]:
    from sim.configuration.files import choices, read_yaml

    content = read_yaml(choices("scenario")[name], "scenario")
    merged: dict[str, Any] = {}
    for parent in content.get("defaults", []):
        if parent != "_self_":
            merged = _merged(merged, _shipped(parent))
    return _merged(merged, content.get("policies") or {})


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` upon `base`, mappings joined key by key, as composition does."""
    made = dict(base)
    for key, value in over.items():
        old = made.get(key)
        made[key] = _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return made


def _size(given: Mapping[str, Any], key: str, default: int, low: int, high: int) -> int:
    value = given.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f"file {key}", f"is {str(value)[:40]}", f"a whole number, {low} to {high}")
    return value
