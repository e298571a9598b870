"""The simulator in Python: `run`, `compare` and `branch`, giving pandas tables and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.configuration import Request, request
from sim.errors import InputError

if TYPE_CHECKING:
    from networkx import Graph

    from sim.branches import Branches
    from sim.output.result import Comparison, RunResult


def run(
    scenario: str | Path = "history",
    *,
    scale: float | None = None,
    burn_in: int | None = None,
    seeds: int | None = None,
    first_seed: int | None = None,
    engine: str | None = None,
    threads: int | None = None,
    until: str | None = None,
    region: str | Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
    checkpoint: str | Sequence[str] | None = None,
) -> RunResult:
    """Run a scenario.

    Parameters
    ----------
    scenario
        A name (``sim scenarios`` lists them) or the path of a scenario file.
    scale
        Agents per household, 0.0001 to 1.
    burn_in
        Months lived before the first month counts.
    seeds, first_seed
        Number of runs and the seed of the first.
    engine
        ``compiled`` or ``mesa``.
    threads
        Processors the compiled engine uses; results do not depend on it.
    until
        Last month, ``2017-12``.
    region
        Name or folder of a data pack.
    overrides
        Any key of the command line with its value: ``{"policies.reentry_ban.months": 24, "parameters.beta": 1.1}``.
    output
        Folder to write the results to; nothing is written without it.
    checkpoint
        A month, ``2014-07``, or several, whose beginning is kept in `output` for `branch`.

    Returns
    -------
    RunResult
        Tables by seed and month, at population size (`corridors`, `origins`, `categories`, `spells`; `policies`: what
        each cost), `touched` (whom each policy met), `meta`, and `figure(measure)`; what the columns are, with units,
        is in docs/measures.md.

    Raises
    ------
    InputError
        Anything that cannot be run.
    """
    given: dict[str, Any] = {
        "population.scale": scale,
        "population.burn_in": burn_in,
        "seeds": seeds,
        "first_seed": first_seed,
    }
    given |= {"engine": engine, "threads": threads, "until": until}
    given["checkpoint"] = checkpoint
    asked = _request("run", {"scenario": scenario}, given, region, overrides, output)
    if asked.checkpoints and output is None:
        raise InputError("checkpoint", f"is {', '.join(asked.checkpoints)} without output", "output=FOLDER with it")
    from sim.output.folder import require_writable
    from sim.simulation import simulate, simulate_into

    if output is None:
        return simulate(asked.scenario, asked.region)
    return simulate_into(require_writable(asked.folder), asked.scenario, asked.region, asked.checkpoints)


def compare(
    scenario: str | Path,
    against: str | Path = "history",
    *,
    scale: float | None = None,
    burn_in: int | None = None,
    seeds: int | None = None,
    first_seed: int | None = None,
    engine: str | None = None,
    threads: int | None = None,
    until: str | None = None,
    region: str | Path | None = None,
    misinformation: bool = False,
    overrides: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
) -> Comparison:
    """Run a scenario and another one with the same luck, seed by seed, and compare them.

    Parameters are those of `run`. `overrides` hold for both sides, except policies, which belong to `scenario` alone.
    With `misinformation` each side is also run fully informed, and `table` tells what not knowing cost in it. With
    `output` the folder also holds ``report.html``.

    Returns
    -------
    Comparison
        `table` (per measure and corridor: both means over the months, the paired difference, its 95 % interval, and how
        many seeds independent runs would need for it; then public cost by policy and per outcome averted), `scenario`
        and `against` (each a RunResult), `figure(measure)`.

    Raises
    ------
    InputError
        Anything that cannot be run.
    """
    given: dict[str, Any] = {
        "population.scale": scale,
        "population.burn_in": burn_in,
        "seeds": seeds,
        "first_seed": first_seed,
    }
    given |= {"engine": engine, "threads": threads, "until": until, "misinformation": misinformation or None}
    sides = {"scenario": scenario, "against": against}
    asked = _request("compare", sides, given, region, overrides, output)
    from sim.output.folder import require_writable, write_comparison
    from sim.simulation import informed_worlds, simulate_comparison

    assert asked.against is not None
    if output is not None:
        require_writable(asked.folder)
    informed = informed_worlds(asked.scenario, asked.against) if asked.misinformation else []
    comparison = simulate_comparison(asked.scenario, asked.against, asked.region, informed)
    if output is not None:
        write_comparison(comparison, asked.folder)
    return comparison


def branch(
    checkpoint: str | Path,
    scenario: str | Path | Sequence[str | Path] | None = None,
    *,
    against: str | Path | None = None,
    engine: str | None = None,
    threads: int | None = None,
    until: str | None = None,
    region: str | Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
) -> Branches:
    """Go on from a checkpoint under one scenario or several: many futures of one history.

    Population, scale, seeds and burn-in are those of the checkpoint; its parameters and corridors hold unless
    `overrides` or a scenario's file gives others. A branch in which nothing is changed equals the unbroken run, bit for
    bit.

    Parameters
    ----------
    checkpoint
        A file that ``run(..., checkpoint="2014-07")`` has left, or a run's folder with one in it.
    scenario
        Names or paths of scenarios, a branch each; None = the scenario of the checkpoint.
    against
        A scenario to compare the branches with, over the months from the checkpoint on.
    engine, threads, until
        As in `run`; as in the checkpoint's run unless given.
    region
        Where the checkpoint's pack lies now, if it has been moved.
    overrides
        Keys of the command line with their values, for all branches; policies among them do not hold for an `against`
        that is no branch itself.
    output
        Folder to write a folder for each branch to; nothing is written without it.

    Returns
    -------
    Branches
        `runs` (each a RunResult over the whole time, by name; also ``branches["no_ban"]``) and `comparisons`.

    Raises
    ------
    InputError
        Anything that cannot be run: a checkpoint that is altered, cut short or of another program among it.
    """
    from sim.configuration.branching import branch_request

    several = [scenario] if isinstance(scenario, str | Path) else scenario or []
    choices = [f"scenario={','.join(map(str, several))}"] if several else []
    choices += [f"against={against}"] if against is not None else []
    given = {"engine": engine, "threads": threads, "until": until}
    more, changes = _overrides(given, region, overrides, output)
    asked = branch_request(checkpoint, choices + more, changes)
    from sim.branches import simulate_branches
    from sim.output.folder import require_branches

    if output is not None:
        require_branches(asked.folder, [one.name for one in asked.scenarios])
    branches = simulate_branches(asked.checkpoint.path, list(asked.scenarios), asked.region, asked.against)
    if output is not None:
        branches.write(asked.folder)
    return branches


def network(
    scenario: str | Path = "history",
    *,
    scale: float = 0.0005,
    seed: int = 1,
    region: str | Path | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Graph:
    """The ties at home of a synthetic population as a networkx graph, at most 50,000 households.

    Nodes are households with their origin, province, village, size and workers abroad; edges have a ``kind`` (kin,
    village, long).

    Raises
    ------
    InputError
        Anything that cannot be made, a graph too large for networkx among it.
    """
    asked = _request(
        "run", {"scenario": scenario}, {"population.scale": scale, "first_seed": seed}, region, overrides, None
    )
    from sim.households.network import to_networkx
    from sim.prepared import prepare
    from sim.seed_run import synthesise_people

    return to_networkx(*synthesise_people(prepare(asked.scenario, asked.region), seed))


def _request(
    command: str,
    chosen: Mapping[str, str | Path],
    given: Mapping[str, Any],
    region: str | Path | None,
    overrides: Mapping[str, Any] | None,
    output: str | Path | None,
) -> Request:
    choices = [f"{key}={value}" for key, value in chosen.items()]
    more, changes = _overrides(given, region, overrides, output)
    return request(command, choices + more, changes)


def _overrides(
    given: Mapping[str, Any], region: str | Path | None, overrides: Mapping[str, Any] | None, output: str | Path | None
) -> tuple[list[str], dict[str, Any]]:
    """Choices of files as on the command line, and keys with values of Python's own types."""
    choices = []
    changes = {key: value for key, value in given.items() if value is not None}
    if region is not None:
        changes["region.pack"] = str(region)
    if output is not None:
        changes["output"] = str(output)
    for key, value in (overrides or {}).items():
        if key in ("population", "policy", "scenario", "against", "region"):
            choices.append(f"{key}={value}")
        else:
            changes[key] = value
    return choices, changes
