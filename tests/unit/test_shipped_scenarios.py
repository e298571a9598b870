"""Each scenario that comes with the program does what its header says, and nothing else of the law or the markets."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from small_worlds import pack

from sim.basis import Basis
from sim.configuration import request, scenario_cards
from sim.policies.context import Context
from sim.schema.quantities import CATEGORIES_OF_BAN, LAW, QUANTITIES

ROOT = Path(__file__).resolve().parents[2]
CARDS = {card.name: card for card in scenario_cards()}
CONTEXT = Context.of(pack())

UNION = {"free_movement", "amnesty", "amnesty_told", "listing"}
CHANGED = {  # the quantities that a scenario changes, its first month, and those told in its name
    "amnesty_2015": ({"amnesty", "amnesty_told", "listing"}, "2015-09", {}),
    "amnesty_2015_told": ({"amnesty", "amnesty_told", "listing"}, "2015-09", {"own_status": "2015-09"}),
    "ban_and_devaluation": (
        {
            *("visa_free_window", "border_run", "expulsion", "permit_access", "permit_upfront", "permit_monthly"),
            *("regularisation", *UNION),
        },
        "2013-08",
        {},
    ),
    "centres_in_five_cities": ({"centre_capacity"}, "2014-01", {"support_centre": "2014-01"}),
    "cheaper_transfers": ({"transfer_fee"}, "2014-01", {}),
    "history": (set(), "", {}),
    "history_informed": ({"informed"}, "2012-01", {}),
    "inform_before_you_ban": (set(), "", {"ban_rules": "2013-10", "own_status": "2013-10"}),
    "kyrgyzstan_stays_out": (UNION, "2015-08", {}),
    "labour_demand_falls": ({"labour_demand"}, "2014-07", {}),
    "matched_savings": ({"match_rate", "match_share", "match_portion"}, "2014-01", {}),
    "no_ban": ({*CATEGORIES_OF_BAN}, "2012-01", {}),
    "no_devaluation": ({"exchange_rate"}, "2014-08", {}),
    "no_patent_reform": ({"permit_monthly", "permit_upfront"}, "2015-01", {}),
    "reintegration_for_the_banned": (
        {f"reintegration_{part}" for part in ("capacity", "all", "search", "grant", "gain")}, "2014-01", {},
    ),
    "seasonal_work_kazakhstan": ({"seasonal_quota"}, "2014-03", {"seasonal_permit": "2014-03"}),
    "seasonal_work_kazakhstan_known": ({"seasonal_quota"}, "2014-03", {"seasonal_permit": "2014-03"}),
    "tajikistan_joins": ({"free_movement", "amnesty"}, "2015-08", {}),
}  # fmt: skip


@cache
def basis(name: str) -> Basis:
    return Basis.of(request("run", [f"scenario={name}"]).scenario, pack(), CONTEXT)


def values(scenario: str, quantity: str, origin: str, destination: str) -> np.ndarray:
    at = CONTEXT.origins.index(origin), CONTEXT.destinations.index(destination)
    return basis(scenario).quantities[quantity][:, at[0], at[1]]


def since(month: str) -> slice:
    return slice(CONTEXT.month(month), None)


def changed(name: str) -> dict[str, np.ndarray]:
    """Where each quantity differs from history; none where it does not."""
    pairs = ((q, basis(name).quantities[q] != basis("history").quantities[q]) for q in basis(name).quantities)
    return {quantity: where for quantity, where in pairs if where.any()}


@pytest.mark.parametrize("name", sorted(CHANGED))
def test_a_scenario_changes_what_its_header_says_from_the_month_it_says(name):
    quantities, first, told = CHANGED[name]
    differs = changed(name)
    assert set(differs) == quantities
    months = [np.flatnonzero(where.reshape(len(where), -1).any(axis=1))[0] for where in differs.values()]
    assert not first or CONTEXT.labels[min(months)] == first
    own = {topic: CONTEXT.labels[one.month] for one in basis(name).campaigns for topic in one.topics}
    assert own == told


@pytest.mark.parametrize("quantity", [name for name in LAW if not name.startswith("ban_") and name != "refusal"])
def test_of_the_law_only_bans_and_their_border_go_on_beside_the_rouble(quantity):
    """All other law is that of December 2012; the list goes live, and nobody's listing pauses."""
    law = basis("ban_and_devaluation").quantities[quantity][since("2012-12")]
    if quantity == "listing":
        russia = law[:, :, CONTEXT.destinations.index("RUS")]
        assert (russia[since("2013-11").start - since("2012-12").start :] == russia[-1, 0]).all()
    else:
        assert (law == law[0]).all()


@pytest.mark.parametrize("quantity", [*(name for name in CATEGORIES_OF_BAN), "refusal"])
def test_the_bans_come_as_they_came_beside_the_rouble(quantity):
    assert quantity not in changed("ban_and_devaluation")


def test_kyrgyzstan_outside_the_union_has_the_law_of_the_others():
    """No free movement, no amnesty, no pause of the list; nobody else's law moves."""
    for quantity in LAW:
        differs = changed("kyrgyzstan_stays_out").get(quantity, np.zeros((1, 3, 3), bool))
        assert not differs[:, [CONTEXT.origins.index("TJK"), CONTEXT.origins.index("UZB")]].any()
        for destination in ("RUS", "KAZ"):
            own, others = (values("kyrgyzstan_stays_out", quantity, origin, destination) for origin in ("KGZ", "UZB"))
            assert (own == others).all(), quantity


def test_nothing_happened_holds_law_and_the_two_currencies():
    law = {name for name in changed("nothing_happened") if name in LAW}
    assert set(changed("nothing_happened")) - law == {"exchange_rate"}
    for name in LAW:
        held = basis("nothing_happened").quantities[name][since("2012-12")]
        assert (held == held[0]).all(), name
    rates = basis("nothing_happened").quantities["exchange_rate"][since("2013-12")]
    for code in ("RUS", "KAZ"):
        assert (rates[:, CONTEXT.countries.index(code)] == rates[0, CONTEXT.countries.index(code)]).all()


def test_everything_at_once_leaves_bans_and_markets_alone():
    differs = changed("everything_at_once")
    assert not set(differs) & {*CATEGORIES_OF_BAN, "listing", "refusal", "detection", "exchange_rate", "labour_demand"}
    assert not {name for name in differs if QUANTITIES[name].shape == "country"}
    assert min(np.flatnonzero(where.reshape(len(where), -1).any(axis=1))[0] for where in differs.values()) == 24
    assert set(differs) & set(LAW) == {
        *("permit_monthly", "permit_upfront", "regularisation", "free_movement", "amnesty", "amnesty_told"),
        "seasonal_quota",
    }


LENGTHS = {"ban_3_years": 36, "ban_5_years": 60, "ban_10_years": 120, "no_ban": 0}


@pytest.mark.parametrize("name", sorted(LENGTHS))
def test_a_ban_has_one_length_wherever_there_is_one(name):
    assert set(changed(name)) <= set(CATEGORIES_OF_BAN)
    for quantity in CATEGORIES_OF_BAN:
        before, after = (basis(one).quantities[quantity] for one in ("history", name))
        assert (after == np.where(before > 0, LENGTHS[name], 0)).all()


def test_each_scenario_is_held_to_its_header():
    assert set(CHANGED) | set(LENGTHS) | {"nothing_happened", "everything_at_once"} == set(CARDS)


def test_the_old_patent_stays():
    for quantity, price in (("permit_monthly", 1216.0), ("permit_upfront", 3000.0)):
        assert (values("no_patent_reform", quantity, "TJK", "RUS") == price).all()


def test_the_page_of_scenarios_lists_all_with_their_questions():
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page, flags=re.MULTILINE))
    assert listed == {name: card.question for name, card in CARDS.items()}
