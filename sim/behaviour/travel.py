"""Travel: pay for the trip, apply where permits are shared out, and meet the border."""

from __future__ import annotations

import math

from sim.behaviour.come_home import leave
from sim.behaviour.permits import (
    QUOTA,
    RECRUITMENT,
    RECRUITMENT_OR_QUOTA,
    SEASONAL_SCHEME,
    begin_permit,
    begin_recruited,
    pay_from_savings,
    wins,
)
from sim.behaviour.plan import OTHERWISE
from sim.behaviour.routes import (
    FREE,
    FREE_BIT,
    NO_ROUTE,
    SEASONAL,
    SEASONAL_BIT,
    WORK_PERMIT,
    lawful_route,
    undrawn,
    worth_of,
)
from sim.behaviour.worth import trips_to
from sim.draws import Purpose, uniform_in
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


@rule
def travel(household, w, month, luck, corridors, granted, p, tally):
    """Carry out the worker's intent, or what was applied for (see :func:`sim.behaviour.permits.applies`).

    `granted` holds the largest lottery number that wins, by scheme and destination index. Who is not drawn for a
    seasonal permit goes where it was intended to go without one, or stays.
    """
    code = household.intent[w] % OTHERWISE
    otherwise = household.intent[w] // OTHERWISE
    household.intent[w] = NO_INTENT
    here = household.place[w]
    scheme, place = (code - 1) // PLACES, (code - 1) % PLACES + 1
    recruited, route = False, NO_ROUTE
    if code == HOME:
        place = HOME
    else:
        corridor = corridors[place - 1]
        recruited = scheme >= RECRUITMENT and wins(luck, household, w, RECRUITMENT, place, granted)
        route = WORK_PERMIT if recruited else lawful_route(household, corridor, household.heard, p)
        if route == SEASONAL and not wins(luck, household, w, SEASONAL_SCHEME, place, granted):
            note(tally, place, Tally.SEASONAL_REFUSED, 1)
            place = otherwise
            if place != HOME:
                corridor = corridors[place - 1]
                route = lawful_route(household, corridor, undrawn(household.heard, corridor), p)
        elif route == WORK_PERMIT and not recruited and corridor.work_pool >= 0.0:
            applied = scheme == QUOTA or scheme == RECRUITMENT_OR_QUOTA
            if not applied or not wins(luck, household, w, QUOTA, place, granted):
                note(tally, place, Tally.WORK_REFUSED, 1)
                route = NO_ROUTE
    if place == HOME and here != HOME:
        cause = JOB_LOST if household.jobless[w] > 0 else SEASON  # else it was the permit that ended
        leave(household, w, cause, month, luck, corridors[here - 1], p, tally)
    elif place != here:
        go(household, w, place, route, recruited, month, luck, corridors[place - 1], p, tally)


@rule
def go(household, w, place, route, recruited, month, luck, corridor, p, tally):
    """Pay for the trip, meet the border, and arrive at `place` by `route`, with a recruiter or alone."""
    here = household.place[w]
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
