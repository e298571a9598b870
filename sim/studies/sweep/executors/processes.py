"""The processes of this machine that live runs: joblib's loky, which tells when one has died."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from typing import Any

IDLE = 20
"""Seconds after which an idle process ends: also those whose coordinator was killed."""
LIVES = "sim.studies.sweep.work"
"""The module that lives pieces, and imports all it needs."""


class Processes:
    """So many processes; they load the program at once, while something else is done here."""

    def __init__(self, workers: int) -> None:
        from joblib.externals.loky import ProcessPoolExecutor

        self.workers = workers
        self.executor: Any = ProcessPoolExecutor(workers, timeout=IDLE, initializer=import_module, initargs=(LIVES,))
        self.submit(int)  # they are started with the first task

    def submit(self, task: Callable[..., Any], *given: Any) -> Future:
        """Have one of them do a task.

        Raises
        ------
        BrokenProcessPool
            Here or by the future: one has died, and all are ended.
        """
        return self.executor.submit(task, *given)

    def end(self, kill: bool) -> None:
        """End them, after what they are at unless they are to be killed."""
        self.executor.shutdown(wait=True, kill_workers=kill)
