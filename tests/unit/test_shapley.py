"""Shapley's values: exact where they are known, held worlds that hold, and a command that goes on where it was."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from small_worlds import pack, scenario

from sim.basis import Basis
from sim.cli.main import main
from sim.errors import InputError
from sim.policies.context import Context
from sim.schema.quantities import LAW
from sim.studies.shapley import (
    ALL,
    KEYS,
    PLAYERS,
    checked,
    coalitions,
    held,
    interactions,
    pair_weights,
    shares,
    weights,
    world_name,
    worlds,
)
from sim.studies.waterfall import waterfall

SINCE = "2014-07"
N = len(PLAYERS)


def by_orders(worth: np.ndarray, n: int) -> np.ndarray:
    """Shapley's values by their definition: the mean contribution over all orders."""
    total = np.zeros(n)
    orders = list(itertools.permutations(range(n)))
    for order in orders:
        inside = 0
        for player in order:
            total[player] += worth[inside | 1 << player] - worth[inside]
            inside |= 1 << player
    return total / len(orders)


@pytest.mark.parametrize("n", [1, 2, 4, 5])
def test_values_are_mean_contributions_over_all_orders_and_add_up(n):
    worth = np.random.default_rng(n).normal(size=1 << n)
    values = weights(n) @ worth
    np.testing.assert_allclose(values, by_orders(worth, n), atol=1e-12)
    assert values.sum() == pytest.approx(worth[-1] - worth[0], abs=1e-12)


def test_a_game_without_interaction_gives_each_its_own_and_a_dummy_nothing():
    own = np.array([3.0, -1.0, 0.0, 2.0])
    worth = np.array([10.0 + sum(own[i] for i in range(4) if k >> i & 1) for k in range(16)])
    np.testing.assert_allclose(weights(4) @ worth, own, atol=1e-12)
    np.testing.assert_allclose(pair_weights(4) @ worth, 0.0, atol=1e-12)


def test_two_that_need_each_other_share_alike_and_interact_wholly():
    worth = np.array([6.0 if k & 3 == 3 else 0.0 for k in range(8)])
    np.testing.assert_allclose(weights(3) @ worth, [3.0, 3.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(pair_weights(3) @ worth, [6.0, 0.0, 0.0], atol=1e-12)


def lived(seeds: int) -> pd.DataFrame:
    """Made-up changes of all worlds, by seed."""
    source = np.random.default_rng(5)
    keys = dict(zip(KEYS, ("stock", "RUS", "TJK", "percent"), strict=True))
    names = [world_name(coalition) for coalition in coalitions()]
    return pd.DataFrame(
        [{**keys, "world": w, "seed": s, "value": source.normal()} for s in range(1, seeds + 1) for w in names]
    )


def test_the_table_adds_up_and_has_intervals_over_seeds():
    table = shares(lived(4)).set_index("player")
    assert list(table.index) == ["none", *PLAYERS, "all"]
    assert table.loc["all", "value"] == pytest.approx(table.drop("all")["value"].sum(), abs=1e-12)
    whole = lived(4).pivot(index="seed", columns="world", values="value")["+".join(PLAYERS)]
    half = 3.182446305284263 * whole.std(ddof=1) / 2.0  # Student, three degrees, 97.5 %
    assert table.loc["all", "high95"] == pytest.approx(whole.mean() + half)
    assert shares(lived(1))["low95"].isna().all()
    assert len(interactions(lived(2))) == N * (N - 1) // 2


def test_the_figure_has_a_panel_for_each_origin():
    figure = waterfall(shares(lived(3)), {"TJK": "Tajikistan"})
    (ax,) = figure.axes
    assert ax.get_title(loc="left") == "Tajikistan"
    heights = [bar.get_height() for bar in ax.patches]
    assert heights[-1] == pytest.approx(sum(heights[:-1]))


@pytest.fixture(scope="module")
def quantities() -> dict[str, dict[str, np.ndarray]]:
    """Quantities of the world of each coalition that has one player or all."""
    region = pack()
    one = checked(scenario(), region, SINCE)
    wanted = {"none", *PLAYERS, "+".join(PLAYERS)}
    context = Context.of(region)
    return {w.name: Basis.of(w, region, context).quantities for w in worlds(one, region, SINCE) if w.name in wanted}


def test_what_is_held_stays_and_what_is_in_goes_its_way(quantities):
    region = pack()
    true, none = quantities["+".join(PLAYERS)], quantities["none"]
    month, russia = region.month_index(SINCE), region.countries.index("RUS")
    for name in ("exchange_rate", "average_wage", "inflation"):
        assert (none[name][month:, russia] == true[name][month, russia]).all()
        assert not np.array_equal(true[name], none[name])
    np.testing.assert_array_equal(
        quantities["exchange_rate"]["exchange_rate"][:, russia], true["exchange_rate"][:, russia]
    )
    np.testing.assert_array_equal(quantities["demand"]["average_wage"][:, russia], true["average_wage"][:, russia])
    np.testing.assert_array_equal(quantities["demand"]["exchange_rate"], none["exchange_rate"])
    home = [region.countries.index(origin) for origin in region.origins]
    for name in ("exchange_rate", "average_wage", "inflation", "gdp_growth"):
        np.testing.assert_array_equal(none[name][:, home], true[name][:, home])
        for world in quantities.values():
            np.testing.assert_array_equal(world[name][: month + 1], true[name][: month + 1])
    growth = none["gdp_growth"][month:, russia] / none["gdp_growth"][month, russia]
    np.testing.assert_allclose(np.log(growth), 0.01 * np.arange(len(growth)) / 12.0, atol=1e-12)
    for name in LAW:
        assert (none[name][month:] == none[name][month]).all(), name
        np.testing.assert_array_equal(quantities["law"][name][:, :, 0], true[name][:, :, 0])
        np.testing.assert_array_equal(quantities["diversion"][name][:, :, 1:], true[name][:, :, 1:])
    assert any((true[name][month:] != true[name][month]).any() for name in LAW)


def test_other_destinations_are_shut_and_all_are_informed_unless_the_player_is_in(quantities):
    month = pack().month_index(SINCE)
    assert (quantities["none"]["travel_cost"][month:, :, 1:] == 100_000.0).all()
    assert (quantities["none"]["travel_cost"][:month] < 10_000.0).all()
    assert (quantities["none"]["travel_cost"][:, :, 0] < 10_000.0).all()
    assert (quantities["diversion"]["travel_cost"] < 10_000.0).all()
    assert (quantities["none"]["informed"][month:] == 1.0).all()
    assert (quantities["none"]["informed"][:month] == 0.0).all()
    assert (quantities["information"]["informed"] == 0.0).all()


@pytest.mark.parametrize(
    ("since", "line"),
    [
        ("2017-05", r"^since is 2017-05, and the year after is not in the pack"),
        ("2014-13", r"^since is '2014-13', which is not a month"),
        ("2019-01", r"^since "),
    ],
)
def test_a_month_that_cannot_be_is_refused_in_one_line(since, line):
    with pytest.raises(InputError, match=line) as told:
        checked(scenario(), pack(), since)
    assert "\n" not in str(told.value)


def test_a_policy_that_changes_what_is_held_is_refused():
    one = scenario(policies={"reentry_ban": {"months": 12}})
    with pytest.raises(InputError, match=r"^policies\.reentry_ban changes ban_\w+, which is held where law is out"):
        checked(one, pack(), SINCE)
    assert checked(scenario(policies={"public_works": {}}), pack(), SINCE).until == "2015-12"
    assert {*held(scenario(), pack(), SINCE)} == {*PLAYERS}


ASKED = ("population.scale=0.0003", "population.burn_in=3", "seeds=2", "threads=1", "sample=defaults")


def test_the_command_shares_a_fall_out_and_goes_on_where_it_was(tmp_path, capsys):
    folder = tmp_path / "study"
    assert main(["decompose", *ASKED[:2], "seeds=1", *ASKED[3:], f"output={folder}"]) == 0
    (kept,) = (folder / "parts").glob("seed-1-*.csv")
    first = kept.stat()
    assert main(["decompose", *ASKED, f"output={folder}"]) == 0
    assert kept.stat() == first
    assert "exchange_rate" in capsys.readouterr().out
    worlds_lived = pd.read_csv(folder / "worlds.csv")
    assert len(worlds_lived) == 2 * 32 * 4 * 4
    both = worlds_lived.query("world == 'none' and measure == 'stock'").groupby("destination")["before"].first()
    assert both[ALL] > both["RUS"]
    table = pd.read_csv(folder / "shapley.csv", keep_default_na=False, na_values=[""])
    for _, own in table.groupby(KEYS):
        parts = own.set_index("player")["value"]
        assert parts["all"] == pytest.approx(parts.drop("all").sum(), abs=1e-5)
    rate = table.query("player == 'exchange_rate' and measure == 'remittances_true' and destination == 'RUS'")
    assert (rate["value"] < -10.0).all()
    assert (folder / "waterfall.svg").read_text().startswith("<svg")


def test_the_command_refuses_a_folder_that_is_not_its_own(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("work")
    assert main(["decompose", *ASKED, f"output={tmp_path}"]) == 2
    assert (
        "which holds 'mine.txt'. Allowed: a new folder, or one that holds an older decompose."
        in capsys.readouterr().err
    )
    assert main(["decompose", "since=2014-07", "since=2014-08"]) == 2
    assert capsys.readouterr().err == "error: since is given twice. Allowed: each key once.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
