"""Compare a scenario with another, seed by seed, with the same luck.

Each seed is run under both scenarios. Every household meets the same luck in both, so that what differs is what the
policies changed: far fewer seeds are needed than with independent runs, and the table says how many.

USAGE
  sim compare scenario=S against=B [key=value ...] [-m] [--explain]

KEYS (unit, default)
  scenario=S     the scenario asked about: a name (sim scenarios) or path/to/file.yaml (history)
  against=B      the scenario it is compared with (history)
  misinformation=true
                 also run each side with everybody fully informed, and tell what not knowing cost on either side, and
                 how the scenario changes it (false; costs two more runs, which share the burn-in)
  policy=, policies.POLICY.SETTING=, law=    belong to the scenario asked about, never to the other one
  All other keys are those of `sim run` (sim run --help) and hold for both sides. The folder's name is S_against_B
  unless name= or output= says otherwise.

OPTIONS
  --explain       print where every number of both sides comes from, and run nothing
  -m, --multirun  values separated by commas make a comparison each
  --help          this page

EXAMPLES
  sim compare scenario=no_ban against=history
  sim compare scenario=history against=no_ban name=demo
  sim compare scenario=no_devaluation against=history population.scale=0.01 seeds=20
  sim compare scenario=history against=history_informed
  sim compare scenario=inform_before_you_ban against=history misinformation=true
  sim compare policy=devaluation policies.devaluation.share=0.2 against=history name=fall_of_a_fifth

WHAT IS PRINTED
  Per headline measure and corridor: the mean of both sides over the months, the paired difference with its 95 %
  interval, and how many seeds independent runs would have needed for the same interval. Whom the policies of each side
  met. Where they cost anything: public cost by policy, and the cost of a wasted trip averted (a traveller less refused
  at the border), of a ban averted, and of a year that a household is not poor (poor households are a stock), each with
  Fieller's 95 % interval, or the word why there is none.
  Where the fully informed world of a side is there (as history_informed is that of history): what not knowing cost,
  per household and in wasted trips, money lost at the border, bans and years of ban.

FILES WRITTEN
  results/NAME/comparison.parquet  measure, unit, origin, destination, scenario_mean, against_mean, difference, low95,
                                   high95, seeds, independent_seeds, note; after the measures, public_cost_of_POLICY
                                   and the costs per outcome, whose ratio stands as difference
  results/NAME/report.html         the same to read, with figures; works offline
  results/NAME/run.json and the tables of `sim run` for the scenario; results/NAME/against/ for the other side, and
  results/NAME/informed/ for the informed worlds of either
  The folder is written whole or not at all.

EXIT STATUS
  0 done; 2 bad input, nothing written; 130 interrupted, nothing written
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.cli.commands import require_launcher, split_options
from sim.configuration import Request, jobs, launch, request
from sim.errors import InputError

OPTIONS = ("--explain", "-m", "--multirun")


def main(arguments: Sequence[str]) -> int:
    """Compare what the arguments name."""
    options, rest = split_options(arguments, OPTIONS)
    require_launcher("compare", rest)
    several = bool(options & {"-m", "--multirun"})
    asked = jobs("compare", rest) if several else [request("compare", rest)]
    for one in asked:
        _refuse_same(one)
    if "--explain" in options or any(one.explain for one in asked):
        for one in asked:
            _explain(one)
    elif several:
        launch("compare", rest, perform)
    else:
        perform(asked[0])
    return 0


def perform(one: Request) -> None:
    """Simulate both sides, write, and print the comparison."""
    from sim.cli.progress import bar, notice, typed
    from sim.cli.touches import warn_of_idle, warn_of_untouched
    from sim.output.folder import require_writable, write_comparison
    from sim.output.terminal import print_comparison
    from sim.simulation import informed_worlds, simulate_comparison

    assert one.against is not None
    require_writable(one.folder)
    for side in (one.scenario, one.against):
        warn_of_idle(side, one.region)
    informed = informed_worlds(one.scenario, one.against) if one.misinformation else []
    with bar(f"{one.scenario.name} against {one.against.name}", [one.scenario, one.against, *informed]) as progress:
        comparison = simulate_comparison(one.scenario, one.against, one.region, informed, progress)
    sides = comparison.scenario, comparison.against
    for side in (*sides, *comparison.informed):
        side.meta["command"] = typed()
    folder = write_comparison(comparison, one.folder)
    print_comparison(comparison)
    warn_of_untouched(*sides)
    notice(f"written: {folder / 'report.html'}")


def _refuse_same(one: Request) -> None:
    if one.against is not None and one.scenario.digest == one.against.digest:
        problem = f"is {one.against.name}, the same as the scenario {one.scenario.name}: nothing would differ"
        raise InputError("against", problem, allowed="another scenario, or policies.POLICY.SETTING=V (sim scenarios)")


def _explain(one: Request) -> None:
    from sim.cli.explain import print_explanation

    print_explanation(one)
