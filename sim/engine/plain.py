"""The plain engine: a true Mesa model of ordinary Python agents, calling the very same rules uncompiled.

It is the oracle of the compiled engine: both give the same households, field by field, month by month. It runs in a
process with ``NUMBA_DISABLE_JIT=1``, because a compiled rule would call compiled rules.
"""

from __future__ import annotations

from types import SimpleNamespace

import mesa
import numpy as np

from sim.behaviour.learn import abroad_in, learn, signal_of
from sim.behaviour.live import live, lives
from sim.behaviour.permits import applies, apply, lottery_number
from sim.behaviour.plan import plan
from sim.draws import luck_of
from sim.engine.world import World
from sim.households.ties import tie_rows
from sim.schema.attributes import ATTRIBUTES, HOUSEHOLD, PLACES
from sim.schema.rule import COMPILED
from sim.tallies import TALLIES, UNPACKED, unpack_topics


def _named(record: np.void) -> SimpleNamespace:
    """A record as a plain object with Python numbers."""
    return SimpleNamespace(**{name: record[name].tolist() for name in record.dtype.names})


class PlainHousehold(mesa.Agent):
    """A household as an ordinary Mesa agent: attributes are Python integers and lists of them."""

    def __init__(self, model: mesa.Model, index: int, record: np.void) -> None:
        super().__init__(model)
        self.index = index
        for attribute in ATTRIBUTES:
            setattr(self, attribute.name, record[attribute.name].tolist())

    def plan(self) -> None:
        """Learn and plan (see :mod:`sim.behaviour.learn` and :mod:`sim.behaviour.plan`)."""
        e = self.model.engine
        if lives(self, e.month):
            o, i = self.origin, self.index
            learn(
                self,
                i,
                e.month,
                e.luck,
                e.homes[o],
                e.offers[o],
                e.corridors[o],
                e.news[o],
                e.loud,
                e.ties,
                e.neighbours,
                e.signals,
                e.abroad,
                e.first[o],
                e.size[o],
                e.p,
                e.tally[o],
            )
            plan(
                self,
                i,
                e.month,
                e.luck,
                e.homes[o],
                e.offers[o],
                e.corridors[o],
                e.mobility[o],
                e.ties,
                e.neighbours,
                e.abroad,
                e.p,
                e.tally[o],
            )

    def apply(self) -> None:
        """Apply for a place of a scheme."""
        e = self.model.engine
        if lives(self, e.month):
            for w in range(self.workers):
                code = applies(self, w, e.corridors[self.origin], e.p)
                if code > 0:
                    apply(self, w, code)
                    e.numbers.append(lottery_number(e.luck, self, w))
                    e.codes.append(code)

    def live(self) -> None:
        """Live the month and leave a signal for the next (see :mod:`sim.behaviour.live`)."""
        e = self.model.engine
        if lives(self, e.month):
            o, i = self.origin, self.index
            live(
                self,
                e.ties[i].kin + e.ties[i].others,
                e.month,
                e.luck,
                e.homes[o],
                e.offers[o],
                e.corridors[o],
                e.granted,
                e.p,
                e.tally[o],
            )
            e.signals[i] = signal_of(self)
            e.abroad[i] = abroad_in(e.signals[i])
        if self.index % UNPACKED == 0:
            e.unpack()


class PlainEngine:
    """Lives months through ``AgentSet.do`` on Mesa agents; slow, and the measure of right and wrong."""

    def __init__(self, world: World, model: mesa.Model, month: int) -> None:
        if COMPILED:
            raise RuntimeError("the plain engine needs NUMBA_DISABLE_JIT=1 in its process")
        self.world = world
        self.p = _named(world.parameters[0])
        self.ties = [_named(row) for row in tie_rows(world.offsets, world.neighbours)]
        self.neighbours = world.neighbours.tolist()
        self.mobility = world.mobility.tolist()
        self.first = world.starts[:-1].tolist()
        self.size = np.diff(world.starts).tolist()
        self.agents = model.agents
        for index, record in enumerate(world.households):
            PlainHousehold(model, index, record)
        self.signals = [signal_of(agent) if lives(agent, month - 1) else 0 for agent in self.agents]
        self.abroad = [abroad_in(signal) for signal in self.signals]

    def plan(self, month: int, corridors: np.ndarray, offers: np.ndarray, meeting: bool) -> None:
        """Learn and plan, for all agents; `offers` hold for the month. All wait, `meeting` or not."""
        at = self.world.at(month)
        conditions = self.world.conditions
        self.month = month
        self.luck = [int(stream) for stream in luck_of(self.world.seed, month)]
        self.offers = [_named(offer) for offer in offers]
        self.homes = [_named(home) for home in conditions.homes[at]]
        self.corridors = [[_named(corridor) for corridor in row] for row in corridors]
        self.news = conditions.news[at].tolist()
        self.loud = int(conditions.news[at].max() > 0)
        self.tally = [[0] * ((PLACES + 1) * TALLIES) for _ in self.first]
        self.agents.do("plan")

    def applications(self, month: int) -> tuple[np.ndarray, np.ndarray]:
        """Lottery numbers of those who apply for a place of a scheme, and its codes (see `travel.applies`)."""
        self.numbers: list[int] = []
        self.codes: list[int] = []
        self.agents.do("apply")
        return np.array(self.numbers, np.int64), np.array(self.codes, np.int8)

    def live(self, month: int, granted: np.ndarray) -> np.ndarray:
        """Live the month; tallies of shape (origins, places, tallies)."""
        self.granted = granted.tolist()
        self.agents.do("live")
        self.unpack()
        return np.array(self.tally, np.int64).reshape(len(self.first), PLACES + 1, TALLIES)

    def unpack(self) -> None:
        """Move the counts of topics from their lanes before a lane is full."""
        for tally in self.tally:
            unpack_topics(tally)

    def records(self) -> np.ndarray:
        """The agents as a structured array, in the layout of the compiled engine."""
        records = np.zeros(len(self.agents), HOUSEHOLD)
        for agent in self.agents:
            for attribute in ATTRIBUTES:
                records[attribute.name][agent.index] = getattr(agent, attribute.name)
        return records

    def close(self) -> None:
        """Nothing to end."""
