"""The first month is a settled state: no drift when nothing changes, no jump, stocks as in the pack.

Power. Eight seeds of about 25,000 households: the yearly change of one seed's stock has a standard deviation of about
0.7 %, so that of the mean 0.25 %, and over two years 0.15 % a year: a drift of 1 % a year is told from none at six
standard errors.
"""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import begin, months, pack, scenario

from sim.tallies import Tally

SEEDS = range(1, 9)
SCALE = 0.003
SETTLED, LONGER, AFTER = 60, 84, 6
YEAR = 12


def lived(burn_in: int, until: str) -> np.ndarray:
    """Tallies of every month from the first of the burn-in, summed over seeds, (months, origins, places, tallies)."""
    one = scenario(scale=SCALE, burn_in=burn_in, until=until)
    return sum(np.stack([t.copy() for _, t, _ in months(begin(one, seed=seed, threads=2))]) for seed in SEEDS)


@pytest.fixture(scope="module")
def long_burn_in() -> np.ndarray:
    """Seven years of the first year's conditions."""
    return lived(LONGER, "2012-12")[:LONGER]


@pytest.fixture(scope="module")
def start() -> np.ndarray:
    """Five years of them, and the first year of the record."""
    return lived(SETTLED, "2012-12")


def test_the_stock_drifts_less_than_one_percent_a_year_when_nothing_changes(long_burn_in):
    stock = long_burn_in[:, :, 1:, Tally.STOCK].sum(axis=2)
    by_year = stock.reshape(-1, YEAR, 3).mean(axis=1)  # (years, origins)
    whole = by_year.sum(axis=1)
    drift = np.sqrt(whole[6] / whole[4]) - 1.0
    print("yearly change of the stock, years 2 to 7, percent:", np.round(100 * (whole[1:] / whole[:-1] - 1), 2))
    assert abs(drift) < 0.01
    own = np.sqrt(by_year[6] / by_year[4]) - 1.0
    print("by origin, years 5 to 7:", np.round(100 * own, 2))
    assert (np.abs(own) < 0.02).all()


@pytest.mark.parametrize(
    ("what", "most"),
    [(Tally.STOCK, 0.02), (Tally.WORKING, 0.02), (Tally.DEPARTURES, 0.08), (Tally.RETURNS, 0.08), (Tally.SENT, 0.08)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_nothing_jumps_at_the_first_month(what, most, start):
    """The first half-year against the same months of the last year of the burn-in."""
    series = start[:, :, 1:, what].sum(axis=(1, 2))
    now, before = series[SETTLED : SETTLED + AFTER], series[SETTLED - YEAR : SETTLED - YEAR + AFTER]
    change = now / before - 1.0
    print(what.name, np.round(100 * change, 1))
    assert np.abs(change).max() < most


def test_stocks_abroad_begin_as_in_the_pack(start):
    """Within 15 % in each corridor of more than 50,000 persons, within 12 % by origin and 6 % in all."""
    wanted = pack().array("initial_stock")[0]
    found = start[SETTLED, :, 1:, Tally.STOCK] / SCALE / len(SEEDS)
    print(np.round(found / wanted, 2), np.round(found.sum(axis=1) / wanted.sum(axis=1), 3), found.sum() / wanted.sum())
    large = wanted > 50_000
    assert (np.abs(found / wanted - 1.0)[large] < 0.15).all()
    assert (np.abs(found.sum(axis=1) / wanted.sum(axis=1) - 1.0) < 0.12).all()
    assert abs(found.sum() / wanted.sum() - 1.0) < 0.06
