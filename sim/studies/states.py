"""Patterns read off the households themselves: states of all seeds at some months, as a run leaves them on its way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.checkpoint import Checkpoint, file_name
from sim.output.result import RunResult
from sim.prepared import Seeds
from sim.schema.attributes import HOME, SHARE_ONE
from sim.schema.parameters import PARAMETERS

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario

QUARTERS = (15, 18, 21, 24)
"""Months, counted from the pack's first, at whose beginnings households are looked at: the quarters' ends of the second
year.
"""
TRAVELLED = (27, 30, 33)
"""Months over which travellers are followed: spring, summer and autumn of the third year."""


@dataclass(frozen=True)
class States:
    """Where a run has left its states, and what is needed to read them."""

    scenario: Scenario
    region: Region
    folder: Path
    months: tuple[int, ...]

    @classmethod
    def kept(cls, scenario: Scenario, region: Region, folder: Path) -> States:
        """Those that the scenario lives beyond."""
        wanted = sorted({*QUARTERS, *TRAVELLED, *(month + 1 for month in TRAVELLED)})
        return cls(scenario, region, folder, tuple(month for month in wanted if month < scenario.months))

    @property
    def labels(self) -> tuple[str, ...]:
        """The months as they are asked for."""
        return tuple(self.region.label(month) for month in self.months)

    def at(self, seed: int, month: int) -> np.ndarray:
        """The records at the beginning of a month."""
        path = self.folder / file_name(self.region.label(month))
        return Checkpoint(path, self.scenario.threads).state(seed).households

    def quarters(self, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Households that have come to be, and the poverty lines of the month before by origin, cents a head."""
        conditions = Seeds(self.scenario, self.region).of(seed).conditions
        for month in QUARTERS:
            households = self.at(seed, month)
            lines = conditions.homes["line"][month - 1 + conditions.burn_in]
            yield households[households["born"] < month], lines

    def number(self, seed: int, name: str) -> float:
        """A number of the behaviour as a seed lives with it."""
        return self.scenario.member(seed).parameters.get(name, PARAMETERS[name].default)


def poverty(states: States, origin: str, with_money: bool) -> np.ndarray | None:
    """P9 by seed: of the persons in households with a migrant, share below the poverty line, percent; with the money
    that arrives, or had they lived on what they live on less that money.
    """
    if not {*QUARTERS} <= {*states.months}:
        return None
    o = states.region.origins.index(origin)
    by_seed = []
    for seed in states.scenario.seed_numbers:
        poor = persons = 0
        for households, lines in states.quarters(seed):
            mine = households[households["origin"] == o]
            abroad = (mine["place"] != HOME).sum(axis=1)
            residents = mine["members"].astype(int) - abroad
            chosen = (abroad > 0) & (residents > 0)
            lived_on = mine["consumption"].astype(float) - (0 if with_money else mine["remitted"])
            persons += int(mine["members"][chosen].sum())
            poor += int(mine["members"][chosen & (lived_on < lines[o] * residents)].sum())
        by_seed.append(100.0 * poor / max(1, persons))
    return np.array(by_seed)


def refused_unawares(states: States) -> np.ndarray | None:
    """P14 by seed: of the travellers turned back at the border in three months, share who a month before had believed
    re-entry more likely than not, percent.

    A traveller turned back is one at home at both ends of the month, on the list, whose belief has become that of a
    refusal.
    """
    if TRAVELLED[-1] + 1 not in states.months:
        return None
    by_seed = []
    for seed in states.scenario.seed_numbers:
        proof = int(states.number(seed, "q_refused") * SHARE_ONE + 0.5)
        turned_back = unawares = 0
        for month in TRAVELLED:
            before, after = (states.at(seed, one) for one in (month, month + 1))
            home = (before["place"] == HOME) & (after["place"] == HOME)
            refused = home & (after["ban_left"] > 0) & (before["q"] > proof) & (after["q"] == proof)
            turned_back += int(refused.sum())
            unawares += int((refused & (2 * before["q"].astype(int) > SHARE_ONE)).sum())
        by_seed.append(100.0 * unawares / max(1, turned_back))
    return np.array(by_seed)


def self_employed(states: States, base: RunResult) -> np.ndarray:
    """P19 by seed: of the returnees who take up work at once, share who are self-employed, percent.

    How many take up work at once is not counted: it follows from the chance to, which a forced return lowers. The share
    is itself a number of the model, so the pattern tells that the rule does what it says, and no more.
    """
    by_seed = base.origins.groupby("seed")[["self_employed_returns", "returns", "forced_returns"]].sum()
    shares = []
    for seed, row in by_seed.iterrows():
        resume, forced = (states.number(int(seed), name) for name in ("resume", "search_forced"))
        at_work = resume * (row["returns"] - forced * row["forced_returns"])
        shares.append(100.0 * row["self_employed_returns"] / at_work)
    return np.array(shares)
