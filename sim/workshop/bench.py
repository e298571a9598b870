"""Where worlds are made: processes, one queue, deadlines, cancellation, and a memory of what was made.

A page asks and gets a ticket; it never computes. A ticket always ends: in a world, or in a named failure. Where others
wait, a world's first runs are lived, and the rest when all have had theirs: a page can show them in the meantime.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Literal

from sim.errors import InputError
from sim.workshop import kept
from sim.workshop.tasks import ReadyTask, StoryTask, WorldTask, scenario_from
from sim.workshop.worlds import key_of

if TYPE_CHECKING:
    from sim.workshop.worlds import World

DEADLINE = 20.0
"""Seconds a task may take once it has begun."""
WAITING = 60.0
"""Seconds it may wait for its turn."""
START = 240.0
"""Seconds a worker may take to be ready: the first start on a machine compiles the rules."""
PATIENCE = 2.0
"""Seconds a worker has to stop a task that is not wanted, before it is ended."""
REMEMBERED = 64
Reason = Literal["refused", "late", "cancelled", "broken"]
Task = WorldTask | StoryTask | ReadyTask


class Failure(Exception):  # noqa: N818 - a page shows it as a sentence
    """Why a ticket ended without a world: `reason`, and `detail` in words."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class Ticket:
    """What was asked, how far it is, and what came of it; several pages may hold the same one."""

    def __init__(self, task: Task, key: str, deadline: float, keep: bool = False) -> None:
        self.task, self.key, self.deadline, self.keep = task, key, deadline, keep
        self.asked = self.queued = time.monotonic()
        self.begun: float | None = None
        self.share = 0.0
        self.first: World | None = None  # the world's first runs, where they were lived apart
        self._holders = 1
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._value: Any = None
        self._failure: Failure | None = None

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, after at most so many seconds."""
        return self._ended.wait(seconds)

    @property
    def wanted(self) -> bool:
        """Whether anybody still waits for it."""
        return self._holders > 0

    def join(self, keep: bool) -> bool:
        """Hold it, too; not one that has ended or is being stopped."""
        with self._lock:
            joined = self._holders > 0 and not self._ended.is_set()
            self._holders += joined
            self.keep = self.keep or (joined and keep)
            return joined

    def cancel(self) -> None:
        """Not wanted any more by one who holds it."""
        with self._lock:
            self._holders -= 1

    def result(self) -> Any:
        """What came of it.

        Raises
        ------
        Failure
            Refused, late, cancelled or broken.
        """
        assert self._ended.is_set()
        if self._failure is not None:
            raise self._failure
        return self._value

    @property
    def ended(self) -> bool:
        """Whether there is a result."""
        return self._ended.is_set()

    def turn(self, others_wait: bool) -> Task:
        """What a worker is to do of it now: all, or where others wait the first part, and another time the rest."""
        parts = self.task.parts() if isinstance(self.task, WorldTask) else None
        if parts is None:
            return self.task
        if self.first is not None:
            return parts[1]
        return parts[0] if others_wait else self.task

    def take(self, turn: Task, value: Any) -> None:
        """What a worker has made of it."""
        if turn == self.task:
            self.end(value)
        elif self.first is None:
            self.first = value
        else:
            self.end(self.first.joined(value))

    def end(self, value: Any = None, failure: Failure | None = None) -> None:
        """End it, once."""
        if not self._ended.is_set():
            self._value, self._failure = value, failure
            self._ended.set()


class Bench:
    """The workers of one page server.

    Parameters
    ----------
    workers
        Processes; None = one a processor, at most two.
    deadline
        Seconds a task may take once it has begun.
    """

    def __init__(self, workers: int | None = None, deadline: float = DEADLINE) -> None:
        self.deadline = deadline
        self.rules = ""
        self._queue: SimpleQueue[Ticket | None] = SimpleQueue()
        self._worlds: OrderedDict[str, Any] = OrderedDict()
        self._going: dict[str, Ticket] = {}
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._ready_at = float("inf")  # waiting counts from when a worker can be had
        self.problem = ""
        number = workers or max(1, min(2, os.cpu_count() or 1))
        self._threads = [threading.Thread(target=self._attend, daemon=True) for _ in range(number)]
        for thread in self._threads:
            thread.start()

    @property
    def ready(self) -> bool:
        """Whether a worker has its rules compiled and loaded."""
        return self._ready.is_set()

    def ask(self, task: Task, *, keep: bool = False, deadline: float | None = None) -> Ticket:
        """A ticket for a task: ended at once if it is remembered or kept, shared with whoever waits for it already.

        With `keep`, what comes of it is kept on disk.
        """
        try:
            key = self.key(task)
        except InputError as error:
            ticket = Ticket(task, "", 0.0)
            ticket.end(failure=Failure("refused", str(error)))
            return ticket
        ticket = Ticket(task, key, deadline or self.deadline, keep)
        known = self._known(key)
        if known is None and isinstance(task, WorldTask):
            known = kept.find(key)
        if known is not None:
            self._remember(key, known)
            ticket.end(known)
            return ticket
        if key:
            with self._lock:
                going = self._going.get(key)
                if going is not None and going.join(keep):
                    return going
                self._going[key] = ticket
        self._queue.put(ticket)
        return ticket

    def close(self) -> None:
        """End the workers."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(timeout=10)

    def key(self, task: Task) -> str:
        """Name of what comes of a task.

        Raises
        ------
        InputError
            A scenario that cannot be.
        """
        if isinstance(task, WorldTask):
            return key_of(scenario_from(task.mapping))
        if isinstance(task, StoryTask):
            return "+".join(key_of(scenario_from(side)) for side in (task.mapping, task.against))
        return ""

    def _remember(self, key: str, value: Any) -> None:
        with self._lock:
            self._worlds[key] = value
            self._worlds.move_to_end(key)
            while len(self._worlds) > REMEMBERED:
                self._worlds.popitem(last=False)

    def _known(self, key: str) -> Any:
        with self._lock:
            return self._worlds.get(key)

    def _over(self, ticket: Ticket) -> None:
        """Nobody can join it any more."""
        with self._lock:
            if self._going.get(ticket.key) is ticket:
                del self._going[ticket.key]

    def _attend(self) -> None:
        """One worker's life: start it, hand it tasks, replace it when it fails."""
        worker: _Worker | None = None
        while True:
            if worker is None:
                worker = self._start()
            ticket = self._queue.get()
            if ticket is None:
                if worker is not None:
                    worker.end()
                return
            if not ticket.wanted:
                ticket.end(failure=Failure("cancelled"))
            elif self._known(ticket.key) is not None:
                ticket.end(self._known(ticket.key))
            elif worker is None:
                ticket.end(failure=Failure("broken", self.problem))
            elif time.monotonic() - max(ticket.queued, self._ready_at) > WAITING:
                ticket.end(failure=Failure("late", f"{WAITING:.0f}"))
            elif not self._serve(worker, ticket):
                worker.end()
                worker = None
            if ticket.ended:
                self._over(ticket)
            else:
                ticket.queued = time.monotonic()
                self._queue.put(ticket)

    def _start(self) -> _Worker | None:
        try:
            worker = _Worker()
            ticket = Ticket(ReadyTask(), "", START)
            worker.perform(ticket, ticket.task)
            self.rules = ticket.result()
        except (OSError, Failure) as error:
            self.problem = str(error)
            return None
        self._ready_at = min(self._ready_at, time.monotonic())
        self._ready.set()
        return worker

    def _serve(self, worker: _Worker, ticket: Ticket) -> bool:
        """Have a worker perform a task; whether it can be given another one."""
        alive = worker.perform(ticket, ticket.turn(others_wait=not self._queue.empty()))
        if not ticket.ended:
            return alive
        try:
            value = ticket.result()
        except Failure:
            return alive
        self._remember(ticket.key, value)
        if ticket.keep and isinstance(ticket.task, WorldTask):
            with contextlib.suppress(OSError, InputError):  # a full disk is no reason to lose the picture
                kept.keep(ticket.key, value)
        return alive


class _Worker:
    """One process and the thread that reads from it."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sim.workshop.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # it starts a process to compile ahead: both end together
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.to_worker, self.from_worker = self.process.stdin, self.process.stdout
        self.frames: SimpleQueue[tuple[str, int, Any]] = SimpleQueue()
        self.number = 0
        threading.Thread(target=self._read, daemon=True).start()

    def perform(self, ticket: Ticket, turn: Task) -> bool:
        """Send a task, or a part of it, and follow it to its end; whether the process is still of use."""
        self.number += 1
        ticket.begun = time.monotonic()
        if not self._send("task", turn):
            ticket.end(failure=Failure("broken", "the process has ended"))
            return False
        asked_to_stop: float | None = None
        while True:
            late = time.monotonic() - ticket.begun > ticket.deadline
            if (late or not ticket.wanted) and asked_to_stop is None:
                asked_to_stop = time.monotonic()
                self._send("off", None)
            if asked_to_stop is not None and time.monotonic() - asked_to_stop > PATIENCE:
                ticket.end(failure=_why(ticket, late))
                return False
            try:
                kind, number, content = self.frames.get(timeout=0.05)
            except Empty:
                continue
            if kind == "gone":
                ticket.end(failure=Failure("broken", f"the process ended with status {self.process.wait()}"))
                return False
            if number == self.number and not self._note(ticket, turn, kind, content, late):
                return True

    def end(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            self.to_worker.close()
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def _note(self, ticket: Ticket, turn: Task, kind: str, content: Any, late: bool) -> bool:
        """Take in one frame; whether more are to come."""
        if kind == "progress":
            ticket.share = turn.done(content) if isinstance(turn, WorldTask) else content
            return True
        if kind == "done":
            ticket.take(turn, content)
        elif kind == "refused":
            ticket.end(failure=Failure("refused", str(InputError(*content))))
        elif kind == "cancelled":
            ticket.end(failure=_why(ticket, late))
        else:
            ticket.end(failure=Failure("broken", str(content)))
        return False

    def _send(self, kind: str, content: Any) -> bool:
        try:
            pickle.dump((kind, self.number, content), self.to_worker)
            self.to_worker.flush()
        except OSError:
            return False
        return True

    def _read(self) -> None:
        try:
            while True:
                self.frames.put(pickle.load(self.from_worker))
        except (EOFError, OSError, pickle.UnpicklingError):
            self.frames.put(("gone", 0, None))


def _why(ticket: Ticket, late: bool) -> Failure:
    return Failure("late", f"{ticket.deadline:.0f}") if late and ticket.wanted else Failure("cancelled")
