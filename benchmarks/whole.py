"""All households there are, as a person would run them: ``sim run scenario=history population.scale=1 seeds=1``.

Stepping, synthesis and burn-in are the run's own timings (run.json), the rest is the clock around its process, and
memory is the largest its process held. The bars are for the 72 months; the burn-in of 60 months before them is told
apart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, arguments, report

RUN = ("run", "scenario=history", "seeds=1")
GIB = 2**30


def run_whole(scale: float, changes: list[str]) -> tuple[dict[str, Any], float, float]:
    """What run.json tells, the seconds of the process, and the bytes it held at most."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "whole"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-m", "sim", *RUN, f"population.scale={scale:g}", *changes, f"output={here}"],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, child.args)
        told = json.loads((here / "run.json").read_text())
    return told, seconds, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def figures(scale: float, changes: list[str]) -> list[Figure]:
    """Seconds of each part and in all, and peak memory; one run."""
    told, seconds, peak = run_whole(scale, changes)
    timings, burn_in = told["timings"], told["scenario"]["population"]["burn_in"]
    parts = ("synthesis", "burn_in", "step", "tables")
    rest = seconds - sum(timings[part] for part in parts)
    return [
        Figure.of("synthesis of households and ties", [timings["synthesis"]], "seconds"),
        Figure.of(f"burn-in, {burn_in} months", [timings["burn_in"]], "seconds"),
        Figure.of("stepping", [timings["step"]], "seconds", most=60.0),
        Figure.of("start, counts by category, tables, writing", [rest + timings["tables"]], "seconds"),
        Figure.of("in all but the burn-in", [seconds - timings["burn_in"]], "seconds", most=90.0),
        Figure.of("in all", [seconds], "seconds"),
        Figure.of("stepping", [timings["step_ns_per_household_month"]], "ns a household and month"),
        Figure.of("peak memory of the process", [peak / GIB], "GiB", most=4.0),
    ]


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scale", type=float, default=1.0, help="less than 1: a trial of the benchmark itself")
    parser.add_argument("changes", nargs="*", help="key=value for the run, as population.burn_in=12")


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__, _add)
    report("whole", figures(given.scale, given.changes), given.json)


if __name__ == "__main__":
    main()
