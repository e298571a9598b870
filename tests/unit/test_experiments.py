"""The studies that are kept: their scripts run and go on where they were, and what they say is what they found."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
import yaml
from small_worlds import ROOT, study_of

INFORMATION = ROOT / "experiments" / "information"
SMALL = {"scale": 3e-4, "seeds": 2, "together": 1, "begins": "2014-01", "ends": "2014-03", "until": "2014-06"}
SMALL |= {"topics": ["own_status"], "channel": "personal", "seedings": ["random", "departing"], "heads": [300_000]}


@pytest.fixture(scope="module")
def study() -> ModuleType:
    """The script of the study of information."""
    return study_of("information")


def rows(table: pd.DataFrame, **wanted: Any) -> pd.DataFrame:
    for name, value in wanted.items():
        table = table[table[name] == value]
    return table


def test_the_study_of_information_is_lived_once_and_then_read(study, tmp_path):
    kept, made = tmp_path / "kept", tmp_path / "made"
    made.mkdir()
    table = study.study(SMALL, kept, made)
    lived = {path: path.stat().st_mtime_ns for path in kept.glob("seeds_*.json")}
    assert len(lived) == 2
    (kept / "seeds_002.json").unlink()  # as if it had been stopped after the first seed
    again = study.study(SMALL, kept, made)
    pd.testing.assert_frame_equal(table, again)
    assert (kept / "seeds_001.json").stat().st_mtime_ns == lived[kept / "seeds_001.json"]
    assert (made / "figure.svg").read_text().count("<path") > 10
    written = pd.read_csv(made / "table.csv")
    assert len(written) == len(table) == 2 * 4 * (2 + 1)  # outcomes, origins with ALL, two against history and a pair
    changed = study.live({**SMALL, "channel": "media"}, study.write_scenarios(SMALL, kept / "scenarios"), 1, kept)
    assert len(changed) and (kept / "seeds_001.json").stat().st_mtime_ns != lived[kept / "seeds_001.json"]


def test_the_arithmetic_of_the_study(study):
    config = {**SMALL, "channel": "meeting"}
    lived = [
        {"seed": seed, "origin": origin, "campaign": name, "refused": refused, "bans_imposed": 0.0, "contacted": heads}
        for seed, luck in ((1, 0.0), (2, 4.0))
        for origin in ("TJK", "UZB")
        for name, refused, heads in (
            ("history", 100.0, 0.0), ("random_300000", 90.0 + luck, 1000.0), ("departing_300000", 40.0, 1000.0),
        )
    ]  # fmt: skip
    table = study.tabulate(pd.DataFrame(lived), config)
    (one,) = rows(table, seeding="random", against="history", outcome="refused", origin="TJK").itertuples()
    assert (one.averted, one.per_1000_usd, one.contacts, one.seeds) == (8.0, 1.6, 1000.0, 2)
    assert one.averted_low95 == pytest.approx(8.0 - 12.706 * 2.0, abs=0.01)
    (whole,) = rows(table, seeding="departing", against="history", outcome="refused", origin="ALL").itertuples()
    assert (whole.averted, whole.averted_low95, whole.averted_high95, whole.contacts) == (120.0, 120.0, 120.0, 2000.0)
    (pair,) = rows(table, seeding="random", against="departing", outcome="refused", origin="ALL").itertuples()
    assert pair.averted == -104.0
    assert pd.isna(pair.per_1000_usd)


def test_what_the_study_says_is_in_its_table(study):
    config = yaml.safe_load((INFORMATION / "config.yaml").read_text())
    table, text = pd.read_csv(INFORMATION / "table.csv"), (INFORMATION / "README.md").read_text()
    assert (table["seeds"] == config["seeds"]).all()
    assert table["heads"].unique().tolist() == config["heads"]
    for outcome in study.OUTCOMES:
        assert study.as_markdown(table, outcome) in text
    assert Path(INFORMATION / "figure.svg").is_file() and "figure.svg" in text
