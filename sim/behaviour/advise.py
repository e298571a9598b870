"""Advise: what a household is told by campaigns and at support centres, the check of one's own status, and those who
know everything.

A campaign has a chance to reach a household and, for each topic, a chance that what is told is taken in: its
credibility. What is learned of one's own status is the truth at that time; it is never passed on along ties. How many
are reached and served is shared out by chances (:mod:`sim.offers`).
"""

from __future__ import annotations

import math

from sim.draws import Purpose, lasting, uniform_in
from sim.schema.attributes import ADVICE, BELIEF_ONE, COURSE, HOME, NO_INTENT, PLACES, SHARE_ONE
from sim.schema.conditions import SERVICE_BITS
from sim.schema.quantities import CAMPAIGN_TOPICS, SEEDINGS, TOPICS
from sim.schema.rule import rare_rule, rule
from sim.tallies import Tally, note

BAN_RULES_BIT = 1 << TOPICS.index("ban_rules")
CENTRE_BIT = 1 << TOPICS.index("support_centre")
ROUTE_BITS = sum(1 << TOPICS.index(route) for route in ("seasonal_permit", "work_permit", "free_movement"))
OWN_STATUS = CAMPAIGN_TOPICS.index("own_status")
RANDOM, CONNECTED, RETURNEES, DEPARTING = range(len(SEEDINGS))
CENTRE, CAMPAIGN = SERVICE_BITS["centre"], SERVICE_BITS["campaign"]  # the campaign's is the highest bit
ADVISERS = CENTRE | CAMPAIGN
EXPULSION, BAN = 6, 7  # indices in CAUSES
YEAR = 12


@rare_rule
def contact(household, degree, luck, offer, p, tally):
    """A month's campaigns: anybody, the most connected (by `degree`, ties at home), and those lately back."""
    if lately_back(household):
        note(tally, 0, Tally.RETURNEE_HOUSEHOLDS, 1)
        if reached(household, 0, RETURNEES, offer.returnees, luck, tally):
            take_in(household, RETURNEES, int(offer.returnees_topics), offer.returnees_trust, luck, p)
    if offer.random > 0.0 and reached(household, 0, RANDOM, offer.random, luck, tally):
        take_in(household, RANDOM, int(offer.random_topics), offer.random_trust, luck, p)
    if offer.connected > 0.0 and degree >= offer.connected_from:
        if reached(household, 0, CONNECTED, offer.connected, luck, tally):
            take_in(household, CONNECTED, int(offer.connected_topics), offer.connected_trust, luck, p)


@rule
def lately_back(household):
    """Whether a worker of the household is at home, back within a year."""
    back = False
    for w in range(household.workers):
        at_home = household.place[w] == HOME and household.last_place[w] > 0
        back = back or (at_home and household.months[w] <= YEAR)
    return back


@rule
def reached(household, w, seeding, chance, luck, tally):
    """Whether a campaign reaches the household, by its worker `w` where the campaign seeks workers."""
    if uniform_in(luck[Purpose.CAMPAIGN], household.key, w, seeding) >= chance:
        return False
    note(tally, 0, Tally.CONTACTED + seeding, 1)
    return True


@rule
def take_in(household, contact, topics, trust, luck, p):
    """Believe what is told at a contact, each topic with chance `trust`; `contact` tells the month's contacts apart.

    What is told of work moves the wage belief towards the truth, by the weight `trust`.
    """
    for topic in range(OWN_STATUS + 1):
        told = (topics >> topic) & 1
        if told and uniform_in(luck[Purpose.CAMPAIGN], household.key, 10 + contact, topic) < trust:
            if topic == OWN_STATUS:
                check_status(household, p)
            else:
                household.heard = household.heard | (1 << topic)
            if topic < PLACES:
                before = household.wage_belief[topic]
                after = int(math.floor(before * (1.0 - trust) + 0.5))
                if abs(after - before) > p.news_threshold * BELIEF_ONE:
                    household.stirred = 1
                household.wage_belief[topic] = after


@rule
def check_status(household, p):
    """Learn for each worker whether a list names him. Who stays beyond the time allowed is told nothing new: he will be
    found at the exit.
    """
    for w in range(household.workers):
        if household.ban_left[w] > 0:
            household.q[w] = min(household.q[w], int(p.q_noticed * SHARE_ONE + 0.5))
        elif household.ban_from[w] != 0 and household.overstay[w] == 0:
            clear_name(household, w, p)


@rule
def clear_name(household, w, p):
    """The worker is on no list and knows it; if a place was closed to him in his belief, he thinks again."""
    if household.q[w] / SHARE_ONE < p.closed:
        household.stirred = 1
    household.q[w] = SHARE_ONE
    household.ban_from[w] = 0


@rare_rule
def advise(household, w, place, luck, home, offer, p, tally):
    """The worker is about to leave for `place` and may be told in time; the place, or no intent where it is closed.

    Campaigns among the departing reach some; those who have heard of a centre ask there.
    """
    note(tally, 0, Tally.LEAVING, 1)
    if offer.departing > 0.0 and reached(household, w, DEPARTING, offer.departing, luck, tally):
        take_in(household, DEPARTING + 4 * w, int(offer.departing_topics), offer.departing_trust, luck, p)
    if int(home.services) & CENTRE and household.heard & CENTRE_BIT:
        if served_at_centre(household, w, 0, luck, offer, tally):
            prepare_to_leave(household, w, luck, home, p, tally)
    if household.ban_from[w] == place and household.q[w] / SHARE_ONE < p.closed:
        note(tally, 0, Tally.CALLED_OFF, 1)
        household.stirred = 1
        return NO_INTENT
    return place


@rule
def served_at_centre(household, w, k, luck, offer, tally):
    """Ask at a support centre; whether the worker is seen this month."""
    note(tally, 0, Tally.CENTRE_ASKED, 1)
    if uniform_in(luck[Purpose.CENTRE], household.key, w, k) >= offer.centre:
        return False
    note(tally, 0, Tally.CENTRE_VISITS, 1)
    household.heard = household.heard | CENTRE_BIT
    household.used = household.used | CENTRE_BIT
    return True


@rule
def prepare_to_leave(household, w, luck, home, p, tally):
    """What a centre does for one about to leave: routes and ban rules told, status checked, a course for some."""
    household.heard = household.heard | BAN_RULES_BIT | (int(home.in_force) & ROUTE_BITS)
    check_status(household, p)
    if household.served[w] & COURSE == 0 and home.language > 0.0:
        if uniform_in(luck[Purpose.COURSE], household.key, w, 0) < home.language:
            household.served[w] = household.served[w] | COURSE
            note(tally, 0, Tally.COURSES, 1)


@rare_rule
def seek_advice(household, w, luck, home, offer, p, tally):
    """One at home who doubts that he may go back asks at a centre, once; legal aid has some bans lifted.

    Only administrative bans can be lifted, not those that go with an expulsion.
    """
    if household.heard & CENTRE_BIT == 0 or household.served[w] & ADVICE or household.q[w] == SHARE_ONE:
        return
    if not served_at_centre(household, w, 1, luck, offer, tally):
        return
    household.served[w] = household.served[w] | ADVICE
    source = household.ban_from[w]
    check_status(household, p)
    by_court = household.cause[w] == EXPULSION or household.cause[w] == BAN
    if household.ban_left[w] > 0 and not by_court:
        if uniform_in(luck[Purpose.CENTRE], household.key, w, 2) < home.legal_aid:
            household.ban_left[w] = 0
            clear_name(household, w, p)
            note(tally, source, Tally.BANS_CLEARED, 1)


@rule
def ban_at_exit(over, corridor):
    """Months of ban that a leaver with `over` months of overstay may be listed for."""
    months = corridor.ban_overstay_1_month if over > 1 else 0.0  # more than thirty days
    if over >= 6:
        months = max(months, corridor.ban_overstay_6_months)
    if over > 9:
        months = max(months, corridor.ban_overstay_9_months)
    if corridor.window_months > 0.0:
        months = max(months, corridor.ban_excess_stay)
    return months


@rule
def informed(household, home):
    """Whether the household is one of those who know everything."""
    return lasting(Purpose.INFORMED, household.key) < home.informed


@rare_rule
def know_all(household, home, corridors):
    """Know every rule in force, wages as they are, and for each worker the true chance to be let in if he left now."""
    household.heard = household.heard | int(home.in_force)
    for d in range(PLACES):
        household.wage_belief[d] = 0
    for w in range(household.workers):
        household.q[w] = SHARE_ONE
        if household.ban_left[w] > 0:
            refusal = corridors[household.ban_from[w] - 1].refusal
            household.q[w] = int((1.0 - refusal) * SHARE_ONE + 0.5)
        elif household.overstay[w] > 0:
            place = household.place[w]
            corridor = corridors[place - 1]
            if ban_at_exit(household.overstay[w], corridor) > 0.0:
                household.ban_from[w] = place
                household.q[w] = int((1.0 - corridor.listing * corridor.refusal) * SHARE_ONE + 0.5)
