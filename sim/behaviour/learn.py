"""Learn: topics by contact, with forgetting; beliefs about wages and risk; ties made and lost abroad.

P(a household learns a topic in a month) = 1 - prod over ties (1 - q_j w_j), with q_j = `tell_user` for a tie that has
used
the topic, `tell_user` x `tell_ratio` for one that only heard of it (Banerjee et al. 2013,
doi:10.1126/science.1236498), and
w_j the weight of the kind of tie. It is drawn as a meeting with each tie (chance `tell_user` w_j) at which a user
tells for
sure and a non-user with chance `tell_ratio`: the same probability, and only the ties met are read.
"""

from __future__ import annotations

import math

import numpy as np

from sim.behaviour.advise import CAMPAIGN, contact, informed, know_all
from sim.draws import Purpose, normal_in, uniform_in
from sim.schema.attributes import (
    BELIEF_ONE,
    CONTACTS,
    HOME,
    IRREGULAR,
    NOBODY,
    PLACES,
    PRECISION_ONE,
    SHARE_ONE,
    SIGNAL_ABROAD,
    SIGNAL_BANNED,
    SIGNAL_HEARD,
    SIGNAL_RISK,
    SIGNAL_USED,
    SIGNAL_WAGE,
    WORKERS,
)
from sim.schema.elementary import log
from sim.schema.rule import rule

TOPICS = 8
TOPICS_IN = np.array([bits.bit_count() for bits in range(1 << TOPICS)])
INDEX_MASK = (1 << 28) - 1  # the rest of a tie is its kind
ROUTE_BIT = (0, 1 << 5, 1 << 4, 1 << 6)  # topic of each route: none, work permit, seasonal permit, free movement
PRECISION_MOST = 20 * PRECISION_ONE


@rule
def learn(
    household, i, month, luck, home, offer, corridors, news, loud, ties, neighbours, signals, abroad,
    first, count, p, tally,
):  # fmt: skip
    """One household's month of news: forget, hear in public and by campaigns, talk to ties, make or lose ties abroad.

    `news` is the share of households that hear of each topic in public this month, `loud` whether there is any; a
    row of `ties` says where the household's part of `neighbours` is (see `sim.households.ties`); `signals` and `abroad`
    are last month's; the origin's households are `first` to `first + count`.
    """
    forget(household, month, luck, p)
    if loud:
        hear(household, month, luck, news)
    if home.services >= CAMPAIGN:
        contact(household, ties[i].kin + ties[i].others, luck, offer, p, tally)
    talk(household, i, month, luck, int(home.in_force), ties, neighbours, signals, p)
    keep_contacts(household, i, month, luck, abroad, first, count, p)
    if home.informed > 0.0 and informed(household, home):
        know_all(household, home, corridors)


@rule
def forget(household, month, luck, p):
    """Topics not in use are forgotten, each with chance `forget`; what was known exactly ages."""
    u = uniform_in(luck[Purpose.FORGET], household.key, 0, 0)
    if u < TOPICS_IN[household.heard] * p.forget:  # no topic is lost above this
        idle = household.heard & ~in_use(household)
        while idle != 0:
            topic = idle & -idle
            idle ^= topic
            if u < p.forget:
                household.heard = household.heard & ~topic
                household.used = household.used & ~topic
                u = u / p.forget
            else:
                u = (u - p.forget) / (1.0 - p.forget)
    if household.updater == 1:
        for d in range(PLACES):
            if household.precision[d] > PRECISION_ONE:
                household.precision[d] = household.precision[d] - int(household.precision[d] * p.precision_fade + 0.5)


@rule
def in_use(household):
    """Topics the household lives by this month: work where its workers are, and the routes they went by; bits."""
    topics = 0
    for w in range(WORKERS):  # at home, and in a slot without a worker, place and route are 0
        topics |= (1 << household.place[w] >> 1) | ROUTE_BIT[household.route[w]]
    return topics


@rule
def hear(household, month, luck, news):
    """A change of law, or a campaign's start, heard of in public: each topic with its own share."""
    for topic in range(TOPICS):
        if news[topic] > 0.0 and uniform_in(luck[Purpose.RUMOUR], household.key, 0, topic) < news[topic]:
            household.heard = household.heard | (1 << topic)


@rule
def talk(household, i, month, luck, in_force, ties, neighbours, signals, p):
    """Meet some ties. Each tie takes -ln(1 - its chance) of a line, kin first; along it gaps between meetings are
    exponential, so that ties not met are never read.
    """
    row = ties[i]
    kin_end = row.kin * p.length_kin
    others_end = kin_end + row.others * p.length_village
    end = others_end + contacts_of(household) * p.length_diaspora
    u = uniform_in(luck[Purpose.CONTACT], household.key, 0, 0)
    if u <= 1.0 - end:  # surely nobody: exp(-x) >= 1 - x
        return
    at = -log(u)
    k = 0
    while at < end:
        if at < kin_end:
            nth = min(row.kin - 1, int(at / p.length_kin))
            j = neighbours[row.start + nth] & INDEX_MASK
            passed = (nth + 1) * p.length_kin
        elif at < others_end:
            nth = min(row.others - 1, int((at - kin_end) / p.length_village))
            j = neighbours[row.start + row.kin + nth] & INDEX_MASK
            passed = kin_end + (nth + 1) * p.length_village
        else:
            nth = int((at - others_end) / p.length_diaspora)
            j = nth_contact(household, nth)
            passed = others_end + (nth + 1) * p.length_diaspora
        k += 1
        if signals[j] != 0:  # else the household has not come to be
            converse(household, signals[j], month, luck, in_force, k, p)
        at = passed - log(uniform_in(luck[Purpose.CONTACT], household.key, 0, k))


@rule
def contacts_of(household):
    """How many diaspora ties the household has."""
    held = 0
    for slot in range(CONTACTS):
        held += int(household.contacts[slot] != NOBODY)
    return held


@rule
def nth_contact(household, n):
    """The household at the other end of the n-th diaspora tie, from 0; of the last one where there are fewer."""
    found = NOBODY
    for slot in range(CONTACTS):
        if household.contacts[slot] != NOBODY and n >= 0:
            found = household.contacts[slot]
            n -= 1
    return found


@rule
def converse(household, signal, month, luck, in_force, k, p):
    """What one tie tells: topics in force (nobody talks of a route that does not exist), wages and dangers."""
    told = (signal >> SIGNAL_HEARD) & in_force
    unheard = told & ~household.heard
    if unheard != 0:
        used = (signal >> SIGNAL_USED) & 255
        u = uniform_in(luck[Purpose.MESSAGE], household.key, 0, k)
        while unheard != 0:
            topic = unheard & -unheard
            unheard ^= topic
            if used & topic:
                household.heard = household.heard | topic
            elif u < p.tell_ratio:
                household.heard = household.heard | topic
                u = u / p.tell_ratio
            else:
                u = (u - p.tell_ratio) / (1.0 - p.tell_ratio)
    believe_wages(household, signal, told, month, luck, k, p)
    believe_risk(household, signal, p)


@rule
def believe_wages(household, signal, told, month, luck, k, p):
    """Update the log-wage beliefs: a tenth of households weigh by precision (Bayes), the rest average (DeGroot 1974).

    The sender exaggerates either way by `bias`; with chance `mutate` the message has become a rumour.
    """
    for d in range(PLACES):
        if (told >> d) & 1:
            u = uniform_in(luck[Purpose.RUMOUR], household.key, k, 100 + d)
            message = ((signal >> (SIGNAL_WAGE + 10 * d)) & 1023) / 256.0 - 2.0
            message += p.bias if u < 0.5 else -p.bias
            u = u + u if u < 0.5 else u + u - 1.0
            if u < p.mutate:
                message += p.rumour * normal_in(luck[Purpose.RUMOUR], household.key, k, 200 + d)
            before = household.wage_belief[d] / BELIEF_ONE
            if household.updater == 1:
                precision = household.precision[d] / PRECISION_ONE
                after = (precision * before + message) / (precision + 1.0)
                household.precision[d] = min(PRECISION_MOST, household.precision[d] + PRECISION_ONE)
            else:
                after = before + p.average * (message - before)
            after = min(1.99, max(-1.99, after))
            if abs(after - before) > p.news_threshold:
                household.stirred = 1
            household.wage_belief[d] = int(math.floor(after * BELIEF_ONE + 0.5))


@rule
def believe_risk(household, signal, p):
    """Perceived risk moves towards the tie's, and towards what is feared if the tie has someone banned (after Sah
    1991).
    """
    risk = household.risk / SHARE_ONE
    risk += p.risk_hearsay * (((signal >> SIGNAL_RISK) & 255) * 0.004 - risk)
    if (signal >> SIGNAL_BANNED) & 3:
        risk += p.risk_hearsay * max(0.0, p.risk_feared - risk)
        for w in range(household.workers):
            if household.place[w] > 0 and household.regime[w] == IRREGULAR:
                household.q[w] = int(household.q[w] * p.q_neighbour + 0.5)
                household.ban_from[w] = household.place[w] if household.ban_left[w] == 0 else household.ban_from[w]
    household.risk = int(risk * SHARE_ONE + 0.5)


@rule
def keep_contacts(household, i, month, luck, abroad, first, count, p):
    """Diaspora ties: a household abroad meets others of its origin in the same place; at home the ties fade."""
    place = HOME
    for w in range(WORKERS):  # a slot without a worker is at home
        place = household.place[w] if household.place[w] > 0 else place
    if place > 0:
        if uniform_in(luck[Purpose.MEET], household.key, 0, 0) < p.meet:
            meet(household, i, luck, abroad, first, count, place)
        return
    u = uniform_in(luck[Purpose.FADE], household.key, 0, 0)
    if u < CONTACTS * p.contact_fade:  # no tie is lost above this: spares the loop
        for slot in range(CONTACTS):
            if household.contacts[slot] != NOBODY:
                if u < p.contact_fade:
                    household.contacts[slot] = NOBODY
                    u = u / p.contact_fade
                else:
                    u = (u - p.contact_fade) / (1.0 - p.contact_fade)


@rule
def meet(household, i, luck, abroad, first, count, place):
    """Fill a free slot with a household of the same origin that has a worker in the same place; four tries."""
    slot = CONTACTS
    for s in range(CONTACTS):
        if household.contacts[s] == NOBODY:
            slot = s
    if slot == CONTACTS:
        return
    for attempt in range(4):
        j = first + int(count * uniform_in(luck[Purpose.MEET], household.key, 1, attempt))
        if (abroad[j] >> 2 * (place - 1)) & 3 and j != i:
            household.contacts[slot] = j
            return


@rule
def abroad_in(signal):
    """Workers abroad by place, two bits each: the part of a signal that is read most, kept in an array of its own."""
    return (signal >> SIGNAL_ABROAD) & 63


@rule
def signal_of(household):
    """What neighbours will see of the household next month, packed in one integer (see `attributes`)."""
    signal = (household.heard << SIGNAL_HEARD) | (household.used << SIGNAL_USED)
    banned = 0
    for w in range(WORKERS):  # a slot without a worker is at home; 1 << 2 place >> 2 counts nobody there
        signal += (1 << (2 * household.place[w]) >> 2) << SIGNAL_ABROAD
        if household.ban_left[w] > 0 and household.q[w] + household.q[w] < SHARE_ONE:
            banned += 1
    signal |= banned << SIGNAL_BANNED
    for d in range(PLACES):
        signal |= ((household.wage_belief[d] >> 4) + 512) << (SIGNAL_WAGE + 10 * d)
    return signal | (min(250, household.risk // 40) << SIGNAL_RISK)
