"""The settings of a policy: each with its kind, unit, range and prose, read and checked from what a user wrote.

A kind says what a value may be. The readers below turn plain values (from YAML, the command line, Python or a web form)
into typed ones, or refuse them in one line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sim.errors import InputError, unknown_name

Kind = Literal[
    "number", "whole", "month", "span", "currency", "currencies", "destination", "origins", "destinations", "names"
]
"""number: a float; whole: an int; month: '2014-03'; span: first and last month, both included; currency, destination:
one code of the pack; currencies, origins, destinations: several of them; names: 'all' or several of `choices`."""


class Pack(Protocol):
    """What reading needs to know of a region."""

    @property
    def origins(self) -> tuple[str, ...]: ...
    @property
    def destinations(self) -> tuple[str, ...]: ...
    @property
    def currency(self) -> Mapping[str, str]: ...
    @property
    def months(self) -> int: ...
    def label(self, index: int) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What one setting may be: kind, unit, range, whether it may be left empty (null), meaning and source."""

    kind: Kind
    unit: str
    prose: str
    low: float = -math.inf
    high: float = math.inf
    optional: bool = False
    choices: tuple[str, ...] = ()
    source: str = ""

    @property
    def allowed(self) -> str:
        """The range in words, without names that only a pack knows."""
        words = {
            "number": f"a number, {self.low:g} to {self.high:g}",
            "whole": f"a whole number, {self.low:g} to {self.high:g}",
            "month": "a month of the pack, as 2014-03",
            "span": "first and last month of the pack, as [2014-01, 2015-12]",
            "currency": "a currency of the pack",
            "currencies": "a list of currencies of the pack",
            "destination": "a destination of the pack",
            "origins": "a list of origins of the pack",
            "destinations": "a list of destinations of the pack",
            "names": "all, or a list of " + ", ".join(self.choices),
        }[self.kind]
        return words + (", or null" if self.optional else "")


def setting(default: Any, kind: Kind, **described: Any) -> Any:
    """A dataclass field that is a setting of a policy; `described` is passed to `Setting`."""
    return field(default=default, metadata={"setting": Setting(kind=kind, **described)})


def read(value: Any, rule: Setting, where: str, pack: Pack) -> Any:
    """`value` as the setting's type.

    Raises
    ------
    InputError
        The value is of the wrong type, out of range, or names nothing in the pack.
    """
    if value is None and rule.optional:
        return None
    return _READERS[rule.kind](value, rule, where, pack)


def shown(value: Any) -> str:
    """A value as a user would write it: ``null``, ``'text'``, ``[a, b]``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return repr(value) if isinstance(value, str) else str(value)


def read_number(value: Any, low: float, high: float, where: str, allowed: str = "", unit: str = "") -> float:
    """`value` as a finite float within [low, high]."""
    words = allowed or f"a number, {low:g} to {high:g}" + (f" ({unit})" if unit else "")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(where, f"is {shown(value)}, which is not a number", allowed=words)
    if not low <= value <= high:
        raise InputError(where, f"is {shown(value)}, which is out of range", allowed=words)
    return float(value)


def read_whole(value: Any, low: float, high: float, where: str, allowed: str = "") -> int:
    """`value` as an int within [low, high]."""
    words = allowed or f"a whole number, {low:g} to {high:g}"
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(where, f"is {shown(value)}, which is not a whole number", allowed=words)
    if not low <= value <= high:
        raise InputError(where, f"is {shown(value)}, which is out of range", allowed=words)
    return value


def read_month(value: Any, where: str, pack: Pack) -> str:
    """`value` as a month of the pack, ``YYYY-MM``."""
    allowed = f"a month, {pack.label(0)} to {pack.label(pack.months - 1)}"
    if not isinstance(value, str):
        raise InputError(where, f"is {shown(value)}, which is not a month", allowed=allowed)
    if value not in {pack.label(index) for index in range(pack.months)}:
        year, _, month = value.partition("-")
        well_formed = len(year) == 4 and year.isdigit() and len(month) == 2 and month in _MONTHS
        problem = "which is outside the pack" if well_formed else "which is not a month"
        raise InputError(where, f"is {shown(value)}, {problem}", allowed=allowed)
    return value


_MONTHS = {f"{number:02d}" for number in range(1, 13)}


def read_code(value: Any, known: Iterable[str], where: str, what: str) -> str:
    """`value` as one of the known names."""
    if not isinstance(value, str):
        raise InputError(where, f"is {shown(value)}, which is no {what}", allowed=", ".join(sorted(known)))
    if value not in known:
        raise unknown_name(where, value, known, what)
    return value


def _codes(value: Any, known: Iterable[str], where: str, what: str) -> tuple[str, ...]:
    """Several known names, sorted, each once: the order in which they were written cannot matter."""
    if not isinstance(value, list | tuple):
        known = sorted(known)
        allowed = f"a list, as [{known[0]}], of {', '.join(known)}" if known else "an empty list"
        raise InputError(where, f"is {shown(value)}, which is not a list", allowed=allowed)
    return tuple(sorted({read_code(item, known, where, what) for item in value}))


def _span(value: Any, rule: Setting, where: str, pack: Pack) -> tuple[str, str]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise InputError(where, f"is {shown(value)}, which is not a span of months", allowed=rule.allowed)
    first, last = (read_month(item, where, pack) for item in value)
    if last < first:
        raise InputError(where, f"is {shown(value)}, which ends before it starts", allowed=rule.allowed)
    return first, last


def _names(value: Any, rule: Setting, where: str, pack: Pack) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return read_code(value, ("all", *rule.choices), where, "rule")
    return _codes(value, rule.choices, where, "rule")


def _currency_codes(pack: Pack) -> tuple[str, ...]:
    return tuple(sorted(set(pack.currency.values())))


_READERS: dict[str, Callable[[Any, Setting, str, Pack], Any]] = {
    "number": lambda value, rule, where, pack: read_number(value, rule.low, rule.high, where, rule.allowed),
    "whole": lambda value, rule, where, pack: read_whole(value, rule.low, rule.high, where, rule.allowed),
    "month": lambda value, rule, where, pack: read_month(value, where, pack),
    "span": _span,
    "currency": lambda value, rule, where, pack: read_code(value, _currency_codes(pack), where, "currency"),
    "currencies": lambda value, rule, where, pack: _codes(value, _currency_codes(pack), where, "currency"),
    "destination": lambda value, rule, where, pack: read_code(value, pack.destinations, where, "destination"),
    "origins": lambda value, rule, where, pack: _codes(value, pack.origins, where, "origin"),
    "destinations": lambda value, rule, where, pack: _codes(value, pack.destinations, where, "destination"),
    "names": _names,
}
