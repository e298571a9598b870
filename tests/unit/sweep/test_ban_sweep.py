"""The study of bans: its plan is what the page says, its arithmetic is right."""

from __future__ import annotations

from itertools import product
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from small_worlds import ROOT, study_of

from sim.studies.sweep.plan import make_plan
from sim.studies.sweep.request import sweep_request

FOLDER = ROOT / "experiments" / "ban_sweep"


@pytest.fixture(scope="module")
def study() -> ModuleType:
    return study_of("ban_sweep")


def test_the_plan_has_ten_thousand_runs(study):
    plan = make_plan(sweep_request(["name=x"], str(FOLDER / "config.yaml")))
    assert plan.head["runs"] == 10_000 and plan.head["seeds"] == 10
    assert plan.keys == study.AXES


def made_up(study) -> pd.DataFrame:
    """A sweep in which a ban of m months costs m / 12 times the detection, beside the luck of a seed and its own."""
    luck = np.random.default_rng(1)
    rows = []
    for months, raids, heads, share, seed in product((0, 12, 60), (0.5, 2.0), (0, 1000), (0.0, 0.5), (1, 2, 3, 4)):
        welfare = 100 + 5 * seed - months / 12 * raids + (0.1 * luck.standard_normal() if months else 0)
        row = {study.MONTHS: months, study.RAIDS: raids, study.HEADS: heads, study.SHARE: share, "seed": seed}
        for origin, households in (("TJK", 1.0), ("KGZ", 2.0), ("UZB", 7.0)):
            row |= {f"households.{origin}": households, f"poverty.{origin}": 10.0}
            row |= {f"consumption.{origin}": welfare - 20, f"consumption_abroad.{origin}": 20.0}
        rows.append({**row, "remittances_true_real": 1.0, "stock": 2.0, "banned": float(months), "status": "ok"})
    return pd.DataFrame(rows)


def test_differences_are_paired_and_have_their_intervals(study):
    table = study.against_no_ban(study.outcomes(made_up(study)))
    assert len(table) == 2 * 2 * 2 * 2 and (table["seeds"] == 4).all()
    true = -table[study.MONTHS] / 12 * table[study.RAIDS]
    assert (table["welfare"] - true).abs().max() < 0.2
    assert (table["welfare_half95"] < 0.5).all(), "a seed's own luck falls out of the difference"
    assert (table["banned"] == table[study.MONTHS]).all()
    assert table["welfare_without"].to_numpy() == pytest.approx(np.full(16, 112.5))


def test_the_words_name_the_worst_place(study, tmp_path):
    made = study.outcomes(made_up(study))
    table, axes = study.against_no_ban(made), study.by_axis(made)
    words = study.words(table, axes)
    assert "a ban of 60 months, detection 2 times what it was" in words and "raises it in 0 %" in words
    along = axes[axes["axis"] == "detection, times"].set_index("value")["welfare"]
    assert along[2.0] == pytest.approx(-6.0, abs=0.2) and along[0.5] == pytest.approx(-1.5, abs=0.2)
    panels = study.drawn(table).axes
    assert len(panels) == 9 + 1
