"""What misinformation cost: a world with beliefs as they are beside the same world fully informed, seed by seed.

Both have the same past and the same luck; in the informed one every household knows every rule in force, wages and its
own status from the first month on (the policy ``full_information``). What lies between the two is what not knowing
cost. The measure ``cost_of_misinformation`` is another thing: how far single choices fall short, in the world as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.output.comparison import ALL, COLUMNS, Month, over_worlds, paired, seed_means

if TYPE_CHECKING:
    from sim.output.result import RunResult

POLICY, EVERYBODY = "full_information", {"share": 1.0}
SIDE_COLUMNS = (
    "measure", "unit", "origin", "as_believed", "informed", "lost", "low95", "high95", "percent", "seeds",
)  # fmt: skip
_TOLD = ("name", "question", "engine", "threads", "follow", "policies")
"""Of a scenario, what its months do not depend on, and the policies, which are held against one another apart."""


@dataclass(frozen=True)
class Loss:
    """One figure of what misinformation cost: the difference between the two worlds in one measure, or in a sum."""

    name: str
    unit: str
    of: tuple[str, ...]  # measures of a run, added up
    prose: str
    heading: str
    wanted: bool = False  # more of it is better, so what the informed have more is lost
    share: bool = False  # told in percent of what there is with beliefs as they are


PER_HOUSEHOLD = "USD per household and month"
_AT_HOME, _ALL_MEMBERS = ("consumption",), ("consumption", "consumption_abroad")
LOSSES = (
    Loss(
        "welfare_lost_to_misinformation", PER_HOUSEHOLD, _AT_HOME,
        "Consumption at home of the informed world, less consumption at home.",
        "Consumption at home", wanted=True,
    ),
    Loss(
        "welfare_lost_share", "percent of consumption", _AT_HOME,
        "The same in percent of consumption at home.",
        "Consumption at home", wanted=True, share=True,
    ),
    Loss(
        "welfare_lost_with_migrants", PER_HOUSEHOLD, _ALL_MEMBERS,
        "The same with what migrants consume abroad: a family that sends one more has fewer to feed at home.",
        "Consumption of all members, migrants included", wanted=True,
    ),
    Loss(
        "welfare_lost_with_migrants_share", "percent of consumption", _ALL_MEMBERS,
        "The same in percent of what all members consume.",
        "Consumption of all members, migrants included", wanted=True, share=True,
    ),
    Loss(
        "refused_through_misinformation", "persons per month", ("refused",),
        "Travellers turned back at the border, less those of the informed world.",
        "Wasted trips",
    ),
    Loss(
        "border_loss_through_misinformation", "USD per month", ("border_loss",),
        "Fares they lost, less those of the informed world.",
        "Money lost at the border",
    ),
    Loss(
        "bans_through_misinformation", "persons per month", ("bans_imposed",),
        "Entry bans imposed, less those of the informed world.",
        "Bans",
    ),
    Loss(
        "ban_years_through_misinformation", "years per month", ("ban_years_imposed",),
        "Years of entry ban imposed, less those of the informed world.",
        "Years of ban",
    ),
)  # fmt: skip


def is_informed(run: RunResult) -> bool:
    """Whether everybody in the run knows everything from its first month on."""
    return _policies(run).get(POLICY) == EVERYBODY


def informed_world(run: RunResult, others: Iterable[RunResult]) -> RunResult | None:
    """The run's own world fully informed: itself, or one of the others; None where it is not among them."""
    if is_informed(run):
        return run
    twin = {**_policies(run), POLICY: EVERYBODY}
    return next((other for other in others if _policies(other) == twin and _world(other) == _world(run)), None)


def side_table(run: RunResult, informed: RunResult, first: Month = None, last: Month = None) -> pd.DataFrame:
    """What misinformation cost in one world: a row for each loss but the shares, and origin; `ALL` is all together.

    Columns `SIDE_COLUMNS`: the two worlds, what is lost with its paired 95 % interval (NaN with one seed), and that in
    percent of the world as it is.
    """
    parts = []
    for loss in LOSSES:
        if loss.share:
            continue
        world, knowing = (_levels(one, loss, first, last) for one in (run, informed))
        better, worse = (knowing, world) if loss.wanted else (world, knowing)
        table = paired(better.to_numpy(), worse.to_numpy(), world.index, over_worlds(run)).rename(
            columns={"difference": "lost"}
        )
        table = table.assign(measure=loss.name, unit=loss.unit, as_believed=world.mean(axis=1).to_numpy())
        parts.append(table.assign(informed=knowing.mean(axis=1).to_numpy()))
    whole = pd.concat(parts, ignore_index=True)
    whole["percent"] = 100.0 * whole["lost"] / whole["as_believed"]
    return whole[list(SIDE_COLUMNS)]


def misinformation_rows(
    scenario: RunResult, against: RunResult, others: Iterable[RunResult] = (), first: Month = None, last: Month = None
) -> pd.DataFrame:
    """What misinformation cost on either side of a comparison, and how much less or more it cost in the scenario.

    Rows of the columns `COLUMNS`, whose means are the losses of each side; none where the informed world of a side has
    not been run. An informed world loses nothing, so that of a world against its own informed one is the loss itself.
    """
    sides = [
        (scenario, informed_world(scenario, (against, *others))),
        (against, informed_world(against, (scenario, *others))),
    ]
    if any(informed is None for _, informed in sides):
        return pd.DataFrame(columns=list(COLUMNS))
    parts = []
    for loss in LOSSES:
        lost = [
            _lost(loss, *(_levels(world, loss, first, last) for world in (run, informed)))
            for run, informed in sides
            if informed is not None
        ]
        table = paired(lost[0].to_numpy(), lost[1].to_numpy(), lost[0].index, over_worlds(scenario))
        parts.append(table.assign(measure=loss.name, unit=loss.unit, destination=ALL, note=""))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _levels(run: RunResult, loss: Loss, first: Month, last: Month) -> pd.DataFrame:
    """What the loss is told of: a row an origin, then `ALL`, a column a seed.

    All origins together have, per household, what each has, weighed by its households.
    """
    means = seed_means(run, first, last).xs(ALL, level="destination")
    amounts = sum(means.loc[name] for name in loss.of)
    if not loss.wanted:
        return amounts
    households = means.loc["households"].drop(index=ALL)
    amounts.loc[ALL] = (amounts * households).sum() / households.sum()
    return amounts


def _lost(loss: Loss, world: pd.DataFrame, informed: pd.DataFrame) -> pd.DataFrame:
    lost = informed - world if loss.wanted else world - informed
    return 100.0 * lost / world if loss.share else lost


def _policies(run: RunResult) -> Mapping[str, Any]:
    return run.meta.get("scenario", {}).get("policies", {})


def _world(run: RunResult) -> dict[str, Any]:
    return {key: value for key, value in run.meta.get("scenario", {}).items() if key not in _TOLD}
