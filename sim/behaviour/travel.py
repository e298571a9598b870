"""Travel: pay for the trip, apply where permits are shared out, and meet the border."""

from __future__ import annotations

import math

from sim.behaviour.come_home import leave
from sim.behaviour.plan import (
    FREE,
    FREE_BIT,
    NO_ROUTE,
    PERMIT_BIT,
    SEASONAL,
    SEASONAL_BIT,
    WORK_PERMIT,
    lawful_route,
    trips_to,
    worth_of,
)
from sim.draws import Purpose, integer_in, uniform_in
from sim.schema.attributes import (
    COURSE,
    GAIN_ONE,
    HOME,
    NO_INTENT,
    PLACES,
    REGULAR,
    SHARE_ONE,
    TRIPS_ONE,
)
from sim.schema.rule import rule
from sim.tallies import Tally, note

SEASON, JOB_LOST = 1, 3  # indices in CAUSES
SEASONAL_SCHEME, QUOTA, RECRUITMENT = 0, 1, 2  # what is shared out in the meeting of a month
RECRUITMENT_OR_QUOTA = 3  # applied for both: the quota is for those whom no recruiter takes
SCHEMES = 3


@rule
def lottery_number(luck, household, w):
    """The worker's number in the draw for places of a scheme: the smallest win."""
    return integer_in(luck[Purpose.LOTTERY], household.key, w, 0)


@rule
def applies(household, w, corridors, p):
    """What the worker applies for this month: scheme x PLACES + place, 0 for nothing.

    Seasonal permits and permits under a quota are for those who have that route; a recruiter's place for all who know
    of work permits and have no better right. The engines put the code in the place of the intent, so that only who is
    in the draw can win in it.
    """
    place = household.intent[w]
    if place <= 0:
        return 0
    corridor = corridors[place - 1]
    route = lawful_route(household, corridor, household.heard, p)
    if route == SEASONAL:
        return SEASONAL_SCHEME * PLACES + place
    under_quota = route == WORK_PERMIT and corridor.work_pool >= 0.0
    if corridor.recruited_pool > 0.0 and route != FREE and household.heard & PERMIT_BIT:
        return (RECRUITMENT_OR_QUOTA if under_quota else RECRUITMENT) * PLACES + place
    return QUOTA * PLACES + place if under_quota else 0


@rule
def travel(household, w, month, luck, corridors, granted, p, tally):
    """Carry out the worker's intent, or what was applied for (see :func:`applies`).

    `granted` holds the largest lottery number that wins, by scheme and destination index.
    """
    code = household.intent[w]
    household.intent[w] = NO_INTENT
    here = household.place[w]
    if code == HOME:
        cause = JOB_LOST if household.jobless[w] > 0 else SEASON  # else it was the permit that ended
        leave(household, w, cause, month, luck, corridors[here - 1], p, tally)
        return
    scheme, place = (code - 1) // PLACES, (code - 1) % PLACES + 1
    corridor = corridors[place - 1]
    recruited = scheme >= RECRUITMENT and wins(luck, household, w, RECRUITMENT, place, granted)
    route = WORK_PERMIT if recruited else lawful_route(household, corridor, household.heard, p)
    if route == SEASONAL and not wins(luck, household, w, SEASONAL_SCHEME, place, granted):
        note(tally, place, Tally.SEASONAL_REFUSED, 1)
        return
    if route == WORK_PERMIT and not recruited and corridor.work_pool >= 0.0:
        applied = scheme == QUOTA or scheme == RECRUITMENT_OR_QUOTA
        if not applied or not wins(luck, household, w, QUOTA, place, granted):
            note(tally, place, Tally.WORK_REFUSED, 1)
            route = NO_ROUTE
    pay_from_savings(household, int(100.0 * corridor.travel_cost + 0.5), Tally.TRAVEL, tally)
    banned = household.ban_from[w] == place and household.ban_left[w] > 0
    if banned and uniform_in(luck[Purpose.BORDER], household.key, w, 0) < corridor.refusal:
        turn_back(household, w, place, corridor, p, tally)
        return
    if banned:
        note(tally, place, Tally.UNAUTHORISED, 1)
        route = NO_ROUTE
        recruited = False
    if here != HOME:
        note(tally, here, Tally.MOVED_ON, 1)
        note(tally, place, Tally.MOVED_IN, 1)
    else:
        note_departure(household, w, place, tally)
    if recruited:
        begin_recruited(household, w, place, corridor, p, tally)
    elif route == WORK_PERMIT:
        route = begin_permit(household, w, place, luck, corridor, p, tally)
    enter(household, w, place, route, month, luck, corridor, p, tally)
    if recruited:
        household.jobless[w] = 0


@rule
def pay_from_savings(household, cents, what, tally):
    """Pay `cents` out of savings, borrowing what is missing; the expense is noted under `what`."""
    note(tally, 0, what, cents)
    missing = cents - household.savings
    if missing > 0:
        household.debt = household.debt + missing
        household.savings = 0
        note(tally, 0, Tally.BORROWED, missing)
    else:
        household.savings = household.savings - cents


@rule
def turn_back(household, w, place, corridor, p, tally):
    """Refused at the border: the fare is lost, and the traveller knows now."""
    note(tally, place, Tally.REFUSED, 1)
    note(tally, place, Tally.BORDER_LOSS, int(100.0 * corridor.travel_cost + 0.5))
    household.q[w] = int(p.q_refused * SHARE_ONE + 0.5)
    household.stirred = 1


@rule
def note_departure(household, w, place, tally):
    """Count a departure, and whether it follows a return within one or two years."""
    note(tally, place, Tally.DEPARTURES, 1)
    if household.last_place[w] > 0:
        if household.months[w] <= 12:
            note(tally, 0, Tally.AGAIN_12, 1)
        if household.months[w] <= 24:
            note(tally, 0, Tally.AGAIN_24, 1)


@rule
def wins(luck, household, w, scheme, place, granted):
    """Whether the worker's number is among those that won in a scheme."""
    return lottery_number(luck, household, w) <= granted[scheme * PLACES + place - 1]


@rule
def begin_permit(household, w, place, luck, corridor, p, tally):
    """Ask for a work permit on arrival, and buy it if it is granted; the route the worker has then.

    Workers of a priority sector have a chance of their own.
    """
    access = corridor.permit_access
    if (int(corridor.priority_sectors) >> household.sector[w]) & 1:
        access = max(access, corridor.priority_access)
    if uniform_in(luck[Purpose.PERMIT], household.key, w, 0) >= access:
        return NO_ROUTE
    note(tally, place, Tally.WORK_PERMITS, 1)
    hold_permit(household, w, corridor.permit_upfront, p, tally)
    return WORK_PERMIT


@rule
def begin_recruited(household, w, place, corridor, p, tally):
    """Leave through a licensed recruiter: the permit is at hand, and the recruiter is paid instead of the permit."""
    note(tally, place, Tally.RECRUITED, 1)
    hold_permit(household, w, corridor.agency_fee, p, tally)


@rule
def hold_permit(household, w, price, p, tally):
    """Pay the `price` of a work permit, USD, and hold it."""
    pay_from_savings(household, int(100.0 * price + 0.5), Tally.PERMIT_FEES, tally)
    household.permit[w] = int(p.patent_covers)
    household.used = household.used | PERMIT_BIT


@rule
def enter(household, w, place, route, month, luck, corridor, p, tally):
    """Set the worker down at `place`: memory of the trip, job, and what a month here is worth on arrival."""
    if route == SEASONAL:
        note(tally, place, Tally.SEASONAL_PERMITS, 1)
        household.permit[w] = int(corridor.seasonal_length)
        household.used = household.used | SEASONAL_BIT
    if route == FREE:
        household.used = household.used | FREE_BIT
    if route == NO_ROUTE or route == FREE:
        household.permit[w] = 0
    fade_trips(household, w, place - 1, month, p)
    if household.last_place[w] != place:
        household.stay[w] = 0
    household.route[w] = route
    household.regime[w] = REGULAR
    household.place[w] = place
    household.last_place[w] = place
    household.months[w] = 0
    household.overstay[w] = 0
    household.searching[w] = 0
    household.served[w] = household.served[w] & COURSE
    household.heard = household.heard | (1 << (place - 1))
    household.used = household.used | (1 << (place - 1))
    household.jobless[w] = 0 if uniform_in(luck[Purpose.JOB], household.key, w, 1) < corridor.job_true else 1
    household.gain[w] = int(math.floor(GAIN_ONE * worth_of(route, corridor) + 0.5))


@rule
def fade_trips(household, w, d, month, p):
    """Bring the trip stocks up to date and count the new trip."""
    for other in range(PLACES):
        stock = trips_to(household, w, other, month, p) * TRIPS_ONE
        if other == d:
            stock = min(32000.0, stock + TRIPS_ONE)
        household.trips[PLACES * w + other] = int(stock + 0.5)
    household.trips_month[w] = month
