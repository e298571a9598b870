/* The two costliest kernels of a month in C: learning over ties, and the nested-logit choice.
 *
 * The same rules as sim/behaviour/learn.py and sim/behaviour/plan.py, on the same arrays, written by hand for this
 * benchmark. layout.h is made from the program's tables: records, conditions, parameters, constants. Compile with
 * -O3 -march=native -ffp-contract=off: a fused multiply-add would round differently.
 */
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "layout.h"

typedef struct {
    household_t *households;
    const int64_t *blocks; /* rows (start, stop, origin) */
    int64_t n_blocks;
    const int64_t *starts; /* bounds of the origins */
    int64_t month;
    const uint64_t *luck; /* a stream of draws for each purpose */
    const home_t *homes;
    const corridor_t *corridors; /* origins x PLACES */
    const double *mobility;      /* origins x 8 */
    const double *news;          /* origins x TOPICS */
    int64_t loud;
    const offset_t *offsets;
    const neighbour_t *neighbours;
    const int64_t *signals;
    const parameters_t *p;
    int64_t *tallies; /* lanes x origins x TALLIES */
    int64_t origins;
    int64_t lanes;
} month_t;

/* ------------------------------------------------------------------------------------------------------ draws */

static inline uint64_t mixed(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static inline double uniform(uint64_t stream, int64_t key, int64_t worker, int64_t k)
{
    uint64_t x = mixed(stream + (uint64_t)key + (uint64_t)worker * 0x8CB92BA72F3D8DD7u
                       + (uint64_t)k * 0xDABA0B6EB09322E3u);
    return ((double)(x >> 12) + 0.5) * 2.220446049250313e-16;
}

static double normal(uint64_t stream, int64_t key, int64_t worker, int64_t k)
{
    double radius = sqrt(-2.0 * log(uniform(stream, key, worker, k)));
    return radius * sin(6.283185307179586 * uniform(stream, key, worker, k + 1000));
}

static inline double gumbel(uint64_t stream, int64_t key, int64_t worker, int64_t k)
{
    return -log(-log(uniform(stream, key, worker, k)));
}

static double log_positive_stable(double scale, uint64_t stream, int64_t key, int64_t worker, int64_t k)
{
    if (scale >= 1.0)
        return 0.0;
    double u = 3.141592653589793 * uniform(stream, key, worker, k);
    double w = -log(uniform(stream, key, worker, k + 1000));
    double rest = (1.0 - scale) / scale;
    return log(sin(scale * u)) - log(sin(u)) / scale + rest * log(sin((1.0 - scale) * u) / w);
}

static inline double larger(double a, double b) { return a > b ? a : b; }
static inline double smaller(double a, double b) { return a < b ? a : b; }
static inline bool lives(const household_t *h, int64_t month) { return h->born <= month || h->born <= 0; }

/* ------------------------------------------------------------------------------------------- learning over ties */

static int64_t topics_in_use(const household_t *h)
{
    static const int64_t route_bit[4] = {0, 1 << 5, 1 << 4, 1 << 6};
    int64_t topics = 0;
    for (int w = 0; w < WORKERS; w++)
        topics |= (1 << h->place[w] >> 1) | route_bit[h->route[w]];
    return topics;
}

static inline void forget(household_t *h, const month_t *m)
{
    const parameters_t *p = m->p;
    int64_t idle = h->heard & ~topics_in_use(h);
    if (idle) {
        double u = uniform(m->luck[FOR_FORGET], h->key, 0, 0);
        if (u < TOPICS * p->forget) {
            while (idle) {
                int64_t topic = idle & -idle;
                idle ^= topic;
                if (u < p->forget) {
                    h->heard &= ~topic;
                    h->used &= ~topic;
                    u = u / p->forget;
                } else {
                    u = (u - p->forget) / (1.0 - p->forget);
                }
            }
        }
    }
    for (int d = 0; d < PLACES; d++)
        if (h->precision[d] > PRECISION_ONE)
            h->precision[d] -= (int64_t)(h->precision[d] * p->precision_fade + 0.5);
}

static void hear(household_t *h, const month_t *m, const double *news)
{
    for (int topic = 0; topic < TOPICS; topic++)
        if (news[topic] > 0.0 && uniform(m->luck[FOR_RUMOUR], h->key, 0, topic) < news[topic])
            h->heard |= 1 << topic;
}

static void believe_wages(household_t *h, int64_t signal, int64_t told, const month_t *m, int64_t k)
{
    const parameters_t *p = m->p;
    for (int d = 0; d < PLACES; d++) {
        if (!((told >> d) & 1))
            continue;
        double u = uniform(m->luck[FOR_RUMOUR], h->key, k, 100 + d);
        double message = ((signal >> (SIGNAL_WAGE + 10 * d)) & 1023) / 256.0 - 2.0;
        message += u < 0.5 ? p->bias : -p->bias;
        u = u < 0.5 ? u + u : u + u - 1.0;
        if (u < p->mutate)
            message += p->rumour * normal(m->luck[FOR_RUMOUR], h->key, k, 200 + d);
        double before = h->wage_belief[d] / (double)BELIEF_ONE, after;
        if (h->updater == 1) {
            double precision = h->precision[d] / (double)PRECISION_ONE;
            after = (precision * before + message) / (precision + 1.0);
            int64_t more = h->precision[d] + PRECISION_ONE;
            h->precision[d] = more < PRECISION_MOST ? more : PRECISION_MOST;
        } else {
            after = before + p->average * (message - before);
        }
        after = smaller(1.99, larger(-1.99, after));
        if (fabs(after - before) > p->news_threshold)
            h->stirred = 1;
        h->wage_belief[d] = (int64_t)floor(after * BELIEF_ONE + 0.5);
    }
}

static inline void believe_risk(household_t *h, int64_t signal, const parameters_t *p)
{
    double risk = h->risk / (double)SHARE_ONE;
    risk += p->risk_hearsay * (((signal >> SIGNAL_RISK) & 255) * 0.004 - risk);
    if ((signal >> SIGNAL_BANNED) & 3) {
        risk += p->risk_hearsay * larger(0.0, p->risk_feared - risk);
        for (int w = 0; w < h->workers; w++) {
            if (h->place[w] > 0 && h->regime[w] == IRREGULAR) {
                h->q[w] = (int64_t)(h->q[w] * p->q_neighbour + 0.5);
                if (h->ban_left[w] == 0)
                    h->ban_from[w] = h->place[w];
            }
        }
    }
    h->risk = (int64_t)(risk * SHARE_ONE + 0.5);
}

static inline void converse(household_t *h, int64_t signal, int64_t in_force, const month_t *m, int64_t k)
{
    const parameters_t *p = m->p;
    int64_t told = (signal >> SIGNAL_HEARD) & in_force;
    int64_t unheard = told & ~(int64_t)h->heard;
    if (unheard) {
        int64_t used = (signal >> SIGNAL_USED) & 255;
        double u = uniform(m->luck[FOR_MESSAGE], h->key, 0, k);
        while (unheard) {
            int64_t topic = unheard & -unheard;
            unheard ^= topic;
            if (used & topic) {
                h->heard |= topic;
            } else if (u < p->tell_ratio) {
                h->heard |= topic;
                u = u / p->tell_ratio;
            } else {
                u = (u - p->tell_ratio) / (1.0 - p->tell_ratio);
            }
        }
    }
    believe_wages(h, signal, told, m, k);
    believe_risk(h, signal, p);
}

/* How many of the `left` ties are passed over before the next one met: geometric. */
static inline int64_t passed_over(double u, int64_t left, const parameters_t *p)
{
    if (u <= 1.0 - left * p->tell_user)
        return left;
    return (int64_t)(log(u) / p->log_keep);
}

static inline void talk(household_t *h, int64_t i, int64_t in_force, const month_t *m)
{
    const parameters_t *p = m->p;
    const neighbour_t *ties = m->neighbours + m->offsets[i];
    int64_t degree = m->offsets[i + 1] - m->offsets[i], reach = degree + CONTACTS, k = 0;
    int64_t position = passed_over(uniform(m->luck[FOR_CONTACT], h->key, 0, k), reach, p);
    while (position < reach) {
        int64_t j;
        double weight;
        if (position < degree) {
            j = ties[position] & INDEX_MASK;
            weight = ties[position] >> INDEX_BITS == KIN ? p->ties_kin : p->ties_village;
        } else {
            j = h->contacts[position - degree];
            weight = p->ties_diaspora;
        }
        k++;
        if (j != NOBODY && m->signals[j] != 0
            && (weight >= 1.0 || uniform(m->luck[FOR_CONTACT], h->key, 1, k) < weight))
            converse(h, m->signals[j], in_force, m, k);
        position++;
        position += passed_over(uniform(m->luck[FOR_CONTACT], h->key, 0, k), reach - position, p);
    }
}

static void meet(household_t *h, int64_t i, const month_t *m, int64_t first, int64_t count, int place)
{
    int slot = CONTACTS;
    for (int s = 0; s < CONTACTS; s++)
        if (h->contacts[s] == NOBODY)
            slot = s;
    if (slot == CONTACTS)
        return;
    for (int attempt = 0; attempt < 4; attempt++) {
        int64_t j = first + (int64_t)(count * uniform(m->luck[FOR_MEET], h->key, 1, attempt));
        if (((m->signals[j] >> (SIGNAL_ABROAD + 2 * (place - 1))) & 3) && j != i) {
            h->contacts[slot] = j;
            return;
        }
    }
}

static inline void keep_contacts(household_t *h, int64_t i, const month_t *m, int64_t first, int64_t count)
{
    int abroad = 0;
    for (int w = 0; w < h->workers; w++)
        if (h->place[w] > 0)
            abroad = h->place[w];
    if (abroad > 0) {
        if (uniform(m->luck[FOR_MEET], h->key, 0, 0) < m->p->meet)
            meet(h, i, m, first, count, abroad);
        return;
    }
    for (int slot = 0; slot < CONTACTS; slot++)
        if (h->contacts[slot] != NOBODY && uniform(m->luck[FOR_FADE], h->key, 0, slot) < m->p->contact_fade)
            h->contacts[slot] = NOBODY;
}

static void learn_lane(const month_t *m, int64_t lane)
{
    for (int64_t b = lane; b < m->n_blocks; b += m->lanes) {
        const int64_t *block = m->blocks + 3 * b, origin = block[2];
        const int64_t first = m->starts[origin], count = m->starts[origin + 1] - first;
        const int64_t in_force = (int64_t)m->homes[origin].in_force;
        for (int64_t i = block[0]; i < block[1]; i++) {
            household_t *h = m->households + i;
            if (!lives(h, m->month))
                continue;
            forget(h, m);
            if (m->loud)
                hear(h, m, m->news + TOPICS * origin);
            talk(h, i, in_force, m);
            keep_contacts(h, i, m, first, count);
        }
    }
}

/* ------------------------------------------------------------------------------------------ nested-logit choice */

/* What the choice of one worker needs of household and month. */
typedef struct {
    double log_skill, log_home, y_home, purse, held;
} purse_t;

static inline int64_t in_lanes(int64_t signal)
{
    int64_t there = signal >> SIGNAL_ABROAD;
    return (there & 3) | ((there & 12) << (LANE_BITS - 2)) | ((there & 48) << 2 * (LANE_BITS - 2));
}

/* Workers of the ties in each destination, weighted by the kind of tie. */
static void ties_abroad(const household_t *h, int64_t i, const month_t *m, double near[PLACES])
{
    const parameters_t *p = m->p;
    int64_t kin = 0, others = 0, met = 0;
    for (int64_t position = m->offsets[i]; position < m->offsets[i + 1]; position++) {
        int64_t code = m->neighbours[position], there = in_lanes(m->signals[code & INDEX_MASK]);
        kin += code >> INDEX_BITS == KIN ? there : 0;
        others += there;
    }
    others -= kin;
    for (int slot = 0; slot < CONTACTS; slot++)
        if (h->contacts[slot] != NOBODY)
            met += in_lanes(m->signals[h->contacts[slot]]);
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
    bool here = h->place[w] == d + 1;
    int route = here ? h->route[w] : lawful_route(h, c, 255, p);
    double cost = here ? 0.0 : trip_cost(c, route), q = 1.0;
    if (cost > of->purse)
        return CLOSED;
    if (h->ban_from[w] == d + 1 && h->ban_left[w] > 0 && !here) {
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
    double shared = scale * log_positive_stable(scale, m->luck[FOR_STABLE], h->key, w, 0);
    double error = gumbel(luck, h->key, w, 0);
    double best_value = error, best_true = error, chosen_true = error, inside = 0.0, outside = 1.0;
    int best = HOME;
    for (int d = 0; d < PLACES; d++) {
        const corridor_t *c = corridors + d;
        double drawn = h->taste[d] / (double)TASTE_ONE + c->attraction + p->gamma * log1p(near[d]);
        drawn += p->delta * log1p(trips_to(h, w, d, m->month, p));
        double value = believed(h, w, d, &of, drawn, c, p), truth = true_worth(h, w, d, &of, drawn, c, p);
        if (value == CLOSED && truth == CLOSED)
            continue;
        error = gumbel(luck, h->key, w, d + 1);
        if (d < NESTED) {
            error = shared + scale * error;
            inside += exp(value / scale);
        } else {
            outside += exp(value);
        }
        best_true = larger(best_true, truth + error);
        if (value + error > best_value) {
            best = d + 1;
            best_value = value + error;
            chosen_true = truth + error;
        }
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
    return age < 25 * 12 ? 0 : age < 35 * 12 ? 1 : age < 45 * 12 ? 2 : 3;
}

static inline void choose(household_t *h, int64_t i, const month_t *m, const home_t *home, const corridor_t *corridors,
                          const double *mobility, int64_t *tally)
{
    const parameters_t *p = m->p;
    bool stirred = h->stirred, counted = false;
    double near[PLACES];
    h->stirred = 0;
    for (int w = 0; w < h->workers; w++) {
        int place = h->place[w];
        double limit = 1.0, u = 0.0;
        h->intent[w] = NO_INTENT;
        if (place == HOME) {
            int64_t age = m->month - h->birth_month[w];
            if (age < ADULT || age >= RETIREMENT)
                continue;
            limit = p->hazard * mobility[age_band(age) + 4 * (h->sex[w] == FEMALE)];
            u = uniform(m->luck[FOR_DELIBERATE], h->key, w, 0);
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

static void choose_lane(const month_t *m, int64_t lane)
{
    for (int64_t b = lane; b < m->n_blocks; b += m->lanes) {
        const int64_t *block = m->blocks + 3 * b, origin = block[2];
        int64_t *tally = m->tallies + TALLIES * (m->origins * lane + origin);
        for (int64_t i = block[0]; i < block[1]; i++)
            if (lives(m->households + i, m->month))
                choose(m->households + i, i, m, m->homes + origin, m->corridors + PLACES * origin,
                       m->mobility + 8 * origin, tally);
    }
}

/* ------------------------------------------------------------------------------------------------------ threads */

typedef struct {
    void (*kernel)(const month_t *, int64_t);
    const month_t *month;
    int64_t lane;
} work_t;

static void *run(void *given)
{
    work_t *work = given;
    work->kernel(work->month, work->lane);
    return 0;
}

static void each_lane(void (*kernel)(const month_t *, int64_t), const month_t *m)
{
    pthread_t threads[MOST_LANES];
    work_t work[MOST_LANES];
    for (int64_t lane = 0; lane < m->lanes; lane++) {
        work[lane] = (work_t){kernel, m, lane};
        if (lane)
            pthread_create(threads + lane, 0, run, work + lane);
    }
    run(work);
    for (int64_t lane = 1; lane < m->lanes; lane++)
        pthread_join(threads[lane], 0);
}

void learn_all(const month_t *m) { each_lane(learn_lane, m); }
void choose_all(const month_t *m) { each_lane(choose_lane, m); }
