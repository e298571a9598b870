"""Consume, save, repay: the household's month in integer cents at constant home prices.

consumption = floor + 0.85 (income - repayment - floor)+ + 0.08 (savings - 2 months' income)+; below the floor the
household
draws on savings, borrows up to six months' income, then falls short, which is poverty. Buffer-stock saving with a
subsistence floor in its simplest published form (Deaton 1991, doi:10.2307/2938366; Stone 1954 for the floor).
"""

from __future__ import annotations

from sim.draws import Purpose, lasting
from sim.schema.rule import rule
from sim.tallies import Tally, note


@rule
def deflate(household, home, tally):
    """Accounts are kept at constant home prices: a month's inflation takes its part of savings and of debt."""
    savings = int(household.savings * home.keep + 0.5)
    debt = int(household.debt * home.keep + 0.5)
    note(tally, 0, Tally.SAVINGS_DEFLATED, household.savings - savings)
    note(tally, 0, Tally.DEBT_DEFLATED, household.debt - debt)
    household.savings = savings
    household.debt = debt


@rule
def consume(household, income, residents, home, p, tally):
    """Spend, repay, save or borrow for the month; `income` in cents with remittances, `residents` the members at
    home.
    """
    limit = int(p.debt_limit * income + 0.5)
    # Beyond the limit a lender lends no more and reckons no more interest: what cannot be paid does not grow for ever.
    interest = int(household.debt * p.interest + 0.5) if household.debt < limit else 0
    spend_income = p.spend_income
    if home.credit_share > 0.0 and has_credit(household, home):
        charged = int(interest * home.credit_interest + 0.5)
        note(tally, 0, Tally.CREDIT, 1)
        note(tally, 0, Tally.INTEREST_SPARED, interest - charged)
        interest = charged
        spend_income = spend_income * (1.0 - home.budgeting)
    household.debt = household.debt + interest
    floor = int(home.subsistence * residents + 0.5)
    repay = max(0, min(household.debt, int(household.debt * p.repay_share + 0.5), income - floor))
    left = income - repay
    spend = floor + int(spend_income * max(0, left - floor) + 0.5)
    spend += int(p.spend_savings * max(0, household.savings - 2 * income) + 0.5)
    missing = max(0, spend - left - household.savings)
    borrowed = min(missing, max(0, limit - household.debt))
    spend -= missing - borrowed
    household.savings = household.savings + left + borrowed - spend
    household.debt = household.debt + borrowed - repay
    household.consumption = spend
    household.income = income
    note(tally, 0, Tally.INTEREST, interest)
    note(tally, 0, Tally.REPAID, repay)
    note(tally, 0, Tally.BORROWED, borrowed)
    note(tally, 0, Tally.CONSUMED, spend)


@rule
def has_credit(household, home):
    """Whether the household receives remittances and has a cheap loan and a course in budgeting with it."""
    return household.remitted > 0 and lasting(Purpose.CREDIT, household.key) < home.credit_share
