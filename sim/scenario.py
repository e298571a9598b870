"""A scenario: everything a run depends on, typed, frozen and checked before the first month.

``Scenario.from_mapping`` reads the plain mapping that a scenario file, the command line, Python or a web form gives
(the keys of ``configs/run.yaml``) and refuses what cannot be, in one line. Why it does so itself: docs/decisions/0002.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sim.errors import InputError, nearest_name, unknown_name
from sim.policies.base import Policy, build
from sim.policies.full_information import FullInformation
from sim.policies.settings import read_code, read_month, read_number, read_whole, shown
from sim.region.sample import DEFAULTS, Sample, find_sample
from sim.schema.parameters import PARAMETERS
from sim.schema.quantities import QUANTITIES
from sim.schema.variants import DEFAULT, STRUCTURE, require_meaning, under, variant

if TYPE_CHECKING:
    from sim.region import Region
    from sim.region.law import LawPack

ENGINES = ("compiled", "mesa")
SMALLEST_SCALE = 1e-4
BASE_MONTHS = 12
LARGEST_SEED = 2**31 - 1
MOST_FOLLOWED = 100_000
OVERRIDABLE = tuple(
    name for name, quantity in QUANTITIES.items() if quantity.shape == "corridor" and quantity.path != "calendar"
)
"""Corridor quantities that one number for every month can stand for."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Region, population, policies and parameters, with the seeds and the engine to run them with.

    `policies` holds for each policy the settings that differ from its defaults; `policy_objects` are the policies
    themselves, sorted by name. `months` is the number of months simulated after the burn-in. `law` is the law it lives
    under as it was given, a name or a path, empty where that is left to the pack; `law_digest` and `law_pack` are set
    where it is another one than the pack's own. `numbers` is the sample that the seeds draw the model's numbers from,
    None where all live with the same; `sample` is how it was given. `adjustments` and `parameters` hold for every seed.
    `structure` holds the variants of the rules that are not the default.
    """

    name: str
    question: str = ""
    region: str = "central_asia"
    pack_digest: str = ""
    law: str = ""
    law_digest: str = ""
    law_pack: LawPack | None = field(default=None, repr=False, compare=False)
    scale: float = 0.01  # agents per household
    burn_in: int = 60  # months
    donors: float = 0.05  # agents per household that live the whole burn-in, where scale is larger
    seeds: int = 8
    first_seed: int = 1
    engine: str = "compiled"
    threads: int = 2
    until: str = ""  # last month simulated
    follow: int = 0  # households of the first seed whose every month is kept
    months: int = 0
    structure: Mapping[str, str] = field(default_factory=dict)
    sample: str = ""
    sample_digest: str = ""
    numbers: Sample | None = field(default=None, repr=False, compare=False)
    parameters: Mapping[str, float] = field(default_factory=dict)
    adjustments: Mapping[str, float] = field(default_factory=dict)
    corridors: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    policy_objects: tuple[Policy, ...] = ()

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], region: Region) -> Self:
        """The scenario that a mapping describes, checked against the region pack.

        Parameters
        ----------
        mapping
            Keys: name, question, region (``{pack: ...}``), law, law_digest (refuses another law), population (scale,
            burn_in, donors), seeds, first_seed, engine, threads, until, follow, structure, parameters, corridors,
            policies. What is absent takes its default.

        Raises
        ------
        InputError
            An unknown key at any depth, a wrong type, a value out of range, a name or date the pack does not have.
        """
        given = _keys("", mapping, _READERS)
        values = {key: _READERS[key](value, region) for key, value in given.items()}
        for nested in ("region", "population"):
            values |= values.pop(nested, {})
        values |= {"region": values.get("region", region.name), "pack_digest": region.digest}
        values |= _law_of(values.get("law", ""), values.pop("law_digest", ""), region)
        values |= _sample_of(values.get("sample", ""), values.pop("sample_digest", ""), region)
        values["policy_objects"] = values.pop("policies", ())
        require_meaning(values.get("structure", {}), values.get("parameters", {}))
        values["until"] = values.get("until") or region.label(region.months - 1)
        values["months"] = region.month_index(values["until"]) + 1
        return cls(**{"name": "unnamed", **values})

    @property
    def policies(self) -> dict[str, dict[str, Any]]:
        """The settings of each policy that differ from its defaults, as plain values."""
        return {policy.name: policy.as_mapping() for policy in self.policy_objects}

    @property
    def in_force(self) -> dict[str, float]:
        """The parameters that are not left to the sample or the defaults, with those that the structure sets."""
        return under(self.structure, self.parameters)

    @property
    def seed_numbers(self) -> range:
        """The seeds of the runs."""
        return range(self.first_seed, self.first_seed + self.seeds)

    @property
    def digest(self) -> str:
        """SHA-256 of what the results depend on: not of names, question, engine or threads.

        The pack's digest holds its own law; another one's is here besides, and that of a sample.
        """
        depends = {
            key: value
            for key, value in self.as_mapping().items()
            if key not in ("name", "question", "engine", "threads", "region", "law", "follow", "sample")
        }
        depends["pack"] = self.pack_digest
        return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()

    def member(self, seed: int) -> Self:
        """The scenario as one seed lives it: with its member of the sample, where no number is given by hand."""
        if self.numbers is None:
            return self
        drawn = self.numbers.member(seed)
        parameters = {name: value for name, value in drawn.items() if name in PARAMETERS} | dict(self.parameters)
        adjustments = {name: value for name, value in drawn.items() if name not in PARAMETERS} | dict(self.adjustments)
        own = {"sample": DEFAULTS, "sample_digest": "", "numbers": None}
        return replace(self, **own, parameters=parameters, adjustments=adjustments)

    def informed(self) -> Self:
        """The same world in which every household knows everything from the first month on; itself, if it is that."""
        knowing = FullInformation(share=1.0)
        if knowing in self.policy_objects:
            return self
        others = [policy for policy in self.policy_objects if policy.name != knowing.name]
        policies = tuple(sorted((*others, knowing), key=lambda policy: policy.name))
        question = f"What would {self.name} have been with everybody fully informed?"
        return replace(self, name=f"{self.name}_informed", question=question, policy_objects=policies)

    def as_mapping(self) -> dict[str, Any]:
        """The scenario as plain values, readable by `from_mapping`."""
        return {
            "name": self.name,
            "question": self.question,
            "region": {"pack": self.region},
            "law": self.law or None,
            **({"law_digest": self.law_digest} if self.law_digest else {}),
            "population": {"scale": self.scale, "burn_in": self.burn_in, "donors": self.donors},
            "seeds": self.seeds,
            "first_seed": self.first_seed,
            "engine": self.engine,
            "threads": self.threads,
            "until": self.until,
            "follow": self.follow,
            **({"structure": dict(self.structure)} if self.structure else {}),
            "sample": self.sample or None,
            **({"sample_digest": self.sample_digest} if self.sample_digest else {}),
            "parameters": dict(self.parameters),
            "adjustments": dict(self.adjustments),
            "corridors": {o: {d: dict(q) for d, q in row.items()} for o, row in self.corridors.items()},
            "policies": self.policies,
        }


Reader = Callable[[Any, "Region"], Any]


def _keys(where: str, value: Any, known: Mapping[str, Any], what: str = "a key") -> Mapping[str, Any]:
    """`value` as a mapping whose keys are all known."""
    if not isinstance(value, Mapping):
        raise InputError(where or "scenario", f"is {shown(value)}, which is no mapping", allowed=", ".join(known))
    for key in value:
        if key not in known:
            place = f"{where}.{key}" if where else str(key)
            near = nearest_name(str(key), known)
            raise InputError(place, f"is not {what}", nearest=near, allowed=", ".join(sorted(known)))
    return value


def _text(where: str, value: Any, region: Region) -> str:
    if not isinstance(value, str):
        raise InputError(where, f"is {shown(value)}, which is not text", allowed="text")
    return value.strip()


def _region(value: Any, region: Region) -> dict[str, str]:
    given = _keys("region", value, {"pack": None})
    return {"region": _text("region.pack", given["pack"], region)} if "pack" in given else {}


def _law(value: Any, region: Region) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | Path) or not str(value).strip():
        raise InputError("law", f"is {shown(value)}, which is no law", allowed="a law's name, or path/to/file.csv")
    return str(value).strip()


def _law_of(given: str, digest: str, region: Region) -> dict[str, Any]:
    """The fields of a law that is given by name or path; none where it is the pack's own."""
    law = region.read_law(given) if given else region.law
    found = law.digest if law else ""
    if digest and digest != found:
        problem = f"is {given or 'that of the pack'} with digest {found[:12] or 'none'}, which was {digest[:12]}"
        raise InputError("law", problem, allowed="the file as it was")
    if law is None:
        return {}
    if region.law is not None and found == region.law.digest:
        return {"law": given if given == region.law.name else ""}
    return {"law_digest": found, "law_pack": law}


def _sample(value: Any, region: Region) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | Path) or not str(value).strip():
        raise InputError("sample", f"is {shown(value)}, which is no sample", allowed="a name, or path/to/sample.csv")
    return str(value).strip()


def _sample_of(given: str, digest: str, region: Region) -> dict[str, Any]:
    """The fields of a sample; refuses another one than was told by its digest."""
    numbers = find_sample(given, region)
    found = numbers.digest if numbers else ""
    if digest and digest != found:
        problem = f"is {given or 'that of the pack'} with digest {found[:12] or 'none'}, which was {digest[:12]}"
        raise InputError("sample", problem, allowed="the sample as it was")
    return {"numbers": numbers, "sample_digest": found, "sample": given or (numbers.name if numbers else DEFAULTS)}


def _population(value: Any, region: Region) -> dict[str, float]:
    given = _keys("population", value, {"scale": None, "burn_in": None, "donors": None})
    read: dict[str, float] = {}
    if "scale" in given:
        allowed = f"a number, {SMALLEST_SCALE:g} to 1 (0.01 = one agent for a hundred households)"
        read["scale"] = read_number(given["scale"], SMALLEST_SCALE, 1.0, "population.scale", allowed)
    if "donors" in given:
        allowed = f"a number, {SMALLEST_SCALE:g} to 1 (1 = all live the whole burn-in)"
        read["donors"] = read_number(given["donors"], SMALLEST_SCALE, 1.0, "population.donors", allowed)
    if "burn_in" in given:
        read["burn_in"] = read_whole(given["burn_in"], 0, 1200, "population.burn_in", "whole months, 0 to 1200")
    return read


def _until(value: Any, region: Region) -> str | None:
    if value is None:
        return None
    month = read_month(value, "until", region)
    if region.month_index(month) + 1 < BASE_MONTHS:
        allowed = f"a month, {region.label(BASE_MONTHS - 1)} to {region.label(region.months - 1)}"
        raise InputError(
            "until", f"is {shown(value)}, within the first year, which is the base period", allowed=allowed
        )
    return month


def _structure(value: Any, region: Region) -> dict[str, str]:
    """The variants chosen that are not the default."""
    given = _keys("structure", value, STRUCTURE, "a part of the structure")
    chosen = {choice: variant(choice, str(given[choice])).name for choice in STRUCTURE if choice in given}
    return {choice: name for choice, name in chosen.items() if name != DEFAULT[choice]}


def _parameters(value: Any, region: Region) -> dict[str, float]:
    given = _keys("parameters", value, PARAMETERS, "a parameter")
    read = {}
    for name in sorted(given):
        rule = PARAMETERS[name]
        read[name] = read_number(given[name], rule.low, rule.high, f"parameters.{name}", unit=rule.unit)
    return read


def _adjustments(value: Any, region: Region) -> dict[str, float]:
    known = region.adjustments
    if not isinstance(value, Mapping):
        raise InputError(
            "adjustments", f"is {shown(value)}, which is no mapping", allowed="quantity.place.place: number"
        )
    read = {}
    for name, by in sorted(_flat(value)):
        if name not in known:
            near = nearest_name(name, known)
            problem = "is not an adjustment of the pack"
            raise InputError(
                f"adjustments.{name}", problem, nearest=near, allowed=", ".join(sorted(known)[:6]) + ", ..."
            )
        prior = known[name].prior
        read[name] = read_number(by, prior.floor, prior.ceiling, f"adjustments.{name}", unit=known[name].kind)
    return read


def _flat(value: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    """Nested keys joined by points."""
    flat: list[tuple[str, Any]] = []
    for key, content in value.items():
        name = f"{above}{key}"
        flat += _flat(content, f"{name}.") if isinstance(content, Mapping) else [(name, content)]
    return flat


def _corridors(value: Any, region: Region) -> dict[str, dict[str, dict[str, float]]]:
    origins = dict.fromkeys(region.origins)
    destinations = dict.fromkeys(region.destinations)
    read: dict[str, dict[str, dict[str, float]]] = {}
    for origin, row in sorted(_keys("corridors", value, origins, "an origin of the pack").items()):
        read[origin] = {}
        for destination, cell in sorted(
            _keys(f"corridors.{origin}", row, destinations, "a destination of the pack").items()
        ):
            place = f"corridors.{origin}.{destination}"
            _keys(place, cell, dict.fromkeys(OVERRIDABLE), "a quantity that one number can stand for")
            read[origin][destination] = {
                name: read_number(
                    cell[name],
                    QUANTITIES[name].low,
                    QUANTITIES[name].high,
                    f"{place}.{name}",
                    unit=QUANTITIES[name].unit,
                )
                for name in sorted(cell)
            }
    return read


def _policies(value: Any, region: Region) -> tuple[Policy, ...]:
    if not isinstance(value, Mapping):
        raise InputError("policies", f"is {shown(value)}, which is no mapping", allowed="policy: {setting: value}")
    return tuple(build(name, value[name], region) for name in sorted(value, key=str))


def _engine(value: Any, region: Region) -> str:
    if not isinstance(value, str) or value not in ENGINES:
        raise unknown_name("engine", str(value), ENGINES, "engine")
    return read_code(value, ENGINES, "engine", "engine")


def _whole(where: str, low: int, high: int, value: Any, region: Region) -> int:
    return read_whole(value, low, high, where)


_READERS: dict[str, Reader] = {
    "name": partial(_text, "name"),
    "question": partial(_text, "question"),
    "region": _region,
    "law": _law,
    "law_digest": partial(_text, "law_digest"),
    "population": _population,
    "seeds": partial(_whole, "seeds", 1, 100_000),
    "first_seed": partial(_whole, "first_seed", 0, LARGEST_SEED),
    "engine": _engine,
    "threads": partial(_whole, "threads", 1, 1024),
    "until": _until,
    "follow": partial(_whole, "follow", 0, MOST_FOLLOWED),
    "structure": _structure,
    "sample": _sample,
    "sample_digest": partial(_text, "sample_digest"),
    "parameters": _parameters,
    "adjustments": _adjustments,
    "corridors": _corridors,
    "policies": _policies,
}
