"""Live: a household's month after the choice, in the order of the model: travel, work, remit, consume, enforce,
come home.
"""

from __future__ import annotations

from sim.behaviour.advise import CENTRE, seek_advice
from sim.behaviour.come_home import EMERGENCY, leave, returns
from sim.behaviour.consume import consume, deflate
from sim.behaviour.count import count
from sim.behaviour.enforce import (
    BAN,
    COMPLIES,
    EXPELLED,
    EXPELLED_BANNED,
    EXPULSION,
    SIX_MONTHS,
    delist,
    enforce,
    run_ban,
)
from sim.behaviour.plan import RETIREMENT
from sim.behaviour.remit import remit
from sim.behaviour.routes import NO_ROUTE
from sim.behaviour.travel import travel
from sim.behaviour.work import pay_of_work_at_home, serve_jobless, work_abroad, work_at_home
from sim.behaviour.worth import trades
from sim.draws import Purpose, bits_in, lasting, third_of, uniform_in
from sim.schema.attributes import HOME, NEVER, NO_INTENT, PLACES, SHARE_ONE
from sim.schema.rule import rare_rule, rule
from sim.tallies import Tally, note

ADULT = 18 * 12
LONGEST_SPELL = 1200  # months are counted up to here
SEASON = 1  # index in CAUSES


@rule
def live(household, ties, month, luck, home, offer, corridors, granted, p, tally):
    """One household's month from the journey to the return, and its part in the tallies; `ties` is its number of
    ties.
    """
    if household.born == month and month > 0:
        note(tally, 0, Tally.ENDOWED, household.savings)
        note(tally, 0, Tally.ENDOWED_DEBT, household.debt)
    deflate(household, home, tally)
    pay = pay_of_work_at_home(household, home)
    unscarred = int(100.0 * pay + 0.5)
    bits = bits_in(luck[Purpose.JOB], household.key, 0, 2)
    earned, public, gone = 0, 0, 0
    for w in range(household.workers):
        if household.place[w] == HOME and month - household.birth_month[w] >= RETIREMENT:
            succeed(household, w, month)
        if household.intent[w] != NO_INTENT:
            travel(household, w, month, luck, corridors, granted, p, tally)
        if household.place[w] == HOME:
            earned += work_at_home(household, w, third_of(bits, w), pay, unscarred, home, p)
            if household.jobless[w] > 0 and home.services > 0.0:
                public += serve_jobless(household, w, luck, home, offer, tally)
            rest_at_home(household, w, luck, home, offer, corridors, p, tally)
        else:
            gone += 1
    note(tally, 0, Tally.HOME_PAY, earned)
    earned += public
    shock = uniform_in(luck[Purpose.SHOCK], household.key, 0, 0) < p.home_shock
    other = household.home_income // 2 if shock else household.home_income
    note(tally, 0, Tally.OTHER_INCOME, other)
    other += trade(household, gone, home, tally)
    arrived = 0
    if gone > 0:
        arrived = send_home(household, gone, month, luck, earned + other, corridors, p, tally)
    household.remitted = arrived
    deposit = 0
    if arrived > 0 and home.match_rate > 0.0:
        deposit = match_savings(household, arrived, home, tally)
    consume(household, earned + other + arrived - deposit, household.members - gone, home, p, tally)
    household.income = household.income + deposit
    if gone > 0:
        for w in range(household.workers):
            if household.place[w] != HOME:
                face_the_law(household, w, month, luck, shock, home, offer, corridors, p, tally)
    count(household, ties, home, corridors, tally)


@rule
def lives(household, month):
    """Whether the household has come to be: those there at the start are there in the burn-in, too."""
    return household.born <= month or household.born <= 0


@rule
def send_home(household, sharers, month, luck, income, corridors, p, tally):
    """The household's migrants, `sharers` of them, work and remit; what arrives, cents."""
    arrived = 0
    for w in range(household.workers):
        household.sent[w] = 0
        if household.place[w] != HOME:
            corridor = corridors[household.place[w] - 1]
            pay = work_abroad(household, w, month, luck, corridor, p, tally)
            if pay > 0.0:
                base_pay = corridor.true_irregular if household.route[w] == NO_ROUTE else corridor.true_regular
                arrived += remit(household, w, pay, base_pay, income * 0.01, sharers, corridor, p, tally)
    return arrived


@rule
def trade(household, gone, home, tally):
    """A month's small trade across the border, cents; it needs a worker at home."""
    if home.trade_share == 0.0 or gone == household.workers or not trades(household, home):
        return 0
    income = int(home.trade_income + 0.5)
    note(tally, 0, Tally.TRADERS, 1)
    note(tally, 0, Tally.TRADE_INCOME, income)
    return income


@rare_rule
def match_savings(household, arrived, home, tally):
    """Put part of what arrived into a savings account, where the public adds to it; what is put there, cents."""
    if lasting(Purpose.MATCH, household.key) >= home.match_share:
        return 0
    deposit = int(arrived * home.match_portion + 0.5)
    added = int(deposit * home.match_rate + 0.5)
    household.savings = household.savings + deposit + added
    note(tally, 0, Tally.MATCHING, 1)
    note(tally, 0, Tally.MATCHED, added)
    return deposit


@rule
def rest_at_home(household, w, luck, home, offer, corridors, p, tally):
    """A month at home: bans run, and presence abroad fades from the record."""
    household.months[w] = min(LONGEST_SPELL, household.months[w] + 1)
    if household.ban_from[w] != 0:
        live_with_ban(household, w, luck, home, offer, corridors, p, tally)
    household.stay[w] = (household.stay[w] << 1) & SIX_MONTHS


@rule
def face_the_law(household, w, month, luck, shock, home, offer, corridors, p, tally):
    """Enforcement and return for a worker abroad."""
    place = household.place[w]
    household.months[w] = min(LONGEST_SPELL, household.months[w] + 1)
    if household.ban_from[w] != 0:
        live_with_ban(household, w, luck, home, offer, corridors, p, tally)
    corridor = corridors[place - 1]
    if corridor.emergency_return > 0.0:
        if uniform_in(luck[Purpose.EMERGENCY], household.key, w, 0) < corridor.emergency_return:
            leave(household, w, EMERGENCY, month, luck, corridor, p, tally)
            return
    verdict = enforce(household, w, month, luck, corridor, p, tally)
    cause = 0
    if verdict == EXPELLED:
        cause = EXPULSION
    elif verdict == EXPELLED_BANNED:
        cause = BAN
    elif verdict == COMPLIES:
        cause = SEASON
    else:
        cause = returns(household, w, month, luck, shock, corridor, p)
    if cause == EXPULSION or cause == BAN:
        note(tally, place, Tally.EXPULSIONS, 1)
    if cause != 0:
        leave(household, w, cause, month, luck, corridor, p, tally)
    elif household.jobless[w] == 1 or household.permit[w] < 0:
        household.stirred = 1


@rule
def live_with_ban(household, w, luck, home, offer, corridors, p, tally):
    """A month of a ban, or of the belief in one: it runs, it may be lifted, and one at home may ask about it."""
    run_ban(household, w, p)
    if home.amnesty > 0.0 and household.ban_left[w] > 0:
        delist(household, w, luck, corridors[household.ban_from[w] - 1], p, tally)
    if int(home.services) & CENTRE and household.place[w] == HOME and household.ban_from[w] != 0:
        seek_advice(household, w, luck, home, offer, p, tally)


@rule
def succeed(household, w, month):
    """A worker at home reaches retirement: the slot passes to the child of the household who comes of age."""
    household.birth_month[w] = month - ADULT
    household.last_place[w] = 0
    household.months[w] = 120
    household.offence_1[w] = NEVER
    household.offence_2[w] = NEVER
    household.ban_left[w] = 0
    household.ban_from[w] = 0
    household.q[w] = SHARE_ONE
    household.scar[w] = 0
    household.forced[w] = 0
    household.cause[w] = 0
    household.searching[w] = 0
    household.stay[w] = 0
    household.intent[w] = NO_INTENT
    household.served[w] = 0
    for d in range(PLACES):
        household.trips[PLACES * w + d] = 0
