"""Print what a region pack covers, and where its figures come from.

USAGE
  sim data [PACK] [law=L] [--sources | --law] [--json]

  PACK is a name or the folder of a pack of your own (central_asia).

KEYS (default)
  law=L      another law in the place of the pack's own: a name, or path/to/file.csv; a file that is not in order for
             the pack is refused as a run would refuse it (the pack's own)

OPTIONS
  --sources  each source once, with the quantities it serves
  --law      the rules of law: from which month until which, value, and where they are written
  --json     for programs: title, months, countries, digests, coverage, and every figure with its source and tag
  --help     this page

EXAMPLES
  sim data
  sim data --sources
  sim data --law
  sim data --law law=my_copy.csv
  sim data path/to/pack

The tags: published (a figure from a named source), derived (computed from one), assumed (no source found).

FILES WRITTEN
  none

EXIT STATUS
  0 done; 2 bad input, also when the pack is not in order
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.cli.commands import refuse_rest, split_options
from sim.cli.tables import print_json, print_table
from sim.errors import InputError
from sim.schema.quantities import LAW

if TYPE_CHECKING:
    from sim.region import Region

DEFAULT = "central_asia"
KEY = "law="


def main(arguments: Sequence[str]) -> int:
    """Print the coverage of a pack."""
    options, rest = split_options(arguments, ("--sources", "--law", "--json"))
    laws = [argument.removeprefix(KEY) for argument in rest if argument.startswith(KEY)]
    packs = [argument for argument in rest if not argument.startswith(KEY)]
    refuse_rest(packs[1:], "one pack")
    if len(laws) > 1:
        raise InputError("law", "is given twice", allowed="one law")
    # pandas takes most of a second to import, and `sim --help` needs none of it
    from sim.region import available, load
    from sim.region.shipped import law_files

    region = load(packs[0] if packs else DEFAULT)
    if laws:
        region = region.under(region.read_law(laws[0]))
    if "--json" in options:
        _print_json(region)
        return 0
    print(f"{region.name}: {region.title}, {region.label(0)} to {region.label(region.months - 1)}")
    print(f"origins {', '.join(region.origins)}; destinations {', '.join(region.destinations)}")
    print(f"digest {region.digest}; packs that come with the package: {', '.join(available())}")
    law = f"{region.law.name}, digest {region.law.digest}" if region.law else "in the pack's own tables"
    print(f"law {law}; laws that come with the package: {', '.join(law_files())}\n")
    if "--law" in options:
        _print_law(region)
    elif "--sources" in options:
        by_source = region.table().groupby("source", sort=True)["quantity"]
        rows = [(source, ", ".join(dict.fromkeys(names)), len(names)) for source, names in by_source]
        print_table("Sources", ("source", "quantities", "figures"), rows, ("figures",))
    else:
        cover = region.coverage()
        numbers = [name for name in cover.columns if name not in ("quantity", "unit", "countries", "from", "to")]
        print_table(
            "Coverage (number of figures, in all and by tag)",
            list(cover.columns),
            cover.itertuples(index=False),
            numbers,
        )
    return 0


def _print_law(region: Region) -> None:
    rows = [
        (row.quantity, row.country, row.destination, row.period, row.until, f"{row.value:g}", row.unit, row.reference)
        for row in region.rows
        if row.quantity in LAW
    ]
    columns = ("rule", "origin", "destination", "from", "until", "value", "unit", "written in")
    print_table("Rules of law (an empty until is open)", columns, rows, ("value",))


def _print_json(region: Region) -> None:
    print_json(
        {
            "name": region.name,
            "title": region.title,
            "first": region.label(0),
            "last": region.label(region.months - 1),
            "origins": list(region.origins),
            "destinations": list(region.destinations),
            "currency": region.currency,
            "digest": region.digest,
            "law": {"name": region.law.name, "digest": region.law.digest} if region.law else None,
            "coverage": json.loads(region.coverage().to_json(orient="records")),
            "figures": json.loads(region.table().to_json(orient="records")),
        }
    )
