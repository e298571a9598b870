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
    """One named quantity: shape, unit, bounds, how it becomes months, how two policies on it combine.

    `meets` names the measure of those whom it meets (persons or households) and, where there is one, that of the money:
    what a policy touched is that measure in the months and places where the policy changes the quantity.
    """

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
    meets: tuple[str, ...] = ()


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

CAMPAIGN_TOPICS = (*TOPICS, "own_status")
"""What a campaign or a centre may tell. One's own status (is my name on a list?) is no bit of what a household has heard
and never passes along ties: nobody can tell it another. Its state is what is believed of re-entry beside the ban."""

SEEDINGS = ("random", "most_connected", "returnees", "departing")
"""Whom a campaign contacts: anybody, the tenth with most ties, those back within a year, those about to leave."""

NO_QUOTA = 1e9
"""A quota of work permits this large is none."""

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
    _country("exchange_rate", "monthly", "local currency per USD", 1e-6, 1e9, "Market rate that households meet.", meets=("stock", "remittances_true")),
    _country("inflation", "year_growth", "percent", -50, 1000, "Consumer prices, December on December.", meets=("stock",)),
    _country("average_wage", "year_level", "local currency per month", 1e-6, 1e12, "Average nominal wage of all employees.", meets=("stock",)),
    _country("gdp_growth", "year_growth", "percent", -50, 100, "Real growth of GDP; moves labour demand at a destination.", meets=("stock",)),
    _origin("gdp", "year_value", "USD million", 1e-3, 1e9, "GDP at current prices, for shares of GDP."),
    # work at a destination -------------------------------------------------------------------------------------------
    _corridor("pay_ratio_regular", "steps", "share", 0.05, 3, "Take-home pay of a regular migrant / average wage there.", meets=("working",)),
    _corridor("pay_ratio_irregular", "steps", "share", 0.05, 3, "Take-home pay of an irregular migrant / average wage there.", meets=("working",)),
    _corridor("price_level", "constant", "ratio", 0.2, 5, "Price level of the destination relative to the origin, base period.", meets=("stock",)),
    _corridor("job_finding", "constant", "share per month", 0.001, 1, "Chance that a jobless migrant finds work in a month.", meets=("stock",)),
    _corridor("job_loss", "constant", "share per month", 0, 1, "Chance that a working migrant loses the job in a month.", meets=("stock",)),
    _corridor("labour_demand", "steps", "index", 0, 5, "Labour demand beyond what GDP explains (1 = none).", default=1.0, meets=("stock",)),
    _corridor("wage_theft", "steps", "share per month", 0, 1, "Chance that an irregular worker is not paid for the month.", meets=("irregular", "wage_theft")),
    _corridor("season_pay", "calendar", "index", 0.1, 3, "Pay by calendar month, mean 1.", sums_to=12, meets=("working",)),
    _corridor("season_jobs", "calendar", "index", 0.1, 3, "Labour demand by calendar month, mean 1.", sums_to=12, meets=("stock",)),
    _corridor("season_departures", "calendar", "share of the year", 0, 1, "Share of the year's departures.", sums_to=1, meets=("departures",)),
    _corridor("season_returns", "calendar", "share of the year", 0, 1, "Share of the year's returns.", sums_to=1, meets=("returns",)),
    # getting there and sending home ----------------------------------------------------------------------------------
    _corridor("travel_cost", "steps", "USD", 0, 100_000, "Fare, documents and the first weeks, one way.", meets=("departures",)),
    _corridor("transfer_fee", "year_level", "percent of amount", 0, 100, "Average cost of sending 200 USD.", combine="least", meets=("stock", "transfer_fees")),
    _corridor("attraction", "constant", "utility", -20, 20, "alpha of the choice: what draws or repels and is not modelled.", combine="add", meets=("stock",)),
    _corridor("initial_stock", "constant", "persons", 0, 1e9, "Labour migrants there in the first month."),
    # law -------------------------------------------------------------------------------------------------------------
    _corridor("free_movement", "steps", "0 or 1", 0, 1, "1 where no permit and no day limit applies.", combine="greatest", meets=("stock",)),
    _corridor("permit_access", "steps", "share", 0, 1, "Chance that one who knows of the work permit and can pay gets it.", combine="greatest", meets=("work_permits",)),
    _corridor("permit_upfront", "steps", "destination currency", 0, 1e9, "One-off cost of the work permit or patent.", meets=("work_permits",)),
    _corridor("permit_monthly", "steps", "destination currency per month", 0, 1e9, "Monthly price of the patent.", meets=("regular",)),
    _corridor("seasonal_quota", "steps", "permits per year", 0, 1e9, "Seasonal permits granted in a year, shared out over its season.", combine="greatest", default=0.0, meets=("seasonal_permits",)),
    _corridor("seasonal_length", "steps", "months", 1, 12, "How long a seasonal permit lasts.", combine="greatest", default=8.0, meets=("seasonal_permits",)),
    _corridor("visa_free_days", "steps", "days", 0, 3660, "Days a citizen may stay without a permit.", combine="greatest", meets=("stock",)),
    _corridor("visa_free_window", "steps", "days", 0, 366, "Window in which those days count; 0 = per entry.", combine="greatest", meets=("stock",)),
    _corridor("border_run", "steps", "share", 0, 1, "Of those at the end of a per-entry stay, share who renew it by leaving and re-entering.", meets=("stock",)),
    _corridor("offence", "steps", "share per month", 0, 1, "Chance that a regular migrant is booked for an administrative offence.", meets=("regular",)),
    _corridor("detection", "steps", "share per month", 0, 1, "Chance that an irregular migrant is detected.", meets=("irregular",)),
    _corridor("expulsion", "steps", "share", 0, 1, "Share of the detected who are expelled at once.", meets=("irregular",)),
    _corridor("listing", "steps", "share", 0, 1, "Chance that a leaver in breach is put on the entry-ban list.", meets=("returns",)),
    _corridor("refusal", "steps", "share", 0, 1, "Chance that a banned traveller is turned back at the border.", meets=("banned",)),
    *(
        _corridor(name, "steps", "months", 0, 1200, _BAN_PROSE[name], combine="greatest", default=0.0, meets=("bans_imposed",))
        for name in CATEGORIES_OF_BAN
    ),
    _corridor("work_quota", "steps", "permits per year", 0, NO_QUOTA, "Work permits granted in a year, shared out over its season; 1e9 = no quota.", combine="least", default=NO_QUOTA, meets=("work_permits",)),
    _corridor("permit_wait", "steps", "months", 0, 12, "Months of work without papers before a work permit comes.", combine="greatest", default=0.0, meets=("work_permits",)),
    _corridor("regularisation", "steps", "share per month", 0, 1, "Chance that an irregular migrant who can pay gets a work permit on the spot.", combine="add", default=0.0, meets=("regularised",)),
    _corridor("amnesty", "steps", "share per month", 0, 1, "Chance to be taken off the entry-ban list, administrative bans.", combine="greatest", default=0.0, meets=("delisted",)),
    _corridor("amnesty_court", "steps", "share per month", 0, 1, "The same for bans that go with an expulsion.", combine="greatest", default=0.0, meets=("delisted",)),
    _corridor("amnesty_told", "steps", "share", 0, 1, "Of those taken off the list, share who are told.", combine="greatest", default=0.0, meets=("delisted",)),
    # programmes at a destination -------------------------------------------------------------------------------------
    _corridor("recruited", "steps", "places per year", 0, 1e9, "Places of licensed recruiters, shared out over the year's season.", combine="add", default=0.0, meets=("recruited_departures",)),
    _corridor("agency_fee", "steps", "USD", 0, 100_000, "What a recruited worker pays the recruiter.", combine="greatest", default=0.0, meets=("recruited_departures",)),
    _corridor("irregular_finding", "steps", "ratio", 0, 2, "Chance to find work without papers / with them.", default=1.0, meets=("irregular",)),
    _corridor("skill_return", "steps", "ratio", 0, 3, "What skill above the average is paid there / at home.", default=1.0, meets=("working",)),
    _corridor("priority_sectors", "steps", "bits of the sector", 0, 15, "Sectors whose workers get a work permit by priority (bit = index of the sector).", combine="greatest", default=0.0, meets=("work_permits",)),
    _corridor("priority_access", "steps", "share", 0, 1, "Chance of a work permit in those sectors.", combine="greatest", default=0.0, meets=("work_permits",)),
    _corridor("language_gain", "steps", "share of pay", 0, 1, "What a language course adds to pay.", combine="greatest", default=0.0, meets=("working",)),
    _corridor("emergency_return", "steps", "share per month", 0, 1, "Chance that a migrant is brought home in an emergency.", combine="greatest", default=0.0, meets=("returns_emergency",)),
    # recorded figures ------------------------------------------------------------------------------------------------
    _corridor("recorded_transfers", "steps", "ratio", 0, 10, "Recorded by the sending side / truly sent (central bank of the destination).", meets=("stock", "remittances_recorded")),
    _corridor("recorded_bop", "steps", "ratio", 0, 10, "Recorded in the balance of payments of the origin / truly sent.", meets=("stock", "remittances_bop")),
    # home ------------------------------------------------------------------------------------------------------------
    _origin("home_job_finding", "constant", "share per month", 0.001, 1, "Chance that a jobless worker at home finds work.", meets=("workers",)),
    _origin("home_job_loss", "constant", "share per month", 0, 1, "Chance that a working worker at home loses the job.", meets=("workers",)),
    _origin("home_season", "calendar", "index", 0.1, 3, "Home jobs by calendar month, mean 1.", sums_to=12, meets=("workers",)),
    _origin("home_pay_ratio_urban", "constant", "share", 0.05, 3, "Earnings of an urban worker at home / average wage.", meets=("workers",)),
    _origin("home_pay_ratio_rural", "constant", "share", 0.05, 3, "Earnings of a rural worker at home / average wage.", meets=("workers",)),
    _origin("other_income", "constant", "USD per month", 0, 10_000, "Land and other income of a household, mean.", meets=("households",)),
    _origin("subsistence", "constant", "USD per head and month", 0.1, 10_000, "Floor of consumption, base prices.", meets=("households",)),
    _origin("poverty_line", "constant", "USD per head and month", 0.1, 10_000, "Poverty line, base prices.", meets=("households",)),
    # services at home ------------------------------------------------------------------------------------------------
    _origin("centre_capacity", "steps", "clients per month", 0, 1e9, "Visits that support centres can take.", combine="add", default=0.0, meets=("centre_visits",)),
    _origin("centre_legal_aid", "steps", "share of clients", 0, 1, "Of the banned clients, share whose administrative ban legal aid has lifted.", combine="greatest", default=0.0, meets=("centre_visits",)),
    _origin("centre_language", "steps", "share of clients", 0, 1, "Share of the clients about to leave who take a language course.", combine="greatest", default=0.0, meets=("centre_visits",)),
    _origin("reintegration_capacity", "steps", "persons per month", 0, 1e9, "Places in reintegration programmes.", combine="add", default=0.0, meets=("reintegrated", "grants")),
    _origin("reintegration_all", "steps", "0 or 1", 0, 1, "1 = every jobless returnee may enter, 0 = after a forced return only.", combine="greatest", default=0.0, meets=("reintegrated",)),
    _origin("reintegration_search", "steps", "ratio", 0, 10, "Chance that a participant finds work / without the programme.", default=1.0, meets=("reintegrated",)),
    _origin("reintegration_scar", "steps", "share of the scar", 0, 1, "What the programme takes off the wage scar of a forced return.", combine="greatest", default=0.0, meets=("reintegrated",)),
    _origin("reintegration_grant", "steps", "USD", 0, 100_000, "Grant to a participant who starts up, base prices.", combine="greatest", default=0.0, meets=("reintegrated", "grants")),
    _origin("reintegration_gain", "steps", "share of pay", 0, 3, "What a grant adds to pay at home.", combine="greatest", default=0.0, meets=("reintegrated",)),
    _origin("works_capacity", "steps", "persons per month", 0, 1e9, "Places in public works.", combine="add", default=0.0, meets=("public_workers", "public_pay")),
    _origin("works_pay", "steps", "USD per month", 0, 10_000, "Pay in public works, base prices.", combine="greatest", default=0.0, meets=("public_workers", "public_pay")),
    _origin("match_rate", "steps", "ratio", 0, 10, "Added from public money to each unit of remittances saved.", combine="greatest", default=0.0, meets=("matching_households", "matched")),
    _origin("match_share", "steps", "share of receiving households", 0, 1, "Households that receive remittances and take part.", combine="greatest", default=0.0, meets=("matching_households", "matched")),
    _origin("match_portion", "steps", "share of what arrives", 0, 1, "What those who take part save of it.", combine="greatest", default=0.0, meets=("matching_households", "matched")),
    _origin("credit_share", "steps", "share of receiving households", 0, 1, "Households that receive remittances and borrow on them.", combine="greatest", default=0.0, meets=("credit_households", "interest_spared")),
    _origin("credit_interest", "steps", "ratio", 0, 1, "Their interest / the usual one.", combine="least", default=1.0, meets=("credit_households", "interest_spared")),
    _origin("budgeting", "steps", "share", 0, 1, "By how much they spend less of their income.", combine="greatest", default=0.0, meets=("credit_households",)),
    _origin("trade_share", "steps", "share of households", 0, 1, "Households that trade across the border.", combine="greatest", default=0.0, meets=("trading_households", "trade_income")),
    _origin("trade_income", "steps", "USD per month", 0, 10_000, "What a trading household earns, base prices.", combine="greatest", default=0.0, meets=("trading_households", "trade_income")),
    _origin("refugees", "steps", "persons", 0, 1e9, "Refugees in the country; counted apart from its households.", combine="greatest", default=0.0, meets=("refugees",)),
    _origin("refugee_right", "steps", "share", 0, 1, "Share of them who may work.", combine="greatest", default=0.0, meets=("refugees",)),
    _origin("informed", "steps", "share of households", 0, 1, "Households that know every rule, wage and their own status: a what-if.", combine="greatest", default=0.0, meets=("households",)),
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

LAW = (
    "free_movement",
    "permit_access",
    "permit_upfront",
    "permit_monthly",
    "seasonal_quota",
    "seasonal_length",
    "visa_free_days",
    "visa_free_window",
    "border_run",
    "offence",
    "detection",
    "expulsion",
    "listing",
    "refusal",
    *CATEGORIES_OF_BAN,
    "work_quota",
    "permit_wait",
    "regularisation",
    "amnesty",
    "amnesty_court",
    "amnesty_told",
)
"""The quantities that are law or its enforcement: what a law file may hold and the policy `law` keep."""

QUANTITIES: dict[str, Quantity] = {quantity.name: quantity for quantity in _ALL}
SECTORS = ("construction", "trade_services", "agriculture", "other")
MAX_DESTINATIONS = 3
"""Places a worker's memory has room for; a pack with more groups the small ones (as Central Asia's OTH does)."""
