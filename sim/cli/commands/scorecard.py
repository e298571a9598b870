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

from sim.cli.commands import split_options
from sim.cli.tables import print_json, print_table
from sim.configuration import request


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
        numbers = [name for name in table.columns if table[name].dtype.kind == "f"]
        print_table("", list(table.columns), table.itertuples(index=False), numbers)
    return 0
