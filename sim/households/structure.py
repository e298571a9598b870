"""What a synthetic population is made from: the pack's figures by origin, and the settings of the synthesis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np

from sim.errors import InputError
from sim.schema.attributes import PLACES, WORKERS
from sim.schema.parameters import PARAMETERS
from sim.schema.quantities import AGE_BANDS, SECTORS, TOPICS

LARGEST_HOUSEHOLD = 12
YOUNGEST, OLDEST = 18 * 12, 60 * 12
"""Ages of a worker in months: from the first, up to but not including the second."""

SEX_AND_AGE = tuple(f"{sex}_{low}_{high}" for sex in ("men", "women") for low, high in AGE_BANDS)
"""Groups of `mobility`, in the order of :func:`mobility_group`."""


@dataclass(frozen=True, kw_only=True)
class PopulationSettings:
    """The parameters the synthesis reads; units, ranges, tags and sources are in `sim.schema.parameters`.

    Raises
    ------
    InputError
        If a setting is outside its range, or a lower end is above its upper end.
    """

    village_smallest: int = int(PARAMETERS["village_smallest"].default)
    village_largest: int = int(PARAMETERS["village_largest"].default)
    skill_sigma: float = float(PARAMETERS["skill_sigma"].default)
    taste_sd: float = float(PARAMETERS["taste_sd"].default)
    home_income_sigma: float = float(PARAMETERS["home_income_sigma"].default)
    rural_income_ratio: float = float(PARAMETERS["rural_income_ratio"].default)
    debt_low: float = float(PARAMETERS["debt_low"].default)
    debt_high: float = float(PARAMETERS["debt_high"].default)
    target_low: float = float(PARAMETERS["target_low"].default)
    target_high: float = float(PARAMETERS["target_high"].default)
    belief_sd: float = float(PARAMETERS["belief_sd"].default)
    belief_precision: int = int(PARAMETERS["belief_precision"].default)
    risk_mean: float = float(PARAMETERS["risk_mean"].default)
    risk_sigma: float = float(PARAMETERS["risk_sigma"].default)
    bayesian: float = float(PARAMETERS["bayesian"].default)
    irregular: float = float(PARAMETERS["irregular"].default)
    longest_spell: int = int(PARAMETERS["longest_spell"].default)
    most_trips: float = float(PARAMETERS["most_trips"].default)
    returned: float = float(PARAMETERS["returned"].default)
    trips_recalled: float = float(PARAMETERS["trips_recalled"].default)
    longest_return: int = int(PARAMETERS["longest_return"].default)
    never_abroad: int = int(PARAMETERS["never_abroad"].default)
    jobless: float = float(PARAMETERS["jobless"].default)
    longest_search: int = int(PARAMETERS["longest_search"].default)
    mean_degree: float = float(PARAMETERS["mean_degree"].default)
    clique_smallest: int = int(PARAMETERS["clique_smallest"].default)
    clique_largest: int = int(PARAMETERS["clique_largest"].default)
    kin_density: float = float(PARAMETERS["kin_density"].default)
    neighbourhood: int = int(PARAMETERS["neighbourhood"].default)
    rewired: float = float(PARAMETERS["rewired"].default)
    long_share: float = float(PARAMETERS["long_share"].default)

    @classmethod
    def of(cls, parameters: Mapping[str, float]) -> PopulationSettings:
        """The settings with a scenario's own numbers."""
        whole = {item.name for item in fields(cls) if item.type == "int"}
        own = {item.name: parameters[item.name] for item in fields(cls) if item.name in parameters}
        for name in whole & set(own):
            if own[name] != int(own[name]):
                raise InputError(f"parameters.{name}", f"is {own[name]:g}", "whole numbers")
        return cls(**{name: int(value) if name in whole else float(value) for name, value in own.items()})

    def __post_init__(self) -> None:
        for item in fields(self):
            value, rule = getattr(self, item.name), PARAMETERS[item.name]
            if not rule.low <= value <= rule.high:
                allowed = f"{rule.low:g} to {rule.high:g} ({rule.unit})"
                raise InputError(f"parameters.{item.name}", f"is {value}", allowed)
        for low, high in (
            ("village_smallest", "village_largest"),
            ("debt_low", "debt_high"),
            ("target_low", "target_high"),
            ("clique_smallest", "clique_largest"),
        ):
            if getattr(self, low) > getattr(self, high):
                raise InputError(
                    f"parameters.{low}", f"is {getattr(self, low)}", f"at most {high}, which is {getattr(self, high)}"
                )
        if self.village_ties < 0:
            raise InputError(
                "parameters.kin_density",
                f"is {self.kin_density}",
                f"at most what leaves mean_degree {self.mean_degree:g} room for village ties",
            )

    @property
    def kin_ties(self) -> float:
        """Expected ties of a household within its circle: density x (mean circle as a member sees it - 1)."""
        sizes = np.arange(self.clique_smallest, self.clique_largest + 1, dtype=float)
        return self.kin_density * float((sizes * (sizes - 1)).sum() / sizes.sum())

    @property
    def village_ties(self) -> float:
        """Expected further ties of a household in its village: what the mean degree leaves."""
        return self.mean_degree * (1.0 - self.long_share) - self.kin_ties


@dataclass(frozen=True, kw_only=True)
class Structure:
    """A pack's figures on households, by origin (O), destination (D), province (P) and month (T); shares sum to 1.

    Parameters
    ----------
    origins
        Names, for messages only: no draw depends on them.
    households
        Number of households at population size, ``(T, O)``; a fall is read as no growth.
    household_size
        Mean persons, ``(O,)``.
    workers
        Share of households with 1, 2, 3 workers, ``(O, 3)``.
    province, rural
        Share of households by province, and rural share of its villages, ``(O, P)``; zeros where an origin has fewer.
    women, women_head
        Share of women among workers, and of households always headed by one, ``(O,)``.
    sector
        Shares by sector of work abroad, ``(O, 4)``.
    mobility
        How often leaving is weighed, by `SEX_AND_AGE`, ``(O, 8)``.
    aware
        Share that has heard of each topic, ``(O, 8)``.
    savings_months, indebted
        Mean savings in months of income; share with a debt, ``(O,)``.
    other_income
        Mean land and other income, base-period USD a month, ``(O,)``.
    home_pay
        Monthly pay at home, urban and rural, base-period USD, ``(O, 2)``.
    initial_stock
        Migrants abroad in the first month, persons, ``(O, D)``.
    """

    origins: tuple[str, ...]
    households: np.ndarray
    household_size: np.ndarray
    workers: np.ndarray
    province: np.ndarray
    rural: np.ndarray
    women: np.ndarray
    women_head: np.ndarray
    sector: np.ndarray
    mobility: np.ndarray
    aware: np.ndarray
    savings_months: np.ndarray
    indebted: np.ndarray
    other_income: np.ndarray
    home_pay: np.ndarray
    initial_stock: np.ndarray

    @property
    def mean_workers(self) -> np.ndarray:
        """Mean workers of a household, ``(O,)``."""
        return self.workers @ np.arange(1.0, WORKERS + 1)


class RegionData(Protocol):
    """What the synthesis asks of a region: the labelled arrays of its pack."""

    origins: Any
    countries: Any

    def array(self, name: str) -> np.ndarray: ...

    def groups(self, name: str) -> dict[str, np.ndarray]: ...

    def by_province(self, name: str) -> dict[str, dict[str, float]]: ...


def structure_of(region: RegionData) -> Structure:
    """Take from a pack what the synthesis needs; pay at home is that of the first month, in its USD."""
    names = tuple(region.origins)
    constant = {
        name: region.array(name)[0]
        for name in ("household_size", "women", "women_head", "savings_months", "indebted", "other_income")
    }
    place = [list(region.countries).index(name) for name in names]
    wage = region.array("average_wage")[0][place] / region.array("exchange_rate")[0][place]
    home_pay = np.stack([wage * region.array(f"home_pay_ratio_{kind}")[0] for kind in ("urban", "rural")], axis=1)
    return Structure(
        origins=names,
        households=region.array("households"),
        workers=_by_group(region, "workers", tuple(str(n + 1) for n in range(WORKERS))),
        province=_by_province(region, "province"),
        rural=_by_province(region, "rural"),
        sector=_by_group(region, "sector", SECTORS),
        mobility=_by_group(region, "mobility", SEX_AND_AGE),
        aware=_by_group(region, "aware", TOPICS),
        home_pay=home_pay,
        initial_stock=region.array("initial_stock")[0],
        **constant,
    )


def _by_group(region: RegionData, name: str, groups: tuple[str, ...]) -> np.ndarray:
    values = region.groups(name)
    return np.stack([np.asarray(values[group], dtype=float) for group in groups], axis=1)


def _by_province(region: RegionData, name: str) -> np.ndarray:
    by_origin = [list(region.by_province(name)[origin].values()) for origin in region.origins]
    most = max(len(values) for values in by_origin)
    return np.array([values + [0.0] * (most - len(values)) for values in by_origin])


SOURCE = np.dtype(
    [
        ("to_come", "f8"),  # share of a village's households that come after the start
        ("workers", "f8", (WORKERS,)),  # cumulative
        ("dependants", "f8", (WORKERS, LARGEST_HOUSEHOLD)),  # cumulative, by workers - 1
        ("women_head", "f8"),
        ("women_other", "f8"),
        ("sector", "f8", (len(SECTORS),)),  # cumulative
        ("aware", "f8", (len(TOPICS),)),
        ("savings_months", "f8"),
        ("indebted", "f8"),
        ("other_income", "f8", (2,)),  # USD, urban and rural mean
        ("home_pay", "f8", (2,)),  # USD, urban and rural
        ("abroad", "f8", (len(SEX_AND_AGE), PLACES)),  # cumulative over destinations
    ]
)
"""What the compiled synthesis reads of one origin, as thresholds for its uniform draws."""


def source_tables(structure: Structure, settings: PopulationSettings) -> np.ndarray:
    """Thresholds for the draws of each origin, ``(O,)`` of `SOURCE`.

    Raises
    ------
    InputError
        If figures of the structure cannot hold together (fewer persons than workers, more migrants than workers).
    """
    tables = np.zeros(len(structure.origins), dtype=SOURCE)
    for o, name in enumerate(structure.origins):
        table, mean_workers = tables[o], float(structure.mean_workers[o])
        series = structure.households[:, o]
        table["to_come"] = 1.0 - series[0] / max(series.max(), series[0])
        table["workers"] = np.cumsum(structure.workers[o])
        table["dependants"] = _size_thresholds(name, float(structure.household_size[o]), structure.workers[o])
        table["women_head"] = structure.women_head[o]
        table["women_other"] = _women_among_others(
            name, float(structure.women[o]), float(structure.women_head[o]), mean_workers
        )
        table["sector"] = np.cumsum(structure.sector[o])
        table["aware"] = structure.aware[o]
        table["savings_months"], table["indebted"] = structure.savings_months[o], structure.indebted[o]
        rural = float(structure.province[o] @ structure.rural[o])
        urban_mean = structure.other_income[o] / (1.0 + rural * (settings.rural_income_ratio - 1.0))
        table["other_income"] = urban_mean, urban_mean * settings.rural_income_ratio
        table["home_pay"] = structure.home_pay[o]
        table["abroad"] = _abroad_thresholds(structure, o)
    return tables


def come_by(structure: Structure) -> np.ndarray:
    """Share of the growth in households that has come by each month, ``(O, T)``, from 0 to 1 (0 where none grows)."""
    grown = np.maximum.accumulate(structure.households, axis=0) - structure.households[0]
    return np.ascontiguousarray((grown / np.maximum(grown[-1], 1e-300)).T)


def _women_among_others(name: str, women: float, women_head: float, mean_workers: float) -> float:
    """Share of women among workers who are not heads, so that it is `women` among all."""
    others = mean_workers - 1.0
    share = (women * mean_workers - women_head) / others if others > 0 else float(women != women_head) * 2.0
    if not -1e-9 <= share <= 1.0 + 1e-9:
        low, high = women_head / mean_workers, (women_head + others) / mean_workers
        raise InputError(f"women of {name}", f"is {women:g}", f"{low:.3f} to {high:.3f}, given workers and women_head")
    return share


def _dependants(rate: float, most: int) -> list[float]:
    """Cumulative Poisson distribution of dependants, cut off above `most` (Jennings et al. 1999 for its use)."""
    weights = [1.0]
    for n in range(1, most + 1):
        weights.append(weights[-1] * rate / n)
    total = math.fsum(weights)
    return [math.fsum(weights[: n + 1]) / total for n in range(most + 1)]


def _mean_dependants(rate: float, most: int) -> float:
    return math.fsum(1.0 - share for share in _dependants(rate, most)[:-1])


def _size_thresholds(name: str, mean_size: float, workers: np.ndarray) -> np.ndarray:
    """Cumulative shares by number of dependants for each number of workers, with the pack's mean household size.

    Dependants are Poisson, cut off where the household would pass `LARGEST_HOUSEHOLD`; one rate for all.
    """
    room = [LARGEST_HOUSEHOLD - n for n in range(1, WORKERS + 1)]
    smallest = float(workers @ np.arange(1.0, WORKERS + 1))
    if not smallest - 1e-9 <= mean_size <= LARGEST_HOUSEHOLD - 0.1:
        raise InputError(
            f"household_size of {name}",
            f"is {mean_size:g}",
            f"{smallest:.2f} (its workers) to {LARGEST_HOUSEHOLD - 0.1}",
        )
    low, high = 0.0, 1000.0
    for _ in range(100):
        rate = (low + high) / 2
        mean = smallest + sum(
            float(share) * _mean_dependants(rate, most) for share, most in zip(workers, room, strict=True)
        )
        low, high = (rate, high) if mean < mean_size else (low, rate)
    table = np.ones((WORKERS, LARGEST_HOUSEHOLD))
    for n, most in enumerate(room):
        table[n, : most + 1] = _dependants(low, most)
    return table


def _abroad_thresholds(structure: Structure, o: int) -> np.ndarray:
    """Cumulative chance of being in each destination at the start, by sex and age.

    A worker who leaves at a rate in proportion to mobility m and returns at a rate that is the same for all is abroad
    for a share f m / (1 + f m) of the time; f is such that the expected number abroad is the pack's stock.
    """
    years = np.array([high - low + 1 for low, high in AGE_BANDS], dtype=float)
    women = float(structure.women[o])
    share = np.concatenate([(1.0 - women) * years, women * years]) / years.sum()
    stock, mobility = structure.initial_stock[o], structure.mobility[o]
    workers = float(structure.households[0, o] * structure.mean_workers[o])
    wanted, most = float(stock.sum()) / workers, float(share[mobility > 0].sum())
    table = np.zeros((len(SEX_AND_AGE), PLACES))
    if wanted == 0:
        return table
    if wanted >= most:
        where, given = f"initial_stock of {structure.origins[o]}", f"is {stock.sum():.0f} in all"
        raise InputError(where, given, f"less than {most * workers:.0f}, its mobile workers")
    low, high = 0.0, 1.0
    while share @ _abroad(high, mobility) < wanted:
        high *= 2
    for _ in range(100):
        factor = (low + high) / 2
        low, high = (factor, high) if share @ _abroad(factor, mobility) < wanted else (low, factor)
    by_place = np.cumsum(np.pad(stock, (0, PLACES - len(stock)))) / stock.sum()
    table[:] = _abroad(high, mobility)[:, None] * by_place
    return table


def _abroad(factor: float, mobility: np.ndarray) -> np.ndarray:
    return factor * mobility / (1.0 + factor * mobility)
