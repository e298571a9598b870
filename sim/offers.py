"""What is shared out at home without a meeting: contacts of campaigns, visits to centres, places in programmes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from sim.policies.base import Campaign
from sim.policies.context import Context
from sim.schema.conditions import CAPACITIES, CONTACTS, SEEDED
from sim.schema.quantities import CAMPAIGN_TOPICS, SEEDINGS

OFFER = np.dtype(
    [
        (name, "f8")
        for name in (
            *SEEDED,  # chance that one of those meant is contacted
            "connected_from",  # ties from which a household is among the most connected tenth of its origin
            *(f"{seeding}_topics" for seeding in SEEDED),  # bits of CAMPAIGN_TOPICS
            *(f"{seeding}_trust" for seeding in SEEDED),  # chance that what is told is taken in
            *CAPACITIES,  # chance that one who asks is served
        )
    ]
)
"""What a household of an origin may be offered in a month; all 0 where nothing is."""


def contacts_of(campaigns: Iterable[Campaign], context: Context, months: int, scale: float) -> np.ndarray:
    """Contacts by month and origin, records of shape (months, origins), heads at sample size.

    Several campaigns of one seeding add their heads, unite their topics and have the trust of the most trusted: the
    same in whatever order they come.
    """
    heads: dict[tuple[str, int, int], list[float]] = defaultdict(list)
    contacts = np.zeros((months, len(context.origins)), CONTACTS)
    for campaign in campaigns:
        if not campaign.heads:
            continue
        seeding = SEEDED[SEEDINGS.index(campaign.seeding)]
        topics = sum(1 << CAMPAIGN_TOPICS.index(topic) for topic in set(campaign.topics))
        chosen = [context.origins.index(origin) for origin in campaign.origins]
        for month in campaign.months(months):
            people = context.households[month]
            for o in chosen:
                cell = contacts[month, o]
                heads[seeding, month, o].append(campaign.heads * float(people[o] / people[chosen].sum()) * scale)
                cell[f"{seeding}_topics"] = int(cell[f"{seeding}_topics"]) | topics
                cell[f"{seeding}_trust"] = max(cell[f"{seeding}_trust"], campaign.trust)
    for (seeding, month, o), parts in heads.items():
        contacts[f"{seeding}_heads"][month, o] = math.fsum(parts)
    return contacts
