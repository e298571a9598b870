"""Run again what a folder's run.json says, and check that every household ends the same.

USAGE
  sim rerun DIR [threads=T] [engine=compiled|mesa] [checkpoint=FILE]

  DIR is a folder that `sim run`, `sim compare` or `sim branch` has written. Nothing in it is changed. The pack must be
  the one the run was made with; the code may be another, and the check tells whether that matters. A branch goes on
  from its checkpoint again: FILE, if it is no longer where it was.

OPTIONS
  --help   this page

EXAMPLES
  sim rerun results/history
  sim rerun results/demo/against threads=1

FILES WRITTEN
  none

EXIT STATUS
  0 every seed ends with the same digest; 1 some seed does not; 2 bad input; 130 interrupted
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.cli.commands import split_options
from sim.errors import InputError, unknown_name

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario

OWN_KEYS = ("threads", "engine", "checkpoint")
DIFFERS = 1


def main(arguments: Sequence[str]) -> int:
    """Run again and compare digests."""
    _, rest = split_options(arguments, ())
    folders = [argument for argument in rest if "=" not in argument]
    if len(folders) != 1:
        raise InputError("sim rerun", f"is given {len(folders)} folders", allowed="one: sim rerun results/NAME")
    changes = dict(argument.split("=", 1) for argument in rest if "=" in argument)
    for key in changes:
        if key not in OWN_KEYS:
            raise unknown_name(key, key, OWN_KEYS, "key of sim rerun")
    from sim.output.folder import read_run

    before = read_run(folders[0]).meta
    after = _again(before, changes)
    parted = [seed for seed, digest in before["digests"].items() if after["digests"].get(seed) != digest]
    for seed, digest in before["digests"].items():
        print(
            f"seed {seed}  {digest[:16]}  {'DIFFERS: ' + after['digests'][seed][:16] if seed in parted else 'the same'}"
        )
    return DIFFERS if parted else 0


def _again(before: dict[str, Any], changes: dict[str, str]) -> dict[str, Any]:
    """What the same run tells of itself when it is run now."""
    from sim.cli.progress import bar
    from sim.region import load
    from sim.scenario import Scenario
    from sim.simulation import simulate

    branch = before.get("branch")
    if "checkpoint" in changes and not branch:
        raise InputError("checkpoint", "is given for a run that is no branch", allowed="threads=, engine=")
    file = changes.pop("checkpoint", branch["checkpoint"] if branch else "")
    told = dict(before["scenario"])
    told |= {key: int(value) if value.isdigit() else value for key, value in changes.items()}
    region = load(told["region"]["pack"])
    if region.digest != before["pack_digest"]:
        given = f"has changed since the run was made ({before['pack_digest'][:8]}, now {region.digest[:8]})"
        raise InputError(f"the pack {region.name}", given, allowed="the pack as it was")
    scenario = Scenario.from_mapping(told, region)
    if branch:
        return _branch_again(scenario, region, file, branch["seal"])
    with bar(f"{scenario.name} again", [scenario]) as progress:
        return simulate(scenario, region, progress).meta


def _branch_again(scenario: Scenario, region: Region, file: str, seal: str) -> dict[str, Any]:
    from sim.branches import history_of, months_of_branches, simulate_branches
    from sim.checkpoint import Checkpoint
    from sim.cli.progress import bar

    checkpoint = Checkpoint(file)
    if checkpoint.seal != seal:
        given = f"is not the checkpoint of this branch ({checkpoint.seal[:8]}, which was {seal[:8]})"
        raise InputError(str(checkpoint.path), given, allowed="the one it was made from")
    checkpoint.verify()
    months = months_of_branches([scenario], history_of(checkpoint, region))
    with bar(f"{scenario.name} again", months) as progress:
        return simulate_branches(checkpoint.path, [scenario], region, progress=progress)[scenario.name].meta
