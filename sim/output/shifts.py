"""Who went where instead: the net shift of people between home and the destinations, and the diagram of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import pandas as pd

from sim.output.comparison import ALL, over_worlds, paired, places, seed_means
from sim.output.drawing import INK, PALE, PALETTE
from sim.output.numbers import Display
from sim.output.result import Comparison, RunResult

HOME = "home"
_SVG = "http://www.w3.org/2000/svg"  # a name, which nobody fetches
_PANEL, _GAP, _LABEL, _BAR = 300, 30, 92, 9  # pixels: a panel, between panels, a label, a node
_TALLEST, _SLOT, _TOP = 150, 40, 50  # pixels: the largest total shift, least room of a node, above the nodes
_ABREAST = 3
_COLOURS = [colour for i, colour in enumerate(PALETTE) if i != 3]  # the fourth, green, is home's


def place_shifts(comparison: Comparison) -> pd.DataFrame:
    """Person-months a year at home and at each destination, by origin: both means and the paired difference.

    People at home are the workers less those abroad.
    """
    treated, reference = (_person_months(run, comparison) for run in (comparison.scenario, comparison.against))
    return paired(treated.to_numpy(), reference.to_numpy(), treated.index, over_worlds(comparison.scenario))


def shift_display(shifts: pd.DataFrame) -> Display:
    """How person-months are shown: in thousands, with a decimal where the shifts are small."""
    decimals = 0 if shifts["difference"].abs().max() >= 1e5 else 1
    return Display(1e3, decimals, "thousand person-months a year", "thousand ")


def place_name(comparison: Comparison, code: str) -> str:
    """A destination's name, or home."""
    return HOME if code == HOME else comparison.scenario.place(code)


def shift_svg(comparison: Comparison, shifts: pd.DataFrame, alt: str) -> str:
    """Ribbons from the places that lose people to those that gain them, a panel per origin, one scale for all."""
    origins = list(dict.fromkeys(shifts["origin"]))
    parts = {origin: shifts[shifts["origin"] == origin] for origin in origins}
    largest = max(part["difference"].clip(lower=0).sum() for part in parts.values())
    scale = _TALLEST / largest if largest > 0 else 0.0
    panels = [_Panel(comparison, origin, part, scale, shift_display(shifts)) for origin, part in parts.items()]
    height = max(panel.height for panel in panels)
    columns = min(len(panels), _ABREAST)
    lines = -(-len(panels) // _ABREAST)
    width = columns * _PANEL + (columns - 1) * _GAP
    body = "".join(
        f'<g transform="translate({i % _ABREAST * (_PANEL + _GAP)} {i // _ABREAST * height})">{panel.svg()}</g>'
        for i, panel in enumerate(panels)
    )
    size = f'viewBox="0 0 {width} {lines * height:g}" style="width:100%;max-width:{width}px;height:auto"'
    return f'<svg xmlns="{_SVG}" {size} role="img" aria-label="{escape(alt)}" class="flow">{body}</svg>'


@dataclass(frozen=True)
class _Node:
    place: str
    change: float
    top: float
    size: float


class _Panel:
    """The ribbons of one origin."""

    def __init__(self, comparison: Comparison, origin: str, rows: pd.DataFrame, scale: float, display: Display) -> None:
        self.comparison, self.origin, self.scale, self.display = comparison, origin, scale, display
        destinations = places(comparison.scenario.corridors, "destination")
        self.colours = {place: _COLOURS[i % len(_COLOURS)] for i, place in enumerate(destinations)} | {HOME: PALETTE[3]}
        moved = list(zip(rows["destination"], rows["difference"], strict=True))
        self.losing = self._stack([(place, -change) for place, change in moved if change < 0])
        self.gaining = self._stack([(place, change) for place, change in moved if change > 0])
        ends = [node.top + max(node.size, _SLOT) for node in (*self.losing, *self.gaining)]
        self.height = max([_TOP + _SLOT, *ends]) + 14

    def svg(self) -> str:
        """The panel's drawing, its origin on top."""
        title = _text(0, 14, self.comparison.scenario.place(self.origin), 13, INK, "start", ' font-weight="bold"')
        if not self.losing or not self.gaining or not self.scale:
            return title + _text(0, _TOP + 14, "no net shift", 12, PALE)
        heads = _text(_LABEL, 36, "fewer", 11, PALE, "end") + _text(_PANEL - _LABEL, 36, "more", 11, PALE)
        nodes = [*self._nodes(self.losing, False), *self._nodes(self.gaining, True)]
        return title + heads + "".join([*self._ribbons(), *nodes])

    def _stack(self, sides: list[tuple[str, float]]) -> list[_Node]:
        nodes, top = [], float(_TOP)
        for place, change in sides:
            nodes.append(_Node(place, change, top, max(change * self.scale, 0.75)))
            top += max(nodes[-1].size + 8, _SLOT)
        return nodes

    def _ribbons(self) -> Iterator[str]:
        """Each loss is shared out over the gains in proportion: net changes do not tell more than that."""
        gained = sum(node.change for node in self.gaining)
        filled = {node.place: node.top for node in self.gaining}
        for source in self.losing:
            left = source.top
            for target in self.gaining:
                share = source.size * target.change / gained
                into = target.size * source.change / sum(node.change for node in self.losing)
                yield self._ribbon(source.place, left, share, filled[target.place], into)
                left += share
                filled[target.place] += into

    def _ribbon(self, place: str, left: float, thick: float, right: float, into: float) -> str:
        x0, x1 = _LABEL + 6 + _BAR, _PANEL - _LABEL - 6 - _BAR
        mid = (x0 + x1) / 2
        path = f"M{x0} {left:.1f}C{mid} {left:.1f} {mid} {right:.1f} {x1} {right:.1f}L{x1} {right + into:.1f}"
        path += f"C{mid} {right + into:.1f} {mid} {left + thick:.1f} {x0} {left + thick:.1f}Z"
        return f'<path d="{path}" fill="{self.colours[place]}" fill-opacity="0.38"/>'

    def _nodes(self, nodes: list[_Node], on_right: bool) -> Iterator[str]:
        x = _PANEL - _LABEL - 6 - _BAR if on_right else _LABEL + 6
        text_x, anchor = (_PANEL - _LABEL, "start") if on_right else (_LABEL, "end")
        for node in nodes:
            middle = node.top + min(max(node.size / 2, 4), 60)
            name = place_name(self.comparison, node.place)
            change = self.display.signed(node.change if on_right else -node.change)
            colour = self.colours[node.place]
            yield f'<rect x="{x}" y="{node.top:.1f}" width="{_BAR}" height="{node.size:.1f}" fill="{colour}"/>'
            yield _text(text_x, middle + 2, name, 12, INK, anchor) + _text(
                text_x, middle + 16, change, 11, PALE, anchor
            )


def _text(x: float, y: float, words: str, size: int, colour: str, anchor: str = "start", more: str = "") -> str:
    place = f'x="{x:g}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="{colour}"{more}>{escape(words)}</text>'


def _person_months(run: RunResult, comparison: Comparison) -> pd.DataFrame:
    """Rows (origin, destination or home), a column a seed: person-months a year."""
    means = seed_means(run, comparison.first, comparison.last)
    origins = places(run.origins, "origin")
    stock = means.xs("stock", level="measure")
    workers = means.xs("workers", level="measure").droplevel("destination")
    parts = []
    for origin in origins:
        abroad = stock.xs(origin, level="origin").drop(ALL)
        at_home = (workers.loc[origin] - abroad.sum()).to_frame(HOME).T
        parts.append(12 * pd.concat([abroad, at_home]))
    return pd.concat(parts, keys=origins, names=["origin", "destination"])
