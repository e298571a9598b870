"""Satisfice: take the first place that is good enough, in the order of what is known.

    look at places in falling order of  k_d = gamma ln(1 + n_d) + delta ln(1 + trips_d),  where one is now first of all
    take the first with  V_d + eps_d - eps_home > A;  else home

A is the aspiration (Simon 1955, doi:10.2307/1884852). Search in an order that is not by value, ended by the first thing
good enough, is what people were seen to do in the laboratory (Caplin, Dean and Martin 2011,
doi:10.1257/aer.101.7.2899). The errors are those of the nested logit (:mod:`sim.behaviour.choose`). With A = 0 as many
choose to leave as under it, for some place beats home when the best does; only where they go differs.

A place made worse draws nobody: its own V falls, and nothing that makes it worse brings it forward in the order.
"""

from __future__ import annotations

from sim.behaviour.advise import informed
from sim.behaviour.choose import NESTED
from sim.behaviour.routes import means, undrawn
from sim.behaviour.worth import ALL_TOPICS, CLOSED, believed, pay_at_home, pull, rewarded, trips_to, true_worth
from sim.draws import Purpose, gumbel_in, log_positive_stable_in
from sim.schema.attributes import HOME
from sim.schema.elementary import exp, log, log1p
from sim.schema.rule import rare_rule, rule
from sim.tallies import Tally, note

HERE = 1e9  # known better than any place from afar


@rule
def known(household, w, d, month, near, p):
    """k_d: how well the worker knows destination index d, by ties there and own trips."""
    if household.place[w] == d + 1:
        return HERE
    return p.gamma * log1p(near[d]) + p.delta * log1p(trips_to(household, w, d, month, p))


@rule
def best_known(household, w, month, near, places, looked, p):
    """The destination index known best of those not yet looked at (`looked`, bits); of equals the pack's first."""
    found, most = 0, -1.0
    for d in range(places):
        if (looked >> d) & 1 == 0:
            k = known(household, w, d, month, near, p)
            if k > most:
                found, most = d, k
    return found


@rare_rule
def satisfice(household, w, month, luck, home, offer, corridors, near, undrawn_only, p, tally):
    """The first place good enough, and what the choice is worth; with `undrawn_only` 1, the place there would be if
    nothing that is drawn for were to be had, and nothing is noted.

    Noted as under :func:`sim.behaviour.choose.weigh`: the log-sum of all places, and how far the chosen one falls short
    of the best when both are judged with true conditions. That holds what was never looked at, too.
    """
    y_home = pay_at_home(household, w, home, offer, p)
    log_home = log(y_home)
    purse = max(1.0, means(household, p))
    held = p.phi * (household.members - household.workers)
    scale = p.nest_scale
    gumbel = luck[Purpose.GUMBEL]
    shared = scale * log_positive_stable_in(scale, luck[Purpose.STABLE], household.key, w, 0)
    at_home = gumbel_in(gumbel, household.key, w, 0)
    knows = home.informed > 0.0 and informed(household, home)
    chosen, best_true, chosen_true = HOME, at_home, at_home
    inside, outside = 0.0, 1.0
    looked = 0
    for _ in range(len(corridors)):
        d = best_known(household, w, month, near, len(corridors), looked, p)
        looked = looked | (1 << d)
        corridor = corridors[d]
        heard, all_topics = household.heard, ALL_TOPICS
        if undrawn_only == 1:
            heard = undrawn(household.heard, corridor)
            all_topics = heard
        drawn = pull(household, w, d, month, near, corridor, p)
        paid = log(rewarded(household, corridor))
        value = believed(household, w, d, heard, paid, log_home, y_home, purse, drawn, held, corridor, p)
        truth = true_worth(household, w, d, all_topics, paid, log_home, y_home, purse, drawn, held, corridor, p)
        if value == CLOSED and (truth == CLOSED or knows):
            continue
        value = truth if knows else value
        error = gumbel_in(gumbel, household.key, w, d + 1)
        if d < NESTED:
            error = shared + scale * error
            inside += exp(value / scale)
        else:
            outside += exp(value)
        best_true = max(best_true, truth + error)
        if chosen == HOME and value + error - at_home > p.aspiration:
            chosen, chosen_true = d + 1, truth + error
    if undrawn_only == 0:
        note_choice(inside, outside, best_true - max(chosen_true, best_true - 20.0), y_home / p.beta, scale, tally)
    return chosen


@rule
def note_choice(inside, outside, lost, worth, scale, tally):
    """Note a deliberation, the money worth of its log-sum, and of what misinformation and not looking cost."""
    if inside > 0.0:
        outside += exp(scale * log(inside))
    note(tally, 0, Tally.DELIBERATIONS, 1)
    note(tally, 0, Tally.WELFARE, int(100.0 * worth * log(outside)))
    note(tally, 0, Tally.MISINFORMATION, int(min(1e9, 100.0 * worth * lost)))
