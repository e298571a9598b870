"""Permits: who applies where places are shared out, who wins, and what a work permit costs and covers.

Three schemes are shared out in the meeting of a month: seasonal permits, work permits under a quota, and the places of
licensed recruiters. In each the smallest lottery numbers win (see `sim.model.MigrationModel.clear`).
"""

from __future__ import annotations

import numpy as np

from sim.behaviour.plan import OTHERWISE
from sim.behaviour.routes import FREE, NO_ROUTE, PERMIT_BIT, SEASONAL, WORK_PERMIT, lawful_route, means
from sim.draws import Purpose, integer_in, uniform_in
from sim.schema.attributes import HOME, PLACES, REGULAR
from sim.schema.rule import rare_rule, rule
from sim.tallies import Tally, note

SEASONAL_SCHEME, QUOTA, RECRUITMENT = 0, 1, 2  # what is shared out in the meeting of a month
RECRUITMENT_OR_QUOTA = 3  # applied for both: the quota is for those whom no recruiter takes
SCHEMES = 3
NOTHING_GRANTED = np.full(SCHEMES * PLACES, -1, np.int64)
"""The largest winning numbers of a month in which nothing is shared out: see :func:`wins`."""


@rule
def lottery_number(luck, household, w):
    """The worker's number in the draw for places of a scheme: the smallest win."""
    return integer_in(luck[Purpose.LOTTERY], household.key, w, 0)


@rule
def applies(household, w, corridors, p):
    """What the worker applies for this month: scheme x PLACES + place, 0 for nothing.

    Seasonal permits and permits under a quota are for those who have that route; a recruiter's place for all who know
    of work permits and have no better right. The engines put the code in the place of the intent (:func:`apply`), so
    that only who is in the draw can win in it.
    """
    if household.intent[w] <= HOME:
        return 0
    place = household.intent[w] % OTHERWISE
    corridor = corridors[place - 1]
    route = lawful_route(household, corridor, household.heard, p)
    if route == SEASONAL:
        return SEASONAL_SCHEME * PLACES + place
    under_quota = route == WORK_PERMIT and corridor.work_pool >= 0.0
    if corridor.recruited_pool > 0.0 and route != FREE and household.heard & PERMIT_BIT:
        return (RECRUITMENT_OR_QUOTA if under_quota else RECRUITMENT) * PLACES + place
    return QUOTA * PLACES + place if under_quota else 0


@rule
def apply(household, w, code):
    """Put the code of what the worker applies for in the place of the intent."""
    household.intent[w] = household.intent[w] - household.intent[w] % OTHERWISE + code


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


@rare_rule
def regularise(household, w, luck, corridor, p, tally):
    """An irregular migrant who knows of work permits, can pay and is on no list there may get one on the spot."""
    if household.heard & PERMIT_BIT == 0 or means(household, p) < corridor.permit_upfront:
        return False
    if household.ban_left[w] > 0 and household.ban_from[w] == household.place[w]:
        return False
    if uniform_in(luck[Purpose.REGULARISE], household.key, w, 0) >= corridor.regularisation:
        return False
    note(tally, household.place[w], Tally.REGULARISED, 1)
    hold_permit(household, w, corridor.permit_upfront, p, tally)
    household.route[w] = WORK_PERMIT
    household.overstay[w] = 0
    household.regime[w] = REGULAR
    return True
