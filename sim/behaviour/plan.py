"""Plan: weigh the places by a mixed nested logit whose error terms are keyed, so that luck is the same in every
scenario.

    y_d = C_d e^(1-theta) (P_d ppp_d)^-theta                    C_d >= 20 USD, y_home >= 30 USD a month
    V_d = a_hd + alpha_od + beta q ln(y_d / y_home) + gamma ln(1 + n_d) + delta ln(1 + trips_d)
          - kappa cost_d / (savings + credit) - phi dependants - lambda Loss_d + legal_d            (home: V = 0)
    Loss_d = 12 pi_hat max(0, ln(y_d / y_home)) + (1 - q) cost_d / y_home

The errors are drawn, not integrated: in the nest of the first two destinations eps = L ln S + L G with S positive
L-stable
and G Gumbel (McFadden 1978; Chambers, Mallows and Stuck 1976); elsewhere G. The choice is the largest V + eps.
"""

from __future__ import annotations

from sim.behaviour.advise import ADVISERS, advise, informed
from sim.behaviour.learn import INDEX_MASK
from sim.behaviour.routes import (
    FREE,
    NO_ROUTE,
    SEASONAL,
    lawful_route,
    means,
    trip_cost,
    undrawn,
)
from sim.draws import (
    Purpose,
    bits_in,
    gumbel_in,
    lasting,
    least_gumbel_in,
    log_positive_stable_in,
    most_gumbel_in,
    most_shared_in,
    third_of,
)
from sim.schema.attributes import (
    BELIEF_ONE,
    CONTACTS,
    FEMALE,
    GRANT,
    HOME,
    NO_INTENT,
    NOBODY,
    PLACES,
    PROGRAMME,
    SHARE_ONE,
    SKILL_ONE,
    TASTE_ONE,
    TRIPS_ONE,
    WORKERS,
)
from sim.schema.elementary import exp, log, log1p
from sim.schema.rule import rare_rule, rule
from sim.tallies import Tally, note

LOG_LEAST_PAY, LEAST_PAY_HOME = log(20.0), 30.0
ENDED = -1  # `permit` of a worker whose permit has just ended
NESTED = 2  # the first two destinations share a nest
CLOSED = -1e9
ALL_TOPICS = 255
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
    ceiling = p.hazard * home.season_departures * mobility[MOST_MOBILE]
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
        chosen = weigh(household, w, month, luck, home, offer, corridors, near, p, tally)
        due = limit if place == HOME and stirred == 0 else ANY_SEASON
        if chosen == HOME or in_season(u, due, corridors[chosen - 1]):
            household.intent[w] = NO_INTENT if chosen == place else chosen
            if household.intent[w] > HOME:
                set_out(household, w, u, due, month, luck, home, offer, corridors, near, p, tally)
        if household.permit[w] == ENDED:
            household.permit[w] = 0


@rule
def set_out(household, w, u, due, month, luck, home, offer, corridors, near, p, tally):
    """What is still to be settled by one about to leave: some are advised, and who hopes for a seasonal permit knows
    where to go without it, if that place's season has come.
    """
    place = household.intent[w]
    if household.place[w] == HOME and int(home.services) & ADVISERS:
        household.intent[w] = advise(household, w, place, luck, home, offer, p, tally)
    if household.intent[w] > HOME and corridors[place - 1].seasonal_pool > 0.0:
        back = next_best(household, w, month, luck, home, offer, corridors, near, p)
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


@rule
def weigh(household, w, month, luck, home, offer, corridors, near, p, tally):
    """Draw the errors, take the best place, and note what the choice is worth and what misinformation cost.

    Welfare is the log-sum (nested) times y_home / beta (Small and Rosen 1981, doi:10.2307/1911129); the cost of
    misinformation
    is how far the chosen place falls short of the best one when both are judged with true conditions (after Leggett
    2002,
    doi:10.1023/A:1021138018520).
    """
    y_home = pay_at_home(household, w, home, offer, p)
    log_home = log(y_home)
    log_skill = log(household.skill / SKILL_ONE)
    purse = max(1.0, means(household, p))
    held = p.phi * (household.members - household.workers)
    scale = p.nest_scale
    gumbel, stable = luck[Purpose.GUMBEL], luck[Purpose.STABLE]
    shared_most = most_shared_in(p.shared_most, scale, stable, household.key, w, 0)
    # The errors are computed only where a place can win: for most deliberations their bounds tell that home is best.
    floor = least_gumbel_in(gumbel, household.key, w, 0)
    exact = False
    knows = home.informed > 0.0 and informed(household, home)
    shared = 0.0
    best, best_value, best_true, chosen_true = HOME, 0.0, 0.0, 0.0
    inside, outside = 0.0, 1.0
    for d in range(len(corridors)):
        corridor = corridors[d]
        drawn = pull(household, w, d, month, near, corridor, p)
        paid = log_skill if corridor.skill_return == 1.0 else log(rewarded(household, corridor))
        value = believed(household, w, d, household.heard, paid, log_home, y_home, purse, drawn, held, corridor, p)
        truth = true_worth(household, w, d, ALL_TOPICS, paid, log_home, y_home, purse, drawn, held, corridor, p)
        if value == CLOSED and (truth == CLOSED or knows):
            continue
        value = truth if knows else value
        most = most_gumbel_in(gumbel, household.key, w, d + 1)
        if d < NESTED:
            most = shared_most + scale * most
            inside += exp(value / scale)
        else:
            outside += exp(value)
        if max(value, truth) + most < floor:
            continue
        if not exact:
            exact = True
            shared = scale * log_positive_stable_in(scale, stable, household.key, w, 0)
            best_value = gumbel_in(gumbel, household.key, w, 0)
            best_true = chosen_true = best_value
        error = gumbel_in(gumbel, household.key, w, d + 1)
        if d < NESTED:
            error = shared + scale * error
        best_true = max(best_true, truth + error)
        if value + error > best_value:
            best, best_value, chosen_true = d + 1, value + error, truth + error
        floor = min(best_value, best_true)
    if inside > 0.0:
        outside += exp(scale * log(inside))
    worth = y_home / p.beta
    note(tally, 0, Tally.DELIBERATIONS, 1)
    note(tally, 0, Tally.WELFARE, int(100.0 * worth * log(outside)))
    note(
        tally, 0, Tally.MISINFORMATION, int(min(1e9, 100.0 * worth * (best_true - max(chosen_true, best_true - 20.0))))
    )
    return best


@rare_rule
def next_best(household, w, month, luck, home, offer, corridors, near, p):
    """The place the worker would choose if there were no seasonal permits, with the same errors.

    That is where one who is not drawn goes on to. Work permits under a quota are out as well: their draw is missed.
    """
    y_home = pay_at_home(household, w, home, offer, p)
    log_home = log(y_home)
    purse = max(1.0, means(household, p))
    held = p.phi * (household.members - household.workers)
    scale = p.nest_scale
    gumbel = luck[Purpose.GUMBEL]
    shared = scale * log_positive_stable_in(scale, luck[Purpose.STABLE], household.key, w, 0)
    knows = home.informed > 0.0 and informed(household, home)
    best, best_value = HOME, gumbel_in(gumbel, household.key, w, 0)
    for d in range(len(corridors)):
        corridor = corridors[d]
        known = undrawn(household.heard, corridor)
        drawn = pull(household, w, d, month, near, corridor, p)
        paid = log(rewarded(household, corridor))
        value = believed(household, w, d, known, paid, log_home, y_home, purse, drawn, held, corridor, p)
        if value == CLOSED:
            continue
        if knows:
            value = true_worth(household, w, d, known, paid, log_home, y_home, purse, drawn, held, corridor, p)
        error = gumbel_in(gumbel, household.key, w, d + 1)
        value += shared + scale * error if d < NESTED else error
        if value > best_value:
            best, best_value = d + 1, value
    return best
