"""People in = out, money in = out: exactly, in integers, every month."""

from __future__ import annotations

import numpy as np

from sim.schema.attributes import PLACES
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
        alive = households["born"] <= max(0, month - 1)
        origin = households["origin"]
        self.stock = np.zeros((origins, PLACES + 1), np.int64)
        for place in range(1, PLACES + 1):
            here = (households["place"] == place).sum(axis=1) * alive
            self.stock[:, place] = np.bincount(origin, here, origins).astype(np.int64)
        self.savings = np.array(
            [households["savings"][alive & (origin == o)].sum(dtype=np.int64) for o in range(origins)]
        )
        self.debt = np.array([households["debt"][alive & (origin == o)].sum(dtype=np.int64) for o in range(origins)])

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
