"""What a room waits for: the page's start, a moved control, ten pages at once; and whether memory stays flat.

Worlds are those of the page: one agent for two thousand households, ten runs. Processor time is told beside the
clock's, for it hardly depends on what else a machine does. Code is compiled before anything is measured.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.figures import Figure, arguments, report

STEPS = (0, 6, 12, 24, 36, 60, 120)
TOGETHER = 10
STARTS = 3
PORT = 8655


def start(cache: Path) -> float:
    """Seconds from the command until the page is served; its first world is kept from before."""
    command = [sys.executable, "-m", "sim", "workshop", f"port={PORT}", "browser=false"]
    environment = {**os.environ, "SIM_WORKSHOP_CACHE": str(cache)}
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=1):
                    return time.perf_counter() - began
            except OSError:
                time.sleep(0.05)
    finally:
        process.terminate()
        process.wait()


def worlds() -> tuple[list[float], list[float]]:
    """Clock and processor seconds of a world each, in this process, as a worker makes it."""
    from sim.workshop.controls import Choice
    from sim.workshop.tasks import WorldTask
    from sim.workshop.worlds import mapping_of

    clock, processor = [], []
    WorldTask(mapping_of(Choice.of())).perform(lambda share: None)  # compiled, checkpoint made
    for months in STEPS:
        began, used = time.perf_counter(), time.process_time()
        WorldTask(mapping_of(Choice.of(ban_months=months))).perform(lambda share: None)
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    return clock, processor


def together() -> tuple[float, float]:
    """Seconds until the last of ten different worlds asked for at once has its first runs, and until it is whole."""
    from sim.workshop.bench import Bench
    from sim.workshop.controls import Choice
    from sim.workshop.tasks import WorldTask
    from sim.workshop.worlds import mapping_of

    bench = Bench(deadline=600.0)
    while not bench.ready:
        time.sleep(0.05)
    bench.key(WorldTask(mapping_of(Choice.of())))  # the page has read its pack long before
    time.sleep(1.0)
    began = time.perf_counter()
    choices = [Choice.of(detection=3, border=(50, 70, 90, 100)[k % 4], rouble=10 * (k // 2)) for k in range(TOGETHER)]
    tickets = [bench.ask(WorldTask(mapping_of(choice))) for choice in choices]
    while not all(ticket.ended or ticket.first for ticket in tickets):
        time.sleep(0.01)
    answered = time.perf_counter() - began
    for ticket in tickets:
        assert ticket.wait(600)
        ticket.result()
    whole = time.perf_counter() - began
    bench.close()
    return answered, whole


def figures() -> list[Figure]:
    """All of it, in a cache of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SIM_WORKSHOP_CACHE"] = folder
        clock, processor = worlds()
        starts = [start(Path(folder)) for _ in range(STARTS)]
        answered, whole = zip(*(together() for _ in range(STARTS)), strict=True)
        return [
            Figure.of("a moved control, clock", clock, "seconds", most=1.0),
            Figure.of("the same, processor time", processor, "seconds"),
            Figure.of("ten different worlds asked for at once: five runs of each", answered, "seconds", most=5.0),
            Figure.of("the same: all ten runs of each", whole, "seconds"),
            Figure.of("from the command until the page is served", starts, "seconds", most=5.0),
            Figure.of("peak memory of a process that makes worlds", [peak()], "MiB"),
        ]  # fmt: skip


def peak() -> float:
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    report("workshop", figures(), arguments(__doc__ or "").json)


if __name__ == "__main__":
    main()
