"""Run all benchmarks, each in a process of its own, print their tables and write benchmarks/latest.json."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, print_table
from benchmarks.machine import load, machine
from sim.output.durable import replace_file

LATEST = Path(__file__).with_name("latest.json")
PARTS = (
    "speed",
    "scaling",
    "whole",
    "engines",
    "peer",
    "pairs",
    "memory",
    "people",
    "profile",
    "first_run",
    "at_once",
)
"""Some twenty minutes on two cores."""


def main() -> None:
    """Measure, print, write."""
    results: dict[str, Any] = {"command": "python -m benchmarks", "machine": machine(), "load_before": load()}
    began = time.perf_counter()
    for part in PARTS:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{part}", "--json"], stdout=subprocess.PIPE, text=True, check=True
        )
        told = json.loads(done.stdout)
        figures = [Figure(**{key: value for key, value in row.items() if key != "bar"}) for row in told["figures"]]
        print(f"\npython -m benchmarks.{part}")
        print_table(figures)
        sys.stdout.flush()
        results[part] = {key: value for key, value in told.items() if key != "machine"}
    results["seconds"] = round(time.perf_counter() - began)
    print(f"\n{machine()}\nload before: {results['load_before']:.2f}; {results['seconds']} seconds in all")
    replace_file(LATEST, (json.dumps(results, indent=1) + "\n").encode())
    print(f"written: {LATEST.relative_to(Path.cwd()) if LATEST.is_relative_to(Path.cwd()) else LATEST}")


if __name__ == "__main__":
    main()
