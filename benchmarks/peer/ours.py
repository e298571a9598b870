"""The program's own rules, one kernel for learning and one for the choice, so that each can be timed alone."""

from __future__ import annotations

import numpy as np

from sim.behaviour.learn import learn
from sim.behaviour.live import lives
from sim.behaviour.plan import plan
from sim.schema.rule import rule


@rule
def learn_lane(
    households: np.ndarray,
    blocks: np.ndarray,
    lane: int,
    lanes: int,
    starts: np.ndarray,
    month: int,
    luck: np.ndarray,
    homes: np.ndarray,
    news: np.ndarray,
    loud: int,
    ties: np.ndarray,
    neighbours: np.ndarray,
    signals: np.ndarray,
    abroad: np.ndarray,
    p: np.ndarray,
) -> None:
    """Learn, for every household of every `lanes`-th block."""
    for b in range(lane, len(blocks), lanes):
        origin = blocks[b, 2]
        first = starts[origin]
        count = starts[origin + 1] - first
        home, told, q = homes[origin], news[origin], p[0]
        for i in range(blocks[b, 0], blocks[b, 1]):
            household = households[i]
            if lives(household, month):
                learn(household, i, month, luck, home, told, loud, ties, neighbours, signals, abroad, first, count, q)


@rule
def choose_lane(
    households: np.ndarray,
    blocks: np.ndarray,
    lane: int,
    lanes: int,
    month: int,
    luck: np.ndarray,
    homes: np.ndarray,
    corridors: np.ndarray,
    mobility: np.ndarray,
    ties: np.ndarray,
    neighbours: np.ndarray,
    abroad: np.ndarray,
    p: np.ndarray,
    tallies: np.ndarray,
) -> None:
    """Plan, for every household of every `lanes`-th block; `tallies` of shape (lanes, origins, tallies)."""
    for b in range(lane, len(blocks), lanes):
        origin = blocks[b, 2]
        home, row, mobile, tally, q = homes[origin], corridors[origin], mobility[origin], tallies[lane, origin], p[0]
        for i in range(blocks[b, 0], blocks[b, 1]):
            household = households[i]
            if lives(household, month):
                plan(household, i, month, luck, home, row, mobile, ties, neighbours, abroad, q, tally)
