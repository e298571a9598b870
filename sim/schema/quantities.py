"""The quantities a region pack gives and a policy may change, each declared once.

A quantity has a shape (which countries it belongs to), a path (how the rows of a pack become months), a unit, bounds,
and a rule for combining two policies that change it. Behaviour never sees this table: :mod:`sim.conditions` turns it
into the month's conditions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["country", "origin", "corridor"]
"""country: every country of the pack; origin: origins only; corridor: origin x destination."""

Path = Literal["monthly", "year_level", "year_growth", "year_value", "steps", "constant", "calendar", "groups"]
"""How rows become a monthly series.

monthly      one row a month, none may be missing (period 2013-04)
year_level   one row a year, placed at mid-year, linear between, flat beyond the first and last (period 2013)
year_growth  one row a year, percent December on December, compounded evenly over the twelve months (period 2013)
year_value   one row a year, the same in each of its months (period 2013)
steps        a row holds from its month until the next row (period 2013-11); the first row must not be after the start
constant     one row, no period
calendar     twelve rows, group 1 to 12 = calendar month, the same every year
groups       one row per group (sex and age band, province, sector, topic, number of workers ...), no period
"""

Combine = Literal["multiply", "add", "least", "greatest"]
"""Two policies on one quantity: product of the ratios to the base, sum of the differences, smallest or largest."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One named quantity: shape, unit, bounds, how it becomes months, how two policies on it combine."""

    name: str
    shape: Shape
    path: Path
    unit: str
    low: float
    high: float
    prose: str
    combine: Combine = "multiply"
    default: float | None = None  # the value where a pack has no row; None = a pack without it is refused
    sums_to: float | None = None  # groups and calendars that share something out add up to this


def _country(name: str, path: Path, unit: str, low: float, high: float, prose: str, **more: object) -> Quantity:
    return Quantity(name=name, shape="country", path=path, unit=unit, low=low, high=high, prose=prose, **more)


def _origin(name: str, path: Path, unit: str, low: float, high: float, prose: str, **more: object) -> Quantity:
    return Quantity(name=name, shape="origin", path=path, unit=unit, low=low, high=high, prose=prose, **more)


def _corridor(name: str, path: Path, unit: str, low: float, high: float, prose: str, **more: object) -> Quantity:
    return Quantity(name=name, shape="corridor", path=path, unit=unit, low=low, high=high, prose=prose, **more)


TOPICS = (
    "work_1",
    "work_2",
    "work_3",
    "ban_rules",
    "seasonal_permit",
    "work_permit",
    "free_movement",
    "support_centre",
)
"""What a household may have heard of. ``work_d`` is wages and jobs at the pack's d-th destination."""

CATEGORIES_OF_BAN = (
    "ban_overstay_1_month",
    "ban_overstay_6_months",
    "ban_overstay_9_months",
    "ban_excess_stay",
    "ban_two_offences",
    "ban_two_migration_offences",
    "ban_expulsion",
    "ban_repeat_expulsion",
    "ban_unauthorised_entry",
)

AGE_BANDS = ((18, 24), (25, 34), (35, 44), (45, 59))
"""Completed years, both ends included. A worker's slot passes to the next generation at 60."""

_BAN_PROSE = {
    "ban_overstay_1_month": "Ban for leaving more than 30 days after lawful stay ended.",
    "ban_overstay_6_months": "Ban for overstaying by 180 days or more.",
    "ban_overstay_9_months": "Ban for overstaying by more than 270 days.",
    "ban_excess_stay": "Ban for being present longer than the visa-free days of a rolling window allow.",
    "ban_two_offences": "Ban for two administrative offences within three years.",
    "ban_two_migration_offences": "Ban for two migration offences within one year.",
    "ban_expulsion": "Ban that goes with a first expulsion.",
    "ban_repeat_expulsion": "Ban that goes with a further expulsion.",
    "ban_unauthorised_entry": "Ban added for entering while banned and knowing it.",
}

# fmt: off
_ALL = (
    # money and prices ------------------------------------------------------------------------------------------------
    _country("exchange_rate", "monthly", "local currency per USD", 1e-6, 1e9, "Market rate that households meet."),
    _country("inflation", "year_growth", "percent", -50, 1000, "Consumer prices, December on December."),
    _country("average_wage", "year_level", "local currency per month", 1e-6, 1e12, "Average nominal wage of all employees."),
    _country("gdp_growth", "year_growth", "percent", -50, 100, "Real growth of GDP; moves labour demand at a destination."),
    _origin("gdp", "year_value", "USD million", 1e-3, 1e9, "GDP at current prices, for shares of GDP."),
    # work at a destination -------------------------------------------------------------------------------------------
    _corridor("pay_ratio_regular", "steps", "share", 0.05, 3, "Take-home pay of a regular migrant / average wage there."),
    _corridor("pay_ratio_irregular", "steps", "share", 0.05, 3, "Take-home pay of an irregular migrant / average wage there."),
    _corridor("price_level", "constant", "ratio", 0.2, 5, "Price level of the destination relative to the origin, base period."),
    _corridor("job_finding", "constant", "share per month", 0.001, 1, "Chance that a jobless migrant finds work in a month."),
    _corridor("job_loss", "constant", "share per month", 0, 1, "Chance that a working migrant loses the job in a month."),
    _corridor("labour_demand", "steps", "index", 0, 5, "Labour demand beyond what GDP explains (1 = none).", default=1.0),
    _corridor("wage_theft", "steps", "share per month", 0, 1, "Chance that an irregular worker is not paid for the month."),
    _corridor("season_pay", "calendar", "index", 0.1, 3, "Pay by calendar month, mean 1.", sums_to=12),
    _corridor("season_jobs", "calendar", "index", 0.1, 3, "Labour demand by calendar month, mean 1.", sums_to=12),
    _corridor("season_departures", "calendar", "share of the year", 0, 1, "Share of the year's departures.", sums_to=1),
    _corridor("season_returns", "calendar", "share of the year", 0, 1, "Share of the year's returns.", sums_to=1),
    # getting there and sending home ----------------------------------------------------------------------------------
    _corridor("travel_cost", "steps", "USD", 0, 100_000, "Fare, documents and the first weeks, one way."),
    _corridor("transfer_fee", "year_level", "percent of amount", 0, 100, "Average cost of sending 200 USD.", combine="least"),
    _corridor("attraction", "constant", "utility", -20, 20, "alpha of the choice: what draws or repels and is not modelled.", combine="add"),
    _corridor("initial_stock", "constant", "persons", 0, 1e9, "Labour migrants there in the first month."),
    # law -------------------------------------------------------------------------------------------------------------
    _corridor("free_movement", "steps", "0 or 1", 0, 1, "1 where no permit and no day limit applies.", combine="greatest"),
    _corridor("permit_access", "steps", "share", 0, 1, "Chance that one who knows of the work permit and can pay gets it.", combine="greatest"),
    _corridor("permit_upfront", "steps", "destination currency", 0, 1e9, "One-off cost of the work permit or patent."),
    _corridor("permit_monthly", "steps", "destination currency per month", 0, 1e9, "Monthly price of the patent."),
    _corridor("seasonal_quota", "steps", "permits per year", 0, 1e9, "Seasonal permits granted in a year, shared out over its season.", combine="greatest", default=0.0),
    _corridor("seasonal_length", "steps", "months", 1, 12, "How long a seasonal permit lasts.", combine="greatest", default=8.0),
    _corridor("visa_free_days", "steps", "days", 0, 3660, "Days a citizen may stay without a permit.", combine="greatest"),
    _corridor("visa_free_window", "steps", "days", 0, 366, "Window in which those days count; 0 = per entry.", combine="greatest"),
    _corridor("border_run", "steps", "share", 0, 1, "Of those at the end of a per-entry stay, share who renew it by leaving and re-entering."),
    _corridor("offence", "steps", "share per month", 0, 1, "Chance that a regular migrant is booked for an administrative offence."),
    _corridor("detection", "steps", "share per month", 0, 1, "Chance that an irregular migrant is detected."),
    _corridor("expulsion", "steps", "share", 0, 1, "Share of the detected who are expelled at once."),
    _corridor("listing", "steps", "share", 0, 1, "Chance that a leaver in breach is put on the entry-ban list."),
    _corridor("refusal", "steps", "share", 0, 1, "Chance that a banned traveller is turned back at the border."),
    *(
        _corridor(name, "steps", "months", 0, 1200, _BAN_PROSE[name], combine="greatest", default=0.0)
        for name in CATEGORIES_OF_BAN
    ),
    # recorded figures ------------------------------------------------------------------------------------------------
    _corridor("recorded_transfers", "steps", "ratio", 0, 10, "Recorded by the sending side / truly sent (central bank of the destination)."),
    _corridor("recorded_bop", "steps", "ratio", 0, 10, "Recorded in the balance of payments of the origin / truly sent."),
    # home ------------------------------------------------------------------------------------------------------------
    _origin("home_job_finding", "constant", "share per month", 0.001, 1, "Chance that a jobless worker at home finds work."),
    _origin("home_job_loss", "constant", "share per month", 0, 1, "Chance that a working worker at home loses the job."),
    _origin("home_season", "calendar", "index", 0.1, 3, "Home jobs by calendar month, mean 1.", sums_to=12),
    _origin("home_pay_ratio_urban", "constant", "share", 0.05, 3, "Earnings of an urban worker at home / average wage."),
    _origin("home_pay_ratio_rural", "constant", "share", 0.05, 3, "Earnings of a rural worker at home / average wage."),
    _origin("other_income", "constant", "USD per month", 0, 10_000, "Land and other income of a household, mean."),
    _origin("subsistence", "constant", "USD per head and month", 0.1, 10_000, "Floor of consumption, base prices."),
    _origin("poverty_line", "constant", "USD per head and month", 0.1, 10_000, "Poverty line, base prices."),
    # households ------------------------------------------------------------------------------------------------------
    _origin("households", "year_level", "households", 1, 1e9, "Number of households."),
    _origin("household_size", "constant", "persons", 1, 12, "Average household size."),
    _origin("workers", "groups", "share", 0, 1, "Share of households with 1, 2 or 3 workers (groups 1, 2, 3).", sums_to=1),
    _origin("province", "groups", "share", 0, 1, "Share of households by province (group = name).", sums_to=1),
    _origin("rural", "groups", "share", 0, 1, "Rural share of villages by province (group = name)."),
    _origin("women", "constant", "share", 0, 1, "Share of women among the workers of a household."),
    _origin("women_head", "constant", "share", 0, 1, "Share of households always headed by a woman."),
    _origin("sector", "groups", "share", 0, 1, "Sector of work abroad (group = construction, trade_services, agriculture, other).", sums_to=1),
    _origin("mobility", "groups", "ratio", 0, 1, "How often leaving is weighed at all, relative to the most mobile (group = men_18_24 ... women_45_59)."),
    _origin("savings_months", "constant", "months of income", 0, 60, "Savings of a household at the start, mean."),
    _origin("indebted", "constant", "share", 0, 1, "Share of households that start with a debt."),
    _origin("aware", "groups", "share", 0, 1, "Share of households that have heard of a topic at the start (group = topic)."),
)
# fmt: on

QUANTITIES: dict[str, Quantity] = {quantity.name: quantity for quantity in _ALL}
SECTORS = ("construction", "trade_services", "agriculture", "other")
MAX_DESTINATIONS = 3
"""Places a worker's memory has room for; a pack with more groups the small ones (as Central Asia's OTH does)."""
