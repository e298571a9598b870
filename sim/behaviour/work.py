"""Work: jobs found and lost, pay at home and abroad, and the search of those who came back.

A jobless migrant finds work with chance min(0.95, f L), a working one loses it with min(0.95, s / L), L labour demand
with its
season: the two-state job ladder of search models (Pissarides 2000), demand moving with the destination's GDP.
Returnees in
search find work with hazard l0 exp(-chi m) x season x (1 - s_f if forced), m months of search: duration dependence.
"""

from __future__ import annotations

from sim.behaviour.learn import PRECISION_MOST
from sim.behaviour.routes import NO_ROUTE, WORK_PERMIT
from sim.behaviour.worth import rewarded, scar_of
from sim.draws import Purpose, uniform_in
from sim.schema.attributes import COURSE, GRANT, IRREGULAR, PROGRAMME, SKILL_ONE
from sim.schema.conditions import SERVICE_BITS
from sim.schema.elementary import exp
from sim.schema.rule import rare_rule, rule
from sim.tallies import Tally, note

LONGEST = 100  # months of joblessness are counted up to here
REINTEGRATION, WORKS = SERVICE_BITS["reintegration"], SERVICE_BITS["works"]


@rule
def pay_of_work_at_home(household, home):
    """A month's pay at home of a worker of the household without a scar, USD."""
    return (home.pay_rural if household.rural == 1 else home.pay_urban) * (household.skill / SKILL_ONE)


@rule
def work_at_home(household, w, u, pay, unscarred, home, p):
    """The month's earnings of a worker at home, cents; `unscarred` is `pay` in cents, `u` the draw for the job."""
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
    if household.jobless[w] > 0:
        return 0
    if household.scar[w] > 0 or home.grant_gain > 0.0:
        gain = home.grant_gain if household.served[w] & GRANT else 0.0
        return int(100.0 * pay * (1.0 - scar_of(household, w, home, p)) * (1.0 + gain) + 0.5)
    return unscarred


@rare_rule
def serve_jobless(household, w, luck, home, offer, tally):
    """Programmes for one without work at home: reintegration for some who came back and search, public works for all.

    Returns the pay in public works, cents. Who has it goes on searching.
    """
    services = int(home.services)
    if services & REINTEGRATION and household.searching[w] == 1 and household.served[w] & PROGRAMME == 0:
        if household.forced[w] == 1 or home.all_returnees > 0.0:
            reintegrate(household, w, luck, home, offer, tally)
    if services & WORKS == 0:
        return 0
    note(tally, 0, Tally.WORKS_ASKED, 1)
    if uniform_in(luck[Purpose.WORKS], household.key, w, 0) >= offer.works:
        return 0
    pay = int(home.works_pay + 0.5)
    note(tally, 0, Tally.PUBLIC_WORKERS, 1)
    note(tally, 0, Tally.PUBLIC_PAY, pay)
    return pay


@rule
def reintegrate(household, w, luck, home, offer, tally):
    """Ask for a place in a programme for those who came back; some have one, with a grant to start on where it gives
    any.
    """
    note(tally, 0, Tally.REINTEGRATION_ASKED, 1)
    if uniform_in(luck[Purpose.REINTEGRATE], household.key, w, 0) >= offer.reintegration:
        return
    note(tally, 0, Tally.REINTEGRATED, 1)
    household.served[w] = household.served[w] | PROGRAMME
    grant = int(home.grant + 0.5)
    if grant > 0:
        household.served[w] = household.served[w] | GRANT
        household.savings = household.savings + grant
        note(tally, 0, Tally.GRANTS, grant)


@rule
def chance_at_home(household, w, home, p):
    """Chance that a worker without work at home finds some this month."""
    if household.searching[w] == 0:
        return home.finding
    season = home.finding / home.finding_mean
    hazard = p.search_level * exp(-p.search_decay * household.jobless[w]) * season
    if household.forced[w] == 1:
        hazard = hazard * (1.0 - p.search_forced)
    return hazard * home.search if household.served[w] & PROGRAMME else hazard


@rule
def work_abroad(household, w, month, luck, corridor, p, tally):
    """The month's pay of a worker abroad after the price of a permit, USD at the base rate; 0 without a job."""
    place = household.place[w]
    u = uniform_in(luck[Purpose.JOB], household.key, w, 0)
    if household.jobless[w] == 0:
        if u < corridor.losing and household.months[w] > 0:
            household.jobless[w] = 1
            return 0.0
    elif u < (corridor.finding_irregular if household.route[w] == NO_ROUTE else corridor.finding):
        household.jobless[w] = 0
    else:
        household.jobless[w] = min(LONGEST, household.jobless[w] + 1)
        return 0.0
    d = place - 1
    household.wage_belief[d] = 0
    household.precision[d] = PRECISION_MOST
    waits = household.route[w] == WORK_PERMIT and household.months[w] < corridor.permit_wait
    pay = corridor.pay_irregular if household.route[w] == NO_ROUTE or waits else corridor.pay_regular
    pay *= rewarded(household, corridor)
    if corridor.language_gain > 0.0 and household.served[w] & COURSE:
        pay *= 1.0 + corridor.language_gain
    if household.route[w] == WORK_PERMIT and not waits:
        pay = max(1.0, pay - corridor.permit_monthly)
    if household.regime[w] == IRREGULAR and uniform_in(luck[Purpose.THEFT], household.key, w, 0) < corridor.wage_theft:
        note(tally, place, Tally.WAGE_THEFT, int(100.0 * pay + 0.5))
        return 0.0
    return pay
