"""Who is hit: people and money by sex, age band, skill third, sector, province and regime, counted from the records."""

from __future__ import annotations

import numpy as np

from sim.behaviour.plan import age_band
from sim.schema.attributes import HOME, IRREGULAR, SHARE_ONE
from sim.schema.elementary import log
from sim.schema.rule import rule

SEX, AGE, SKILL, SECTOR, REGIME, PROVINCE = 0, 2, 6, 9, 13, 16
"""First cell of each category; provinces come last because their number is the pack's."""
WORKER_CELLS = PROVINCE
COUNTED = 9  # CATEGORY_MEASURES, in order
BINS, BIN_WIDTH = 800, 0.02  # consumption per head in steps of 2 %


@rule
def count_categories(households, month, lines, thirds, cells, spread):
    """Add every living household to `cells` (origins, cells, 9) and `spread` (origins, bins, 2: persons, consumption).

    `lines` is the poverty line by origin in cents, `thirds` the two skill limits by origin.
    """
    for i in range(len(households)):
        household = households[i]
        if household.born > month:
            continue
        origin = household.origin
        residents = household.members
        for w in range(household.workers):
            if household.place[w] != HOME:
                residents -= 1
        poor = household.consumption < lines[origin] * residents
        if residents > 0:
            level = household.consumption / residents
            b = min(BINS - 1, int(log(max(1.0, level)) / BIN_WIDTH))
            spread[origin, b, 0] += residents
            spread[origin, b, 1] += household.consumption
        third = 0
        if household.skill > thirds[origin, 0]:
            third = 2 if household.skill > thirds[origin, 1] else 1
        for w in range(household.workers):
            regime = 0
            if household.place[w] != HOME:
                regime = 2 if household.regime[w] == IRREGULAR else 1
            age = min(719, max(216, month - household.birth_month[w]))
            for cell in (
                SEX + household.sex[w],
                AGE + age_band(age),
                SKILL + third,
                SECTOR + household.sector[w],
                REGIME + regime,
                PROVINCE + household.province,
            ):
                add_worker(cells[origin, cell], household, w, poor, regime)


@rule
def add_worker(row, household, w, poor, regime):
    """Add one worker to one cell."""
    row[0] += 1
    if regime > 0:
        row[1] += 1
    if regime == 2:
        row[2] += 1
    if household.ban_left[w] > 0:
        row[3] += 1
        if household.q[w] + household.q[w] > SHARE_ONE:
            row[4] += 1
    if household.jobless[w] > 0:
        row[5] += 1
    if household.forced[w] == 1 and household.place[w] == HOME and household.months[w] <= 12:
        row[6] += 1
    if poor:
        row[7] += 1
    row[8] += household.sent[w]


def gini(spread: np.ndarray) -> float:
    """Gini coefficient of consumption per head from persons and consumption by bin, shape (bins, 2)."""
    persons, amount = spread[:, 0].astype(float), spread[:, 1].astype(float)
    if not persons.sum() or not amount.sum():
        return float("nan")
    share = np.concatenate([[0.0], np.cumsum(amount) / amount.sum()])
    width = persons / persons.sum()
    return float(1.0 - (width * (share[1:] + share[:-1])).sum())
