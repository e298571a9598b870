"""Samples of the model's numbers: each seed its member, numbers given by hand first, and no stranger let in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import TWO_COUNTRIES, pack

from sim.errors import InputError
from sim.region.sample import Sample, find_sample, prior_sample, priors_of
from sim.scenario import Scenario
from sim.schema.parameters import PARAMETERS
from sim.simulation import simulate


def scenario(region=None, **given):
    until = "2013-03" if region is None else "2005-12"
    mapping = {"name": "small", "population": {"scale": 5e-4, "burn_in": 6}, "until": until, **given}
    return Scenario.from_mapping(mapping, region or pack())


def written(path, names, rows):
    path.write_text("\n".join([",".join(names), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return str(path)


def test_the_pack_s_own_fit_is_what_seeds_draw_from():
    one = scenario()
    assert (one.sample, len(one.numbers)) == ("posterior", len(find_sample("posterior", pack())))
    assert set(one.numbers.names) == set(priors_of(pack())), "a fit leaves no number out"
    assert scenario(sample="posterior").digest == one.digest != scenario(sample="defaults").digest
    assert scenario(pack(TWO_COUNTRIES)).numbers is None, "a pack without a fit has the starting values"


def test_each_seed_is_a_member_and_numbers_given_by_hand_come_first(tmp_path):
    name = written(tmp_path / "two.csv", ("beta", "attraction.TJK.RUS"), [(0.5, 0.1), (0.7, -0.1)])
    one = scenario(sample=name, parameters={"gamma": 0.6})
    assert [one.member(seed).parameters["beta"] for seed in (1, 2, 3)] == [0.5, 0.7, 0.5]
    assert one.member(2).adjustments == {"attraction.TJK.RUS": -0.1}
    assert one.member(1).parameters["gamma"] == 0.6
    by_hand = scenario(sample=name, parameters={"beta": 1.1}, adjustments={"attraction": {"TJK": {"RUS": 0.3}}})
    assert by_hand.member(2).parameters["beta"] == 1.1
    assert by_hand.member(2).adjustments == {"attraction.TJK.RUS": 0.3}
    assert one.member(1).numbers is None and one.member(1).member(2) == one.member(1)


def test_a_run_over_a_sample_is_the_runs_of_its_members(tmp_path):
    name = written(tmp_path / "two.csv", ("beta", "average_wage.UZB"), [(0.5, 1.1), (0.9, 0.9)])
    whole = simulate(scenario(sample=name, seeds=2), pack())
    alone = [
        simulate(replace(scenario(sample=name, seeds=1), first_seed=seed).member(seed), pack()) for seed in (1, 2)
    ]
    assert list(whole.meta["digests"].values()) == [one.meta["digest"] for one in alone]
    for seed, one in zip((1, 2), alone, strict=True):
        ours = whole.corridors[whole.corridors["seed"] == seed].reset_index(drop=True)
        assert ours.equals(one.corridors.reset_index(drop=True))
    assert whole.meta["sample"]["members"] == 2


def test_a_scenario_tells_its_sample_and_refuses_another(tmp_path):
    path = tmp_path / "one.csv"
    name = written(path, ("beta",), [(0.5,)])
    told = scenario(sample=name).as_mapping()
    assert Scenario.from_mapping(told, pack()).digest == scenario(sample=name).digest
    written(path, ("beta",), [(0.6,)])
    with pytest.raises(InputError, match="sample is .*one.csv with digest .*, which was .* Allowed: the sample as it was"):
        Scenario.from_mapping(told, pack())


BAD = {
    ("bta",): ([(0.5,)], "line 1 is 'bta', which is no number of the model that is drawn. Nearest: beta"),
    ("beta",): ([("x",)], "line 2 beta is 'x', not a number"),
    ("gamma",): ([(99,)], "line 2 gamma is 99. Allowed: 0 to 2"),
    ("beta", "gamma"): ([(0.5,)], "has 1 cells"),
    ("delta",): ([], "has no members"),
}


@pytest.mark.parametrize("names", sorted(BAD))
def test_a_file_out_of_order_is_refused(names, tmp_path):
    rows, words = BAD[names]
    with pytest.raises(InputError) as refused:
        scenario(sample=written(tmp_path / "bad.csv", names, rows))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("posteriro", "Nearest: posterior"),
        ("nowhere.csv", "there is no such file"),
        (3, "which is no sample"),
    ],
)
def test_no_such_sample(given, words):
    with pytest.raises(InputError) as refused:
        scenario(sample=given)
    assert words in str(refused.value)


def test_a_pack_without_a_fit_says_so():
    with pytest.raises(InputError, match="has none. Allowed: prior, defaults"):
        scenario(pack(TWO_COUNTRIES), sample="posterior")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"atraction": {"TJK": {"RUS": 1}}}, "adjustments.atraction.TJK.RUS is not an adjustment of the pack"),
        ({"attraction.TJK.RUS": 99}, "adjustments.attraction.TJK.RUS is 99"),
        ("much", "which is no mapping"),
    ],
)
def test_an_adjustment_that_cannot_be(given, words):
    with pytest.raises(InputError) as refused:
        scenario(adjustments=given)
    assert words in str(refused.value)


def test_the_prior_is_what_it_says():
    sample = prior_sample(pack(), 400)
    priors = priors_of(pack())
    for k, name in enumerate(sample.names):
        scores = priors[name].score(sample.values[:, k])
        assert abs(np.median(scores)) < 0.25 and 0.8 < scores.std() < 1.2, name
    few = prior_sample(pack(), 10)
    assert np.array_equal(few.values, sample.values[:10]), "a member does not depend on how many there are"


def test_the_middle_is_one_member_within_the_others():
    sample, point = find_sample("posterior", pack()), find_sample("point", pack())
    assert len(point) == 1
    assert (point.values[0] >= sample.values.min(axis=0)).all() and (point.values[0] <= sample.values.max(axis=0)).all()


def test_a_sample_is_the_same_after_writing(tmp_path):
    names = tuple(name for name in priors_of(pack()) if name in PARAMETERS)[:5]
    values = prior_sample(pack(), 3)
    sample = Sample.of("mine", names, values.values[:, [values.names.index(name) for name in names]])
    (tmp_path / "mine.csv").write_text(sample.written())
    again = find_sample(str(tmp_path / "mine.csv"), pack())
    assert again.names == names and np.allclose(again.values, sample.values, rtol=1e-5)
