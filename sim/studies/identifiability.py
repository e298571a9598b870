"""Which numbers the data pin down, which stay at their prior, and which are only known together.

Two samples are compared, one from before fitting and one from after; columns are the numbers, rows the members. Give
both on the scale of the priors (scores of :mod:`sim.region.sample`), on which a prior is normal: a contraction is then
the same whatever unit a number has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.errors import InputError

PINNED = 0.5
"""Contraction from which on a number counts as pinned down: less than half of its prior variance is left."""
TOGETHER = 0.5
"""Correlation after fitting from which on two numbers count as known only together."""
CHANCE = 1.96
VERDICTS = ("pinned down", "narrowed", "stays at its prior")
COLUMNS = (
    "number",
    "prior_mean",
    "prior_sd",
    "posterior_mean",
    "posterior_sd",
    "contraction",
    "by_chance",
    "shift",
    "partner",
    "correlation",
    "verdict",
)
"""contraction: 1 - the ratio of variances; by_chance: what two samples of one distribution reach, 95 in 100; shift: of
the mean, in prior standard deviations; partner: the number it goes with most after fitting, and their correlation.
"""


@dataclass(frozen=True)
class Identifiability:
    """What fitting told of each number.

    table: a row a number, `COLUMNS`, the best pinned down first; pairs: `one`, `other`, `correlation` after fitting,
    `before` (the same before it), the strongest first; prior, posterior: the samples, columns in the table's order.
    """

    table: pd.DataFrame
    pairs: pd.DataFrame
    prior: pd.DataFrame
    posterior: pd.DataFrame

    def named(self, verdict: str) -> list[str]:
        """The numbers of a verdict, one of `VERDICTS`."""
        return self.table.loc[self.table["verdict"] == verdict, "number"].tolist()

    @property
    def together(self) -> pd.DataFrame:
        """Pairs that are known only together."""
        return self.pairs[self.pairs["correlation"].abs() >= max(TOGETHER, self.correlation_by_chance)]

    @property
    def correlation_by_chance(self) -> float:
        """The correlation that the strongest of so many unrelated pairs stays under, 95 in 100."""
        from scipy.special import ndtri

        pairs = max(1, len(self.pairs))
        return float(np.tanh(ndtri(1.0 - 0.025 / pairs) / np.sqrt(max(1.0, len(self.posterior) - 3.0))))


def identify(prior: pd.DataFrame, posterior: pd.DataFrame) -> Identifiability:
    """Compare a sample from before fitting with one from after.

    Parameters
    ----------
    prior, posterior
        Members by number; the same columns, in any order; at least three members each.

    Raises
    ------
    InputError
        Columns that differ, too few members, values that are no numbers, or a number that never varied before.
    """
    _check(prior, posterior)
    posterior = posterior[list(prior.columns)]
    correlations = _correlations(posterior)
    table = pd.DataFrame(
        {
            "number": list(prior.columns),
            "prior_mean": prior.mean().to_numpy(),
            "prior_sd": prior.std().to_numpy(),
            "posterior_mean": posterior.mean().to_numpy(),
            "posterior_sd": posterior.std().to_numpy(),
        }
    )
    table["contraction"] = 1.0 - (table["posterior_sd"] / table["prior_sd"]) ** 2
    table["by_chance"] = CHANCE * np.sqrt(2.0 / (len(prior) - 1) + 2.0 / (len(posterior) - 1))
    table["shift"] = (table["posterior_mean"] - table["prior_mean"]) / table["prior_sd"]
    strongest = np.abs(correlations - np.diag(np.diag(correlations))).argmax(axis=1)
    alone = len(table) < 2
    table["partner"] = ["" if alone else str(prior.columns[k]) for k in strongest]
    table["correlation"] = [np.nan if alone else correlations[row, k] for row, k in enumerate(strongest)]
    table["verdict"] = [_verdict(row.contraction, row.by_chance) for row in table.itertuples()]
    table = table.sort_values("contraction", ascending=False, kind="stable", ignore_index=True)[list(COLUMNS)]
    order = table["number"].tolist()
    return Identifiability(table, _pairs(prior, correlations), prior[order], posterior[order])


def _check(prior: pd.DataFrame, posterior: pd.DataFrame) -> None:
    if unlike := sorted({*prior.columns} ^ {*posterior.columns}):
        raise InputError("identifiability", f"{unlike[0]} is in one sample alone", "the same numbers in both")
    for name, sample in (("prior", prior), ("posterior", posterior)):
        if len(sample) < 3 or not len(sample.columns):
            shape = f"{len(sample)} members of {len(sample.columns)} numbers"
            raise InputError(f"identifiability {name}", f"has {shape}", "three members or more")
        if not np.isfinite(sample.to_numpy(float)).all():
            raise InputError(f"identifiability {name}", "holds what is no number", "numbers")
    still = prior.columns[prior.std().to_numpy() == 0.0]
    if len(still):
        raise InputError("identifiability prior", f"{still[0]} is the same in all members", "a number that varies")


def _correlations(sample: pd.DataFrame) -> np.ndarray:
    """Correlations of all numbers; 0 with one that does not vary."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(np.atleast_2d(np.corrcoef(sample.to_numpy(float), rowvar=False)))


def _pairs(prior: pd.DataFrame, after: np.ndarray) -> pd.DataFrame:
    before = _correlations(prior)
    one, other = np.triu_indices(len(prior.columns), 1)
    names = np.array(list(prior.columns), object)
    pairs = pd.DataFrame(
        {"one": names[one], "other": names[other], "correlation": after[one, other], "before": before[one, other]}
    )
    return pairs.sort_values("correlation", key=lambda c: -c.abs(), kind="stable", ignore_index=True)


def _verdict(contraction: float, by_chance: float) -> str:
    if contraction >= max(PINNED, by_chance):
        return VERDICTS[0]
    return VERDICTS[1] if contraction > by_chance else VERDICTS[2]
