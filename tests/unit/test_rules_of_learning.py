"""What a household hears, from whom, with what chance; and what it forgets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from one_household import LUCK, Counts, corridor, home, households, offer, parameters

from sim.behaviour.learn import believe_risk, forget, hear, learn, signal_of, talk
from sim.households.ties import KIN, KIND_SHIFT, VILLAGE, tie_rows
from sim.schema.attributes import BELIEF_ONE, NOBODY, SHARE_ONE
from sim.schema.quantities import TOPICS

MANY = 8000
TOPIC = TOPICS.index("seasonal_permit")
ALL_IN_FORCE = 2 ** len(TOPICS) - 1
USER, HEARER = 0, 1  # indices of two households at the front, who have used the topic and only heard of it


def world(ties: list[tuple[int, int]], contacts: list[int] | None = None, **fields: int) -> tuple[np.ndarray, ...]:
    """Learners who all have the same `ties`, pairs of (household, kind); records, rows of ties, neighbours, signals."""
    people = households(MANY + 2, risk=400, **fields)
    people["heard"][:2] = 1 << TOPIC
    people["used"][USER] = 1 << TOPIC
    people["contacts"][2:, : len(contacts or [])] = contacts or []
    row = sorted((kind << KIND_SHIFT) | other for other, kind in ties)
    offsets = np.concatenate([[0, 0], len(row) * np.arange(MANY + 1)]).astype(np.int64)
    neighbours = np.tile(np.array(row, np.int32), MANY)
    signals = np.array([signal_of(household) for household in people], np.int64)
    return people, tie_rows(offsets, neighbours).view(np.recarray), neighbours, signals


def share_told(ties: list[tuple[int, int]], contacts: list[int] | None = None, in_force: int = ALL_IN_FORCE) -> float:
    """Share of the learners who hear of the topic in a month; the chance at a meeting is raised, to see it in few."""
    people, rows, neighbours, signals = world(ties, contacts)
    p = parameters(tell_user=0.3, tell_ratio=1 / 7, mutate=0.0)
    for i in range(2, len(people)):
        talk(people[i], i, 0, LUCK, in_force, rows, neighbours, signals, p)
    return float(((people["heard"][2:] >> TOPIC) & 1).mean())


def assert_near(share: float, expected: float) -> None:
    assert abs(share - expected) < 4 * math.sqrt(expected * (1 - expected) / MANY), (
        f"{share:.4f} against {expected:.4f}"
    )


@pytest.mark.parametrize(
    ("ties", "contacts"),
    [
        ([(USER, KIN)], []),
        ([(HEARER, KIN)], []),
        ([(USER, VILLAGE)], []),
        ([(USER, KIN), (USER, KIN), (HEARER, VILLAGE), (USER, VILLAGE)], []),
        ([(HEARER, KIN)] * 6, []),
        ([], [USER]),
        ([(USER, KIN)], [HEARER, USER]),
    ],
)
def test_the_chance_to_learn_is_one_less_the_product(ties, contacts):
    p = parameters()
    weights = [p["ties_kin"] if kind == KIN else p["ties_village"] for _, kind in ties] + [p["ties_diaspora"]] * len(
        contacts
    )
    chances = [0.3 * (1 if who == USER else 1 / 7) for who in [other for other, _ in ties] + contacts]
    expected = 1.0 - math.prod(1.0 - q * w for q, w in zip(chances, weights, strict=True))
    assert_near(share_told(ties, contacts), expected)


def test_one_who_has_used_it_tells_seven_times_as_often():
    ratio = share_told([(USER, KIN)]) / share_told([(HEARER, KIN)])
    assert 5.5 < ratio < 9.0
    assert parameters()["tell_ratio"] == pytest.approx(1 / 7, abs=0.01)


def test_nobody_talks_of_a_route_that_does_not_exist():
    assert share_told([(USER, KIN)] * 4, in_force=ALL_IN_FORCE & ~(1 << TOPIC)) == 0.0


def test_without_ties_and_news_nobody_learns():
    people, rows, neighbours, signals = world([])
    abroad = np.zeros(len(people), np.int8)
    p, quiet = parameters(tell_user=0.9), np.zeros(len(TOPICS))
    for month in range(3):
        for i in range(2, 500):
            learn(
                people[i],
                i,
                month,
                LUCK,
                home(in_force=255.0),
                offer(),
                np.array([corridor()]),
                quiet,
                0,
                rows,
                neighbours,
                signals,
                abroad,
                0,
                len(people),
                p,
                Counts().flat,
            )
    assert not people["heard"][2:].any()


def test_news_reaches_its_share():
    people = households(MANY)
    news = np.zeros(len(TOPICS))
    news[3], news[6] = 0.2, 0.5
    for household in people:
        hear(household, 0, LUCK, news)
    assert_near(float(((people["heard"] >> 3) & 1).mean()), 0.2)
    assert_near(float(((people["heard"] >> 6) & 1).mean()), 0.5)
    both = float(((people["heard"] >> 3) & (people["heard"] >> 6) & 1).mean())
    assert_near(both, 0.1)
    assert not (people["heard"] & ~((1 << 3) | (1 << 6))).any()


def test_what_is_not_in_use_is_forgotten_each_topic_with_its_own_chance():
    p = parameters(forget=0.1)
    people = households(MANY, heard=0b11111000, place=0)
    for household in people:
        forget(household, 0, LUCK, p)
    lost = np.stack([((people["heard"] >> topic) & 1) == 0 for topic in range(3, 8)])
    for topic in lost:
        assert_near(float(topic.mean()), 0.1)
    assert_near(float((lost[0] & lost[1]).mean()), 0.01)
    assert abs(float(np.corrcoef(lost[0], lost[4])[0, 1])) < 4 / math.sqrt(MANY)


def test_what_one_lives_by_is_not_forgotten():
    people = households(500, heard=0b00110010, used=0b00100010, place=2, route=1)
    for household in people:
        forget(household, 0, LUCK, parameters(forget=0.9))
    assert ((people["heard"] & 0b00100010) == 0b00100010).all()
    assert ((people["heard"] >> 4) & 1).mean() < 0.2


def test_wages_are_averaged_by_most_and_weighed_by_some():
    ties = [(USER, KIN)]
    p = parameters(tell_user=1.0 - 1e-9, bias=0.0, mutate=0.0, average=0.25)
    for updater, expected in ((0, 0.25 * 0.5), (1, 0.5 / 3.0)):
        people, rows, neighbours, signals = world(ties, updater=updater, precision=2 * 16)
        people["heard"][USER], people["wage_belief"][USER] = 1, BELIEF_ONE // 2
        signals[USER] = signal_of(people[USER])
        talk(people[2], 2, 0, LUCK, ALL_IN_FORCE, rows, neighbours, signals, p)
        assert people["wage_belief"][2, 0] / BELIEF_ONE == pytest.approx(expected, abs=0.002)
        assert people["wage_belief"][2, 1] == 0  # nobody spoke of the other place
    biased = parameters(tell_user=1.0 - 1e-9, bias=0.2, mutate=0.0, average=1.0)
    people, rows, neighbours, signals = world(ties)
    people["heard"][USER] = 1
    signals[USER] = signal_of(people[USER])
    for i in range(2, 1002):
        talk(people[i], i, 0, LUCK, ALL_IN_FORCE, rows, neighbours, signals, biased)
    beliefs = people["wage_belief"][2:1002, 0] / BELIEF_ONE
    assert np.allclose(np.abs(beliefs), 0.2, atol=0.001)
    assert abs(beliefs.mean()) < 4 * 0.2 / math.sqrt(1000)


def test_a_banned_neighbour_is_feared_by_the_irregular():
    neighbour = households(ban_from=1, ban_left=20, q=0)[0]
    p = parameters()
    afraid = households(place=1, regime=1, overstay=2, risk=200)[0]
    believe_risk(afraid, signal_of(neighbour), p)
    assert afraid["risk"] > 200
    assert afraid["q"][0] == int(SHARE_ONE * p["q_neighbour"] + 0.5)
    assert (afraid["ban_from"][0], afraid["ban_left"][0]) == (1, 0)
    unaware = households(ban_from=1, ban_left=20)[0]  # a neighbour who does not know tells nobody
    calm = households(place=1, regime=1, overstay=2, risk=200)[0]
    believe_risk(calm, signal_of(unaware), p)
    assert calm["q"][0] == SHARE_ONE


def test_no_contact_is_no_tie():
    people, rows, neighbours, signals = world([], [NOBODY, NOBODY])
    p = parameters(tell_user=0.9)
    for i in range(2, 200):
        talk(people[i], i, 0, LUCK, ALL_IN_FORCE, rows, neighbours, signals, p)
    assert not people["heard"][2:].any()
