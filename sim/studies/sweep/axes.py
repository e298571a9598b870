"""What a sweep varies: each axis a key of the scenario with a range or a list of values, read and checked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, nearest_name
from sim.policies.base import registered
from sim.policies.settings import shown

if TYPE_CHECKING:
    from sim.region import Region

SWEPT = ("scenario", "population", "parameters", "corridors", "policies", "until", "law", "sample", "adjustments")
"""First parts of the keys that may be swept."""
FORM = ("low", "high", "levels", "log", "values")
ALLOWED = "[low, high], a list of values, or {low: , high: , levels: , log: }"
_MONTH = re.compile(r"\d{4}-\d{2}")
_WHOLE_KEYS = ("population.burn_in",)


@dataclass(frozen=True)
class Axis:
    """One swept key: a range of numbers, or values in their order.

    A coordinate `u` of 0 to 1 stands for a value: evenly over the range (over its logarithm with `log`), whole numbers
    with equal chances, and each value of a list with equal chances.
    """

    key: str
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    log: bool = False
    levels: int = 0
    values: tuple[Any, ...] = ()

    @property
    def is_list(self) -> bool:
        """Whether it has values rather than a range."""
        return bool(self.values)

    def at(self, u: float) -> Any:
        """The value of a coordinate, 0 to 1, both ends included."""
        if self.is_list:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.whole:
            return min(int(self.low) + int(u * (int(self.high) - int(self.low) + 1)), int(self.high))
        if self.log:
            return min(max(math.exp(math.log(self.low) + u * math.log(self.high / self.low)), self.low), self.high)
        return min(self.low + u * (self.high - self.low), self.high)

    def grid(self, levels: int) -> list[tuple[Any, float]]:
        """So many values with their coordinates, ends included; all of a list."""
        if self.is_list:
            return [(value, (place + 0.5) / len(self.values)) for place, value in enumerate(self.values)]
        steps = [k / (levels - 1) for k in range(levels)] if levels > 1 else [0.5]
        if not self.whole:
            return [(self.at(u), u) for u in steps]
        wholes = sorted({round(self.low + u * (self.high - self.low)) for u in steps})
        span = max(self.high - self.low, 1)
        return [(value, (value - self.low) / span) for value in wholes]

    def ends(self) -> tuple[Any, ...]:
        """The values that must be allowed for all others to be."""
        return self.values if self.is_list else (self.at(0.0), self.at(1.0))

    def as_mapping(self) -> dict[str, Any]:
        """Plain values, for a record."""
        if self.is_list:
            return {"key": self.key, "values": list(self.values)}
        return {"key": self.key, "low": self.low, "high": self.high, "whole": self.whole, "log": self.log}


def read_axes(given: Any, *, ranges: bool, region: Region) -> tuple[Axis, ...]:
    """The axes under ``sweep:``, nested or with dotted keys, in the order given.

    Parameters
    ----------
    given
        The mapping as it was composed.
    ranges
        Whether a list of two numbers or months is a range (designs that fill a space) or two values (grids).

    Raises
    ------
    InputError
        No axis, an unknown key, or what is neither a range nor a list.
    """
    if not isinstance(given, Mapping) or not given:
        raise InputError("sweep", "is empty: nothing is varied", allowed="sweep.KEY=[low,high], KEY as in sim run")
    axes = tuple(_axis(key, value, ranges, region) for key, value in _leaves(given))
    require_swept([axis.key for axis in axes])
    return axes


def require_swept(keys: Iterable[str]) -> None:
    """Refuse a key that does not belong to the scenario.

    Raises
    ------
    InputError
        One does not.
    """
    for key in keys:
        root = key.partition(".")[0]
        if root not in SWEPT:
            raise InputError(f"sweep.{key}", "cannot be swept", ", ".join(SWEPT), nearest_name(root, SWEPT))


def _leaves(given: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in given.items():
        if isinstance(value, Mapping) and not (value and set(value) <= set(FORM)):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _axis(key: str, value: Any, ranges: bool, region: Region) -> Axis:
    where = f"sweep.{key}"
    if isinstance(value, Mapping):
        if "values" in value:
            return _of_values(key, value["values"])
        if "low" not in value or "high" not in value:
            raise InputError(where, f"is {shown(value)}, without both ends", allowed=ALLOWED)
        return _range(key, value["low"], value["high"], region, value.get("levels", 0), value.get("log", False))
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InputError(where, f"is {shown(value)}, which is neither a range nor a list", allowed=ALLOWED)
    if ranges and len(value) == 2 and (all(_is_number(one) for one in value) or all(_is_month(one) for one in value)):
        return _range(key, value[0], value[1], region)
    return _of_values(key, value)


def _of_values(key: str, values: Any) -> Axis:
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise InputError(f"sweep.{key}", f"is {shown(values)}, which holds no values", allowed=ALLOWED)
    for place, one in enumerate(values):
        if one in values[:place]:
            raise InputError(f"sweep.{key}", f"names {shown(one)} twice", allowed="each value once")
    return Axis(key, values=tuple(values))


def _range(key: str, low: Any, high: Any, region: Region, levels: Any = 0, log: Any = False) -> Axis:
    where = f"sweep.{key}"
    if _is_month(low) and _is_month(high):
        months = [region.label(index) for index in range(region.months)]
        inside = tuple(month for month in months if low <= month <= high)
        if low not in months or high not in months or len(inside) < 2:
            raise InputError(where, f"is {low} to {high}", allowed=f"two months in order, {months[0]} to {months[-1]}")
        return Axis(key, values=inside)
    if not (_is_number(low) and _is_number(high)):
        raise InputError(where, f"is {shown(low)} to {shown(high)}, which are no two numbers", allowed=ALLOWED)
    if not low < high:
        raise InputError(where, f"has bounds that are crossed: {low:g} to {high:g}", allowed="low below high")
    if log and low <= 0:
        raise InputError(where, f"has a logarithm from {low:g} on", allowed="a low end above 0")
    if not isinstance(levels, int) or isinstance(levels, bool) or levels < 0 or levels == 1:
        raise InputError(f"{where}.levels", f"is {shown(levels)}", allowed="a whole number, 2 or more")
    whole = is_whole(key)
    if whole and (float(low) != int(low) or float(high) != int(high)):
        raise InputError(where, f"is {low:g} to {high:g}, which are no whole numbers", allowed="whole numbers")
    return Axis(key, float(low), float(high), whole=whole, log=bool(log), levels=levels)


def is_whole(key: str) -> bool:
    """Whether a key takes whole numbers only."""
    parts = key.split(".")
    if parts[0] == "policies" and len(parts) == 3 and parts[1] in registered():
        setting = registered()[parts[1]].settings().get(parts[2])
        return setting is not None and setting.kind == "whole"
    return key in _WHOLE_KEYS


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_month(value: Any) -> bool:
    return isinstance(value, str) and _MONTH.fullmatch(value) is not None
