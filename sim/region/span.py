"""The months a pack covers, and the one way a date is written: ``YYYY-MM``."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from sim.errors import InputError

YEAR = 12
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_YEAR_LABEL = re.compile(r"\d{4}")


def month_number(label: str) -> int | None:
    """Months since year 0 of a label ``YYYY-MM``; None where it is not one."""
    return int(label[:4]) * YEAR + int(label[5:]) - 1 if _MONTH.fullmatch(label) else None


def year_number(label: str) -> int | None:
    """The year of a label ``YYYY``; None where it is not one."""
    return int(label) if _YEAR_LABEL.fullmatch(label) else None


@dataclass(frozen=True)
class Span:
    """A run of calendar months: `first` is the first one (months since year 0), `months` their number."""

    first: int
    months: int

    @property
    def start(self) -> np.datetime64:
        """The first month as datetime64[M]."""
        return np.datetime64(self.label(0), "M")

    @property
    def words(self) -> str:
        """The range in words, for error lines."""
        return f"{self.label(0)} to {self.label(self.months - 1)}"

    @property
    def numbers(self) -> np.ndarray:
        """Months since year 0 of each month, shape (months,)."""
        return np.arange(self.first, self.first + self.months)

    @property
    def years(self) -> np.ndarray:
        """Year of each month, shape (months,)."""
        return self.numbers // YEAR

    @property
    def calendar(self) -> np.ndarray:
        """Calendar month of each month, 1 to 12, shape (months,)."""
        return self.numbers % YEAR + 1

    def label(self, index: int) -> str:
        """``YYYY-MM`` of the month at `index`, counted from 0; refuses one outside the span."""
        if not 0 <= index < self.months:
            raise InputError("month", f"is {index}, outside the pack", allowed=f"0 to {self.months - 1}")
        year, month = divmod(self.first + int(index), YEAR)
        return f"{year:04d}-{month + 1:02d}"

    def index(self, period: str, where: str = "month") -> int:
        """Position of the month written `period`; refuses another form and a date outside the span."""
        number = month_number(str(period))
        if number is None:
            raise InputError(where, f"is {period!r}, not a month", allowed=f"YYYY-MM, {self.words}")
        if not 0 <= number - self.first < self.months:
            raise InputError(where, f"is {period}, outside the pack", allowed=self.words)
        return number - self.first
