"""The ties at home as a graph: exported to networkx at workshop scale, described at any scale."""

from __future__ import annotations

import networkx as nx
import numpy as np

from sim.errors import InputError
from sim.households.population import Population
from sim.households.ties import INDEX_MASK, KINDS, Ties
from sim.schema.rule import compiled

LARGEST_GRAPH = 50_000
"""Households of the largest graph handed to networkx (about 1 kB a tie there)."""

_ATTRIBUTES = ("origin", "province", "village", "rural", "born", "members", "workers")


def to_networkx(population: Population, ties: Ties, origin: int | None = None) -> nx.Graph:
    """Graph of the households of one origin, or of all: nodes are household indices, edges have a ``kind``.

    Nodes carry `_ATTRIBUTES`, ``place`` (where the first worker abroad is, 0 = all at home) and ``abroad`` (workers
    abroad).

    Raises
    ------
    InputError
        If there is no such origin, or it has more than `LARGEST_GRAPH` households.
    """
    origins = len(population.starts) - 1
    if origin is not None and not 0 <= origin < origins:
        raise InputError("origin", f"is {origin}", f"0 to {origins - 1}")
    first = 0 if origin is None else int(population.starts[origin])
    end = len(population) if origin is None else int(population.starts[origin + 1])
    if end - first > LARGEST_GRAPH:
        raise InputError(
            "graph", f"has {end - first} households", f"at most {LARGEST_GRAPH}; take one origin or a smaller scale"
        )
    graph = nx.Graph()
    households = population.households[first:end]
    columns = [households[name].tolist() for name in _ATTRIBUTES]
    places = households["place"]
    columns += [_first_abroad(places).tolist(), (places > 0).sum(axis=1).tolist()]
    for i, values in enumerate(zip(*columns, strict=True), start=first):
        graph.add_node(i, **dict(zip((*_ATTRIBUTES, "place", "abroad"), values, strict=True)))
    ends = np.repeat(np.arange(len(ties)), ties.degrees)
    rows = slice(int(ties.offsets[first]), int(ties.offsets[end]))
    for i, j, kind in zip(ends[rows].tolist(), ties.indices[rows].tolist(), ties.kinds[rows].tolist(), strict=True):
        if i < j:
            graph.add_edge(i, j, kind=KINDS[kind])
    return graph


def _first_abroad(places: np.ndarray) -> np.ndarray:
    """Place of the first worker slot that is abroad, 0 where none is."""
    slot = np.argmax(places > 0, axis=1)
    return places[np.arange(len(places)), slot]


@compiled
def _clustering(offsets: np.ndarray, neighbours: np.ndarray, chosen: np.ndarray) -> float:
    """Mean share of a household's pairs of neighbours that are tied; 0 with fewer than two neighbours."""
    total = 0.0
    for i in chosen:
        row = neighbours[offsets[i] : offsets[i + 1]]
        tied = 0
        for code in row:
            j = code & INDEX_MASK
            for other in neighbours[offsets[j] : offsets[j + 1]]:
                for third in row:
                    if (other ^ third) & INDEX_MASK == 0:
                        tied += 1
        if len(row) > 1:
            total += tied / (len(row) * (len(row) - 1.0))
    return total / max(len(chosen), 1)


@compiled
def _path_lengths(offsets: np.ndarray, neighbours: np.ndarray, chosen: np.ndarray) -> tuple[float, float]:
    """Mean number of ties between the chosen and all they reach, and the mean number reached (breadth first)."""
    distance = np.empty(len(offsets) - 1, dtype=np.int32)
    queue = np.empty(len(offsets) - 1, dtype=np.int64)
    steps, reached = 0, 0
    for source in chosen:
        distance[:] = -1
        distance[source] = 0
        queue[0] = source
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            for code in neighbours[offsets[i] : offsets[i + 1]]:
                j = code & INDEX_MASK
                if distance[j] < 0:
                    distance[j] = distance[i] + 1
                    steps += distance[j]
                    queue[tail] = j
                    tail += 1
        reached += tail - 1
    return steps / max(reached, 1), reached / max(len(chosen), 1)


def _evenly(total: int, count: int) -> np.ndarray:
    """Up to `count` households, evenly over all origins and villages."""
    return np.unique(np.linspace(0, total - 1, min(total, count)).astype(np.int64))


def describe_ties(ties: Ties, sample: int = 2000, sources: int = 20) -> dict[str, float]:
    """Degree, clustering, path length and kinds of the ties, at any scale.

    Parameters
    ----------
    ties
        The ties, of one origin or several (no tie joins two origins).
    sample
        Households, evenly chosen, over which local clustering is averaged.
    sources
        Households from which the lengths of shortest paths are measured.
    """
    degrees = ties.degrees
    quantiles = np.quantile(degrees, (0.0, 0.05, 0.5, 0.95, 1.0))
    shares = np.bincount(ties.kinds, minlength=len(KINDS)) / max(len(ties.neighbours), 1)
    length, reached = _path_lengths(ties.offsets, ties.neighbours, _evenly(len(ties), sources))
    return {
        "households": float(len(ties)),
        "mean_degree": float(degrees.mean()),
        **{f"degree_{name}": float(q) for name, q in zip(("least", "5", "50", "95", "most"), quantiles, strict=True)},
        "clustering": float(_clustering(ties.offsets, ties.neighbours, _evenly(len(ties), sample))),
        "path_length": float(length),
        "reached": float(reached),
        **{f"share_{kind}": float(share) for kind, share in zip(KINDS, shares, strict=True)},
    }
