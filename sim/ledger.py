"""People in = out, money in = out: exactly, in integers, every month."""

from __future__ import annotations

import numpy as np

from sim.schema.attributes import HOME, PLACES
from sim.schema.rule import COMPILED, rule
from sim.tallies import Tally


class LedgerError(AssertionError):
    """The month does not close: a rule lost or made people or money. A fault of the program, never of the input."""


SAVINGS_IN = (
    Tally.HOME_PAY,
    Tally.OTHER_INCOME,
    Tally.BORROWED,
    Tally.ENDOWED,
    Tally.GRANTS,
    Tally.MATCHED,
    Tally.PUBLIC_PAY,
    Tally.TRADE_INCOME,
)
SAVINGS_OUT = (
    Tally.CONSUMED,
    Tally.REPAID,
    Tally.TRAVEL,
    Tally.PERMIT_FEES,
    Tally.TARGETS_SPENT,
    Tally.SAVINGS_DEFLATED,
)
DEBT_IN = (Tally.BORROWED, Tally.INTEREST, Tally.ENDOWED_DEBT)
DEBT_OUT = (Tally.REPAID, Tally.DEBT_DEFLATED)


class Ledger:
    """Holds last month's stocks and accounts, and closes each month against its flows."""

    def __init__(self, households: np.ndarray, origins: int, month: int) -> None:
        """Open the books on `households` as they are before `month`."""
        self.stock = np.zeros((origins, PLACES + 1), np.int64)
        self.savings, self.debt = np.zeros(origins, np.int64), np.zeros(origins, np.int64)
        records = households if COMPILED else households.view(np.recarray)
        _open_books(records, max(0, month - 1), self.stock, self.savings, self.debt)

    def close(self, month: int, tallies: np.ndarray) -> None:
        """Close `month` from its tallies, shape (origins, places, tallies); raises :class:`LedgerError` where it does
        not add up.
        """
        t = tallies
        moved = t[:, :, Tally.DEPARTURES] + t[:, :, Tally.MOVED_IN] - t[:, :, Tally.RETURNS] - t[:, :, Tally.MOVED_ON]
        self._same(month, "people at each destination", self.stock + moved, t[:, :, Tally.STOCK])
        home = t[:, 0, :]
        arrived = t[:, :, Tally.ARRIVED].sum(axis=1)
        flow = sum(home[:, what] for what in SAVINGS_IN) - sum(home[:, what] for what in SAVINGS_OUT)
        self._same(month, "savings", self.savings + flow + arrived, home[:, Tally.SAVINGS])
        owed = sum(home[:, what] for what in DEBT_IN) - sum(home[:, what] for what in DEBT_OUT)
        self._same(month, "debt", self.debt + owed, home[:, Tally.DEBT])
        self._same(month, "pay abroad", t[:, :, Tally.SENT] + t[:, :, Tally.SPENT_ABROAD], t[:, :, Tally.EARNED])
        causes = t[:, :, Tally.RETURNS_SEASON : Tally.RETURNS_EMERGENCY + 1].sum(axis=2)
        self._same(month, "causes of return", causes, t[:, :, Tally.RETURNS])
        self.stock = t[:, :, Tally.STOCK].copy()
        self.savings, self.debt = home[:, Tally.SAVINGS].copy(), home[:, Tally.DEBT].copy()

    def _same(self, month: int, what: str, expected: np.ndarray, found: np.ndarray) -> None:
        if not np.array_equal(expected, found):
            gap = (np.asarray(found) - np.asarray(expected)).tolist()
            raise LedgerError(f"month {month}: {what} do not close, found less expected by origin {gap}")


@rule
def _open_books(households: np.ndarray, born: int, stock: np.ndarray, savings: np.ndarray, debt: np.ndarray) -> None:
    """Add up those that came to be by the month `born`: in one pass, for a passage through all memory takes a while."""
    for i in range(len(households)):
        household = households[i]
        if household.born <= born:
            savings[household.origin] += household.savings
            debt[household.origin] += household.debt
            for w in range(household.workers):
                if household.place[w] != HOME:
                    stock[household.origin, household.place[w]] += 1
