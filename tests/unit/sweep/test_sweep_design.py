"""Designs: points where they should be, ranges and lists as they were meant, bad ones refused in one line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_worlds import pack

from sim.errors import InputError
from sim.studies.sweep.design import make_design

TWO = {"parameters": {"beta": [0.8, 1.2]}, "policies": {"reentry_ban": {"months": [0, 120]}}}


def design(kind, sweep=None, **settings):
    return make_design({"kind": kind, **settings}, TWO if sweep is None else sweep, pack())


@pytest.mark.parametrize("kind", ["random", "lhs", "sobol", "morris", "saltelli"])
def test_a_filling_design_is_in_its_ranges_and_repeats(kind):
    one, again, other = (design(kind, points=64, seed=seed) for seed in (3, 3, 4))
    assert one.rows == again.rows != other.rows
    betas, months = zip(*one.rows, strict=True)
    assert 0.8 <= min(betas) < 0.9 and 1.1 < max(betas) <= 1.2
    assert all(isinstance(month, int) and 0 <= month <= 120 for month in months)
    assert one.unit.shape == (len(one.rows), 2)
    assert [one.axes[0].at(u) for u in one.unit[:, 0]] == list(betas)


def test_the_number_of_points_is_the_kind_s_own():
    sizes = {kind: len(design(kind, points=66).rows) for kind in ("random", "lhs", "sobol", "morris", "saltelli")}
    assert sizes == {"random": 66, "lhs": 66, "sobol": 66, "morris": 66, "saltelli": 64}


def test_a_latin_hypercube_has_one_point_in_each_slice():
    unit = design("lhs", points=50).unit
    for axis in unit.T:
        assert sorted(np.floor(axis * 50).astype(int)) == list(range(50))


def test_a_morris_trajectory_moves_one_axis_at_a_time():
    unit = design("morris", points=30).unit.reshape(-1, 3, 2)
    for path in unit:
        assert ((np.diff(path, axis=0) != 0).sum(axis=1) == 1).all()


def test_whole_numbers_have_equal_chances():
    months = [row[0] for row in design("sobol", {"policies.reentry_ban.months": [0, 3]}, points=256).rows]
    assert np.bincount(months).tolist() == [64, 64, 64, 64]


def test_a_grid_of_lists_is_their_product():
    made = design("grid", {"parameters.beta": [0.8, 1.2], "policies.reentry_ban.months": [0, 12, None]})
    assert made.rows == [(b, m) for b in (0.8, 1.2) for m in (0, 12, None)]


def test_a_grid_with_points_cuts_ranges_into_levels():
    made = design("grid", points=17)
    assert len(made.rows) == 16
    assert sorted({row[0] for row in made.rows}) == pytest.approx([0.8, 0.9333, 1.0667, 1.2], abs=1e-4)
    assert sorted({row[1] for row in made.rows}) == [0, 40, 80, 120]
    levels = design("grid", {"parameters.beta": {"low": 0.5, "high": 2.0, "levels": 3, "log": True}})
    assert [row[0] for row in levels.rows] == pytest.approx([0.5, 1.0, 2.0])


def test_dates_are_months_in_order():
    made = design("lhs", {"policies.exchange_rate.hold_at": ["2014-01", "2014-12"]}, points=48)
    counts = pd.Series([row[0] for row in made.rows]).value_counts()
    assert sorted(counts.index) == [f"2014-{month:02d}" for month in range(1, 13)]
    assert set(counts) == {4}
    assert design("grid", {"policies.exchange_rate.hold_at": ["2014-01", "2014-12"]}).rows == [
        ("2014-01",),
        ("2014-12",),
    ]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_points_of_a_table(tmp_path, suffix):
    frame = pd.DataFrame({"parameters.beta": [0.8, 1.0], "policies.reentry_ban.months": [12.0, np.nan]})
    path = tmp_path / f"points{suffix}"
    frame.to_csv(path, index=False) if suffix == ".csv" else frame.to_parquet(path)
    made = design("table", {}, file=str(path))
    assert made.keys == ("parameters.beta", "policies.reentry_ban.months")
    assert made.rows == [(0.8, 12), (1, None)]


@pytest.mark.parametrize(
    ("kind", "sweep", "settings", "told"),
    [
        ("sobbol", None, {}, "design is 'sobbol', which is no design. Nearest: sobol."),
        ("lhs", None, {"points": 0}, "design.points is 0."),
        ("lhs", None, {}, "design.points is missing."),
        ("morris", None, {"points": 5}, "design.points is 5. Allowed: 6 or more"),
        ("saltelli", None, {"points": 7}, "design.points is 7. Allowed: 8 or more"),
        ("grid", None, {"points": 3}, "two values of each axis make 4"),
        ("lhs", {}, {"points": 4}, "sweep is empty"),
        ("lhs", {"parameters.beta": [1.2, 0.8]}, {"points": 4}, "bounds that are crossed: 1.2 to 0.8"),
        ("lhs", {"parameters.beta": 3}, {"points": 4}, "sweep.parameters.beta is 3, which is neither"),
        ("lhs", {"parameters.beta": {"low": 1}}, {"points": 4}, "without both ends"),
        ("lhs", {"parameters.beta": {"low": 0, "high": 1, "log": True}}, {"points": 4}, "a logarithm from 0 on"),
        ("lhs", {"policies.reentry_ban.months": [0.5, 3]}, {"points": 4}, "which are no whole numbers"),
        ("grid", {"parameters.beta": [1, 1]}, {}, "names 1 twice"),
        ("lhs", {"seeds": [1, 2]}, {"points": 4}, "sweep.seeds cannot be swept"),
        ("lhs", {"policy.reentry_ban.months": [1, 2]}, {"points": 4}, "Nearest: policies."),
        ("lhs", {"until": ["2014-12", "2013-12"]}, {"points": 4}, "two months in order"),
        ("table", {}, {"file": "none.csv"}, "which cannot be read"),
        ("table", None, {"file": "none.csv"}, "sweep is given with design=table"),
        ("lhs", None, {"points": 4, "file": "x.csv"}, "design.file is given with design=lhs"),
    ],
)
def test_a_bad_design_is_refused_in_one_line(kind, sweep, settings, told):
    with pytest.raises(InputError) as refused:
        design(kind, sweep, **settings)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
