"""How numbers are shown to people: one scale and one rounding for all rows of a measure, so that columns line up."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

THIN = "\u202f"
MINUS = "\u2212"
ABSENT = "\u2013"
ARROW = "\u2192"
_PLAIN = str.maketrans({THIN: ",", MINUS: "-", ABSENT: "-", ARROW: ">", "\u00a0": " "})
_SCALES = ((1e10, 1e9, "billion "), (1e7, 1e6, "million "))


def plain(text: str) -> str:
    """`text` for an output that has no Unicode: grouping by commas, hyphens for minus signs."""
    return text.translate(_PLAIN)


@dataclass(frozen=True)
class Display:
    """How one measure is shown: values are divided by `factor`, whose word is `prefix`, and rounded to `decimals`."""

    factor: float
    decimals: int
    unit: str  # with the prefix
    prefix: str = ""

    def show(self, value: float) -> str:
        """The value, with thin spaces between thousands and a true minus sign; a dash where there is none."""
        if not math.isfinite(value):
            return ABSENT
        scaled = round(float(value) / self.factor, self.decimals)
        text = f"{scaled:,.{max(self.decimals, 0)}f}"
        if not text.strip("-0.,"):
            text = text.lstrip("-")
        return text.replace(",", THIN).replace("-", MINUS)

    def signed(self, value: float) -> str:
        """The value with its sign, also when it is positive."""
        text = self.show(value)
        positive = math.isfinite(value) and bool(text.strip(f"{MINUS}0.{THIN}")) and value > 0
        return f"+{text}" if positive else text

    def interval(self, low: float, high: float) -> str:
        """``low to high``; a dash when there is no interval (one seed)."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return ABSENT
        return f"{self.signed(low)} to {self.signed(high)}"


def display_for(unit: str, values: np.ndarray, spreads: np.ndarray) -> Display:
    """The display of a measure: four digits of the largest value, two of the typical half-width of its intervals.

    Parameters
    ----------
    unit
        Unit of the measure.
    values, spreads
        All values shown in one column, and the half-widths of their intervals; NaN is passed over.
    """
    largest = _largest(values)
    factor, prefix = next(((f, p) for limit, f, p in _SCALES if largest >= limit), (1.0, ""))
    by_size = 3 - _exponent(largest / factor)
    finite = np.abs(spreads[np.isfinite(spreads) & (spreads != 0)])
    by_spread = 1 - _exponent(float(np.median(finite)) / factor) if finite.size else by_size
    most = 0 if factor == 1.0 and largest >= 1000 else 3
    return Display(factor, int(min(max(by_size, by_spread, 0), most)), prefix + unit, prefix)


def display_in_words(unit: str, value: float) -> Display:
    """The display of one number in a sentence: three digits of it."""
    factor, prefix = next(((f, p) for limit, f, p in _SCALES if abs(value) >= limit / 10), (1.0, ""))
    return Display(factor, min(2 - _exponent(value / factor), 3), prefix + unit, prefix)


def percent(value: float, base: float) -> str:
    """`value` as a signed percentage of `base`; a dash when the base is zero or unknown."""
    if not math.isfinite(value) or not math.isfinite(base) or base == 0:
        return ABSENT
    share = 100 * value / abs(base)
    return f"{Display(1.0, 0 if abs(share) >= 100 else 1, '').signed(share)}{THIN}%"


def count(value: float) -> str:
    """A number of seeds: whole, two digits when large."""
    if not math.isfinite(value):
        return ABSENT
    if value < 100:
        return f"{value:.0f}"
    return Display(1.0, 0, "").show(round(value, 1 - _exponent(value)))


def _largest(values: np.ndarray) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 0
