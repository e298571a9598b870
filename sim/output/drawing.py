"""How figures look, and how they become SVG in a page: quiet axes, text as text, the same bytes every time."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter

from sim.output.numbers import MINUS, THIN

INK, PALE, RULE = "#1a1a1a", "#595959", "#d9d9d9"
SCENARIO, AGAINST = "#0072B2", "#D55E00"
PALETTE = ("#0072B2", "#E69F00", "#CC79A7", "#009E73", "#56B4E9", "#D55E00", "#000000")
"""Okabe and Ito (2008), Color Universal Design: told apart with any colour vision."""

_FONTS = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
STYLE: Any = {
    # text stays text, and its room is reckoned with the font that matplotlib brings: the same file on every machine
    "svg.fonttype": "none", "svg.hashsalt": "labour-migration-sim", "font.family": "DejaVu Sans",
    "text.parse_math": False, "font.size": 8.5, "legend.fontsize": 9, "legend.frameon": False,
    "axes.titlesize": 9.5, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.titlepad": 7,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "axes.edgecolor": PALE,
    "axes.grid": True, "axes.grid.axis": "y", "grid.color": RULE, "grid.linewidth": 0.6, "axes.axisbelow": True,
    "xtick.color": PALE, "ytick.color": PALE, "text.color": INK, "axes.labelcolor": PALE, "axes.titlecolor": INK,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "ytick.major.size": 0, "xtick.major.size": 3,
}  # fmt: skip


class PageFigure(Figure):
    """A figure that a notebook shows without pyplot."""

    def _repr_html_(self) -> str:
        return svg_of(self, "figure")


class Thousands(Formatter):
    """Tick labels divided by `factor`, all with as many decimals as the one that needs most."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Labels of all ticks of an axis."""
        shown = [float(value) / self.factor for value in values]
        needed = (len(f"{value:.6f}".rstrip("0").split(".")[1]) for value in shown)
        decimals = min(max(needed, default=0), 4)
        return [f"{value:,.{decimals}f}".replace(",", THIN).replace("-", MINUS) for value in shown]

    def __call__(self, value: float, pos: int | None = None) -> str:
        """Label of one value."""
        return self.format_ticks([value])[0]


def svg_of(figure: Figure, name: str, alt: str = "") -> str:
    """A figure as an inline SVG: text as text, ids of its own, no outside reference, the same bytes every time.

    Parameters
    ----------
    figure
        Any matplotlib figure.
    name
        Prefix of all ids, unique in its page.
    alt
        What a reader who cannot see it should know.
    """
    written = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(
            written,
            format="svg",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
            transparent=True,
        )
    text = written.getvalue()
    text = text[text.index("<svg") :].replace("'DejaVu Sans'", _FONTS.replace('"', "'"))
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\1{name}-", text)
    text = re.sub(r'\bd="[^"]*"', lambda path: _rounded(path.group()), text)
    opening, rest = text.split(">", 1)
    opening = re.sub(r' (width|height)="[^"]*"', "", opening)
    width = 96 * figure.get_figwidth()
    label = f'role="img" aria-label="{escape(alt)}" style="width:100%;max-width:{width:.0f}px;height:auto"'
    return f"{opening} {label}>{rest.strip()}"


def _rounded(path: str) -> str:
    """Coordinates to a hundredth of a point: finer is not seen, and doubles the file."""
    return re.sub(r"(\.\d\d)\d+", r"\1", path)
