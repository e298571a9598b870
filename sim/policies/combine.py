"""Several policies on one quantity: the same result, bit for bit, in whatever order they are listed.

Each policy sees what the pack gives, never what another policy made of it. Entry by entry only the policies that change
the entry count: none leaves the pack's value as it is, a single one sets its own, several are combined by the rule of
the quantity. Where the pack's value is 0 a ratio means nothing, and the value farthest from 0 is taken.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.policies.base import Policy
from sim.policies.context import Context
from sim.schema.quantities import QUANTITIES


def changed(name: str, base: np.ndarray, policies: Sequence[Policy], context: Context) -> np.ndarray:
    """The quantity `name` under the policies, within the quantity's bounds; `base` itself where none changes it.

    Parameters
    ----------
    base
        float64 [T, O, D], [T, O] or [T, C], as the pack gives it.
    """
    values = [_effect(policy, name, base, context) for policy in policies if name in policy.modifies]
    values = [value for value in values if not np.array_equal(value, base)]
    if not values:
        return base
    quantity = QUANTITIES[name]
    stack = np.stack(values)
    counts = stack != base
    several = _COMBINE[quantity.combine](stack, base, counts)
    single = np.where(counts, stack, 0.0).sum(axis=0)
    number = counts.sum(axis=0)
    combined = np.clip(np.where(number == 1, single, several), quantity.low, quantity.high)
    return np.where(number == 0, base, combined)


def changes(policy: Policy, name: str, base: np.ndarray, context: Context) -> tuple[np.ndarray, np.ndarray]:
    """Where the policy, alone, changes the quantity, and where it does away with it (makes it 0).

    Both are bool, in the shape of `base`.
    """
    values = _effect(policy, name, base, context)
    return values != base, (values != base) & (values == 0.0)


def _effect(policy: Policy, name: str, base: np.ndarray, context: Context) -> np.ndarray:
    given = base.view()
    given.flags.writeable = False
    return np.asarray(policy.effect(name, given, context), dtype=np.float64)


def _multiply(stack: np.ndarray, base: np.ndarray, counts: np.ndarray) -> np.ndarray:
    zero = base == 0.0
    ratios = np.where(counts, stack / np.where(zero, 1.0, base), 1.0)
    product = np.array(base)
    for ratio in np.sort(ratios, axis=0):  # sorted, so that rounding does not depend on the order of the list
        product = product * ratio
    farthest = np.where(stack.max(axis=0) >= -stack.min(axis=0), stack.max(axis=0), stack.min(axis=0))
    return np.where(zero, farthest, product)


def _add(stack: np.ndarray, base: np.ndarray, counts: np.ndarray) -> np.ndarray:
    total = np.array(base)
    for difference in np.sort(np.where(counts, stack - base, 0.0), axis=0):
        total = total + difference
    return total


def _least(stack: np.ndarray, base: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.where(counts, stack, np.inf).min(axis=0)


def _greatest(stack: np.ndarray, base: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.where(counts, stack, -np.inf).max(axis=0)


_COMBINE = {"multiply": _multiply, "add": _add, "least": _least, "greatest": _greatest}
