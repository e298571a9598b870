"""Draw what each policy does in the pack: ``python docs/make_policy_pictures.py`` (or ``make pictures``), a minute.

For each policy its example and history are lived with the same seeds, and the difference in the measure that the policy
is about is drawn by quarter with its 95 % interval. The same program draws the same bytes; ``docs/policies.md`` shows
them.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from sim.measures import MEASURES
from sim.output.comparison import half_width
from sim.output.drawing import INK, PALE, RULE, SCENARIO
from sim.output.durable import replace_file
from sim.output.numbers import Display, display_for
from sim.output.result import RunResult
from sim.output.words import title_of
from sim.policies.base import registered
from sim.region import load
from sim.scenario import Scenario

FOLDER = Path(__file__).resolve().parent / "images" / "policies"
PACK = "central_asia"
SCALE, SEEDS = 0.002, 8
WIDTH, HEIGHT = 420, 150
LEFT, RIGHT, TOP, BOTTOM = 62, 8, 24, 20


@dataclass(frozen=True)
class Picture:
    """What is drawn of a policy: a measure and a place; None = all of them, added up."""

    measure: str
    origin: str | None = None
    destination: str | None = None

    @property
    def words(self) -> str:
        """The measure and the place: ``Work permits, all origins to RUS``."""
        where = self.origin or "all origins"
        if MEASURES[self.measure].level == "corridor":
            where += f" to {self.destination or 'all destinations'}"
        return f"{title_of(self.measure)}, {where}"


PICTURES = {
    "amnesty": Picture("banned", "TJK", "RUS"),
    "credit": Picture("debt", "TJK"),
    "cross_border_trade": Picture("poor_households"),
    "devaluation": Picture("remittances_true", None, "RUS"),
    "emergency_return": Picture("jobless_returnees"),
    "employer_compliance": Picture("wage_theft", None, "RUS"),
    "enforcement": Picture("detections", None, "RUS"),
    "exchange_rate": Picture("remittances_true", None, "RUS"),
    "free_movement": Picture("regular", "TJK", "RUS"),
    "full_information": Picture("refused", None, "RUS"),
    "information_campaign": Picture("refused", None, "RUS"),
    "labour_demand": Picture("working", None, "RUS"),
    "law": Picture("banned", None, "RUS"),
    "matched_savings": Picture("savings", "TJK"),
    "patent": Picture("work_permits", "UZB", "RUS"),
    "public_works": Picture("poor_households"),
    "recruitment": Picture("irregular", "TJK", "RUS"),
    "reentry_ban": Picture("banned", None, "RUS"),
    "refugee_work": Picture("refugees_self_reliant", "TJK"),
    "regularisation": Picture("irregular", None, "RUS"),
    "reintegration": Picture("jobless_returnees"),
    "seasonal_work": Picture("regular", None, "KAZ"),
    "skills": Picture("remittances_true_real", None, "RUS"),
    "support_centre": Picture("trips_called_off"),
    "transfer_fee": Picture("transfer_fees"),
    "travel_cost": Picture("departures", None, "RUS"),
    "visa_free_days": Picture("irregular", None, "RUS"),
    "work_quota": Picture("work_permits", None, "RUS"),
}
"""By policy, what its page says of its sign."""


def by_quarter(result: RunResult, picture: Picture) -> pd.DataFrame:
    """The measure: a row a quarter, a column a seed."""
    table = result.corridors if MEASURES[picture.measure].level == "corridor" else result.origins
    for column in ("origin", "destination"):
        wanted = getattr(picture, column)
        if wanted is not None:
            table = table[table[column] == wanted]
    monthly = table.groupby(["month", "seed"])[picture.measure].sum().unstack("seed")
    return monthly.groupby(pd.PeriodIndex(monthly.index, freq="Q")).mean()


def drawn(difference: pd.DataFrame, picture: Picture) -> str:
    """The difference and its interval over time, SVG."""
    values = difference.to_numpy()
    mean = values.mean(axis=1)
    half = half_width(values.var(axis=1, ddof=1), np.full(len(values), values.shape[1]))
    low, high = mean - half, mean + half
    ticks = _ticks(min(0.0, low.min()), max(0.0, high.max()))
    x = LEFT + (np.arange(len(mean)) + 0.5) / len(mean) * (WIDTH - LEFT - RIGHT)
    shown = _display(ticks, MEASURES[picture.measure].unit)
    lines = [_gridline(tick, _height(tick, ticks), shown.signed(tick)) for tick in ticks]
    first = [(row, quarter.year) for row, quarter in enumerate(difference.index) if quarter.quarter == 1]
    years = [_year(x[row : row + 4].mean(), year) for row, year in first]
    band = _points(np.concatenate([x, x[::-1]]), _height(np.concatenate([high, low[::-1]]), ticks))
    course = _points(x, _height(mean, ticks))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="10" fill="{PALE}">',
        f"<title>{escape(picture.words)}: example against history</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="13">{escape(shown.unit)}</text>',
        *lines,
        *years,
        f'<polygon points="{band}" fill="{SCENARIO}" fill-opacity="0.2"/>',
        f'<polyline points="{course}" fill="none" stroke="{SCENARIO}" stroke-width="1.6"/>',
        "</svg>\n",
    ]
    return "\n".join(parts)


def _height(value: np.ndarray | float, ticks: list[float]) -> np.ndarray:
    """Where a value stands, from the top."""
    return np.asarray(TOP + (ticks[-1] - value) / (ticks[-1] - ticks[0]) * (HEIGHT - TOP - BOTTOM))


def _points(x: np.ndarray, y: np.ndarray) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


def _gridline(tick: float, y: np.ndarray, label: str) -> str:
    line = f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{INK if tick == 0 else RULE}"/>'
    return f'{line}<text x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{label}</text>'


def _year(x: float, year: int) -> str:
    return f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{year}</text>'


def _display(ticks: list[float], unit: str) -> Display:
    """One scale for all ticks, with as many decimals as their step needs."""
    display = display_for(unit, np.array(ticks), np.array([]))
    step = (ticks[1] - ticks[0]) / display.factor
    return replace(display, decimals=max(0, -math.floor(math.log10(step) + 1e-9)))


def _ticks(low: float, high: float) -> list[float]:
    """Three to five round values that span a range."""
    span = high - low or 1.0
    size = 10.0 ** math.floor(math.log10(span / 3))
    step = next(size * part for part in (1, 2, 5, 10) if span / (size * part) <= 4)
    return [step * k for k in range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1)]


def main(names: list[str]) -> None:
    """Live history and the examples, and draw those named (all without names)."""
    from sim.simulation import simulate_all

    region = load(PACK)
    wanted = names or sorted(registered())
    policies = [{}, *({name: registered()[name].example().as_mapping()} for name in wanted)]
    given = {"population": {"scale": SCALE}, "seeds": SEEDS}
    scenarios = [Scenario.from_mapping({**given, "policies": one}, region) for one in policies]
    history, *examples = simulate_all(scenarios, region)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, example in zip(wanted, examples, strict=True):
        picture = PICTURES[name]
        difference = by_quarter(example, picture) - by_quarter(history, picture)
        replace_file(FOLDER / f"{name}.svg", drawn(difference, picture).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
