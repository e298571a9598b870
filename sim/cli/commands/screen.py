"""Measure which outputs each number of the model drives, in worlds that draw all numbers from their priors.

USAGE
  sim screen [key=value ...]
  sim screen draws=FOLDER [name=NAME]

  The keys are those of `sim run` (sim run --help); every seed is a world of its own. It is lived to the end of 2015 at
  least. With draws= nothing is lived: the worlds are those that a fit lived first (sim calibrate), and the outputs are
  its figures up to 2014. What comes with the package was made so; it is what sim explain and the reports tell.

OPTIONS
  --help   this page

EXAMPLES
  sim screen seeds=300 population.scale=0.0005
  sim screen draws=results/calibration

FILES WRITTEN
  results/screen/screening.csv   number, measure, rank correlation over the worlds; the strongest first. Its first
                                 line, a comment, is the command, the number of worlds and the code version
  (results/NAME/ with name=NAME)

EXIT STATUS
  0 done; 2 bad input; 130 interrupted
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.checkpoint import code_version
from sim.cli.commands import split_options
from sim.cli.tables import print_table
from sim.configuration import request
from sim.errors import InputError
from sim.scenario import Scenario

LEAST = 30
SHOWN = 40
FILE = "screening.csv"
DRAWS = "draws="


def main(arguments: Sequence[str]) -> int:
    """Live the worlds or read them, print the strongest, write all."""
    _, rest = split_options(arguments, ())
    drawn = [one.removeprefix(DRAWS) for one in rest if one.startswith(DRAWS)]
    rest = [one for one in rest if not one.startswith(DRAWS)]
    keys = {one.partition("=")[0] for one in rest}
    given = [*(() if keys & {"name", "output"} else ("name=screen",)), *rest]
    asked = request("run", given if drawn or "sample" in keys else [*given, "sample=prior"])
    from sim.cli.progress import bar, notice, typed
    from sim.output.durable import replace_file
    from sim.studies.screening import COLUMNS, by_chance, screen, screen_draws

    if drawn:
        table, worlds = screen_draws(Path(drawn[-1]), asked.region)
    else:
        _refuse(asked.scenario)
        worlds = asked.scenario.seeds
        with bar("screen", [asked.scenario]) as progress:
            table = screen(asked.scenario, asked.region, progress)
    chance = by_chance(worlds, len(table))
    head = f"# {typed()}; {worlds} worlds; by chance up to {chance:.3f}; version {code_version()}\n"
    path = asked.folder / FILE
    replace_file(path, (head + table.to_csv(index=False)).encode())
    print_table("", COLUMNS, table.head(SHOWN).itertuples(index=False), COLUMNS[2:])
    print(f"The strongest {SHOWN} of {len(table)}; so many unrelated pairs would stay under {chance:.2f} by chance.")
    notice(f"written: {path}")
    return 0


def _refuse(one: Scenario) -> None:
    if one.numbers is None:
        raise InputError("sample", "is the same for every seed", "a sample that seeds draw from: prior, or a file")
    if one.seeds < LEAST:
        raise InputError("seeds", f"is {one.seeds}, too few worlds to tell anything", f"{LEAST} or more")
    if one.until < "2015-12":
        raise InputError("until", f"is {one.until}", "2015-12 or later: the outputs speak of 2013 to 2015")
