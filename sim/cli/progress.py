"""What a person sees while a run goes on: a bar on standard error, only where it is a terminal."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.scenario import Scenario


def notice(line: str) -> None:
    """One line for people, kept apart from the results on standard output."""
    print(line, file=sys.stderr)


def typed() -> str:
    """The command as it was given, for a result's own record."""
    return shlex.join(["sim", *sys.argv[1:]])


@contextmanager
def bar(title: str, lived: list[Scenario] | int) -> Iterator[Callable[[int], None] | None]:
    """A progress bar over the months of all runs of scenarios, or over so many months; yields what to call with the
    number of months just lived.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from sim.simulation import months_to_live

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=lived if isinstance(lived, int) else months_to_live(lived))
        yield lambda months: shown.advance(task, months)
