"""Made-up runs that look like real ones: seasons, a devaluation, a ban that keeps some out, luck shared by seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from sim.measures import CATEGORY_MEASURES, MEASURES
from sim.output.result import Comparison, RunResult

ORIGINS = {"TJK": 1.2e6, "KGZ": 0.9e6, "UZB": 3.4e6}  # workers
SHARES = {"RUS": 0.28, "KAZ": 0.03, "OTH": 0.012}  # abroad, of the workers
PROVINCES = {
    "TJK": ("Sughd", "Khatlon", "GBAO"),
    "KGZ": ("Osh", "Batken", "Chuy"),
    "UZB": ("Fergana", "Andijan", "Samarkand"),
}
GROUPS = {
    "sex": ("men", "women"),
    "age": ("18_24", "25_34", "35_44", "45_59"),
    "skill": ("low", "middle", "high"),
    "sector": ("construction", "trade_services", "agriculture", "other"),
    "regime": ("home", "regular", "irregular"),
}
OF_STOCK = {
    "departures": 0.11, "returns": 0.105, "forced_returns": 0.006, "working": 0.88, "regular": 0.6, "irregular": 0.4,
    "refused": 0.004, "banned": 0.14, "unaware_banned": 0.08, "diverted": 0.01,
}  # fmt: skip
BANS = {"forced_returns", "refused", "banned", "unaware_banned", "diverted"}

META = {
    "region": {"name": "central_asia", "title": "Central Asia, 2012 to 2017", "digest": "5a1fe0c4d2"},
    "versions": {"labour-migration-sim": "0.1.0"},
    "timings": {"run": 12.25},
    "currency": {"TJK": "TJS", "KGZ": "KGS", "UZB": "UZS", "RUS": "RUB", "KAZ": "KZT"},
    "names": {
        "TJK": "Tajikistan", "KGZ": "Kyrgyzstan", "UZB": "Uzbekistan",
        "RUS": "Russia", "KAZ": "Kazakhstan", "OTH": "elsewhere",
    },
    "sources": [
        {"quantity": "exchange_rate RUB", "source": "Daily closes, https://example.org/rub", "tag": "published"},
        {"quantity": "exchange_rate RUB", "source": "Annual mean, to check", "tag": "derived"},
        {"quantity": "labour_demand", "source": "wide prior, no source found", "tag": "assumed"},
        {"quantity": "travel_cost", "source": "Survey of 2014, table 3, deflated", "tag": "derived"},
    ],
    "caveats": ["Stocks in Kazakhstan are low confidence.", "Three remittance series are mixed in the press."],
    "command": "sim compare scenario=no_ban against=history seeds=8 name=demo",
    "citation": "labour-migration-sim 0.1.0, a simulator of labour migration.",
}  # fmt: skip


def _corridors(seeds: int, months: int, origins: list[str], destinations: list[str], effect: float) -> pd.DataFrame:
    blocks = []
    for seed in range(1, seeds + 1):
        for o, origin in enumerate(origins):
            for d, destination in enumerate(destinations):
                luck = np.random.default_rng([seed, o, d])
                own = np.random.default_rng([seed, o, d, round(1e6 * effect)])
                blocks.append(_corridor(seed, months, origin, destination, effect, luck, own))
    return pd.concat(blocks, ignore_index=True)


def _corridor(seed, months, origin, destination, effect, luck, own) -> pd.DataFrame:
    t = np.arange(months)
    dates = pd.date_range("2012-01-01", periods=months, freq="MS")
    season = 1 + 0.25 * np.sin((t - 3) * np.pi / 6)
    ramp = np.clip((t - months / 3) / 24, 0, 1)
    path = 1 + luck.normal(0, 0.015) + 0.01 * np.cumsum(luck.normal(0, 1, months)) / np.sqrt(months)
    path = path + ramp * own.normal(0, 0.004) + 0.002 * own.normal(0, 1, months)
    pull = {"RUS": 1.0, "KAZ": -1.6, "OTH": -0.7}.get(destination, 1.0) * effect
    stock = ORIGINS.get(origin, 1e6) * SHARES.get(destination, 0.1) * path * season * (1 + pull * ramp)
    frame = pd.DataFrame({"seed": np.int64(seed), "month": dates, "origin": origin, "destination": destination})
    columns = {}
    for name, measure in MEASURES.items():
        if measure.level == "corridor":
            share = OF_STOCK.get(name, 0.01) * (1 - 0.85 * min(1.0, 8 * effect) * (name in BANS))
            noise = 1 + 0.01 * luck.normal(0, 1, months)
            columns[name] = (
                0.4 * path if measure.kind == "ratio" else share * stock * noise * (ramp if name in BANS else 1)
            )
    rate = 1 - 0.45 * np.clip((t - 30) / 8, 0, 1)
    columns |= {"stock": stock, "remittances_true": 240 * rate * stock, "remittances_true_destination": 7500 * stock}
    columns |= {"remittances_true_origin": 1200 * stock, "remittances_true_real": 260 * rate**0.6 * stock}
    columns |= {"remittances_recorded": 200 * rate * stock, "remittances_bop": 215 * rate * stock}
    columns |= {"remittances_per_migrant": 240 * rate, "remittances_per_migrant_real": 260 * rate**0.6}
    return frame.assign(**columns)


def _origins(corridors: pd.DataFrame, effect: float) -> pd.DataFrame:
    additive = [
        m.name for m in MEASURES.values()
        if m.level == "corridor" and m.kind != "ratio" and m.name != "remittances_true_destination"
    ]  # fmt: skip
    frame = corridors.groupby(["seed", "month", "origin"], as_index=False, sort=False)[additive].sum()
    workers = frame["origin"].map(ORIGINS).fillna(1e6)
    t = (frame["month"].dt.year - 2012) * 12 + frame["month"].dt.month - 1
    ramp = np.clip((t - 24) / 24, 0, 1)
    wave = 1 + 0.4 * (frame["stock"] / frame.groupby(["month", "origin"])["stock"].transform("mean") - 1)
    given = {
        "households": workers / 2, "workers": workers, "poverty": (31 + 6 * ramp - 25 * effect * ramp) * wave,
        "jobless_returnees": 0.02 * workers * (1 + ramp - 4 * effect * ramp) * wave, "poverty_gap": 7.5 * wave,
        "joblessness_12": (18 + 9 * ramp - 60 * effect * ramp) * wave, "remittances_bop_gdp": 30 * wave,
    }  # fmt: skip
    rest = {m.name: 100 * wave for m in MEASURES.values() if m.level == "origin" and m.name not in given}
    return frame.assign(**given, **rest)


def _categories(origins: pd.DataFrame, effect: float) -> pd.DataFrame:
    ends = origins[origins["month"].dt.month % 3 == 0]
    names = [measure.name for measure in CATEGORY_MEASURES]
    parts = [ends[["seed", "month", "origin"]].iloc[:0].assign(category="", group="", **dict.fromkeys(names, 0.0))]
    for origin, frame in ends.groupby("origin", sort=False):
        for category, groups in {**GROUPS, "province": PROVINCES.get(str(origin), ("North", "South"))}.items():
            for g, group in enumerate(groups):
                share, tilt = (1 + g) / (len(groups) * (len(groups) + 1) / 2), 1 + 0.4 * (g - 1) * effect * 10
                part = frame[["seed", "month", "origin"]].assign(category=category, group=group)
                workers = frame["workers"] * share
                base = {m.name: 0.02 * workers for m in CATEGORY_MEASURES}
                base |= {
                    "workers": workers,
                    "abroad": frame["stock"] * share * tilt,
                    "jobless": 0.1 * workers * (2 - tilt),
                }
                base |= {"poor": frame["poverty"] / 100 * workers * (2 - tilt)}
                base |= {"remittances_true_real": frame["remittances_true_real"] * share * tilt}
                parts.append(part.assign(**base))
    return pd.concat(parts, ignore_index=True)


def make_run(
    name: str = "history", effect: float = 0.0, seeds: int = 8, months: int = 72,
    origins: tuple[str, ...] = ("TJK", "KGZ", "UZB"), destinations: tuple[str, ...] = ("RUS", "KAZ", "OTH"),
) -> RunResult:  # fmt: skip
    """A made-up run; `effect` is the share by which the stock in Russia ends higher than in history."""
    corridors = _corridors(seeds, months, list(origins), list(destinations), effect)
    by_origin = _origins(corridors, effect)
    meta = {**META, "seeds": list(range(1, seeds + 1)), "digests": {str(seed): f"{seed:064x}" for seed in range(seeds)}}
    question = "What did the re-entry ban do to those who send money home?"
    meta["scenario"] = {"name": name, "question": question, "population": {"scale": 0.01}}
    return RunResult(corridors, by_origin, _categories(by_origin, effect), meta)


@pytest.fixture(scope="session")
def run() -> Callable[..., RunResult]:
    """Makes runs: `run(name, effect, seeds, months, origins, destinations)`."""
    return make_run


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    """A no-ban scenario against history, 8 seeds, 72 months, 3 origins by 3 destinations."""
    return Comparison.of(make_run("no_ban", 0.08), make_run("history"))
