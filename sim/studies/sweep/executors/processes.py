"""The processes of this machine: joblib's loky, which tells when one has died. There is one set of them at a time."""

from __future__ import annotations

from importlib import import_module
from typing import Any

IDLE = 20
"""Seconds after which an idle process ends: also those whose coordinator was killed."""


def processes(workers: int) -> Any:
    """The processes there are, or `workers` new ones: they load the program at once, whatever they are given later."""
    from joblib.externals.loky import get_reusable_executor

    return get_reusable_executor(max_workers=workers, timeout=IDLE, initializer=import_module, initargs=(LIVES,))


LIVES = "sim.studies.sweep.work"
"""The module that lives pieces, and imports all it needs."""


def start_processes(workers: int) -> None:
    """Have them load the program while something else is done here."""
    processes(workers).submit(int)


def end_processes() -> None:
    """End them, whatever they are at."""
    processes(1).shutdown(wait=True, kill_workers=True)
