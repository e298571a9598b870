"""What is shared out at home: served is what can be served, more capacity serves more, nothing before it begins."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.draws import Purpose, luck_of, uniform_in
from sim.offers import ASKED, ROWS, SERVED, Offers
from sim.schema.attributes import PLACES
from sim.schema.conditions import CAPACITIES, CAPACITY, CONTACTS, OFFER, SEEDED
from sim.tallies import TALLIES

MONTHS, PEOPLE = 36, 4_000
SERVICES = [name for name in SERVED if name in ASKED]
KNOWN = [name for name in SERVED if name not in ASKED]


class Origin:
    """One origin with as many households as keys; month after month they ask, and draw by key."""

    def __init__(self, capacities=None, contacts=None, degrees=None, born=None, people: int = PEOPLE) -> None:
        nothing = np.zeros((MONTHS, 1), CAPACITY), np.zeros((MONTHS, 1), CONTACTS)
        degrees = np.arange(people) % 20 if degrees is None else degrees
        born = np.zeros(people, np.int64) if born is None else born
        self.offers = Offers(
            nothing[0] if capacities is None else capacities,
            nothing[1] if contacts is None else contacts,
            degrees, born, np.array([0, people]),
        )  # fmt: skip

    def live(self, name: str, month: int, asking: int) -> tuple[float, set[int]]:
        """The month's chance and those served among the first `asking` of the keys."""
        chance = float(self.offers.of_month(month)[name][0])
        stream = luck_of(1, month)[Purpose.CENTRE]
        served = {key for key in range(asking) if uniform_in(stream, key, 0, 0) < chance}
        tallies = np.zeros((1, PLACES + 1, TALLIES), np.int64)
        tallies[0, 0, SERVED[name]] = len(served)
        if name in ASKED:
            tallies[0, 0, ASKED[name]] = asking
        self.offers.settle(month, tallies)
        return chance, served


def table(name: str, amount: float, first: int = 0, last: int = MONTHS - 1) -> dict[str, np.ndarray]:
    """Capacities or contacts in which one service can serve `amount` from the first to the last month."""
    if name in CAPACITIES:
        made = np.zeros((MONTHS, 1), CAPACITY)
        made[name][first : last + 1] = amount
        return {"capacities": made}
    made = np.zeros((MONTHS, 1), CONTACTS)
    made[f"{name}_heads"][first : last + 1] = amount
    made[f"{name}_topics"][first : last + 1] = 9
    made[f"{name}_trust"][first : last + 1] = 0.5
    return {"contacts": made}


def asking(month: int) -> int:
    """About 400 a month, with a season of a fifth."""
    return 400 + round(80 * math.sin(month * math.pi / 6))


@pytest.mark.parametrize("name", SERVICES)
def test_served_is_the_capacity_within_a_month(name):
    origin = Origin(**table(name, 97.3))
    served = [len(origin.live(name, month, asking(month))[1]) for month in range(MONTHS)]
    for year in range(0, MONTHS, 12):
        assert abs(sum(served[year : year + 12]) - 12 * 97.3) < 97.3
    assert abs(sum(served) - MONTHS * 97.3) < 97.3
    assert served[0] == 0


@pytest.mark.parametrize("name", KNOWN)
def test_a_campaign_whose_households_are_known_makes_its_contacts_from_the_first_month(name):
    origin = Origin(**table(name, 50.0, first=3))
    meant = PEOPLE if name == "random" else (np.arange(PEOPLE) % 20 >= 17).sum()
    chances, served = zip(*(origin.live(name, month, int(meant)) for month in range(MONTHS)), strict=True)
    assert chances[:4] == (0.0, 0.0, 0.0, 50.0 / meant)
    contacts = [len(some) for some in served]
    assert abs(sum(contacts) - (MONTHS - 3) * 50) < 4 * math.sqrt(50)  # what a month gave too much, the next gives less


def test_more_capacity_serves_all_whom_less_serves():
    few, many = Origin(**table("centre", 40.0)), Origin(**table("centre", 60.0))
    for month in range(2):
        (low, some), (high, more) = few.live("centre", month, 400), many.live("centre", month, 400)
    assert (low, high) == (0.2, 0.3)  # two months' capacity over those who asked
    assert some < more


def test_nothing_is_offered_before_the_first_month_or_without_a_service():
    idle, busy = Origin(), Origin(**table("centre", 40.0) | table("random", 10.0))
    assert not busy.offers.of_month(-1).view(np.uint8).any()
    for month in range(3):
        busy.live("centre", month - 3, 400)
        assert not idle.offers.of_month(month).view(np.uint8).any()
        idle.live("works", month, 400)
    assert busy.offers.of_month(0)["centre"] == 0  # those who asked in the burn-in are not known
    assert busy.offers.of_month(0)["random"] > 0


def test_what_a_year_does_not_use_lapses_and_what_it_owes_does_not():
    plenty = Origin(**table("works", 100.0))
    for month in range(12):
        chance, _ = plenty.live("works", month, 10)
    assert chance == 1.0
    assert plenty.offers.left[ROWS["works"], 0] == 0.0
    short = Origin(**table("works", 10.0))
    for month in range(12):  # asked for by few one month, by many the next
        short.live("works", month, 12 if month < 11 else 3_000)
    owed = short.offers.left[ROWS["works"], 0]
    assert owed < -1_000
    assert short.live("works", 12, 3_000)[0] == 0.0
    assert short.offers.left[ROWS["works"], 0] == owed + 10.0


def test_a_service_that_ends_serves_nobody_from_what_is_left():
    origin = Origin(**table("reintegration", 500.0, first=0, last=2))
    chances = [origin.live("reintegration", month, 100)[0] for month in range(6)]
    assert chances == [0.0, 1.0, 1.0, 0.0, 0.0, 0.0]


def test_topics_and_trust_go_with_the_contacts():
    origin = Origin(**table("departing", 20.0))
    assert (origin.offers.of_month(0)["departing_topics"], origin.offers.of_month(0)["departing_trust"]) == (0, 0)
    origin.live("departing", 0, 400)
    offer = origin.offers.of_month(1)[0]
    assert (offer["departing"], offer["departing_topics"], offer["departing_trust"]) == (0.1, 9.0, 0.5)
    others = [name for name in OFFER.names if not name.startswith("departing")]
    assert all(offer[name] == 0 for name in others)


def test_the_most_connected_are_the_tenth_with_most_ties():
    degrees = np.array([3] * 85 + [7] * 10 + [9] * 5)
    offer = Origin(**table("connected", 3.0), degrees=degrees, people=100).offers.of_month(0)[0]
    assert (offer["connected_from"], offer["connected"]) == (7.0, 3.0 / 15)  # those at the cut are in


def test_only_households_that_have_come_to_be_are_counted():
    born = np.repeat([-3, 0, 5], [50, 30, 20])
    offers = Origin(**table("random", 8.0), born=born, people=100).offers
    assert [offers.of_month(month)["random"][0] for month in (0, 4, 5)] == [0.1, 0.1, 0.08]


def test_each_offer_is_asked_for_or_known_and_counted_once():
    assert set(SERVED) == {*SEEDED, *CAPACITIES}
    assert len({*SERVED.values(), *ASKED.values()}) == len(SERVED) + len(ASKED)
