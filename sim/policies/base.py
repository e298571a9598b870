"""What a policy is, and the registry of those there are.

A policy changes named quantities of a region pack. It is a frozen, keyword-only dataclass, registered by name::

    @policy("transfer_fee")
    @dataclass(frozen=True, kw_only=True)
    class TransferFee(Policy):
        \"\"\"Cap what a money transfer costs. Source: ...\"\"\"

        modifies = ("transfer_fee",)
        cap: float | None = setting(None, "number", unit="percent", low=0, high=100, optional=True, prose="...")

        def effect(self, name, values, context):
            return values if self.cap is None else np.minimum(values, self.cap)

Scenario files choose it by that name, never by a class path. A file in this folder is found by itself; another
distribution registers its own through the entry-point group ``labour_migration_sim.policies`` (name = the policy's,
value = a module whose import registers it).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from sim.errors import InputError, nearest_name, unknown_name
from sim.policies.context import Context, Span
from sim.policies.settings import Pack, Setting, read
from sim.schema.quantities import CAMPAIGN_TOPICS, SEEDINGS, TOPICS

ENTRY_POINTS = "labour_migration_sim.policies"


@dataclass(frozen=True)
class Campaign:
    """Households told of a topic: who (by origin), what, how many, when.

    Without `heads`, `share` of the households hear of the topic in public. With `heads`, so many households a month are
    contacted, at population size and in all the origins together; each origin has its part by its number of households.

    Raises
    ------
    InputError
        No such topic or seeding, or own status told in public: nobody is told his own status in a crowd.
    """

    topic: str | tuple[str, ...]  # of sim.schema.quantities.CAMPAIGN_TOPICS; several are told at one contact
    share: float  # of the households of each origin
    month: int  # index of the month from the pack's start
    origins: tuple[str, ...]
    seeding: str = "random"  # one of sim.schema.quantities.SEEDINGS
    heads: float = 0.0  # households a month
    until: int | None = None  # index of the last month; None = the first is the only one
    trust: float = 1.0  # chance that one who is contacted takes in what is told
    policy: str = ""  # whose it is; the program fills it in

    def __post_init__(self) -> None:
        """Check the names."""
        for topic in self.topics:
            if topic not in CAMPAIGN_TOPICS:
                raise unknown_name("campaign topic", topic, CAMPAIGN_TOPICS, "topic")
            if topic not in TOPICS and self.share > 0 and not self.heads:
                raise InputError(f"campaign topic {topic}", "is told in public", allowed="at a contact (heads)")
        if self.seeding not in SEEDINGS:
            raise unknown_name("campaign seeding", self.seeding, SEEDINGS, "seeding")

    @property
    def topics(self) -> tuple[str, ...]:
        """All topics told."""
        return (self.topic,) if isinstance(self.topic, str) else self.topic

    def months(self, end: int) -> range:
        """Indices of its months before `end`."""
        return range(self.month, min(end, (self.month if self.until is None else self.until) + 1))


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Base of all policies: nothing is modified, nobody is told, nothing costs."""

    name: ClassVar[str] = ""
    modifies: ClassVar[tuple[str, ...]] = ()
    sources: ClassVar[tuple[str, ...]] = ()

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The quantity `name` as this policy alone would have it.

        Parameters
        ----------
        name
            One of `modifies`.
        values
            What the pack gives, read-only; float64 [T, O, D] for a corridor quantity, [T, O] for one of origins,
            [T, C] for one of countries (months, origins, destinations, countries in the context's order).
        context
            Months and places, and masks to select them.
        """
        return values

    @property
    def costs(self) -> Mapping[str, float]:
        """Public cost: USD per unit of each named measure (``{"seasonal_permits": 60.0}``); empty when null.

        Counted in the months and corridors of `in_force`; that of a measure of origins in its months and origins.
        """
        return {}

    def informs(self, context: Context) -> tuple[Campaign, ...]:
        """Who is told of what when the policy starts."""
        return ()

    @property
    def span(self) -> Span | None:
        """First and last month, as its settings `during` or `start` have it; None = always."""
        start = getattr(self, "start", None)
        return getattr(self, "during", None) if start is None else (start, None)

    def in_force(self, context: Context) -> np.ndarray:
        """Months and corridors that its settings choose, bool [T, O, D].

        They are `during` or `start`, `origins`, and `destinations` or `destination`, as far as it has them; what is not
        given is everywhere and always.
        """
        destinations = getattr(self, "destinations", None)
        if getattr(self, "destination", None) is not None:
            destinations = (self.destination,)
        return context.corridors(getattr(self, "origins", None), destinations, self.span)

    def at_home(self, context: Context) -> np.ndarray:
        """Months and origins that its settings choose, bool [T, O]."""
        return self.in_force(context).any(axis=2)

    def announced(self, topic: str, share: float, context: Context) -> tuple[Campaign, ...]:
        """The households of its origins told of `topic` in public in its first month; nobody with a share of 0."""
        if not share:
            return ()
        first = 0 if self.span is None else context.month(self.span[0])
        origins = getattr(self, "origins", None)
        return (Campaign(topic, share, first, context.origins if origins is None else origins),)

    def needs(self, setting_name: str, allowed: str) -> None:
        """Refuse settings that mean nothing without another one, where that one is null or empty.

        Raises
        ------
        InputError
            `setting_name` is null or empty.
        """
        if getattr(self, setting_name) in (None, ()):
            raise InputError(f"policies.{self.name}.{setting_name}", "is missing", allowed=allowed)

    @classmethod
    def null(cls) -> Self:
        """Settings that change nothing, bit for bit."""
        return cls()

    @classmethod
    def example(cls) -> Self:
        """Settings that change something in the Central Asia pack."""
        return cls()

    @classmethod
    @cache  # a sweep reads and writes a hundred thousand of one class
    def settings(cls) -> Mapping[str, Setting]:
        """The settings by name, in the order declared."""
        return MappingProxyType({f.name: f.metadata["setting"] for f in fields(cls) if "setting" in f.metadata})

    @classmethod
    @cache
    def _defaults(cls) -> Mapping[str, Any]:
        """The default of each field by name, in the order declared."""
        return MappingProxyType({f.name: f.default for f in fields(cls)})

    def as_mapping(self, *, defaults: bool = False) -> dict[str, Any]:
        """The settings that differ from their defaults (all with `defaults`), as plain values."""
        settings = self.settings()
        given = {name: (getattr(self, name), default) for name, default in self._defaults().items()}
        kept = {name: value for name, (value, default) in given.items() if defaults or value != default}
        return {name: settings[name].plain(value) if name in settings else value for name, value in kept.items()}


P = TypeVar("P", bound=type[Policy])
_REGISTRY: dict[str, type[Policy]] = {}


def policy(name: str) -> Callable[[P], P]:
    """Class decorator: register a policy under `name`.

    Raises
    ------
    InputError
        Another class has the name already.
    """

    def register(cls: P) -> P:
        other = _REGISTRY.get(name)
        if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
            raise InputError(f"policy {name}", f"is registered twice: {other.__module__} and {cls.__module__}")
        cls.name = name
        _REGISTRY[name] = cls
        return cls

    return register


@cache
def _load_all() -> None:
    import sim.policies as package

    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            entry.load()
        except (ImportError, AttributeError) as error:
            package_name = entry.dist.name if entry.dist else entry.value
            raise InputError(f"policy {entry.name}", f"of {package_name} cannot be loaded: {error}") from error


def registered() -> dict[str, type[Policy]]:
    """Every policy there is, by name, sorted."""
    _load_all()
    return dict(sorted(_REGISTRY.items()))


def build(name: str, given: Mapping[str, Any] | None, pack: Pack, where: str = "policies") -> Policy:
    """The policy `name` with the settings `given`, read and checked against the pack.

    Raises
    ------
    InputError
        No such policy or setting, a value of the wrong type or out of range, or settings that do not go together.
    """
    _load_all()
    if name not in _REGISTRY:
        known = registered()
        raise InputError(
            f"{where}.{name}", "is not a policy", nearest=nearest_name(str(name), known), allowed=", ".join(known)
        )
    cls, place = _REGISTRY[name], f"{where}.{name}"
    if given is not None and not isinstance(given, Mapping):
        raise InputError(place, f"is {given!r}, which is no mapping of settings", allowed=", ".join(cls.settings()))
    rules = cls.settings()
    values: dict[str, Any] = {}
    for key, value in (given or {}).items():
        if key not in rules:
            raise InputError(
                f"{place}.{key}", "is not a setting", nearest=nearest_name(str(key), rules), allowed=", ".join(rules)
            )
        values[key] = read(value, rules[key], f"{place}.{key}", pack)
    return cls(**values)
