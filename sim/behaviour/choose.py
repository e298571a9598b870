"""Choose: take the best place by a mixed nested logit whose error terms are keyed, so that luck is the same in every
scenario.

The errors are drawn, not integrated: in the nest of the first two destinations eps = L ln S + L G with S positive
L-stable and G Gumbel (McFadden 1978; Chambers, Mallows and Stuck 1976); elsewhere G. The choice is the largest V + eps
(:mod:`sim.behaviour.worth` has V). With L = 1 there is no nest: the plain logit (McFadden 1974).
"""

from __future__ import annotations

from sim.behaviour.advise import informed
from sim.behaviour.routes import means, undrawn
from sim.behaviour.worth import ALL_TOPICS, CLOSED, believed, pay_at_home, pull, rewarded, true_worth
from sim.draws import Purpose, gumbel_in, least_gumbel_in, log_positive_stable_in, most_gumbel_in, most_shared_in
from sim.schema.attributes import HOME, SKILL_ONE
from sim.schema.elementary import exp, log
from sim.schema.rule import rare_rule, rule
from sim.tallies import Tally, note

NESTED = 2  # the first two destinations share a nest


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
