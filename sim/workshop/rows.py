"""The rows of each picture, made from worlds once: for page, sheet, and file without Python.

Values are rounded to what a picture can show, so that an exported grid of runs stays small. Bands hold nine of ten
runs: the 5 % and 95 % quantiles over seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.workshop.worlds import World

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]
OURS, THEIRS = "ours", "theirs"
BAND = (0.05, 0.95)
FIRST_SHOWN = "2013-01"


@dataclass(frozen=True)
class Course:
    """A measure over time: what is drawn for a world, and in which unit (a key of the language files)."""

    unit: str
    values: Callable[[World, str], np.ndarray]
    """World and origin to (seeds, T)."""
    decimals: int
    ratio: bool = False
    """Whether years are averaged by months rather than summed; a share is not summed."""


def _of(measure: str, scale: float) -> Callable[[World, str], np.ndarray]:
    return lambda world, origin: world.home(measure, origin) * scale


def _share(part: str, whole: str) -> Callable[[World, str], np.ndarray]:
    def values(world: World, origin: str) -> np.ndarray:
        total = world.home(whole, origin)
        return 100.0 * np.divide(world.home(part, origin), total, out=np.zeros_like(total), where=total > 0)

    return values


COURSES: dict[str, Course] = {
    "money": Course("million_usd_a_month", _of("remittances_true", 1e-6), 1),
    "money_real": Course("million_home_a_month", _of("remittances_true_real", 1e-6), 1),
    "abroad": Course("thousand_people", _of("stock", 1e-3), 1),
    "banned": Course("thousand_people", _of("banned", 1e-3), 1),
    "unaware": Course("thousand_people", _of("unaware_banned", 1e-3), 1),
    "refused": Course("thousand_people_a_month", _of("refused", 1e-3), 2),
    "jobless": Course("thousand_people", _of("jobless_returnees", 1e-3), 1),
    "poor": Course("of_100_households", _share("poor_households", "households"), 2, ratio=True),
    "regular": Course("of_100_migrants", _share("regular", "stock"), 2, ratio=True),
    "permits": Course("thousand_people_a_month", _of("seasonal_permits", 1e-3), 2),
}
SMOOTHED = ("refused", "permits")
"""Drawn as means of three months: events so rare that single months are luck."""


def window(world: World, first: str, last: str) -> slice:
    """The months from the first to the last, both included."""
    return slice(world.months.index(first), world.months.index(last) + 1)


def year(number: int) -> tuple[str, str]:
    """First and last month of a year."""
    return f"{number}-01", f"{number}-12"


def course(picture: str, ours: World, theirs: World, origin: str) -> Rows:
    """Both worlds month by month: `month`, `world`, `mid`, `low`, `high`."""
    rows: Rows = []
    for name, world in ((THEIRS, theirs), (OURS, ours)):
        values = COURSES[picture].values(world, origin)
        if picture in SMOOTHED:
            values = _three_months(values)
        low, high = np.quantile(values, BAND, axis=0)
        start, decimals = world.months.index(FIRST_SHOWN), COURSES[picture].decimals
        rows += [
            {"month": label, "world": name, "mid": mid, "low": least, "high": most}
            for label, mid, least, most in zip(
                world.months[start:],
                _rounded(values.mean(axis=0)[start:], decimals),
                _rounded(low[start:], decimals),
                _rounded(high[start:], decimals),
                strict=True,
            )
        ]
    return rows


def places(ours: World, theirs: World, origin: str, number: int) -> Rows:
    """Who works where in a year, in thousands: `place`, `world`, `mid`, `low`, `high`."""
    rows: Rows = []
    for name, world in ((THEIRS, theirs), (OURS, ours)):
        span = window(world, *year(number))
        for destination in world.about["destinations"]:
            values = world.corridor("stock", origin, destination)[:, span].mean(axis=1) * 1e-3
            low, high = np.quantile(values, BAND)
            mid, least, most = _rounded(np.array([values.mean(), low, high]), 1)
            rows.append({"place": destination, "world": name, "mid": mid, "low": least, "high": most})
    return rows


def knowing(ours: World, theirs: World, origin: str) -> Rows:
    """The banned who know it and who do not, in thousands: `month`, `world`, `state`, `people`, `order`."""
    rows: Rows = []
    for name, world in ((THEIRS, theirs), (OURS, ours)):
        start = world.months.index(FIRST_SHOWN)
        banned = world.home("banned", origin).mean(axis=0)[start:] * 1e-3
        unaware = world.home("unaware_banned", origin).mean(axis=0)[start:] * 1e-3
        for order, (state, values) in enumerate((("unaware", unaware), ("aware", banned - unaware))):
            rows += [
                {"month": label, "world": name, "state": state, "people": people, "order": order}
                for label, people in zip(world.months[start:], _rounded(values, 1), strict=True)
            ]
    return rows


def hundred(ours: World, theirs: World, origin: str, number: int) -> Rows:
    """Of 100 households, a dot each: `dot` (0 to 99), `world`, `state`.

    Households with somebody abroad come first, then the others; the poor of the whole are told as a second row of dots.
    """
    rows: Rows = []
    for name, world in ((THEIRS, theirs), (OURS, ours)):
        span = window(world, *year(number))
        total = float(world.home("households", origin)[:, span].mean())
        for what, measure in (("split", "split_households"), ("poor", "poor_households")):
            share = 100.0 * float(world.home(measure, origin)[:, span].mean()) / total
            filled = round(share)
            rows += [
                {"dot": dot, "world": name, "what": what, "filled": int(dot < filled), "share": round(share, 1)}
                for dot in range(100)
            ]
    return rows


def flows(world: World) -> dict[str, Any]:
    """What the map shows: by corridor and month, mean over runs, in thousands of people."""
    start = world.months.index(FIRST_SHOWN)
    corridors = [
        {
            "from": origin,
            "to": destination,
            **{
                key: _rounded(world.corridor(measure, origin, destination).mean(axis=0)[start:] * 1e-3, 2)
                for key, measure in (("stock", "stock"), ("out", "departures"), ("back", "returns"))
            },
        }
        for origin in world.about["origins"]
        for destination in world.about["destinations"]
    ]
    homes = [
        {
            "place": origin,
            "jobless": _rounded(world.home("jobless_returnees", origin).mean(axis=0)[start:] * 1e-3, 1),
            "banned": _rounded(world.home("banned", origin).mean(axis=0)[start:] * 1e-3, 1),
        }
        for origin in world.about["origins"]
    ]
    return {"months": list(world.months[start:]), "corridors": corridors, "homes": homes}


@dataclass(frozen=True)
class Effect:
    """What a sentence says of one measure over a window: both means, their change, and how many runs agree."""

    ours: float
    theirs: float
    difference: float
    percent: float | None
    higher: int
    lower: int
    runs: int


def effect(picture: str, ours: World, theirs: World, origin: str, first: str, last: str) -> Effect:
    """Mean over the months of a window in both worlds, paired by seed."""
    values = COURSES[picture].values
    mine = values(ours, origin)[:, window(ours, first, last)].mean(axis=1)
    other = values(theirs, origin)[:, window(theirs, first, last)].mean(axis=1)
    apart = mine - other
    noise = 1e-6 * max(1.0, float(np.abs(other).max()))
    base = float(other.mean())
    return Effect(
        ours=float(mine.mean()),
        theirs=base,
        difference=float(apart.mean()),
        percent=None if base == 0 else 100.0 * float(apart.mean()) / base,
        higher=int((apart > noise).sum()),
        lower=int((apart < -noise).sum()),
        runs=len(apart),
    )


def _three_months(values: np.ndarray) -> np.ndarray:
    padded = np.concatenate([values[:, :1], values, values[:, -1:]], axis=1)
    return (padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3.0


def _rounded(values: np.ndarray, decimals: int) -> list[float]:
    return [round(float(value), decimals) for value in values]
