"""Live a sweep in processes of this machine."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

from sim.studies.sweep.executors.processes import Processes
from sim.studies.sweep.journal import claims, host, unended
from sim.studies.sweep.layout import CANCELLED
from sim.studies.sweep.shards import LOOSE, compact, list_shards
from sim.studies.sweep.work import DONE, TAKEN, Piece, live_piece

DEATHS = 2
"""Deaths of processes at the same run, seen by one coordinator, after which it is lived alone; then it has failed."""
GLANCE = 0.5
"""Seconds between two looks at the folder, at least."""
SHARE = 0.02
"""Share of the time that looking may take: the processor is for the runs."""
_COMPACT_EVERY = 32

Watch = Callable[[], None]


def run_local(
    folder: Path, plan: str, pieces: Sequence[Piece], workers: int, watch: Watch, ready: Processes | None = None
) -> None:
    """Live pieces in so many processes, those that are `ready` first; ends when all are whole, or the sweep is
    cancelled.

    `watch` is called every now and then.

    Raises
    ------
    InputError
        What a worker refuses: a disk that is full, another program than the plan's.
    """
    waiting, deaths = list(pieces), Counter[int]()
    while waiting:
        suspect = [piece for piece in waiting if _runs_of(piece, deaths)]
        alone = suspect[:1]
        left = _live(folder, plan, alone or waiting, ready or Processes(1 if alone else workers), watch, deaths)
        ready = None
        if (folder / CANCELLED).exists():
            return
        if alone:
            left = [replace(piece, given_up=(*piece.given_up, *_runs_of(piece, deaths))) for piece in left]
            for piece in alone:
                for run in _runs_of(piece, deaths):
                    del deaths[run]
            left += [piece for piece in waiting if piece not in alone]
        waiting = left


def _live(
    folder: Path, plan: str, pieces: Sequence[Piece], processes: Processes, watch: Watch, deaths: Counter[int]
) -> list[Piece]:
    """Live pieces until all are whole or a process dies: then what is left, and `deaths` counts the runs it was at.

    When one process dies the others are ended, too, so a run is only under suspicion; alone, it is sure.
    """
    before = {claim.path for claim in claims(folder)}
    pool = _Pool(folder, plan, processes)
    try:
        left = pool.live(deque(pieces), watch)
    finally:
        pool.close()
    if left:
        for claim in claims(folder):
            if claim.path not in before and claim.host == host() and not claim.alive(0.0):
                deaths.update(unended(claim.path)[-1:])
    return left


def _runs_of(piece: Piece, deaths: Counter[int]) -> tuple[int, ...]:
    """Runs of a piece that have died often, and have not been given up."""
    often = (run for run, number in deaths.items() if number >= DEATHS)
    return tuple(sorted(run for run in often if run in piece.numbers and run not in piece.given_up))


class _Pool:
    """Processes, and what each is at."""

    def __init__(self, folder: Path, plan: str, processes: Processes) -> None:
        self.folder, self.plan, self.processes = folder, plan, processes
        self.at: dict[Future, Piece] = {}
        self.lived = 0
        self.next_look = 0.0

    def live(self, waiting: deque[Piece], watch: Watch) -> list[Piece]:
        """Live what waits; the pieces that are left when a process has died, or none."""
        taken: list[Piece] = []
        try:
            while waiting or self.at or taken:
                while waiting and len(self.at) < self.processes.workers:
                    future = self.processes.submit(live_piece, self.folder, self.plan, waiting[0])
                    self.at[future] = waiting.popleft()  # only now: where all have died, it is still to be lived
                finished, _ = wait(self.at, timeout=GLANCE, return_when=FIRST_COMPLETED)
                taken += [piece for piece in map(self._finish, finished) if piece is not None]
                if time.monotonic() >= self.next_look:
                    self._look(watch)
                if (self.folder / CANCELLED).exists():
                    return []
                if not waiting and not self.at and taken:
                    time.sleep(GLANCE)
                    waiting.extend(taken)
                    taken = []
        except BrokenProcessPool:
            return [*self.at.values(), *taken, *waiting]
        return []

    def _look(self, watch: Watch) -> None:
        began = time.monotonic()
        watch()
        took = time.monotonic() - began
        self.next_look = began + max(GLANCE, took / SHARE)

    def _finish(self, future: Future) -> Piece | None:
        """The piece, if another has it."""
        told = future.result()
        piece = self.at.pop(future)
        self.lived += told == DONE
        if told == DONE and self.lived % _COMPACT_EVERY == 0 and len(list_shards(self.folder)) >= LOOSE:
            compact(self.folder)
        return piece if told == TAKEN else None

    def close(self) -> None:
        """End the processes; what they were at is in their journals."""
        self.processes.end(kill=bool(self.at))
