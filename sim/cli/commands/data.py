"""Print what a region pack covers, and where its figures come from.

USAGE
  sim data [PACK] [--sources] [--json]

  PACK is a name or the folder of a pack of your own (central_asia).

OPTIONS
  --sources  each source once, with the quantities it serves
  --json     for programs: title, months, countries, digest, coverage, and every figure with its source and tag
  --help     this page

EXAMPLES
  sim data
  sim data --sources
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

if TYPE_CHECKING:
    from sim.region import Region

DEFAULT = "central_asia"


def main(arguments: Sequence[str]) -> int:
    """Print the coverage of a pack."""
    options, rest = split_options(arguments, ("--sources", "--json"))
    refuse_rest(rest[1:], "one pack")
    # pandas takes most of a second to import, and `sim --help` needs none of it
    from sim.region import available, load

    region = load(rest[0] if rest else DEFAULT)
    if "--json" in options:
        _print_json(region)
        return 0
    print(f"{region.name}: {region.title}, {region.label(0)} to {region.label(region.months - 1)}")
    print(f"origins {', '.join(region.origins)}; destinations {', '.join(region.destinations)}")
    print(f"digest {region.digest}; packs that come with the package: {', '.join(available())}\n")
    if "--sources" in options:
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
            "coverage": json.loads(region.coverage().to_json(orient="records")),
            "figures": json.loads(region.table().to_json(orient="records")),
        }
    )
