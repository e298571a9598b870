"""Work: jobs found and lost, pay at home and abroad, and the search of those who came back.

A jobless migrant finds work with chance min(0.95, f L), a working one loses it with min(0.95, s / L), L labour demand
with its
season: the two-state job ladder of search models (Pissarides 2000), demand moving with the destination's GDP.
Returnees in
search find work with hazard l0 exp(-chi m) x season x (1 - s_f if forced), m months of search: duration dependence.
"""

from __future__ import annotations

import math

from sim.behaviour.learn import PRECISION_MOST
from sim.behaviour.plan import NO_ROUTE, WORK_PERMIT
from sim.draws import Purpose, bits_in, third_of, uniform_in
from sim.schema.attributes import HOME, IRREGULAR, SKILL_ONE
from sim.schema.rule import rule
from sim.tallies import Tally, note

LONGEST = 100  # months of joblessness are counted up to here


@rule
def work_at_home(household, month, luck, home, p, tally):
    """The month's earnings of all workers at home, cents."""
    earned = 0
    pay = home.pay_rural if household.rural == 1 else home.pay_urban
    pay *= household.skill / SKILL_ONE
    unscarred = int(100.0 * pay + 0.5)
    bits = bits_in(luck[Purpose.JOB], household.key, 0, 2)
    for w in range(household.workers):
        if household.place[w] != HOME:
            continue
        u = third_of(bits, w)
        if household.jobless[w] == 0:
            if u < home.losing:
                household.jobless[w] = 1
        elif u < chance_at_home(household, w, home, p):
            household.jobless[w] = 0
            household.searching[w] = 0
        elif household.jobless[w] < LONGEST:
            household.jobless[w] = household.jobless[w] + 1
        if household.scar[w] > 0:
            household.scar[w] = household.scar[w] - 1
        if household.jobless[w] == 0:
            if household.scar[w] > 0:
                earned += int(100.0 * pay * (1.0 - p.scar * household.scar[w] / 24.0) + 0.5)
            else:
                earned += unscarred
    note(tally, 0, Tally.HOME_PAY, earned)
    return earned


@rule
def chance_at_home(household, w, home, p):
    """Chance that a worker without work at home finds some this month."""
    if household.searching[w] == 0:
        return home.finding
    season = home.finding / home.finding_mean
    hazard = p.search_level * math.exp(-p.search_decay * household.jobless[w]) * season
    return hazard * (1.0 - p.search_forced) if household.forced[w] == 1 else hazard


@rule
def work_abroad(household, w, month, luck, corridor, p, tally):
    """The month's pay of a worker abroad after the price of a permit, USD at the base rate; 0 without a job."""
    place = household.place[w]
    u = uniform_in(luck[Purpose.JOB], household.key, w, 0)
    if household.jobless[w] == 0:
        if u < corridor.losing and household.months[w] > 0:
            household.jobless[w] = 1
            return 0.0
    elif u < corridor.finding:
        household.jobless[w] = 0
    else:
        household.jobless[w] = min(LONGEST, household.jobless[w] + 1)
        return 0.0
    d = place - 1
    household.wage_belief[d] = 0
    household.precision[d] = PRECISION_MOST
    pay = corridor.pay_irregular if household.route[w] == NO_ROUTE else corridor.pay_regular
    pay *= household.skill / SKILL_ONE
    if household.route[w] == WORK_PERMIT:
        pay = max(1.0, pay - corridor.permit_monthly)
    if household.regime[w] == IRREGULAR and uniform_in(luck[Purpose.THEFT], household.key, w, 0) < corridor.wage_theft:
        note(tally, place, Tally.WAGE_THEFT, int(100.0 * pay + 0.5))
        return 0.0
    return pay
