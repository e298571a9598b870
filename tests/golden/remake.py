"""Remake the golden digest after an intended change of numbers: ``PYTHONPATH=. python tests/golden/remake.py``.

Then tell the change in CHANGELOG.md under "Numbers".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sim
from sim.output.durable import replace_file
from sim.output.folder import digest_of_tables

GOLDEN = Path(__file__).with_name("small_run.json")
ASKED: dict[str, Any] = {"scale": 3e-4, "burn_in": 12, "until": "2015-06", "seeds": 1}
ASKED |= {"overrides": {"sample": "defaults"}}  # a fit anew moves no golden digest


def small_run() -> dict[str, Any]:
    """Digests of one small run of history, and a few figures to see at a glance what moved."""
    result = sim.run("history", **ASKED)
    tables = {name: getattr(result, name) for name in ("corridors", "origins", "categories", "spells")}
    sums = result.corridors[["departures", "returns", "banned", "remittances_true"]].sum()
    return {
        "households": result.meta["digest"],
        "tables": digest_of_tables(tables),
        "sums": {name: round(float(value)) for name, value in sums.items()},
    }


if __name__ == "__main__":
    made = json.dumps(small_run(), indent=2) + "\n"
    replace_file(GOLDEN, made.encode())
    print(made, end="")
