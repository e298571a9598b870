"""Sharing out places of three schemes: the smallest numbers win, exactly, and no year grants more than it has."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from small_worlds import begin, live_through, pack, scenario

from sim.behaviour.permits import QUOTA, RECRUITMENT, RECRUITMENT_OR_QUOTA, SCHEMES, SEASONAL_SCHEME
from sim.model import MigrationModel
from sim.schema.attributes import PLACES
from sim.seed_run import SeedRun
from sim.tallies import Tally

SCALE = 1e-3
SEASONAL_WORK = {"seasonal_work": {"destination": "KAZ", "quota": 60_000, "known_to": 0.9}}
TAKEN = {SEASONAL_SCHEME: Tally.SEASONAL_PERMITS, QUOTA: Tally.WORK_PERMITS, RECRUITMENT: Tally.RECRUITED}


def short_of_everything(**by_hand: float) -> SeedRun:
    """Seasonal permits in Kazakhstan, a quota of work permits and recruiters' places in Russia: all too few."""
    own = {"permit_access": 0.9, "permit_upfront": 0.0, "work_quota": 30_000.0, "recruited": 12_000.0, **by_hand}
    run = begin(
        scenario(
            scale=SCALE, burn_in=6, until="2014-12", policies=SEASONAL_WORK,
            corridors={"TJK": {"RUS": own}, "UZB": {"RUS": own}},
        )
    )  # fmt: skip
    run.burn_in()
    return run


def meetings(model: MigrationModel) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Live month after month; numbers, codes and winning numbers of each meeting, and what was left before it."""
    for _ in range(36):
        seen = {}
        applications, clear = model.engine.applications, model.clear

        def ask(month: int, seen: dict = seen, applications=applications) -> tuple[np.ndarray, np.ndarray]:
            seen["asked"] = applications(month)
            return seen["asked"]

        def watch(pools: np.ndarray, seen: dict = seen, clear=clear) -> np.ndarray:
            seen["granted"] = clear(pools)
            seen["left"] = model.pools[model.world.at(model.month)] - model.granted_this_year
            return seen["granted"]

        vars(model.engine)["applications"], vars(model)["clear"] = ask, watch
        model.step()
        del vars(model.engine)["applications"], vars(model)["clear"]
        yield *seen["asked"], seen["granted"].reshape(SCHEMES, PLACES), seen["left"]


def among(scheme: int, schemes: np.ndarray, numbers: np.ndarray, recruited: int) -> np.ndarray:
    """Who is in the draw of a scheme."""
    if scheme == QUOTA:
        return (schemes == QUOTA) | ((schemes == RECRUITMENT_OR_QUOTA) & (numbers > recruited))
    return (schemes == scheme) | ((scheme == RECRUITMENT) & (schemes == RECRUITMENT_OR_QUOTA))


def test_the_smallest_numbers_win_in_each_scheme_and_never_more_than_is_left():
    short = dict.fromkeys(TAKEN, 0)
    model = short_of_everything().model
    for numbers, codes, granted, left in meetings(model):
        schemes, places = (codes - 1) // PLACES, (codes - 1) % PLACES
        for scheme, what in TAKEN.items():
            for d in range(PLACES):
                drawn = among(scheme, schemes, numbers, granted[RECRUITMENT, d])
                applied = np.sort(numbers[drawn & (places == d)])
                winners = applied[applied <= granted[scheme, d]]
                assert len(winners) == max(0, min(left[scheme, d], len(applied)))
                assert winners.tolist() == applied[: len(winners)].tolist()
                origins = (0, 1, 2) if scheme != QUOTA else (0, 2)  # Kyrgyz workers are under no quota
                taken = model.tallies[origins, d + 1, what].sum()
                if scheme != QUOTA or d == 0:
                    assert taken <= len(winners)
                short[scheme] += len(applied) > len(winners) > 0
    assert min(short.values()) > 3


def test_no_year_of_a_run_grants_more_than_its_quota():
    outcome = short_of_everything().run()
    for what, d, quota in ((Tally.SEASONAL_PERMITS, 2, 60), (Tally.WORK_PERMITS, 1, 60), (Tally.RECRUITED, 1, 24)):
        origins = outcome.tallies[:, [0, 2]] if what == Tally.WORK_PERMITS else outcome.tallies
        years = origins[:, :, d, what].sum(axis=1).reshape(3, 12).sum(axis=1)
        assert (years <= quota).all(), what.name
        assert years.sum() > 1.5 * quota, what.name
    assert (outcome.tallies[:, :, [1, 3], Tally.SEASONAL_PERMITS] == 0).all()
    assert outcome.tallies[:, 1, 1, Tally.WORK_PERMITS].sum() > 0


def test_a_quota_of_nothing_grants_nothing_and_none_is_no_quota():
    for quota, some in ((0.0, False), (1e9, True)):
        corridors = {"TJK": {"RUS": {"permit_access": 0.9, "permit_upfront": 0.0, "work_quota": quota}}}
        outcome = live_through(scenario(scale=3e-4, burn_in=3, until="2012-12", corridors=corridors))
        tajiks = outcome.tallies[:, 0, 1].sum(axis=0)
        assert (tajiks[Tally.WORK_PERMITS] > 0) == some
        assert (tajiks[Tally.WORK_REFUSED] > 0) != some


def test_what_has_been_granted_is_forgotten_at_new_year():
    model = short_of_everything().model
    for month in range(13):
        model.step()
        if month in (11, 12):
            of_the_year = model.granted_this_year[QUOTA, 0]
            assert of_the_year > (10 if month == 11 else -1)
    assert of_the_year == model.tallies[[0, 2], 1, Tally.WORK_PERMITS].sum()


def test_the_memory_of_a_model_is_all_it_needs_beside_the_records():
    one, other = short_of_everything().model, short_of_everything().model
    for _ in range(7):
        one.step()
    records = one.engine.records()
    resumed = MigrationModel(one.world, month=one.month)
    resumed.recall({name: array.copy() for name, array in one.memory().items()})
    for _ in range(7):
        other.step()
    np.testing.assert_array_equal(records, other.engine.records())
    for _ in range(9):
        resumed.step()
        other.step()
        np.testing.assert_array_equal(resumed.tallies, other.tallies)
    assert resumed.digest() == other.digest()


@pytest.mark.parametrize("name", ["work_quota", "recruited"])
def test_the_pack_itself_has_neither_quota_nor_recruiters(name):
    assert np.unique(pack().array(name)).tolist() == [1e9 if name == "work_quota" else 0.0]
