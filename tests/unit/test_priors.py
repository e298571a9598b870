"""Priors: of every number one, or a word why not; and the adjustments of a pack, refused in one line when out of order."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from small_worlds import TWO_COUNTRIES, pack

from sim.errors import InputError
from sim.region import load
from sim.region.priors import COLUMNS
from sim.schema.parameters import PARAMETERS
from sim.schema.priors import FIXED, NINETY, PRIORS, RANGES


def test_every_number_of_the_behaviour_has_a_prior_or_a_reason():
    assert set(PRIORS) | set(FIXED) == set(PARAMETERS)
    assert not set(PRIORS) & set(FIXED)
    assert set(RANGES) <= set(PRIORS)
    assert all(FIXED.values()) and all(prior.source for prior in PRIORS.values())


@pytest.mark.parametrize("name", sorted(PRIORS))
def test_a_prior_lies_within_what_the_schema_allows(name):
    prior, rule = PRIORS[name], PARAMETERS[name]
    assert rule.low <= prior.low < prior.median < prior.high <= rule.high
    assert prior.value(np.array([-NINETY, NINETY])) == pytest.approx([prior.low, prior.high], rel=1e-9)
    at = np.linspace(-1.6, 1.6, 11)
    assert prior.score(prior.value(at)) == pytest.approx(at, abs=1e-6)
    far = prior.value(np.array([-1e3, 1e3]))
    assert rule.low <= far[0] <= far[1] <= rule.high


@pytest.mark.parametrize("name", sorted(PRIORS))
def test_the_default_is_no_stranger_to_its_prior(name):
    """Starting values and priors were set apart: none may be further apart than two and a half standard deviations."""
    assert abs(float(PRIORS[name].score(PARAMETERS[name].default))) < 2.5


def test_an_adjustment_changes_its_cells_and_no_others():
    region = pack()
    one = region.adjusted({"attraction.TJK.RUS": 0.5, "average_wage.UZB": 1.2, "detection.ALL.RUS": 100.0})
    changed = region.array("attraction") != one.array("attraction")
    assert changed[:, 0, 0].all() and changed.sum() == len(changed)
    uzb = region.countries.index("UZB")
    assert np.allclose(one.array("average_wage")[:, uzb], 1.2 * region.array("average_wage")[:, uzb])
    assert one.array("detection")[:, :, 0].max() == 1.0, "a share stays one"
    assert np.array_equal(one.array("detection")[:, :, 1:], region.array("detection")[:, :, 1:])


def test_a_calendar_keeps_its_sum_and_swings_more():
    before = pack().array("season_pay")[:12, 0, 0]
    after = pack().adjusted({"season_pay.ALL.RUS": 1.5}).array("season_pay")[:12, 0, 0]
    assert after.sum() == pytest.approx(12.0)
    assert np.ptp(np.log(after)) == pytest.approx(1.5 * np.ptp(np.log(before)))


ROW = "attraction,AAA,XXX,shift,-1,1,set by hand,assumed,"
BAD = {
    "atraction,AAA,XXX,shift,-1,1,s,assumed,": "quantity is 'atraction', which is no quantity. Nearest: attraction",
    "attraction,AAB,XXX,shift,-1,1,s,assumed,": "origin is 'AAB'",
    "attraction,AAA,XXY,shift,-1,1,s,assumed,": "destination is 'XXY'",
    "attraction,AAA,XXX,shfit,-1,1,s,assumed,": "form is 'shfit', which is no form of an adjustment. Nearest: shift",
    "season_pay,AAA,XXX,factor,0.5,2,s,assumed,": "form is factor for season_pay. Allowed: power for a calendar",
    "attraction,AAA,XXX,shift,1,-1,s,assumed,": "low is 1 with high -1",
    "detection,AAA,XXX,factor,-1,1,s,assumed,": "low is -1 with high 1",
    "attraction,AAA,XXX,shift,low,1,s,assumed,": "low is 'low', not a number",
    "attraction,AAA,XXX,shift,-1,1,,assumed,": "source is empty",
    "attraction,AAA,XXX,shift,-1,1,s,guessed,": "tag is 'guessed'",
    "workers,AAA,,factor,0.5,2,s,assumed,": "has groups and no months",
    "other_income,AAA,XXX,factor,0.5,2,s,assumed,": "destination is 'XXX', and other_income has none",
}


def pack_with(tmp_path, rows):
    """The pack of two countries with a table of priors."""
    folder = tmp_path / "two"
    shutil.copytree(TWO_COUNTRIES, folder)
    (folder / "priors.csv").write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    manifest = folder / "pack.yaml"
    manifest.write_text(manifest.read_text().replace("files:", "files:\n  priors.csv: What was believed.", 1))
    return folder


def places(row, region):
    """A row with the places of the pack at hand."""
    return row.replace("AAA", region.origins[0]).replace("XXX", region.destinations[0])


def test_a_pack_may_bring_priors(tmp_path):
    plain = load(TWO_COUNTRIES)
    region = load(pack_with(tmp_path, [places(ROW, plain)]))
    assert list(region.adjustments) == [f"attraction.{region.origins[0]}.{region.destinations[0]}"]
    assert not plain.adjustments


@pytest.mark.parametrize("row", sorted(BAD))
def test_a_prior_out_of_order_is_refused(row, tmp_path):
    folder = pack_with(tmp_path, [places(row, load(TWO_COUNTRIES))])
    with pytest.raises(InputError) as refused:
        load(folder)
    assert "priors.csv line 2" in str(refused.value)
    assert places(BAD[row], load(TWO_COUNTRIES)) in str(refused.value)


def test_a_prior_given_twice_is_refused(tmp_path):
    row = places(ROW, load(TWO_COUNTRIES))
    with pytest.raises(InputError, match=r"priors.csv line 3 repeats attraction"):
        load(pack_with(tmp_path, [row, row]))
