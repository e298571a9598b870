"""Hold the model against the patterns it must reproduce, and print how it scores.

USAGE
  sim scorecard [key=value ...] [--json]

  The keys are those of `sim run` (sim run --help). The patterns are judged on history unless scenario= says otherwise.

OPTIONS
  --json   for programs: one record for each pattern
  --help   this page

EXAMPLES
  sim scorecard
  sim scorecard population.scale=0.01 seeds=4
  sim scorecard parameters.beta=1.1 --json

Fitted patterns and those only checked are kept apart; figures nobody has are reported, never scored.

FILES WRITTEN
  none

EXIT STATUS
  0 done, whether or not the patterns are met; 2 bad input; 130 interrupted
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.cli.commands import split_options
from sim.cli.tables import print_json, print_table
from sim.configuration import request

if TYPE_CHECKING:
    from pandas import DataFrame


COLUMNS = ("pattern", "what", "where", "when", "model", "target", "band", "use", "met")


def print_card(table: DataFrame) -> None:
    """The scorecard for people: one line a pattern; sources are in --json and in the pack (sim data)."""
    rows = []
    for row in table.itertuples(index=False):
        met = "" if row.passed is None else ("yes" if row.passed else "NO")
        where = "all" if row.origin == "ALL" else f"{row.origin} → {row.destination}".replace(" → ALL", "")
        band = f"{rounded(row.low)} to {rounded(row.high)}"
        cells = (row.pattern, row.what, where, row.period, rounded(row.value), rounded(row.target), band, row.use, met)
        rows.append(cells)
    print_table("", COLUMNS, rows, numbers=("model", "target", "band"))
    scored = table["passed"].dropna()
    print(f"{int(scored.sum())} of {len(scored)} scored figures are inside their band; the others are only reported.")
    print("Bands: a quarter either way for levels; experiments as published; timings as stated in docs/model.md.")


def rounded(value: float) -> str:
    """Four digits that count."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def main(arguments: Sequence[str]) -> int:
    """Run the patterns and print the scores."""
    options, rest = split_options(arguments, ("--json",))
    asked = request("run", rest)
    from sim.cli.progress import bar
    from sim.studies.scorecard import probes, scorecard

    with bar("scorecard", [asked.scenario, *probes(asked.scenario, asked.region).values()]) as progress:
        table = scorecard(asked.scenario, asked.region, progress)
    if "--json" in options:
        print_json(json.loads(table.to_json(orient="records")))
    else:
        print_card(table)
    return 0
