"""What all sessions of one page server share: the bench, and the worlds the lessons open with."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.workshop.bench import DEADLINE, Bench
from sim.workshop.controls import Choice
from sim.workshop.lessons import lessons
from sim.workshop.tasks import WorldTask
from sim.workshop.worlds import mapping_of

if TYPE_CHECKING:
    from sim.workshop.bench import Ticket

_LOCK = threading.Lock()
_SETTLED: dict[str, Any] = {"language": "en", "deadline": DEADLINE}


def settle(language: str, deadline: float) -> None:
    """Before the page is served: the language it opens in, and the seconds a world may take."""
    _SETTLED.update(language=language, deadline=deadline)


def opening_language() -> str:
    """The language the page opens in."""
    return str(_SETTLED["language"])


@cache
def _bench() -> Bench:
    bench = Bench(deadline=float(_SETTLED["deadline"]))
    threading.Thread(target=_prepare, args=(bench,), daemon=True).start()
    return bench


def bench() -> Bench:
    """The one bench of this server."""
    with _LOCK:
        return _bench()


def openings() -> list[Choice]:
    """What the lessons and the free play open with."""
    return [Choice.of(), *(lesson.world for lesson in lessons())]


def ask_for(choice: Choice, *, keep: bool = False) -> Ticket:
    """A ticket for the world of a choice."""
    return bench().ask(WorldTask(mapping_of(choice)), keep=keep)


def _prepare(bench: Bench) -> None:
    """Have the opening worlds made and kept, one after the other, so that others are served in between."""
    for choice in openings():
        ticket = bench.ask(WorldTask(mapping_of(choice)), keep=True)
        while not ticket.wait(1.0):
            pass
