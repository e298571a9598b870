"""What one household knows changes nobody but those it can reach.

Two runs are the same but for one household that, at the beginning of a month, knows everything. A household can be
changed by another only by reading it: a tie's signal of last month (in talk, and when those abroad are counted), or
whether somebody is abroad of the few it looks at for a new diaspora tie. So what differs must lie within the readers of
the readers, month by month. No policy that shares anything out is in force: sharing out couples everybody, by design.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from small_worlds import begin, scenario

from sim.behaviour.advise import know_all
from sim.behaviour.plan import ENDED
from sim.draws import Purpose, bits_in, luck_of, third_of, uniform_in
from sim.engine.world import World
from sim.households.ties import INDEX_MASK, KIND_SHIFT
from sim.model import MigrationModel
from sim.schema.attributes import BELIEF_ONE, HOUSEHOLD, NOBODY

SCALE = 2e-3
TOLD = 24  # the month in which one household comes to know: January 2014, when bans are being imposed
MONTHS = 5
TALKATIVE = {"tell_user": 0.15, "hazard": 0.03}  # word spreads fast, and few look at all their ties
TRIES = 4  # households that one abroad looks at for a new tie


def two_models(seed: int) -> list[MigrationModel]:
    """The same world twice, as January 2014 begins; nothing is shared out in it."""
    models = []
    for _ in range(2):
        run = begin(scenario(scale=SCALE, burn_in=12, until="2014-12", parameters=TALKATIVE), seed=seed)
        run.burn_in(until=TOLD)
        models.append(run.model)
    conditions = models[0].world.conditions
    assert not models[0].offers.in_force and (conditions.corridors["work_pool"] < 0).all()
    assert not any(conditions.corridors[name].any() for name in ("seasonal_pool", "recruited_pool"))
    assert not differing(*models).any()
    return models


def inform(model: MigrationModel, i: int) -> None:
    """Household `i` comes to know everything, and that pay abroad is four times what was thought."""
    world = model.world
    row, household = world.at(model.month), world.households[i]
    know_all(household, world.conditions.homes[row, household["origin"]], world.conditions.corridors[row, 0])
    household["wage_belief"] = round(1.4 * BELIEF_ONE)
    household["stirred"] = 1


def differing(one: MigrationModel, other: MigrationModel) -> np.ndarray:
    """Which households are not the same, bool (N,)."""
    kind = f"V{HOUSEHOLD.itemsize}"
    return one.world.households.view(kind) != other.world.households.view(kind)


def readers(reached: np.ndarray, model: MigrationModel) -> np.ndarray:
    """Households that may read one of the `reached` in the coming month, bool (N,).

    A household reads the ties it meets in talk; all its ties, and the one it may have met this month, if it weighs the
    places; and the households it looks at for a new tie. Its own draws and its own record say which.
    """
    world, luck = model.world, luck_of(model.world.seed, model.month)
    people, p = world.households, world.parameters[0]
    heads = reached[world.neighbours & INDEX_MASK]
    linked = np.zeros(len(people), bool)
    linked[np.repeat(np.arange(len(people)), np.diff(world.offsets))[heads]] = True
    linked |= (reached[people["contacts"]] & (people["contacts"] != NOBODY)).any(axis=1)
    seeking = (people["place"] > 0).any(axis=1) & (people["contacts"] == NOBODY).any(axis=1)
    reading = np.zeros(len(people), bool)
    for i in np.flatnonzero((linked | seeking) & ~reached):
        looked_at = tries(people[i], luck, p, world.starts) if seeking[i] else []
        ties = [*(world.neighbours[world.offsets[i] : world.offsets[i + 1]] & INDEX_MASK), *contacts(people[i])]
        met = walk(people[i], np.bincount(kinds_of(world, i), minlength=2), luck, p) if linked[i] else []
        weighs = linked[i] and (len(met) > 0 or deliberates(people[i], model, luck, p))
        reading[i] = reached[looked_at].any() or reached[ties if weighs else [ties[n] for n in met]].any()
    return reading


def contacts(household: np.void) -> list[int]:
    """The other ends of the household's diaspora ties, in the order of their slots."""
    return [int(other) for other in household["contacts"] if other != NOBODY]


def kinds_of(world: World, i: int) -> np.ndarray:
    """0 for a tie of kin, 1 for any other at home, in the order they are stored."""
    return np.minimum(world.neighbours[world.offsets[i] : world.offsets[i + 1]] >> KIND_SHIFT, 1)


def walk(household: np.void, at_home: np.ndarray, luck: list[int], p: np.void) -> list[int]:
    """Positions of the ties met in talk: kin, others at home, diaspora; each takes its part of a line of gaps."""
    parts = [(at_home[0], p["length_kin"]), (at_home[1], p["length_village"])]
    parts.append((len(contacts(household)), p["length_diaspora"]))
    ends = np.cumsum(np.repeat([length for _, length in parts], [many for many, _ in parts]))
    at, k, met = 0.0, 0, []
    while True:
        at -= math.log(uniform_in(luck[Purpose.CONTACT], household["key"], 0, k))
        n = int(np.searchsorted(ends, at, side="right"))
        if n == len(ends):
            return met
        met.append(n)
        at, k = float(ends[n]), k + 1


def tries(household: np.void, luck: list[int], p: np.void, starts: np.ndarray) -> list[int]:
    """Households that one with somebody abroad looks at for a new tie this month."""
    stream, key, origin = luck[Purpose.MEET], household["key"], household["origin"]
    if uniform_in(stream, key, 0, 0) >= p["meet"]:
        return []
    first, count = int(starts[origin]), int(starts[origin + 1] - starts[origin])
    return [first + int(count * uniform_in(stream, key, 1, attempt)) for attempt in range(TRIES)]


def deliberates(household: np.void, model: MigrationModel, luck: list[int], p: np.void) -> bool:
    """Whether the household weighs the places this month, as far as talk does not stir it."""
    own, bits = slice(0, household["workers"]), bits_in(luck[Purpose.DELIBERATE], household["key"], 0, 0)
    origin = household["origin"]
    season = model.world.conditions.homes["season_departures"][model.world.at(model.month), origin]
    often = p["hazard"] * model.world.mobility[origin].max() * season
    ended = (household["place"][own] > 0) & ((household["jobless"][own] == 1) | (household["permit"][own] == ENDED))
    at_home = any(place == 0 and third_of(bits, w) < often for w, place in enumerate(household["place"][own]))
    return bool(household["stirred"] or ended.any() or at_home)


def months_told(
    seed: int, after: Callable[[MigrationModel], None] = lambda model: None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Who can have been reached, and who differs, at the end of each month; `after` is done when a run has lived it.

    The one who knows is the household with most ties of those with somebody abroad.
    """
    models = two_models(seed)
    world = models[0].world
    degrees = np.diff(world.offsets) * (world.households["place"] > 0).any(axis=1)
    chosen = int(degrees.argmax())
    inform(models[1], chosen)
    reached = np.zeros(len(world.households), bool)
    reached[chosen] = True
    for month in range(MONTHS):
        if month > 0:  # what is read is last month's
            reached = reached | readers(reached, models[0]) | readers(reached, models[1])
        for model in models:
            model.step()
            after(model)
        yield reached, differing(*models)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_who_knows_changes_only_those_within_reach(seed):
    for reached, differs in months_told(seed):
        assert not (differs & ~reached).any(), f"{(differs & ~reached).sum()} beyond reach differ"
    assert differs.sum() > 10  # it does reach others,
    assert reached.sum() < 0.15 * len(reached)  # and most could not have been


def test_a_count_of_all_would_be_seen():
    """A counter planted over all households, which moves what work pays at home by nearly nothing."""

    def count(model: MigrationModel) -> None:
        homes = model.world.conditions.homes
        if model.month < len(homes) - model.world.conditions.burn_in:
            homes["pay_rural"][model.world.at(model.month)] += 1e-3 * (model.tallies.sum() % 1000)

    *_, (reached, differs) = months_told(1, after=count)
    assert (differs & ~reached).sum() > 100
