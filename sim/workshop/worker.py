"""The process that lives worlds: reads tasks from standard input, writes what comes of them to standard output.

Between two months it looks whether it is still wanted. Frames are pickles of our own, between a page and the process it
has started itself; nothing from outside is ever unpickled.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import traceback
from queue import SimpleQueue
from typing import Any

from sim.errors import InputError

TOLD = ("ready", "progress", "done", "refused", "cancelled", "broken")


class NotWanted(Exception):  # noqa: N818 - it is no error: somebody has changed his mind
    """The task was called off."""


def main() -> None:
    """Serve until standard input is closed."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not fall between the frames
    tasks: SimpleQueue[Any] = SimpleQueue()
    called_off: set[int] = set()
    threading.Thread(target=_listen, args=(tasks, called_off), daemon=True).start()

    def tell(kind: str, number: int, content: Any) -> None:
        pickle.dump((kind, number, content), out)
        out.flush()

    while True:
        task = tasks.get()
        if task is None:
            return
        _serve(*task, called_off, tell)


def _listen(tasks: SimpleQueue[Any], called_off: set[int]) -> None:
    try:
        while True:
            kind, number, content = pickle.load(sys.stdin.buffer)
            if kind == "off":
                called_off.add(number)
            else:
                tasks.put((number, content))
    except (EOFError, OSError):
        called_off.add(-1)  # the page has gone: stop whatever goes on
        tasks.put(None)


def _serve(number: int, task: Any, called_off: set[int], tell: Any) -> None:
    told = 0.0

    def progress(share: float) -> None:
        nonlocal told
        if number in called_off or -1 in called_off:
            raise NotWanted
        if share - told >= 0.02:
            told = share
            tell("progress", number, share)

    try:
        progress(0.0)
        tell("done", number, task.perform(progress))
    except NotWanted:
        tell("cancelled", number, None)
    except InputError as error:
        tell("refused", number, (error.where, error.problem, error.allowed, error.nearest))
    except Exception as error:  # noqa: BLE001 - the page names it; the process goes on
        traceback.print_exc()
        tell("broken", number, f"{type(error).__name__}: {error}"[:300])
    called_off.discard(number)


if __name__ == "__main__":
    main()
