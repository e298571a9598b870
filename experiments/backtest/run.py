"""Was the model right? ``python experiments/backtest/run.py``, from the folder of the project.

Fits the model to what was known by December 2013, forecasts 2014, and measures by how much it was missed; fits it to
what was known by December 2014, and forecasts 2015 to 2017 with that as the model's own error. Each step is a command
of the program, and what is made is kept in ``results/``: a fit that was stopped goes on where it was. Writes
``hindcast.csv``, ``backtest.csv``, ``made.json`` and ``figure.svg`` beside itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from sim.cli.main import main as sim
from sim.output.drawing import svg_of
from sim.output.durable import replace_file
from sim.region import load
from sim.studies.backtest.hindcast import hindcast, own_error
from sim.studies.backtest.page import drawing

FOLDER = Path(__file__).resolve().parent
KEPT = Path("results")


def do(*arguments: str) -> str:
    """Do a command of the program, and return it as typed."""
    if sim(arguments) != 0:
        raise SystemExit(f"sim {' '.join(arguments)} failed")
    return " ".join(("sim", *arguments))


def fit(config: dict[str, Any], name: str, *more: str) -> tuple[str, Path]:
    """Fit, or go on with a fit; the command and the sample."""
    asked = config["fit"]
    sizes = (f"calibration.members={asked['members']}", f"calibration.steps={asked['steps']}")
    command = do("calibrate", *sizes, f"population.scale={asked['scale']}", *more, f"name={name}")
    return command, KEPT / name / "posterior.csv"


def forecast(config: dict[str, Any], sample: Path, name: str, *more: str) -> tuple[str, pd.DataFrame, dict[str, Any]]:
    """Forecast from a sample; the command, the table and what is told of the run."""
    sizes = (f"seeds={config['seeds']}", f"population.scale={config['scale']}")
    command = do("backtest", *sizes, f"sample={sample}", *more, f"name={name}")
    folder = KEPT / name
    told = json.loads((folder / "backtest.json").read_bytes())
    return command, pd.read_csv(folder / "backtest.csv", dtype={"period": str}), told


def study(config: dict[str, Any], folder: Path) -> pd.DataFrame:
    """Make everything, and return the table of forecasts."""
    fitted, sample = fit(config, "calibration")
    earlier_fit, earlier_sample = fit(config, "calibration_earlier", f"calibration.until={config['earlier']}")
    next_year = f"{int(config['earlier'][:4]) + 1}-12"
    stands = (f"until={next_year}", f"backtest.after={config['earlier']}", "backtest.error=0.0")
    hindcasted, table, _ = forecast(config["hindcast"], earlier_sample, "backtest_earlier", *stands)
    missed = hindcast(table, load("central_asia").targets)
    error = round(own_error(missed), 3)
    replace_file(folder / "hindcast.csv", missed.to_csv(index=False, float_format="%.4g").encode())
    forecasted, table, told = forecast(config["backtest"], sample, "backtest", f"backtest.error={error}")
    replace_file(folder / "backtest.csv", (KEPT / "backtest" / "backtest.csv").read_bytes())
    made = {
        "commands": [fitted, earlier_fit, hindcasted, forecasted],
        "own_error": error,
        "seeds": told["seeds"],
        **{key: told["run"][key] for key in ("versions", "region", "sample", "scenario_digest", "digest")},
    }
    replace_file(folder / "made.json", json.dumps(made, indent=1).encode())
    drawn = svg_of(drawing(table, "remittances_recorded", "USD"), "backtest", "Forecasts of recorded remittances.")
    replace_file(folder / "figure.svg", drawn.encode())
    return table


if __name__ == "__main__":
    study(yaml.safe_load((FOLDER / "config.yaml").read_text()), FOLDER)
