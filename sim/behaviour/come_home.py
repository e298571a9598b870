"""Come home: the hazard of return, its cause, what the exit reveals, and how a returnee starts again.

    h = 1 - exp(-exp(a0 + dur(months) + a1 [savings >= target] - a3 ln(e C / e0 C0) + a4 jobless + home shock - psi (1
    - q)
                     + season of returns))

A complementary log-log (grouped proportional) hazard (Prentice and Gloeckler 1978, doi:10.2307/2529588). The cause of a
return is the largest term above the baseline.
"""

from __future__ import annotations

from sim.behaviour.advise import BAN_RULES_BIT, EXPULSION, ban_at_exit
from sim.behaviour.enforce import impose
from sim.behaviour.routes import NO_ROUTE, worth_of
from sim.draws import Purpose, uniform_in
from sim.schema.attributes import GAIN_ONE, HOME, REGULAR, SHARE_ONE
from sim.schema.elementary import exp
from sim.schema.rule import rule
from sim.tallies import Tally, note, spell_band

SEASON, TARGET, JOB_LOST, GAIN_GONE, HOME_SHOCK = 1, 2, 3, 4, 5  # indices in CAUSES
EMERGENCY = 8
SCAR_MONTHS = 24


@rule
def duration_term(months, p):
    """dur(months): the baseline hazard by length of the spell."""
    if months <= 1:
        return p.dur_1
    if months <= 3:
        return p.dur_3
    if months <= 6:
        return p.dur_6
    if months <= 12:
        return p.dur_12
    return p.dur_36 if months <= 36 else p.dur_more


@rule
def returns(household, w, month, luck, shock, corridor, p):
    """Cause of the worker's return this month, 0 if the worker stays."""
    u = uniform_in(luck[Purpose.RETURN], household.key, w, 0)
    terms = p.a0 + duration_term(household.months[w], p) + corridor.season_returns
    q = household.q[w] / SHARE_ONE if household.ban_from[w] == household.place[w] else 1.0
    terms -= p.psi * (1.0 - q)
    worth = worth_of(household.route[w], corridor)
    gain = p.a3 * (household.gain[w] / GAIN_ONE - worth)
    target = p.a1 if household.savings >= household.target else 0.0
    idle = p.a4 if household.jobless[w] > 0 else 0.0
    struck = p.a_shock if shock else 0.0
    hazard = exp(terms + gain + target + idle + struck)
    if u >= hazard or u >= 1.0 - exp(-hazard):  # 1 - exp(-h) <= h spares the second exponential
        return 0
    cause, largest = SEASON, max(0.1, corridor.season_returns)
    if target > largest:
        cause, largest = TARGET, target
    if idle > largest:
        cause, largest = JOB_LOST, idle
    if gain > largest:
        cause, largest = GAIN_GONE, gain
    if struck > largest:
        cause = HOME_SHOCK
    return cause


@rule
def leave(household, w, cause, month, luck, corridor, p, tally):
    """Leave the destination: overstay is found at the exit, and a leaver in breach may be listed, knowing it or not.

    Nobody looks at the papers of the expelled, whose ban is decided, nor in an emergency.
    """
    if household.overstay[w] > 0 and cause < EXPULSION:
        months = ban_at_exit(household.overstay[w], corridor)
        if months > 0.0:
            listed = uniform_in(luck[Purpose.LIST], household.key, w, 0) < corridor.listing
            noticed = uniform_in(luck[Purpose.NOTICE], household.key, w, 2) < p.notice
            if listed:
                impose(household, w, household.place[w], int(months), noticed, p, tally)
            source = household.ban_from[w]
            if household.heard & BAN_RULES_BIT and (source == 0 or source == household.place[w]):
                household.ban_from[w] = household.place[w]
                household.q[w] = min(household.q[w], int(p.q_breach * SHARE_ONE + 0.5))
    arrive_home(household, w, cause, month, luck, p, tally)


@rule
def arrive_home(household, w, cause, month, luck, p, tally):
    """Set the worker down at home: most take up some work at once, the rest search; a forced return leaves a scar."""
    place = household.place[w]
    note(tally, place, Tally.RETURNS, 1)
    note(tally, place, Tally.RETURNS + cause, 1)
    note(tally, place, Tally.ENDED + spell_band(household.months[w]), 1)
    forced = cause >= EXPULSION  # or a ban, or an emergency
    household.cause[w] = cause
    household.forced[w] = 1 if forced else 0
    household.place[w] = HOME
    household.months[w] = 0
    household.overstay[w] = 0
    household.regime[w] = REGULAR
    household.route[w] = NO_ROUTE
    household.permit[w] = 0
    household.sent[w] = 0
    if forced:
        household.scar[w] = SCAR_MONTHS
    resume = p.resume * (1.0 - p.search_forced) if forced else p.resume
    if uniform_in(luck[Purpose.SETTLE], household.key, w, 0) < resume:
        household.jobless[w] = 0
        household.searching[w] = 0
        if uniform_in(luck[Purpose.SETTLE], household.key, w, 1) < p.self_employed:
            note(tally, 0, Tally.SELF_EMPLOYED, 1)
    else:
        household.jobless[w] = 1
        household.searching[w] = 1
    if cause == TARGET:
        spend_target(household, month, luck, p, tally)


@rule
def spend_target(household, month, luck, p, tally):
    """The target is spent on return (a house, a wedding), and the next one is set."""
    spent = min(household.target, household.savings)
    household.savings = household.savings - spent
    note(tally, 0, Tally.TARGETS_SPENT, spent)
    u = uniform_in(luck[Purpose.NEXT_TARGET], household.key, 0, 0)
    household.target = int(max(20_000.0, (p.target_low + (p.target_high - p.target_low) * u) * household.income) + 0.5)
