/* The nested-logit choice: the rules of sim/behaviour/plan.py. */
#include "month.h"

/* What the choice of one worker needs of household and month. */
typedef struct {
    double log_skill, log_home, y_home, purse, held;
} purse_t;

static inline int64_t in_lanes(int64_t there)
{
    return (there & 3) | ((there & 12) << (LANE_BITS - 2)) | ((there & 48) << 2 * (LANE_BITS - 2));
}

/* Workers of the ties in each destination, weighted by the kind of tie. */
static void ties_abroad(const household_t *h, int64_t i, const month_t *m, double near[PLACES])
{
    const parameters_t *p = m->p;
    int64_t kin = 0, others = 0, met = 0;
    const tie_row_t *row = m->ties + i;
    const neighbour_t *ties = m->neighbours + row->start;
    for (int64_t nth = 0; nth < row->kin; nth++)
        kin += in_lanes(m->abroad[ties[nth] & INDEX_MASK]);
    for (int64_t nth = row->kin; nth < row->kin + row->others; nth++)
        others += in_lanes(m->abroad[ties[nth] & INDEX_MASK]);
    for (int slot = 0; slot < CONTACTS; slot++)
        if (h->contacts[slot] != NOBODY)
            met += in_lanes(m->abroad[h->contacts[slot]]);
    for (int d = 0; d < PLACES; d++, kin >>= LANE_BITS, others >>= LANE_BITS, met >>= LANE_BITS)
        near[d] = p->ties_kin * (kin & LANE) + p->ties_village * (others & LANE) + p->ties_diaspora * (met & LANE);
}

static inline double means(const household_t *h, const parameters_t *p)
{
    double credit = p->credit_months * h->income - h->debt;
    return (h->savings + larger(0.0, credit)) * 0.01;
}

static inline int lawful_route(const household_t *h, const corridor_t *c, int64_t known, const parameters_t *p)
{
    if (c->free_movement > 0.0 && known & FREE_BIT)
        return FREE;
    if (c->seasonal_pool > 0.0 && known & SEASONAL_BIT)
        return SEASONAL;
    if (c->permit_access > 0.0 && known & PERMIT_BIT && means(h, p) >= c->travel_cost + c->permit_upfront)
        return WORK_PERMIT;
    return NO_ROUTE;
}

static inline double trip_cost(const corridor_t *c, int route)
{
    return c->travel_cost + (route == WORK_PERMIT ? c->permit_upfront : 0.0);
}

static inline double trips_to(const household_t *h, int w, int d, int64_t month, const parameters_t *p)
{
    int64_t trips = h->trips[PLACES * w + d];
    if (trips == 0)
        return 0.0;
    return trips / (double)TRIPS_ONE * exp(-p->trips_fade * (month - h->trips_month[w]));
}

static inline double pay_at_home(const household_t *h, int w, const home_t *home, const parameters_t *p)
{
    double pay = h->rural == 1 ? home->pay_rural : home->pay_urban;
    pay *= h->skill / (double)SKILL_ONE * (1.0 - p->scar * h->scar[w] / 24.0);
    if (h->jobless[w] > 0 && h->place[w] == HOME)
        pay *= p->idle_value;
    return larger(LEAST_PAY_HOME, pay);
}

static inline double utility(double log_gain, double drawn, double held, double q, double risk, double cost, int route,
                             double y_home, const parameters_t *p)
{
    double loss = 12.0 * risk * larger(0.0, log_gain) + (1.0 - q) * cost / y_home;
    double legal = route == FREE ? p->legal_free : route != NO_ROUTE ? p->legal_permit : 0.0;
    return drawn - held + p->beta * q * log_gain - p->lam * loss + legal;
}

static inline double believed(const household_t *h, int w, int d, const purse_t *of, double drawn, const corridor_t *c,
                              const parameters_t *p)
{
    bool here = h->place[w] == d + 1;
    int route = here ? h->route[w] : lawful_route(h, c, h->heard, p);
    double cost = here ? 0.0 : trip_cost(c, route), q = 1.0;
    if (h->ban_from[w] == d + 1 && !here)
        q = h->q[w] / (double)SHARE_ONE;
    if (q < p->closed || cost > of->purse)
        return CLOSED;
    double log_pay = route != NO_ROUTE ? c->view_log_regular : c->view_log_irregular;
    if (route == SEASONAL)
        log_pay += c->spared;
    log_pay = larger(LOG_LEAST_PAY, log_pay + of->log_skill + h->wage_belief[d] / (double)BELIEF_ONE);
    double risk = route != NO_ROUTE ? 0.0 : h->risk / (double)SHARE_ONE;
    double log_gain = log_pay + c->view_log_value - of->log_home;
    double held = of->held + p->kappa * cost / of->purse;
    return utility(log_gain, drawn, held, q, risk, cost, route, of->y_home, p);
}

static inline double true_worth(const household_t *h, int w, int d, const purse_t *of, double drawn,
                                const corridor_t *c, const parameters_t *p)
{
    bool here = h->place[w] == d + 1, banned = h->ban_from[w] == d + 1 && h->ban_left[w] > 0 && !here;
    int route = here ? h->route[w] : banned ? NO_ROUTE : lawful_route(h, c, 255, p);
    double cost = here ? 0.0 : trip_cost(c, route), q = 1.0;
    if (cost > of->purse)
        return CLOSED;
    if (banned) {
        q = 1.0 - c->refusal;
        if (q < p->closed)
            return -p->kappa * cost / of->purse - p->lam * cost / of->y_home;
    }
    double log_pay = route != NO_ROUTE ? c->true_log_regular : c->true_log_irregular;
    if (route == SEASONAL)
        log_pay += c->spared;
    log_pay = larger(LOG_LEAST_PAY, log_pay + of->log_skill);
    double risk = route != NO_ROUTE ? 0.0 : c->detection;
    double log_gain = log_pay + c->true_log_value - of->log_home;
    double held = of->held + p->kappa * cost / of->purse;
    return utility(log_gain, drawn, held, q, risk, cost, route, of->y_home, p);
}

/* Bounds on the errors: between the quantiles at both ends of the bin that a draw falls in. */
static inline double least_gumbel(uint64_t stream, int64_t key, int64_t worker, int64_t k)
{
    return GUMBEL_QUANTILES[(int64_t)(uniform(stream, key, worker, k) * BINS)] - SLACK;
}

static inline double most_gumbel(uint64_t stream, int64_t key, int64_t worker, int64_t k)
{
    return GUMBEL_QUANTILES[(int64_t)(uniform(stream, key, worker, k) * BINS) + 1] + SLACK;
}

static inline double most_shared(const parameters_t *p, uint64_t stream, int64_t key, int64_t worker)
{
    if (p->nest_scale >= 1.0)
        return SLACK;
    double most = p->shared_most[(int64_t)(uniform(stream, key, worker, 0) * BINS)];
    return most + (1.0 - p->nest_scale) * most_gumbel(stream, key, worker, 1000);
}

/* Draw the errors, take the best place, and note what the choice is worth and what misinformation cost. */
static int weigh(const household_t *h, int w, const month_t *m, const home_t *home, const corridor_t *corridors,
                 const double near[PLACES], int64_t *tally)
{
    const parameters_t *p = m->p;
    const uint64_t luck = m->luck[FOR_GUMBEL];
    const double scale = p->nest_scale;
    purse_t of = {.y_home = pay_at_home(h, w, home, p)};
    of.log_home = log(of.y_home);
    of.log_skill = log(h->skill / (double)SKILL_ONE);
    of.purse = larger(1.0, means(h, p));
    of.held = p->phi * (h->members - h->workers);
    const double shared_most = most_shared(p, m->luck[FOR_STABLE], h->key, w);
    double floor = least_gumbel(luck, h->key, w, 0), shared = 0.0;
    double best_value = 0.0, best_true = 0.0, chosen_true = 0.0, inside = 0.0, outside = 1.0;
    bool exact = false;
    int best = HOME;
    for (int d = 0; d < PLACES; d++) {
        const corridor_t *c = corridors + d;
        double drawn = h->taste[d] / (double)TASTE_ONE + c->attraction, trips = trips_to(h, w, d, m->month, p);
        drawn += near[d] > 0.0 ? p->gamma * log1p(near[d]) : 0.0;
        drawn += trips > 0.0 ? p->delta * log1p(trips) : 0.0;
        double value = believed(h, w, d, &of, drawn, c, p), truth = true_worth(h, w, d, &of, drawn, c, p);
        if (value == CLOSED && truth == CLOSED)
            continue;
        double most = most_gumbel(luck, h->key, w, d + 1);
        if (d < NESTED) {
            most = shared_most + scale * most;
            inside += exp(value / scale);
        } else {
            outside += exp(value);
        }
        if (larger(value, truth) + most < floor)
            continue; /* home is better whatever the errors are */
        if (!exact) {
            exact = true;
            shared = scale * log_positive_stable(scale, m->luck[FOR_STABLE], h->key, w, 0);
            best_value = best_true = chosen_true = gumbel(luck, h->key, w, 0);
        }
        double error = gumbel(luck, h->key, w, d + 1);
        if (d < NESTED)
            error = shared + scale * error;
        best_true = larger(best_true, truth + error);
        if (value + error > best_value) {
            best = d + 1;
            best_value = value + error;
            chosen_true = truth + error;
        }
        floor = smaller(best_value, best_true);
    }
    if (inside > 0.0)
        outside += exp(scale * log(inside));
    double worth = of.y_home / p->beta;
    tally[DELIBERATIONS] += 1;
    tally[WELFARE] += (int64_t)(100.0 * worth * log(outside));
    tally[MISINFORMATION] +=
        (int64_t)smaller(1e9, 100.0 * worth * (best_true - larger(chosen_true, best_true - 20.0)));
    return best;
}

static inline int age_band(int64_t age)
{
    return (age >= 25 * 12) + (age >= 35 * 12) + (age >= 45 * 12);
}

static inline void choose(household_t *h, int64_t i, const month_t *m, const home_t *home, const corridor_t *corridors,
                          const double *mobility, int64_t *tally)
{
    const parameters_t *p = m->p;
    const double ceiling = p->hazard * home->season_departures * mobility[MOST_MOBILE];
    bool stirred = h->stirred, counted = false;
    double near[PLACES];
    const uint64_t three = bits(m->luck[FOR_DELIBERATE], h->key, 0, 0);
    if (stirred)
        h->stirred = 0;
    for (int w = 0; w < h->workers; w++) {
        int place = h->place[w];
        double limit = 1.0, u = 0.0;
        if (place == HOME) {
            u = third_of(three, w);
            if (!stirred && u >= ceiling)
                continue;
            int64_t age = m->month - h->birth_month[w];
            if (age < ADULT || age >= RETIREMENT)
                continue;
            limit = p->hazard * mobility[age_band(age) + 4 * (h->sex[w] == FEMALE)];
            if (!stirred && u >= limit * home->season_departures)
                continue;
        } else if (h->jobless[w] != 1 && h->permit[w] != ENDED) {
            continue;
        }
        if (!counted)
            ties_abroad(h, i, m, near);
        counted = true;
        int chosen = weigh(h, w, m, home, corridors, near, tally);
        if (place > 0 || stirred || chosen == HOME || u < limit * corridors[chosen - 1].season_departures)
            h->intent[w] = chosen != place ? chosen : NO_INTENT;
        if (h->permit[w] == ENDED)
            h->permit[w] = 0;
    }
}

void choose_lane(const month_t *m, int64_t lane)
{
    for (int64_t b = lane; b < m->n_blocks; b += m->lanes) {
        const int64_t *block = m->blocks + 3 * b, origin = block[2];
        int64_t *tally = m->tallies + TALLIES * (m->origins * lane + origin);
        for (int64_t i = block[0]; i < block[1]; i++)
            if (lives(m->households + i, m->month))
                choose(m->households + i, i, m, m->homes + origin, m->corridors + PLACES * origin,
                       m->mobility + (MOST_MOBILE + 1) * origin, tally);
    }
}
