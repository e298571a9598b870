"""Another corridor elsewhere is a folder and no code: a made-up pack runs end to end, whatever its dates."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_worlds import TWO_COUNTRIES

import sim
from sim.measures import MEASURES


def test_a_pack_with_one_origin_and_one_destination_runs_end_to_end(tmp_path):
    result = sim.run(
        "history",
        region=TWO_COUNTRIES,
        scale=0.02,
        burn_in=24,
        seeds=2,
        output=tmp_path / "run",
        overrides={"policies": {}},
    )
    corridors = result.corridors
    assert corridors["origin"].unique().tolist() == ["PEL"]
    assert corridors["destination"].unique().tolist() == ["NOR"]
    assert corridors["month"].min() == pd.Timestamp("2003-01-01")
    assert corridors["month"].max() == pd.Timestamp("2005-12-01")
    assert len(corridors) == 2 * 36
    for measure in ("stock", "departures", "returns", "remittances_true", "irregular", "banned"):
        assert corridors[measure].sum() > 0, measure
    assert (corridors["moved_on"] == 0).all()
    assert set(MEASURES) <= set(corridors.columns) | set(result.origins.columns)
    provinces = result.categories.query("category == 'province'")["group"].unique()
    assert sorted(provinces) == ["Lower Pelagy", "Pelagy Town", "Upper Pelagy"]
    assert (tmp_path / "run" / "corridors.parquet").is_file()


def test_a_policy_is_compared_on_another_pack():
    comparison = sim.compare(
        "history",
        region=TWO_COUNTRIES,
        scale=0.05,
        burn_in=24,
        seeds=3,
        overrides={"policies.seasonal_work.destination": "NOR", "policies.seasonal_work.quota": 4000},
    )
    table = comparison.table
    rows = table[(table["measure"] == "seasonal_permits") & (table["destination"] == "NOR")]
    assert (rows["scenario_mean"] > 0).all()
    assert (rows["against_mean"] == 0).all()


@pytest.fixture
def moved(tmp_path) -> Path:
    """The made-up pack, twenty years later."""
    folder = Path(shutil.copytree(TWO_COUNTRIES, tmp_path / "later"))
    manifest = folder / "pack.yaml"
    text = manifest.read_text(encoding="utf-8")
    for year in (2005, 2004, 2003):
        text = text.replace(str(year), str(year + 20))
    manifest.write_text(text, encoding="utf-8")
    for path in folder.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            if row["period"]:
                row["period"] = str(int(row["period"][:4]) + 20) + row["period"][4:]
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def test_the_same_pack_at_other_dates_lives_the_same_lives(moved):
    asked = {"scale": 0.02, "burn_in": 6, "seeds": 1, "overrides": {"policies": {}}}
    then = sim.run("history", region=TWO_COUNTRIES, **asked)
    later = sim.run("history", region=moved, **asked)
    assert later.corridors["month"].min() == pd.Timestamp("2023-01-01")
    assert then.meta["digest"] == later.meta["digest"]
    np.testing.assert_array_equal(then.corridors["stock"], later.corridors["stock"])
