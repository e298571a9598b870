"""Logarithm, exponential and sine of our own: close to the C library's, never on the wrong side, the same bits plain."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from small_worlds import ROOT

from sim.schema.elementary import exp, log, log1p, sin_pi

NEAR = 2e-13
TINY = 2.2250738585072014e-308


def spread(*, low: float, high: float, number: int = 20_000) -> list[float]:
    return np.random.default_rng(1).uniform(low, high, number).tolist()


def near_one() -> list[float]:
    rng = np.random.default_rng(2)
    return (1.0 + rng.uniform(-1.0, 1.0, 20_000) * 10.0 ** -rng.integers(0, 15, 20_000)).tolist()


SMALL = [10.0**power for power in spread(low=-300, high=-1, number=1000)]
SIZES = [10.0**power for power in spread(low=-307, high=308)]
CASES = {
    "log": (log, math.log, [*SIZES, *near_one(), TINY, 1.0]),
    "log1p": (log1p, math.log1p, spread(low=0.05, high=500.0)),
    "exp": (exp, math.exp, [*spread(low=-707.0, high=708.0), *spread(low=-1.0, high=1.0)]),
    "sin_pi": (sin_pi, lambda x: math.sin(math.pi * min(x, 1.0 - x)), [*spread(low=0.0, high=1.0), *SMALL, 0.5]),
}


@pytest.mark.parametrize("name", CASES)
def test_as_the_c_library_has_it(name):
    own, library, given = CASES[name]
    for x in given:
        assert own(x) == pytest.approx(library(x), rel=NEAR, abs=0.0), x


def test_ends():
    assert (log(1.0), exp(0.0), sin_pi(0.0), sin_pi(1.0)) == (0.0, 1.0, 0.0, 0.0)
    assert (log(0.0), log(-1.0), exp(-1e9), exp(1e9)) == (-math.inf, -math.inf, 0.0, math.inf)
    least, most = 2.0**-53, 1.0 - 2.0**-53  # of what a draw can be
    assert log(most) < 0.0 < sin_pi(least) and sin_pi(most) > 0.0 and math.isfinite(log(-log(most)))


def test_plain_python_gives_the_same_bits():
    given = {name: case[2][::20] for name, case in CASES.items()}
    program = (
        "import json, sys; from sim.schema import elementary; given = json.load(sys.stdin);"
        "print(json.dumps({name: [getattr(elementary, name)(x) for x in xs] for name, xs in given.items()}))"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)}
    plain = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(given), env=environment, check=True, capture_output=True, text=True
    )  # fmt: skip
    assert json.loads(plain.stdout) == {name: [CASES[name][0](x) for x in xs] for name, xs in given.items()}
