"""The benchmarks measure what they say: the digest of a run, the same for any number of threads, and honest bars."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import figures, pairs, scaling, step
from benchmarks.figures import Figure

PROMISED = {"households", "months", "seconds", "ns_per_household_month", "peak_bytes_per_household", "digest"}


@pytest.fixture(scope="module")
def told() -> dict:
    return step.measure(900, 2, "compiled", 1, 2)


def test_a_step_tells_what_scripts_rely_on(told):
    assert set(json.loads(json.dumps(told))) >= PROMISED
    assert 830 <= told["households"] <= 950
    assert told["months"] == 2
    assert len(told["ns_repeats"]) == 2
    assert told["seconds"] > 0


def test_threads_do_not_change_the_digest_and_months_do(told):
    assert step.measure(900, 2, "compiled", 3, 1)["digest"] == told["digest"]
    assert step.measure(900, 3, "compiled", 1, 1)["digest"] != told["digest"]


def test_a_missed_bar_is_called_missed():
    assert Figure.of("speed", [90.0, 110.0, 120.0], "ns", most=100.0).verdict == "<= 100 MISSED"
    assert Figure.of("speed", [80.0, 90.0, 120.0], "ns", most=100.0).verdict == "<= 100 met"
    assert Figure.of("ratio", [49.0], "times", least=50.0).verdict == ">= 50 MISSED"


def test_a_table_shows_median_and_spread(capsys):
    figures.print_table([Figure.of("speed", [3.0, 1.0, 2.0], "ns", most=5.0)])
    row = capsys.readouterr().out.splitlines()[1].split()
    assert row[1:5] == ["2", "1", "3", "3"]


def test_a_paired_seed_is_worth_what_it_spares():
    """With luck shared but for a tenth of it: var(A) + var(B) over var(A - B) is 1 / (1 - correlation)."""
    generator = np.random.default_rng(5)
    luck, own, other = generator.normal(size=(3, 400))
    treated, reference = luck + own / 3.0, luck + other / 3.0
    middle, low, high = pairs.worth(treated, reference)
    assert low < 10.0 < high
    assert middle == pytest.approx(10.0, rel=0.3)
    assert pairs.worth(own, other)[0] == pytest.approx(1.0, rel=0.2)


def test_the_yardstick_is_the_best_that_pairing_can_do():
    luck, own = np.random.default_rng(7).uniform(size=(2, 400_000))
    one, other, apart = luck < 0.25, luck < 0.30, own < 0.30
    best = np.var(one * 1.0 - apart) / np.var(one * 1.0 - other)
    assert pairs.yardstick(0.25, 0.30) == pytest.approx(best, rel=0.05)


def test_the_interval_of_a_worth_holds_as_often_as_it_says():
    generator = np.random.default_rng(6)
    held = 0
    for _ in range(200):
        luck, own, other = generator.normal(size=(3, 60))
        _, low, high = pairs.worth(luck + own / 3.0, luck + other / 3.0)
        held += low < 10.0 < high
    assert 180 <= held <= 198  # 95 % of 200, with room for chance on both sides


def test_the_curve_is_a_picture_of_all_sizes():
    curves = {
        "compiled": [Figure.of("", [90.0, 95.0], "ns") for _ in scaling.SIZES],
        "mesa": [Figure.of("", [4e4], "ns") for _ in scaling.PLAIN],
    }
    drawn = scaling.draw(curves)
    assert drawn == scaling.draw(curves)
    assert b"<svg" in drawn
    assert b"bar: 100" in drawn
    assert b"mesa engine" in drawn
