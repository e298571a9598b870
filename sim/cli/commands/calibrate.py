"""Fit the model's numbers to what was known by a date, and keep every draw.

USAGE
  sim calibrate [key=value ...]

  From the priors (sim explain) a sample is moved in a few steps to where the figures are that were known by the end of
  the calibration: an ensemble smoother (docs/decisions/0018). What comes out is a sample of all numbers that a run
  draws from (sample=results/NAME/posterior.csv). Figures dated later than calibration.until are refused.

KEYS (unit, default)
  calibration.members=N    members of the ensemble; each lives its own numbers with its own luck (240)
  calibration.steps=N      steps in which the figures are used (4)
  calibration.until=YYYY-MM   last month looked at (where the pack's calibration ends, and never later)
  calibration.seed=N       of the perturbations of the figures (1)
  calibration.workers=N    processes at once; results do not depend on it (2)
  calibration.shipped=N    members written to posterior.csv (200)
  calibration.recovery=N   instead, fit so many times to figures the model itself has made, at numbers known (0)
  name=NAME                folder under results/ (calibration)
  All other keys are those of `sim run` (sim run --help); parameters.NAME=V holds a number at V.

OPTIONS
  --help   this page

EXAMPLES
  sim calibrate
  sim calibrate calibration.until=2013-12 name=until_2013
  sim run sample=results/calibration/posterior.csv seeds=100
  sim calibrate calibration.recovery=30 calibration.steps=2 population.scale=0.0003 name=recovery

FILES WRITTEN
  results/NAME/calibration.json   what was asked
  results/NAME/draws/             every member of every step: its prior scores and what it said of the figures
  results/NAME/posterior.csv      the sample: a column a number, a row a member
  results/NAME/figures.csv        each figure: value, error, what the sample said before and after, inside or not
  results/NAME/numbers.csv        what the figures told of each number: pinned down, narrowed, or as before
  results/NAME/report.html        the same for people, with what the figures pin down and what they do not
  A fit that is stopped goes on where it was when the command is given again.

EXIT STATUS
  0 done; 2 bad input; 130 interrupted (the draws made so far are kept)
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.cli.commands import split_options
from sim.cli.progress import bar, typed
from sim.configuration import Request, request
from sim.policies.settings import read_month, read_whole
from sim.studies.calibration.fit import Settings, calibrate, members_to_live, write_fit
from sim.studies.calibration.page import write_page
from sim.studies.calibration.recovery import recover, write_recovery


def main(arguments: Sequence[str]) -> int:
    """Fit what the arguments ask for."""
    _, rest = split_options(arguments, ())
    asked = request("calibrate", rest)
    settings = _settings(asked)
    fits = _whole(asked, "recovery", 0, 1000)
    folder = asked.folder if asked.folder.name != asked.scenario.name else asked.folder.with_name("calibration")
    if fits:
        with bar("recovery", settings.members * (1 + fits * settings.steps) + fits) as progress:
            table = recover(asked.scenario, asked.region, settings, fits, folder, progress)
        write_recovery(table, folder, typed())
        print(f"Recovered {fits} times: {folder / 'report.html'}")
        return 0
    with bar("calibrate", members_to_live(settings)) as progress:
        fit = calibrate(asked.scenario, asked.region, settings, folder, progress)
    write_fit(fit, folder, _whole(asked, "shipped", 1, settings.members))
    write_page(fit, folder, typed())
    table = fit.table()
    met = f"{int(table['inside'].sum())} of {len(table)} figures inside their tolerance"
    print(f"{met}; {fit.seconds:,.0f} s since the command was given.")
    print(f"The sample: {folder / 'posterior.csv'}; to read: {folder / 'report.html'}")
    return 0


def _settings(asked: Request) -> Settings:
    until = asked.settings.get("until") or asked.region.manifest.calibration_until
    return Settings(
        members=_whole(asked, "members", 20, 100_000),
        steps=_whole(asked, "steps", 1, 20),
        until=read_month(until, "calibration.until", asked.region),
        seed=_whole(asked, "seed", 0, 2**31 - 1),
        workers=_whole(asked, "workers", 1, 1024),
    )


def _whole(asked: Request, name: str, low: int, high: int) -> int:
    return read_whole(asked.settings[name], low, high, f"calibration.{name}", f"whole numbers, {low} to {high}")
