"""Sensitivity: known indices are found within the error that is told, chance is told apart, regions that are there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_sweeps import BETA, live_here, planned
from small_worlds import pack

from sim.cli.main import main
from sim.errors import InputError
from sim.studies.sensitivity.figures import regions_figure, sensitivity_figure
from sim.studies.sensitivity.indices import DUMMY, indices, shares
from sim.studies.sensitivity.regions import prim, regions
from sim.studies.sweep.design import make_design
from sim.studies.sweep.gather import gather

LUCK = np.random.default_rng


def ishigami(u):
    x = math.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


G = np.array([0.0, 1.0, 4.5, 9.0])


def sobol_g(u):
    return np.prod((np.abs(4 * u - 2) + G) / (1 + G), axis=1)


def g_indices():
    parts = 1 / (3 * (1 + G) ** 2)
    whole = np.prod(1 + parts) - 1
    return parts / whole, parts * np.prod(1 + parts) / (1 + parts) / whole


def unit_of(kind, axes, points, **more):
    names = list(pack_numbers())[:axes]
    sweep = {f"parameters.{name}": list(pack_numbers()[name]) for name in names}
    return make_design({"kind": kind, "points": points, "seed": 2, **more}, sweep, pack()).unit


def pack_numbers():
    from sim.schema.parameters import PARAMETERS

    return {name: (one.low, one.high) for name, one in PARAMETERS.items()}


def found(method, function, axes, points, noise=0.0, seeds=2, **more):
    unit = unit_of({"morris": "morris", "sobol": "saltelli", "pawn": "lhs"}[method], axes, points, **more)
    y = function(unit)[:, None] + noise * LUCK(1).standard_normal((len(unit), seeds))
    return indices(method, "y", [f"x{k}" for k in range(axes)], unit, y)


def by_axis(one):
    return one.table.set_index("axis")


@pytest.mark.parametrize(
    ("function", "axes", "first", "total"),
    [
        (ishigami, 3, (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)),
        (sobol_g, 4, *g_indices()),
    ],
    ids=["Ishigami", "Sobol G"],
)
def test_sobol_indices_are_the_analytic_ones_within_their_error(function, axes, first, total):
    one = found("sobol", function, axes, 2048 * (axes + 2))
    table = by_axis(one)
    for k in range(axes):
        row = table.loc[f"x{k}"]
        assert row["index"] == pytest.approx(total[k], abs=0.03)
        assert row["first"] == pytest.approx(first[k], abs=0.04)
        widened = 1.5 * (row["high95"] - row["low95"]) / 2
        assert abs(row["index"] - total[k]) <= widened, "the interval that is told holds the true index"
    assert one.settled and "settled" in one.words


def test_too_few_points_are_said_to_be_too_few():
    one = found("sobol", ishigami, 3, 16 * 5)
    assert not one.settled and "take more points" in one.words


def test_morris_ranks_as_the_function_does_and_finds_what_does_nothing():
    def function(u):
        return sobol_g(u[:, :4])

    table = by_axis(found("morris", function, 6, 40 * 7))
    assert table.index[:4].tolist() == ["x0", "x1", "x2", "x3"]
    assert table.loc[["x4", "x5"], "index"].max() == 0 < table.loc["x3", "low95"]


def test_pawn_tells_what_matters_from_a_number_that_nothing_depends_on():
    def function(u):
        return 3 * u[:, 0] + 2.5 * u[:, 1]

    table = by_axis(found("pawn", function, 3, 1000))
    assert table.index[:2].tolist() == ["x0", "x1"]
    assert table.loc["x1", "low95"] > table.loc[DUMMY, "high95"]
    assert table.loc["x2", "index"] < table.loc[DUMMY, "high95"]


@pytest.mark.parametrize("noise", [0.0, 1.0, 4.0])
def test_seeds_and_numbers_are_told_apart(noise):
    rows, seeds = 400, 40
    luck = LUCK(3)
    numbers, seed = luck.standard_normal((rows, 1)), 0.5 * luck.standard_normal((1, seeds))
    parts = shares(numbers + seed + noise * luck.standard_normal((rows, seeds)))
    whole = numbers.var() + seed.var() + noise**2
    assert parts.numbers == pytest.approx(numbers.var() / whole, abs=0.03)
    assert parts.seeds == pytest.approx(seed.var() / whole, abs=0.03)
    assert parts.both == pytest.approx(noise**2 / whole, abs=0.03)


def test_luck_is_not_taken_for_an_effect():
    """Without any effect of the numbers, their share is none, whatever a single mean may show."""
    assert shares(LUCK(5).standard_normal((300, 8))).numbers < 0.02


@pytest.mark.parametrize(
    ("method", "points", "spoil", "told"),
    [
        ("sobol", 80, lambda y: y.__setitem__((3, 0), np.nan), "has no value in 1 of 80 points"),
        ("morris", 80, lambda y: y.__setitem__(slice(None), 2.0), "is the same at every point"),
        ("shapley", 80, lambda y: None, "is 'shapley', which is no method"),
    ],
)
def test_what_cannot_be_analysed_is_refused(method, points, spoil, told):
    unit = unit_of("saltelli", 3, points)
    y = ishigami(unit)[:, None].repeat(2, axis=1)
    spoil(y)
    with pytest.raises(InputError, match=told):
        indices(method, "y", ["a", "b", "c"], unit, y)


def test_a_design_of_another_kind_is_refused():
    with pytest.raises(InputError, match="no Saltelli design"):
        indices("sobol", "y", ["a", "b", "c"], LUCK(1).random((81, 3)), LUCK(2).random((81, 2)))


def box_of(rows=500):
    values = LUCK(7).random((rows, 4))
    return values, (values[:, 0] > 0.6) & (values[:, 2] < 0.5)


def test_prim_finds_a_box_that_is_there():
    values, helped = box_of()
    box = prim(list("abcd"), values, helped)
    assert set(box.limits) >= {"a", "c"}
    assert box.limits["a"][0] == pytest.approx(0.6, abs=0.05)
    assert box.limits["c"][1] == pytest.approx(0.5, abs=0.05)
    assert box.density > 0.95 and box.coverage > 0.85


def test_regions_tell_where_a_policy_helps():
    values, helped = box_of()
    differences = np.where(helped, 1.0, -1.0)[:, None] + 0.1 * LUCK(8).standard_normal((500, 4))
    one = regions("m", list("abcd"), values, differences)
    assert (one.helped == helped).all() and one.sure.mean() > 0.95
    assert one.accuracy > 0.95 > one.majority
    assert sorted(one.importance, key=one.importance.get)[-2:] in (["a", "c"], ["c", "a"])
    assert "a <=" in one.tree and "a in 0." in one.words
    other = regions("m", list("abcd"), values, -differences, wanted="less")
    assert (other.helped == helped).all()
    assert regions_figure(one, list("abcd"), values).axes[0].get_xlabel() in ("a", "c")


def test_regions_without_any_are_refused():
    values, _ = box_of()
    with pytest.raises(InputError, match="better with the policy at every point"):
        regions("m", list("abcd"), values, np.ones((500, 2)))


def test_a_figure_has_a_bar_for_each_axis():
    one = found("pawn", ishigami, 3, 100)
    labels = [text.get_text() for text in sensitivity_figure(one).axes[0].get_yticklabels()]
    assert sorted(labels) == sorted(["x0", "x1", "x2", DUMMY])


def test_the_command_analyses_a_sweep(tmp_path, capsys):
    sweep = planned(
        tmp_path / "s", "design=lhs", "design.points=24", BETA, "sweep.parameters.altruism=[0.2,0.4]", "seeds=2"
    )
    live_here(sweep)
    gather(sweep.folder)
    assert main(["sensitivity", f"output={sweep.folder}", "measure=remittances_true"]) == 0
    told = capsys.readouterr().out
    assert "parameters.beta" in told and DUMMY in told and "seed" in told
    assert {"sensitivity-remittances_true.csv", "sensitivity-remittances_true.svg"} <= {
        p.name for p in sweep.folder.iterdir()
    }
    assert main(["sensitivity", f"output={sweep.folder}", "measure=remitances_true"]) == 2
    assert "Nearest: remittances_true." in capsys.readouterr().err
    assert main(["sensitivity", f"output={sweep.folder}", "measure=stock", "method=regions"]) == 2
    assert "a sweep with against=SCENARIO" in capsys.readouterr().err
