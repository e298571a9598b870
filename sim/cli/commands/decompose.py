"""Share the fall of remittances out among its causes: rate, demand, law, diversion, information.

Compares one year with the next in 32 worlds that share their past up to a month: each cause does what it did, or is
held as it was in that month. A cause's share is its mean contribution over all orders in which the causes can come in
(Shapley's value); the shares add up to the difference between the world as it was and the world with all held.

USAGE
  sim decompose [key=value ...]

KEYS (unit, default)
  since=YYYY-MM   month whose rate, demand and law are kept where a cause is held; the year it is in is compared with
                  the year after (2014-07)
  name=, output=  the folder (results/decompose)
  The other keys are those of `sim run` (sim run --help); until, follow and checkpoint are not used. Each seed has its
  own luck and its own numbers of the sample; intervals are over seeds.

THE CAUSES
  exchange_rate   the rate of the first destination's currency (the rouble); held: as in the month
  demand          output, wages and prices there; held: as in the month, output on its trend
  law             permits, days of stay, bans, enforcement there; held: as in the month
  diversion       going elsewhere; held: other destinations take no newcomers and stay as in the month
  information     that households know only what they heard; held: everybody knows everything from the month on

OPTIONS
  --help   this page

EXAMPLES
  sim decompose
  sim decompose population.scale=0.002 seeds=2 name=first_look
  sim decompose structure.decision=satisficing name=satisficing

FILES WRITTEN
  results/decompose/decompose.json      what was asked, and the command
  results/decompose/shapley.csv         shares by measure, destination and origin, with 95 % intervals; none = all
                                        held, all = as it was; first, last: what a cause does before or after all others
  results/decompose/interactions.csv    what two causes do together beyond what each does alone
  results/decompose/worlds.csv          the change in every world, by seed
  results/decompose/waterfall.svg       the figure
  results/decompose/parts/              the worlds of each seed, kept as they are lived: the same command goes on there

EXIT STATUS
  0 done; 2 bad input, nothing written; 130 interrupted, seeds lived so far are kept
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.commands import split_options
from sim.cli.tables import print_table
from sim.configuration import request
from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from sim.region import Region
    from sim.scenario import Scenario
    from sim.studies.study_folder import StudyFolder

TABLES = ("shapley.csv", "interactions.csv", "worlds.csv", "waterfall.svg")


def main(arguments: Sequence[str]) -> int:
    """Live the worlds, share the change out, and write and print it."""
    from sim.studies.shapley import SINCE, checked
    from sim.studies.study_folder import StudyFolder

    _, rest = split_options(arguments, ())
    dates = [argument.partition("=")[2] for argument in rest if argument.partition("=")[0] == "since"]
    if len(dates) > 1:
        raise InputError("since", "is given twice", "each key once")
    asked = request("run", [argument for argument in rest if argument.partition("=")[0] != "since"])
    since = dates[0] if dates else SINCE
    scenario = checked(asked.scenario, asked.region, since)
    given = {one.key for one in asked.overrides}
    path = asked.folder if {"name", "output"} & given else Path("results") / "decompose"
    alone = replace(scenario, seeds=1, first_seed=1, follow=0)
    depends = {"scenario": alone.name, "scenario_digest": alone.digest, "since": since}
    folder = StudyFolder(path, "decompose", depends, TABLES)
    folder.require_writable()
    folder.begin()
    perform(folder, scenario, asked.region, since)
    return 0


def perform(folder: StudyFolder, scenario: Scenario, region: Region, since: str) -> None:
    """Live what has not been lived, make the tables and the figure, and print the shares."""
    import pandas as pd

    from sim.cli.progress import notice, typed
    from sim.output.drawing import svg_of
    from sim.studies.shapley import interactions, shares
    from sim.studies.waterfall import waterfall

    lived = pd.concat([_seed(folder, scenario, region, since, seed) for seed in scenario.seed_numbers])
    table = shares(lived)
    folder.write("worlds.csv", lived)
    folder.write("shapley.csv", table)
    folder.write("interactions.csv", interactions(lived))
    folder.write_text("waterfall.svg", svg_of(waterfall(table, region.country_names), "waterfall"))
    folder.note({"command": typed(), "seeds": list(scenario.seed_numbers), "lived": scenario.as_mapping()})
    _print(table, since)
    notice(f"written: {folder.path.resolve()}")


def _seed(folder: StudyFolder, scenario: Scenario, region: Region, since: str, seed: int) -> pd.DataFrame:
    from sim.cli.progress import bar
    from sim.studies.shapley import coalitions, live_worlds

    def live() -> pd.DataFrame:
        with bar(f"seed {seed}", scenario.burn_in + len(coalitions()) * scenario.months) as progress:
            return live_worlds(scenario, region, since, seed, progress)

    return folder.part(f"seed-{seed}", live)


def _print(table: pd.DataFrame, since: str) -> None:
    year = int(since[:4])
    rows = [
        (
            f"{row.measure}, {'everywhere' if row.destination == 'ALL' else row.destination}",
            row.origin,
            row.player,
            round(row.value, 1),
            "" if row.low95 != row.low95 else f"{row.low95:.1f} to {row.high95:.1f}",
            "" if row.first != row.first else round(row.first, 1),
            "" if row.last != row.last else round(row.last, 1),
        )
        for row in table.itertuples(index=False)
    ]
    columns = ("change", "origin", "cause", "share", "95 %", "first", "last")
    title = f"Change of {year + 1} on {year}, percent, and its causes (points)"
    print_table(title, columns, rows, numbers=("share", "95 %", "first", "last"))
    print("none: all causes held; all: as it was; the shares between add up. first, last: before or after all others.")
