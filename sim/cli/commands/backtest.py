"""Forecast the years after the calibration, and set the forecast beside its rivals.

USAGE
  sim backtest [key=value ...]

  The model is given what drives the world (exchange rates, wages, prices, rules) and no outcome after the calibration.
  Each seed takes another member of the fitted sample. Beside each forecast stand the World Bank's of April 2015,
  constant roubles (only the exchange rate moves) and last year's value.

KEYS (unit, default)
  backtest.error=X   standard error of a change that no member shows, in logarithms: what the model itself is off by,
                     measured by standing a year earlier (docs/calibration.md)
  backtest.after=YYYY-MM   forecast the years after this month's, to stand earlier than the calibration ends (its end)
  seeds=N            members of the sample, each with its own luck (200)
  name=NAME          folder under results/ (backtest)
  All other keys are those of `sim run` (sim run --help).

OPTIONS
  --help   this page

EXAMPLES
  sim backtest
  sim backtest population=small seeds=40 name=quick
  sim backtest sample=results/calibration/posterior.csv

FILES WRITTEN
  results/NAME/backtest.csv   origin, destination, period, measure, unit, change_percent, low90, low50, high50, high90,
                              world_bank, constant_roubles, last_year
  results/NAME/changes.csv    the change in each line and seed, with the model's own error
  results/NAME/backtest.json  command, sample, seeds, versions and digests
  results/NAME/report.html    the same for people

EXIT STATUS
  0 done; 2 bad input; 130 interrupted, nothing written
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.cli.commands import split_options
from sim.cli.progress import bar, typed
from sim.configuration import request
from sim.policies.settings import read_month, read_number
from sim.simulation import simulate
from sim.studies.backtest.page import write_backtest
from sim.studies.backtest.table import backtest


def main(arguments: Sequence[str]) -> int:
    """Forecast what the arguments ask for."""
    _, rest = split_options(arguments, ())
    asked = request("backtest", rest)
    after = asked.settings["after"]
    after = read_month(after, "backtest.after", asked.region) if after else ""
    error = read_number(asked.settings["error"], 0.0, 1.0, "backtest.error", "a number, 0 to 1 (in logarithms)")
    folder = asked.folder if asked.folder.name != asked.scenario.name else asked.folder.with_name("backtest")
    with bar("backtest", [asked.scenario]) as progress:
        result = simulate(asked.scenario, asked.region, progress)
    made = backtest(result, asked.region, error, after)
    write_backtest(made, folder, typed())
    print(f"{len(made.table)} forecasts: {folder / 'backtest.csv'}; to read: {folder / 'report.html'}")
    return 0
