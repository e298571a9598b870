"""A large population begins in the state of a settled sample: each household takes over that of a donor of its kind.

A burn-in of years is needed for bans, trips, savings and what is known to settle, but not by eight million households.
A sample lives it; then a household is given the state of a randomly chosen donor of the same origin, number of workers,
rural or not, sex and age of its head and taste for the first destination, that could earn most nearly as much a head at
home: a hot deck with nearest neighbours (Andridge and Little 2010, doi:10.1111/j.1751-5823.2010.00103.x). Money but
debt is scaled by what both could earn; who they are (persons, skill, tastes, village, ties) stays their own. The last
months of the burn-in are lived by all, so that state and person fit again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.behaviour.plan import age_band
from sim.draws import Purpose, uniform
from sim.households.population import in_blocks
from sim.schema.attributes import CONTACTS, HOUSEHOLD, MONEY_ONE, NOBODY, SKILL_ONE
from sim.schema.rule import compiled, rule

ADJUSTED = 12
"""Months at the end of the burn-in that all live: a year, so that every season has been."""
OWN = (
    *("key", "home_income", "contacts", "village", "born", "skill", "taste", "origin", "province", "rural", "members"),
    *("workers", "woman_head", "birth_month", "sex", "sector"),
)
"""Attributes a household keeps; all others are state, which is taken over."""
THIRDS = 3
BLOCK = 1 << 15  # households a thread takes at a time
CELLS = 3 * 2 * 2 * 4 * THIRDS
_CELLS_OF_WORKERS = CELLS // 3
_DONOR = int(Purpose.DONOR)
NEAREST = 2
"""Donors of a kind of which one is drawn. With one, few are drawn often; with four, the poor take over the savings of
those who are not (docs/decisions/0013).
"""
_LARGEST = np.iinfo(np.int32).max


def take_over(
    households: np.ndarray, starts: np.ndarray, donors: np.ndarray, donor_starts: np.ndarray, month: int,
    home_pay: np.ndarray, seed: int, threads: int,
) -> None:  # fmt: skip
    """Give all who live at the start the state of a donor each; `households` is changed in place.

    Parameters
    ----------
    households, donors
        Records of the large population and of the settled sample, by origin as `starts` and `donor_starts` tell.
    month
        The month both stand at the beginning of.
    home_pay
        Monthly pay at home in USD, shape (origins, 2): urban, rural.
    """
    chosen = np.full(len(households), NOBODY, np.int64)
    for origin in range(len(starts) - 1):
        ours = slice(int(starts[origin]), int(starts[origin + 1]))
        first = int(donor_starts[origin])
        sample = donors[first : int(donor_starts[origin + 1])]
        _choose_in_origin(households[ours], sample, month, home_pay, seed, threads, chosen[ours])
        chosen[ours][chosen[ours] != NOBODY] += first
    taken = np.zeros(HOUSEHOLD.itemsize, np.bool_)
    for name in HOUSEHOLD.names:
        if name not in OWN:
            dtype, offset = HOUSEHOLD.fields[name][:2]
            taken[offset : offset + dtype.itemsize] = True
    old, new = (part.view(np.uint8).reshape(len(part), -1) for part in (donors, households))
    taken_bytes = np.flatnonzero(taken)
    heirs, heirs_starts = _heirs(chosen, len(donors))
    in_blocks(lambda a, b: _copy_state(new, old, chosen, taken_bytes, a, b), len(households), threads, BLOCK)
    in_blocks(
        lambda a, b: _fit(households, donors, chosen, home_pay, heirs, heirs_starts, seed, a, b),
        len(households),
        threads,
        BLOCK,
    )


def _choose_in_origin(
    ours: np.ndarray, sample: np.ndarray, month: int, home_pay: np.ndarray, seed: int, threads: int, chosen: np.ndarray
) -> None:
    """Write the donor's place in `sample` for each household of an origin that lives at the start."""
    living = np.flatnonzero(sample["born"] <= 0)
    if not len(living):
        return
    cuts = np.quantile(sample["taste"][living, 0], (1 / 3, 2 / 3))
    cells = np.empty(len(sample), np.int16)
    _cells(sample, month, cuts, cells, 0, len(sample))
    a_head = np.empty(len(sample))
    _earned_a_head(sample, home_pay, a_head)
    order = living[np.lexsort((a_head[living], cells[living]))]
    bounds = np.searchsorted(cells[order], np.arange(CELLS + 1))
    stands_for = _nearest_filled(np.diff(bounds))
    own = np.empty(len(ours), np.int16)
    in_blocks(lambda a, b: _cells(ours, month, cuts, own, a, b), len(ours), threads, BLOCK)
    in_blocks(
        lambda a, b: _choose(ours, own, home_pay, stands_for, bounds, order, a_head[order], seed, chosen, a, b),
        len(ours),
        threads,
        BLOCK,
    )


def _nearest_filled(counts: np.ndarray) -> np.ndarray:
    """For each cell the nearest one with donors and as many workers, shape (CELLS,); -1 where there is none."""
    filled = np.flatnonzero(counts)
    nearest = np.full(CELLS, -1, np.int64)
    for cell in range(CELLS):
        alike = filled[filled // _CELLS_OF_WORKERS == cell // _CELLS_OF_WORKERS]
        if len(alike):
            nearest[cell] = alike[np.abs(alike - cell).argmin()]
    return nearest


def _heirs(chosen: np.ndarray, donors: int) -> tuple[np.ndarray, np.ndarray]:
    """Households by donor: those of donor d are ``heirs[starts[d]:starts[d + 1]]``."""
    counts = np.bincount(chosen[chosen != NOBODY], minlength=donors)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    heirs = np.empty(starts[-1], np.int32)
    _list_heirs(chosen, starts[:-1].copy(), heirs)
    return heirs, starts


@compiled
def _list_heirs(chosen: np.ndarray, ends: np.ndarray, heirs: np.ndarray) -> None:
    for i in range(len(chosen)):
        if chosen[i] != NOBODY:
            heirs[ends[chosen[i]]] = i
            ends[chosen[i]] += 1


@rule
def _third(value: float, cuts: np.ndarray) -> int:
    return int(value > cuts[0]) + int(value > cuts[1])


@compiled
def _cells(households: np.ndarray, month: int, cuts: np.ndarray, cells: np.ndarray, first: int, end: int) -> None:
    """Kind of each household: workers, rural, sex and age of the head, and thirds of taste (`cuts`)."""
    for i in range(first, end):
        household = households[i]
        cell = (household.workers - 1) * 2 + household.rural
        cell = (cell * 2 + household.sex[0]) * 4 + age_band(month - household.birth_month[0])
        cells[i] = cell * THIRDS + _third(household.taste[0], cuts)


@rule
def _potential(household: Any, home_pay: np.ndarray) -> float:
    """What the household would earn if all its workers worked at home, cents a month."""
    pay = home_pay[household.origin, household.rural] * household.skill / SKILL_ONE
    return MONEY_ONE * pay * household.workers + household.home_income


@compiled
def _earned_a_head(households: np.ndarray, home_pay: np.ndarray, a_head: np.ndarray) -> None:
    """Write what each household could earn at home a head, cents a month."""
    for i in range(len(households)):
        a_head[i] = _potential(households[i], home_pay) / households[i].members


@compiled
def _choose(
    households: np.ndarray, cells: np.ndarray, home_pay: np.ndarray, stands_for: np.ndarray, bounds: np.ndarray,
    order: np.ndarray, a_head: np.ndarray, seed: int, chosen: np.ndarray, first: int, end: int,
) -> None:  # fmt: skip
    """A donor of the household's cell by a keyed draw, among those nearest to it; donors are sorted by cell and
    `a_head`.
    """
    for i in range(first, end):
        cell = stands_for[cells[i]]
        if households[i].born <= 0 and cell >= 0:
            low, high = bounds[cell], bounds[cell + 1]
            own = _potential(households[i], home_pay) / households[i].members
            at = low + np.searchsorted(a_head[low:high], own)
            low = max(low, min(at - NEAREST // 2, high - NEAREST))
            high = min(high, low + NEAREST)
            chosen[i] = order[low + int((high - low) * uniform(seed, _DONOR, 0, households[i].key, 0, 0))]


@compiled
def _copy_state(
    new: np.ndarray, old: np.ndarray, chosen: np.ndarray, taken_bytes: np.ndarray, first: int, end: int
) -> None:
    for i in range(first, end):
        if chosen[i] != NOBODY:
            for b in taken_bytes:
                new[i, b] = old[chosen[i], b]


@rule
def _scaled(cents: int, ratio: float) -> int:
    return int(min(cents * ratio + 0.5, _LARGEST))


@compiled
def _fit(
    households: np.ndarray, donors: np.ndarray, chosen: np.ndarray, home_pay: np.ndarray, heirs: np.ndarray,
    heirs_starts: np.ndarray, seed: int, first: int, end: int,
) -> None:  # fmt: skip
    """Scale money but debt, which follows need; tie the household abroad to heirs of those its donor has met there."""
    for i in range(first, end):
        if chosen[i] == NOBODY:
            continue
        household, donor = households[i], donors[chosen[i]]
        ratio = _potential(household, home_pay) / max(1.0, _potential(donor, home_pay))
        household.savings = _scaled(household.savings, ratio)
        household.target = _scaled(household.target, ratio)
        household.consumption = _scaled(household.consumption, ratio)
        household.income = _scaled(household.income, ratio)
        household.remitted = _scaled(household.remitted, ratio)
        for slot in range(CONTACTS):
            met = donor.contacts[slot]
            household.contacts[slot] = NOBODY
            if met != NOBODY and heirs_starts[met + 1] > heirs_starts[met]:
                count = heirs_starts[met + 1] - heirs_starts[met]
                nth = int(count * uniform(seed, _DONOR, 0, household.key, 1, slot))
                heir = heirs[heirs_starts[met] + nth]
                household.contacts[slot] = heir if heir != i else NOBODY
