"""Where uncertainty comes from: the model's numbers, luck, or the structure of the model.

Lives every member of a sample of the numbers with every seed under every structure, and shares the variance of each
headline out among them, corrected for what few members and seeds leave to chance.

USAGE
  sim variance [key=value ...]

KEYS (unit, default)
  members=M         members of the sample, its first ones, from 2 (16)
  seeds=K           seeds of luck, from 2 (4); first_seed=K as in `sim run`
  sample=S          the sample of the model's numbers (the pack's fitted one; prior where it has none)
  decision=V,V,...  variants that are crossed (nested_logit,plain_logit,satisficing)
  learning=V,V,...  (mixed,bayesian,averaging,none)
  wages=V,V,...     (fixed,responding)
  name=, output=    the folder (results/variance)
  The other keys are those of `sim run` (sim run --help). The share of luck holds for the scale that is run: ten times
  as many households have about a tenth of its variance.

OPTIONS
  --help   this page

EXAMPLES
  sim variance
  sim variance population.scale=0.001 members=8 seeds=3 learning=mixed,none name=first_look

FILES WRITTEN
  results/variance/variance.json   what was asked, and the command
  results/variance/variance.csv    parts of the variance by headline and origin: share, its standard error, total share
  results/variance/outcomes.csv    every headline of every run
  results/variance/variance.svg    the figure
  results/variance/parts/          headlines of each structure and member, kept as they are lived: the same command
                                   goes on there

EXIT STATUS
  0 done; 2 bad input, nothing written; 130 interrupted, runs lived so far are kept
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.commands import split_options
from sim.cli.tables import print_table
from sim.configuration import request
from sim.errors import InputError
from sim.policies.settings import read_whole
from sim.schema.variants import DEFAULT, STRUCTURE, variant

if TYPE_CHECKING:
    import pandas as pd

    from sim.region import Region
    from sim.scenario import Scenario
    from sim.studies.study_folder import StudyFolder

TABLES = ("variance.csv", "outcomes.csv", "variance.svg")
OWN = ("members", *STRUCTURE)
MEMBERS, SEEDS, LARGEST = 16, 4, 10_000
UNTIL = "2016-12"


def main(arguments: Sequence[str]) -> int:
    """Live the design, share the variance out, write and print it."""
    _, rest = split_options(arguments, ())
    own = _own([argument for argument in rest if argument.partition("=")[0] in OWN])
    others = [argument for argument in rest if argument.partition("=")[0] not in OWN]
    defaults = [f"{key}={value}" for key, value in (("seeds", SEEDS), ("until", UNTIL)) if not _given(key, others)]
    asked = request("run", [*others, *defaults])
    scenario = asked.scenario
    if scenario.structure:
        raise InputError("structure", "is what is crossed", "decision=, learning= and wages= with several variants")
    if scenario.seeds < 2:
        raise InputError("seeds", f"is {scenario.seeds}", "2 or more: of one seed luck cannot be told")
    members = _members(scenario, asked.region, read_whole(_number(own.get("members", MEMBERS)), 2, LARGEST, "members"))
    structures = _structures(scenario, own)
    path = asked.folder if _given("name", others) or _given("output", others) else Path("results") / "variance"
    depends = {"scenario": scenario.name, "scenario_digest": replace(scenario, numbers=None).digest}
    perform(_folder(path, depends), structures, members, asked.region)
    return 0


def perform(
    folder: StudyFolder, structures: Mapping[str, Scenario], members: Sequence[Mapping[str, float]], region: Region
) -> None:
    """Live what has not been lived, make the tables and the figure, and print the shares."""
    import pandas as pd

    from sim.cli.progress import bar, notice, typed
    from sim.output.drawing import svg_of
    from sim.studies.stacked import stacked
    from sim.studies.variance import parts_of

    first = next(iter(structures.values()))
    with bar("variance", len(structures) * len(members)) as progress:
        lived = []
        for name, scenario in structures.items():
            for number, member in enumerate(members, 1):
                lived.append(_part(folder, name, scenario, number, member, region))
                if progress:
                    progress(1)
    outcomes = pd.concat(lived)
    table = parts_of(outcomes, {name: scenario.structure for name, scenario in structures.items()})
    folder.write("outcomes.csv", outcomes)
    folder.write("variance.csv", table)
    folder.write_text("variance.svg", svg_of(stacked(table, region.country_names), "variance"))
    lives = {"members": len(members), "seeds": list(first.seed_numbers), "structures": list(structures)}
    folder.note({"command": typed(), **lives, "lived": first.as_mapping()})
    _print(table)
    notice(f"written: {folder.path.resolve()}")


def _part(
    folder: StudyFolder, name: str, scenario: Scenario, number: int, member: Mapping[str, float], region: Region
) -> pd.DataFrame:
    from sim.studies.variance import live

    def lived() -> pd.DataFrame:
        seeds = list(scenario.seed_numbers)
        return live(scenario, region, member, seeds).assign(structure=name, member=number)

    return folder.part(f"{name}-{number:04d}", lived)


def _folder(path: Path, depends: Mapping[str, str]) -> StudyFolder:
    from sim.studies.study_folder import StudyFolder

    folder = StudyFolder(path, "variance", depends, TABLES)
    folder.require_writable()
    folder.begin()
    return folder


def _own(arguments: Sequence[str]) -> dict[str, str]:
    """The keys that only this command has, each once."""
    given: dict[str, str] = {}
    for argument in arguments:
        key, _, value = argument.partition("=")
        if key in given:
            raise InputError(key, "is given twice", "each key once")
        given[key] = value
    return given


def _given(key: str, arguments: Sequence[str]) -> bool:
    return any(argument.partition("=")[0].lstrip("+") == key for argument in arguments)


def _number(value: str | int) -> str | int:
    """A whole number where the text is one; else the text, to be refused by who reads it."""
    return int(value) if str(value).lstrip("-").isdigit() else value


def _structures(scenario: Scenario, own: Mapping[str, str]) -> dict[str, Scenario]:
    """The scenario under each combination of the variants asked for, by their names."""
    from sim.schema.variants import require_meaning

    levels = {}
    for choice, variants in STRUCTURE.items():
        names = own[choice].strip("[]").split(",") if choice in own else [one.name for one in variants]
        levels[choice] = list(dict.fromkeys(variant(choice, name.strip()).name for name in names))
    made = {}
    for names in product(*levels.values()):
        chosen = {choice: name for choice, name in zip(levels, names, strict=True) if name != DEFAULT[choice]}
        require_meaning(chosen, scenario.parameters)
        made["-".join(names)] = replace(scenario, structure=chosen)
    return made


def _members(scenario: Scenario, region: Region, number: int) -> list[Mapping[str, float]]:
    """The first members of the scenario's sample, or of the prior where it has none."""
    from sim.region.sample import PRIOR, find_sample

    sample = scenario.numbers or find_sample(PRIOR, region)
    if sample is None or len(sample) < number:
        raise InputError("members", f"is {number}", f"at most the sample's {len(sample) if sample else 0}")
    return [sample.member(seed) for seed in range(1, number + 1)]


def _print(table: pd.DataFrame) -> None:
    from sim.studies.variance import GROUPS

    wide = table[table["part"].isin(GROUPS)].pivot(
        index=["measure", "destination", "origin", "period", "mean", "sd"], columns="part", values="share"
    )
    rows = [
        (*index[:4], round(index[4], 1), round(index[5], 1), *(f"{100 * row[group]:.0f}" for group in GROUPS))
        for index, row in wide.iterrows()
    ]
    columns = ("headline", "to", "origin", "period", "mean", "sd", *GROUPS)
    print_table("Percent of the variance that comes from", columns, rows, numbers=("mean", "sd", *GROUPS))
    print("A share below 0 cannot be told from none. Luck holds for the population run; structure, for these variants.")
