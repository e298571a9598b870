"""Worth: what a place is worth to a worker, as the household believes it to be, and as it truly is under the month's
conditions.

    y_d = C_d e^(1-theta) (P_d ppp_d)^-theta                    C_d >= 20 USD, y_home >= 30 USD a month
    V_d = a_hd + alpha_od + beta q ln(y_d / y_home) + gamma ln(1 + n_d) + delta ln(1 + trips_d)
          - kappa cost_d / (savings + credit) - phi dependants - lambda Loss_d + legal_d            (home: V = 0)
    Loss_d = 12 pi_hat max(0, ln(y_d / y_home)) + (1 - q) cost_d / y_home
"""

from __future__ import annotations

from sim.behaviour.routes import FREE, NO_ROUTE, SEASONAL, lawful_route, trip_cost
from sim.draws import Purpose, lasting
from sim.schema.attributes import (
    BELIEF_ONE,
    GRANT,
    HOME,
    PLACES,
    PROGRAMME,
    SHARE_ONE,
    SKILL_ONE,
    TASTE_ONE,
    TRIPS_ONE,
)
from sim.schema.elementary import exp, log, log1p
from sim.schema.rule import rare_rule, rule

LOG_LEAST_PAY, LEAST_PAY_HOME = log(20.0), 30.0
CLOSED = -1e9
ALL_TOPICS = 255


@rule
def pay_at_home(household, w, home, offer, p):
    """y_home: what the worker expects to earn at home in a month, USD, at least 30.

    One without work counts on some part of pay, and for the rest of the time on public works as far as there are any;
    the last one at home on what the household earns in trade, which needs somebody there.
    """
    pay = home.pay_rural if household.rural == 1 else home.pay_urban
    pay *= household.skill / SKILL_ONE * (1.0 - scar_of(household, w, home, p))
    if household.served[w] & GRANT:
        pay *= 1.0 + home.grant_gain
    if household.jobless[w] > 0 and household.place[w] == HOME:
        pay *= p.idle_value
        if offer.works > 0.0:
            pay += (1.0 - p.idle_value) * offer.works * home.works_pay * 0.01
    if home.trade_share > 0.0:
        pay += trade_lost(household, w, home)
    return max(LEAST_PAY_HOME, pay)


@rule
def scar_of(household, w, home, p):
    """Share of pay that a forced return still costs, less what a programme has spared."""
    lost = p.scar * household.scar[w] / 24.0
    return lost * (1.0 - home.scar_spared) if household.served[w] & PROGRAMME else lost


@rule
def trades(household, home):
    """Whether the household is one of those that live by small trade across the border."""
    return lasting(Purpose.TRADE, household.key) < home.trade_share


@rare_rule
def trade_lost(household, w, home):
    """What the household would no longer earn in trade without the worker, USD: nothing if another is at home."""
    for other in range(household.workers):
        if other != w and household.place[other] == HOME:
            return 0.0
    return home.trade_income * 0.01 if trades(household, home) else 0.0


@rule
def rewarded(household, corridor):
    """The household's skill as it is paid at a destination: what is above the average counts `skill_return` times."""
    skill = household.skill / SKILL_ONE
    if corridor.skill_return != 1.0 and skill > 1.0:
        return 1.0 + (skill - 1.0) * corridor.skill_return
    return skill


@rule
def trips_to(household, w, d, month, p):
    """Own trips to destination index d, faded since they were last brought up to date."""
    trips = household.trips[PLACES * w + d]
    if trips == 0:
        return 0.0
    return trips / TRIPS_ONE * exp(-p.trips_fade * (month - household.trips_month[w]))


@rule
def pull(household, w, d, month, near, corridor, p):
    """What draws the worker to destination index d whatever it pays: taste, attraction, ties there and own trips."""
    drawn = household.taste[d] / TASTE_ONE + corridor.attraction
    drawn += p.gamma * log1p(near[d]) if near[d] > 0.0 else 0.0
    trips = trips_to(household, w, d, month, p)
    drawn += p.delta * log1p(trips) if trips > 0.0 else 0.0
    return drawn


@rule
def utility(log_gain, drawn, held, q, risk, cost, route, y_home, p):
    """V_d but for what pulls towards it (`drawn`) and holds back (`held`) whatever is believed about pay and law."""
    loss = 12.0 * risk * max(0.0, log_gain) + (1.0 - q) * cost / y_home
    legal = 0.0
    if route == FREE:
        legal = p.legal_free
    elif route != NO_ROUTE:
        legal = p.legal_permit
    return drawn - held + p.beta * q * log_gain - p.lam * loss + legal


@rule
def believed(household, w, d, known, log_skill, log_home, y_home, purse, drawn, held, corridor, p):
    """V_d as the household sees it: adaptive views, its own wage belief, its belief about re-entry, the routes it
    knows of (`known`, bits of topics).
    """
    here = household.place[w] == d + 1
    route = household.route[w] if here else lawful_route(household, corridor, known, p)
    cost = 0.0 if here else trip_cost(corridor, route)
    q = 1.0
    if household.ban_from[w] == d + 1 and not here:
        q = household.q[w] / SHARE_ONE
    if q < p.closed or cost > purse:
        return CLOSED
    log_pay = corridor.view_log_regular if route != NO_ROUTE else corridor.view_log_irregular
    if route == SEASONAL:
        log_pay += corridor.spared
    log_pay = max(LOG_LEAST_PAY, log_pay + log_skill + household.wage_belief[d] / BELIEF_ONE)
    risk = 0.0 if route != NO_ROUTE else household.risk / SHARE_ONE
    log_gain = log_pay + corridor.view_log_value - log_home
    return utility(log_gain, drawn, held + p.kappa * cost / purse, q, risk, cost, route, y_home, p)


@rule
def true_worth(household, w, d, known, log_skill, log_home, y_home, purse, drawn, held, corridor, p):
    """V_d under true conditions: the month's own figures, every route of `known`, the true ban and the true detection.

    One who slips in on a ban has no lawful route.
    """
    here = household.place[w] == d + 1
    banned = household.ban_from[w] == d + 1 and household.ban_left[w] > 0 and not here
    route = household.route[w] if here else NO_ROUTE if banned else lawful_route(household, corridor, known, p)
    cost = 0.0 if here else trip_cost(corridor, route)
    if cost > purse:
        return CLOSED
    q = 1.0
    if banned:
        q = 1.0 - corridor.refusal
        if q < p.closed:
            return -p.kappa * cost / purse - p.lam * cost / y_home  # turned back: home, less the fare
    log_pay = corridor.true_log_regular if route != NO_ROUTE else corridor.true_log_irregular
    if route == SEASONAL:
        log_pay += corridor.spared
    log_pay = max(LOG_LEAST_PAY, log_pay + log_skill)
    risk = 0.0 if route != NO_ROUTE else corridor.detection
    log_gain = log_pay + corridor.true_log_value - log_home
    return utility(log_gain, drawn, held + p.kappa * cost / purse, q, risk, cost, route, y_home, p)
