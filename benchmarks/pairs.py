"""How many independent seeds one paired seed is worth.

Two scenarios with one seed share every draw, so the spread of their difference is that of what the change did. Without
sharing, both sides' own luck adds up: a paired seed is worth (var A + var B) / var(A - B) independent ones (Law 2015,
Simulation Modeling and Analysis, section 11.2). The effect measured is that of the re-entry bans, `history` less
`no_ban`; a seed's value is the mean over the months. Intervals: jackknife over seeds, on the logarithm (Efron and Stein
1981, doi:10.1214/aos/1176345462).
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.special import ndtri

from benchmarks.figures import Figure, arguments, report
from benchmarks.workload import scale_of
from sim import compare
from sim.configuration import request
from sim.output.comparison import seed_means

HOUSEHOLDS, SEEDS, ORIGIN = 8_300, 64, "TJK"
LEAST = 6.0
"""The bar, for the mean over the whole run."""
MEASURED = {
    "remittances sent": ("remittances_true", "ALL"),
    "stock in Russia": ("stock", "RUS"),
    "joblessness of returnees": ("jobless_returnees", "ALL"),
    "joblessness at home": ("jobless_home", "ALL"),
    "poverty": ("poverty", "ALL"),
}
WINDOWS = {"2012-2017": (None, None), "2014-2015": ("2014-01", "2015-12"), "2016-2017": ("2016-01", "2017-12")}


def worth(treated: np.ndarray, reference: np.ndarray) -> tuple[float, float, float]:
    """What a paired seed is worth in independent ones, with its 95 % interval; values by seed, shape (seeds,) each."""
    log = _log_ratio(treated, reference)
    left_out = [_log_ratio(np.delete(treated, k), np.delete(reference, k)) for k in range(len(treated))]
    error = np.sqrt((len(left_out) - 1) * np.var(left_out))
    low, middle, high = np.exp(log + float(ndtri(0.975)) * error * np.array([-1.0, 0.0, 1.0]))
    return float(middle), float(low), float(high)


def _log_ratio(treated: np.ndarray, reference: np.ndarray) -> float:
    apart = treated.var(ddof=1) + reference.var(ddof=1)
    return float(np.log(apart / (treated - reference).var(ddof=1)))


def figures(households: int = HOUSEHOLDS, seeds: int = SEEDS, threads: int = 2) -> list[Figure]:
    """Worth of a seed for each measure; the bar is for the whole run, and shorter windows show how it wears off."""
    scale = scale_of(households, request("run", ["scenario=history"]).region)
    both = compare("history", "no_ban", scale=scale, seeds=seeds, threads=threads)
    made = []
    for window, months in WINDOWS.items():
        sides = [seed_means(side, *months) for side in (both.scenario, both.against)]
        for what, (measure, destination) in MEASURED.items():
            values = [side.loc[(measure, ORIGIN, destination)].to_numpy() for side in sides]
            middle, low, high = worth(*values)
            bar = {"least": LEAST} if window == next(iter(WINDOWS)) else {}
            made.append(Figure(f"{what}, {window}", middle, "seeds, 95 % interval", low, high, seeds, **bar))
        workers, stocks = (
            [side.loc[(measure, ORIGIN, to)].to_numpy() for side in sides]
            for measure, to in (("workers", "ALL"), MEASURED["stock in Russia"])
        )
        shares = [float((stock / all_of).mean()) for stock, all_of in zip(stocks, workers, strict=True)]
        made.append(Figure.of(f"yardstick for the stock, {window}", [yardstick(*shares)], "seeds"))
    return made


def yardstick(share: float, other: float) -> float:
    """What a seed would be worth for a month's stock if persons were unconnected, alike, and paired as well as can be.

    Each is abroad with chance `share` in one world and `other` in the second; the best pairing makes nobody differ the
    wrong way round, so that the difference is a Bernoulli variable of the two chances' difference.
    """
    gap = abs(share - other)
    return (share * (1.0 - share) + other * (1.0 - other)) / (gap * (1.0 - gap))


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--households", type=int, default=HOUSEHOLDS)
    parser.add_argument("--seeds", type=int, default=SEEDS)


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__, _add)
    report("pairs", figures(given.households, given.seeds), given.json)


if __name__ == "__main__":
    main()
