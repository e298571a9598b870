"""Households are contacted and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from sim.policies.base import Campaign, Policy, policy
from sim.policies.context import Context
from sim.policies.literature import ASSUMED_COST
from sim.policies.settings import number_of, public_cost, setting, share_of, when, whose
from sim.schema.quantities import CAMPAIGN_TOPICS, SEEDINGS

CHANNELS = {"media": (0.5, 0.2), "message": (0.2, 0.3), "meeting": (5.0, 0.6), "personal": (12.0, 0.8)}
"""By channel, USD per household contacted and the chance that what is told is taken in; all assumed, no source found.
Dearer ones are trusted more."""


@policy("information_campaign")
@dataclass(frozen=True, kw_only=True)
class InformationCampaign(Policy):
    """So many households a month are contacted and told of some topics.

    `seeding` says whom: anybody, the tenth of the households with most ties, those with a worker back within a year, or
    workers about to leave. `heads` is the number of contacts a month in all the origins together, shared out by their
    numbers of households, so that seedings are compared at the same number and cost. `trust` is the chance that a
    contacted household takes in a topic. What it takes in it passes on to its contacts, and forgets, as everything
    else. One's own status (is my name on a list?) can be told, but nobody passes it on.

    Rules: learning; those about to leave are reached in planning, when they have decided: who learns of a ban stays,
    who learns of a permit can apply in time.
    Left out: attention that wears off, rumours a campaign starts, and what else is said through a channel.
    Sources: messages spread further when seeded with those whom neighbours name as central (Banerjee et al. 2019);
    information about earnings and risks changes expectations and departures (Shrestha 2017, Nepal); none was found to
    change departures in the Philippines (Beam, McKenzie and Yang 2016), so none is the default and no sign of
    departures is claimed.
    Assumed: cost and trust of each channel.
    Cost: the channel's, per household contacted.
    Sign: more are aware, fewer unaware of a ban, fewer refused at the border.
    """

    modifies = ()
    sources = (
        "Banerjee, Chandrasekhar, Duflo and Jackson 2019, Review of Economic Studies, doi:10.1093/restud/rdz008",
        "Shrestha 2017, World Bank Policy Research Working Paper 7945",
        "Beam, McKenzie and Yang 2016, Economic Development and Cultural Change 64(2)",
        ASSUMED_COST,
    )

    topics: tuple[str, ...] = setting(
        (), "choices", unit="", choices=CAMPAIGN_TOPICS, prose="What is told; work_d: wages and jobs at destination d."
    )
    seeding: str = setting("random", "choice", unit="", choices=SEEDINGS, prose="Who is contacted.")
    channel: str = setting("media", "choice", unit="", choices=tuple(CHANNELS), prose="By what means.")
    heads: int = number_of("Households contacted in all those origins; 0 = none.", "households per month")
    trust: float | None = share_of(
        "Chance that what is told is taken in; null = the channel's.", default=None, source="assumed"
    )
    origins: tuple[str, ...] | None = whose("Where; null = in all.")
    during: tuple[str, str | None] | None = when()
    cost_per_contact: float | None = public_cost(
        None, "USD per household contacted", "Public cost of a contact; null = the channel's."
    )

    def __post_init__(self) -> None:
        if self.heads > 0:
            self.needs("topics", "a list of " + ", ".join(CAMPAIGN_TOPICS))

    @classmethod
    def example(cls) -> Self:
        """Those about to leave in 2014, told their own status and the ban rules at a meeting."""
        return cls(
            topics=("ban_rules", "own_status"),
            seeding="departing",
            channel="meeting",
            heads=20_000,
            during=("2014-01", "2014-12"),
        )

    @property
    def costs(self) -> Mapping[str, float]:
        """USD per household contacted."""
        cost = CHANNELS[self.channel][0] if self.cost_per_contact is None else self.cost_per_contact
        return {"contacted": cost} if self.heads else {}

    def informs(self, context: Context) -> tuple[Campaign, ...]:
        """One campaign that tells all its topics at a contact."""
        if not self.heads:
            return ()
        first, last = self.span or (context.labels[0], None)
        return (
            Campaign(
                self.topics,
                share=0.0,
                month=context.month(first),
                origins=context.origins if self.origins is None else self.origins,
                seeding=self.seeding,
                heads=float(self.heads),
                until=len(context.labels) - 1 if last is None else context.month(last),
                trust=CHANNELS[self.channel][1] if self.trust is None else self.trust,
            ),
        )
