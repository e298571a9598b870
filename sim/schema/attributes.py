"""Every attribute of a household, in the order it lies in memory: the one table that layout, docs and views come from.

A record holds integers only. Money is in cents of base-period USD, shares and logarithms are fixed-point numbers whose
`one` says how many units make 1. So equality of engines, digests and ledgers is equality of integers, and rounding
happens once, where a rule stores a value. All fields are signed: mixing signed and unsigned integers would make
compiled code fall back to floating point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WORKERS = 3
PLACES = 3  # destinations a household can weigh; equals quantities.MAX_DESTINATIONS
CONTACTS = 4  # diaspora ties a household can hold
MONEY_ONE = 100
SKILL_ONE = 1024
TASTE_ONE = 2048
BELIEF_ONE = 4096  # log-wage beliefs
PRECISION_ONE = 16  # observations a belief is worth
SHARE_ONE = 10_000  # q and perceived risk
TRIPS_ONE = 256
GAIN_ONE = 1000  # logarithm of what a month abroad is worth
NOBODY = -1  # an empty contact slot
HOME = 0
NO_INTENT = -1
REGULAR, IRREGULAR = 0, 1
COURSE, PROGRAMME, GRANT, ADVICE = 1, 2, 4, 8  # bits of `served`
MALE, FEMALE = 0, 1
NEVER = -9999  # a date that has not happened


@dataclass(frozen=True)
class Attribute:
    """One attribute: its storage, the unit of what is stored, and what it means."""

    name: str
    dtype: str
    unit: str
    prose: str
    count: int = 1


# fmt: off
ATTRIBUTES: tuple[Attribute, ...] = (
    # household ------------------------------------------------------------------------------------------------------
    Attribute("key", "i8", "", "Identity: a hash of origin, village and number in the village. All luck is keyed by it."),
    Attribute("home_income", "i4", "cents per month", "Land and other income at base prices."),
    Attribute("savings", "i4", "cents", "Savings at constant home prices (deflated each month)."),
    Attribute("debt", "i4", "cents", "Debt at constant home prices."),
    Attribute("target", "i4", "cents", "Savings a target earner works for; reached, it is spent on return."),
    Attribute("consumption", "i4", "cents", "Consumption of the last month."),
    Attribute("income", "i4", "cents", "Income of the last month with remittances."),
    Attribute("remitted", "i4", "cents", "Remittances that arrived in the last month, base-period home purchasing power."),
    Attribute("contacts", "i4", "household", "Diaspora ties: index of the household met abroad; -1 = empty.", CONTACTS),
    Attribute("village", "i4", "", "Number of the village within the origin."),
    Attribute("born", "i2", "month", "Month in which the household comes to be; <= 0 for those there at the start."),
    Attribute("skill", "i2", "1/1024", "Wage multiplier, log-normal with mean 1."),
    Attribute("taste", "i2", "1/2048 utility", "Lasting taste a_hd for each destination.", PLACES),
    Attribute("wage_belief", "i2", "1/4096", "Believed minus true log wage at each destination.", PLACES),
    Attribute("precision", "i2", "1/16 observations", "How many observations the wage belief is worth.", PLACES),
    Attribute("risk", "i2", "1/10000 per month", "Perceived chance of being detected in a month abroad without papers."),
    Attribute("heard", "i2", "bits", "Topics the household has heard of, one bit each."),
    Attribute("used", "i2", "bits", "Topics the household has used, one bit each."),
    Attribute("origin", "i1", "", "Index of the origin in the pack."),
    Attribute("province", "i1", "", "Index of the province in the origin."),
    Attribute("rural", "i1", "0 or 1", "1 in a rural village."),
    Attribute("members", "i1", "persons", "Members, workers and dependants."),
    Attribute("workers", "i1", "persons", "Workers, 1 to 3; the first is the head."),
    Attribute("woman_head", "i1", "0 or 1", "1 where a woman heads the household also when nobody is away."),
    Attribute("updater", "i1", "0 or 1", "1 = learns as a Bayesian, 0 = averages."),
    Attribute("stirred", "i1", "0 or 1", "1 = something happened that makes the household deliberate at once."),
    # worker slots ---------------------------------------------------------------------------------------------------
    Attribute("sent", "i4", "cents", "Remitted by the worker in the last month, at the base rate.", WORKERS),
    Attribute("birth_month", "i2", "month", "Month of birth of the worker in the slot.", WORKERS),
    Attribute("months", "i2", "months", "Length of the present spell, abroad or at home since the last return.", WORKERS),
    Attribute("overstay", "i2", "months", "Months present beyond lawful stay in this spell.", WORKERS),
    Attribute("offence_1", "i2", "month", "Date of the last offence.", WORKERS),
    Attribute("offence_2", "i2", "month", "Date of the one before.", WORKERS),
    Attribute("ban_left", "i2", "months", "Months of an entry ban still to run: the truth.", WORKERS),
    Attribute("q", "i2", "1/10000", "Believed chance that re-entry would be allowed if the worker left now.", WORKERS),
    Attribute("gain", "i2", "1/1000", "Logarithm of e C on arrival: what a month abroad was worth then.", WORKERS),
    Attribute("trips", "i2", "1/256 trips", "Trips made to each destination, a stock that fades.", WORKERS * PLACES),
    Attribute("trips_month", "i2", "month", "When the trip stocks were last brought up to date.", WORKERS),
    Attribute("sex", "i1", "", "0 man, 1 woman.", WORKERS),
    Attribute("sector", "i1", "", "Sector of work abroad (index in SECTORS).", WORKERS),
    Attribute("place", "i1", "", "0 home, d = the pack's d-th destination.", WORKERS),
    Attribute("last_place", "i1", "", "Where the worker was last abroad; 0 = never.", WORKERS),
    Attribute("jobless", "i1", "months", "Months without work, 0 = working.", WORKERS),
    Attribute("searching", "i1", "0 or 1", "1 = back from abroad and not yet settled in work at home.", WORKERS),
    Attribute("regime", "i1", "", "0 regular, 1 irregular.", WORKERS),
    Attribute("route", "i1", "", "Lawful route of this spell: 0 none, 1 work permit, 2 seasonal permit, 3 free movement.", WORKERS),
    Attribute("permit", "i1", "months", "Months the permit still covers.", WORKERS),
    Attribute("stay", "i1", "bits", "Presence in the last six months, one bit a month: the rolling 180 days.", WORKERS),
    Attribute("ban_from", "i1", "", "Place whose list names the worker, or to which q refers; 0 = none.", WORKERS),
    Attribute("scar", "i1", "months", "Months left of the wage scar of a forced return.", WORKERS),
    Attribute("forced", "i1", "0 or 1", "1 = the last return was forced.", WORKERS),
    Attribute("cause", "i1", "", "Cause of the last return (index in CAUSES; 0 = none yet).", WORKERS),
    Attribute("intent", "i1", "", "Place the worker is to be in next, decided this month, or the code of what is applied for; -1 = stay.", WORKERS),
    Attribute("served", "i1", "bits", "Services had: 1 language course; since the last return 2 reintegration, 4 start-up grant, 8 legal advice.", WORKERS),
)
# fmt: on

CAUSES = ("none", "season", "target", "job_lost", "gain_gone", "home_shock", "expulsion", "ban", "emergency")


def household_dtype() -> np.dtype:
    """Memory layout of one household: packed in the order of `ATTRIBUTES`, no padding, a multiple of 8 bytes."""
    fields: list[tuple] = [(a.name, a.dtype) if a.count == 1 else (a.name, a.dtype, (a.count,)) for a in ATTRIBUTES]
    spare = -np.dtype(fields).itemsize % 8
    if spare:
        fields.append(("spare", "i1", (spare,)))
    return np.dtype(fields)


HOUSEHOLD = household_dtype()

# The signal: what neighbours see, packed in one integer of 62 bits so that a tie costs one memory access.
SIGNAL_HEARD, SIGNAL_USED, SIGNAL_ABROAD, SIGNAL_BANNED, SIGNAL_WAGE, SIGNAL_RISK = 0, 8, 16, 22, 24, 54
"""Bit offsets: topics heard (8), topics used (8), workers abroad by place (3 x 2), workers known to be banned (2),
wage beliefs (3 x 10, units of 1/256 around 512), perceived risk (8, units of 40/10000)."""
