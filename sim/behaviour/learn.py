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

from sim.draws import Purpose, normal_in, uniform_in
from sim.schema.attributes import (
    BELIEF_ONE,
    CONTACTS,
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
from sim.schema.rule import rule

TOPICS = 8
KIN, VILLAGE, LONG = 0, 1, 2
INDEX_BITS = 28
INDEX_MASK = (1 << INDEX_BITS) - 1
ROUTE_BIT = (0, 1 << 5, 1 << 4, 1 << 6)  # topic of each route: none, work permit, seasonal permit, free movement
PRECISION_MOST = 20 * PRECISION_ONE
BAN_RULES_BIT = 1 << 3


@rule
def learn(household, i, month, luck, home, news, loud, offsets, neighbours, signals, first, count, p):
    """One household's month of news: forget, hear in public, talk to ties, make or lose ties abroad.

    `news` is the share of households that hear of each topic in public this month, `loud` whether there is any; ties
    are in
    compressed sparse rows (`offsets`, `neighbours`), `signals` are last month's; the origin's households are
    `first` to `first + count`.
    """
    forget(household, month, luck, p)
    if loud:
        hear(household, month, luck, news)
    talk(household, i, month, luck, int(home.in_force), offsets, neighbours, signals, p)
    keep_contacts(household, i, month, luck, signals, first, count, p)


@rule
def forget(household, month, luck, p):
    """Topics not in use are forgotten, each with chance `forget`; what was known exactly ages."""
    idle = household.heard & ~in_use(household)
    if idle != 0:
        u = uniform_in(luck[Purpose.FORGET], household.key, 0, 0)
        if u < TOPICS * p.forget:  # no topic is lost above this: spares the loop
            while idle != 0:
                topic = idle & -idle
                idle ^= topic
                if u < p.forget:
                    household.heard = household.heard & ~topic
                    household.used = household.used & ~topic
                    u = u / p.forget
                else:
                    u = (u - p.forget) / (1.0 - p.forget)
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
def talk(household, i, month, luck, in_force, offsets, neighbours, signals, p):
    """Meet some ties: the gaps between the ties met are geometric, so those not met are never read."""
    start = offsets[i]
    degree = offsets[i + 1] - start
    reach = degree + CONTACTS
    k = 0
    position = passed_over(uniform_in(luck[Purpose.CONTACT], household.key, 0, k), reach, p)
    while position < reach:
        if position < degree:
            code = neighbours[start + position]
            j = code & INDEX_MASK
            weight = p.ties_kin if (code >> INDEX_BITS) == KIN else p.ties_village
        else:
            j = household.contacts[position - degree]
            weight = p.ties_diaspora
        k += 1
        # A signal of 0 is a household that has not come to be.
        if (
            j != NOBODY
            and signals[j] != 0
            and (weight >= 1.0 or uniform_in(luck[Purpose.CONTACT], household.key, 1, k) < weight)
        ):
            converse(household, signals[j], month, luck, in_force, k, p)
        position += 1
        position += passed_over(uniform_in(luck[Purpose.CONTACT], household.key, 0, k), reach - position, p)


@rule
def passed_over(u, left, p):
    """How many of the `left` ties are passed over before the next one met: geometric, all of them where none is met."""
    if u <= 1.0 - left * p.tell_user:  # surely none: (1 - q)^n >= 1 - n q
        return left
    return int(math.log(u) / p.log_keep)


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
def keep_contacts(household, i, month, luck, signals, first, count, p):
    """Diaspora ties: a household abroad meets others of its origin in the same place; at home the ties fade."""
    abroad = 0
    for w in range(household.workers):
        if household.place[w] > 0:
            abroad = household.place[w]
    if abroad > 0:
        if uniform_in(luck[Purpose.MEET], household.key, 0, 0) < p.meet:
            meet(household, i, month, luck, signals, first, count, abroad)
        return
    for slot in range(CONTACTS):
        if household.contacts[slot] != NOBODY:
            if uniform_in(luck[Purpose.FADE], household.key, 0, slot) < p.contact_fade:
                household.contacts[slot] = NOBODY


@rule
def meet(household, i, month, luck, signals, first, count, place):
    """Fill a free slot with a household of the same origin that has a worker in the same place; four tries."""
    slot = CONTACTS
    for s in range(CONTACTS):
        if household.contacts[s] == NOBODY:
            slot = s
    if slot == CONTACTS:
        return
    for attempt in range(4):
        j = first + int(count * uniform_in(luck[Purpose.MEET], household.key, 1, attempt))
        there = (signals[j] >> (SIGNAL_ABROAD + 2 * (place - 1))) & 3
        if there > 0 and j != i:
            household.contacts[slot] = j
            return


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
