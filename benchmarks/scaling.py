"""The cost of a household-month from a thousand households to all there are, and the curve: docs/images/scaling.svg.

Every size lives the same twelve months in a process of its own (``python -m benchmarks.step``), so that seasons do not
tell one size from another. The `mesa` engine is measured at the sizes it can live.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure as Picture
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from benchmarks.figures import Figure, arguments, report
from sim.output.drawing import AGAINST, SCENARIO, STYLE
from sim.output.durable import replace_file

SIZES = (1_000, 3_000, 10_000, 30_000, 83_000, 300_000, 1_000_000, 3_000_000, 8_300_000)
PLAIN = (1_000, 3_000, 10_000)
STANDARD, LARGEST = 83_000, 8_300_000
MONTHS, THREADS = 12, 2
FLAT, BAR = 1.25, 100.0
"""The bars: the largest size over the standard one, and nanoseconds at the standard one."""
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "scaling.svg"


def cost(households: int, engine: str = "compiled") -> list[float]:
    """Nanoseconds a household and month of each repeat; fewer repeats where one takes long."""
    repeats = 2 if engine == "mesa" else 3 if households > 1_000_000 else 7
    command = f"--households {households} --months {MONTHS} --engine {engine} --threads {THREADS} --repeats {repeats}"
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.step", *command.split(), "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return list(json.loads(told.stdout)["ns_repeats"])


def figures(largest: int = LARGEST) -> tuple[list[Figure], dict[str, list[Figure]]]:
    """The table's rows, and the figures of each engine by size for the curve."""
    unit = "ns a household and month"
    sizes = [size for size in SIZES if size <= largest]
    costs = {size: cost(size) for size in sizes}
    compiled = [
        Figure.of(f"compiled, {size:,}", costs[size], unit, **({"most": BAR} if size == STANDARD else {}))
        for size in sizes
    ]
    plain = [Figure.of(f"mesa, {size:,}", cost(size, "mesa"), unit) for size in PLAIN if size <= largest]
    made = [*compiled, *plain]
    if STANDARD in costs and LARGEST in costs:
        middle = compiled[sizes.index(STANDARD)].value
        ratios = [nanoseconds / middle for nanoseconds in costs[LARGEST]]
        made.append(Figure.of(f"{LARGEST:,} over {STANDARD:,}", ratios, "times", most=FLAT))
    return made, {"compiled": compiled, "mesa": plain}


def draw(curves: dict[str, list[Figure]]) -> bytes:
    """The curves on logarithmic axes, with the least and the most of the repeats, as SVG."""
    with mpl.rc_context(STYLE):
        picture = Picture(figsize=(7.2, 3.8), layout=ConstrainedLayoutEngine(h_pad=0.1, w_pad=0.1))
        ax = picture.subplots()
        ax.set(xscale="log", yscale="log", xlabel="households", title="nanoseconds per household-month", ylim=(30, 1e5))
        labels = {"compiled": f"compiled engine, {THREADS} threads", "mesa": "mesa engine (1 thread)"}
        for (name, curve), colour in zip(curves.items(), (SCENARIO, AGAINST), strict=True):
            sizes = SIZES[: len(curve)]
            medians = [figure.value for figure in curve]
            spread = [[f.value - f.low for f in curve], [f.high - f.value for f in curve]]
            ax.errorbar(sizes, medians, spread, color=colour, marker="o", markersize=4, linewidth=1.6, capsize=2)
            ax.annotate(
                labels[name], (sizes[-1], medians[-1]), (0, 9), textcoords="offset points", color=colour, ha="right"
            )
        ax.axhline(BAR, color="0.45", linewidth=0.9, linestyle="--")
        ax.annotate(f"bar: {BAR:g}", (SIZES[0], BAR), (0, -11), textcoords="offset points", color="0.35")
        ax.xaxis.set_major_locator(FixedLocator([10**power for power in range(3, 8)]))
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
            axis.set_minor_locator(NullLocator())
        drawn = io.BytesIO()
        picture.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--largest", type=int, default=LARGEST, help="leave out sizes above this (no curve is drawn)")


def main() -> None:
    """Measure, print, and draw the curve if all sizes were measured."""
    given = arguments(__doc__, _add)
    made, curves = figures(given.largest)
    if given.largest >= LARGEST:
        replace_file(PICTURE, draw(curves))
    report("scaling", made, given.json)


if __name__ == "__main__":
    main()
