"""Remit: what a migrant sends, by altruism with insurance after what is owed at home."""

from __future__ import annotations

from sim.schema.attributes import SKILL_ONE
from sim.schema.rule import rule
from sim.tallies import Tally, note


@rule
def remitted(pay, obligation, home_income, rate, weight):
    """What a migrant sends home in a month (base-period USD, at the base rate).

    `rate` is the real exchange rate e relative to the base period, `weight` is K = (a e / (1 - a))^(1/sigma):
    R = min(0.9 c, D' + max(0, (K (c - D') - y_h) / (K + e))),  D' = min(D / e, 0.85 c).
    Altruism (Lucas and Stark 1985, doi:10.1086/261341) with insurance; the elasticity of what arrives to the exchange
    rate is
    published as 0.60 (Yang 2008).
    """
    owed = min(obligation / rate, 0.85 * pay)
    shared = (weight * (pay - owed) - home_income) / (weight + rate)
    return min(0.9 * pay, owed + max(0.0, shared))


@rule
def remit(household, w, pay, base_pay, home_income, sharers, corridor, p, tally):
    """Send money home: notes what is earned, sent, spent and arrives, and returns what arrives, cents.

    `pay` in USD at the base rate; `home_income` in USD a month without remittances and `sharers` the migrants it is
    shared
    among; `base_pay` is what the obligation d0 is counted on: a month's pay without season.
    """
    place = household.place[w]
    obligation = p.obligation * base_pay * household.skill / SKILL_ONE + p.debt_share * household.debt * 0.01 / sharers
    amount = remitted(pay, obligation, max(0.0, home_income) / sharers, corridor.rate, corridor.weight)
    earned = int(100.0 * pay + 0.5)
    sent = int(100.0 * amount + 0.5)
    fee = int(sent * corridor.fee + 0.5)
    arrived = int((sent - fee) * corridor.rate + 0.5)
    household.sent[w] = sent
    note(tally, place, Tally.EARNED, earned)
    note(tally, place, Tally.SENT, sent)
    note(tally, place, Tally.FEES, fee)
    note(tally, place, Tally.SPENT_ABROAD, earned - sent)
    note(tally, place, Tally.ARRIVED, arrived)
    return arrived
