"""Where uncertainty comes from: the variance of each headline, shared out among numbers, luck and structure.

Every member of a sample of the model's numbers is lived with every seed under every structure, so that the design is
crossed: members and seeds are drawn (random effects), the variants of the structure are all there are (fixed effects,
each as likely as the others). The variance of a headline is the sum of a part for each set of factors,

    Var = sum over sets A of V_A,       first-order share of X = V_X / Var,       total share = sum of V_A, X in A / Var

(Hoeffding 1948; Sobol' 1993; Saltelli et al. 2008). A plain analysis of variance puts luck that did not average out
into every part; here mean squares are corrected by their expectations in the mixed model (Cornfield and Tukey 1956,
doi:10.1214/aoms/1177728067; Searle, Casella and McCulloch 1992): with n_j levels of factor j, MS_A the mean square,

    V_A = c_A  sum over B = A and random factors more  (-1)^|B - A| MS_B / prod of n_j outside A,
    c_A = prod of (n_f - 1) / n_f over the fixed factors in A.

An estimate may be below 0: then the part cannot be told from none. Climate models' uncertainty is shared out alike
(Yip et al. 2011, doi:10.1175/2011JCLI4085.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.region.sample import Sample
from sim.schema.variants import DEFAULT
from sim.seed_run import Progress
from sim.simulation import simulate

if TYPE_CHECKING:
    from sim.output.result import RunResult
    from sim.region import Region
    from sim.scenario import Scenario

ALL, APRIL = "ALL", 4
KEYS = ["measure", "destination", "origin", "period", "unit"]
FACTORS = ["decision", "learning", "wages"]
PARAMETERS, LUCK, STRUCTURE, MIXED = "parameters", "luck", "structure", "interactions"
GROUPS = (PARAMETERS, LUCK, STRUCTURE, MIXED)


@dataclass(frozen=True)
class Headline:
    """An outcome by origin: a measure's change on the year before (percent), its mean (of a ratio over the months that
    have any), or its share of another.

    `place` is ``first``, the pack's first destination, or `ALL`.
    """

    measure: str
    place: str
    period: str
    kind: str
    over: str = ""

    @property
    def unit(self) -> str:
        """Unit of the value."""
        return "persons" if self.kind == "mean" else "percent"


HEADLINES = (
    *(Headline("remittances_true", "first", year, "change") for year in ("2015", "2016")),
    *(Headline("remittances_recorded", "first", year, "change") for year in ("2015", "2016")),
    *(Headline("stock", "first", period, "april") for period in ("2014-04/2015-04", "2015-04/2016-04")),
    *(Headline("departures", ALL, year, "change") for year in ("2015", "2016")),
    Headline("banned", "first", "2015", "mean"),
    Headline("unaware_banned", "first", "2015", "share", "banned"),
    Headline("joblessness_6", ALL, "2015", "ratio"),
)


def headlines(result: RunResult, region: Region) -> pd.DataFrame:
    """The headlines of a run, a row for each seed, origin and headline: seed, `KEYS`, value."""
    return pd.DataFrame([row for headline in HEADLINES for row in _rows(result, region, headline)])


def _rows(result: RunResult, region: Region, headline: Headline) -> Iterator[dict]:
    place = region.destinations[0] if headline.place == "first" else ALL
    table = result.corridors if headline.measure in result.corridors else result.origins
    if place != ALL:
        table = table[table["destination"] == place]
    names = [headline.measure, *([headline.over] if headline.over else [])]
    sums = table.groupby(["seed", "origin", "month"], observed=True)[names].sum(min_count=1)
    for (seed, origin), months in sums.groupby(level=["seed", "origin"], observed=True):
        value = _value(months.droplevel(["seed", "origin"]), headline)
        keys = (headline.measure, place, origin, headline.period, headline.unit)
        yield {"seed": seed, **dict(zip(KEYS, keys, strict=True)), "value": value}


def _value(months: pd.DataFrame, headline: Headline) -> float:
    at, values = pd.DatetimeIndex(months.index), months[headline.measure].to_numpy()
    if headline.kind == "april":
        first, last = (float(values[at == pd.Timestamp(f"{month}-01")].sum()) for month in headline.period.split("/"))
    else:
        year = int(headline.period)
        if headline.kind == "ratio":
            return float(np.nanmean(values[at.year == year]))
        first, last = (float(values[at.year == y].sum()) for y in (year - 1, year))
    if headline.kind == "mean":
        return last / 12.0
    if headline.kind == "share":
        return 100.0 * last / max(1.0, float(months[headline.over].to_numpy()[at.year == year].sum()))
    return 100.0 * (last / first - 1.0) if first > 0.0 else float("nan")


def live(
    scenario: Scenario,
    region: Region,
    member: Mapping[str, float],
    seeds: Sequence[int],
    progress: Progress | None = None,
) -> pd.DataFrame:
    """The headlines of one structure and one member of the sample under all seeds.

    Parameters
    ----------
    member
        Values of parameters and adjustments of the pack by name; a number given to the scenario by hand stays.
    seeds
        Consecutive.
    """
    drawn = Sample.of("member", tuple(member), np.array([[*member.values()]], float))
    one = replace(scenario, numbers=drawn, seeds=len(seeds), first_seed=seeds[0], follow=0).member(seeds[0])
    return headlines(simulate(one, region, progress), region)


def variance(
    scenarios_by_structure: Mapping[str, Scenario],
    members: Sequence[Mapping[str, float]],
    seeds: Sequence[int],
    region: Region,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Share the variance of each headline out among numbers, luck and structure: live all, then :func:`parts_of`."""
    lived = [
        live(scenario, region, member, seeds, progress).assign(structure=name, member=number)
        for name, scenario in scenarios_by_structure.items()
        for number, member in enumerate(members)
    ]
    return parts_of(pd.concat(lived), {name: one.structure for name, one in scenarios_by_structure.items()})


def parts_of(lived: pd.DataFrame, structures: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """The parts of the variance of each headline.

    Parameters
    ----------
    lived
        Rows of `KEYS`, structure, member, seed, value; every structure with every member and seed.
    structures
        What each structure chooses. Where they are all combinations of some variants, each choice is a factor.

    Returns
    -------
    pandas.DataFrame
        `KEYS`, mean, sd (of all that is uncertain), part, variance, share, error (of the share, standard, by leaving
        out one member after the other), total (share of all parts it is in). Parts: `GROUPS`, then each set of factors.

    Raises
    ------
    InputError
        Fewer than two members or seeds, or a cell of the design is missing.
    """
    shape = _factorial(structures)
    rows = []
    for keys, part in lived.groupby(KEYS, sort=False):
        cells = part.pivot(index=["member", "seed"], columns="structure", values="value")[list(shape.order)]
        n_members, n_seeds = (len(cells.index.levels[level]) for level in (0, 1))
        if min(n_members, n_seeds) < 2 or len(cells) != n_members * n_seeds:
            raise InputError("variance", f"has {n_members} members and {n_seeds} seeds", "two of each, all crossed")
        values = cells.to_numpy().reshape(n_members, n_seeds, *shape.levels)
        if np.isnan(values).any():
            continue  # nobody to count, as a list of the banned that is empty
        summary = {"mean": float(values.mean())}
        rows += [{**dict(zip(KEYS, keys, strict=True)), **summary, **row} for row in _parts(values, shape.factors)]
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class _Factorial:
    factors: tuple[str, ...]
    levels: tuple[int, ...]
    order: tuple[str, ...]


def _factorial(structures: Mapping[str, Mapping[str, str]]) -> _Factorial:
    """The structures as levels of their choices, where all combinations are there; else as one factor."""
    full = {name: {**DEFAULT, **chosen} for name, chosen in structures.items()}
    varied = [factor for factor in FACTORS if len({chosen[factor] for chosen in full.values()}) > 1]
    levels = {factor: list(dict.fromkeys(chosen[factor] for chosen in full.values())) for factor in varied}
    cells = {tuple(levels[f].index(chosen[f]) for f in varied): name for name, chosen in full.items()}
    size = int(np.prod([len(values) for values in levels.values()])) if varied else 1
    if len(structures) > 1 and len(cells) == len(structures) == size:
        return _Factorial(tuple(varied), tuple(len(levels[f]) for f in varied), tuple(cells[c] for c in sorted(cells)))
    return _Factorial((STRUCTURE,), (len(structures),), tuple(structures))


def components(values: np.ndarray, random: Sequence[int] = (0, 1)) -> dict[tuple[int, ...], float]:
    """Unbiased parts of the variance, by set of axes; axes of one level have none.

    Parameters
    ----------
    values
        One value for each cell of the crossed design.
    random
        The axes whose levels are drawn; the levels of the others are all there are.
    """
    axes = [axis for axis, n in enumerate(values.shape) if n > 1]
    sets = list(chain.from_iterable(combinations(axes, size) for size in range(len(axes) + 1)))
    effects: dict[tuple[int, ...], np.ndarray] = {}
    squares: dict[tuple[int, ...], float] = {}
    for own in sets:
        outside = tuple(axis for axis in range(values.ndim) if axis not in own)
        effect = values.mean(axis=outside, keepdims=True)
        for lower, inner in effects.items():
            if set(lower) < set(own):
                effect = effect - inner
        effects[own] = effect
        freedom = np.prod([values.shape[axis] - 1 for axis in own])
        squares[own] = float((effect * effect).sum() * values.size / effect.size / freedom)
    return {own: _corrected(own, squares, values.shape, random) for own in sets if own}


def _corrected(
    own: tuple[int, ...], squares: Mapping[tuple[int, ...], float], shape: tuple[int, ...], random: Sequence[int]
) -> float:
    """A mean square less what chance adds to it, as a part of the variance."""
    total = 0.0
    for larger, square in squares.items():
        more = set(larger) - set(own)
        if set(own) <= set(larger) and more <= set(random):
            total += (-1) ** len(more) * square
    outside = np.prod([n for axis, n in enumerate(shape) if axis not in own])
    fixed = np.prod([(shape[axis] - 1) / shape[axis] for axis in own if axis not in random])
    return float(total * fixed / outside)


def _parts(values: np.ndarray, factors: tuple[str, ...]) -> list[dict]:
    """Rows of one headline: groups, then sets of factors."""
    names = (PARAMETERS, LUCK, *factors)
    whole = _shares(values, names)
    without = [_shares(np.delete(values, member, axis=0), names) for member in range(len(values))]
    rows = []
    for part, (amount, share, total) in whole.items():
        left = np.array([one[part][1] for one in without]) if len(values) > 2 else np.array([np.nan])
        error = float(np.sqrt((len(left) - 1) / len(left) * ((left - left.mean()) ** 2).sum()))
        rows.append({"part": part, "variance": amount, "share": share, "error": error, "total": total})
    deviation = float(np.sqrt(max(0.0, sum(whole[group][0] for group in GROUPS))))
    return [{"sd": deviation, **row} for row in rows]


def _shares(values: np.ndarray, names: Sequence[str]) -> dict[str, tuple[float, float, float]]:
    """Variance, share and total share of each part."""
    found = {frozenset(names[axis] for axis in own): amount for own, amount in components(values).items()}
    whole = sum(found.values())
    drawn = {PARAMETERS, LUCK}

    def group(part: frozenset[str]) -> str:
        if len(part) == 1 and part <= drawn:
            return next(iter(part))
        return MIXED if part & drawn else STRUCTURE

    of_group = {name: sum(v for part, v in found.items() if group(part) == name) for name in GROUPS}
    touching = {
        PARAMETERS: sum(v for part, v in found.items() if PARAMETERS in part),
        LUCK: sum(v for part, v in found.items() if LUCK in part),
        STRUCTURE: sum(v for part, v in found.items() if part - drawn),
        MIXED: of_group[MIXED],
    }
    rows = {name: (of_group[name], of_group[name] / whole, touching[name] / whole) for name in GROUPS}
    for part, amount in found.items():
        if len(part) > 1 or not part & {PARAMETERS, LUCK, STRUCTURE}:
            label = " x ".join(name for name in names if name in part)
            total = sum(v for other, v in found.items() if part <= other)
            rows[label] = (amount, amount / whole, total / whole)
    return rows
