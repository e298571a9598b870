"""Which quantities the policies of a scenario touch, and a warning for one that touches nothing."""

from __future__ import annotations

import sys

from sim.policies.combine import Touched
from sim.region import Region
from sim.scenario import Scenario


def touches(scenario: Scenario, region: Region, since: str = "") -> list[Touched]:
    """One row for each policy and quantity it changes in the months that are simulated, ``since`` a month."""
    # numba takes half a second to import, and a refusal needs none of it
    from sim.seed_run import prepare

    rows = prepare(scenario, region).touched
    return [row for row in rows if row.entries and row.first <= scenario.until and row.last >= since]


def warn_of_idle(scenario: Scenario, region: Region, since: str = "") -> None:
    """Print what each policy touches, a line each on standard error, and warn where it touches nothing."""
    rows = touches(scenario, region, since)
    for policy in scenario.policy_objects:
        own = [row for row in rows if row.policy == policy.name]
        if own:
            first, last = max(since, min(row.first for row in own)), min(scenario.until, max(row.last for row in own))
            quantities = ", ".join(row.quantity for row in own)
            print(f"{scenario.name}: {policy.name} changes {quantities}, {first} to {last}", file=sys.stderr)
        else:
            print(f"warning: {scenario.name}: {policy.name} changes nothing", file=sys.stderr)
