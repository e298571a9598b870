"""How the rows of a quantity become one value a month: a rule for each `Path` of the schema.

==============  =======================================================================================================
monthly         the row of the month; a month without one is refused
year_level      the figure of a year stands at mid-year (1 July); months, taken at their middles, lie on straight lines
                between neighbouring years and are flat before the first and after the last figure. The mean of a year's
                months is the annual figure up to an eighth of the year's bend (its second difference), and up to an
                eighth of a year's change in the first and the last year
year_growth     the growth g of a year is spread evenly, (1 + g)^(1/12) in each of its months, and compounded to an
                index whose mean over the first twelve months (or all, if fewer) is 1; so December on December gives g
year_value      the figure of a year in each of its months
steps           the last row dated at or before the month
constant        the one row in every month
calendar        the row of the calendar month, the same every year
==============  =======================================================================================================

A path ``groups`` has no months. A missing row is an :class:`~sim.errors.InputError` that names quantity, country and
date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from sim.errors import InputError
from sim.region.span import YEAR, Span, month_number

Points = Mapping[str, float]
"""Value by period (``2013-04``, ``2013``), by calendar month (``1`` to ``12``), or by the empty period of a
constant.
"""


def _dates(numbers: Iterable[int]) -> str:
    """A short list of months in words: the first three and how many more."""
    labels = [f"{number // YEAR:04d}-{number % YEAR + 1:02d}" for number in numbers]
    more = f" and {len(labels) - 3} more months" if len(labels) > 3 else ""
    return ", ".join(labels[:3]) + more


def monthly(points: Points, span: Span, where: str) -> np.ndarray:
    """The row of each month, shape (months,)."""
    values = {month_number(period): value for period, value in points.items()}
    holes = [number for number in span.numbers.tolist() if number not in values]
    if holes:
        raise InputError(where, f"has no row for {_dates(holes)}", allowed=f"a row for each month, {span.words}")
    return np.array([values[number] for number in span.numbers.tolist()])


def _by_year(points: Points, span: Span, where: str) -> dict[int, float]:
    """Value by year, with every year of the span present."""
    values = {int(period): value for period, value in points.items()}
    missing = [str(year) for year in np.unique(span.years).tolist() if year not in values]
    if missing:
        raise InputError(where, f"has no row for the year {', '.join(missing)}", allowed=f"a row a year, {span.words}")
    return values


def year_level(points: Points, span: Span, where: str) -> np.ndarray:
    """Annual figures at mid-year, linear between, flat beyond, shape (months,)."""
    values = _by_year(points, span, where)
    years = np.array(sorted(values))
    middles = years * YEAR + YEAR / 2.0
    return np.interp(span.numbers + 0.5, middles, [values[year] for year in years.tolist()])


def year_growth(points: Points, span: Span, where: str) -> np.ndarray:
    """Index compounded from annual growth in percent, mean of the first twelve months 1, shape (months,)."""
    values = _by_year(points, span, where)
    growth = np.array([values[year] for year in span.years.tolist()])
    index = np.exp(np.cumsum(np.log1p(growth / 100.0)) / YEAR)
    return index / index[:YEAR].mean()


def year_value(points: Points, span: Span, where: str) -> np.ndarray:
    """The figure of the year in each of its months, shape (months,)."""
    values = _by_year(points, span, where)
    return np.array([values[year] for year in span.years.tolist()])


def steps(points: Points, span: Span, where: str) -> np.ndarray:
    """The last row dated at or before each month, shape (months,)."""
    dated = sorted((month_number(period), value) for period, value in points.items())
    numbers = np.array([number for number, _ in dated])
    if numbers[0] > span.first:
        raise InputError(where, f"starts at {_dates(numbers[:1])}", allowed=f"a first row at or before {span.label(0)}")
    held = np.searchsorted(numbers, span.numbers, side="right") - 1
    return np.array([value for _, value in dated])[held]


def constant(points: Points, span: Span, where: str) -> np.ndarray:
    """The one row in every month, shape (months,)."""
    return np.full(span.months, points[""])


def calendar(points: Points, span: Span, where: str) -> np.ndarray:
    """The row of each month's calendar month, shape (months,)."""
    missing = [str(month) for month in range(1, YEAR + 1) if str(month) not in points]
    if missing:
        raise InputError(
            where, f"has no row for calendar month {', '.join(missing)}", allowed="a row for each of 1 to 12"
        )
    year = np.array([points[str(month)] for month in range(1, YEAR + 1)])
    return year[span.calendar - 1]


PATHS: dict[str, Callable[[Points, Span, str], np.ndarray]] = {
    "monthly": monthly,
    "year_level": year_level,
    "year_growth": year_growth,
    "year_value": year_value,
    "steps": steps,
    "constant": constant,
    "calendar": calendar,
}
DATED_BY_MONTH = frozenset({"monthly", "steps"})
DATED_BY_YEAR = frozenset({"year_level", "year_growth", "year_value"})
