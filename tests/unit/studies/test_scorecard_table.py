"""The scorecard's judgements, its experiments on runs made up so that the answer is known, and its files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_worlds import pack, scenario

from sim.cli.main import main
from sim.output.result import RunResult
from sim.region.sample import Sample
from sim.schema.attributes import HOUSEHOLD, SHARE_ONE
from sim.studies import experiments, scorecard, states
from sim.studies.scorecard import CHECKS, Check, interval

SEEDS, MONTHS = (1, 2, 3), pd.date_range("2012-01-01", periods=36, freq="MS")
ROW = {
    "pattern": "P0", "measure": "made_up", "origin": "ALL", "destination": "ALL", "series": "", "period": "",
    "value": 1.0, "unit": "", "use": "checked", "source": "nowhere", "tag": "assumed",
}  # fmt: skip


def made_up(**measures: object) -> RunResult:
    """A run of two origins with measures that are numbers, or functions of seed and month number."""
    rows = []
    for seed in SEEDS:
        for k, month in enumerate(MONTHS):
            for origin in ("TJK", "KGZ"):
                told = {name: value(seed, k) if callable(value) else value for name, value in measures.items()}
                rows.append({"seed": seed, "month": month, "origin": origin, **told})
    origins = pd.DataFrame(rows)
    return RunResult(origins.assign(destination="RUS"), origins, pd.DataFrame())


def later(before: float, after: float, month: int = 12):
    return lambda seed, k: before if k < month else after * (1.0 + 0.01 * seed)


def test_an_interval_is_that_of_student():
    low, high = interval(np.array([1.0, 2.0, 3.0]))
    assert (low + high) / 2 == pytest.approx(2.0)
    assert (high - low) / 2 == pytest.approx(4.30265 / np.sqrt(3), rel=1e-4)
    assert all(np.isnan(interval(np.array([1.0]))))


@pytest.mark.parametrize(
    ("values", "sign", "scored", "passed"),
    [
        ([0.4, 0.6, 0.5], False, True, True),
        ([1.4, 1.6, 1.5], False, True, False),
        ([0.0, 2.5, 0.5], False, True, True),
        ([0.4, 0.6, 0.5], True, True, True),
        ([-0.5, 1.5, 0.5], True, True, False),
        ([0.5], True, True, None),
        ([0.5], False, True, True),
        ([np.nan, np.nan], False, True, None),
        ([0.5, 0.5], False, False, None),
    ],
)
def test_a_figure_is_met_by_its_mean_and_a_sign_by_its_interval(values, sign, scored, passed):
    check = Check("P0", "", lambda *_: None, 0.0, 1.0, sign=sign, scored=scored)
    assert scorecard._line(ROW, np.array(values), check)["passed"] is passed


def test_every_pattern_of_the_list_has_a_figure_and_every_figure_of_the_targets_is_understood():
    """But for registered citizens and all nationalities, which the model does not have."""
    targets = pack().targets
    numbers = {int(name[1:]) for name in targets["pattern"] if name}
    assert numbers == {1, 2, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20}
    assert set(CHECKS) <= set(targets["measure"])
    for check in CHECKS.values():
        assert check.meaning.endswith(".") and check.band and check.low < check.high


def test_the_experiments_measure_what_they_say():
    flat = {"stock": 100.0, "returns": 10.0, "forced_returns": 0.0}
    base = made_up(remittances_true_real=50.0, remittances_true=50.0, departures=20.0, refused=5.0, remigration_12=4.0,
                   aware_seasonal_permit=40.0, households=10.0, **flat)  # fmt: skip
    grown = {name: later(50.0, 50.0 * 1.1**0.6) for name in ("remittances_true_real", "remittances_true")}
    better = made_up(**grown, **flat)
    expected = 0.6 + np.log1p(0.01 * np.array(SEEDS)) / np.log(1.1)
    np.testing.assert_allclose(experiments.rate_elasticities(base, better, "RUS"), expected)
    assert experiments.rate_elasticity(base, better, "RUS") == pytest.approx(expected.mean())
    less = made_up(remittances_true=later(50.0, 50.0 * 0.99**1.5))
    expected = 1.5 + np.log1p(0.01 * np.array(SEEDS)) / np.log(0.99)
    np.testing.assert_allclose(experiments.growth_elasticities(base, less, "RUS"), expected)
    fewer = made_up(departures=later(20.0, 15.0), returns=10.0, refused=5.0, remigration_12=later(4.0, 3.0))
    change = experiments.restricted("departures")(base, fewer, "RUS")
    np.testing.assert_allclose(change, 100 * (0.75 * (1 + 0.01 * np.array(SEEDS)) - 1))
    again = experiments.repeat_attempts(base, fewer, "RUS")
    np.testing.assert_allclose(again, 100 * ((3 * (1 + 0.01 * np.array(SEEDS)) + 5) / 9 - 1))
    stronger = made_up(departures=later(20.0, 20.0 * 1.1**0.3))
    expected = 0.3 + np.log1p(0.01 * np.array(SEEDS)) / np.log(1.1)
    np.testing.assert_allclose(experiments.network_elasticity(base, stronger, "RUS"), expected)
    kept = made_up(stock=lambda seed, k: 100.0 + (10.0 if 12 <= k < 24 else 4.0 if k >= 24 else 0.0), returns=1.0)
    np.testing.assert_allclose(experiments.effect_kept(base, kept, "RUS"), 40.0)
    deaf = made_up(aware_seasonal_permit=30.0, households=10.0)
    np.testing.assert_allclose(experiments.known_from_non_users(base, deaf, "RUS"), 25.0)
    poor = made_up(remittances_true_real=later(50.0, 55.0), stock=100.0)
    np.testing.assert_allclose(experiments.less_pay_at_home(base, poor, "RUS"), 10.0 + 1.1 * np.array(SEEDS))
    home = made_up(returns=later(10.0, 20.0), stock=100.0)
    assert (experiments.return_changes(base, home, "RUS") > 20.0).all()


def test_a_probe_changes_the_numbers_of_every_member_of_a_sample():
    sample = Sample.of("two", ("tell_ratio", "ties_kin"), np.array([[0.1, 1.0], [0.2, 1.9]]))
    one = replace(scenario(until="2014-12"), numbers=sample, parameters={"ties_village": 0.4})
    made, histories = experiments.all_probes(one, pack())
    talk = made["new_route_users_talk"]
    assert [talk.member(seed).parameters["tell_ratio"] for seed in (1, 2)] == [0.0, 0.0]
    assert histories["new_route_users_talk"].scenario.name == "new_route"
    ties = made["stronger_ties"]
    told = [[ties.member(seed).parameters[name] for name in ("ties_kin", "ties_village")] for seed in (1, 2)]
    np.testing.assert_allclose(told, [[1.1, 0.44], [2.0, 0.44]])  # 2 is the most a tie may weigh
    assert sample.values[0, 0] == 0.1, "the sample itself stays"


def test_a_scenario_that_is_too_short_for_an_experiment_has_none():
    assert not experiments.all_probes(scenario(until="2012-12"), pack())[0]
    assert set(experiments.all_probes(scenario(until="2013-12"), pack())[0]) == {
        "better_rate", "less_growth", "less_pay", "stronger_ties", "new_route", "new_route_users_talk",
    }  # fmt: skip


class MadeUp(states.States):
    """States that are given, not lived."""

    def at(self, seed: int, month: int) -> np.ndarray:
        return GIVEN[month]

    def quarters(self, seed: int):
        yield GIVEN[0], np.array([0.0, 100.0, 0.0])


GIVEN: dict[int, np.ndarray] = {}


def kept() -> MadeUp:
    return MadeUp(scenario(until="2014-12", seeds=2), pack(), Path(), (*range(40),))


def test_poverty_with_and_without_the_money():
    people = np.zeros(5, HOUSEHOLD)
    people["origin"] = list(map(pack().origins.index, ("KGZ", "KGZ", "KGZ", "KGZ", "TJK")))
    people["members"], people["workers"] = [4, 3, 3, 5, 4], 2
    people["place"][:, 0] = [1, 1, 0, 1, 1]  # the third has nobody abroad
    people["consumption"] = [310, 150, 10, 390, 10]  # lines of those at home: 300, 200, -, 400
    people["remitted"] = [20, 0, 0, 0, 0]
    lines = np.zeros(3)
    lines[pack().origins.index("KGZ")] = 100.0
    GIVEN[0] = people
    told = kept()
    told.__class__.quarters = lambda self, seed: iter([(people, lines)])
    np.testing.assert_allclose(states.poverty(told, "KGZ", with_money=True), 100 * 8 / 12)
    np.testing.assert_allclose(states.poverty(told, "KGZ", with_money=False), 100.0)
    assert states.poverty(replace(told, months=(15, 18)), "KGZ", with_money=True) is None


def test_who_is_turned_back_had_believed_something_before():
    before, after = (np.zeros(4, HOUSEHOLD) for _ in range(2))
    for records in (before, after):
        records["ban_left"][:, 0] = 12
    before["q"][:, 0] = [SHARE_ONE, int(0.6 * SHARE_ONE), int(0.3 * SHARE_ONE), SHARE_ONE]
    after["q"][:, 0] = [0, 0, 0, SHARE_ONE]  # the last did not go
    for month in states.TRAVELLED:
        GIVEN[month], GIVEN[month + 1] = before, after
    np.testing.assert_allclose(states.refused_unawares(kept()), 100 * 2 / 3)


def test_the_self_employed_are_a_share_of_those_at_work_at_once():
    base = made_up(self_employed_returns=22.0, returns=100.0, forced_returns=20.0)
    given = replace(kept(), scenario=replace(kept().scenario, parameters={"resume": 0.5, "search_forced": 0.5}))
    np.testing.assert_allclose(states.self_employed(given, base), 100 * 22 / (0.5 * (80 + 0.5 * 20)))


def test_the_command_writes_the_table_and_a_page_that_says_the_same(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    tiny = ["population.scale=0.0001", "population.burn_in=2", "until=2014-12", "seeds=2", "threads=1"]
    assert main(["scorecard", *tiny, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    folder = tmp_path / "results" / "scorecard"
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "scorecard.csv", "scorecard.parquet"]
    table = pd.read_parquet(folder / "scorecard.parquet")
    assert len(told) == len(table) == len(pd.read_csv(folder / "scorecard.csv")) > 100
    assert {f"P{k}" for k in (1, 2, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20)} == {*table["pattern"]} - {""}
    page = (folder / "report.html").read_text()
    assert page.count("<svg") == 1 and "http://" not in page.replace("http://www.w3.org", "")
    for row in table[table["pattern"] != ""].itertuples():
        assert row.meaning.replace("'", "&#x27;") in page
    (folder / "mine.txt").write_text("keep me")
    assert main(["scorecard", *tiny]) == 2
    assert "which holds 'mine.txt'" in capsys.readouterr().err
    assert main(["scorecard", "name=other", *tiny]) == 0
    assert "scored figures are inside their band" in capsys.readouterr().out
    assert (tmp_path / "results" / "other" / "report.html").is_file()
