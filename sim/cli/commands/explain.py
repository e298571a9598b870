"""Tell what a number of the model rests on: value, unit, range, prior, what fitting told, tag, source, what it drives.

USAGE
  sim explain [NAME] [region=PACK] [--json]

  NAME is a number of the behaviour (beta), an adjustment of the pack's figures (attraction.TJK.RUS), or a quantity of
  the pack with all its adjustments (attraction). Without NAME: all of them, a line each.

OPTIONS
  --json   for programs: one record for each number
  --help   this page

EXAMPLES
  sim explain beta
  sim explain attraction
  sim explain detection.ALL.RUS --json
  sim explain

The tags: published (a figure from a named source), derived (computed from one, or found on outcomes of 2012-2014),
assumed (a wide prior, no source found). What a number drives was measured: sim screen --help.

FILES WRITTEN
  none

EXIT STATUS
  0 done; 2 bad input
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sim.cli.commands import refuse_rest, split_options
from sim.cli.tables import print_json, print_table
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.evidence import Entry
    from sim.region import Region

DEFAULT = "central_asia"
KEY = "region="
STRONGEST = 3


def main(arguments: Sequence[str]) -> int:
    """Print what a number rests on."""
    options, rest = split_options(arguments, ("--json",))
    packs = [one.removeprefix(KEY) for one in rest if one.startswith(KEY)]
    names = [one for one in rest if not one.startswith(KEY)]
    refuse_rest(names[1:], "one name")
    if len(packs) > 1:
        raise InputError("region", "is given twice", allowed="one pack")
    from sim.evidence import ledger, matching
    from sim.region import load

    region = load(packs[0] if packs else DEFAULT)
    entries = matching(names[0], region) if names else list(ledger(region).values())
    if "--json" in options:
        print_json([entry.as_mapping() for entry in entries])
    elif names:
        for entry in entries:
            _print_entry(entry)
        _print_figures(names[0].split(".")[0], region)
    else:
        _print_all(entries)
    return 0


def _print_entry(entry: Entry) -> None:
    """A number, line by line."""
    print(f"{entry.name}: {entry.prose}")
    for head, told in _facts(entry):
        print(f"  {head:<10} {told}")
    print()


def _facts(entry: Entry) -> Iterable[tuple[str, str]]:
    unit = f" {entry.unit}" if entry.unit else ""
    yield "value", f"{entry.value:g}{unit}"
    yield "range", f"{entry.low:g} to {entry.high:g}"
    if entry.prior is None:
        yield "prior", f"none: {entry.fixed}"
    else:
        ends = f"5 % {entry.prior.low:.3g}, 95 % {entry.prior.high:.3g}"
        yield "prior", f"{entry.prior.form}, {ends} ({entry.prior.source})"
    if entry.posterior is not None:
        mean, low, high = entry.posterior
        yield "fitted", f"mean {mean:.3g}, 5 % {low:.3g}, 95 % {high:.3g}"
    yield "tag", entry.tag
    yield "source", entry.source
    yield "drives", driven_words(entry) or "no output of the screening more than chance would show"


def driven_words(entry: Entry, most: int | None = None) -> str:
    """The outputs a number drives, the strongest first, with their rank correlations."""
    return ", ".join(f"{name} {strength:+.2f}" for name, strength in list(entry.drives.items())[:most])


def _print_figures(quantity: str, region: Region) -> None:
    """The pack's own figures of a quantity, by source."""
    table = region.table()
    mine = table[table["quantity"] == quantity]
    if mine.empty:
        return
    counted = mine.groupby(["source", "tag"], sort=False).size().reset_index(name="figures")
    columns = ("source", "tag", "figures")
    print_table(f"Figures of {quantity} in the pack", columns, counted.to_numpy().tolist(), columns[2:])


def _print_all(entries: Sequence[Entry]) -> None:
    rows = []
    for entry in entries:
        prior = f"{entry.prior.low:.3g} to {entry.prior.high:.3g}" if entry.prior else "fixed"
        fitted = "{:.3g} ({:.3g} to {:.3g})".format(*entry.posterior) if entry.posterior else ""
        rows.append(
            (entry.name, f"{entry.value:g}", entry.unit, prior, fitted, entry.tag, driven_words(entry, STRONGEST))
        )
    print_table("", ("number", "value", "unit", "prior 5-95 %", "fitted", "tag", "drives"), rows, ("value",))
    tags = [entry.tag for entry in entries]
    counts = ", ".join(f"{tags.count(tag)} {tag}" for tag in ("published", "derived", "assumed"))
    print(f"{len(entries)} numbers: {counts}. One of them: sim explain NAME.")
