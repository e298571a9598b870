"""Count: the household's state at the month's end, added to the tallies."""

from __future__ import annotations

from sim.schema.attributes import HOME, NOBODY, PLACES, REGULAR, SHARE_ONE
from sim.schema.rule import rule
from sim.tallies import Tally, note, note_topics, spell_band

FEW_TIES = 6  # a household with fewer ties at home, and none abroad, counts as isolated


@rule
def count(household, ties, home, corridors, tally):
    """Add one household's people, accounts, deprivation and awareness to the tallies of its block."""
    gone = 0
    for w in range(household.workers):
        if household.place[w] == HOME:
            count_at_home(household, w, tally)
        else:
            gone += 1
            count_abroad(household, w, tally)
        if household.ban_left[w] > 0:
            count_banned(household, w, tally)
    note(tally, 0, Tally.HOUSEHOLDS, 1)
    note(tally, 0, Tally.WORKERS, household.workers)
    if gone > 0:
        note(tally, 0, Tally.SPLIT, 1)
        if household.place[0] != HOME and household.woman_head == 0:
            note(tally, 0, Tally.WOMEN_HEADED, 1)
    count_welfare(household, household.members - gone, ties, home, tally)
    note(tally, 0, Tally.SAVINGS, household.savings)
    note(tally, 0, Tally.DEBT, household.debt)
    for d in range(PLACES):  # nobody has heard of work where the pack has no destination
        note(tally, d + 1, Tally.BELIEF_ERROR, ((household.heard >> d) & 1) * abs(household.wage_belief[d]))
    note_topics(tally, household.heard)


@rule
def count_at_home(household, w, tally):
    """Joblessness at home, of all and of those who came back."""
    idle = 1 if household.jobless[w] > 0 else 0
    note(tally, 0, Tally.JOBLESS_HOME, idle)
    if household.last_place[w] > 0:
        months = household.months[w]
        if months <= 12:
            note(tally, 0, Tally.JOBLESS_RETURNEES, idle)
        if months == 3:
            note(tally, 0, Tally.BACK_3, 1)
            note(tally, 0, Tally.IDLE_3, idle)
        elif months == 6:
            note(tally, 0, Tally.BACK_6, 1)
            note(tally, 0, Tally.IDLE_6, idle)
        elif months == 12:
            note(tally, 0, Tally.BACK_12, 1)
            note(tally, 0, Tally.IDLE_12, idle)


@rule
def count_abroad(household, w, tally):
    """Stock, work, status and risk of exploitation at a destination."""
    place = household.place[w]
    note(tally, place, Tally.STOCK, 1)
    note(tally, place, Tally.RUNNING + spell_band(household.months[w]), 1)
    if household.jobless[w] == 0:
        note(tally, place, Tally.WORKING, 1)
    if household.regime[w] == REGULAR:
        note(tally, place, Tally.REGULAR, 1)
    else:
        note(tally, place, Tally.IRREGULAR, 1)
        if household.debt > household.income and alone(household, w):
            note(tally, place, Tally.EXPLOITED, 1)


@rule
def no_contacts(household):
    """Whether the household has no diaspora tie."""
    return household.contacts[0] & household.contacts[1] & household.contacts[2] & household.contacts[3] == NOBODY


@rule
def alone(household, w):
    """Whether the worker has neither a diaspora tie nor a member of the household at the same place."""
    if not no_contacts(household):
        return False
    for other in range(household.workers):
        if other != w and household.place[other] == household.place[w]:
            return False
    return True


@rule
def count_banned(household, w, tally):
    """The list, those on it who do not know, and those diverted to another destination."""
    source = household.ban_from[w]
    note(tally, source, Tally.BANNED, 1)
    if household.q[w] + household.q[w] > SHARE_ONE:
        note(tally, source, Tally.UNAWARE_BANNED, 1)
    if household.place[w] != HOME and household.place[w] != source:
        note(tally, source, Tally.DIVERTED, 1)


@rule
def count_welfare(household, residents, ties, home, tally):
    """Members, the poor among them, their shortfall, dependence on remittances and isolation.

    A household is poor when those at home consume less per head than the line; all its members count, also those away,
    so that who leaves does not change who is counted.
    """
    members = household.members
    note(tally, 0, Tally.PERSONS, members)
    # Without branches, which nobody could foresee; where nobody is at home, nobody falls short.
    line = home.line * residents
    poor = int(household.consumption < line)
    gap = max(0.0, line - household.consumption) / max(1.0, line)
    note(tally, 0, Tally.POOR_HOUSEHOLDS, poor)
    note(tally, 0, Tally.POOR, poor * members)
    note(tally, 0, Tally.GAP, int(gap * members * SHARE_ONE + 0.5))
    note(tally, 0, Tally.VULNERABLE, poor & int(ties < FEW_TIES) & int(no_contacts(household)))
    note(tally, 0, Tally.DEPENDENT, 1 if household.remitted + household.remitted > household.income else 0)
