"""Ties at home: degrees, circles, rewiring, villages, and the same graph told by networkx."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from plausible_structure import plausible

from sim.errors import InputError
from sim.households.network import describe_ties, to_networkx
from sim.households.population import Population, PopulationSettings, synthesise
from sim.households.ties import KIN, KINDS, LONG, VILLAGE, Ties, weave

SETTINGS = PopulationSettings()


@pytest.fixture(scope="module")
def population() -> Population:
    return synthesise(plausible(), 0.001, 1, SETTINGS)


@pytest.fixture(scope="module")
def ties(population: Population) -> Ties:
    return weave(population, 1, SETTINGS)


def ends(ties: Ties) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both ends and the kind of every entry."""
    return np.repeat(np.arange(len(ties)), ties.degrees), ties.indices.astype(np.int64), ties.kinds


def village_of(population: Population) -> np.ndarray:
    return np.repeat(np.arange(len(population.villages) - 1), np.diff(population.villages))


def doors_between(population: Population, ties: Ties, kind: int) -> np.ndarray:
    """How far apart in the ring of their village the two ends of each tie of a kind are."""
    here, there, kinds = ends(ties)
    here, there = here[kinds == kind], there[kinds == kind]
    length = np.diff(population.villages)[village_of(population)][here]
    doors = abs(here - there)
    return np.minimum(doors, length - doors)


# what every graph must be --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [0.0001, 0.001, 0.01])
@pytest.mark.parametrize("seed", [1, 2])
def test_ties_are_mutual_single_sorted_and_never_to_oneself(scale: float, seed: int) -> None:
    population = synthesise(plausible(), scale, seed, SETTINGS)
    ties = weave(population, seed, SETTINGS)
    here, there, kinds = ends(ties)
    assert (here != there).all()
    size = np.int64(len(ties))
    pairs = here * size + there
    assert len(np.unique(pairs)) == len(pairs)
    there_and_back = np.sort(pairs * 4 + kinds) == np.sort((there * size + here) * 4 + kinds)
    assert there_and_back.all()
    order = here * 2**32 + ties.neighbours
    assert (np.diff(order) > 0).all()
    assert ties.offsets[0] == 0 and ties.offsets[-1] == len(ties.neighbours)


def test_kin_and_village_ties_stay_in_the_village_and_long_ones_leave_it(population: Population, ties: Ties) -> None:
    here, there, kinds = ends(ties)
    village, origin = village_of(population), population.households["origin"]
    same = village[here] == village[there]
    assert same[kinds != LONG].all()
    assert not same[kinds == LONG].any()
    assert (origin[here] == origin[there]).all()
    long_ties = np.bincount(here[kinds == LONG], minlength=len(ties))
    assert abs(long_ties.var() / long_ties.mean() - 1) < 0.15, (
        "ends of long ties are spread evenly, as a Poisson count is"
    )
    assert set(np.unique(kinds)) == {KIN, VILLAGE, LONG}


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_change_nothing(threads: int) -> None:
    population = synthesise(plausible(), 0.01, 1, SETTINGS)
    one, many = weave(population, 1, SETTINGS), weave(population, 1, SETTINGS, threads)
    assert one.neighbours is not many.neighbours
    assert one.offsets.tobytes() == many.offsets.tobytes()
    assert one.neighbours.tobytes() == many.neighbours.tobytes()


def test_whole_villages_are_tied_alike_at_every_scale(population: Population, ties: Ties) -> None:
    more = synthesise(plausible(), 0.01, 1, SETTINGS)
    more_ties = weave(more, 1, SETTINGS)
    for origin in range(3):
        start, cut = population.starts[origin], population.starts[origin + 1]
        whole = population.villages[np.searchsorted(population.villages, cut) - 1] - start
        assert whole > 300
        assert local(ties, start, whole) == local(more_ties, more.starts[origin], whole)


def local(ties: Ties, start: int, count: int) -> set[tuple[int, int, int]]:
    """Ties of `count` households from `start`, without the long ones, numbered from `start`."""
    here, there, kinds = ends(ties)
    chosen = (here >= start) & (here < start + count) & (kinds != LONG)
    return set(
        zip((here - start)[chosen].tolist(), (there - start)[chosen].tolist(), kinds[chosen].tolist(), strict=True)
    )


def test_another_seed_makes_another_graph(population: Population, ties: Ties) -> None:
    assert weave(population, 2, SETTINGS).neighbours.tobytes() != ties.neighbours.tobytes()


# what kind of graph it is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [0.0001, 0.001, 0.01])
def test_degree_clustering_and_paths_are_those_of_a_small_world(scale: float) -> None:
    population = synthesise(plausible(), scale, 1, SETTINGS)
    ties = weave(population, 1, SETTINGS)
    found = describe_ties(ties)
    assert 9.0 < found["mean_degree"] < 10.5
    assert found["degree_5"] >= 4 and found["degree_95"] <= 16
    assert 0.30 < found["clustering"] < 0.45
    random_path = np.log(found["reached"]) / np.log(found["mean_degree"])
    assert found["path_length"] < 2.0 * random_path
    if scale > 0.0001:
        assert 0.02 < found["share_long"] < 0.05
    living = population.households["born"] <= 0
    here, there, _ = ends(ties)
    assert 8.0 < (living[here] & living[there]).sum() / living.sum() < 12.0
    assert (ties.offsets.nbytes + ties.neighbours.nbytes) / len(population) < 50


def test_mean_degree_is_the_setting() -> None:
    population = synthesise(plausible(), 0.002, 1, SETTINGS)
    for wanted in (9.0, 10.0, 12.0):
        found = weave(population, 1, replace(SETTINGS, mean_degree=wanted)).degrees.mean()
        assert 0.94 * wanted < found < wanted


def test_circles_of_kin_have_the_stated_density(population: Population) -> None:
    tight = replace(SETTINGS, kin_density=1.0, mean_degree=12.0, rewired=0.0)
    ties = weave(population, 1, tight)
    here, there, kinds = ends(ties)
    graph = nx.Graph(list(zip(here[kinds == KIN].tolist(), there[kinds == KIN].tolist(), strict=True)))
    circles = [len(circle) for circle in nx.connected_components(graph)]
    whole = [size for size in circles if size >= 8]
    assert max(circles) == 15 and len(whole) > 0.9 * len(circles)
    assert abs(np.mean(whole) - 11.5) < 4 * 2.3 / np.sqrt(len(whole))
    pairs = sum(size * (size - 1) for size in circles) / 2
    assert graph.number_of_edges() == pairs
    looser = weave(population, 1, replace(SETTINGS, rewired=0.0))
    share = (looser.kinds == KIN).sum() / 2 / pairs
    assert abs(share - SETTINGS.kin_density) < 4 * np.sqrt(0.7 * 0.3 / pairs)


def test_the_stated_share_of_ties_is_rewired(population: Population, ties: Ties) -> None:
    near = weave(population, 1, replace(SETTINGS, rewired=0.0))
    assert doors_between(population, near, KIN).max() <= 14
    assert doors_between(population, near, VILLAGE).max() <= SETTINGS.neighbourhood
    far = (doors_between(population, ties, KIN) > 14).mean()
    assert 0.05 < far < SETTINGS.rewired
    assert 0.02 < (doors_between(population, ties, VILLAGE) > SETTINGS.neighbourhood).mean() < SETTINGS.rewired


def test_without_long_ties_villages_are_worlds_of_their_own(population: Population) -> None:
    ties = weave(population, 1, replace(SETTINGS, long_share=0.0))
    assert not (ties.kinds == LONG).any()
    graph = nx.Graph(list(zip(*[end.tolist() for end in ends(ties)[:2]], strict=True)))
    assert nx.number_connected_components(graph) >= len(population.villages) - 1


def test_villages_of_one_household_have_long_ties_alone() -> None:
    hamlets = replace(SETTINGS, village_smallest=1, village_largest=1)
    population = synthesise(plausible(), 0.0001, 1, hamlets)
    ties = weave(population, 1, hamlets)
    alone = np.diff(population.villages)[village_of(population)] == 1
    assert alone.mean() > 0.7
    assert (ties.kinds[np.repeat(alone, ties.degrees)] == LONG).all()


def test_a_cut_village_draws_no_more_long_ties_than_others() -> None:
    structure = plausible()
    population = synthesise(structure, 0.001, 1, SETTINGS)
    first = int(np.diff(population.villages)[0])
    living = int((population.households["born"][:first] <= 0).sum())
    households = structure.households / structure.households[0] * (living + 3) * 1000
    population = synthesise(
        replace(structure, households=households, initial_stock=np.zeros((3, 3))), 0.001, 1, SETTINGS
    )
    assert 3 <= population.villages[2] - population.villages[1] <= 5
    ties = weave(population, 1, SETTINGS)
    assert ties.degrees[population.villages[1] : population.villages[2]].max() < 10


def test_nobody_has_no_ties() -> None:
    population = synthesise(plausible(), 1e-9, 1, SETTINGS)
    ties = weave(population, 1, SETTINGS)
    assert len(ties) == 0 and len(ties.neighbours) == 0


# told by networkx ---------------------------------------------------------------------------------------------------


def test_networkx_tells_the_same_clustering_and_paths(population: Population, ties: Ties) -> None:
    graph = to_networkx(population, ties, origin=0)
    start, end = int(population.starts[0]), int(population.starts[1])
    part = Ties(
        ties.offsets[start : end + 1] - ties.offsets[start], ties.neighbours[ties.offsets[start] : ties.offsets[end]]
    )
    assert start == 0
    found = describe_ties(part, sample=10**9, sources=10**9)
    assert found["clustering"] == pytest.approx(nx.average_clustering(graph), abs=1e-12)
    assert nx.is_connected(graph)
    assert found["path_length"] == pytest.approx(nx.average_shortest_path_length(graph), abs=1e-9)
    assert found["reached"] == len(graph) - 1


def test_the_graph_has_every_tie_and_every_attribute(population: Population, ties: Ties) -> None:
    graph = to_networkx(population, ties)
    assert graph.number_of_nodes() == len(population)
    assert graph.number_of_edges() == len(ties.neighbours) / 2
    here, there, kinds = ends(ties)
    for e in range(0, len(here), 997):
        assert graph.edges[int(here[e]), int(there[e])]["kind"] == KINDS[kinds[e]]
    for i in range(0, len(population), 97):
        household, node = population.households[i], graph.nodes[i]
        assert {name: node[name] for name in ("origin", "village", "province", "members", "born")} == {
            name: household[name] for name in ("origin", "village", "province", "members", "born")
        }
        assert node["abroad"] == (household["place"] > 0).sum()
        assert node["place"] == next((place for place in household["place"] if place > 0), 0)
    one = to_networkx(population, ties, origin=2)
    assert set(one) == set(range(population.starts[2], population.starts[3]))


def test_too_large_a_graph_and_an_unknown_origin_are_refused(population: Population, ties: Ties) -> None:
    large = synthesise(plausible(), 0.01, 1, SETTINGS)
    with pytest.raises(InputError, match=r"graph has 91... households. Allowed: at most 50000; take one origin"):
        to_networkx(large, weave(large, 1, SETTINGS))
    with pytest.raises(InputError, match=r"origin is 3. Allowed: 0 to 2"):
        to_networkx(population, ties, origin=3)
