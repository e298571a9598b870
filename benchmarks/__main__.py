"""Run all benchmarks, each in a process of its own, print their tables and write benchmarks/latest.json.

``python -m benchmarks speed peer`` runs some of them and writes no latest.json. All take some twenty minutes on two
cores; the curve is docs/images/scaling.svg.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, print_table
from benchmarks.machine import load, machine
from sim.output.durable import replace_file

LATEST = Path(__file__).with_name("latest.json")
PARTS = (
    "speed", "scaling", "whole", "people", "memory", "engines", "peer", "pairs", "profile", "policies", "first_run",
    "at_once", "sweeps", "workshop", "pages",
)  # fmt: skip


def run_part(part: str) -> dict[str, Any] | None:
    """What a benchmark tells, its table printed; None where it could not run, for which it has given the reason."""
    print(f"\npython -m benchmarks.{part}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{part}", "--json"], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        print(f"ended with status {done.returncode}", flush=True)
        return None
    told: dict[str, Any] = json.loads(done.stdout)
    print_table(figures_of(told))
    sys.stdout.flush()
    del told["machine"]
    return told


def figures_of(told: dict[str, Any]) -> list[Figure]:
    """The figures as a benchmark printed them as JSON."""
    return [Figure(**{key: value for key, value in row.items() if key != "bar"}) for row in told["figures"]]


def main(given: Sequence[str] | None = None) -> int:
    """Measure, print, write; status 1 where a part could not run."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").split("\n\n", maxsplit=1)[0]
    )
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of: {', '.join(PARTS)} (all)")
    asked = parser.parse_args(given).parts
    if unknown := [part for part in asked if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    before, began = load(), time.perf_counter()
    results = {part: run_part(part) for part in asked or PARTS}
    seconds = round(time.perf_counter() - began)
    held = [(part, figure) for part, told in results.items() if told for figure in figures_of(told) if figure.verdict]
    missed = [
        f"{part}: {figure.what}: {figure.value:.4g} {figure.unit}, {figure.verdict}"
        for part, figure in held
        if figure.verdict.endswith("MISSED")
    ]
    print(f"\n{machine()}\nload before: {before:.2f}; {seconds} seconds in all")
    print("\n".join([f"{len(held) - len(missed)} of {len(held)} bars met", *missed]))
    if not asked:
        head = {"command": "python -m benchmarks", "machine": machine(), "load_before": before, "seconds": seconds}
        replace_file(LATEST, (json.dumps(head | results, indent=1) + "\n").encode())
        print(f"written: {LATEST.relative_to(Path.cwd()) if LATEST.is_relative_to(Path.cwd()) else LATEST}")
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
