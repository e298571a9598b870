/* Learning over ties: the rules of sim/behaviour/learn.py. */
#include "month.h"

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
    double u = uniform(m->luck[FOR_FORGET], h->key, 0, 0);
    if (u < __builtin_popcountll(idle) * p->forget) {
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
    if (h->updater == 1)
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

/* Meet some ties: each takes -ln(1 - its chance) of a line, kin first; gaps along it are exponential. */
static inline void talk(household_t *h, int64_t i, int64_t in_force, const month_t *m)
{
    const parameters_t *p = m->p;
    const tie_row_t *row = m->ties + i;
    const neighbour_t *ties = m->neighbours + row->start;
    int32_t contacts[CONTACTS];
    int held = 0;
    for (int slot = 0; slot < CONTACTS; slot++) {
        contacts[held] = h->contacts[slot];
        held += h->contacts[slot] != NOBODY;
    }
    double kin_end = row->kin * p->length_kin, others_end = kin_end + row->others * p->length_village;
    double end = others_end + held * p->length_diaspora, u = uniform(m->luck[FOR_CONTACT], h->key, 0, 0);
    if (u <= 1.0 - end)
        return;
    double at = -log(u), passed;
    for (int64_t k = 1; at < end; k++) {
        int64_t j, nth;
        if (at < kin_end) {
            nth = (int64_t)(at / p->length_kin);
            nth = nth < row->kin - 1 ? nth : row->kin - 1;
            j = ties[nth] & INDEX_MASK;
            passed = (nth + 1) * p->length_kin;
        } else if (at < others_end) {
            nth = (int64_t)((at - kin_end) / p->length_village);
            nth = nth < row->others - 1 ? nth : row->others - 1;
            j = ties[row->kin + nth] & INDEX_MASK;
            passed = kin_end + (nth + 1) * p->length_village;
        } else {
            nth = (int64_t)((at - others_end) / p->length_diaspora);
            j = contacts[nth < held - 1 ? nth : held - 1];
            passed = others_end + (nth + 1) * p->length_diaspora;
        }
        if (m->signals[j] != 0)
            converse(h, m->signals[j], in_force, m, k);
        at = passed - log(uniform(m->luck[FOR_CONTACT], h->key, 0, k));
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
        if (((m->abroad[j] >> 2 * (place - 1)) & 3) && j != i) {
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
    const double fade = m->p->contact_fade;
    double u = uniform(m->luck[FOR_FADE], h->key, 0, 0);
    if (u >= CONTACTS * fade)
        return;
    for (int slot = 0; slot < CONTACTS; slot++) {
        if (h->contacts[slot] == NOBODY)
            continue;
        if (u < fade) {
            h->contacts[slot] = NOBODY;
            u = u / fade;
        } else {
            u = (u - fade) / (1.0 - fade);
        }
    }
}

void learn_lane(const month_t *m, int64_t lane)
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
