"""For how many months two scenarios live under the same conditions, to the last bit."""

from __future__ import annotations

import numpy as np

from sim.conditions import Conditions

WITH_BURN_IN = ("corridors", "homes", "news")
WITHOUT = ("contacts", "capacities")


def months_alike(one: Conditions, other: Conditions, months: int) -> int:
    """Of the first `months` after burn-ins of one length, those before the first in which anything differs."""
    for name in (*WITH_BURN_IN, *WITHOUT):
        first = one.burn_in if name in WITH_BURN_IN else 0
        here, there = (_bytes_by_month(getattr(part, name)[first : first + months]) for part in (one, other))
        unlike = np.flatnonzero((here != there).any(axis=1))
        months = int(unlike[0]) if len(unlike) else months
    return months


def _bytes_by_month(table: np.ndarray) -> np.ndarray:
    """A table of conditions as bytes, shape (months, bytes)."""
    rows = np.ascontiguousarray(table).view(np.uint8)
    return rows.reshape(len(table), -1 if len(table) else 0)
