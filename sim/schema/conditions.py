"""The records of a month's conditions: what rules read, field by field. :mod:`sim.conditions` fills them."""

from __future__ import annotations

import numpy as np

from sim.schema.quantities import CATEGORIES_OF_BAN, SEEDINGS

CORRIDOR_FIELDS = (
    "rate",  # e, real exchange rate relative to the base period
    "pay_regular",  # C of a regular migrant this month, with its season, base-period USD a month
    "pay_irregular",
    "permit_monthly",  # monthly price of a permit at the base rate, base-period USD
    "true_regular",  # C without season, after the permit's price
    "true_irregular",
    "job_true",
    "view_log_regular",  # ln of C times the chance of a job, both as households see them
    "view_log_irregular",
    "view_log_value",  # (1 - theta) ln e - theta ln(P_d ppp_d), e as households see it
    "true_log_regular",  # the same three with the month's own figures
    "true_log_irregular",
    "true_log_value",
    "spared",  # what a regular migrant gains who pays no monthly price for a permit, log points
    "worth_regular",  # ln(e C): what a month there is worth
    "worth_irregular",
    "finding",  # chance a month that a jobless migrant finds work
    "losing",  # chance a month that a working migrant loses it
    "weight",  # K of the remittance rule
    "travel_cost",  # base-period home purchasing power, USD
    "permit_upfront",
    "fee",  # share of the amount
    "season_departures",  # 12 x the month's share
    "season_returns",  # weight x ln(12 x the month's share)
    "attraction",
    "free_movement",
    "permit_access",
    "seasonal_pool",  # seasonal permits of the year to date, sample size, fractional
    "seasonal_length",
    "free_months",  # months a citizen may stay without a permit
    "window_months",  # window in which they count; 0 = per entry
    "border_run",
    "offence",
    "detection",
    "expulsion",
    "wage_theft",
    "listing",
    "refusal",
    "usd",  # USD of the month per base-period USD of the destination's currency
    "destination_currency",  # destination currency per base-period USD
    "living_price",  # P_d ppp_d: what a dollar of living costs there relative to home, P_d base = 1
    *CATEGORIES_OF_BAN,
    "work_pool",  # work permits of the year to date under a quota, sample size; -1 = no quota
    "permit_wait",
    "regularisation",
    "amnesty",
    "amnesty_court",
    "amnesty_told",
    "recruited_pool",  # places of recruiters of the year to date, sample size
    "agency_fee",  # base-period home purchasing power, USD
    "finding_irregular",  # chance a month that a jobless migrant without papers finds work
    "skill_return",
    "priority_sectors",
    "priority_access",
    "language_gain",
    "emergency_return",
)
"""Of an origin and a destination in a month."""

HOME_FIELDS = (
    "pay_urban",  # base-period USD a month
    "pay_rural",
    "finding",
    "finding_mean",  # without its season
    "losing",
    "keep",  # what a month's inflation leaves of a sum of money
    "subsistence",  # cents per head and month
    "line",
    "season_departures",  # largest over destinations
    "season_returns",
    "in_force",  # topics that exist for the origin, bits
    "origin_currency",  # origin currency per USD of the month
    "prices",
    "gdp",  # USD million a year
    "services",  # what is offered, bits of SERVICE_BITS
    "amnesty",  # largest over destinations and grounds: 0 = nobody is delisted anywhere
    "legal_aid",
    "language",
    "search",
    "scar_spared",
    "grant",  # cents
    "grant_gain",
    "all_returnees",
    "works_pay",  # cents a month
    "match_rate",
    "match_share",
    "match_portion",
    "credit_share",
    "credit_interest",
    "budgeting",
    "trade_share",
    "trade_income",  # cents a month
    "refugees",  # persons of the population
    "refugee_right",
    "informed",
)
"""Of an origin in a month."""

CORRIDOR = np.dtype([(name, "f8") for name in CORRIDOR_FIELDS])
HOME_CONDITIONS = np.dtype([(name, "f8") for name in HOME_FIELDS])

CAPACITIES = ("centre", "reintegration", "works")
SERVICE_BITS = {"centre": 1, "reintegration": 2, "works": 4, "campaign": 8}
CAPACITY = np.dtype([(name, "f8") for name in CAPACITIES])
"""Persons a month that each service at home can take, sample size."""

SEEDED = tuple(seeding.removeprefix("most_") for seeding in SEEDINGS)
"""Names of the seedings in the fields of records: random, connected, returnees, departing."""

CONTACTS = np.dtype([(f"{seeding}_{part}", "f8") for seeding in SEEDED for part in ("heads", "topics", "trust")])
"""A month's campaigns in an origin by seeding: households to contact (sample size), topics (bits of CAMPAIGN_TOPICS),
and the chance that what is told is taken in."""

OFFER = np.dtype(
    [
        (name, "f8")
        for name in (
            *SEEDED,  # chance that one of those meant is contacted
            "connected_from",  # ties from which a household is among the most connected tenth of its origin
            *(f"{seeding}_topics" for seeding in SEEDED),  # bits of CAMPAIGN_TOPICS
            *(f"{seeding}_trust" for seeding in SEEDED),  # chance that what is told is taken in
            *CAPACITIES,  # chance that one who asks is served
        )
    ]
)
"""What a household of an origin may be offered in a month; all 0 where nothing is."""
