"""Go on from a checkpoint under other scenarios: many futures of one history.

A checkpoint holds the world of a run at the beginning of a month, for all its seeds (sim run ... checkpoint=2014-07).
Each scenario goes on from there with the same households and the same luck; nothing before is lived again. A branch in
which nothing is changed equals the unbroken run, bit for bit.

USAGE
  sim branch CHECKPOINT [scenario=S,S,...] [against=S] [key=value ...]

  CHECKPOINT is a file that a run has left, or the run's folder where there is one in it. The program must have the
  rules it had then, and the pack must be the same; else the checkpoint is refused, as is one that is cut short or
  altered.

KEYS (unit, default)
  scenario=S,S,...   what goes on from the checkpoint: names (sim scenarios) or files, a branch each (the
                     scenario of the checkpoint)
  against=S          compare the branches with this one, over the months from the checkpoint on: one of the branches, or
                     another scenario, which then has none of the policies given by hand, nor the law (no comparison)
  policy=, policies.POLICY.SETTING=V, parameters.NAME=V, corridors.ORIGIN.DESTINATION.Q=V    as in `sim run`
  law=L              another law from the checkpoint on; before, it is what it was (the checkpoint's run's)
  until=YYYY-MM      last month simulated (the checkpoint's run's)
  engine=, threads=  as in `sim run` (the checkpoint's run's); results do not depend on them
  name=NAME          folder under results/ (SCENARIO_from_YYYY-MM)
  output=DIR         write to this folder instead of results/NAME
  Parameters and corridors that the checkpoint's run was given hold for the branches, unless given anew.
  Scale, burn-in, seeds, follow, structure, pack, sample and adjustments are those of the checkpoint, as are the
  parameters of the population and those by which households came to see rates and jobs (view_weight,
  demand_elasticity, trend_growth).

THE PAST
  The months before the checkpoint are what they were. A scenario that would have left them earlier changes what it
  changes from the checkpoint on (a message it sends is sent then), and a line says from when it would have differed.
  Tables cover the whole time.

OPTIONS
  --help   this page

EXAMPLES
  sim run scenario=history population=small seeds=4 checkpoint=2014-07
  sim branch results/history/checkpoint-2014-07.state scenario=history,no_ban,no_devaluation against=history
  sim branch results/history policies.reentry_ban.months=24 name=half_from_july

FILES WRITTEN
  results/NAME/SCENARIO/    a run's folder for each scenario (sim run --help); with against=, a comparison's folder with
                            comparison.parquet, report.html and against/ (sim compare --help)
  Each folder is written whole or not at all, when all branches are lived.

EXIT STATUS
  0 done; 2 bad input, nothing written; 130 interrupted, nothing written
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.cli.commands import split_options
from sim.configuration.branching import BranchRequest, branch_request
from sim.errors import InputError


def main(arguments: Sequence[str]) -> int:
    """Branch as the arguments ask."""
    _, rest = split_options(arguments, ())
    files = [argument for argument in rest if "=" not in argument]
    if len(files) != 1:
        allowed = "one: sim branch results/NAME/checkpoint-YYYY-MM.state"
        raise InputError("sim branch", f"is given {len(files)} checkpoints", allowed)
    perform(branch_request(files[0], [argument for argument in rest if "=" in argument]))
    return 0


def perform(asked: BranchRequest) -> None:
    """Live the branches, write, and print the headline measures or comparisons."""
    from sim.branches import simulate_branches
    from sim.cli.progress import bar, notice, typed
    from sim.cli.touches import warn_of_untouched
    from sim.output.folder import require_branches
    from sim.output.terminal import print_comparison, print_run

    scenarios = list(asked.scenarios)
    require_branches(asked.folder, [one.name for one in scenarios])
    months = _tell(asked)
    title = f"{len(scenarios)} from {asked.checkpoint.month}"
    with bar(title, months) as progress:
        branches = simulate_branches(asked.checkpoint.path, scenarios, asked.region, asked.against, progress)
    sides = [comparison.against for comparison in branches.comparisons.values()]
    for result in [*branches.runs.values(), *sides]:
        result.meta["command"] = typed()
    warn_of_untouched(*branches.runs.values())
    branches.write(asked.folder)
    for name, run in branches.runs.items():
        if name in branches.comparisons:
            print_comparison(branches.comparisons[name])
        else:
            print_run(run)
    notice(f"written: {asked.folder.resolve()}")


def _tell(asked: BranchRequest) -> int:
    """Say what each branch changes and from when it would have been another history; the months to live."""
    from sim.branches import first_unlike, history_of, months_of_branches
    from sim.cli.progress import notice
    from sim.cli.touches import warn_of_idle

    history, month = history_of(asked.checkpoint, asked.region), asked.checkpoint.month
    others = [] if asked.against is None or asked.against in asked.scenarios else [asked.against]
    lived = [*asked.scenarios, *others]
    for one in lived:
        since = first_unlike(one, asked.region, history)
        if since is not None:
            told = f"{one.name} differs from the checkpoint's {history.scenario.name} from {since} on"
            notice(f"{told}: the past stays what it was, its own conditions hold from {month}")
        warn_of_idle(one, asked.region, history)
    return months_of_branches(lived, history)
