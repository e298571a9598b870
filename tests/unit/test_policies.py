"""What policies promise: null changes nothing, the order of the list cannot matter, each does what its page says."""

from __future__ import annotations

import itertools
from dataclasses import FrozenInstanceError, dataclass, fields
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.measures import MEASURES
from sim.policies.base import Policy, build, policy, registered
from sim.policies.combine import changed, changes
from sim.policies.context import Context
from sim.policies.devaluation import Devaluation
from sim.policies.exchange_rate import ExchangeRate
from sim.policies.law import Law
from sim.policies.reentry_ban import ReentryBan
from sim.policies.seasonal_work import SeasonalWork
from sim.region import Region, load
from sim.scenario import Scenario
from sim.schema.quantities import CATEGORIES_OF_BAN, LAW, QUANTITIES, TOPICS

ALL = sorted(registered())
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def region() -> Region:
    return load("central_asia")


@pytest.fixture(scope="module")
def context(region: Region) -> Context:
    return Context.of(region)


@dataclass(frozen=True, kw_only=True)
class Made(Policy):
    """Sets every entry to what it is given."""

    values: np.ndarray

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        return self.values


def made(name: str, values: np.ndarray) -> Made:
    one = Made(values=values)
    object.__setattr__(one, "modifies", (name,))
    return one


def test_the_policies_asked_for_are_found():
    asked = """amnesty credit cross_border_trade devaluation emergency_return employer_compliance enforcement exchange_rate
    free_movement full_information information_campaign labour_demand law matched_savings patent public_works recruitment
    reentry_ban refugee_work regularisation reintegration seasonal_work skills support_centre transfer_fee travel_cost
    visa_free_days work_quota"""
    assert set(ALL) >= set(asked.split())


@pytest.mark.parametrize("name", ALL)
def test_null_gives_the_very_arrays_of_the_pack(name, region, context):
    null = registered()[name].null()
    for quantity in null.modifies:
        base = region.array(quantity)
        assert changed(quantity, base, [null], context) is base
    assert not null.costs
    assert not null.informs(context)


@pytest.mark.parametrize("name", ALL)
def test_the_example_changes_something_and_stays_within_bounds(name, region, context):
    example = registered()[name].example()
    where = [changes(example, quantity, region.array(quantity), context)[0] for quantity in example.modifies]
    assert any(cells.any() for cells in where) or example.informs(context)
    for quantity in example.modifies:
        values = changed(quantity, region.array(quantity), [example], context)
        assert values.min() >= QUANTITIES[quantity].low
        assert values.max() <= QUANTITIES[quantity].high


@pytest.mark.parametrize("name", ALL)
def test_what_the_example_changes_lies_where_it_is_in_force(name, region, context):
    example = registered()[name].example()
    for quantity in example.modifies:
        shape = QUANTITIES[quantity].shape
        if shape == "country":
            continue
        where = example.in_force(context) if shape == "corridor" else example.at_home(context)
        base = region.array(quantity)
        assert (example.effect(quantity, base, context) == base)[~where].all()


@pytest.mark.parametrize("name", ALL)
def test_a_policy_describes_itself(name):
    cls = registered()[name]
    assert cls.__doc__
    for part in ("Rules:", "Left out:", "Sources:", "Assumed:", "Cost:", "Sign:"):
        assert f"\n    {part} " in cls.__doc__, part
    assert cls.sources
    assert set(cls.modifies) <= set(QUANTITIES)
    assert [f.name for f in fields(cls)] == list(cls.settings())
    assert all(rule.prose for rule in cls.settings().values())
    assert set(cls.example().costs) <= set(MEASURES)
    assert min(cls.example().costs.values(), default=0.0) >= 0
    assert not [
        rule.kind for rule in cls.settings().values() if rule.kind in ("choice", "choices") and not rule.choices
    ]


@pytest.mark.parametrize("name", ALL)
def test_an_example_differs_from_its_null_in_the_digest(name, region):
    cls = registered()[name]
    digests = {
        Scenario.from_mapping({"policies": {name: settings}}, region).digest
        for settings in (cls.null().as_mapping(), cls.example().as_mapping())
    }
    assert len(digests) == 2


@pytest.mark.parametrize("name", ALL)
def test_the_configuration_has_each_policy_with_all_its_settings(name):
    told = yaml.safe_load((ROOT / "configs" / "policy" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert list(told["policies"]) == [name]
    assert list(told["policies"][name]) == list(registered()[name].settings())


@pytest.mark.parametrize("name", ALL)
def test_settings_survive_a_round_trip(name, region):
    example = registered()[name].example()
    assert build(name, example.as_mapping(), region) == example
    assert build(name, example.as_mapping(defaults=True), region) == example


def test_policies_are_frozen_and_take_keywords_only():
    with pytest.raises(FrozenInstanceError):
        ReentryBan(months=3).months = 4
    with pytest.raises(TypeError):
        ReentryBan(3)


def test_an_effect_cannot_write_into_the_pack(region, context):
    @dataclass(frozen=True, kw_only=True)
    class Vandal(Policy):
        """Writes where it should read."""

        modifies = ("travel_cost",)

        def effect(self, name, values, context):
            values[:] = 0
            return values

    base = np.array(region.array("travel_cost"))
    with pytest.raises(ValueError, match="read-only"):
        changed("travel_cost", base, [Vandal()], context)


@pytest.mark.parametrize("quantity", ["travel_cost", "attraction", "transfer_fee", "visa_free_days"])
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 4))
def test_order_cannot_matter_to_the_last_bit(quantity, region, context, seed, count):
    source = np.random.default_rng(seed)
    base = region.array(quantity)
    low, high = max(QUANTITIES[quantity].low, -5.0), min(QUANTITIES[quantity].high, 5_000.0)
    policies = [
        made(quantity, np.where(source.random(base.shape) < 0.5, base, source.uniform(low, high, base.shape)))
        for _ in range(count)
    ]
    results = [changed(quantity, base, order, context).tobytes() for order in itertools.permutations(policies)]
    assert len(set(results)) == 1


def test_each_rule_of_combining(region, context):
    def two(quantity: str, first: float, second: float, base: float) -> float:
        shape = region.array(quantity).shape
        given = [made(quantity, np.full(shape, value)) for value in (first, second)]
        return float(changed(quantity, np.full(shape, base), given, context)[0, 0, 0])

    assert two("travel_cost", 200.0, 300.0, 100.0) == 600.0  # ratios 2 and 3
    assert two("attraction", -3.0, -1.0, -2.0) == -2.0  # differences -1 and +1
    assert two("transfer_fee", 3.0, 1.0, 2.0) == 1.0  # least
    assert two("visa_free_days", 30.0, 180.0, 90.0) == 180.0  # greatest
    assert two("detection", 0.05, 0.02, 0.0) == 0.05  # a ratio to nothing means nothing
    assert two("detection", 0.9, 0.9, 0.5) == 1.0  # 1.62 is no share


def test_a_single_change_is_exact(region, context):
    base = region.array("exchange_rate")
    wanted = base * 1.1
    assert changed("exchange_rate", base, [made("exchange_rate", wanted)], context).tobytes() == wanted.tobytes()


def test_an_unchanged_entry_does_not_count(region, context):
    shape = region.array("travel_cost").shape

    def among_the_unchanged(quantity: str, base: float, first: float, second: float) -> float:
        as_it_was = np.full(shape, base)
        as_it_was[0] = base + 1  # a change elsewhere, so that the policy counts at all
        given = [made(quantity, values) for values in (np.full(shape, first), np.full(shape, second), as_it_was)]
        return float(changed(quantity, np.full(shape, base), given, context)[-1, 0, 0])

    assert among_the_unchanged("transfer_fee", 1.0, 3.0, 4.0) == 3.0
    assert among_the_unchanged("visa_free_days", 90.0, 30.0, 60.0) == 60.0
    assert among_the_unchanged("attraction", 1.0, 2.0, 3.0) == 4.0


def test_a_devaluation_takes_its_share_in_its_months(region, context):
    base = region.array("exchange_rate")
    after = Devaluation(currency="RUB", share=0.5, start="2014-08", months=4).effect("exchange_rate", base, context)
    ratio = (after / base)[:, context.countries.index("RUS")]
    start = context.month("2014-08")
    assert (ratio[:start] == 1).all()
    np.testing.assert_allclose(ratio[start : start + 4], 1 / (1 - np.array([0.125, 0.25, 0.375, 0.5])), rtol=1e-15)
    np.testing.assert_allclose(ratio[start + 4 :], 2.0, rtol=1e-15)
    others = [place for place, code in enumerate(context.countries) if region.currency[code] != "RUB"]
    assert (after[:, others] == base[:, others]).all()


def test_a_rate_is_held_from_its_month(region, context):
    base = region.array("exchange_rate")
    after = ExchangeRate(currencies=("RUB",), hold_at="2014-07").effect("exchange_rate", base, context)
    month, rus = context.month("2014-07"), context.countries.index("RUS")
    assert (after[: month + 1] == base[: month + 1]).all()
    assert (after[month:, rus] == base[month, rus]).all()
    assert (np.delete(after, rus, axis=1) == np.delete(base, rus, axis=1)).all()


def test_the_ban_replaces_only_what_the_statute_bans_for(region, context):
    chosen = ReentryBan(months=60, origins=("TJK",), destinations=("RUS",), during=("2014-01", "2014-12"))
    where = context.corridors(("TJK",), ("RUS",), ("2014-01", "2014-12"))
    assert where.sum() == 12
    for name in CATEGORIES_OF_BAN:
        base = region.array(name)
        after = chosen.effect(name, base, context)
        assert (after[where & (base > 0)] == 60).all()
        untouched = ~where | (base == 0)
        assert (after[untouched] == base[untouched]).all()
    assert (chosen.effect("listing", region.array("listing"), context) == region.array("listing")).all()


def test_an_offence_the_statute_does_not_ban_for_stays_without_a_ban(region, context):
    free = {name: region.array(name) == 0 for name in CATEGORIES_OF_BAN}
    assert any(where.any() and not where.all() for where in free.values())
    for name, where in free.items():
        after = changed(name, region.array(name), [ReentryBan(months=60)], context)
        assert (after[where] == 0).all()
        assert (after[~where] == 60).all()


def test_no_ban_leaves_no_ban(region, context):
    assert any(region.array(name).any() for name in CATEGORIES_OF_BAN)
    for name in CATEGORIES_OF_BAN:
        assert not changed(name, region.array(name), [ReentryBan(months=0)], context).any()


def test_the_seasonal_quota_is_shared_out_whole(region, context):
    chosen = SeasonalWork(destination="KAZ", quota=90_000, origins=("KGZ", "UZB"), start="2014-03", known_to=0.2)
    base = region.array("seasonal_quota")
    after = chosen.effect("seasonal_quota", base, context)
    start, kaz = context.month("2014-03"), context.destinations.index("KAZ")
    assert (after[:start] == base[:start]).all()
    np.testing.assert_allclose(after[start:, :, kaz].sum(axis=1), 90_000)
    assert (after[:, context.origins.index("TJK")] == base[:, context.origins.index("TJK")]).all()
    (campaign,) = chosen.informs(context)
    assert (campaign.topic, campaign.share, campaign.month, campaign.origins) == (
        "seasonal_permit",
        0.2,
        start,
        ("KGZ", "UZB"),
    )
    assert campaign.topic in TOPICS
    assert chosen.costs == {"seasonal_permits": 60.0}


def test_law_is_held_rule_by_rule(region, context):
    month = context.month("2012-12")
    some = Law(hold_at="2012-12", rules=("visa_free_window",))
    for name in LAW:
        base = region.array(name)
        held = changed(name, base, [Law(hold_at="2012-12")], context)
        assert (held[month:] == base[month]).all()
        assert (held[:month] == base[:month]).all()
        if name != "visa_free_window":
            assert changed(name, base, [some], context) is base
    assert (region.array("visa_free_window")[month:] != region.array("visa_free_window")[month]).any()


@pytest.mark.parametrize(
    ("name", "settings", "told"),
    [
        ("reentry_ban", {"monhts": 3}, "policies.reentry_ban.monhts is not a setting. Nearest: months."),
        ("reentry_ban", {"months": -1}, "policies.reentry_ban.months is -1, which is out of range."),
        ("reentry_ban", {"months": True}, "policies.reentry_ban.months is true, which is not a whole number."),
        (
            "reentry_ban",
            {"origins": ["TJX"]},
            "policies.reentry_ban.origins is 'TJX', which is no origin. Nearest: TJK.",
        ),
        ("reentry_ban", {"during": ["2015-01", "2014-01"]}, "which ends before it starts"),
        ("devaluation", {"share": 0.3}, "policies.devaluation.currency is missing"),
        (
            "devaluation",
            {"share": 0.96, "currency": "RUB"},
            "policies.devaluation.share is 0.96, which is out of range",
        ),
        ("devaluation", {"currency": "RBU"}, "Nearest: RUB"),
        ("exchange_rate", {"currencies": ["RUB"]}, "policies.exchange_rate.hold_at is missing"),
        ("exchange_rate", {"currencies": "RUB"}, "which is not a list"),
        ("exchange_rate", {"hold_at": "2018-01"}, "which is outside the pack. Allowed: a month, 2012-01 to 2017-12"),
        ("exchange_rate", {"hold_at": "2014-7"}, "which is not a month"),
        ("seasonal_work", {"quota": 10}, "policies.seasonal_work.destination is missing"),
        ("law", {"rules": ["visa_free_widow"]}, "Nearest: visa_free_window"),
        ("exchange_rate", {"currencies": ["RUB"], "path": {"2014-13": 40}}, "which is not a month"),
        ("exchange_rate", {"currencies": ["RUB"], "path": [40]}, "which gives no numbers by month"),
        ("exchange_rate", {"currencies": ["RUB", "KZT"], "path": {"2014-08": 40}}, "names KZT, RUB"),
        ("patent", {"monthly": 100}, "policies.patent.destination is missing"),
        ("work_quota", {"quota": 10}, "policies.work_quota.destination is missing"),
        ("recruitment", {"places": 10}, "policies.recruitment.destination is missing"),
        ("emergency_return", {"share": 0.1}, "policies.emergency_return.month is missing"),
        ("information_campaign", {"heads": 10}, "policies.information_campaign.topics is missing"),
        ("information_campaign", {"topics": ["own_statuz"]}, "Nearest: own_status"),
        ("information_campaign", {"seeding": "departin"}, "Nearest: departing"),
        ("information_campaign", {"seeding": ["departing"]}, "which is no choice"),
        ("amnesty", {"during": ["2014-01", None, None]}, "which is not a span of months"),
        ("support_centre", {"language_gain": 0.4}, "Allowed: a number, 0 to 0.3"),
        ("lwa", {}, "policies.lwa is not a policy. Nearest: law."),
        ("law", 3, "policies.law is 3, which is no mapping of settings"),
    ],
)
def test_bad_settings_are_refused_in_one_line(name, settings, told, region):
    with pytest.raises(InputError) as refusal:
        build(name, settings, region)
    assert told in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_name_can_be_given_once():
    with pytest.raises(InputError, match="policy law is registered twice"):

        @policy("law")
        class Other(Policy):
            """Another law."""

    assert registered()["law"] is Law
