"""A run from scenario to tables: scale, length of the run, shared beginnings, the golden digest."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from golden.remake import GOLDEN, small_run
from small_worlds import begin, live_through, pack, scenario

import sim
from sim.prepared import prepare
from sim.simulation import run_seeds, seeds_of
from sim.tables import make_tables
from sim.tallies import Tally

POLICY = {"reentry_ban": {"months": 60}}


def test_a_household_and_its_first_month_do_not_depend_on_scale():
    """The first villages of both samples hold the same households, who meet the same luck.

    Ties and quotas depend on who else is in the sample, so what is compared is what depends on neither.
    """
    runs = [begin(scenario(scale=scale, burn_in=0, until="2012-12")) for scale in (5e-4, 2e-3)]
    small, large = (run.model.world.households for run in runs)
    at = {key: row for row, key in enumerate(large["key"].tolist())}
    rows = np.array([at.get(key, -1) for key in small["key"].tolist()])
    shared = rows >= 0
    assert shared.mean() > 0.95
    assert (small[shared] == large[rows[shared]]).mean() > 0.99
    for run in runs:
        run.model.step()
    for name in ("income", "searching", "savings", "consumption"):
        assert (small[name][shared] == large[name][rows[shared]]).mean() > 0.95, name
    assert (small["jobless"][shared] == large["jobless"][rows[shared]]).mean() > 0.95


@pytest.mark.parametrize("scale", [1e-3, 1e-2])
def test_extensive_measures_are_at_population_size(scale):
    one = scenario(scale=scale, burn_in=0, until="2012-12")
    outcome = live_through(one)
    _, origins, *_ = make_tables([outcome], [prepare(one, pack()).frame])
    first = origins[origins["month"] == origins["month"].min()]
    households = pack().array("households")[0]
    assert np.abs(first["households"].to_numpy() / households - 1.0).max() < 0.5 / (households.min() * scale) + 1e-3
    stock = pack().array("initial_stock")[0].sum(axis=1)
    assert np.abs(first["stock"].to_numpy() / stock - 1.0).max() < 0.25
    later = origins[origins["month"] == origins["month"].max()]
    expected = pack().array("households")[11]
    assert np.abs(later["households"].to_numpy() / expected - 1.0).max() < 0.02


def test_the_conditions_of_a_shorter_run_are_the_first_of_a_longer_one():
    short, long = (begin(scenario(burn_in=14, until=until)).model.world.conditions for until in ("2012-12", "2014-12"))
    for name in ("corridors", "homes", "news"):
        part, whole = getattr(short, name), getattr(long, name)
        assert len(part) == 14 + 12
        assert part.tobytes() == whole[: len(part)].tobytes()


def test_a_shared_beginning_gives_what_each_run_alone_gives():
    one, other = (scenario(burn_in=12, until="2013-12", policies=policies, seeds=2) for policies in ({}, POLICY))
    together = run_seeds(seeds_of([one, other], pack()))
    for (outcomes, _), alone in zip(together, (one, other), strict=True):
        for outcome in outcomes:
            single = live_through(alone, seed=outcome.seed)
            assert outcome.digest == single.digest
            np.testing.assert_array_equal(outcome.tallies, single.tallies)


def test_a_changed_beginning_is_not_shared():
    """A parameter changes the burn-in; a scenario that differs in it must not start from another's settled world."""
    one = scenario(burn_in=12, until="2012-12")
    other = replace(one, parameters={"beta": 1.5})
    assert prepare(one, pack()).beginning != prepare(other, pack()).beginning
    richer = replace(one, adjustments={"indebted.ALL": 1.2})
    assert prepare(one, pack()).beginning != prepare(richer, pack()).beginning
    (_, (outcomes, _)) = run_seeds(seeds_of([replace(one, seeds=1), replace(other, seeds=1)], pack()))
    assert outcomes[0].digest == live_through(other).digest


def test_tables_are_the_tallies_at_population_size():
    one = scenario(scale=1e-3, until="2013-06")
    outcome = live_through(one)
    prepared = prepare(one, pack())
    corridors, origins, *_ = make_tables([outcome], [prepared.frame])
    t = outcome.tallies
    stock = corridors.pivot_table(index="month", columns=["origin", "destination"], values="stock", sort=False)
    np.testing.assert_allclose(stock.to_numpy(), t[:, :, 1:, Tally.STOCK].reshape(len(t), -1) / 1e-3)
    true = corridors["remittances_true"].to_numpy().reshape(len(t), 3, 3)
    usd = prepared.conditions.corridors["usd"][-len(t) :]
    np.testing.assert_allclose(true, t[:, :, 1:, Tally.SENT] * 0.01 / 1e-3 * usd)
    currency = corridors["remittances_true_destination"].to_numpy().reshape(len(t), 3, 3)
    rate = np.stack([pack().country("exchange_rate")[code][: len(t)] for code in pack().destinations], axis=1)
    np.testing.assert_allclose(currency, true * rate[:, None, :], rtol=1e-9)
    own = corridors["remittances_true_origin"].to_numpy().reshape(len(t), 3, 3)
    rate = np.stack([pack().country("exchange_rate")[code][: len(t)] for code in pack().origins], axis=1)
    np.testing.assert_allclose(own, true * rate[:, :, None], rtol=1e-9)
    poverty = origins["poverty"].to_numpy().reshape(len(t), 3)
    np.testing.assert_allclose(poverty, 100 * t[:, :, 0, Tally.POOR] / t[:, :, 0, Tally.PERSONS])


def test_the_golden_run_gives_the_golden_digest():
    """A change of numbers is told: `PYTHONPATH=. python tests/golden/remake.py`, and a line in CHANGELOG.md."""
    golden = json.loads(GOLDEN.read_text())
    now = small_run()
    unlike = {name: (golden.get(name), value) for name, value in now.items() if golden.get(name) != value}
    assert not unlike, f"numbers changed (golden, now): {unlike}"


def test_two_seeds_of_one_run_are_two_runs():
    both = sim.run("history", scale=1e-4, burn_in=1, until="2012-12", seeds=2)
    assert len(set(both.meta["digests"].values())) == 2
    assert both.seeds == [1, 2]
