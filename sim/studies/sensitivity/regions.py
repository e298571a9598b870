"""Where in the space of numbers a policy helps and where it hurts: a box (PRIM) and a tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.errors import InputError, unknown_name

WANTED = ("more", "less")
LEAST = 0.1
"""Share of the points that a box holds at least."""
_PEEL = 0.05
_DEPTH = 3
_FOLDS = 5


@dataclass(frozen=True)
class Box:
    """Limits of some axes, the share of helped points inside, of all helped points that are inside, of all points."""

    limits: dict[str, tuple[float, float]]
    density: float
    coverage: float
    support: float


@dataclass(frozen=True)
class Regions:
    """Where a policy makes a measure better: `helped` says it for each point, (rows,); `sure` where seeds agree on it.

    `tree`: its rules as text; `accuracy`: share of points it tells right that it has not seen, beside `majority`, that
    of always saying the more frequent.
    """

    measure: str
    wanted: str
    helped: np.ndarray = field(repr=False)
    sure: np.ndarray = field(repr=False)
    difference: np.ndarray = field(repr=False)
    box: Box
    tree: str
    importance: dict[str, float]
    accuracy: float
    majority: float

    @property
    def words(self) -> str:
        """The finding in sentences."""
        box = " and ".join(f"{key} in {low:.4g} to {high:.4g}" for key, (low, high) in self.box.limits.items())
        where = f"In the box where {box}" if box else "Everywhere (no box is better)"
        return (
            f"The policy helps ({self.wanted} {self.measure}) at {_percent(self.helped.mean())} of "
            f"{len(self.helped):,} points; at {_percent(self.sure.mean())} of them the sign is beyond the luck of the "
            f"seeds. {where}, which has {_percent(self.box.support)} of the points, it helps at "
            f"{_percent(self.box.density)}, and {_percent(self.box.coverage)} of all that are helped are in it. A tree "
            f"tells {_percent(self.accuracy)} of unseen points right (always saying the more frequent: "
            f"{_percent(self.majority)})."
        )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def regions(
    measure: str, keys: Sequence[str], values: np.ndarray, differences: np.ndarray, wanted: str = "more", seed: int = 1
) -> Regions:
    """Where the differences that a policy makes are good.

    Parameters
    ----------
    values
        What was swept, (rows, axes).
    differences
        Measure with the policy less without, (rows, seeds).
    wanted
        ``more`` or ``less`` of the measure.

    Raises
    ------
    InputError
        Too few points, or a policy that helps, or hurts, at every one.
    """
    if wanted not in WANTED:
        raise unknown_name("wanted", wanted, WANTED, "direction")
    there = np.isfinite(differences).all(axis=1)
    values, differences = values[there], differences[there]
    mean = differences.mean(axis=1) * (1.0 if wanted == "more" else -1.0)
    if len(mean) < 20:
        raise InputError(measure, f"has {len(mean)} points on both sides", allowed="20 or more")
    helped = mean > 0
    if helped.all() or not helped.any():
        always = "better" if helped.all() else "no better"
        raise InputError(measure, f"is {always} with the policy at every point: there are no regions", "wider ranges")
    seeds = differences.shape[1]
    error = differences.std(axis=1, ddof=1) / np.sqrt(seeds) if seeds > 1 else np.full(len(mean), np.inf)
    tree, importance, accuracy = _tree(keys, values, helped, seed)
    return Regions(
        measure, wanted, helped, np.abs(mean) > 1.96 * error, mean, prim(keys, values, helped), tree, importance,
        accuracy, max(helped.mean(), 1 - helped.mean()),
    )  # fmt: skip


def prim(keys: Sequence[str], values: np.ndarray, helped: np.ndarray, least: float = LEAST) -> Box:
    """The patient rule induction method (Friedman and Fisher 1999): peel a twentieth at a time from the side that
    raises the share of helped points most; the box taken is the one of the path with the best product of density and
    coverage.
    """
    rows, axes = values.shape
    low, high = values.min(axis=0), values.max(axis=0)
    first = low.copy(), high.copy()
    inside = np.ones(rows, bool)
    path = [(low.copy(), high.copy(), inside.copy())]
    while inside.sum() > least * rows:
        peels = [
            (helped[kept].mean(), kept.sum(), axis, side, limit)
            for axis in range(axes)
            for side, limit, kept in _peels(values[:, axis], inside)
            if kept.sum() >= max(least * rows, 1)
        ]
        if not peels:
            break
        density, _, axis, side, limit = max(peels, key=lambda peel: (peel[0], peel[1]))
        if density < helped[inside].mean():
            break
        (low if side == "low" else high)[axis] = limit
        inside &= values[:, axis] >= limit if side == "low" else values[:, axis] <= limit
        path.append((low.copy(), high.copy(), inside.copy()))
    low, high, inside = max(path, key=lambda box: helped[box[2]].mean() * helped[box[2]].sum())
    limits = {
        key: (float(low[k]), float(high[k]))
        for k, key in enumerate(keys)
        if low[k] > first[0][k] or high[k] < first[1][k]
    }
    return Box(limits, float(helped[inside].mean()), float(helped[inside].sum() / helped.sum()), float(inside.mean()))


def _peels(column: np.ndarray, inside: np.ndarray) -> list[tuple[str, float, np.ndarray]]:
    """The two boxes that are left when a twentieth, or the outermost value, is taken from either side of an axis."""
    there = np.unique(column[inside])
    if len(there) < 2:
        return []
    from_low = max(float(np.quantile(column[inside], _PEEL, method="higher")), float(there[1]))
    from_high = min(float(np.quantile(column[inside], 1 - _PEEL, method="lower")), float(there[-2]))
    return [
        ("low", from_low, inside & (column >= from_low)),
        ("high", from_high, inside & (column <= from_high)),
    ]


def _tree(
    keys: Sequence[str], values: np.ndarray, helped: np.ndarray, seed: int
) -> tuple[str, dict[str, float], float]:
    """A small tree, as text; how much each axis does in it; its accuracy on points it has not seen."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier, export_text

    fewest = max(5, len(helped) // 50)
    tree = DecisionTreeClassifier(max_depth=_DEPTH, min_samples_leaf=fewest, random_state=seed)
    folds = min(_FOLDS, int(min(helped.sum(), (~helped).sum())))
    if folds < 2:
        accuracy = float("nan")
    else:
        splits = StratifiedKFold(folds, shuffle=True, random_state=seed)
        accuracy = float(cross_val_score(tree, values, helped, cv=splits).mean())
    tree.fit(values, np.where(helped, "helps", "hurts"))
    text = export_text(tree, feature_names=list(keys), decimals=3, show_weights=False)
    return text, dict(zip(keys, map(float, tree.feature_importances_), strict=True)), accuracy
