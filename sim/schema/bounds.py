"""Bounds on the errors of a choice by bins of the draws they are made of: most choices are plain without any logarithm.

An error lies between the quantiles at both ends of its draw's bin; only where a place could still win is it computed.
"""

from __future__ import annotations

import math

import numpy as np

BINS = 128
SLACK = 1e-9  # more than any rounding: a bound must never be on the wrong side

GUMBEL_QUANTILES = np.array([-math.inf, *(-math.log(-math.log(k / BINS)) for k in range(1, BINS)), math.inf])
"""Of the standard Gumbel distribution at k / BINS, k = 0 to BINS."""


def positive_stable_bounds(scale: float) -> np.ndarray:
    """What U contributes at most to L ln S when it is in bin k of `BINS` equal ones, shape (BINS,); L = `scale`.

    The contribution L ln(sin(L U)) - ln(sin U) + (1 - L) ln(sin((1 - L) U)) grows with U: it is the logarithm of
    Zolotarev's function (Kanter 1975, doi:10.1214/aop/1176996309).
    """
    if scale >= 1.0:  # no nest
        return np.zeros(BINS)
    u = math.pi * np.arange(1, BINS) / BINS
    inner = scale * np.log(np.sin(scale * u)) - np.log(np.sin(u)) + (1.0 - scale) * np.log(np.sin((1.0 - scale) * u))
    return np.append(inner, math.inf) + SLACK
