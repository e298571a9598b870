"""The compiled month: fixed blocks of households, lived by threads through kernels that hold no interpreter lock.

A block is a run of households of one origin. Each block has its own tallies, and a household writes only its own
record and
signal, so the result depends neither on the number of threads nor on their order. Kernels are not `parallel=True`:
how a loop
is cut would then be Numba's choice (docs/decisions/0007).
"""

from __future__ import annotations

import numpy as np

from sim.behaviour.learn import abroad_in, learn, signal_of
from sim.behaviour.live import live, lives
from sim.behaviour.permits import applies, lottery_number
from sim.behaviour.plan import leaves, plan
from sim.schema.rule import rule
from sim.tallies import unpack_topics

BLOCK = 1024


def cut_blocks(starts: np.ndarray) -> np.ndarray:
    """Blocks as rows (start, stop, origin), shape (blocks, 3); `starts` bounds the origins, shape (origins + 1,)."""
    rows = [
        (start, min(start + BLOCK, int(starts[origin + 1])), origin)
        for origin in range(len(starts) - 1)
        for start in range(int(starts[origin]), int(starts[origin + 1]), BLOCK)
    ]
    return np.array(rows, np.int64).reshape(-1, 3)


@rule
def plan_blocks(
    households,
    blocks,
    lane,
    lanes,
    starts,
    month,
    luck,
    homes,
    offers,
    corridors,
    mobility,
    news,
    loud,
    ties,
    neighbours,
    signals,
    abroad,
    p,
    tallies,
    leavers,
    leaving,
):
    """Learn and plan for every household of every `lanes`-th block.

    `leavers` gets, from the start of each block, the households somebody is to leave, `leaving` how many they are.
    """
    for b in range(lane, len(blocks), lanes):
        origin = blocks[b, 2]
        first = starts[origin]
        count = starts[origin + 1] - first
        # Rows are taken once a block: a view made for every household would cost more than its rules.
        home, offer, row, told, mobile, tally, q = (
            homes[origin],
            offers[origin],
            corridors[origin],
            news[origin],
            mobility[origin],
            tallies[lane, origin],
            p[0],
        )
        bound = 0
        for i in range(blocks[b, 0], blocks[b, 1]):
            household = households[i]
            if lives(household, month):
                learn(
                    household, i, month, luck, home, offer, row, told, loud,
                    ties, neighbours, signals, abroad, first, count, q, tally,
                )  # fmt: skip
                plan(household, i, month, luck, home, offer, row, mobile, ties, neighbours, abroad, q, tally)
                if leaves(household):
                    leavers[blocks[b, 0] + bound] = i
                    bound += 1
        leaving[b] = bound


@rule
def live_blocks(
    households, blocks, lane, lanes, month, luck, homes, offers, corridors, granted, ties, signals, abroad, p, tallies
):
    """Live the month for every household of every `lanes`-th block, and leave its signal for the next."""
    for b in range(lane, len(blocks), lanes):
        origin = blocks[b, 2]
        home, offer, row, tally, q = homes[origin], offers[origin], corridors[origin], tallies[lane, origin], p[0]
        for i in range(blocks[b, 0], blocks[b, 1]):
            household = households[i]
            if lives(household, month):
                degree = ties[i].kin + ties[i].others
                live(household, degree, month, luck, home, offer, row, granted, q, tally)
                signals[i] = signal_of(household)
                abroad[i] = abroad_in(signals[i])
        unpack_topics(tally)


@rule
def first_signals(households, month, signals, abroad):
    """The signals as `month` begins; 0 for a household that has not come to be."""
    for i in range(len(households)):
        household = households[i]
        signals[i] = signal_of(household) if lives(household, month - 1) else 0
        abroad[i] = abroad_in(signals[i])


@rule
def collect_applications(households, blocks, leavers, leaving, luck, corridors, p, numbers, codes):
    """Lottery numbers and codes of all who apply for a place of a scheme; returns how many."""
    found = 0
    for b in range(len(blocks)):
        row = corridors[blocks[b, 2]]
        for n in range(leaving[b]):
            household = households[leavers[blocks[b, 0] + n]]
            for w in range(household.workers):
                code = applies(household, w, row, p[0])
                if code > 0:
                    household.intent[w] = code
                    numbers[found] = lottery_number(luck, household, w)
                    codes[found] = code
                    found += 1
    return found
