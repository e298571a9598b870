"""Hold the model against the patterns it must reproduce, and tell which it meets.

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
  sim scorecard name=quick population=small seeds=2

Figures of the pack's targets come from the run itself; P1, P2, P6, P12, P15 to P18 and P20 are experiments that part
from it in a month, with the same households and the same luck. Figures that were fitted to, those that may only fix
timing and those only checked are kept apart. A run too short for a figure tells nothing of it.

FILES WRITTEN
  results/scorecard/scorecard.parquet and .csv   a row a figure: value, interval, band, met or not, source, meaning
  results/scorecard/report.html                  the same to read, with every figure drawn in its band
  (results/NAME/ with name=NAME; the folder is written whole or not at all)

EXIT STATUS
  0 done, whether or not the patterns are met; 2 bad input; 130 interrupted
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.cli.commands import split_options
from sim.cli.tables import print_json, print_table
from sim.configuration import Request, request

if TYPE_CHECKING:
    from pandas import DataFrame


COLUMNS = ("pattern", "what", "where", "when", "model", "95 % interval", "target", "band", "met")
NAME = "name=scorecard"


def print_card(table: DataFrame) -> None:
    """The scorecard for people: a line a figure; what each means and its source are in the report."""
    from sim.studies.scorecard_report import cells, counts

    for use in dict.fromkeys(table["use"]):
        rows = [cells(row) for row in table[table["use"] == use].itertuples(index=False)]
        print_table(use, COLUMNS, rows, numbers=("model", "95 % interval", "target", "band"))
    for title, met, scored in counts(table):
        print(f"{title}: {met} of {scored} scored figures are inside their band.")
    print("Bands: a quarter either way for levels; experiments and timings as stated in the report.")


def main(arguments: Sequence[str]) -> int:
    """Run the patterns, print the scores and write them."""
    options, rest = split_options(arguments, ("--json",))
    named = any(one.startswith(("name=", "output=")) for one in rest)
    asked = request("run", rest if named else [NAME, *rest])
    from sim.cli.progress import bar, notice, typed
    from sim.studies.experiments import all_probes
    from sim.studies.scorecard import scorecard
    from sim.studies.scorecard_report import require_place, write_scorecard

    require_place(asked.folder)
    probed, _ = all_probes(asked.scenario, asked.region)
    with bar("scorecard", [asked.scenario, *probed.values()]) as progress:
        table = scorecard(asked.scenario, asked.region, progress)
    folder = write_scorecard(table, _facts(asked) | {"Command": typed()}, asked.folder)
    if "--json" in options:
        print_json(json.loads(table.to_json(orient="records")))
    else:
        print_card(table)
    notice(f"written: {folder / 'report.html'}")
    return 0


def _facts(asked: Request) -> dict[str, str]:
    """What the page tells of the run."""
    from sim.checkpoint import code_version

    one = asked.scenario
    months = f"{asked.region.label(0)} to {one.until}"
    told = {"Scenario": one.name, "Region": asked.region.title, "Months": months, "Seeds": str(one.seeds)}
    told |= {"Scale": f"1 agent for {1 / one.scale:,.0f} households", "Numbers": one.sample or "as given"}
    return told | {"Code version": code_version(), "Data pack": asked.region.digest[:12]}
