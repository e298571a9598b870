"""The compiled month: fixed blocks of households, lived by threads through kernels that hold no interpreter lock.

A block is a run of households of one origin. A household reads last month's signals and writes this month's, its own
record and its thread's tallies, which are whole numbers: so the result depends neither on the number of threads nor on
the order of blocks. A block is planned and then lived while it is still in the cache; only those who apply where places
are shared out wait for the meeting (docs/decisions/0013). Kernels are not `parallel=True`: how a loop is cut would then
be Numba's choice (docs/decisions/0007).
"""

from __future__ import annotations

import numpy as np

from sim.behaviour.learn import abroad_in, learn, signal_of
from sim.behaviour.live import live, lives
from sim.behaviour.permits import applies, apply, lottery_number
from sim.behaviour.plan import greatest_chance, leaves, may_deliberate, plan
from sim.draws import thirds_below
from sim.schema.rule import rare_rule, rule
from sim.tallies import unpack_topics

BLOCK = 1024
WAITS = -1  # in the place of a signal: signals are not negative


def cut_blocks(starts: np.ndarray) -> np.ndarray:
    """Blocks as rows (start, stop, origin), shape (blocks, 3); `starts` bounds the origins, shape (origins + 1,)."""
    rows = [
        (start, min(start + BLOCK, int(starts[origin + 1])), origin)
        for origin in range(len(starts) - 1)
        for start in range(int(starts[origin]), int(starts[origin + 1]), BLOCK)
    ]
    return np.array(rows, np.int64).reshape(-1, 3)


@rule
def live_month(
    households, blocks, lane, lanes, starts, month, luck, homes, offers, corridors, mobility, news, loud, meeting,
    nobody, ties, neighbours, signals, abroad, new_signals, new_abroad, p, tallies, waiting, waits,
):  # fmt: skip
    """Plan and live the month for every household of every `lanes`-th block, but for those who wait for the meeting.

    `waiting` gets, from the start of each block, the households that apply, `waits` how many they are; `nobody` is
    what is granted as long as nothing is shared out.
    """
    for b in range(lane, len(blocks), lanes):
        origin, start, stop = blocks[b, 2], blocks[b, 0], blocks[b, 1]
        tally = tallies[lane, origin]
        waits[b] = plan_block(
            households, start, stop, starts[origin], starts[origin + 1] - starts[origin], month, luck, homes[origin],
            offers[origin], corridors[origin], mobility[origin], news[origin], loud, meeting, ties, neighbours,
            signals, abroad, new_signals, p[0], tally, waiting,
        )  # fmt: skip
        live_block(
            households, start, stop - start, waiting, np.bool_(False), month, luck, homes[origin], offers[origin],
            corridors[origin], nobody, ties, new_signals, new_abroad, p[0], tally,
        )  # fmt: skip


@rule
def live_after_meeting(
    households, blocks, lane, lanes, month, luck, homes, offers, corridors, granted, ties, new_signals, new_abroad, p,
    tallies, waiting, waits,
):  # fmt: skip
    """Live the month for those who waited for the meeting."""
    for b in range(lane, len(blocks), lanes):
        if waits[b] > 0:
            origin = blocks[b, 2]
            live_block(
                households, blocks[b, 0], waits[b], waiting, np.bool_(True), month, luck, homes[origin], offers[origin],
                corridors[origin], granted, ties, new_signals, new_abroad, p[0], tallies[lane, origin],
            )  # fmt: skip


@rare_rule
def plan_block(
    households, start, stop, first, count, month, luck, home, offer, row, mobile, told, loud, meeting, ties,
    neighbours, signals, abroad, new_signals, p, tally, waiting,
):  # fmt: skip
    """Learn and plan for the households of a block; returns how many wait for the meeting.

    Who may deliberate is put in a list first: few do, and a branch that nobody could foresee costs all.
    """
    most = thirds_below(greatest_chance(home, mobile, p))
    asked, waits = 0, 0
    for i in range(start, stop):
        household = households[i]
        if lives(household, month):
            learn(
                household, i, month, luck, home, offer, row, told, loud,
                ties, neighbours, signals, abroad, first, count, p, tally,
            )  # fmt: skip
            waiting[start + asked] = i
            asked += may_deliberate(household, luck, most)
    for n in range(asked):
        i = waiting[start + n]
        household = households[i]
        plan(household, i, month, luck, home, offer, row, mobile, ties, neighbours, abroad, p, tally)
        if meeting and leaves(household) and any_applies(household, row, p):
            waiting[start + waits] = i
            new_signals[i] = WAITS
            waits += 1
    return waits


@rule
def any_applies(household, row, p):
    """Whether a worker of the household applies for a place of a scheme."""
    found = False
    for w in range(household.workers):
        found = found or applies(household, w, row, p) > 0
    return found


@rare_rule
def live_block(
    households, start, number, waiting, late, month, luck, home, offer, row, granted, ties, new_signals, new_abroad,
    p, tally,
):  # fmt: skip
    """Live the month for the households of a block that do not wait; where it is `late`, for the `number` that did.

    `late` is given as a variable: for each constant Numba would compile the whole month once more.
    """
    for n in range(number):
        i = waiting[start + n] if late else start + n
        household = households[i]
        if lives(household, month) and (late or new_signals[i] != WAITS):
            live(household, ties[i].kin + ties[i].others, month, luck, home, offer, row, granted, p, tally)
            new_signals[i] = signal_of(household)
            new_abroad[i] = abroad_in(new_signals[i])
    unpack_topics(tally)


@rule
def first_signals(households, month, signals, abroad):
    """The signals as `month` begins; 0 for a household that has not come to be."""
    for i in range(len(households)):
        household = households[i]
        signals[i] = signal_of(household) if lives(household, month - 1) else 0
        abroad[i] = abroad_in(signals[i])


@rule
def collect_applications(households, blocks, waiting, waits, luck, corridors, p, numbers, codes):
    """Lottery numbers and codes of all who apply for a place of a scheme; returns how many."""
    found = 0
    for b in range(len(blocks)):
        row = corridors[blocks[b, 2]]
        for n in range(waits[b]):
            household = households[waiting[blocks[b, 0] + n]]
            for w in range(household.workers):
                code = applies(household, w, row, p[0])
                if code > 0:
                    apply(household, w, code)
                    numbers[found] = lottery_number(luck, household, w)
                    codes[found] = code
                    found += 1
    return found
