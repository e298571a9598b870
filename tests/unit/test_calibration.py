"""Fitting: nothing later than the calibration, nothing lost, and the answer where the answer is known."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_worlds import ROOT, TWO_COUNTRIES, pack, scenario

from sim.errors import InputError
from sim.region import load
from sim.studies.calibration.figures import SHARED, Figure, covariance, figures_of, known_by
from sim.studies.calibration.fit import DRAWS, Settings, calibrate, question_of, write_fit
from sim.studies.calibration.members import CHUNK, Ensemble, draws
from sim.studies.calibration.recovery import coverage, recover
from sim.studies.calibration.smoother import smooth
from sim.studies.patterns import Target
from sim.studies.sweep.journal import started

UNTIL = "2014-12"


def row(**given):
    shared = {"measure": "stock", "origin": "TJK", "destination": "RUS", "series": "s", "period": "2014", "value": 1.0}
    return {**shared, "use": "fitted", "confidence": "high", "source": "somebody", **given}


@pytest.mark.parametrize("use", ["fitted", "shape"])
@pytest.mark.parametrize("period", ["2015", "2015-01", "2014-11/2015-02", "2015Q1", "2016H1"])
def test_a_figure_after_the_calibration_is_refused(use, period):
    targets = pd.DataFrame([row(), row(use=use, period=period)])
    with pytest.raises(InputError, match=rf"target stock TJK RUS is of {period}, after calibration.until. Allowed: up"):
        figures_of(targets, UNTIL)


def test_what_is_only_checked_is_no_figure_of_a_fit():
    targets = pd.DataFrame([row(unit="persons"), row(use="checked", period="2015")])
    assert [figure.target.period for figure in figures_of(targets, UNTIL)] == ["2014"]
    assert not {figure.use for figure in figures_of(pack().targets, UNTIL)} - {"fitted", "shape"}


def test_the_pack_refuses_a_late_figure_itself(tmp_path):
    import shutil

    folder = tmp_path / "late"
    shutil.copytree(TWO_COUNTRIES, folder)
    lines = (folder / "targets.csv").read_text().splitlines()
    header = lines[0].split(",")
    first = dict(zip(header, lines[1].split(","), strict=False))
    late = {**first, "period": "2005-12", "use": "shape", "note": "late"}
    (folder / "targets.csv").write_text("\n".join([*lines, ",".join(late.get(name, "") for name in header)]) + "\n")
    with pytest.raises(InputError, match="too late for a shape target"):
        load(folder)


def test_a_fit_may_stand_earlier_and_never_later():
    early = question_of(scenario(), pack(), "2013-12")
    assert early.scenario.until == "2013-12"
    assert not [figure for figure in early.figures if figure.target.period.startswith("2014")]
    assert [figure for figure in question_of(scenario(), pack(), UNTIL).figures if figure.target.period == "2014"]
    assert len(known_by(pack().targets, "2013-12")) < len(pack().targets)
    with pytest.raises(InputError, match="calibration.until is 2015-06. Allowed: up to 2014-12"):
        question_of(scenario(), pack(), "2015-06")


def test_errors_of_one_series_go_together():
    figures = [
        Figure(Target("stock", "TJK", "RUS", series, period, "persons"), 10.0, 0.1, True, "fitted", "")
        for series, period in (("a", "2012"), ("a", "2013"), ("b", "2013"))
    ]
    assert covariance(figures) == pytest.approx(0.01 * np.array([[1, SHARED, 0], [SHARED, 1, 0], [0, 0, 1]]))
    assert figures[0].scaled(10.0) == figures[0].observed
    assert figures[0].tolerance == 2.5
    assert np.isfinite(figures[0].scaled(0.0))


def test_where_the_answer_is_known_the_smoother_finds_it():
    """Linear and normal: the fitted mean and spread are those of the exact posterior, also of what no figure tells."""
    rng = np.random.default_rng(5)
    numbers, figures, members = 30, 12, 400
    effect = np.zeros((figures, numbers))
    effect[:, :8] = rng.normal(size=(figures, 8)) / 2
    errors = 0.25 * np.eye(figures)
    exact = np.linalg.inv(np.eye(numbers) + effect.T @ np.linalg.inv(errors) @ effect)
    away, spread = [], []
    for world in range(8):
        observed = effect @ rng.normal(size=numbers) + rng.normal(size=figures) / 2
        first = rng.normal(size=(members, numbers))
        last, _ = smooth(lambda _, at: at @ effect.T, first, observed, errors, 4, world, False)
        away.append((last.mean(axis=0) - exact @ effect.T @ np.linalg.inv(errors) @ observed) ** 2 / np.diag(exact))
        spread.append(last.var(axis=0, ddof=1) / np.diag(exact))
    assert np.mean(away) < 0.1, "the mean is off by a third of a standard deviation or less"
    assert np.mean(spread, axis=0)[:8] == pytest.approx(np.ones(8), abs=0.2)
    assert np.mean(spread, axis=0)[8:].mean() == pytest.approx(1.0, abs=0.1)


def test_what_chance_takes_from_the_spread_is_given_back():
    """150 numbers, of which 60 figures tell a little, and 120 members: else 90 % intervals hold the truth 75 times."""
    members = 120
    rng = np.random.default_rng(6)
    numbers, figures = 150, 60
    effect = rng.normal(size=(figures, numbers)) / 12
    errors = 0.25 * np.eye(figures)
    inside = []
    for world in range(12):
        truth, first = rng.normal(size=numbers), rng.normal(size=(members, numbers))
        observed = effect @ truth + rng.normal(size=figures) / 2
        last, _ = smooth(lambda _, at: at @ effect.T, first, observed, errors, 4, world, False)
        low, high = np.quantile(last, [0.05, 0.95], axis=0)
        inside.append(np.mean((low <= truth) & (truth <= high)))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.07)


@pytest.fixture(scope="module")
def question():
    one = replace(scenario(scale=2e-4, burn_in=4), months=24, until="2013-12")
    return question_of(one, pack(), "2013-12")


def test_members_are_kept_and_found_again(question, tmp_path):
    scores = np.random.default_rng(1).normal(size=(CHUNK + 3, len(question.names))) * 0.3
    lived = []
    with Ensemble(question, tmp_path, 2, lived.append) as ensemble:
        said = ensemble.answers("step-0", scores)
    assert sum(lived) == len(scores) and np.isfinite(said).all()
    files = sorted(tmp_path.glob("step-0/*.parquet"))
    assert len(files) == 2
    kept = draws(tmp_path)
    assert kept[list(question.names)].to_numpy() == pytest.approx(scores)
    times = [path.stat().st_mtime_ns for path in files]
    files[1].unlink()  # a fit that was stopped before its last chunk
    with Ensemble(question, tmp_path, 1) as ensemble:
        again = ensemble.answers("step-0", scores)
    assert np.array_equal(again, said), "what is lived again says the same, whatever the processes"
    assert files[0].stat().st_mtime_ns == times[0] and files[1].stat().st_mtime_ns != times[1]


KILLED = """
import multiprocessing, os, time
from concurrent.futures import ProcessPoolExecutor
from sim.studies.calibration.members import _ask
if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _ask, (None,))
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(600)
"""


def test_processes_of_a_fit_that_is_killed_end(tmp_path):
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    fit = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment)
    worker = int(fit.stdout.readline())
    assert started(worker)
    fit.kill()
    fit.wait()
    until = time.monotonic() + 30
    while started(worker) and time.monotonic() < until:
        time.sleep(0.1)
    assert not started(worker)


def test_a_member_that_cannot_be_lived_is_kept_with_the_reason(question, tmp_path):
    """More ties among kin than a household has at all: a number held by hand that no household can have."""
    broken = replace(question, scenario=replace(question.scenario, parameters={"kin_density": 1.0, "mean_degree": 5.0}))
    with Ensemble(broken, tmp_path, 1) as ensemble:
        said = ensemble.answers("step-0", np.zeros((2, len(question.names))))
    assert np.isnan(said).all()
    assert draws(tmp_path)["reason"].str.contains("kin_density is 1").all()


def test_a_fit_from_the_prior_to_the_sample(tmp_path):
    one = scenario(scale=2e-4, burn_in=4)
    settings = Settings(members=60, steps=2, until="2013-12", seed=1, workers=2)
    fit = calibrate(one, pack(), settings, tmp_path / "fit")
    write_fit(fit, tmp_path / "fit", 10)
    observed = np.array([figure.observed for figure in fit.question.figures])
    errors = np.array([figure.error for figure in fit.question.figures])
    before, after = (np.mean(np.abs(said - observed) < 2.5 * errors) for said in (fit.before, fit.after))
    assert after > before + 0.1, "single members say what is known more often than before"
    assert set(draws(tmp_path / "fit" / DRAWS)["step"]) == {"step-0", "step-1", "step-2"}
    assert len((tmp_path / "fit" / "posterior.csv").read_text().splitlines()) == 11
    again = calibrate(one, pack(), settings, tmp_path / "fit")
    assert np.array_equal(again.posterior, fit.posterior) and again.seconds < fit.seconds
    with pytest.raises(InputError, match="finds another fit in .* Allowed: name= of a new one"):
        calibrate(one, pack(), replace(settings, seed=2), tmp_path / "fit")


def test_recovery_tells_how_often_the_truth_is_inside(tmp_path):
    one = scenario(scale=1e-4, burn_in=4)
    settings = Settings(members=20, steps=1, until="2013-12", seed=1, workers=2)
    table = recover(one, pack(), settings, 2, tmp_path / "recovery")
    assert table["fit"].nunique() == 2
    covered = coverage(table)
    assert covered["number"].iloc[0] == "all" and 0.0 < covered["inside50"].iloc[0] < covered["inside90"].iloc[0] <= 1.0


def test_coverage_counts():
    table = pd.DataFrame(
        {"fit": [0, 1, 2, 3], "number": "a", "truth": [0.0, 1.0, 2.0, 3.0], "mean": 0.0, "sd": 1.0,
         "low50": -0.5, "high50": 0.5, "low90": -1.5, "high90": 1.5}
    )  # fmt: skip
    covered = coverage(table).iloc[0]
    assert (covered["inside50"], covered["inside90"]) == (0.25, 0.5)
    assert covered["rmse"] == pytest.approx(np.sqrt(14 / 4))
