"""Describe the ties between households, and hand them to other programs as a graph.

USAGE
  sim ties [key=value ...] [--json] [graph=FILE.graphml]

  The keys are those of `sim run` that make a population: region, population.scale, first_seed, parameters.
  graph=FILE writes the ties of a small population as GraphML, which networkx, Gephi and igraph read (at most 50,000
  households).

OPTIONS
  --json   for programs
  --help   this page

EXAMPLES
  sim ties population.scale=0.01
  sim ties population.scale=0.0005 graph=ties.graphml

WHAT IS PRINTED
  Degree (mean and quantiles), clustering, mean length of the shortest path, and the share of each kind of tie;
  clustering and paths are measured on an even sample of households. Ties made abroad come later, in the run.

FILES WRITTEN
  FILE.graphml where graph= asks for it; nothing else

EXIT STATUS
  0 done; 2 bad input; 130 interrupted
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.cli.commands import split_options
from sim.cli.tables import print_json, print_table
from sim.configuration import request
from sim.errors import InputError


def main(arguments: Sequence[str]) -> int:
    """Make a population, describe its ties, and write the graph if asked to."""
    options, rest = split_options(arguments, ("--json",))
    graph = [argument.removeprefix("graph=") for argument in rest if argument.startswith("graph=")]
    asked = request("run", [argument for argument in rest if not argument.startswith("graph=")])
    if graph and not graph[-1].endswith(".graphml"):
        raise InputError("graph", f"is {graph[-1]!r}", allowed="a file that ends in .graphml")
    from sim.households.network import describe_ties, to_networkx
    from sim.prepared import prepare
    from sim.seed_run import synthesise_people

    people, ties = synthesise_people(prepare(asked.scenario, asked.region), asked.scenario.first_seed)
    if graph:
        import networkx

        networkx.write_graphml(to_networkx(people, ties), Path(graph[-1]))
    described = describe_ties(ties)
    if "--json" in options:
        print_json(described)
    else:
        print_table(
            "",
            ("", "value"),
            [(name.replace("_", " "), round(value, 4)) for name, value in described.items()],
            ("value",),
        )
    return 0
