"""What every benchmark steps: the full model with all of `history` in force, at a number of households."""

from __future__ import annotations

import os
import subprocess
import sys

from sim.configuration import request
from sim.prepared import Prepared, prepare
from sim.region import Region

BURN_IN = 12
"""Months before the first one that counts: enough to fill memories, debts and ties abroad; the default of runs is
60.
"""
SEED = 1
YEAR = 12


def prepared(
    households: int, months: int, *, engine: str = "compiled", burn_in: int = BURN_IN, **parameters: float
) -> Prepared:
    """The scenario `history` with about `households` households in its first month, over `months` months or more.

    More households than the pack has are all it has, and a scenario cannot end within the pack's first year: whoever
    wants fewer months leaves it off early. `parameters` replaces numbers of the behaviour, to switch a part of it off.
    """
    whole = request("run", ["scenario=history"])
    changes = {
        "population.scale": scale_of(households, whole.region),
        "population.burn_in": burn_in,
        "engine": engine,
        "until": whole.region.label(max(YEAR, months) - 1),
        **{f"parameters.{name}": value for name, value in parameters.items()},
    }
    asked = request("run", ["scenario=history"], changes)
    return prepare(asked.scenario, asked.region)


def scale_of(households: int, region: Region) -> float:
    """The scale at which about `households` live in the first month."""
    return min(1.0, households / float(region.array("households")[0].sum()))


def in_plain_python(module: str, arguments: list[str]) -> str:
    """Standard output of ``python -m module arguments`` in a process whose rules are plain Python: the mesa
    engine's.
    """
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout
