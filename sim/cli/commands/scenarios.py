"""List the scenarios there are, each with the question it asks.

USAGE
  sim scenarios [NAME] [--json]

  With NAME: the scenario's header, which tells what it holds fixed and its sources.

OPTIONS
  --json   for programs: name, question, header, policies
  --help   this page

EXAMPLES
  sim scenarios
  sim scenarios no_devaluation
  sim scenarios --json

A scenario of your own is a YAML file that starts from another one and names policies:

  defaults: [history]
  question: What would half the ban have done?
  policies:
    reentry_ban: {months: 18}

Run it with: sim run scenario=path/to/file.yaml

FILES WRITTEN
  none

EXIT STATUS
  0 done; 2 bad input
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sim.cli.commands import refuse_rest, split_options
from sim.cli.tables import print_json, print_table
from sim.configuration import scenario_cards
from sim.errors import unknown_name


def main(arguments: Sequence[str]) -> int:
    """List the scenarios, or tell about one."""
    options, rest = split_options(arguments, ("--json",))
    refuse_rest(rest[1:], "one name")
    cards = {card.name: card for card in scenario_cards()}
    if rest and rest[0] not in cards:
        raise unknown_name("scenario", rest[0], cards, "scenario")
    shown = [cards[rest[0]]] if rest else list(cards.values())
    if "--json" in options:
        print_json([asdict(card) for card in shown])
    elif rest:
        print(f"{shown[0].name}: {shown[0].question}\n\n{shown[0].header}")
    else:
        rows = [(card.name, card.question, ", ".join(card.policies) or "none") for card in shown]
        print_table("", ("scenario", "question", "policies"), rows)
    return 0
