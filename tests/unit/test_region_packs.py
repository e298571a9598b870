"""What happens when somebody changes a pack: what must stay, and the one line that refuses what is not in order."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.region import load

SMALL = Path(__file__).parents[1] / "packs" / "two_countries"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the made-up pack that a test may break."""
    return Path(shutil.copytree(SMALL, tmp_path / "two_countries"))


def change(path: Path, edit: Callable[[dict[str, str]], None]) -> None:
    """Apply `edit` to every row of a table; a row whose `value` becomes None is dropped."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        edit(row)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows if row["value"] is not None)


def setting(column: str, value: str | None, **where: str) -> Callable[[dict[str, str | None]], None]:
    """An edit that sets one column in the rows that match."""

    def edit(row: dict[str, str | None]) -> None:
        if all(row[name] == wanted for name, wanted in where.items()):
            row[column] = value

    return edit


def test_digest_is_of_names_and_bytes(pack: Path) -> None:
    before = load(pack).digest
    total = hashlib.sha256()
    for path in sorted(pack.iterdir(), key=lambda path: path.name):
        total.update(f"{path.name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    assert before == total.hexdigest()
    (pack / "money.csv").write_bytes((pack / "money.csv").read_bytes() + b"\n")
    assert load(pack).digest != before


def test_own_rows_stand_before_rows_for_all(pack: Path) -> None:
    """A country takes all its rows from one place: rows for all do not reach one that has its own."""
    change(pack / "rules.csv", setting("country", "ALL", quantity="listing"))
    assert load(pack).array("listing")[-1, 0, 0] == 0.7
    own = "listing,PEL,NOR,,2003-01,0.1,share,made up for the tests,assumed,low,\n"
    with (pack / "rules.csv").open("a", encoding="utf-8") as file:
        file.write(own)
    with pytest.raises(InputError, match="listing ALL-NOR has rows that no country takes"):
        load(pack)
    change(pack / "rules.csv", setting("value", None, quantity="listing", country="ALL"))
    assert load(pack).array("listing")[-1, 0, 0] == 0.1


def test_the_order_of_rows_does_not_matter(pack: Path) -> None:
    """Provinces take their order from their shares; everything else from the schema."""
    before = load(pack)
    header, *rows = (pack / "people.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    shares = [row for row in rows if row.startswith("province")]
    others = [row for row in rows if not row.startswith("province")]
    (pack / "people.csv").write_text("".join([header, *reversed(others), *shares]), encoding="utf-8")
    after = load(pack)
    assert after.provinces == before.provinces
    assert list(after.by_province("rural")["PEL"].items()) == list(before.by_province("rural")["PEL"].items())
    assert list(after.groups("sector")) == list(before.groups("sector"))
    np.testing.assert_array_equal(after.array("households"), before.array("households"))


def test_redenomination_leaves_ratios(pack: Path) -> None:
    """A currency quoted in hundredths: wages and permits in dollars stay, and real rates relative to their base."""
    before = load(pack)

    def hundredths(row: dict[str, str]) -> None:
        money = row["quantity"] in ("exchange_rate", "average_wage") and row["country"] == "NOR"
        if money or row["quantity"] in ("permit_upfront", "permit_monthly"):
            row["value"] = repr(100 * float(row["value"]))

    change(pack / "money.csv", hundredths)
    change(pack / "rules.csv", hundredths)
    after = load(pack)
    rate = after.country("exchange_rate")["NOR"]
    np.testing.assert_allclose(rate, 100 * before.country("exchange_rate")["NOR"])
    wage = before.country("average_wage")["NOR"] / before.country("exchange_rate")["NOR"]
    np.testing.assert_allclose(after.country("average_wage")["NOR"] / rate, wage)
    permit = before.array("permit_monthly")[:, 0, 0] / before.country("exchange_rate")["NOR"]
    np.testing.assert_allclose(after.array("permit_monthly")[:, 0, 0] / rate, permit)
    np.testing.assert_array_equal(after.country("exchange_rate")["PEL"], before.country("exchange_rate")["PEL"])


# what is refused, in one line -----------------------------------------------------------------------------------------

ROW_FAULTS: dict[str, tuple[str, Callable[[dict[str, str]], None], str]] = {
    "a misspelt quantity": (
        "money.csv", setting("quantity", "exchange_rat", period="2003-05"),
        "two_countries/money.csv line 6 quantity is 'exchange_rat', which is no quantity. Nearest: exchange_rate.",
    ),
    "a country that is not there": (
        "money.csv", setting("country", "PAL", period="2003-05"),
        "money.csv line 6 country is 'PAL', which is no country of exchange_rate. Nearest: PEL.",
    ),
    "a destination that is not there": (
        "rules.csv", setting("destination", "NOT", quantity="refusal"),
        "destination is 'NOT', which is no destination of the pack. Nearest: NOR.",
    ),
    "a destination where none belongs": (
        "people.csv", setting("destination", "NOR", quantity="women"), "destination is 'NOR'. Allowed: none for women.",
    ),
    "another unit": (
        "rules.csv", setting("unit", "percent", quantity="listing"), "unit is 'percent'. Allowed: share for listing.",
    ),
    "an unknown tag": (
        "rules.csv", setting("tag", "asumed", quantity="listing"), "tag is 'asumed', which is no tag. Nearest: assumed.",
    ),
    "no confidence": ("rules.csv", setting("confidence", "", quantity="listing"), "confidence is ''"),
    "no source": ("rules.csv", setting("source", " ", quantity="listing"), "source is empty. Allowed: where the figure"),
    "derived without a formula": (
        "people.csv", setting("note", "", period="2004"), "note is empty on a derived figure. Allowed: the formula.",
    ),
    "out of bounds": (
        "rules.csv", setting("value", "1.2", quantity="refusal"), "value is 1.2. Allowed: 0 to 1 share for refusal.",
    ),
    "not a number": ("money.csv", setting("value", "12,5", period="2003-05"), "line 6 value is '12,5', not a number."),
    "not finite": ("money.csv", setting("value", "nan", period="2003-05"), "line 6 value is 'nan', not a number."),
    "a hole in a monthly series": (
        "money.csv", setting("value", None, period="2004-04", country="PEL"),
        "two_countries exchange_rate PEL has no row for 2004-04. Allowed: a row for each month, 2003-01 to 2005-12.",
    ),
    "a year missing": (
        "money.csv", setting("value", None, quantity="average_wage", period="2004"),
        "average_wage PEL has no row for the year 2004. Allowed: a row a year, 2003-01 to 2005-12.",
    ),
    "a growth year missing": (
        "money.csv", setting("value", None, quantity="inflation", period="2005"), "has no row for the year 2005.",
    ),
    "a step that starts too late": (
        "rules.csv", setting("period", "2003-02", quantity="refusal"),
        "refusal PEL-NOR starts at 2003-02. Allowed: a first row at or before 2003-01.",
    ),
    "a rule after the end": (
        "rules.csv", setting("period", "2006-01", quantity="refusal"),
        "period is 2006-01, outside the pack. Allowed: 2003-01 to 2005-12.",
    ),
    "a month that is none": ("rules.csv", setting("period", "2003-13", quantity="refusal"), "'2003-13', not a month."),
    "a date on a constant": ("people.csv", setting("period", "2003", quantity="women"), "women has no date."),
    "a year that is none": ("money.csv", setting("period", "03", quantity="gdp"), "period is '03', not a year."),
    "an unknown group": (
        "people.csv", setting("group", "constructing", group="construction"),
        "group is 'constructing', which is no group of sector. Nearest: construction.",
    ),
    "a topic of a place that is not there": (
        "people.csv", setting("group", "work_2", group="work_1"), "group is 'work_2', which is no group of aware.",
    ),
    "a group missing": ("people.csv", setting("value", None, group="ban_rules"), "aware PEL has no row for ban_rules."),
    "a group where none belongs": ("people.csv", setting("group", "men", quantity="women"), "group is 'men'. Allowed: none"),
    "shares that do not add up": (
        "people.csv", setting("value", "0.4", group="trade_services"), "sector PEL adds up to 1.1. Allowed: 1.",
    ),
    "a calendar that does not add up": (
        "rules.csv", setting("value", "1.5", quantity="season_pay", group="3"), "season_pay PEL-NOR adds up to 12.55.",
    ),
    "a calendar month missing": (
        "rules.csv", setting("group", "13", quantity="season_pay", group="3"), "group is '13', which is no group of",
    ),
    "a province without its rural share": (
        "people.csv", setting("value", None, quantity="rural", group="Pelagy Town"),
        "two_countries rural PEL has no row for Pelagy Town.",
    ),
    "a province by another name": (
        "people.csv", setting("group", "Pelagy Toun", quantity="rural", group="Pelagy Town"),
        "is 'Pelagy Toun', which is no province. Nearest: Pelagy Town.",
    ),
    "a duplicate": (
        "money.csv", setting("period", "2003-05", period="2003-06"),
        "two_countries/money.csv line 7 repeats money.csv line 6.",
    ),
    "no rows of a quantity": (
        "rules.csv", setting("value", None, quantity="detection"),
        "two_countries detection PEL-NOR has no row. Allowed: a row in share per month.",
    ),
    "a target to fit that came too late": (
        "targets.csv", setting("use", "fitted"),
        "targets.csv line 3 period is 2005, too late for a fitted target. Allowed: up to 2004-06.",
    ),
    "an unknown use of a target": ("targets.csv", setting("use", "fited"), "use is 'fited', which is no use of a target."),
    "a target for nobody": ("targets.csv", setting("origin", "PAL"), "origin is 'PAL', which is no origin of the pack."),
    "a target of no time": ("targets.csv", setting("period", "spring"), "targets.csv line 2 period is 'spring'."),
    "a target without a source": ("targets.csv", setting("source", ""), "targets.csv line 2 source is empty."),
    "a target that is no number": ("targets.csv", setting("value", "many"), "value is 'many', not a number."),
    "the same target twice": ("targets.csv", setting("period", "2003"), "targets.csv line 3 repeats line 2."),
}  # fmt: skip


@pytest.mark.parametrize("fault", ROW_FAULTS)
def test_a_bad_row_is_refused_in_one_line(pack: Path, fault: str) -> None:
    file, edit, expected = ROW_FAULTS[fault]
    change(pack / file, edit)
    with pytest.raises(InputError) as refusal:
        load(pack)
    assert expected in str(refusal.value)
    assert "\n" not in str(refusal.value)


TEXT_FAULTS = {
    "an unknown column": ("money.csv", "country,", "cuontry,", "line 1 is 'cuontry', which is no column. Nearest: country."),
    "a missing column": ("money.csv", "confidence,note", "note", "money.csv line 1 has no column confidence."),
    "a cell too many": ("money.csv", "PEL,,,2003-01", "PEL,,,,2003-01", "money.csv line 2 has 12 cells. Allowed: 11"),
    "a quote left open": ("money.csv", "PEL,,,2003-01", '"PEL,,,2003-01', "is not CSV"),
    "an unknown key": ("pack.yaml", "title:", "titel:", "pack.yaml is 'titel', which is no key of a pack. Nearest: title."),
    "a missing key": ("pack.yaml", 'end: "2005-12"\n', "", "pack.yaml has no end."),
    "an end before the start": ("pack.yaml", "2005-12", "2002-12", "pack.yaml end is 2002-12. Allowed: 2003-01 or later."),
    "a start that is no month": ("pack.yaml", '"2003-01"', "2003", "pack.yaml start is 2003, not a month."),
    "not YAML": ("pack.yaml", "title: ", "title: [", "pack.yaml line"),
    "a code that YAML reads as false": ("pack.yaml", "  NOR:", "  NO:", "has the key False, which is not text."),
    "no currency": ("pack.yaml", ", currency: NMK", "", "destinations NOR has no currency."),
    "a country that is both": ("pack.yaml", "  NOR:", "  PEL:", "has PEL as origin and as destination."),
    "a file that is not there": ("pack.yaml", "rules.csv:", "rule.csv:", "two_countries/rule.csv is missing"),
    "a file that is not listed": ("pack.yaml", "  targets.csv: Two invented outcomes.\n", "", "targets.csv is not listed"),
    "a file elsewhere": ("pack.yaml", "  rules.csv:", "  ../rules.csv:", "files names '../rules.csv'."),
    "too many destinations": (
        "pack.yaml", "destinations:\n", "destinations:\n" + "".join(f"  D{k}: {{name: D, currency: D}}\n" for k in range(3)),
        "has 4 destinations. Allowed: up to 3; group the small ones into one.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", TEXT_FAULTS)
def test_a_bad_file_is_refused_in_one_line(pack: Path, fault: str) -> None:
    file, old, new, expected = TEXT_FAULTS[fault]
    text = (pack / file).read_text(encoding="utf-8")
    assert old in text
    (pack / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        load(pack)
    assert expected in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_in_another_encoding_is_refused(pack: Path) -> None:
    (pack / "money.csv").write_bytes((pack / "money.csv").read_bytes() + "é".encode("latin-1"))
    with pytest.raises(InputError, match="money.csv is not UTF-8 text"):
        load(pack)


def test_a_file_saved_by_a_spreadsheet_is_read(pack: Path) -> None:
    text = (pack / "money.csv").read_text(encoding="utf-8")
    (pack / "money.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    np.testing.assert_array_equal(load(pack).array("gdp"), load(SMALL).array("gdp"))


def test_halves_that_contradict_are_refused(pack: Path) -> None:
    change(pack / "rules.csv", setting("country", "ALL", quantity="refusal"))
    own = "refusal,PEL,ALL,,2003-01,0.5,share,made up for the tests,assumed,low,\n"
    with (pack / "rules.csv").open("a", encoding="utf-8") as file:
        file.write(own)
    with pytest.raises(InputError, match="refusal PEL-NOR has rows for PEL-ALL and for ALL-NOR"):
        load(pack)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("central_asai", "region is 'central_asai', which is no pack. Nearest: central_asia."),
        ("no/such/folder", "region no/such/folder is not a folder."),
        (str(SMALL.parent), "has no pack.yaml."),
    ],
)
def test_an_unknown_pack_is_refused(name: str, expected: str) -> None:
    with pytest.raises(InputError, match=re.escape(expected)):
        load(name)
