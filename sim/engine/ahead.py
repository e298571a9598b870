"""The first compilation, by two processes: another one compiles the second half of the month meanwhile.

Numba compiles one function at a time in a process. What the other process has compiled is read from the folder of
compiled code, where claims see to it that nothing is compiled twice; if it fails or is late, nothing is lost but time.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys

import numba
import numpy as np

from sim.behaviour.permits import NOTHING_GRANTED
from sim.draws import luck_of
from sim.engine.blocks import live_after_meeting
from sim.households.ties import TIE_ROW
from sim.schema.attributes import HOUSEHOLD, PLACES
from sim.schema.compiled_code import claim_ahead, is_kept
from sim.schema.conditions import CORRIDOR, HOME_CONDITIONS, OFFER
from sim.schema.parameters import PARAMETER_RECORD
from sim.schema.rule import COMPILED
from sim.tallies import TALLIES


def start_compiling() -> None:
    """Let another process compile the second half of the month, unless it is compiled, or being compiled, or one
    processor is all there is.
    """
    half = live_after_meeting.__name__
    if not COMPILED or numba.config.NUMBA_DEFAULT_NUM_THREADS < 2 or is_kept(half) or not claim_ahead(half):
        return
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    child = subprocess.Popen([sys.executable, "-m", __name__], env=environment, **quiet)
    atexit.register(_end, child)


def _end(child: subprocess.Popen) -> None:
    child.terminate()
    child.wait()


def compile_second_half() -> None:
    """Call the kernel with what it gets in a run, but for no households."""
    none = np.zeros(0, np.int64)
    live_after_meeting(
        np.zeros(0, HOUSEHOLD), np.zeros((0, 3), np.int64), 0, 1, 0, luck_of(0, 0), np.zeros(1, HOME_CONDITIONS),
        np.zeros(1, OFFER), np.zeros((1, PLACES), CORRIDOR), NOTHING_GRANTED, np.zeros(0, TIE_ROW), none,
        np.zeros(0, np.int8), np.zeros(1, PARAMETER_RECORD), np.zeros((1, 1, (PLACES + 1) * TALLIES), np.int64),
        np.zeros(0, np.int32), none,
    )  # fmt: skip


if __name__ == "__main__":
    compile_second_half()
