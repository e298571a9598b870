"""What the rules count: one integer per place and tally. Place 0 is the origin itself, d its pack's d-th destination.

Counts are persons or households of the sample; amounts are cents of base-period USD. Integers add up in any order, so
no
result depends on blocks or threads. :mod:`sim.measures` turns them into measures at population size.
"""

from __future__ import annotations

from enum import IntEnum, auto

from sim.schema.attributes import PLACES
from sim.schema.rule import rule


class Tally(IntEnum):
    """Index of a tally; all start at zero each month."""

    # people, by destination
    STOCK = 0
    WORKING = auto()
    REGULAR = auto()
    IRREGULAR = auto()
    DEPARTURES = auto()
    RETURNS = auto()  # RETURNS + cause: the causes follow in the order of CAUSES
    RETURNS_SEASON = auto()
    RETURNS_TARGET = auto()
    RETURNS_JOB_LOST = auto()
    RETURNS_GAIN_GONE = auto()
    RETURNS_HOME_SHOCK = auto()
    RETURNS_EXPULSION = auto()
    RETURNS_BAN = auto()
    RETURNS_EMERGENCY = auto()
    MOVED_ON = auto()
    MOVED_IN = auto()
    WORK_PERMITS = auto()
    SEASONAL_PERMITS = auto()
    SEASONAL_REFUSED = auto()
    OFFENCES = auto()
    DETECTIONS = auto()
    EXPULSIONS = auto()
    BANS_IMPOSED = auto()
    BAN_MONTHS = auto()
    BANNED = auto()
    UNAWARE_BANNED = auto()
    REFUSED = auto()
    BORDER_LOSS = auto()
    UNAUTHORISED = auto()
    DIVERTED = auto()
    WAGE_THEFT = auto()
    EXPLOITED = auto()
    AWARE_WORK = auto()
    BELIEF_ERROR = auto()
    WORK_REFUSED = auto()  # work permits applied for under a quota and not granted
    RECRUITED = auto()
    REGULARISED = auto()
    DELISTED = auto()
    DELISTED_TOLD = auto()
    BANS_CLEARED = auto()
    # money, by destination (sent: base rate; arrived: base-period home purchasing power)
    EARNED = auto()
    SENT = auto()
    FEES = auto()
    SPENT_ABROAD = auto()
    ARRIVED = auto()
    # spells, by destination and length: ended this month, and running at its end (for Kaplan and Meier 1958)
    ENDED = auto()  # ENDED + band of SPELL_BANDS
    ENDED_3 = auto()
    ENDED_6 = auto()
    ENDED_12 = auto()
    ENDED_36 = auto()
    ENDED_60 = auto()
    ENDED_LONGER = auto()
    RUNNING = auto()  # RUNNING + band
    RUNNING_3 = auto()
    RUNNING_6 = auto()
    RUNNING_12 = auto()
    RUNNING_36 = auto()
    RUNNING_60 = auto()
    RUNNING_LONGER = auto()
    # the origin, place 0
    HOUSEHOLDS = auto()
    PERSONS = auto()
    WORKERS = auto()
    JOBLESS_HOME = auto()
    JOBLESS_RETURNEES = auto()
    BACK_3 = auto()
    BACK_6 = auto()
    BACK_12 = auto()
    IDLE_3 = auto()
    IDLE_6 = auto()
    IDLE_12 = auto()
    AGAIN_12 = auto()
    AGAIN_24 = auto()
    SELF_EMPLOYED = auto()  # returnees who start at once as self-employed
    POOR = auto()
    GAP = auto()
    DEPENDENT = auto()
    SPLIT = auto()
    WOMEN_HEADED = auto()
    VULNERABLE = auto()
    DELIBERATIONS = auto()
    WELFARE = auto()
    MISINFORMATION = auto()
    HEARD = auto()  # HEARD + topic
    HEARD_2 = auto()
    HEARD_3 = auto()
    HEARD_BAN_RULES = auto()
    HEARD_SEASONAL = auto()
    HEARD_PERMIT = auto()
    HEARD_FREE = auto()
    HEARD_CENTRE = auto()
    POOR_HOUSEHOLDS = auto()
    # services at home, place 0: who asked, who was served
    CONTACTED = auto()  # CONTACTED + seeding: the seedings follow in the order of SEEDINGS
    CONTACTED_CONNECTED = auto()
    CONTACTED_RETURNEES = auto()
    CONTACTED_DEPARTING = auto()
    RETURNEE_HOUSEHOLDS = auto()  # those a campaign among returnees may contact
    LEAVING = auto()  # workers about to leave
    CENTRE_ASKED = auto()
    CENTRE_VISITS = auto()
    CALLED_OFF = auto()
    COURSES = auto()
    REINTEGRATION_ASKED = auto()
    REINTEGRATED = auto()
    WORKS_ASKED = auto()
    PUBLIC_WORKERS = auto()
    MATCHING = auto()
    CREDIT = auto()
    TRADERS = auto()
    # household accounts, place 0
    HOME_PAY = auto()
    OTHER_INCOME = auto()
    GRANTS = auto()
    MATCHED = auto()  # public money added to savings
    PUBLIC_PAY = auto()
    TRADE_INCOME = auto()
    CONSUMED = auto()
    BORROWED = auto()
    REPAID = auto()
    INTEREST = auto()  # what is really charged
    INTEREST_SPARED = auto()  # what a credit scheme takes off it: told, in no account
    TRAVEL = auto()
    PERMIT_FEES = auto()
    TARGETS_SPENT = auto()
    SAVINGS_DEFLATED = auto()
    DEBT_DEFLATED = auto()
    SAVINGS = auto()
    DEBT = auto()
    ENDOWED = auto()  # savings brought by households that come to be
    ENDOWED_DEBT = auto()
    TOPICS_LOW = auto()  # heard topics 0 to 3 and 4 to 7, in lanes, until they are unpacked: see `note_topics`
    TOPICS_HIGH = auto()


TALLIES = len(Tally)
SPELL_BANDS = ((0, 1), (2, 3), (4, 6), (7, 12), (13, 36), (37, 60), (61, 1200))
"""Lengths of a spell abroad in months, both ends included."""


@rule
def spell_band(months: int) -> int:
    """Index in SPELL_BANDS of a spell's length."""
    if months <= 6:
        return 0 if months <= 1 else (1 if months <= 3 else 2)
    if months <= 36:
        return 3 if months <= 12 else 4
    return 5 if months <= 60 else 6


@rule
def note(tally: list[int], place: int, what: int, amount: int) -> None:
    """Add `amount` to the tally `what` of `place`; `tally` is flat, place by place."""
    tally[place * TALLIES + what] += amount


LANE_BITS = 16
LANE = (1 << LANE_BITS) - 1
SPREAD = 1 + (1 << 15) + (1 << 30) + (1 << 45)  # times four bits, and masked: each bit in a lane of its own
LOWEST = 1 + (1 << 16) + (1 << 32) + (1 << 48)
UNPACKED = 4096
"""Households after which lanes are unpacked at the latest; a lane has room for 32,767."""


@rule
def note_topics(tally: list[int], heard: int) -> None:
    """Count the topics a household has heard of, bits 0 to 7: four at a time, in lanes of one integer."""
    tally[Tally.TOPICS_LOW] += ((heard & 15) * SPREAD) & LOWEST
    tally[Tally.TOPICS_HIGH] += ((heard >> 4) * SPREAD) & LOWEST


@rule
def unpack_topics(tally: list[int]) -> None:
    """Move what the lanes hold to AWARE_WORK of each destination and HEARD of the other topics."""
    for topic in range(8):
        lanes = tally[Tally.TOPICS_LOW] if topic < 4 else tally[Tally.TOPICS_HIGH]
        households = (lanes >> (LANE_BITS * (topic & 3))) & LANE
        if topic < PLACES:
            note(tally, topic + 1, Tally.AWARE_WORK, households)
        else:
            note(tally, 0, Tally.HEARD + topic, households)
    tally[Tally.TOPICS_LOW] = 0
    tally[Tally.TOPICS_HIGH] = 0
