"""Remittances, the household's month of money, work and the search of those who came back, rule by rule."""

from __future__ import annotations

import math

import numpy as np
import pytest
from one_household import LUCK, Counts, corridor, home, households, offer, parameters

from sim.behaviour.come_home import spend_target
from sim.behaviour.consume import consume, deflate
from sim.behaviour.live import live, match_savings
from sim.behaviour.remit import remitted
from sim.behaviour.work import chance_at_home
from sim.behaviour.worth import pay_at_home
from sim.draws import luck_of
from sim.schema.attributes import WORKERS
from sim.tallies import Tally

PAY, OWED, HOME_INCOME = 1.0, 0.3, 0.308  # home income at which the share of pay is the specification's 0.53


def sent(pay: float = PAY, owed: float = OWED, at_home: float = HOME_INCOME, rate: float = 1.0) -> float:
    """R at altruism 0.6 and curvature 3."""
    weight = math.exp(math.log(0.6 * rate / 0.4) / 3.0)
    return remitted(pay, owed, at_home, rate, weight)


def elasticity(high: float, low: float, step: float) -> float:
    return (math.log(high) - math.log(low)) / (math.log(1 + step) - math.log(1 - step))


def test_remittances_have_the_published_responses():
    step = 1e-4
    assert sent() == pytest.approx(0.53, abs=0.005)
    arrives = elasticity((1 + step) * sent(rate=1 + step), (1 - step) * sent(rate=1 - step), step)
    assert arrives == pytest.approx(0.68, abs=0.02)
    to_wage = elasticity(sent(pay=1 + step), sent(pay=1 - step), step)
    assert to_wage == pytest.approx(1.0, abs=0.02)
    to_home = (sent(at_home=HOME_INCOME + step) - sent(at_home=HOME_INCOME - step)) / (2 * step)
    assert to_home == pytest.approx(-0.47, abs=0.005)


def test_remittances_stay_between_what_is_owed_and_what_is_there():
    assert sent(at_home=100.0) == OWED
    assert sent(owed=5.0) == 0.85
    assert sent(owed=5.0, at_home=0.0, rate=50.0) <= 0.9
    assert remitted(1.0, 0.0, 0.0, 1.0, 1e6) == 0.9
    for rate in (0.5, 1.0, 2.0):
        assert 0.0 <= sent(rate=rate) <= 0.9 * PAY


def budget(income: int, savings: int, debt: int = 0, residents: int = 4, **changed: float) -> tuple[np.void, Counts]:
    household, counts = households(savings=savings, debt=debt)[0], Counts()
    consume(
        household,
        income,
        residents,
        home(),
        parameters(**{"interest": 0.0, "repay_share": 0.1, **changed}),
        counts.flat,
    )
    return household, counts


def test_above_the_floor_most_of_income_is_spent():
    household, counts = budget(income=14_000, savings=10_000)
    assert household["consumption"] == 4_000 + 8_500
    assert household["savings"] == 10_000 + 14_000 - 12_500
    assert counts[Tally.BORROWED, 0] == 0


def test_savings_beyond_two_months_income_are_drawn_on():
    household, _ = budget(income=14_000, savings=38_000)
    assert household["consumption"] == 12_500 + 800


def test_a_debt_is_repaid_out_of_income_above_the_floor():
    household, counts = budget(income=14_000, savings=0, debt=20_000)
    assert counts[Tally.REPAID, 0] == 2_000
    assert household["debt"] == 18_000
    assert household["consumption"] == 4_000 + int(0.85 * 8_000)
    household, counts = budget(income=4_100, savings=0, debt=20_000)
    assert counts[Tally.REPAID, 0] == 100
    household, counts = budget(income=3_000, savings=0, debt=20_000)
    assert counts[Tally.REPAID, 0] == 0


def test_below_the_floor_a_household_draws_on_savings_then_borrows_then_falls_short():
    household, counts = budget(income=1_000, savings=5_000)
    assert (household["consumption"], household["savings"], household["debt"]) == (4_240, 1_760, 0)  # spare is 3,000
    household, counts = budget(income=1_000, savings=1_000)
    assert (household["consumption"], household["savings"], household["debt"]) == (4_000, 0, 2_000)
    assert counts[Tally.BORROWED, 0] == 2_000
    household, counts = budget(income=1_000, savings=0, debt=5_000)
    assert (household["consumption"], household["debt"]) == (2_000, 6_000)  # six months' income, and no more
    household, counts = budget(income=1_000, savings=0, debt=7_000)
    assert (household["consumption"], household["debt"]) == (1_000, 7_000)
    assert counts[Tally.CONSUMED, 0] == 1_000


def test_interest_is_added_to_a_debt():
    household, counts = budget(income=4_000, savings=0, debt=10_000, interest=0.02)
    assert counts[Tally.INTEREST, 0] == 200
    assert household["debt"] == 10_200


def test_inflation_takes_its_part_of_savings_and_of_debt():
    household, counts = households(savings=10_000, debt=5_000)[0], Counts()
    deflate(household, home(keep=0.99), counts.flat)
    assert (household["savings"], household["debt"]) == (9_900, 4_950)
    assert (counts[Tally.SAVINGS_DEFLATED, 0], counts[Tally.DEBT_DEFLATED, 0]) == (100, 50)


def test_a_target_is_spent_on_return_and_the_next_one_set():
    household, counts = households(savings=90_000, target=70_000, income=20_000)[0], Counts()
    p = parameters()
    spend_target(household, 0, LUCK, p, counts.flat)
    assert household["savings"] == 20_000
    assert counts[Tally.TARGETS_SPENT, 0] == 70_000
    assert p["target_low"] * 20_000 <= household["target"] <= p["target_high"] * 20_000


def test_search_gets_harder_and_hardest_after_a_forced_return():
    p = parameters(search_level=0.15, search_decay=0.05, search_forced=0.35)
    conditions = home(finding=0.12, finding_mean=0.1)
    for forced, factor in ((0, 1.0), (1, 0.65)):
        for months in (1, 6, 24):
            one = households(searching=1, forced=forced, jobless=months)[0]
            expected = 0.15 * math.exp(-0.05 * months) * 1.2 * factor
            assert chance_at_home(one, 0, conditions, p) == pytest.approx(expected)
    assert chance_at_home(households(searching=0, jobless=9)[0], 0, conditions, p) == 0.12


def lived(household: np.void, **fields: float) -> Counts:
    """A month of a household whose workers abroad are paid 300 USD and pay no fee."""
    counts, where = Counts(), home(finding_mean=1.0, **fields)
    rows = np.array([corridor(pay_irregular=300.0, true_irregular=300.0, weight=1.0)] * 3)
    granted = np.full(9, -1, np.int64)
    live(household, 9, 3, LUCK, where, offer(), rows, granted, parameters(a0=-10.0, home_shock=0.0), counts.flat)
    return counts


def test_trade_needs_somebody_at_home_and_is_lasting():
    given = {"trade_share": 0.3, "trade_income": 4_000.0}
    people = households(2000, home_income=1_000)
    counts = [lived(household, **given) for household in people]
    trading = np.array([one[Tally.TRADERS, 0] for one in counts])
    assert abs(trading.mean() - 0.3) < 4 * (0.21 / 2000) ** 0.5
    assert [one[Tally.TRADE_INCOME, 0] for one in counts] == (4_000 * trading).tolist()
    assert all(one[Tally.OTHER_INCOME, 0] == 1_000 for one in counts)
    assert (people["income"] == 11_000 + 4_000 * trading).all()
    again = [lived(household, **given)[Tally.TRADERS, 0] for household in people]
    assert again == trading.tolist()
    away = households(50, place=1, home_income=1_000)
    assert not any(lived(household, **given)[Tally.TRADERS, 0] for household in away)


def test_the_last_one_at_home_counts_on_trade():
    p, where = parameters(), home(trade_share=1.0, trade_income=4_000.0)
    household = households(workers=2)[0]
    assert pay_at_home(household, 0, where, offer(), p) == 100.0
    household["place"][1] = 2
    assert pay_at_home(household, 0, where, offer(), p) == 140.0
    assert pay_at_home(household, 1, where, offer(), p) == 100.0
    assert WORKERS > 2


def test_matched_savings_are_put_aside_and_added_to():
    household, counts = households(savings=1_000)[0], Counts()
    given = home(match_share=1.0, match_rate=0.5, match_portion=0.1)
    assert match_savings(household, 20_000, given, counts.flat) == 2_000
    assert household["savings"] == 1_000 + 2_000 + 1_000
    assert (counts[Tally.MATCHED, 0], counts[Tally.MATCHING, 0]) == (1_000, 1)
    nobody = home(match_share=0.0, match_rate=0.5, match_portion=0.1)
    assert match_savings(household, 20_000, nobody, counts.flat) == 0


def test_a_deposit_is_income_and_not_spent():
    given = {"match_share": 1.0, "match_rate": 1.0, "match_portion": 0.2}
    with_, without = (households(place=1, members=3, savings=0)[0] for _ in range(2))
    more, less = lived(with_, **given), lived(without)
    assert with_["remitted"] == without["remitted"] > 0
    assert with_["income"] == without["income"]
    deposit = int(0.2 * with_["remitted"] + 0.5)
    assert more[Tally.MATCHED, 0] == deposit
    assert less[Tally.CONSUMED, 0] - more[Tally.CONSUMED, 0] == pytest.approx(0.85 * deposit, abs=2)
    gained = int(with_["savings"]) - int(without["savings"])
    assert gained == less[Tally.CONSUMED, 0] - more[Tally.CONSUMED, 0] + deposit


def test_credit_spares_interest_and_budgeting_spends_less():
    cheap = {"credit_share": 1.0, "credit_interest": 0.5, "budgeting": 0.1}
    outcomes = []
    for remitted_, given in ((5_000, {}), (5_000, cheap), (0, cheap)):
        household, counts = households(savings=10_000, debt=10_000, remitted=remitted_)[0], Counts()
        consume(household, 14_000, 4, home(**given), parameters(interest=0.02, repay_share=0.0), counts.flat)
        told = (Tally.INTEREST, Tally.INTEREST_SPARED, Tally.CREDIT)
        outcomes.append((household["consumption"], household["debt"], *(counts[what, 0] for what in told)))
    assert outcomes[0] == (4_000 + 8_500, 10_200, 200, 0, 0)
    assert outcomes[1] == (4_000 + 7_650, 10_100, 100, 100, 1)
    assert outcomes[2] == outcomes[0]  # only households that receive money


def test_luck_of_another_month_is_other_luck():
    assert not np.array_equal(luck_of(1, 0), luck_of(1, 1))
