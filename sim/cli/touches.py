"""Which quantities the policies of a scenario touch, and a warning for one that touches nothing."""

from __future__ import annotations

import sys

from sim.policies.combine import Touched, touched
from sim.policies.context import Context
from sim.region import Region
from sim.scenario import Scenario


def touches(scenario: Scenario, region: Region) -> list[Touched]:
    """One row for each policy and quantity it may modify, over the months that are simulated."""
    context = Context.of(region)
    names = sorted({name for policy in scenario.policy_objects for name in policy.modifies})
    policies, months = scenario.policy_objects, scenario.months
    return [row for name in names for row in touched(name, region.array(name), policies, context, months)]


def warn_of_idle(scenario: Scenario, region: Region) -> None:
    """Print what each policy touches, a line each on standard error, and warn where it touches nothing."""
    rows = touches(scenario, region)
    for policy in scenario.policy_objects:
        own = [row for row in rows if row.policy == policy.name and row.entries]
        if own:
            first, last = min(row.first for row in own), max(row.last for row in own)
            quantities = ", ".join(row.quantity for row in own)
            print(f"{scenario.name}: {policy.name} changes {quantities}, {first} to {last}", file=sys.stderr)
        else:
            print(f"warning: {scenario.name}: {policy.name} changes nothing", file=sys.stderr)
