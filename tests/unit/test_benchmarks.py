"""The benchmarks measure what they say: the digest of a run, the same for any number of threads, and honest bars."""

from __future__ import annotations

import json

import pytest

from benchmarks import figures, step
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
