"""From a pack's quantities to the month's conditions: the only place where currencies, prices and seasons meet.

Everything is compared in base-period home purchasing power; the base period is the pack's first year. With E origin
currency per destination currency and P_o home prices, e = (E / P_o) / (its mean over the base period); C is pay at the
base rate in base-period USD. Households look at an adaptive view of e, C and the chance of a job, not at the month's
figures (Nerlove 1958; the weight is a parameter). Before the first month the conditions of the first year are repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sim.schema.conditions import (
    CAPACITIES,
    CAPACITY,
    CORRIDOR,
    CORRIDOR_FIELDS,
    HOME_CONDITIONS,
    HOME_FIELDS,
    SEEDED,
    SERVICE_BITS,
)
from sim.schema.quantities import CATEGORIES_OF_BAN, NO_QUOTA, TOPICS

YEAR = 12
AS_GIVEN = (
    "free_movement",
    "permit_access",
    "seasonal_length",
    "border_run",
    "offence",
    "detection",
    "expulsion",
    "wage_theft",
    "listing",
    "refusal",
    "permit_wait",
    "regularisation",
    "amnesty",
    "amnesty_court",
    "amnesty_told",
    "skill_return",
    "priority_sectors",
    "priority_access",
    "language_gain",
    "emergency_return",
)
"""Fields of a corridor that are the quantity itself."""

AT_HOME = {
    "legal_aid": ("centre_legal_aid", 1.0),
    "language": ("centre_language", 1.0),
    "search": ("reintegration_search", 1.0),
    "scar_spared": ("reintegration_scar", 1.0),
    "grant": ("reintegration_grant", 100.0),
    "grant_gain": ("reintegration_gain", 1.0),
    "all_returnees": ("reintegration_all", 1.0),
    "works_pay": ("works_pay", 100.0),
    "match_rate": ("match_rate", 1.0),
    "match_share": ("match_share", 1.0),
    "match_portion": ("match_portion", 1.0),
    "credit_share": ("credit_share", 1.0),
    "credit_interest": ("credit_interest", 1.0),
    "budgeting": ("budgeting", 1.0),
    "trade_share": ("trade_share", 1.0),
    "trade_income": ("trade_income", 100.0),
    "refugees": ("refugees", 1.0),
    "refugee_right": ("refugee_right", 1.0),
    "informed": ("informed", 1.0),
}
"""Fields of a home that are a quantity, and the units of the field in one of the quantity's (cents in a dollar)."""


@dataclass(frozen=True)
class Conditions:
    """The conditions of every month, burn-in first.

    corridors: records, shape (months, origins, destinations); homes: records, shape (months, origins); news: shape
    (months, origins, topics), share of households that hear of a topic in public that month. What is shared out at home
    starts with the pack's first month: contacts of campaigns and capacities of services, records, shape (months,
    origins).
    """

    corridors: np.ndarray
    homes: np.ndarray
    news: np.ndarray
    contacts: np.ndarray
    capacities: np.ndarray
    burn_in: int


def _adaptive(weight: float, *series: np.ndarray) -> np.ndarray:
    """Adaptive views of positive series of one shape: the logarithm moves by `weight` of the surprise each month."""
    logs = np.log(np.stack(series, axis=1))
    view = np.empty_like(logs)
    view[0] = logs[0]
    for month in range(1, len(logs)):
        view[month] = view[month - 1] + weight * (logs[month] - view[month - 1])
    return np.exp(view).swapaxes(0, 1)


DIGITS = 11
_LARGEST = 308  # exponent of ten of the largest float
_LEAST = DIGITS - 1 - _LARGEST  # what is smaller is rounded as if it had this exponent
_POWERS = 10.0 ** np.arange(_LEAST, _LARGEST + 1)[::-1]


def digits(series: np.ndarray) -> np.ndarray:
    """Round to eleven significant digits, so that the unit a currency is quoted in cannot move a choice by a last
    bit.
    """
    magnitude = np.floor(np.log10(np.abs(np.where(series == 0, 1.0, series))))
    exponent = np.fmax(np.fmin(magnitude, _LARGEST), _LEAST)  # also of what is no number
    power = _POWERS[exponent.astype(np.int64) - _LEAST]
    return np.round(series * power) / power


Series = Callable[["_Maker"], np.ndarray]


@dataclass(frozen=True)
class _Maker:
    """Quantities of one scenario on their way to the table of conditions.

    `pack` holds them before any policy: the burn-in and the base period are the pack's, whatever a policy changes
    later.
    """

    quantities: Mapping[str, np.ndarray]
    pack: Mapping[str, np.ndarray]
    origins: np.ndarray
    destinations: np.ndarray
    p: np.void
    burn_in: int

    def at(self, name: str) -> np.ndarray:
        """A non-seasonal quantity with burn-in, the first year's mean before the start."""
        return self._settled(name, self.pack[name][:YEAR].mean(axis=0))

    def law(self, name: str) -> np.ndarray:
        """A dated quantity with burn-in, the first month's value before the start."""
        return self._settled(name, self.pack[name][0])

    def season(self, name: str) -> np.ndarray:
        """A calendar quantity with burn-in, the first year's calendar repeated backwards."""
        back = np.arange(-self.burn_in, 0) % YEAR
        return np.concatenate([self.pack[name][back], self.quantities[name]])

    def _settled(self, name: str, before: np.ndarray) -> np.ndarray:
        series = self.quantities[name]
        return np.concatenate([np.broadcast_to(before, (self.burn_in, *series.shape[1:])), series])

    def of_origins(self, name: str) -> np.ndarray:
        """A country quantity at the origins, shape (months, origins, 1)."""
        return self.at(name)[:, self.origins, None]

    def of_destinations(self, name: str) -> np.ndarray:
        """A country quantity at the destinations, shape (months, 1, destinations)."""
        return self.at(name)[:, None, self.destinations]

    def base(self, series: Series) -> np.ndarray:
        """Mean over the base period of a series made from the pack's own quantities."""
        own = series(replace(self, quantities=self.pack))
        return own[self.burn_in : self.burn_in + YEAR].mean(axis=0)

    def beyond_trend(self) -> np.ndarray:
        """ln of the destinations' GDP relative to the base period, less the growth that demand for labour takes for
        granted.
        """
        growth = self.of_destinations("gdp_growth")
        base = self.base(lambda maker: maker.of_destinations("gdp_growth"))
        month = np.arange(-self.burn_in, len(growth) - self.burn_in)
        years = np.where(month < 0, 0.0, (month - (YEAR - 1) / 2) / YEAR)
        return np.log(growth / base) - self.p["trend_growth"] * years[:, None, None]

    def corridors(self) -> dict[str, np.ndarray]:
        """All corridor fields, each of shape (months, origins, destinations)."""
        p = self.p
        dollar = _home_value(self) / self.base(_home_value)  # what a nominal USD is worth at home, base period = 1
        rate_usd = _dollar_rate(self)
        base_usd = self.base(_dollar_rate)
        rate = _real_rate(self) / self.base(_real_rate)
        wage = self.of_destinations("average_wage") / base_usd
        regular, irregular = wage * self.law("pay_ratio_regular"), wage * self.law("pay_ratio_irregular")
        permit = np.where(self.law("free_movement") > 0, 0.0, self.law("permit_monthly")) / base_usd
        demand = np.exp(p["demand_elasticity"] * self.beyond_trend()) * self.law("labour_demand")
        demand = np.maximum(demand, 1e-3)
        busy = demand * self.season("season_jobs")
        finding, losing = self.at("job_finding"), self.at("job_loss")
        chance = finding * demand / (finding * demand + losing / demand)
        odds = p["altruism"] * rate / (1.0 - p["altruism"])
        season = self.season("season_pay")
        true_regular, true_irregular = np.maximum(regular - permit, 1.0), irregular + 0 * rate
        view, theta = p["view_weight"], p["theta"]
        living_price = self.of_destinations("inflation") * self.at("price_level")
        living = theta * np.log(living_price)
        views = _adaptive(view, *np.broadcast_arrays(chance, true_regular, true_irregular, rate))
        job_view, view_regular, view_irregular, view_rate = np.log(views)
        fields = {
            "rate": rate,
            "pay_regular": regular * season,
            "pay_irregular": irregular * season,
            "permit_monthly": permit,
            "true_regular": true_regular,
            "true_irregular": true_irregular,
            "job_true": chance,
            "view_log_regular": view_regular + job_view,
            "view_log_irregular": view_irregular + job_view,
            "view_log_value": (1.0 - theta) * view_rate - living,
            "true_log_regular": np.log(true_regular * chance),
            "true_log_irregular": np.log(true_irregular * chance),
            "true_log_value": (1.0 - theta) * np.log(rate) - living,
            "spared": np.log(np.maximum(regular, true_regular) / true_regular) + 0 * rate,
            "worth_regular": np.log(rate * true_regular),
            "worth_irregular": np.log(rate * true_irregular),
            "finding": np.minimum(0.95, finding * busy),
            "finding_irregular": np.minimum(0.95, finding * busy * self.law("irregular_finding")),
            "losing": np.minimum(0.95, losing / busy),
            "weight": np.exp(np.log(odds) / p["curvature"]),
            "travel_cost": self.law("travel_cost") * dollar,
            "permit_upfront": self.law("permit_upfront") / base_usd * rate,
            "agency_fee": self.law("agency_fee") * dollar,
            "fee": self.at("transfer_fee") / 100.0,
            "season_departures": YEAR * self.season("season_departures"),
            "season_returns": p["season_return"] * np.log(np.maximum(YEAR * self.season("season_returns"), 1e-3)),
            "attraction": self.at("attraction"),
            "free_months": np.round(self.law("visa_free_days") / 30.0),
            "window_months": np.round(self.law("visa_free_window") / 30.0),
            "usd": base_usd / rate_usd + 0 * rate,
            "destination_currency": base_usd + 0 * rate,
            "living_price": living_price + 0 * rate,
        }
        fields |= {name: self.law(name) for name in (*AS_GIVEN, *CATEGORIES_OF_BAN)}
        return {name: digits(series) for name, series in fields.items()}

    def topics_in_force(self) -> np.ndarray:
        """Topics that exist for each origin, as bits, shape (months, origins): a route no law grants is not talked
        of.
        """
        granted = {
            TOPICS.index("seasonal_permit"): self.law("seasonal_quota") > 0,
            TOPICS.index("work_permit"): self.law("permit_access") > 0,
            TOPICS.index("free_movement"): self.law("free_movement") > 0,
        }
        always = 2 ** len(TOPICS) - 1 - sum(2**bit for bit in granted)
        return always + sum(2.0**bit * law.any(axis=2) for bit, law in granted.items())

    def homes(self, departures: np.ndarray, returns: np.ndarray) -> dict[str, np.ndarray]:
        """All home fields, each of shape (months, origins)."""
        prices = self.at("inflation")[:, self.origins]
        rate = self.at("exchange_rate")[:, self.origins]
        base_rate = self.base(lambda maker: maker.at("exchange_rate")[:, maker.origins])
        wage = self.at("average_wage")[:, self.origins] / prices / base_rate
        keep = np.ones_like(prices)
        keep[1:] = prices[:-1] / prices[1:]
        first_year = self.pack["inflation"][:YEAR, self.origins]
        keep[: self.burn_in + 1] = (first_year[:-1] / first_year[1:]).mean(axis=0)
        season = self.season("home_season")
        fields = {
            "in_force": self.topics_in_force(),
            "pay_urban": wage * self.at("home_pay_ratio_urban"),
            "pay_rural": wage * self.at("home_pay_ratio_rural"),
            "finding": np.minimum(0.95, self.at("home_job_finding") * season),
            "finding_mean": self.at("home_job_finding"),
            "losing": np.minimum(0.95, self.at("home_job_loss") / season),
            "keep": keep,
            "subsistence": 100.0 * self.at("subsistence"),
            "line": 100.0 * self.at("poverty_line"),
            "season_departures": departures.max(axis=2),
            "season_returns": returns.max(axis=2),
            "origin_currency": rate,
            "prices": prices,
            "gdp": self.at("gdp"),
            "amnesty": np.maximum(self.law("amnesty"), self.law("amnesty_court")).max(axis=2),
        }
        fields |= {field: one * self.law(name) for field, (name, one) in AT_HOME.items()}
        return {name: digits(series) for name, series in fields.items()}


def _home_value(maker: _Maker) -> np.ndarray:
    """E of a dollar over home prices, shape (months, origins, 1)."""
    return maker.of_origins("exchange_rate") / maker.of_origins("inflation")


def _dollar_rate(maker: _Maker) -> np.ndarray:
    """Destination currency per USD, shape (months, 1, destinations)."""
    return maker.of_destinations("exchange_rate")


def _real_rate(maker: _Maker) -> np.ndarray:
    """E / P_o: real origin currency per destination currency, shape (months, origins, destinations)."""
    return _home_value(maker) / _dollar_rate(maker)


def make_conditions(
    quantities: Mapping[str, np.ndarray],
    pack: Mapping[str, np.ndarray],
    origins: np.ndarray,
    destinations: np.ndarray,
    p: np.void,
    burn_in: int,
    scale: float,
    news: np.ndarray,
    contacts: np.ndarray,
) -> Conditions:
    """The conditions of all months of a scenario.

    Parameters
    ----------
    quantities
        Monthly values after policies: country quantities of shape (months, countries), origin ones (months, origins),
        corridor ones (months, origins, destinations).
    pack
        The same before policies, for at least the first year: what the burn-in and the base period are made of.
    origins, destinations
        Positions of the origins and destinations among the countries.
    p
        The parameter record.
    scale
        Households of the sample per household of the population; quotas are counted at sample size.
    news
        Share of households that hear of a topic in public, shape (months, origins, topics), without burn-in.
    contacts
        Campaigns that contact households, records of shape (months, origins), without burn-in, sample size.
    """
    maker = _Maker(quantities, pack, origins, destinations, p, burn_in)
    corridor = maker.corridors()
    season = quantities["season_departures"]
    corridor["seasonal_pool"] = _not_before(burn_in, _pool(quantities["seasonal_quota"] * season * scale, 0))
    corridor["recruited_pool"] = _not_before(burn_in, _pool(quantities["recruited"] * season * scale, 0))
    quota = maker.law("work_quota")
    granted = np.where(quota < NO_QUOTA, quota * maker.season("season_departures") * scale, 0.0)
    corridor["work_pool"] = np.where(quota < NO_QUOTA, _pool(granted, burn_in), -1.0)
    table = np.zeros(corridor["rate"].shape, CORRIDOR)
    for name in CORRIDOR_FIELDS:
        table[name] = corridor[name]
    home = maker.homes(corridor["season_departures"], corridor["season_returns"])
    capacities = _capacities(quantities, scale)
    home["services"] = _not_before(burn_in, _services(capacities, contacts))
    homes = np.zeros(table.shape[:2], HOME_CONDITIONS)
    for name in HOME_FIELDS:
        homes[name] = home[name]
    return Conditions(table, homes, _not_before(burn_in, news), contacts, capacities, burn_in)


def _not_before(burn_in: int, series: np.ndarray) -> np.ndarray:
    """A series that begins with the pack's first month, with zeros in the burn-in."""
    return np.concatenate([np.zeros((burn_in, *series.shape[1:])), series])


def _pool(released: np.ndarray, burn_in: int) -> np.ndarray:
    """What a quota has released up to and with each month of the year, shape (months, O, D)."""
    pool = np.zeros_like(released)
    for row in range(len(released)):
        carried = pool[row - 1] if row and (row - burn_in) % YEAR else 0.0
        pool[row] = carried + released[row]
    return pool


def _capacities(quantities: Mapping[str, np.ndarray], scale: float) -> np.ndarray:
    """What the services at home can take, records of shape (months, origins), sample size."""
    given = np.zeros(quantities["centre_capacity"].shape, CAPACITY)
    for name in CAPACITIES:
        given[name] = quantities[f"{name}_capacity"] * scale
    return given


def _services(capacities: np.ndarray, contacts: np.ndarray) -> np.ndarray:
    """What is offered in each month and origin, as bits."""
    offered = np.zeros(capacities.shape)
    for name in CAPACITIES:
        offered += np.where(capacities[name] > 0, SERVICE_BITS[name], 0)
    told = np.any([contacts[f"{seeding}_heads"] > 0 for seeding in SEEDED], axis=0)
    return offered + np.where(told, SERVICE_BITS["campaign"], 0)
