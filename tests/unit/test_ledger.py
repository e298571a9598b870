"""People in = out, money in = out: exactly, every month; and the books notice one cent and one person."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import begin, months, scenario

from sim.ledger import DEBT_IN, DEBT_OUT, SAVINGS_IN, SAVINGS_OUT, Ledger, LedgerError
from sim.schema.attributes import CAUSES, IRREGULAR, REGULAR
from sim.seed_run import SeedRun
from sim.tallies import Tally

POLICIES = {"seasonal_work": {"destination": "KAZ", "quota": 60_000, "known_to": 0.5}}
PEOPLE = (Tally.STOCK, Tally.DEPARTURES, Tally.MOVED_IN, Tally.MOVED_ON, Tally.RETURNS)
PAY_ABROAD = (Tally.EARNED, Tally.SENT, Tally.SPENT_ABROAD)
BY_PLACE = (*PEOPLE, *PAY_ABROAD, Tally.ARRIVED, *range(Tally.RETURNS_SEASON, Tally.RETURNS_EMERGENCY + 1))
AT_HOME = sorted({*SAVINGS_IN, *SAVINGS_OUT, *DEBT_IN, *DEBT_OUT, Tally.SAVINGS, Tally.DEBT})


def settled(until: str = "2012-12") -> SeedRun:
    run = begin(scenario(scale=5e-4, burn_in=6, until=until, policies=POLICIES))
    run.burn_in()
    return run


@pytest.fixture(scope="module")
def month() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Records before a month, its tallies, records after it."""
    run = settled()
    before = run.model.engine.records().copy()
    run.model.step()
    return before, run.model.tallies.copy(), run.model.engine.records().copy()


def books(records: np.ndarray) -> Ledger:
    return Ledger(records, 3, 0)


def test_a_month_as_it_was_closes(month):
    before, tallies, _ = month
    books(before).close(0, tallies)


@pytest.mark.parametrize("what", BY_PLACE, ids=lambda what: Tally(what).name)
@pytest.mark.parametrize("one", [1, -1])
def test_one_person_or_cent_too_many_abroad_is_noticed(what, one, month):
    before, tallies, _ = month
    tampered = tallies.copy()
    tampered[2, 1, what] += one
    with pytest.raises(LedgerError, match=r"month 0: .* do not close"):
        books(before).close(0, tampered)


@pytest.mark.parametrize("what", AT_HOME, ids=lambda what: Tally(what).name)
@pytest.mark.parametrize("one", [1, -1])
def test_one_cent_too_many_at_home_is_noticed(what, one, month):
    before, tallies, _ = month
    tampered = tallies.copy()
    tampered[0, 0, what] += one
    if what == Tally.BORROWED:  # the same cent in both accounts still leaves a debt nobody owes
        assert what in SAVINGS_IN
        assert what in DEBT_IN
    with pytest.raises(LedgerError, match=r"month 0: (savings|debt) do not close"):
        books(before).close(0, tampered)


@pytest.mark.parametrize("field", ["savings", "debt"])
def test_a_cent_lost_between_two_months_stops_the_run(field):
    run = settled()
    run.model.step()
    records = run.model.engine.records()
    records[field][np.argmax(records[field] > 10_000)] -= 1
    with pytest.raises(LedgerError, match="do not close"):
        run.model.step()


def test_a_migrant_lost_between_two_months_stops_the_run():
    run = settled()
    run.model.step()
    records = run.model.engine.records()
    household = np.argmax(records["place"][:, 0] > 0)
    records["place"][household, 0] = 0
    with pytest.raises(LedgerError, match="people at each destination do not close"):
        run.model.step()


def test_an_independent_count_of_people_agrees_every_month():
    run = begin(scenario(scale=5e-4, burn_in=3, until="2013-06", policies=POLICIES))
    last = None
    for month, t, records in months(run):
        alive = records[records["born"] <= max(month, 0)]
        slot = np.arange(3) < alive["workers"][:, None]
        for origin in range(3):
            own = alive[alive["origin"] == origin]
            used = slot[alive["origin"] == origin]
            stock = np.array([(used & (own["place"] == place)).sum() for place in range(4)])
            assert stock[1:].tolist() == t[origin, 1:, Tally.STOCK].tolist()
            assert stock.sum() == own["workers"].sum() == t[origin, 0, Tally.WORKERS]
            assert len(own) == t[origin, 0, Tally.HOUSEHOLDS]
            abroad = used & (own["place"] > 0)
            assert (abroad & (own["regime"] == IRREGULAR)).sum() == t[origin, :, Tally.IRREGULAR].sum()
            assert (abroad & (own["regime"] == REGULAR)).sum() == t[origin, :, Tally.REGULAR].sum()
            assert (abroad & (own["jobless"] == 0)).sum() == t[origin, :, Tally.WORKING].sum()
            assert (used & (own["ban_left"] > 0)).sum() == t[origin, :, Tally.BANNED].sum()
            assert own["members"].sum() == t[origin, 0, Tally.PERSONS]
        if last is not None:
            moved = (
                t[:, :, Tally.DEPARTURES] + t[:, :, Tally.MOVED_IN] - t[:, :, Tally.RETURNS] - t[:, :, Tally.MOVED_ON]
            )
            assert (t[:, :, Tally.STOCK] - last == moved).all()
        last = t[:, :, Tally.STOCK].copy()
        assert t[:, :, Tally.MOVED_IN].sum() == t[:, :, Tally.MOVED_ON].sum()
    assert not (records["place"][np.arange(3) >= records["workers"][:, None]] > 0).any()


def test_an_independent_count_of_money_agrees_every_month():
    run = begin(scenario(scale=5e-4, burn_in=3, until="2013-06"))
    for month, t, records in months(run):
        alive = records[records["born"] <= max(month, 0)]
        origin = alive["origin"]
        for name, tally in (("savings", Tally.SAVINGS), ("debt", Tally.DEBT), ("consumption", Tally.CONSUMED)):
            assert np.bincount(origin, alive[name], 3).tolist() == t[:, 0, tally].tolist()
        arrived = t[:, :, Tally.ARRIVED].sum(axis=1)
        assert np.bincount(origin, alive["remitted"], 3).tolist() == arrived.tolist()
        income = t[:, 0, Tally.HOME_PAY] + t[:, 0, Tally.OTHER_INCOME] + arrived
        assert np.bincount(origin, alive["income"], 3).tolist() == income.tolist()
        assert (t[:, :, Tally.EARNED] == t[:, :, Tally.SENT] + t[:, :, Tally.SPENT_ABROAD]).all()
        assert (t[:, 0, Tally.SAVINGS] >= 0).all()
        assert alive["savings"].min() >= 0
        assert alive["debt"].min() >= 0
        _check_transfers(run, t)
    assert t[:, :, Tally.SENT].sum() > 0


def _check_transfers(run: SeedRun, t: np.ndarray) -> None:
    """What arrives is what is sent less fees, at the month's rate, but for half a cent of rounding a transfer."""
    corridors = run.model.world.conditions.corridors[run.model.world.at(run.model.month - 1)]
    sent, fees, arrived = (t[:, 1:, what] for what in (Tally.SENT, Tally.FEES, Tally.ARRIVED))
    half = 0.5 * (t[:, 1:, Tally.WORKING] + t[:, 1:, Tally.RETURNS]) + 1.0
    assert (np.abs(fees - sent * corridors["fee"]) <= half).all()
    assert (np.abs(arrived - (sent - fees) * corridors["rate"]) <= half).all()


def test_every_return_has_one_cause():
    run = begin(scenario(scale=5e-4, burn_in=3, until="2013-12"))
    causes = np.zeros(len(CAUSES), np.int64)
    for _, t, _ in months(run):
        by_cause = t[:, :, Tally.RETURNS + 1 : Tally.RETURNS + len(CAUSES)]
        assert (by_cause.sum(axis=2) == t[:, :, Tally.RETURNS]).all()
        ended = t[:, :, Tally.ENDED : Tally.ENDED_LONGER + 1].sum(axis=2)
        assert (ended == t[:, :, Tally.RETURNS]).all()
        causes[1:] += by_cause.sum(axis=(0, 1))
    assert (causes[1:] > 0).sum() >= 5  # no gain has gone in years without a devaluation
