"""Many processes that start at once on one empty cache of compiled code, as a sweep on a cluster does.

Each runs a tiny scenario. All have to end well with one digest; told are the seconds until the last has ended, and the
processor time that all of them used together: what one of them alone needs to compile, and what the others add.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, arguments, report
from benchmarks.first_run import SMALL

PROCESSES = 64


@dataclass(frozen=True)
class Together:
    """What processes that started at once did: digests in the order of starting, exit statuses, messages, seconds."""

    digests: list[str]
    statuses: list[int]
    messages: list[str]
    seconds: float
    cpu_seconds: float


def start_at_once(processes: int, cache: Path, folder: Path) -> Together:
    """Run the tiny scenario in `processes` processes on one cache, each writing to a folder of its own."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "sim", *SMALL, "threads=1", f"output={folder / str(number)}"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    messages = [child.communicate()[1] for child in children]
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    written = [folder / str(number) / "run.json" for number in range(processes)]
    return Together(
        digests=[json.loads(file.read_text())["digest"] for file in written if file.exists()],
        statuses=[child.returncode for child in children],
        messages=messages,
        seconds=seconds,
        cpu_seconds=after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime,
    )


def figures(processes: int = PROCESSES) -> list[Figure]:
    """Seconds and processor time of one process and of many on an empty cache, and of many on a full one."""
    made = []
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for what, number, cache in (
            ("one process, nothing compiled", 1, here / "alone"),
            (f"{processes} at once, nothing compiled", processes, here / "shared"),
            (f"{processes} at once, all compiled", processes, here / "shared"),
        ):
            told = start_at_once(number, cache, here / f"results_{len(made)}")
            if any(told.statuses) or len(told.digests) < number:
                raise AssertionError(f"{what}: statuses {told.statuses}\n{''.join(told.messages)}")
            if len(set(told.digests)) > 1:
                raise AssertionError(f"{what}: the digests differ: {set(told.digests)}")
            made.append(Figure.of(f"{what}: until the last ends", [told.seconds], "seconds"))
            made.append(Figure.of(f"{what}: processor time", [told.cpu_seconds], "seconds"))
    return made


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--processes", type=int, default=PROCESSES)


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__, _add)
    report("at_once", figures(given.processes), given.json)


if __name__ == "__main__":
    main()
