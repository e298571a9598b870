"""What a sweep will cost, from a run of it that was measured in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Mapping
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.output.durable import replace_file
from sim.studies.sweep.executors.processes import Processes
from sim.studies.sweep.layout import MEASURED
from sim.studies.sweep.living import Living
from sim.studies.sweep.plan import PlanOnDisk

MEASURED_RUNS = 2
LARGE = 0.02
"""Agents per household above which one run, lived once, is measured: loading the rules is then a small part."""
_BYTES_A_RUN = 90
"""Plan and table, packed, beside the measures."""


def measure(folder: Path, processes: Processes) -> dict[str, float] | None:
    """Live the first runs of a plan in one of the processes; what they took is kept beside the plan.

    Returns
    -------
    dict or None
        settle: seconds until a world's first month; live: seconds of a run from there; prepare: seconds of a run's
        conditions; megabytes: greatest memory of the process. None where none of these runs can be lived: failed runs
        are rows of the table, not the end of a sweep.
    """
    kept = folder / MEASURED
    if kept.exists():
        return json.loads(kept.read_text())
    try:
        measured = processes.submit(live_some, folder).result()
    except (BrokenProcessPool, InputError):
        return None
    replace_file(kept, json.dumps(measured).encode())
    return measured


def live_some(folder: Path) -> dict[str, float]:
    """Live the first runs twice, unless they are large, so that loading the rules is not counted."""
    plan = PlanOnDisk(folder)
    branch = plan.head["branch"]
    runs = list(islice(plan.runs(0), MEASURED_RUNS))
    large = runs[0].scenario.scale > LARGE
    runs = runs[: 1 if large else None]
    seconds: dict[str, float] = {}
    settled = 1
    for _ in range(1 if large else 2):
        living = Living(plan.region, plan.kept, Path(branch["path"]) if branch else None)
        lived = list(living.live(runs))
        seconds, settled = dict(living.seconds), max(living.settled, 1)
        if all(one.kind for one in lived):
            raise InputError("sweep", f"{lived[0].kind}: {lived[0].error}")
    return {
        "settle": seconds["settle"] / settled,
        "live": seconds["live"] / len(runs),
        "prepare": seconds["prepare"] / len(runs),
        "shared": len(runs) / settled,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1024 if sys.platform != "darwin" else 1 << 20),
    }


def estimate(head: Mapping[str, Any], measured: Mapping[str, float], workers: int) -> dict[str, float]:
    """Cost of the whole plan: core-hours, hours with so many workers, memory of each in MB, disk in MB.

    Chunks are taken to share a settled world as the measured runs did.
    """
    shared = min(head["chunk"], head["runs"]) if measured["shared"] > 1 else 1
    seconds = head["runs"] * (measured["prepare"] + measured["live"] + measured["settle"] / max(shared, 1))
    bytes_a_run = _BYTES_A_RUN + 8 * len(head["measures"])
    return {
        "core_hours": seconds / 3600,
        "hours": seconds / 3600 / workers,
        "megabytes_each": measured["megabytes"],
        "megabytes_disk": 2 * bytes_a_run * head["runs"] / 1e6,
    }


def words(head: Mapping[str, Any], measured: Mapping[str, float] | None, workers: int) -> str:
    """The estimate in a line for people."""
    if measured is None:
        return f"{head['runs']:,} runs; what they cost could not be measured: the first ones fail"
    cost = estimate(head, measured, workers)
    hours = cost["hours"]
    time_ = f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes" if hours > 1 / 30 else "a minute or two"
    chunks = -(-head["runs"] // head["chunk"])
    return (
        f"{head['runs']:,} runs ({head['points']:,} points x {head['seeds']} seeds) in {chunks:,} chunks: "
        f"{cost['core_hours']:.2g} core-hours, {time_} with {workers} at a time, "
        f"{cost['megabytes_each']:,.0f} MB each, {max(1, cost['megabytes_disk']):,.0f} MB on disk"
    )
