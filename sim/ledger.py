"""People in = out, money in = out: exactly, in integers, every month."""

from __future__ import annotations

import numpy as np

from sim.schema.attributes import HOME, PLACES
from sim.schema.rule import COMPILED, rule
from sim.tallies import TALLIES, Tally


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


def _signs() -> np.ndarray:
    """What each tally adds to what is expected less what is found, by identity: of people, pay abroad, causes of
    return, savings and debt; shape (tallies, 5). The stocks of the month before come on top, to savings what arrived.
    """
    identities = (
        ((Tally.DEPARTURES, Tally.MOVED_IN), (Tally.RETURNS, Tally.MOVED_ON, Tally.STOCK)),
        ((Tally.SENT, Tally.SPENT_ABROAD), (Tally.EARNED,)),
        (range(Tally.RETURNS_SEASON, Tally.RETURNS_EMERGENCY + 1), (Tally.RETURNS,)),
        (SAVINGS_IN, (*SAVINGS_OUT, Tally.SAVINGS)),
        (DEBT_IN, (*DEBT_OUT, Tally.DEBT)),
    )
    signs = np.zeros((TALLIES, len(identities)), np.int64)
    for column, (plus, minus) in enumerate(identities):
        signs[list(plus), column] += 1
        signs[list(minus), column] -= 1
    return signs


SIGNS = _signs()


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
        people, pay, causes, savings, debt = np.moveaxis(tallies @ SIGNS, -1, 0)
        arrived = tallies[:, :, Tally.ARRIVED].sum(axis=1)
        _require_none(month, "people at each destination", self.stock + people)
        _require_none(month, "savings", self.savings + savings[:, 0] + arrived)
        _require_none(month, "debt", self.debt + debt[:, 0])
        _require_none(month, "pay abroad", pay)
        _require_none(month, "causes of return", causes)
        self.stock = tallies[:, :, Tally.STOCK].copy()
        self.savings, self.debt = tallies[:, 0, Tally.SAVINGS].copy(), tallies[:, 0, Tally.DEBT].copy()


def _require_none(month: int, what: str, gap: np.ndarray) -> None:
    """Raise where more or less should be there than is: `gap` is what is expected less what is found."""
    if gap.any():
        raise LedgerError(f"month {month}: {what} do not close, found less expected by origin {(-gap).tolist()}")


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
