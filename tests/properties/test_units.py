"""No choice depends on the unit of a currency, on what a country is called, or on the order of a table's rows."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_worlds import ROOT, live_through, pack, scenario

from sim.region import load
from sim.region.manifest import SAMPLE
from sim.tables import SeedOutcome
from sim.tallies import Tally

SHIPPED = ROOT / "sim" / "region" / "central_asia"
Table = list[dict[str, str]]


@pytest.fixture
def copied(tmp_path) -> Path:
    """The pack with its law in its own folder, so that a test may write all of it anew; without its fitted sample, whose
    columns are named after countries.
    """
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "central_asia"))
    table = pack().law.content.decode().splitlines(keepends=True)
    (folder / "law.csv").write_text("".join(line for line in table if not line.startswith("#")), encoding="utf-8")
    manifest = folder / "pack.yaml"
    text = manifest.read_text(encoding="utf-8").replace("law: history", "law: law.csv")
    (folder / SAMPLE).unlink()
    kept = [line for line in text.splitlines(keepends=True) if not line.strip().startswith(f"{SAMPLE}:")]
    manifest.write_text("".join(kept), encoding="utf-8")
    return folder


def rewrite(folder: Path, change: Callable[[Table], Table]) -> None:
    """Apply `change` to the rows of every table of quantities."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        names = list(rows[0])
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(change(rows))


def lived(folder: Path | None = None) -> SeedOutcome:
    region = load(folder) if folder else pack()
    policies = {"seasonal_work": {"destination": region.destinations[1], "quota": 40_000, "known_to": 0.5}}
    return live_through(scenario(region, 5e-4, 6, until="2014-12", policies=policies), region)


@pytest.fixture(scope="module")
def baseline() -> SeedOutcome:
    return lived()


def assert_same(outcome: SeedOutcome, baseline: SeedOutcome) -> None:
    """The same lives; welfare and the cost of misinformation, truncated to the cent, may sway by a cent a decision."""
    assert outcome.digest == baseline.digest
    different = np.unique(np.argwhere(outcome.tallies != baseline.tallies)[:, 3])
    assert set(different.tolist()) <= {Tally.WELFARE, Tally.MISINFORMATION}
    gap = np.abs(outcome.tallies - baseline.tallies)[..., [Tally.WELFARE, Tally.MISINFORMATION]]
    assert (gap <= baseline.tallies[..., Tally.DELIBERATIONS, None]).all()


@pytest.mark.parametrize("factor", [1000.0, 1 / 3])
@pytest.mark.parametrize("country", ["RUS", "KAZ", "TJK", "UZB"])
def test_redenominating_a_currency_changes_no_choice(country, factor, copied, baseline):
    money = {"exchange_rate": "country", "average_wage": "country"}
    money |= {"permit_upfront": "destination", "permit_monthly": "destination"}

    def redenominate(rows: Table) -> Table:
        for row in rows:
            column = money.get(row.get("quantity") or row.get("rule", ""))
            if column and row.get(column) == country:
                row["value"] = repr(float(row["value"]) * factor)
        return rows

    rewrite(copied, redenominate)
    rate = load(copied).country("exchange_rate")[country] / pack().country("exchange_rate")[country]
    np.testing.assert_allclose(rate, factor)
    assert_same(lived(copied), baseline)


def test_names_of_countries_change_no_choice(copied, baseline):
    codes = {"TJK": "ZZA", "KGZ": "AAB", "UZB": "MMC", "RUS": "AAD", "KAZ": "ZZE", "OTH": "BBF"}

    def rename(rows: Table) -> Table:
        for row in rows:
            for column in ("country", "origin", "destination"):
                if column in row:
                    row[column] = codes.get(row[column], row[column])
        return rows

    rewrite(copied, rename)
    manifest = copied / "pack.yaml"
    text = manifest.read_text(encoding="utf-8")
    for old, new in codes.items():
        text = text.replace(f"  {old}: ", f"  {new}: ")
    manifest.write_text(text, encoding="utf-8")
    assert load(copied).countries == tuple(codes.values())
    assert lived(copied).digest == baseline.digest


def test_the_order_of_rows_changes_no_choice(copied, baseline):
    """All rows but those of provinces, whose order is the provinces' own."""
    source = np.random.default_rng(5)

    def shuffle(rows: Table) -> Table:
        free = [at for at, row in enumerate(rows) if row.get("quantity") != "province"]
        moved = dict(zip(free, source.permutation(free).tolist(), strict=True))
        return [rows[moved.get(at, at)] for at in range(len(rows))]

    rewrite(copied, shuffle)
    assert load(copied).digest != pack().digest
    assert lived(copied).digest == baseline.digest
