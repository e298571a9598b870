"""Does the fit find what is there? Fit to figures that the model itself has made, at numbers known, many times.

The numbers of each world are a member of the fitted sample, or a draw from the priors where there is none: most draws
from wide priors are worlds with hardly a migrant, where figures say nothing. Its figures are what the model says
there, with an error drawn from the figures' own. A fit is honest if the true number lies inside its 90 % interval
nine times in ten, and inside its 50 % interval five times in ten (simulation-based calibration: Talts et al. 2018,
arXiv:1804.06788). All fits begin from the same prior ensemble, which is lived once.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.output.durable import replace_file
from sim.region import Region
from sim.region.sample import find_sample, prior_scores, priors_of, to_scores
from sim.scenario import Scenario
from sim.studies.calibration.figures import covariance
from sim.studies.calibration.fit import DRAWS, Settings, claim, question_of, told_of
from sim.studies.calibration.members import Ensemble, Told
from sim.studies.calibration.smoother import smooth

INTERVALS = (0.5, 0.9)
SPARE = 2
"""Worlds lived besides, for those whose figures say nothing."""


def recover(
    scenario: Scenario, region: Region, settings: Settings, fits: int, folder: Path, progress: Told | None = None
) -> pd.DataFrame:
    """One row a fit and number: the true score, and the mean, spread and ends of the fitted scores.

    Columns: fit, number, truth, mean, sd, low50, high50, low90, high90; all in prior standard deviations.
    """
    question = question_of(scenario, region, settings.until)
    claim(folder, {**told_of(question, settings), "recovery": fits})
    scores = prior_scores(question.names, settings.members + 2 * fits)
    ensemble_scores, candidates = scores[: settings.members], scores[settings.members :]
    fitted = find_sample("", region)
    if fitted is not None:
        known = to_scores(fitted, priors_of(region))[: fits + SPARE]
        candidates = known[:, [fitted.names.index(name) for name in question.names]]
    errors = covariance(list(question.figures))
    rng = np.random.default_rng(settings.seed)
    parts = []
    with Ensemble(question, folder / DRAWS, settings.workers, progress) as ensemble:
        worlds = ensemble.answers("worlds", candidates, first=settings.members)
        lived = np.flatnonzero(np.isfinite(worlds).all(axis=1))[:fits]
        for fit, world in enumerate(lived):
            observed = rng.multivariate_normal(worlds[world], errors)

            def said(step: str, at: np.ndarray, fit: int = fit) -> np.ndarray:
                return ensemble.answers(step if step == "step-0" else f"fit-{fit:03d}-{step}", at)

            posterior, _ = smooth(said, ensemble_scores, observed, errors, settings.steps, settings.seed + fit, False)
            parts.append(_row(fit, question.names, candidates[world], posterior))
    return pd.concat(parts, ignore_index=True)


def _row(fit: int, names: tuple[str, ...], truth: np.ndarray, posterior: np.ndarray) -> pd.DataFrame:
    ends = {}
    for share in INTERVALS:
        low, high = np.quantile(posterior, [(1 - share) / 2, (1 + share) / 2], axis=0)
        ends |= {f"low{share * 100:.0f}": low, f"high{share * 100:.0f}": high}
    spread = {"mean": posterior.mean(axis=0), "sd": posterior.std(axis=0, ddof=1)}
    return pd.DataFrame({"fit": fit, "number": names, "truth": truth, **spread, **ends})


def coverage(table: pd.DataFrame) -> pd.DataFrame:
    """By number, and for all and for those that were pinned down: how often the truth was inside, and by chance."""
    rows = [{"number": "all", **_covered(table)}]
    spread = table.groupby("number")["sd"].mean()
    pinned = spread.index[spread < PINNED]
    rows.append({"number": f"those pinned down ({len(pinned)})", **_covered(table[table["number"].isin(pinned)])})
    rows += [{"number": number, **_covered(part)} for number, part in table.groupby("number", sort=False)]
    return pd.DataFrame(rows)


PINNED = 0.8
"""A number whose fitted spread is below this share of the prior's counts as pinned down."""


def _covered(table: pd.DataFrame) -> dict[str, float]:
    covered: dict[str, float] = {"fits": table["fit"].nunique(), "sd": float(table["sd"].mean())}
    for share in INTERVALS:
        name = f"{share * 100:.0f}"
        inside = table["truth"].between(table[f"low{name}"], table[f"high{name}"])
        by_fit = inside.groupby(table["fit"]).mean()
        covered[f"inside{name}"] = float(inside.mean())
        covered[f"se{name}"] = float(by_fit.std(ddof=1) / np.sqrt(len(by_fit))) if len(by_fit) > 1 else float("nan")
    error = (table["truth"] - table["mean"]) ** 2
    covered["rmse"] = float(np.sqrt(error.mean()))
    return covered


def write_recovery(table: pd.DataFrame, folder: Path, command: str) -> None:
    """Write ``recovery.csv``, ``coverage.csv`` and ``report.html``."""
    from sim.studies.calibration.page import recovery_page

    covered = coverage(table)
    replace_file(folder / "recovery.csv", table.to_csv(index=False, float_format="%.4g").encode())
    replace_file(folder / "coverage.csv", covered.to_csv(index=False, float_format="%.4g").encode())
    replace_file(folder / "report.html", recovery_page(table, covered, command).encode())
