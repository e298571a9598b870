"""Who is hit: people and money by sex, age band, skill third, sector, province and regime, counted from the records."""

from __future__ import annotations

import numpy as np

from sim.behaviour.plan import age_band
from sim.schema.attributes import HOME, IRREGULAR, SHARE_ONE
from sim.schema.elementary import log
from sim.schema.rule import rule

SEX, AGE, SKILL, SECTOR, REGIME, PROVINCE = 0, 2, 6, 9, 13, 16
"""First cell of each category; provinces come last because their number is the pack's."""
KINDS = (2, 4, 3, 4, 3)
"""How many there are of each category before the provinces, in the order of their cells."""
COUNTED = 9  # CATEGORY_MEASURES, in order
BINS, BIN_WIDTH = 800, 0.02  # consumption per head in steps of 2 %


def no_groups(origins: int, provinces: int) -> np.ndarray:
    """Nobody counted yet: shape (origins, provinces, *KINDS, COUNTED)."""
    return np.zeros((origins, provinces, *KINDS, COUNTED), np.int64)


def cells_of(groups: np.ndarray) -> np.ndarray:
    """The categories one by one, shape (origins, cells, COUNTED), from workers counted by all of them at once."""
    by_province = groups.reshape(*groups.shape[:2], -1, groups.shape[-1]).sum(axis=2)
    nationwide = groups.sum(axis=1)  # once: the other categories are sums over a small array
    categories = range(1, nationwide.ndim - 1)  # as axes
    by_category = [
        nationwide.sum(axis=tuple(other for other in categories if other != category)) for category in categories
    ]
    return np.concatenate([*by_category, by_province], axis=1)


@rule
def count_categories(households, month, lines, thirds, groups, spread):
    """Add every living household to `groups` (see `no_groups`) and `spread` (origins, bins, 2: persons, consumption).

    `lines` is the poverty line by origin in cents, `thirds` the two skill limits by origin.
    """
    for i in range(len(households)):
        household = households[i]
        if household.born > month:
            continue
        origin = household.origin
        residents = household.members
        for w in range(household.workers):
            residents -= int(household.place[w] != HOME)
        poor = int(household.consumption < lines[origin] * residents)
        if residents > 0:
            level = household.consumption / residents
            b = min(BINS - 1, int(log(max(1.0, level)) / BIN_WIDTH))
            spread[origin, b, 0] += residents
            spread[origin, b, 1] += household.consumption
        third = int(household.skill > thirds[origin, 0]) + int(household.skill > thirds[origin, 1])
        here = groups[origin, household.province]
        for w in range(household.workers):
            abroad = int(household.place[w] != HOME)
            regime = abroad + (abroad & int(household.regime[w] == IRREGULAR))
            age = age_band(min(719, max(216, month - household.birth_month[w])))
            add_worker(here[household.sex[w], age, third, household.sector[w], regime], household, w, poor, regime)


@rule
def add_worker(row, household, w, poor, regime):
    """Add one worker to the measures of one group."""
    banned = int(household.ban_left[w] > 0)
    row[0] += 1
    row[1] += int(regime > 0)
    row[2] += int(regime == 2)
    row[3] += banned
    row[4] += banned & int(household.q[w] + household.q[w] > SHARE_ONE)
    row[5] += int(household.jobless[w] > 0)
    row[6] += int(household.forced[w] == 1) & int(household.place[w] == HOME) & int(household.months[w] <= 12)
    row[7] += poor
    row[8] += household.sent[w]


def gini(spread: np.ndarray) -> float:
    """Gini coefficient of consumption per head from persons and consumption by bin, shape (bins, 2)."""
    persons, amount = spread[:, 0].astype(float), spread[:, 1].astype(float)
    if not persons.sum() or not amount.sum():
        return float("nan")
    share = np.concatenate([[0.0], np.cumsum(amount) / amount.sum()])
    width = persons / persons.sum()
    return float(1.0 - (width * (share[1:] + share[:-1])).sum())
