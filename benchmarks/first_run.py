"""What a person waits for: import, first compilation, the second process, and the main job with its report.

Every part is a process of its own, as a person would start it, with a cache of compiled code that begins empty. The
main job is `history` against `no_ban`: two scenarios, 8 seeds, 83,000 households, 72 months after a burn-in of 60.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, arguments, report

SMALL = ("run", "scenario=history", "population.scale=0.0002", "population.burn_in=1", "until=2014-12", "seeds=1")
MAIN_JOB = ("compare", "scenario=history", "against=no_ban", "population.scale=0.01", "seeds=8")
NEEDED = "import sim; sim.run; import sim.simulation, sim.output.folder, sim.output.terminal"
IMPORTS = 5


def seconds_of(command: list[str], cache: Path) -> float:
    """Wall-clock seconds of a process whose cache of compiled code is `cache`."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def figures(main_job: bool = True) -> list[Figure]:
    """Seconds of each part; the main job after the small runs, with code compiled and without."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        cache = here / "cache"

        def sim(name: str, arguments: tuple[str, ...], use: Path = cache) -> float:
            return seconds_of(["-m", "sim", *arguments, f"output={here / name}"], use)

        bare = [seconds_of(["-c", "import sim"], cache) for _ in range(IMPORTS)]
        cold = sim("cold", SMALL)
        warm = [sim(f"warm{k}", SMALL) for k in range(3)]
        needed = [seconds_of(["-c", NEEDED], cache) for _ in range(IMPORTS)]
        helped = [seconds_of(["-m", "sim", "--help"], cache) for _ in range(IMPORTS)]
        made = [
            Figure.of("import sim, a process", bare, "seconds", most=1.5),
            Figure.of("import of all that a run needs, a process", needed, "seconds", most=1.5),
            Figure.of("sim --help", helped, "seconds", most=1.5),
            Figure.of("small run, nothing compiled yet", [cold], "seconds"),
            Figure.of("the same in the next process", warm, "seconds"),
            Figure.of("first compilation", [cold - second for second in warm], "seconds", most=15.0),
        ]
        if main_job:
            first = sim("first", MAIN_JOB, here / "empty")
            later = [sim(f"later{k}", MAIN_JOB, here / "empty") for k in range(2)]
            made += [
                Figure.of("main job, cold: extra", [first - second for second in later], "seconds", most=15.0),
                Figure.of("main job, code compiled", later, "seconds", most=90.0),
            ]
    return made


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-main-job", action="store_true", help="leave out the main job, which takes minutes")


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__, _add)
    report("first_run", figures(not given.no_main_job), given.json)


if __name__ == "__main__":
    main()
