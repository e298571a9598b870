"""From tallies to measures: population size, currencies, shares. The only place where counts become figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.conditions import Conditions
from sim.households.categories import AGE, PROVINCE, REGIME, SECTOR, SEX, SKILL, gini
from sim.measures import CATEGORY_MEASURES, MEASURES
from sim.refugees import refugee_values
from sim.schema.attributes import BELIEF_ONE, SHARE_ONE
from sim.schema.quantities import AGE_BANDS, SECTORS, SEEDINGS
from sim.tallies import SPELL_BANDS, Tally

CENT = 0.01
MONTHS = 12.0

PERSONS = {  # corridor measures that are a tally at population size
    "stock": Tally.STOCK,
    "departures": Tally.DEPARTURES,
    "returns": Tally.RETURNS,
    "returns_season": Tally.RETURNS_SEASON,
    "returns_target": Tally.RETURNS_TARGET,
    "returns_job_lost": Tally.RETURNS_JOB_LOST,
    "returns_gain_gone": Tally.RETURNS_GAIN_GONE,
    "returns_home_shock": Tally.RETURNS_HOME_SHOCK,
    "returns_expulsion": Tally.RETURNS_EXPULSION,
    "returns_ban": Tally.RETURNS_BAN,
    "returns_emergency": Tally.RETURNS_EMERGENCY,
    "moved_on": Tally.MOVED_ON,
    "working": Tally.WORKING,
    "regular": Tally.REGULAR,
    "irregular": Tally.IRREGULAR,
    "work_permits": Tally.WORK_PERMITS,
    "seasonal_permits": Tally.SEASONAL_PERMITS,
    "seasonal_refused": Tally.SEASONAL_REFUSED,
    "work_refused": Tally.WORK_REFUSED,
    "recruited_departures": Tally.RECRUITED,
    "regularised": Tally.REGULARISED,
    "offences": Tally.OFFENCES,
    "detections": Tally.DETECTIONS,
    "bans_imposed": Tally.BANS_IMPOSED,
    "delisted": Tally.DELISTED,
    "bans_cleared": Tally.BANS_CLEARED,
    "banned": Tally.BANNED,
    "unaware_banned": Tally.UNAWARE_BANNED,
    "refused": Tally.REFUSED,
    "unauthorised_entries": Tally.UNAUTHORISED,
    "diverted": Tally.DIVERTED,
    "at_risk_of_exploitation": Tally.EXPLOITED,
    "aware_of_work": Tally.AWARE_WORK,
}
ORIGIN_COUNTS = {  # origin measures that are a tally at population size
    "households": Tally.HOUSEHOLDS,
    "workers": Tally.WORKERS,
    "jobless_home": Tally.JOBLESS_HOME,
    "jobless_returnees": Tally.JOBLESS_RETURNEES,
    "self_employed_returns": Tally.SELF_EMPLOYED,
    "remigration_12": Tally.AGAIN_12,
    "remigration_24": Tally.AGAIN_24,
    "split_households": Tally.SPLIT,
    "women_headed": Tally.WOMEN_HEADED,
    "vulnerable": Tally.VULNERABLE,
    "poor_households": Tally.POOR_HOUSEHOLDS,
    "centre_visits": Tally.CENTRE_VISITS,
    "trips_called_off": Tally.CALLED_OFF,
    "language_courses": Tally.COURSES,
    "reintegrated": Tally.REINTEGRATED,
    "public_workers": Tally.PUBLIC_WORKERS,
    "matching_households": Tally.MATCHING,
    "credit_households": Tally.CREDIT,
    "trading_households": Tally.TRADERS,
}
ORIGIN_MONEY = {  # origin measures that are a tally of cents at population size
    "grants": Tally.GRANTS,
    "public_pay": Tally.PUBLIC_PAY,
    "matched": Tally.MATCHED,
    "interest_spared": Tally.INTEREST_SPARED,
    "trade_income": Tally.TRADE_INCOME,
}
EARNED_AT_HOME = (Tally.HOME_PAY, Tally.OTHER_INCOME, Tally.PUBLIC_PAY, Tally.TRADE_INCOME)
AWARE = {
    "aware_ban_rules": Tally.HEARD_BAN_RULES,
    "aware_seasonal_permit": Tally.HEARD_SEASONAL,
    "aware_work_permit": Tally.HEARD_PERMIT,
    "aware_free_movement": Tally.HEARD_FREE,
    "aware_support_centre": Tally.HEARD_CENTRE,
}


@dataclass(frozen=True)
class SeedOutcome:
    """What one seed leaves: tallies (months, origins, places, tallies), category cells and spread by counted month."""

    seed: int
    tallies: np.ndarray
    counted: tuple[int, ...]  # months at which categories were counted
    cells: np.ndarray  # (counted, origins, cells, measures)
    spread: np.ndarray  # (counted, origins, bins, 2)
    digest: str
    followed: tuple[np.ndarray, ...] = ()  # records of the followed households, month by month


@dataclass(frozen=True)
class Frame:
    """What tables need to know of the scenario besides the tallies."""

    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    provinces: tuple[tuple[str, ...], ...]
    months: np.ndarray  # datetime64[M], shape (T,)
    scale: float
    conditions: Conditions
    parameters: np.void
    recorded: np.ndarray  # (T, O, D)
    recorded_bop: np.ndarray  # (T, O, D)
    costs: Mapping[str, Mapping[str, np.ndarray]]  # by policy, USD per unit of a measure, (T, O, D) or (T, O)


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """`top` / `bottom`, not a number where nothing is below."""
    return np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=np.asarray(bottom) != 0)


def corridor_values(t: np.ndarray, frame: Frame) -> dict[str, np.ndarray]:
    """All corridor measures of one seed, each of shape (T, O, D), from tallies (T, O, P, K)."""
    places = t[:, :, 1 : len(frame.destinations) + 1].astype(float) / frame.scale
    now = frame.conditions.corridors[frame.conditions.burn_in :]
    homes = frame.conditions.homes[frame.conditions.burn_in :]
    values = {name: places[..., what] for name, what in PERSONS.items()}
    values["forced_returns"] = values["returns_expulsion"] + values["returns_ban"] + values["returns_emergency"]
    values["ban_years_imposed"] = places[..., Tally.BAN_MONTHS] / MONTHS
    values["border_loss"] = places[..., Tally.BORDER_LOSS] * CENT
    values["wage_theft"] = places[..., Tally.WAGE_THEFT] * CENT
    values["wage_belief_error"] = _ratio(places[..., Tally.BELIEF_ERROR] / BELIEF_ONE, places[..., Tally.AWARE_WORK])
    sent = places[..., Tally.SENT] * CENT
    true = sent * now["usd"]
    values["remittances_true_destination"] = sent * now["destination_currency"]
    values["remittances_true_real"] = places[..., Tally.ARRIVED] * CENT
    values["remittances_per_migrant_real"] = _ratio(values["remittances_true_real"], values["stock"])
    rate, prices = homes["origin_currency"][:, :, None], homes["prices"][:, :, None]
    for series, dollars in (("true", true), ("recorded", true * frame.recorded), ("bop", true * frame.recorded_bop)):
        values[f"remittances_{series}"] = dollars
        values[f"remittances_{series}_origin"] = dollars * rate
        values[f"remittances_{series}_origin_real"] = dollars * rate / prices
        per_migrant = "remittances_per_migrant" if series == "true" else f"remittances_{series}_per_migrant"
        values[per_migrant] = _ratio(dollars, values["stock"])
    values["transfer_fees"] = places[..., Tally.FEES] * CENT * now["usd"]
    return values


def origin_values(t: np.ndarray, corridors: Mapping[str, np.ndarray], frame: Frame) -> dict[str, np.ndarray]:
    """All origin measures of one seed but the Gini, each of shape (T, O)."""
    home = t[:, :, 0].astype(float) / frame.scale
    homes = frame.conditions.homes[frame.conditions.burn_in :]
    households = home[..., Tally.HOUSEHOLDS]
    values = {name: home[..., what] for name, what in ORIGIN_COUNTS.items()}
    values |= {name: home[..., what] * CENT for name, what in ORIGIN_MONEY.items()}
    values["contacted"] = home[..., Tally.CONTACTED : Tally.CONTACTED + len(SEEDINGS)].sum(axis=2)
    values |= refugee_values(homes, _ratio(home[..., Tally.PERSONS], home[..., Tally.WORKERS]), frame.parameters)
    values |= {name: 100.0 * _ratio(home[..., what], households) for name, what in AWARE.items()}
    heard = corridors["aware_of_work"].sum(axis=2)
    values["belief_error"] = _ratio(t[:, :, 1:, Tally.BELIEF_ERROR].sum(axis=2) / BELIEF_ONE / frame.scale, heard)
    unaware = _ratio(corridors["unaware_banned"].sum(axis=2), corridors["banned"].sum(axis=2))
    values["aware_own_status"] = 100.0 * (1.0 - unaware)
    gdp = homes["gdp"] * 1e6 / MONTHS
    for series in ("true", "recorded", "bop"):
        values[f"remittances_{series}_gdp"] = 100.0 * corridors[f"remittances_{series}"].sum(axis=2) / gdp
    for months, idle, back in (
        (3, Tally.IDLE_3, Tally.BACK_3),
        (6, Tally.IDLE_6, Tally.BACK_6),
        (12, Tally.IDLE_12, Tally.BACK_12),
    ):
        values[f"joblessness_{months}"] = 100.0 * _ratio(home[..., idle], home[..., back])
    values["consumption"] = CENT * _ratio(home[..., Tally.CONSUMED], households)
    prices = frame.conditions.corridors["living_price"][frame.conditions.burn_in :]
    spent = t[:, :, 1 : len(frame.destinations) + 1, Tally.SPENT_ABROAD] / prices / frame.scale
    values["consumption_abroad"] = CENT * _ratio(spent.sum(axis=2), households)
    arrived = t[:, :, :, Tally.ARRIVED].sum(axis=2).astype(float) / frame.scale
    income = arrived + sum(home[..., what] for what in EARNED_AT_HOME)
    values["income"] = CENT * _ratio(income, households)
    values["poverty"] = 100.0 * _ratio(home[..., Tally.POOR], home[..., Tally.PERSONS])
    values["poverty_gap"] = 100.0 * _ratio(home[..., Tally.GAP] / SHARE_ONE, home[..., Tally.PERSONS])
    values["remittance_dependence"] = 100.0 * _ratio(home[..., Tally.DEPENDENT], households)
    values["debt"] = CENT * _ratio(home[..., Tally.DEBT], households)
    values["savings"] = CENT * _ratio(home[..., Tally.SAVINGS], households)
    values["welfare_expected"] = CENT * _ratio(home[..., Tally.WELFARE], home[..., Tally.DELIBERATIONS])
    values["cost_of_misinformation"] = CENT * _ratio(home[..., Tally.MISINFORMATION], home[..., Tally.DELIBERATIONS])
    return values


def public_costs(
    corridors: Mapping[str, np.ndarray], origins: Mapping[str, np.ndarray], frame: Frame
) -> dict[str, np.ndarray]:
    """What each policy costs the public purse in each month and origin, USD, shape (T, O), by name."""
    costs = {}
    for policy, of_measures in sorted(frame.costs.items()):
        costs[policy] = np.zeros((len(frame.months), len(frame.origins)))
        for name, cost in sorted(of_measures.items()):
            costs[policy] += (cost * corridors[name]).sum(axis=2) if name in corridors else cost * origins[name]
    return costs


def make_tables(outcomes: list[SeedOutcome], frames: Iterable[Frame]) -> tuple[pd.DataFrame, ...]:
    """The corridors, origins, categories, spells and policies tables of all seeds (columns: :mod:`sim.measures`).

    `frames` has one for each seed: figures of the pack may differ from seed to seed.
    """
    parts = [_one_seed(outcome, frame) for outcome, frame in zip(outcomes, frames, strict=False)]
    return tuple(pd.concat(tables, ignore_index=True) for tables in zip(*parts, strict=True))


def seed_values(outcome: SeedOutcome, frame: Frame) -> tuple[dict[str, np.ndarray], ...]:
    """All measures of one seed: of corridors, (T, O, D), of origins, (T, O), and what each policy costs, (T, O)."""
    by_corridor = corridor_values(outcome.tallies, frame)
    by_origin = origin_values(outcome.tallies, by_corridor, frame)
    by_origin["gini_consumption"] = _ginis(outcome, frame)
    by_policy = public_costs(by_corridor, by_origin, frame)
    by_origin["public_cost"] = sum(by_policy.values(), np.zeros((len(frame.months), len(frame.origins))))
    return by_corridor, by_origin, by_policy


def _one_seed(outcome: SeedOutcome, frame: Frame) -> tuple[pd.DataFrame, ...]:
    by_corridor, by_origin, by_policy = seed_values(outcome, frame)
    months, o, d = frame.months.astype("datetime64[s]"), frame.origins, frame.destinations
    t = len(months)
    corridors = {
        "seed": np.full(t * len(o) * len(d), outcome.seed),
        "month": np.repeat(months, len(o) * len(d)),
        "origin": np.tile(np.repeat(o, len(d)), t),
        "destination": np.tile(d, t * len(o)),
    }
    origins = {"seed": np.full(t * len(o), outcome.seed), "month": np.repeat(months, len(o)), "origin": np.tile(o, t)}
    for name, measure in MEASURES.items():
        if measure.level == "corridor":
            corridors[name] = by_corridor[name].ravel()
            if measure.kind != "ratio" and name != "remittances_true_destination":
                origins[name] = by_corridor[name].sum(axis=2).ravel()
        else:
            origins[name] = by_origin[name].ravel()
    tables = pd.DataFrame(corridors), pd.DataFrame(origins)
    return *tables, _categories(outcome, frame), _spells(outcome, frame), _policies(tables[1], by_policy)


def _policies(origins: pd.DataFrame, by_policy: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """What each policy that costs anything costs, by seed, month and origin."""
    keys = {name: np.tile(origins[name], len(by_policy)) for name in ("seed", "month", "origin")}
    names = np.repeat(np.array(list(by_policy), str), len(origins))
    costs = np.concatenate([cost.ravel() for cost in by_policy.values()] or [np.zeros(0)])
    return pd.DataFrame({**keys, "policy": names, "public_cost": costs})


def _spells(outcome: SeedOutcome, frame: Frame) -> pd.DataFrame:
    """Spells abroad by length: ended, person-months running, and the share that lasts beyond the band."""
    whole = outcome.tallies.sum(axis=0) / frame.scale
    bands = [f"{low}-{high}" for low, high in SPELL_BANDS]
    widths = np.array([high - low + 1 for low, high in SPELL_BANDS])
    rows = []
    for o, origin in enumerate(frame.origins):
        for d, destination in enumerate(frame.destinations):
            ended = whole[o, d + 1, Tally.ENDED : Tally.ENDED + len(bands)]
            running = whole[o, d + 1, Tally.RUNNING : Tally.RUNNING + len(bands)]
            monthly = _ratio(ended, ended + running)
            survival = np.cumprod((1.0 - monthly) ** widths)
            for band, values in zip(bands, zip(ended, running, survival, strict=True), strict=True):
                rows.append((outcome.seed, origin, destination, band, *values))
    return pd.DataFrame(rows, columns=["seed", "origin", "destination", "months", "ended", "running", "survival"])


def _ginis(outcome: SeedOutcome, frame: Frame) -> np.ndarray:
    values = np.full((len(frame.months), len(frame.origins)), np.nan)
    for row, month in enumerate(outcome.counted):
        values[month] = [gini(spread) for spread in outcome.spread[row]]
    return values


def category_names(provinces: tuple[str, ...]) -> list[tuple[str, str, int]]:
    """(category, group, cell) of every cell an origin uses."""
    ages = [f"{low}-{high}" for low, high in AGE_BANDS]
    groups = (
        ("sex", ["men", "women"], SEX),
        ("age", ages, AGE),
        ("skill", ["lowest third", "middle third", "highest third"], SKILL),
        ("sector", list(SECTORS), SECTOR),
        ("regime", ["at home", "regular", "irregular"], REGIME),
        ("province", list(provinces), PROVINCE),
    )
    return [(category, group, first + k) for category, names, first in groups for k, group in enumerate(names)]


def _categories(outcome: SeedOutcome, frame: Frame) -> pd.DataFrame:
    names = [measure.name for measure in CATEGORY_MEASURES]
    factors = np.array([CENT if name.startswith("remittances") else 1.0 for name in names]) / frame.scale
    parts = []
    for o, origin in enumerate(frame.origins):
        keys = category_names(frame.provinces[o])
        cells = outcome.cells[:, o, [cell for *_, cell in keys]] * factors
        part = pd.DataFrame(cells.reshape(-1, len(names)), columns=names)
        months = frame.months[list(outcome.counted)].astype("datetime64[s]")
        part.insert(0, "seed", outcome.seed)
        part.insert(1, "month", np.repeat(months, len(keys)))
        part.insert(2, "origin", origin)
        part.insert(3, "category", np.tile([category for category, *_ in keys], len(months)))
        part.insert(4, "group", np.tile([group for _, group, _ in keys], len(months)))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
