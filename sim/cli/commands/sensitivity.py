"""Which numbers a measure depends on, and where a policy helps, from a sweep.

USAGE
  sim sensitivity name=NAME measure=M [method=morris|sobol|pawn|regions] [wanted=more|less]
  sim sensitivity name=NAME measure=M method=METHOD sweep.KEY=[a,b] ... design.points=N [key=value ...]

  The first form analyses a sweep that there is. The second runs it first, with the design its method needs, and goes on
  with it where it was stopped; keys are those of `sim sweep`.

KEYS
  name=NAME      the sweep (results/NAME)
  measure=M      a column of sweep.parquet: remittances_true, poverty.TJK
  method=METHOD  morris: screening, a few dozen points for each axis tell what matters at all
                 sobol: share of the variance that goes with each axis (design=saltelli)
                 pawn: change of the whole distribution, from any design
                 regions: where a policy makes the measure better, by a box (PRIM) and a tree (a sweep with against=)
                 (that of the sweep's design; else pawn)
  wanted=        more or less of the measure is better, for regions (more)

OPTIONS
  --json   for programs: the table and what is known of it
  --help   this page

EXAMPLES
  sim sensitivity name=screen measure=remittances_true method=morris design.points=200 'sweep.parameters.beta=[0.8,1.2]'
                  'sweep.parameters.altruism=[0.2,0.5]' population=small
  sim sensitivity name=screen measure=poverty.TJK
  sim sensitivity name=amnesty measure=remittances_true method=regions

FILES WRITTEN
  results/NAME/sensitivity-M.csv, .svg   indices with 95 % intervals, and their figure
  results/NAME/regions-M.txt, .svg       box and tree, and their figure

EXIT STATUS
  0 done; 2 bad input; 130 interrupted, what is lived is kept
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.commands import refuse_rest, require_extra, split_options
from sim.errors import InputError, unknown_name

if TYPE_CHECKING:
    from sim.studies.sensitivity.outcomes import Outcomes

DESIGNS = {"morris": "morris", "sobol": "saltelli", "pawn": "lhs", "regions": "lhs"}


def main(arguments: Sequence[str]) -> int:
    """Analyse a sweep, after running it where its keys are given."""
    require_extra("sensitivity", "sweep", "joblib", "SALib", "sklearn")
    options, rest = split_options(arguments, ("--json",))
    refuse_rest([one for one in rest if "=" not in one], "key=value")
    own = {
        key: value for key, _, value in (one.partition("=") for one in rest) if key in ("measure", "method", "wanted")
    }
    keys = [one for one in rest if one.partition("=")[0] not in own]
    if "measure" not in own:
        raise InputError("measure", "is missing", allowed="measure=NAME: a column of sweep.parquet")
    method = own.get("method")
    if method is not None and method not in DESIGNS:
        raise unknown_name("method", method, DESIGNS, "method")
    folder = _folder(keys, method)
    from sim.studies.sensitivity.outcomes import read_outcomes

    outcomes = read_outcomes(folder, own["measure"])
    if method == "regions":
        _regions(folder, outcomes, own.get("wanted", "more"), "--json" in options)
    else:
        _indices(folder, outcomes, method, "--json" in options)
    return 0


def _folder(keys: Sequence[str], method: str | None) -> Path:
    """The folder of the sweep, after running it where it is described."""
    from sim.studies.sweep.layout import folder_of

    where = [one for one in keys if one.partition("=")[0] in ("name", "output")]
    if len(where) == len(keys):
        return folder_of(where)
    from sim.cli.commands.sweep import main as sweep

    given = {one.partition("=")[0] for one in keys}
    design = [] if "design" in given else [f"design={DESIGNS[method or 'pawn']}"]
    sweep([*design, *keys])
    return folder_of(where)


def _indices(folder: Path, outcomes: Outcomes, method: str | None, as_json: bool) -> None:
    from sim.cli.progress import notice
    from sim.cli.tables import print_json, print_table
    from sim.studies.sensitivity.figures import sensitivity_figure
    from sim.studies.sensitivity.indices import OF_DESIGN, indices

    chosen = method or OF_DESIGN.get(str(outcomes.design["kind"]), "pawn")
    levels = int(outcomes.design.get("levels") or 4)
    found = indices(chosen, outcomes.measure, outcomes.keys, outcomes.unit, outcomes.y, levels)
    path = folder / f"sensitivity-{outcomes.measure}"
    _write(Path(f"{path}.csv"), found.table.to_csv(index=False))
    _write(Path(f"{path}.svg"), _svg(sensitivity_figure(found), f"{outcomes.measure}: {found.words}"))
    if as_json:
        told = {"method": found.method, "measure": found.measure, "settled": found.settled, "change": found.change}
        told |= {"shares": {key: _number(value) for key, value in vars(found.shares).items()}}
        print_json({**told, "table": found.table.to_dict("records")})
    else:
        rows = found.table.itertuples(index=False, name=None)
        columns = tuple(found.table.columns)
        print_table(f"{found.measure}: {found.method}", columns, [tuple(map(_short, row)) for row in rows], columns[1:])
        print(found.words)
    notice(f"written: {path}.csv, {path}.svg")


def _regions(folder: Path, outcomes: Outcomes, wanted: str, as_json: bool) -> None:
    import numpy as np

    from sim.cli.progress import notice
    from sim.cli.tables import print_json
    from sim.studies.sensitivity.figures import regions_figure
    from sim.studies.sensitivity.regions import regions

    differences = outcomes.differences
    found = regions(outcomes.measure, outcomes.keys, outcomes.values, differences, wanted)
    values = outcomes.values[np.isfinite(differences).all(axis=1)]
    path = folder / f"regions-{outcomes.measure}"
    _write(Path(f"{path}.txt"), f"{found.words}\n\n{found.tree}")
    _write(Path(f"{path}.svg"), _svg(regions_figure(found, outcomes.keys, values), found.words))
    if as_json:
        told: dict[str, Any] = {"measure": found.measure, "wanted": found.wanted, "box": vars(found.box)}
        told |= {"accuracy": _number(found.accuracy), "majority": found.majority, "importance": found.importance}
        print_json(told)
    else:
        print(found.words)
        print()
        print(found.tree)
    notice(f"written: {path}.txt, {path}.svg")


def _write(path: Path, text: str) -> None:
    from sim.output.durable import replace_file

    replace_file(path, text.encode())


def _svg(figure: Any, words: str) -> str:
    from sim.output.drawing import svg_of

    text = svg_of(figure, "figure", words)
    return text if "xmlns=" in text else text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


def _short(cell: Any) -> Any:
    return float(f"{cell:.4g}") if isinstance(cell, float) else cell


def _number(value: float) -> float | None:
    return value if value == value else None
