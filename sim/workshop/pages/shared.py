"""What all sessions of one page server share: the bench, and the worlds the lessons open with."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

from sim.workshop.bench import Bench
from sim.workshop.controls import Choice
from sim.workshop.lessons import lessons
from sim.workshop.tasks import WorldTask
from sim.workshop.worlds import mapping_of

if TYPE_CHECKING:
    from sim.workshop.bench import Ticket

_LOCK = threading.Lock()
_OPENS_IN = ["en"]


def opening_language(language: str | None = None) -> str:
    """The language the page opens in; with an argument, from now on."""
    if language is not None:
        _OPENS_IN[0] = language
    return _OPENS_IN[0]


@cache
def _bench() -> Bench:
    bench = Bench()
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
