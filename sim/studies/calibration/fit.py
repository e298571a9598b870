"""Fit the numbers of a scenario to what was known by a date: from the priors, in steps, with all draws kept.

A folder of a fit holds ``calibration.json`` (what was asked), ``draws/`` (every member of every step), and, when it is
done, ``posterior.csv`` (the sample), ``figures.csv`` (each figure before and after), ``numbers.csv`` (what they told of
each number) and ``report.html``. A fit that was stopped goes on where it was; another one is not mixed with it.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.checkpoint import code_version, rules_digest
from sim.errors import InputError
from sim.output.durable import replace_file
from sim.region import Region
from sim.region.sample import POSTERIOR, Sample, from_scores, prior_scores, priors_of
from sim.scenario import Scenario
from sim.studies.calibration.figures import Figure, covariance, figures_of, known_by
from sim.studies.calibration.members import Ensemble, Question, Told
from sim.studies.calibration.smoother import smooth
from sim.studies.identifiability import Identifiability, identify

TOLD, DRAWS, SAMPLE_FILE = "calibration.json", "draws", "posterior.csv"
LEAST_MEMBERS = 20


@dataclass(frozen=True)
class Settings:
    """How a fit is made: members of the ensemble, steps, last month looked at, seed of the perturbations, processes."""

    members: int
    steps: int
    until: str
    seed: int
    workers: int


@dataclass(frozen=True)
class Fit:
    """A fit that is done.

    `prior` and `posterior` are scores, shape (members, numbers); `before` and `after` what they say of the figures,
    shape (members, figures), on the figures' scales.
    """

    question: Question
    prior: np.ndarray
    before: np.ndarray
    posterior: np.ndarray
    after: np.ndarray
    seconds: float

    @property
    def sample(self) -> Sample:
        """The fitted sample."""
        priors = priors_of(self.question.region)
        ordered = {name: priors[name] for name in self.question.names}
        return Sample.of(POSTERIOR, self.question.names, from_scores(ordered, self.posterior))

    @property
    def identified(self) -> Identifiability:
        """What the figures told of each number, on the scales of the priors."""
        columns = list(self.question.names)
        return identify(pd.DataFrame(self.prior, columns=columns), pd.DataFrame(self.posterior, columns=columns))

    def table(self) -> pd.DataFrame:
        """One row a figure: value, error, and what the ensemble said of it before and after (mean, 5 %, 95 %)."""
        rows = [
            {
                "figure": figure.label,
                "use": figure.use,
                "value": figure.value,
                "error": figure.error,
                **_spread(figure, self.before[:, k], "prior"),
                **_spread(figure, self.after[:, k], "posterior"),
                "source": figure.source,
            }
            for k, figure in enumerate(self.question.figures)
        ]
        table = pd.DataFrame(rows)
        off = np.abs(table["posterior_mean"] - table["value"])
        table["inside"] = off <= [one.tolerance for one in self.question.figures]
        return table


def _spread(figure: Figure, said: np.ndarray, when: str) -> dict[str, float]:
    values = np.exp(said) if figure.logarithm else said
    low, high = np.nanquantile(values, [0.05, 0.95])
    return {f"{when}_mean": float(np.nanmean(values)), f"{when}_low90": float(low), f"{when}_high90": float(high)}


def question_of(scenario: Scenario, region: Region, until: str) -> Question:
    """What the members of a fit are asked: the figures known by `until`, as far as the model has such a thing.

    Raises
    ------
    InputError
        `until` is later than the pack's own end of calibration.
    """
    latest = region.manifest.calibration_until
    if until > latest:
        raise InputError("calibration.until", f"is {until}", allowed=f"up to {latest}: what came later is the test")
    targets = region.targets if until == latest else known_by(region.targets, until)
    asked = replace(
        scenario, numbers=None, sample="defaults", sample_digest="", seeds=1, until=until,
        months=region.month_index(until) + 1,
    )  # fmt: skip
    names = tuple(name for name in priors_of(region) if name not in (*scenario.parameters, *scenario.adjustments))
    every = Question(asked, region, tuple(figures_of(targets, until)), names)
    said, reason = every.answer(0, np.zeros(len(names)))
    if reason:
        raise InputError("calibrate", f"cannot live the middle of the priors: {reason}")
    return replace(
        every, figures=tuple(figure for figure, one in zip(every.figures, said, strict=True) if np.isfinite(one))
    )


def calibrate(
    scenario: Scenario, region: Region, settings: Settings, folder: Path, progress: Told | None = None
) -> Fit:
    """Fit, or go on with the fit in `folder`.

    Raises
    ------
    InputError
        `folder` holds another fit, the settings cannot be, or too many members failed.
    """
    began = time.perf_counter()
    question = question_of(scenario, region, settings.until)
    claim(folder, told_of(question, settings))
    first = prior_scores(question.names, settings.members)
    observed = np.array([figure.observed for figure in question.figures])
    with Ensemble(question, folder / DRAWS, settings.workers, progress) as ensemble:
        before = ensemble.answers("step-0", first)
        progress_once = ensemble.progress
        ensemble.progress = None  # the smoother asks for the first step again, and finds it
        steps = _Steps(ensemble, progress_once)
        posterior, after = smooth(
            steps, first, observed, covariance(list(question.figures)), settings.steps, settings.seed
        )
    return Fit(question, first, before, posterior, after, time.perf_counter() - began)


class _Steps:
    """Asks the ensemble step after step; the first has been told of already."""

    def __init__(self, ensemble: Ensemble, progress: Told | None) -> None:
        self.ensemble, self.progress = ensemble, progress

    def __call__(self, step: str, scores: np.ndarray) -> np.ndarray:
        self.ensemble.progress = None if step == "step-0" else self.progress
        return self.ensemble.answers(step, scores)


def members_to_live(settings: Settings) -> int:
    """How many members a fit lives in all."""
    return settings.members * (settings.steps + 1)


def told_of(question: Question, settings: Settings) -> dict[str, Any]:
    """What was asked, in plain values; workers make no difference."""
    return {
        "scenario": question.scenario.as_mapping(),
        "pack": question.region.digest,
        "rules": rules_digest(),
        "version": code_version(),
        "members": settings.members,
        "steps": settings.steps,
        "until": settings.until,
        "seed": settings.seed,
        "numbers": list(question.names),
        "figures": [[figure.label, figure.value, figure.error] for figure in question.figures],
    }


def claim(folder: Path, told: dict[str, Any]) -> None:
    """Write what is asked into a fresh folder, or refuse one that holds something else."""
    path = folder / TOLD
    content = json.dumps(told, indent=1, sort_keys=True)
    if path.is_file():
        if digest_of(json.loads(path.read_text(encoding="utf-8"))) != digest_of(json.loads(content)):
            allowed = "name= of a new one, or the same settings, pack and program to go on"
            raise InputError("calibrate", f"finds another fit in {folder}", allowed)
        return
    if folder.exists() and any(folder.iterdir()):
        raise InputError("calibrate", f"finds something else than a fit in {folder}", "name= of a new folder")
    replace_file(path, content.encode())


def digest_of(told: dict[str, Any]) -> str:
    """Digest of what was asked."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def write_fit(fit: Fit, folder: Path, shipped: int) -> None:
    """Write the sample (the first `shipped` members), the table of figures, and what they told of the numbers."""
    sample = fit.sample
    kept = Sample.of(sample.name, sample.names, sample.values[:shipped])
    replace_file(folder / SAMPLE_FILE, kept.written().encode())
    for name, table in (("figures", fit.table()), ("numbers", fit.identified.table)):
        replace_file(folder / f"{name}.csv", table.to_csv(index=False, float_format="%.6g").encode())
