"""What a scenario accepts, what it refuses, and what its digest depends on."""

from __future__ import annotations

import copy

import pytest

from sim.configuration.compose import compose, request
from sim.configuration.files import choices, scenario_cards
from sim.configuration.multirun import jobs
from sim.configuration.overrides import parse
from sim.configuration.provenance import BY_HAND, origins_of
from sim.errors import InputError
from sim.region import Region, load
from sim.scenario import Scenario

FULL = {
    "name": "tried",
    "question": "What if?",
    "region": {"pack": "central_asia"},
    "population": {"scale": 0.001, "burn_in": 12},
    "seeds": 3,
    "first_seed": 7,
    "engine": "mesa",
    "threads": 1,
    "until": "2014-06",
    "parameters": {"beta": 1},
    "corridors": {"TJK": {"RUS": {"attraction": -3}}},
    "policies": {"reentry_ban": {"months": 0}, "law": None},
}


@pytest.fixture(scope="module")
def region() -> Region:
    return load("central_asia")


def changed(**changes: object) -> dict:
    """The full mapping with some keys (dotted by two underscores) changed."""
    mapping = copy.deepcopy(FULL)
    for key, value in changes.items():
        *path, last = key.split("__")
        node = mapping
        for part in path:
            node = node.setdefault(part, {})
        node[last] = value
    return mapping


def test_a_full_mapping_is_read_whole(region):
    one = Scenario.from_mapping(FULL, region)
    assert (one.name, one.scale, one.burn_in, one.engine, one.threads) == ("tried", 0.001, 12, "mesa", 1)
    assert list(one.seed_numbers) == [7, 8, 9]
    assert one.months == 30
    assert one.parameters == {"beta": 1.0}
    assert one.corridors == {"TJK": {"RUS": {"attraction": -3.0}}}
    assert [policy.name for policy in one.policy_objects] == ["law", "reentry_ban"]
    assert Scenario.from_mapping(one.as_mapping(), region) == one


def test_what_is_absent_takes_its_default(region):
    one = Scenario.from_mapping({}, region)
    assert (one.scale, one.burn_in, one.seeds, one.until, one.months) == (0.01, 60, 8, "2017-12", 72)
    assert one.policies == {}
    assert one.pack_digest == region.digest


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"polices": {}}, "polices is not a key. Nearest: policies."),
        ({"population__size": 1}, "population.size is not a key"),
        ({"population__scale": 0}, "population.scale is 0, which is out of range. Allowed: a number, 0.0001 to 1"),
        ({"population__scale": 1.01}, "population.scale is 1.01, which is out of range"),
        ({"population__scale": 9e-5}, "population.scale is 9e-05, which is out of range"),
        ({"population__scale": "0.01"}, "population.scale is '0.01', which is not a number"),
        ({"population__scale": float("nan")}, "population.scale is nan"),
        ({"population__burn_in": 1.5}, "population.burn_in is 1.5, which is not a whole number"),
        ({"population": 3}, "population is 3, which is no mapping"),
        ({"seeds": 0}, "seeds is 0, which is out of range"),
        ({"seeds": True}, "seeds is true, which is not a whole number"),
        ({"first_seed": -1}, "first_seed is -1"),
        (
            {"engine": "compield"},
            "engine is 'compield', which is no engine. Nearest: compiled. Allowed: compiled, mesa.",
        ),
        ({"threads": 0}, "threads is 0"),
        ({"until": "2018-01"}, "until is '2018-01', which is outside the pack. Allowed: a month, 2012-01 to 2017-12."),
        (
            {"until": "2012-11"},
            "within the first year, which is the base period. Allowed: a month, 2012-12 to 2017-12.",
        ),
        ({"until": 2014}, "until is 2014, which is not a month"),
        ({"parameters__betta": 1}, "parameters.betta is not a parameter. Nearest: beta."),
        ({"parameters__beta": 9}, "parameters.beta is 9, which is out of range. Allowed: a number, 0.1 to 3"),
        ({"parameters__beta": None}, "parameters.beta is null, which is not a number"),
        ({"corridors__TJX": {}}, "corridors.TJX is not an origin of the pack. Nearest: TJK."),
        ({"corridors__TJK__RSU": {}}, "corridors.TJK.RSU is not a destination of the pack. Nearest: RUS."),
        ({"corridors__TJK__RUS__atraction": 1}, "corridors.TJK.RUS.atraction is not"),
        ({"corridors__TJK__RUS__season_pay": 1}, "corridors.TJK.RUS.season_pay is not"),
        ({"corridors__TJK__RUS__listing": 2}, "corridors.TJK.RUS.listing is 2, which is out of range"),
        ({"policies__rentry_ban": {}}, "policies.rentry_ban is not a policy. Nearest: reentry_ban."),
        ({"policies__reentry_ban__months": -3}, "policies.reentry_ban.months is -3, which is out of range"),
        ({"policies": []}, "policies is [], which is no mapping"),
        ({"name": 3}, "name is 3, which is not text"),
        ({"region__pakc": "x"}, "region.pakc is not a key. Nearest: pack."),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(changes, told, region):
    with pytest.raises(InputError) as refusal:
        Scenario.from_mapping(changed(**changes), region)
    assert told in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "changes",
    [{"name": "other"}, {"question": "Else?"}, {"engine": "compiled"}, {"threads": 5}, {"parameters__beta": 1.0}],
)
def test_the_digest_ignores_what_cannot_change_a_result(changes, region):
    assert Scenario.from_mapping(changed(**changes), region).digest == Scenario.from_mapping(FULL, region).digest


@pytest.mark.parametrize(
    "changes",
    [
        {"seeds": 4},
        {"first_seed": 8},
        {"until": "2014-07"},
        {"population__scale": 0.002},
        {"population__burn_in": 13},
        {"parameters__beta": 1.1},
        {"corridors__TJK__RUS__attraction": -3.1},
        {"policies__reentry_ban__months": 1},
    ],
)
def test_the_digest_depends_on_what_does(changes, region):
    assert Scenario.from_mapping(changed(**changes), region).digest != Scenario.from_mapping(FULL, region).digest


def test_spelling_out_a_default_leaves_the_digest(region):
    spelt = changed(policies={"law": {"rules": "all"}, "reentry_ban": {"listing": None, "months": 0}})
    assert Scenario.from_mapping(spelt, region).digest == Scenario.from_mapping(FULL, region).digest


@pytest.mark.parametrize("name", sorted(choices("scenario")))
def test_each_scenario_composes_and_says_its_question(name):
    one = request("run", [f"scenario={name}"])
    assert one.scenario.name == name
    assert one.scenario.question.endswith("?")
    assert (name == "history") == (one.scenario.policies == {})


@pytest.mark.parametrize("name", sorted(choices("policy")))
def test_each_example_of_a_policy_composes(name):
    assert name in request("run", [f"policy={name}"]).scenario.policies


def test_headers_tell_what_is_held_fixed_and_the_sources():
    for card in scenario_cards():
        assert "Holds fixed:" in card.header
        assert "Sources:" in card.header


def test_several_policies_on_top_of_a_scenario():
    one = request("run", ["scenario=no_ban", "policy=[devaluation,seasonal_work]", "policies.devaluation.share=0.2"])
    assert set(one.scenario.policies) == {"reentry_ban", "devaluation", "seasonal_work"}
    assert one.scenario.policies["devaluation"]["share"] == 0.2


def test_policies_by_hand_belong_to_one_side_and_the_rest_to_both():
    one = request("compare", ["policies.reentry_ban.months=24", "seeds=3", "parameters.beta=1.2"])
    assert one.scenario.policies == {"reentry_ban": {"months": 24}}
    assert one.against is not None
    assert one.against.policies == {}
    assert one.against.parameters == one.scenario.parameters == {"beta": 1.2}
    assert one.against.seeds == one.scenario.seeds == 3
    assert str(one.folder) == "results/history_against_history"


def test_python_values_are_set_as_the_command_line_sets_them():
    by_hand = request("run", ["population.scale=0.002", "policies.law.rules=[offence]", "policies.law.hold_at=2013-01"])
    in_python = request(
        "run", [], {"population.scale": 0.002, "policies.law": {"rules": ["offence"], "hold_at": "2013-01"}}
    )
    assert by_hand.scenario == in_python.scenario


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "half_ban.yaml"
    path.write_text("defaults: [no_devaluation]\nquestion: Half?\npolicies: {reentry_ban: {months: 18}}\n")
    one = request("run", [f"scenario={path}"]).scenario
    assert one.name == "half_ban"
    assert one.question == "Half?"
    assert one.policies == {
        "exchange_rate": {"currencies": ["RUB"], "hold_at": "2014-07"},
        "reentry_ban": {"months": 18},
    }
    pair = request("compare", ["scenario=history", f"against={path}"])
    assert pair.against is not None
    assert pair.against.name == "half_ban"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("policies: {reentry_ban: {monhts: 1}}", "policies.reentry_ban.monhts is not a setting. Nearest: months."),
        ("polices: {}", "polices is not a key. Nearest: policies."),
        ("defaults: [histroy]", "mine.yaml defaults is 'histroy', which is no scenario. Nearest: history."),
        ("policies: {a: [}", "mine.yaml line 1 is not YAML"),
        ("- 3", "which holds no mapping"),
        ("policies: {law: {_target_: os.system}}", "policies.law._target_ is not a setting"),
        (
            "policies: {reentry_ban: {months: '${nothing}'}}",
            "configuration cannot be composed: Interpolation key 'nothing'",
        ),
    ],
)
def test_a_bad_file_is_refused_in_one_line(content, told, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(InputError) as refusal:
        request("run", [f"scenario={path}"])
    assert told in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["scenario=no_bann"], "scenario is 'no_bann', which is no scenario. Nearest: no_ban."),
        (["scenario=gone.yaml"], "which is no file"),
        (["population=smal"], "population is 'smal', which is no population. Nearest: small."),
        (["policy=devalue"], "Nearest: devaluation."),
        (["region=central_asa"], "region is 'central_asa', which is no region. Nearest: central_asia."),
        (["region=./nowhere"], "is not a folder"),
        (["sedes=3"], "sedes is not a key. Nearest: seeds."),
        (["seeds=["], "seeds is '[', which cannot be read"),
        (["seeds=3", "seeds=4"], "seeds is given twice"),
        (["seeds=3,4"], "add -m for a run each"),
        (["seeds"], "'seeds' is not key=value"),
        (["name=../x"], "name is '../x', which is no name"),
        (["name=.hidden"], "which is no name"),
        (["explain=perhaps"], "explain is 'perhaps'. Allowed: true or false."),
        (["population.scale=${gone}"], "configuration cannot be composed"),
        (["hydra/launcher=joblob"], "hydra/launcher is 'joblob', which is no choice. Nearest: joblib. Allowed: basic"),
        (["against=history"], "against is not a key"),
    ],
)
def test_a_bad_command_line_is_refused_in_one_line(arguments, told):
    with pytest.raises(InputError) as refusal:
        request("run", arguments)
    assert told in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_multirun_makes_a_run_of_each_combination():
    made = jobs("run", ["scenario=history,no_ban", "population.scale=0.001,0.002", "name=grid"])
    assert [(one.scenario.name, one.scenario.scale) for one in made] == [
        ("history", 0.001),
        ("history", 0.002),
        ("no_ban", 0.001),
        ("no_ban", 0.002),
    ]
    assert all(one.folder.name == f"grid-{one.scenario.digest[:8]}" for one in made)


def test_a_multirun_refuses_to_do_the_same_twice():
    with pytest.raises(InputError, match="asks twice for the same results: engine=compiled and engine=mesa"):
        jobs("run", ["engine=compiled,mesa"])


def test_provenance_names_the_file_or_the_hand():
    one = request("run", ["scenario=no_ban", "population=small", "seeds=2", "policies.reentry_ban.listing=0.1"])
    origins = origins_of(one)
    assert origins["seeds"] == BY_HAND
    assert origins["population.scale"] == "population/small.yaml"
    assert origins["threads"] == "run.yaml"
    assert origins["question"] == "scenario/no_ban.yaml"
    assert origins["policies.reentry_ban.months"] == "scenario/no_ban.yaml"
    assert origins["policies.reentry_ban.listing"] == BY_HAND
    assert origins["policies.reentry_ban.during"] == "default"


def test_the_defaults_of_files_and_of_the_class_agree(region):
    composed = compose("run", parse("run", []))
    for key in ("name", "output", "explain", "checkpoint", "label"):
        composed.pop(key)
    from_files, bare = Scenario.from_mapping(composed, region), Scenario.from_mapping({}, region)
    assert from_files.digest == bare.digest
    assert (from_files.engine, from_files.threads) == (bare.engine, bare.threads)
