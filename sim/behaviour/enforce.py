"""Enforce: lawful stay and its end, offences, detection, expulsion, and the bans that follow from them.

Destination law comes in months as the pack dates it. The truth (`ban_left`, `ban_from`) and the belief (`q`) are two
fields: a ban reaches the belief only by being noticed.
"""

from __future__ import annotations

from sim.behaviour.advise import BAN, BAN_RULES_BIT, EXPULSION
from sim.behaviour.permits import regularise
from sim.behaviour.plan import ENDED
from sim.behaviour.routes import FREE, FREE_BIT, NO_ROUTE, SEASONAL, WORK_PERMIT
from sim.draws import Purpose, uniform_in
from sim.schema.attributes import IRREGULAR, NEVER, REGULAR, SHARE_ONE
from sim.schema.rule import rare_rule, rule
from sim.tallies import Tally, note

STAYS, COMPLIES, EXPELLED, EXPELLED_BANNED = 0, 1, 2, 3
SIX_MONTHS = 63


@rule
def enforce(household, w, month, luck, corridor, p, tally):
    """One month of one migrant before the law; tells whether the worker stays, complies and leaves, or is expelled."""
    household.stay[w] = ((household.stay[w] << 1) | 1) & SIX_MONTHS
    run_permit(household, w, month, luck, corridor, p)
    began = household.overstay[w]
    count_overstay(household, w, month, luck, corridor)
    if household.overstay[w] == 1 and began == 0 and household.heard & BAN_RULES_BIT:
        if uniform_in(luck[Purpose.NOTICE], household.key, w, 1) < p.comply:
            household.overstay[w] = 0
            household.regime[w] = REGULAR
            return COMPLIES
    u = uniform_in(luck[Purpose.DETECT], household.key, w, 0)
    if household.regime[w] == REGULAR:
        if u < corridor.offence:
            note(tally, household.place[w], Tally.OFFENCES, 1)
            book(household, w, month, luck, corridor, p, tally)
        return STAYS
    if corridor.regularisation > 0.0 and regularise(household, w, luck, corridor, p, tally):
        return STAYS
    if u >= corridor.detection:
        household.risk = int(household.risk * (1.0 - p.risk_calm) + 0.5)
        return STAYS
    return detect(household, w, month, luck, corridor, p, tally)


@rule
def run_permit(household, w, month, luck, corridor, p):
    """Count down the permit; a work permit is renewed with the chance of getting one, a seasonal one ends the right
    to stay.
    """
    if corridor.free_movement > 0.0 and household.route[w] != FREE:
        household.route[w] = FREE  # the union came while the worker was there
        household.permit[w] = 0
        household.used = household.used | FREE_BIT
        household.heard = household.heard | FREE_BIT
    route = household.route[w]
    if route == WORK_PERMIT or route == SEASONAL:
        household.permit[w] = household.permit[w] - 1
        if household.permit[w] <= 0:
            renewed = (
                route == WORK_PERMIT and uniform_in(luck[Purpose.RENEW], household.key, w, 0) < corridor.permit_access
            )
            if renewed:
                household.permit[w] = int(p.patent_covers)
            else:
                household.route[w] = NO_ROUTE
                household.permit[w] = ENDED


@rule
def count_overstay(household, w, month, luck, corridor):
    """Months beyond lawful stay: by presence in a rolling window, or per entry with renewal by leaving and coming
    back.
    """
    if household.route[w] != NO_ROUTE:
        household.overstay[w] = 0
        household.regime[w] = REGULAR
        return
    if household.overstay[w] > 0:
        household.overstay[w] = household.overstay[w] + 1
    elif corridor.window_months > 0.0:
        if months_present(household.stay[w]) > corridor.free_months:
            household.overstay[w] = 1
    else:
        stayed = household.months[w]
        free = int(corridor.free_months)
        if stayed > 0 and free > 0 and stayed % free == 0:
            if uniform_in(luck[Purpose.RENEW], household.key, w, 1) >= corridor.border_run:
                household.overstay[w] = 1
    household.regime[w] = IRREGULAR if household.overstay[w] > 0 else REGULAR


@rule
def months_present(stay):
    """Number of months present among the last six."""
    present = 0
    for month in range(6):
        present += (stay >> month) & 1
    return present


@rule
def book(household, w, month, luck, corridor, p, tally):
    """Put an offence on record; the second within the law's span may bring a ban, which may be noticed."""
    household.offence_2[w] = household.offence_1[w]
    household.offence_1[w] = month
    noticed = uniform_in(luck[Purpose.NOTICE], household.key, w, 0) < p.notice
    months = 0.0
    if household.offence_2[w] != NEVER:
        since = month - household.offence_2[w]
        if since <= 12 and household.regime[w] == IRREGULAR:
            months = corridor.ban_two_migration_offences
        if since <= 36:
            months = max(months, corridor.ban_two_offences)
    if months > 0.0 and uniform_in(luck[Purpose.LIST], household.key, w, 1) < corridor.listing:
        impose(household, w, household.place[w], int(months), noticed, p, tally)


@rule
def detect(household, w, month, luck, corridor, p, tally):
    """An irregular migrant is found: an offence, more fear, and for some expulsion."""
    place = household.place[w]
    note(tally, place, Tally.DETECTIONS, 1)
    risk = household.risk / SHARE_ONE
    household.risk = int((risk + p.risk_jump * max(0.0, p.risk_feared - risk)) * SHARE_ONE + 0.5)
    reentrant = household.ban_from[w] == place and household.ban_left[w] > 0
    knew = household.q[w] + household.q[w] < SHARE_ONE
    book(household, w, month, luck, corridor, p, tally)
    if uniform_in(luck[Purpose.EXPEL], household.key, w, 0) >= corridor.expulsion:
        return STAYS
    again = household.cause[w] == EXPULSION or household.cause[w] == BAN
    months = corridor.ban_expulsion
    if again:
        months = max(months, corridor.ban_repeat_expulsion)  # a law silent on repetition bans as for the first
    if reentrant and knew:
        months += corridor.ban_unauthorised_entry
    if months > 0.0:
        impose(household, w, place, int(months), True, p, tally)
    return EXPELLED_BANNED if reentrant else EXPELLED


@rule
def impose(household, w, place, months, noticed, p, tally):
    """Put the worker on the place's list for `months` from now, unless a longer ban runs; it is believed only if
    noticed.
    """
    if months <= household.ban_left[w]:
        return
    note(tally, place, Tally.BANS_IMPOSED, 1)
    note(tally, place, Tally.BAN_MONTHS, months - household.ban_left[w])
    household.ban_left[w] = months
    if household.ban_from[w] != place:
        household.q[w] = SHARE_ONE
    household.ban_from[w] = place
    if noticed:
        household.q[w] = int(p.q_noticed * SHARE_ONE + 0.5)


@rule
def run_ban(household, w, p):
    """A month of a ban passes; when none runs, the belief in re-entry recovers."""
    if household.ban_left[w] > 0:
        household.ban_left[w] = household.ban_left[w] - 1
    elif household.q[w] < SHARE_ONE:
        household.q[w] = min(SHARE_ONE, household.q[w] + int(p.q_recover * SHARE_ONE + 0.5))
    else:
        household.ban_from[w] = 0


@rare_rule
def delist(household, w, luck, corridor, p, tally):
    """An amnesty may take the worker off the list; who is not told goes on believing what he believed."""
    source = household.ban_from[w]
    by_court = household.cause[w] == EXPULSION or household.cause[w] == BAN
    share = corridor.amnesty_court if by_court else corridor.amnesty
    if uniform_in(luck[Purpose.AMNESTY], household.key, w, 0) >= share:
        return
    household.ban_left[w] = 0
    note(tally, source, Tally.DELISTED, 1)
    if uniform_in(luck[Purpose.AMNESTY], household.key, w, 1) < corridor.amnesty_told:
        household.q[w] = SHARE_ONE
        household.ban_from[w] = 0
        household.stirred = 1
        note(tally, source, Tally.DELISTED_TOLD, 1)
