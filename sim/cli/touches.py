"""What the policies of a scenario change or tell, and warnings for one that changes nothing or met nobody."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.basis import Basis
from sim.output.touched import TOLD, untouched
from sim.policies.context import Context
from sim.region import Region
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.output.result import RunResult
    from sim.prepared import History


@dataclass(frozen=True)
class Change:
    """A quantity that a policy changes, or what it tells: from when to when, in how many months x places."""

    policy: str
    what: str
    first: str
    last: str
    entries: int


def touches(scenario: Scenario, region: Region, history: History | None = None) -> list[Change]:
    """What each policy, alone, changes or tells in the months that are simulated: all, or those after a history."""
    context = Context.of(region)
    basis, begin = Basis.of(scenario, region, context), 0
    if history is not None:
        basis, begin = Basis.of(history.scenario, region, context).followed_by(basis, history.months), history.months
    changes = [(*of, where.reshape(len(where), -1).sum(axis=1)) for of, where in basis.changes.items()]
    for one in basis.campaigns:
        entries = np.zeros(scenario.months, np.int64)
        entries[one.months(scenario.months)] = len(one.origins)
        changes.append((one.policy, f"{TOLD} {', '.join(one.topics)}", entries))
    rows = []
    for policy, what, entries in sorted(changes, key=lambda change: change[0]):
        months = np.flatnonzero(entries[begin:]) + begin
        if len(months):
            first, last = region.label(months[0]), region.label(months[-1])
            rows.append(Change(policy, what, first, last, int(entries[begin:].sum())))
    return rows


def warn_of_idle(scenario: Scenario, region: Region, history: History | None = None) -> None:
    """Print what each policy changes or tells, a line each on standard error, and warn where it does neither."""
    rows = touches(scenario, region, history)
    for policy in scenario.policy_objects:
        own = [row for row in rows if row.policy == policy.name]
        if own:
            told = [row.what.removeprefix(f"{TOLD} ") for row in own if row.what.startswith(f"{TOLD} ")]
            changed = [row.what for row in own if not row.what.startswith(f"{TOLD} ")]
            parts = [f"{verb} {', '.join(whats)}" for verb, whats in (("changes", changed), ("tells", told)) if whats]
            first, last = min(row.first for row in own), max(row.last for row in own)
            print(f"{scenario.name}: {policy.name} {' and '.join(parts)}, {first} to {last}", file=sys.stderr)
        else:
            print(f"warning: {scenario.name}: {policy.name} changes nothing", file=sys.stderr)


def warn_of_untouched(*results: RunResult) -> None:
    """Warn of each policy of the runs that met nobody, and no money, in any month or place."""
    for result in results:
        for policy in untouched(result.meta["touched"]):
            print(f"warning: {result.name}: policy {policy} touched nobody", file=sys.stderr)
