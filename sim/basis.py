"""What a scenario makes of its pack before it becomes conditions: quantities month by month, campaigns, public costs.

Of two scenarios, one can follow upon the other in the midst of time: the past stays what it was, and what the later one
changes holds from the month in which it takes over, also where it is dated earlier.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from sim.policies.base import Campaign
from sim.policies.combine import changed
from sim.policies.context import Context
from sim.schema.quantities import CATEGORIES_OF_BAN, QUANTITIES, TOPICS

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Basis:
    """A scenario's figures.

    pack: quantities before any policy, over the pack's months; quantities: after them, over the scenario's months;
    costs: by policy and measure, USD per unit of the measure, shape (months, 1).
    """

    pack: dict[str, np.ndarray]
    quantities: dict[str, np.ndarray]
    campaigns: tuple[Campaign, ...]
    costs: dict[tuple[str, str], np.ndarray]

    @classmethod
    def of(cls, scenario: Scenario, region: Region, context: Context) -> Basis:
        """The figures of a scenario for itself."""
        policies = scenario.policy_objects
        pack = {name: region.array(name) for name, quantity in QUANTITIES.items() if quantity.path != "groups"}
        pack = _overridden(pack, scenario, region)
        costs = {(policy.name, measure): cost for policy in policies for measure, cost in policy.costs.items()}
        return cls(
            pack=pack,
            quantities={name: changed(name, v, policies, context)[: scenario.months] for name, v in pack.items()},
            campaigns=tuple(campaign for policy in policies for campaign in policy.informs(context)),
            costs={of: np.full((scenario.months, 1), cost) for of, cost in costs.items()},
        )

    @property
    def costs_by_policy(self) -> dict[str, dict[str, np.ndarray]]:
        """USD per unit of each measure by policy, shape (months, 1)."""
        by_policy: dict[str, dict[str, np.ndarray]] = {}
        for (policy, measure), cost in self.costs.items():
            by_policy.setdefault(policy, {})[measure] = cost
        return by_policy

    def followed_by(self, later: Basis, month: int) -> Basis:
        """These figures before `month` and those of `later` from then on.

        A campaign of one month that `later` dates before `month`, and that was not held, is held in `month`; of a
        longer one the months are held that are still to come.
        """
        held = {one for one in self.campaigns if one.month < month}
        over = {one for one in later.campaigns if (one in held if one.until is None else one.until < month)}
        coming = tuple(replace(one, month=max(month, one.month)) for one in later.campaigns if one not in over)
        none = np.zeros((len(later.quantities["gdp"]), 1))
        names = sorted({*self.costs, *later.costs})
        return Basis(
            pack=self.pack,
            quantities={name: _joined(v, later.quantities[name], month) for name, v in self.quantities.items()},
            campaigns=_before(self.campaigns, month) + coming,
            costs={name: _joined(self.costs.get(name, none), later.costs.get(name, none), month) for name in names},
        )

    def news(self, context: Context, p: np.void) -> np.ndarray:
        """Share of households that hear of each topic in public, shape (months, origins, topics).

        A new right or a change of the ban rules is heard of in the month it begins; policies may tell more.
        """
        free = self.quantities["free_movement"]
        news = np.zeros((len(free), len(context.origins), len(TOPICS)))
        opened = ((free[1:] > 0) & (free[:-1] == 0)).any(axis=2)
        news[1:, :, TOPICS.index("free_movement")] = np.where(opened, p["news_reach"], 0.0)
        bans = np.stack([self.quantities[name] for name in CATEGORIES_OF_BAN])
        stricter = (bans[:, 1:] != bans[:, :-1]).any(axis=(0, 3))
        news[1:, :, TOPICS.index("ban_rules")] = np.where(stricter, p["news_of_bans"], 0.0)
        for campaign in self.campaigns:
            if campaign.share > 0 and not campaign.heads:
                for cell in product(campaign.months(len(news)), campaign.origins, campaign.topics):
                    month, origin, topic = cell
                    at = month, context.origins.index(origin), TOPICS.index(topic)
                    news[at] = 1.0 - (1.0 - news[at]) * (1.0 - campaign.share)
        return news

    def first_unlike(self, other: Basis, month: int) -> int | None:
        """The first month before `month` in which the two differ in anything; None where they are the same."""
        unlike = [one.month for one in {*_before(self.campaigns, month)} ^ {*_before(other.campaigns, month)}]
        for mine, theirs in ((self.quantities, other.quantities), (self.costs, other.costs)):
            for name in mine.keys() & theirs.keys():  # what a policy costs that only one has is told by what it changes
                differ = mine[name][:month] != theirs[name][:month]
                unlike += np.flatnonzero(differ.any(axis=tuple(range(1, differ.ndim))))[:1].tolist()
        return min(unlike) if unlike else None


def _before(campaigns: tuple[Campaign, ...], month: int) -> tuple[Campaign, ...]:
    """The months before `month` of the campaigns that began before it."""
    begun = [one for one in campaigns if one.month < month]
    return tuple(one if one.until is None else replace(one, until=min(one.until, month - 1)) for one in begun)


def _joined(before: np.ndarray, after: np.ndarray, month: int) -> np.ndarray:
    return np.concatenate([before[:month], after[month:]])


def _overridden(base: dict[str, np.ndarray], scenario: Scenario, region: Region) -> dict[str, np.ndarray]:
    """The pack's quantities with the scenario's own numbers for single corridors."""
    changed_arrays = dict(base)
    for origin, row in scenario.corridors.items():
        for destination, cells in row.items():
            for name, value in cells.items():
                values = np.array(changed_arrays[name])
                values[:, region.origins.index(origin), region.destinations.index(destination)] = value
                changed_arrays[name] = values
    return changed_arrays
