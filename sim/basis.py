"""What a scenario makes of its pack before it becomes conditions: quantities month by month, campaigns, public costs.

Of two scenarios, one can follow upon the other in the midst of time: the past stays what it was, and what the later one
changes holds from the month in which it takes over, also where it is dated earlier.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import unknown_name
from sim.measures import MEASURES
from sim.policies.base import Campaign, Policy
from sim.policies.combine import changed, changes
from sim.policies.context import Context
from sim.schema.quantities import CATEGORIES_OF_BAN, QUANTITIES, TOPICS

if TYPE_CHECKING:
    from sim.region import Region
    from sim.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Basis:
    """A scenario's figures.

    pack: quantities before any policy, over the pack's months; quantities: after them, over the scenario's months;
    costs: by policy and measure, USD per unit of the measure, shape (months, origins, destinations), or (months,
    origins) of a measure of origins; changes: by policy and quantity, where the policy alone changes it, bool, in the
    quantity's shape; abolished: those of them that it makes 0 wherever it changes them; policies: the names of all.
    """

    pack: dict[str, np.ndarray]
    quantities: dict[str, np.ndarray]
    campaigns: tuple[Campaign, ...]
    costs: dict[tuple[str, str], np.ndarray]
    changes: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    abolished: frozenset[tuple[str, str]] = frozenset()
    policies: tuple[str, ...] = ()

    @classmethod
    def of(cls, scenario: Scenario, region: Region, context: Context) -> Basis:
        """The figures of a scenario for itself, its law in the place of the pack's."""
        region = region.under(scenario.law_pack).adjusted(scenario.adjustments)
        policies = scenario.policy_objects
        pack = {name: region.array(name) for name, quantity in QUANTITIES.items() if quantity.path != "groups"}
        pack = _overridden(pack, scenario, region)
        months = scenario.months
        modified = [(p, name) for p in policies for name in p.modifies if name in pack]
        where = {
            (p.name, name): tuple(cells[:months] for cells in changes(p, name, pack[name], context))
            for p, name in modified
        }
        return cls(
            pack=pack,
            quantities={name: changed(name, v, policies, context)[:months] for name, v in pack.items()},
            campaigns=tuple(replace(one, policy=p.name) for p in policies for one in p.informs(context)),
            costs={(p.name, name): v[:months] for p in policies for name, v in _unit_costs(p, context).items()},
            changes={of: cells for of, (cells, _) in where.items()},
            abolished=frozenset(of for of, (cells, gone) in where.items() if cells.any() and (cells == gone).all()),
            policies=tuple(sorted(p.name for p in policies)),
        )

    @property
    def costs_by_policy(self) -> dict[str, dict[str, np.ndarray]]:
        """USD per unit of each measure by policy, for the policies that cost anything."""
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
        end = len(later.quantities["gdp"])
        return Basis(
            pack=self.pack,
            quantities={name: _joined(v, later.quantities[name], month) for name, v in self.quantities.items()},
            campaigns=_before(self.campaigns, month) + coming,
            costs=_joined_by_name(self.costs, later.costs, month, end),
            changes=_joined_by_name(self.changes, later.changes, month, end),
            abolished=self.abolished | later.abolished,
            policies=tuple(sorted({*self.policies, *later.policies})),
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


def _joined_by_name(
    before: dict[tuple[str, str], np.ndarray], after: dict[tuple[str, str], np.ndarray], month: int, end: int
) -> dict[tuple[str, str], np.ndarray]:
    """Each name's values before `month` and from then on to `end`, zeros where one side has none."""
    whole = {}
    for name in sorted({*before, *after}):
        like = before[name] if name in before else after[name]
        none = np.zeros((end, *like.shape[1:]), like.dtype)
        whole[name] = _joined(before.get(name, none), after.get(name, none), month)
    return whole


def _unit_costs(policy: Policy, context: Context) -> dict[str, np.ndarray]:
    """USD per unit of each measure where and when the policy is in force, shape (T, O, D), or (T, O) at home.

    Raises
    ------
    InputError
        It costs something per unit of what is no measure.
    """
    costs = {}
    for name, cost in policy.costs.items():
        if name not in MEASURES:
            raise unknown_name(f"policies.{policy.name} costs", name, MEASURES, "measure")
        at_home = MEASURES[name].level == "origin"
        costs[name] = np.where(policy.at_home(context) if at_home else policy.in_force(context), float(cost), 0.0)
    return costs


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
