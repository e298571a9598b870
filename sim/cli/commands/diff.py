"""Tell where two runs part: the first month, measure, place and household.

USAGE
  sim diff A B

  A and B are folders that `sim run` or `sim compare` has written (results/NAME). Households are named where both runs
  followed them (follow=N).

OPTIONS
  --help   this page

EXAMPLES
  sim diff results/history results/no_ban
  sim diff results/demo results/demo/against

FILES WRITTEN
  none

EXIT STATUS
  0 done, whether or not the runs differ; 2 bad input; 130 interrupted
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.cli.commands import split_options
from sim.errors import InputError


def main(arguments: Sequence[str]) -> int:
    """Read both runs and print where they part."""
    _, folders = split_options(arguments, ())
    if len(folders) != 2:
        raise InputError("sim diff", f"is given {len(folders)} folders", allowed="two: sim diff results/A results/B")
    from sim.output.difference import partings
    from sim.output.folder import read_run

    first, second = (read_run(folder) for folder in folders)
    found = partings(first, second)
    if first.meta["digests"] == second.meta["digests"]:
        print("the households end the same, to the bit")
    for parting in found:
        print(parting)
    if not found:
        print("no difference in what both runs recorded")
    return 0
