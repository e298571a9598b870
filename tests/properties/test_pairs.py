"""Every two policies: the same conditions in either order, and a policy at its null value leaves the other alone.

Held on the conditions of all months and on what a unit of each measure costs, which are all of a policy that a run can
see; a run with all of them in three orders is in test_null_policies.py.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache

import pytest
from small_worlds import pack, scenario

from sim.policies.base import Policy, registered
from sim.policies.combine import changed
from sim.policies.context import Context
from sim.prepared import prepare
from sim.scenario import Scenario
from sim.schema.quantities import QUANTITIES

ALL = sorted(registered())

SHARED = {
    "exchange_rate": {"devaluation", "exchange_rate"},
    "permit_monthly": {"patent", "law"},
    "permit_upfront": {"patent", "law"},
    "permit_access": {"patent", "law"},
    "permit_wait": {"patent", "law"},
    "work_quota": {"work_quota", "law"},
    "free_movement": {"free_movement", "law"},
    "visa_free_days": {"visa_free_days", "law"},
    "visa_free_window": {"visa_free_days", "law"},
    "border_run": {"visa_free_days", "law"},
    "detection": {"enforcement", "law"},
    "expulsion": {"enforcement", "law"},
    "refusal": {"enforcement", "law"},
    "offence": {"enforcement", "law"},
    "listing": {"reentry_ban", "enforcement", "amnesty", "law"},
    "amnesty": {"amnesty", "free_movement", "law"},
    "amnesty_court": {"amnesty", "law"},
    "amnesty_told": {"amnesty", "free_movement", "law"},
    "regularisation": {"regularisation", "employer_compliance", "law"},
    "seasonal_quota": {"seasonal_work", "law"},
    "seasonal_length": {"seasonal_work", "law"},
} | {name: {"reentry_ban", "law"} for name in QUANTITIES if name.startswith("ban_")}
"""The quantities that more than one policy may change; all others are one policy's own."""


@cache
def small() -> Scenario:
    return scenario(scale=3e-4, burn_in=6)


def told(*policies: Policy) -> tuple[str, dict[str, dict[str, list]]]:
    """Digest of the conditions under the policies in this order, and what they cost."""
    prepared = prepare(replace(small(), policy_objects=policies), pack())
    conditions = prepared.conditions
    parts = (conditions.corridors, conditions.homes, conditions.news, conditions.contacts, conditions.capacities)
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest(), {
        name: {measure: unit.tolist() for measure, unit in of_policy.items()}
        for name, of_policy in prepared.frame.costs.items()
    }


@cache
def alone(name: str) -> tuple[str, dict[str, dict[str, list]]]:
    return told(registered()[name].example())


def test_each_quantity_is_shared_by_the_policies_in_the_table_only():
    by_quantity: dict[str, set[str]] = {}
    for name, cls in registered().items():
        for quantity in cls.modifies:
            by_quantity.setdefault(quantity, set()).add(name)
    assert {quantity: names for quantity, names in by_quantity.items() if len(names) > 1} == SHARED


@pytest.mark.parametrize("one", ALL)
def test_a_pair_means_the_same_in_either_order(one):
    for other in ALL[: ALL.index(one)]:
        first, second = registered()[one].example(), registered()[other].example()
        both = told(first, second)
        assert both == told(second, first), other
        assert both[0] not in (alone(one)[0], alone(other)[0]), other


@pytest.mark.parametrize("one", ALL)
def test_a_null_leaves_the_other_alone(one):
    for other in ALL:
        if other != one:
            assert told(registered()[one].example(), registered()[other].null()) == alone(one), other


def test_all_examples_mean_the_same_in_either_order():
    everything = [cls.example() for cls in registered().values()]
    assert told(*everything) == told(*everything[::-1])


COMBINED = [  # two policies with their settings, a quantity, a place, a month, what it becomes
    (("devaluation", {"currency": "RUB", "share": 0.5, "start": "2014-01"}),
     ("exchange_rate", {"currencies": ("RUB",), "hold_at": "2013-12"}),
     "exchange_rate", "2015-06", lambda base, month: 2.0 * base[month("2013-12")]),
    (("free_movement", {"granted": 1, "origins": ("TJK",)}), ("law", {"hold_at": "2012-01"}),
     "free_movement", "2015-06", lambda base, month: 1.0 + 0.0 * base[0]),
    (("amnesty", {"leave_freely": 1}), ("reentry_ban", {"listing": 0.9}),
     "listing", "2015-06", lambda base, month: 0.0 * base[0]),
    (("regularisation", {"share": 0.7}), ("employer_compliance", {"hired_regularly": 0.6}),
     "regularisation", "2015-06", lambda base, month: 1.0 + 0.0 * base[0]),
    (("amnesty", {"share": 0.2}), ("free_movement", {"review": 0.5, "granted": 1, "start": "2015-06"}),
     "amnesty", "2015-06", lambda base, month: 0.5 + 0.0 * base[0]),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "quantity", "period", "expected"), COMBINED)
def test_what_a_pair_comes_to(one, other, quantity, period, expected):
    context = Context.of(pack())
    policies = [registered()[name](**settings) for name, settings in (one, other)]
    base = pack().array(quantity)
    after = changed(quantity, base, policies, context)
    index = (context.countries.index("RUS"),) if quantity == "exchange_rate" else (context.origins.index("TJK"), 0)
    wanted = expected(base[(slice(None), *index)], context.month)
    assert after[(context.month(period), *index)] == pytest.approx(float(wanted), abs=1e-15)
