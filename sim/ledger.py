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


BY_PLACE = ("people at each destination", "pay abroad", "causes of return")
BY_ORIGIN = ("savings", "debt")


def _signs() -> np.ndarray:
    """What each tally adds to what is expected less what is found, by identity: those of `BY_PLACE`, then those of
    `BY_ORIGIN`; shape (tallies, 5). The stocks of the month before come on top.
    """
    identities = (
        ((Tally.DEPARTURES, Tally.MOVED_IN), (Tally.RETURNS, Tally.MOVED_ON, Tally.STOCK)),
        ((Tally.SENT, Tally.SPENT_ABROAD), (Tally.EARNED,)),
        (range(Tally.RETURNS_SEASON, Tally.RETURNS_EMERGENCY + 1), (Tally.RETURNS,)),
        ((*SAVINGS_IN, Tally.ARRIVED), (*SAVINGS_OUT, Tally.SAVINGS)),
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
        self.accounts = np.zeros((origins, len(BY_ORIGIN)), np.int64)
        records = households if COMPILED else households.view(np.recarray)
        _open_books(records, max(0, month - 1), self.stock, self.accounts)

    def close(self, month: int, tallies: np.ndarray) -> None:
        """Close `month` from its tallies, shape (origins, places, tallies); raises :class:`LedgerError` where it does
        not add up.
        """
        gaps = tallies @ SIGNS
        gaps[:, :, 0] += self.stock
        places, origins = gaps[:, :, : len(BY_PLACE)], gaps[:, :, len(BY_PLACE) :].sum(axis=1) + self.accounts
        if places.any() or origins.any():
            _name_gaps(month, (*BY_PLACE, *BY_ORIGIN), (*np.moveaxis(places, -1, 0), *origins.T))
        self.stock = tallies[:, :, Tally.STOCK].copy()
        self.accounts = tallies[:, 0, (Tally.SAVINGS, Tally.DEBT)]


def _name_gaps(month: int, names: tuple[str, ...], gaps: tuple[np.ndarray, ...]) -> None:
    """Raise for the first where more or less should be there than is: a gap is what is expected less what is found."""
    for what, gap in zip(names, gaps, strict=True):
        if gap.any():
            raise LedgerError(f"month {month}: {what} do not close, found less expected by origin {(-gap).tolist()}")


@rule
def _open_books(households: np.ndarray, born: int, stock: np.ndarray, accounts: np.ndarray) -> None:
    """Add up those that came to be by the month `born`: in one pass, for a passage through all memory takes a while."""
    for i in range(len(households)):
        household = households[i]
        if household.born <= born:
            accounts[household.origin, 0] += household.savings
            accounts[household.origin, 1] += household.debt
            for w in range(household.workers):
                if household.place[w] != HOME:
                    stock[household.origin, household.place[w]] += 1
