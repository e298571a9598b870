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
    "number",
    "whole",
    "month",
    "span",
    "path",
    "currency",
    "currencies",
    "destination",
    "origins",
    "destinations",
    "choice",
    "choices",
    "names",
]
"""number: a float; whole: an int; month: '2014-03'; span: first and last month, both included, the last null for the
pack's last; path: numbers by month, {2014-08: 40}; currency, destination: one code of the pack; currencies, origins,
destinations: several of them; choice: one of `choices`; choices: several of them; names: 'all' or several of them."""


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
            "span": "first and last month of the pack, as [2014-01, 2015-12] or [2014-01, null]",
            "path": f"numbers, {self.low:g} to {self.high:g}, by month of the pack, as {{2014-08: 40, 2014-12: 60}}",
            "currency": "a currency of the pack",
            "currencies": "a list of currencies of the pack",
            "destination": "a destination of the pack",
            "origins": "a list of origins of the pack",
            "destinations": "a list of destinations of the pack",
            "choice": "one of " + ", ".join(self.choices),
            "choices": "a list of " + ", ".join(self.choices),
            "names": "all, or a list of " + ", ".join(self.choices),
        }[self.kind]
        return words + (", or null" if self.optional else "")

    def plain(self, value: Any) -> Any:
        """A value as YAML has it: a path is a mapping, several names are a list."""
        if not isinstance(value, tuple):
            return value
        return dict(value) if self.kind == "path" else list(value)

    def words(self, value: Any) -> Any:
        """A plain value for people to read: a span as ``2014-01 on`` or ``2014-01 to 2015-12``, others as they are."""
        if self.kind != "span" or value is None:
            return value
        first, last = value
        return f"{first} on" if last is None else f"{first} to {last}"


def setting(default: Any, kind: Kind, **described: Any) -> Any:
    """A dataclass field that is a setting of a policy; `described` is passed to `Setting`."""
    return field(default=default, metadata={"setting": Setting(kind=kind, **described)})


def whose(prose: str = "Whose citizens; null = all.") -> Any:
    """The setting `origins`."""
    return setting(None, "origins", unit="", optional=True, prose=prose)


def whose_law(prose: str = "Where to; null = all.") -> Any:
    """The setting `destinations`."""
    return setting(None, "destinations", unit="", optional=True, prose=prose)


def where_to(prose: str) -> Any:
    """The setting `destination`, which must be given where the policy does anything."""
    return setting(None, "destination", unit="", optional=True, prose=prose, source="the pack's destinations")


def when() -> Any:
    """The setting `during`."""
    prose = "First and last month, both included, the last null = to the end; null = always."
    return setting(None, "span", unit="months", optional=True, prose=prose)


def since() -> Any:
    """The setting `start`."""
    return setting(None, "month", unit="month", optional=True, prose="First month; null = the pack's first month.")


def share_of(prose: str, unit: str = "share", default: float | None = 0.0, high: float = 1.0, source: str = "") -> Any:
    """A setting from 0 to 1 (or `high`); with null as default it may be null."""
    return setting(
        default, "number", unit=unit, low=0.0, high=high, optional=default is None, prose=prose, source=source
    )


def money(prose: str, unit: str, default: float | None = 0.0, high: float = 1e5, source: str = "") -> Any:
    """A setting in money; with null as default it may be null."""
    return share_of(prose, unit, default, high, source)


def number_of(prose: str, unit: str) -> Any:
    """A setting that is a number of people, households or permits; 0 = none."""
    return setting(0, "whole", unit=unit, low=0, high=100_000_000, prose=prose)


def public_cost(default: float | None, unit: str, prose: str, source: str = "assumed, no source found") -> Any:
    """A public cost in USD."""
    return money(prose, unit, default, 1e6, source)


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
        return "[" + ", ".join("null" if item is None else str(item) for item in value) + "]"
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


def read_codes(value: Any, known: Iterable[str], where: str, what: str) -> tuple[str, ...]:
    """Several known names, sorted, each once: the order in which they were written cannot matter."""
    if not isinstance(value, list | tuple):
        known = sorted(known)
        allowed = f"a list, as [{known[0]}], of {', '.join(known)}" if known else "an empty list"
        raise InputError(where, f"is {shown(value)}, which is not a list", allowed=allowed)
    return tuple(sorted({read_code(item, known, where, what) for item in value}))


def _span(value: Any, rule: Setting, where: str, pack: Pack) -> tuple[str, str | None]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise InputError(where, f"is {shown(value)}, which is not a span of months", allowed=rule.allowed)
    first = read_month(value[0], where, pack)
    last = None if value[1] is None else read_month(value[1], where, pack)
    if last is not None and last < first:
        raise InputError(where, f"is {shown(value)}, which ends before it starts", allowed=rule.allowed)
    return first, last


def _path(value: Any, rule: Setting, where: str, pack: Pack) -> tuple[tuple[str, float], ...]:
    """Numbers by month, in the order of the months."""
    if not isinstance(value, Mapping) or not value:
        raise InputError(where, f"is {shown(value)}, which gives no numbers by month", allowed=rule.allowed)
    return tuple(
        (month, read_number(value[month], rule.low, rule.high, f"{where}.{month}", rule.allowed))
        for month in sorted(read_month(month, where, pack) for month in value)
    )


def _names(value: Any, rule: Setting, where: str, pack: Pack) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return read_code(value, ("all", *rule.choices), where, "rule")
    return read_codes(value, rule.choices, where, "rule")


def _currency_codes(pack: Pack) -> tuple[str, ...]:
    return tuple(sorted(set(pack.currency.values())))


_READERS: dict[str, Callable[[Any, Setting, str, Pack], Any]] = {
    "number": lambda value, rule, where, pack: read_number(value, rule.low, rule.high, where, rule.allowed),
    "whole": lambda value, rule, where, pack: read_whole(value, rule.low, rule.high, where, rule.allowed),
    "month": lambda value, rule, where, pack: read_month(value, where, pack),
    "span": _span,
    "currency": lambda value, rule, where, pack: read_code(value, _currency_codes(pack), where, "currency"),
    "currencies": lambda value, rule, where, pack: read_codes(value, _currency_codes(pack), where, "currency"),
    "destination": lambda value, rule, where, pack: read_code(value, pack.destinations, where, "destination"),
    "origins": lambda value, rule, where, pack: read_codes(value, pack.origins, where, "origin"),
    "destinations": lambda value, rule, where, pack: read_codes(value, pack.destinations, where, "destination"),
    "path": _path,
    "choice": lambda value, rule, where, pack: read_code(value, rule.choices, where, "choice"),
    "choices": lambda value, rule, where, pack: read_codes(value, rule.choices, where, "choice"),
    "names": _names,
}
