"""Run a scenario and write its results.

USAGE
  sim run [key=value ...] [-m] [--explain]

KEYS (unit, default)
  scenario=S               what is run: a name (sim scenarios) or path/to/file.yaml (history)
  region=R                 the data pack: a name (sim data) or a folder (central_asia)
  law=L                    the law in the place of the pack's own: a name or path/to/file.csv (sim data --law)
  population=P             a prepared size: small, standard, full (standard)
  population.scale=X       agents per household, 0.0001 to 1 (0.01: one agent for a hundred households)
  population.burn_in=M     months lived before the first month counts (60)
  population.donors=X      agents per household that live the whole burn-in where scale is larger; the others begin in
                           the state of one of these and live its last year (0.05)
  seeds=N                  number of runs, each with its own luck (8)
  first_seed=K             seed of the first run; the others follow (1)
  engine=E                 compiled or mesa: same results, fast or as plain Mesa objects (compiled)
  threads=T                processors the compiled engine uses; results do not depend on it (2)
  until=YYYY-MM            last month simulated (the pack's last month)
  follow=N                 households of the first seed to follow month by month: households.parquet (0)
  checkpoint=YYYY-MM       keep the world at the beginning of that month for sim branch; several with commas (none)
  policy=P                 add the example of a policy, or several: policy=[devaluation,seasonal_work]
  policies.POLICY.SETTING=V            a setting of a policy (sim policies)
  structure.decision=V     how a place is chosen: nested_logit, plain_logit or satisficing (nested_logit)
  structure.learning=V     how households learn from ties: mixed, bayesian, averaging or none (mixed)
  structure.wages=V        pay abroad: fixed, or responding to how many migrants are there (fixed)
  sample=S                 the model's numbers, a member a seed: posterior (fitted), point (its middle, all seeds
                           alike), prior, defaults, or path/to/sample.csv (posterior, where the pack has one)
  parameters.NAME=V                    a number of the behaviour, for all seeds, instead of the sample's
  adjustments.QUANTITY.PLACE.PLACE=V   a figure of the pack made larger or smaller, likewise (sim explain QUANTITY)
  corridors.ORIGIN.DESTINATION.Q=V     a quantity of a corridor instead of the pack's, in every month
  name=NAME                folder under results/ (the scenario's name)
  output=DIR               write to this folder instead of results/NAME

OPTIONS
  --explain       print where every number comes from, and run nothing
  -m, --multirun  values separated by commas make a run each; their folders end in a digest of the scenario
  --help          this page

EXAMPLES
  sim run population=small seeds=2
  sim run scenario=no_ban population.scale=0.01 seeds=20 name=no_ban_20
  sim run policies.devaluation.currency=RUB policies.devaluation.share=0.2 policies.devaluation.start=2014-08
  sim run corridors.TJK.RUS.attraction=-3.6 parameters.beta=1.1
  sim run law=my_copy.csv name=my_law
  sim run -m scenario=history,no_ban population.scale=0.001,0.01
  sim run scenario=history seeds=4 checkpoint=2014-07
  sim run scenario=no_ban --explain

FILES WRITTEN
  results/NAME/run.json            scenario, seeds, versions, digests of pack and households, timings, and `touched`:
                                   whom each policy met, and with how much money
  results/NAME/corridors.parquet   measures by seed, month, origin and destination
  results/NAME/origins.parquet     measures by seed, month and origin
  results/NAME/categories.parquet  measures by sex, age, skill, sector, province and regime
  results/NAME/spells.parquet      spells abroad by length: ended, running, share that lasts beyond
  results/NAME/policies.parquet    public cost of each policy that costs anything, by seed, month and origin
  results/NAME/law.csv             the law that was lived under
  results/NAME/households.parquet  with follow=N: the followed households by month and worker
  results/NAME/checkpoint-YYYY-MM.state  with checkpoint=: the worlds of all seeds at the beginning of that month
  The folder is written whole or not at all; an older run of the same name is replaced, checkpoints and all, when the
  new one is complete.

EXIT STATUS
  0 done; 2 bad input, nothing written; 130 interrupted, nothing written
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.cli.commands import require_launcher, split_options
from sim.configuration import Request, jobs, launch, request

OPTIONS = ("--explain", "-m", "--multirun")


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments ask for."""
    options, rest = split_options(arguments, OPTIONS)
    require_launcher("run", rest)
    if options & {"-m", "--multirun"}:
        if "--explain" in options or any(one.explain for one in jobs("run", rest)):
            for one in jobs("run", rest):
                _explain(one)
        else:
            launch("run", rest, perform)
        return 0
    one = request("run", rest)
    if one.explain or "--explain" in options:
        _explain(one)
    else:
        perform(one)
    return 0


def perform(one: Request) -> None:
    """Simulate, write, and print the headline measures."""
    from sim.cli.progress import bar, notice, typed
    from sim.cli.touches import warn_of_idle, warn_of_untouched
    from sim.output.folder import require_writable
    from sim.output.terminal import print_run
    from sim.simulation import simulate_into

    folder = require_writable(one.folder)
    warn_of_idle(one.scenario, one.region)
    with bar(one.scenario.name, [one.scenario]) as progress:
        notes = {"command": typed()}
        result = simulate_into(folder, one.scenario, one.region, one.checkpoints, progress, notes)
    print_run(result)
    warn_of_untouched(result)
    notice(f"written: {folder}")


def _explain(one: Request) -> None:
    from sim.cli.explain import print_explanation

    print_explanation(one)
