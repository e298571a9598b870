"""Plan: who deliberates, and what is settled by one about to leave. Where to go is chosen by the rule of the scenario's
structure: the best place (:mod:`sim.behaviour.choose`), or the first that is good enough
(:mod:`sim.behaviour.satisfice`).
"""

from __future__ import annotations

from sim.behaviour.advise import ADVISERS, advise
from sim.behaviour.choose import next_best, weigh
from sim.behaviour.learn import INDEX_MASK
from sim.behaviour.satisfice import satisfice
from sim.draws import Purpose, bits_in, third_bits, third_of
from sim.schema.attributes import CONTACTS, FEMALE, HOME, NO_INTENT, NOBODY, WORKERS
from sim.schema.rule import rule

ENDED = -1  # `permit` of a worker whose permit has just ended
ANY_SEASON = -1.0
OTHERWISE = 16  # an intent holds where to go, or a code, and times this where to go without a seasonal permit
LANE_BITS = 16  # room for the workers of 21,000 ties
LANE = (1 << LANE_BITS) - 1
ADULT, RETIREMENT = 18 * 12, 60 * 12
MOST_MOBILE = 8  # index of the greatest mobility, after those by sex and age band


@rule
def plan(household, i, month, luck, home, offer, corridors, mobility, ties, neighbours, abroad, p, tally):
    """Decide for each worker at home, or whose job or permit abroad has just ended, where to be next."""
    stirred = household.stirred
    if stirred == 1:  # a store spared is memory that need not be written back
        household.stirred = 0
    ceiling = greatest_chance(home, mobility, p)
    counted = False
    near = (0.0, 0.0, 0.0)
    bits = bits_in(luck[Purpose.DELIBERATE], household.key, 0, 0)
    for w in range(household.workers):
        place = household.place[w]
        limit = 1.0
        u = 0.0
        if place == HOME:
            u = third_of(bits, w)
            if stirred == 0 and u >= ceiling:  # spares most workers the look at age and sex
                continue
            age = month - household.birth_month[w]
            if age < ADULT or age >= RETIREMENT:
                continue
            limit = p.hazard * mobility[age_band(age) + 4 * (household.sex[w] == FEMALE)]
            if stirred == 0 and u >= limit * home.season_departures:
                continue
        elif household.jobless[w] != 1 and household.permit[w] != ENDED:
            continue
        if not counted:
            near = ties_abroad(household, i, ties, neighbours, abroad, p)
            counted = True
        chosen = decide(household, w, month, luck, home, offer, corridors, near, p, tally)
        due = limit if place == HOME and stirred == 0 else ANY_SEASON
        if chosen == HOME or in_season(u, due, corridors[chosen - 1]):
            household.intent[w] = NO_INTENT if chosen == place else chosen
            if household.intent[w] > HOME:
                set_out(household, w, u, due, month, luck, home, offer, corridors, near, p, tally)
        if household.permit[w] == ENDED:
            household.permit[w] = 0


@rule
def greatest_chance(home, mobility, p):
    """The chance to deliberate this month of the most mobile who are not stirred."""
    return p.hazard * home.season_departures * mobility[MOST_MOBILE]


@rule
def may_deliberate(household, luck, most):
    """1 where a worker may come to deliberate, 0 where none does; `most` as thirds of a draw (`thirds_below`).

    Without branches: :func:`plan` looks closer at the few who may.
    """
    bits = bits_in(luck[Purpose.DELIBERATE], household.key, 0, 0)
    may = household.stirred
    for w in range(WORKERS):  # a slot without a worker is at home
        at_home = int(household.place[w] == HOME) & int(w < household.workers)
        drawn = int(third_bits(bits, w) < most)
        adrift = int(household.jobless[w] == 1) | int(household.permit[w] == ENDED)
        may |= (at_home & drawn) | (int(household.place[w] != HOME) & adrift)
    return may


@rule
def decide(household, w, month, luck, home, offer, corridors, near, p, tally):
    """The place chosen by the decision rule of the scenario's structure."""
    if p.satisficing > 0.0:
        return satisfice(household, w, month, luck, home, offer, corridors, near, 0, p, tally)
    return weigh(household, w, month, luck, home, offer, corridors, near, p, tally)


@rule
def decide_otherwise(household, w, month, luck, home, offer, corridors, near, p, tally):
    """The place that would be chosen if nothing that is drawn for were to be had."""
    if p.satisficing > 0.0:
        return satisfice(household, w, month, luck, home, offer, corridors, near, 1, p, tally)
    return next_best(household, w, month, luck, home, offer, corridors, near, p)


@rule
def set_out(household, w, u, due, month, luck, home, offer, corridors, near, p, tally):
    """What is still to be settled by one about to leave: some are advised, and who hopes for a seasonal permit knows
    where to go without it, if that place's season has come.
    """
    place = household.intent[w]
    if household.place[w] == HOME and int(home.services) & ADVISERS:
        household.intent[w] = advise(household, w, place, luck, home, offer, p, tally)
    if household.intent[w] > HOME and corridors[place - 1].seasonal_pool > 0.0:
        back = decide_otherwise(household, w, month, luck, home, offer, corridors, near, p, tally)
        if back == HOME or in_season(u, due, corridors[back - 1]):
            household.intent[w] = place + OTHERWISE * back


@rule
def in_season(u, due, corridor):
    """Whether one who deliberates with chance `due` in a place's main season does so now; who was stirred waits for
    none.
    """
    return due == ANY_SEASON or u < due * corridor.season_departures


@rule
def leaves(household):
    """Whether a worker of the household is to be somewhere else next."""
    bound = False
    for w in range(WORKERS):  # a slot without a worker intends nothing
        bound = bound or household.intent[w] != NO_INTENT
    return bound


@rule
def age_band(age):
    """Index in AGE_BANDS of an age in months."""
    return int(age >= 25 * 12) + int(age >= 35 * 12) + int(age >= 45 * 12)


@rule
def ties_abroad(household, i, ties, neighbours, abroad, p):
    """n_d: workers of the ties seen in each destination, weighted by the kind of tie; a tuple of three."""
    row = ties[i]
    kin, others, met = 0, 0, 0
    for position in range(row.start, row.start + row.kin):
        kin += in_lanes(abroad[neighbours[position] & INDEX_MASK])
    for position in range(row.start + row.kin, row.start + row.kin + row.others):
        others += in_lanes(abroad[neighbours[position] & INDEX_MASK])
    for slot in range(CONTACTS):
        j = household.contacts[slot]
        if j != NOBODY:
            met += in_lanes(abroad[j])
    one = weighted(kin & LANE, others & LANE, met & LANE, p)
    two = weighted((kin >> LANE_BITS) & LANE, (others >> LANE_BITS) & LANE, (met >> LANE_BITS) & LANE, p)
    three = weighted(kin >> 2 * LANE_BITS, others >> 2 * LANE_BITS, met >> 2 * LANE_BITS, p)
    return (one, two, three)


@rule
def in_lanes(there):
    """Workers abroad, one lane of an integer for each destination: sums over ties need no loop over places."""
    return (there & 3) | ((there & 12) << (LANE_BITS - 2)) | ((there & 48) << 2 * (LANE_BITS - 2))


@rule
def weighted(kin, others, met, p):
    """Ties of all kinds to one destination."""
    return p.ties_kin * kin + p.ties_village * others + p.ties_diaspora * met
