"""Law files: what history holds, what an edited copy changes, and the one line that refuses what is not in order."""

from __future__ import annotations

import csv
import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from edited_laws import HISTORY, Edit, dropping, setting, write
from small_worlds import ROOT, TWO_COUNTRIES, pack, scenario

from sim.basis import Basis
from sim.configuration.files import groups
from sim.errors import InputError
from sim.policies.context import Context
from sim.prepared import prepare
from sim.region import load
from sim.region.law import COLUMNS, LawPack
from sim.region.shipped import law_files
from sim.scenario import Scenario
from sim.schema.quantities import LAW, QUANTITIES

BEFORE_2015_08 = "d5941b842f303eb067fc49e97a1bba92676faf3652fd012593b3728f9efaab22"
"""Of the arrays of all rules to July 2015 as they were made when the pack's own table still held them."""


def law(tmp_path: Path, edit: Edit | None = None) -> LawPack:
    return pack().read_law(write(tmp_path / "mine.csv", edit))


# history --------------------------------------------------------------------------------------------------------------


def test_history_is_to_july_2015_what_the_pack_held_bit_for_bit() -> None:
    region = pack()
    assert region.label(42) == "2015-07"
    told = hashlib.sha256()
    for rule in sorted(LAW):
        told.update(rule.encode())
        told.update(region.array(rule)[:43].tobytes())
    assert told.hexdigest() == BEFORE_2015_08


def test_history_holds_the_amnesties_of_2015_and_2017_and_nothing_else_new() -> None:
    region = pack()
    held = {rule: {} for rule in ("amnesty", "amnesty_told", "regularisation")}
    for rule, months in held.items():
        for month, origin, destination in np.argwhere(region.array(rule) > 0).tolist():
            cell = region.origins[origin], region.destinations[destination], region.label(month)
            months[cell] = region.array(rule)[month, origin, destination]
    kyrgyz, tajik = [("KGZ", "RUS", f"2015-{month:02d}") for month in (8, 9, 10)], ("TJK", "RUS")
    spring = [(*tajik, "2017-03"), (*tajik, "2017-04")]
    assert held["amnesty"] == dict(zip([*kyrgyz, *spring], [0.1, 0.4, 0.4, 0.225, 0.225], strict=True))
    assert held["amnesty_told"] == dict.fromkeys([*kyrgyz, *spring], 0.2)
    assert held["regularisation"] == dict.fromkeys(spring, 0.3)
    assert not region.array("amnesty_court").any()
    listing = region.array("listing")[:, region.origins.index("KGZ"), 0]
    assert [region.label(month) for month in np.flatnonzero(listing == 0)] == ["2015-08", "2015-09", "2015-10"]
    assert listing[-1] == listing[42] == 0.62


def test_every_rule_of_history_names_where_it_is_written() -> None:
    rows = [row for row in pack().rows if row.quantity in LAW]
    assert len(rows) > 100
    assert all(row.reference and row.source and row.file == "history.csv" for row in rows)
    assert sum(row.reference != "none found" for row in rows) > 30


def test_the_law_lies_in_one_place() -> None:
    assert list(law_files()) == ["history"]
    assert "law" not in groups()
    assert not list((ROOT / "sim" / "region").rglob("law.csv"))


# an edited copy -------------------------------------------------------------------------------------------------------


def test_a_copy_that_says_the_same_is_the_same_law(tmp_path: Path) -> None:
    same = law(tmp_path)
    assert same.digest != pack().law.digest
    for rule in LAW:
        assert same.arrays[rule].tobytes() == pack().array(rule).tobytes(), rule


def test_an_edited_copy_is_the_base_that_policies_act_on(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.csv", setting("ban_overstay_1_month", "ALL", "RUS", "2012-01", value="12"))
    policies = {"reentry_ban": {"months": 24}}
    one, other = (scenario(law=given, policies=policies) for given in (str(path), None))
    context = Context.of(pack())
    mine, own = (Basis.of(side, pack(), context).quantities["ban_overstay_1_month"][:12, 0, 0] for side in (one, other))
    assert (own == 0).all(), "nothing was banned in 2012, so there is nothing to lengthen"
    assert (mine == 24).all()
    assert prepare(one, pack()).beginning != prepare(other, pack()).beginning, "the burn-in lives under its first month"
    assert prepare(one, pack()).region.law.digest == one.law_digest


def test_corridors_by_hand_go_over_the_law(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.csv", setting("refusal", "ALL", "KAZ", "2012-01", value="0.1"))
    one = scenario(law=str(path), corridors={"TJK": {"KAZ": {"refusal": 0.3}}})
    basis = Basis.of(one, pack(), Context.of(pack()))
    assert basis.pack["refusal"][5, :, 1].tolist() == [0.3, 0.1, 0.1]


def test_what_depends_on_the_law_is_its_content(tmp_path: Path) -> None:
    def digest(given: object) -> str:
        return Scenario.from_mapping({"law": given}, pack()).digest

    own = digest(None)
    assert digest("history") == digest(HISTORY) == digest(shutil.copy(HISTORY, tmp_path / "copy.csv")) == own
    edited = write(tmp_path / "mine.csv", setting("refusal", "ALL", "KAZ", "2012-01", value="0.1"))
    assert digest(edited) != own
    assert digest(edited) == digest(str(shutil.copy(edited, tmp_path / "elsewhere.csv")))
    told = Scenario.from_mapping({"law": edited}, pack()).as_mapping()
    assert Scenario.from_mapping(told, pack()).as_mapping() == told
    write(edited, setting("refusal", "ALL", "KAZ", "2012-01", value="0.2"))
    with pytest.raises(InputError, match=r"^law is .*mine.csv with digest .*, which was .*the file as it was.$"):
        Scenario.from_mapping(told, pack())


def test_a_file_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    text = HISTORY.read_text(encoding="utf-8")
    comments, _, table = text.partition("rule,")
    saved = "".join(f'"{line}",,,\r\n' for line in comments.splitlines()) + ",,,\r\n"
    path = tmp_path / "mine.csv"
    path.write_bytes(b"\xef\xbb\xbf" + (saved + "rule," + table.replace("\n", "\r\n")).encode())
    assert pack().read_law(path).arrays["listing"].tobytes() == pack().array("listing").tobytes()


# what is refused, in one line -----------------------------------------------------------------------------------------

WINDOW = ("visa_free_window", "ALL", "RUS")
FAULTS: dict[str, tuple[Edit, str]] = {
    "a gap": (
        setting(*WINDOW, "2014-01", start="2014-04"),
        "mine.csv line 8 visa_free_window ALL-RUS has nothing from 2014-01 to 2014-03. Allowed: from 2014-01, after line 7.",
    ),
    "a gap of one month": (
        setting(*WINDOW, "2012-01", until="2013-11"), "ALL-RUS has nothing from 2013-12 to 2013-12.",
    ),
    "an overlap": (
        setting(*WINDOW, "2012-01", until="2014-01"),
        "mine.csv line 8 visa_free_window ALL-RUS holds from 2014-01, and so does line 7, until 2014-01. "
        "Allowed: until 2013-12 on line 7.",
    ),
    "an older rule left open": (
        setting(*WINDOW, "2012-01", until=""), "holds from 2014-01, and so does line 7, with no until.",
    ),
    "a first row too late": (
        setting(*WINDOW, "2012-01", start="2012-02"),
        "mine.csv line 7 visa_free_window ALL-RUS is not told before 2012-02. Allowed: from 2012-01 or earlier.",
    ),
    "a last row that ends too early": (
        setting(*WINDOW, "2014-01", until="2017-11"),
        "visa_free_window ALL-RUS has nothing after 2017-11. Allowed: an empty until, or 2017-12 or later.",
    ),
    "until before from": (
        setting(*WINDOW, "2014-01", until="2013-12"), "line 8 until is 2013-12, before 2014-01. Allowed: 2014-01 or later.",
    ),
    "a rule after the pack's end": (
        setting(*WINDOW, "2014-01", start="2018-01"), "line 8 from is 2018-01, after the pack's end. Allowed: 2012-01 to",
    ),
    "a month that is none": (setting(*WINDOW, "2014-01", start="2014-13"), "line 8 from is '2014-13', not a month."),
    "an end that is no month": (setting(*WINDOW, "2014-01", until="ever"), "line 8 until is 'ever', not a month."),
    "a longer overstay banned for less": (
        setting("ban_overstay_9_months", "ALL", "RUS", "2015-01", value="48"),
        "mine.csv line 22 ban_overstay_9_months TJK-RUS is 48 months in 2015-01, shorter than for a lesser "
        "offence. Allowed: 60 months or more, or 0: no rule of its own.",
    ),
    "a longer overstay banned for less than the least": (
        setting("ban_overstay_6_months", "ALL", "RUS", "2013-01", value="35"),
        "mine.csv line 18 ban_overstay_6_months TJK-RUS is 35 months in 2013-01, shorter than for a lesser offence.",
    ),
    "a repeated expulsion banned for less": (
        setting("ban_repeat_expulsion", "ALL", "RUS", "2012-01", value="36"),
        "ban_repeat_expulsion TJK-RUS is 36 months in 2012-01, shorter than for a lesser offence. Allowed: 60 months",
    ),
    "an unknown origin": (
        setting(*WINDOW, "2014-01", origin="TJC"),
        "line 8 origin is 'TJC', which is no origin of central_asia. Nearest: TJK.",
    ),
    "an unknown destination": (
        setting(*WINDOW, "2014-01", destination="RUZ"), "destination is 'RUZ', which is no destination of central_asia.",
    ),
    "an unknown rule": (
        setting(*WINDOW, "2014-01", rule="visa_free_widow"), "'visa_free_widow', which is no rule of law. Nearest: visa_free_window.",
    ),
    "a quantity that is no law": (
        setting(*WINDOW, "2014-01", rule="travel_cost"), "rule is 'travel_cost', which is no rule of law.",
    ),
    "another unit": (
        setting(*WINDOW, "2014-01", unit="months"), "line 8 unit is 'months'. Allowed: days for visa_free_window.",
    ),
    "a value out of range": (setting(*WINDOW, "2014-01", value="400"), "value is 400. Allowed: 0 to 366 days"),
    "no number": (setting(*WINDOW, "2014-01", value="90,5"), "line 8 value is '90,5', not a number."),
    "no reference": (
        setting(*WINDOW, "2014-01", reference=" "), "line 8 reference is empty. Allowed: law and article, or: none found.",
    ),
    "no source": (setting(*WINDOW, "2014-01", source=""), "line 8 source is empty."),
    "an unknown tag": (setting(*WINDOW, "2014-01", tag="asumed"), "tag is 'asumed', which is no tag. Nearest: assumed."),
    "a place without the rule": (dropping("detection"), "detection TJK-RUS has no row. Allowed: a row in share per month."),
    "a rule told twice": (
        setting("free_movement", "ALL", "OTH", "2012-01", destination="RUS"), "holds from 2012-01, and so does line",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_law_that_is_not_in_order_is_refused_in_one_line(tmp_path: Path, fault: str) -> None:
    edit, expected = FAULTS[fault]
    with pytest.raises(InputError) as refusal:
        law(tmp_path, edit)
    assert str(refusal.value).startswith("law mine.csv ")
    assert expected in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_rule_without_a_row_has_its_default(tmp_path: Path) -> None:
    made = law(tmp_path, dropping("amnesty"))
    assert (made.arrays["amnesty"] == QUANTITIES["amnesty"].default).all()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("origin,", "orgin,", "law mine.csv line 3 is 'orgin', which is no column. Nearest: origin."),
        ("reference,", "", "law mine.csv line 3 has no column reference."),
        ("ALL,RUS,2012-01", "ALL,RUS,,2012-01", "law mine.csv line 4 has 13 cells. Allowed: 12, one a column."),
        ("ALL,RUS,2012-01", '"ALL,RUS,2012-01', "is not CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = write(tmp_path / "mine.csv")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        pack().read_law(path)
    assert expected in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("histroy", "law is 'histroy', which is no law. Nearest: history. Allowed: history, or path/to/file.csv."),
        ("no/such/file.csv", "law is 'no/such/file.csv', which is no file. Nearest: mine.csv."),
        ("min.csv", "law is 'min.csv', which is no file. Nearest: mine.csv."),
        (3, "law is 3, which is no law. Allowed: a law's name, or path/to/file.csv."),
    ],
)
def test_a_law_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Any, expected: str
) -> None:
    write(tmp_path / "mine.csv")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refusal:
        Scenario.from_mapping({"law": given}, pack())
    assert str(refusal.value) == expected


def test_a_law_of_other_places_is_refused() -> None:
    with pytest.raises(InputError, match=r"law history.csv line \d+ .*two_countries"):
        load(TWO_COUNTRIES).read_law("history")


# packs and their law --------------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The made-up pack with its rules in a law file of its own."""
    folder = Path(shutil.copytree(TWO_COUNTRIES, tmp_path / "two_countries"))
    with (folder / "rules.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rules = [row for row in rows if row["quantity"] in LAW]
    for path, columns, kept in (
        ("rules.csv", list(rows[0]), [row for row in rows if row["quantity"] not in LAW]),
        ("statute.csv", list(COLUMNS), [_as_rule(row, rules) for row in rules]),
    ):
        with (folder / path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(kept)
    manifest = folder / "pack.yaml"
    manifest.write_text(f"law: statute.csv\n{manifest.read_text(encoding='utf-8')}", encoding="utf-8")
    return folder


def _as_rule(row: dict[str, str], rules: list[dict[str, str]]) -> dict[str, str]:
    later = [
        other["period"] for other in rules if other["quantity"] == row["quantity"] if other["period"] > row["period"]
    ]
    year, month = map(int, min(later).split("-")) if later else (0, 0)
    last = divmod(12 * year + month - 2, 12)
    shared = {name: row[name] for name in ("destination", "value", "unit", "source", "tag", "confidence", "note")}
    until = f"{last[0]:04d}-{last[1] + 1:02d}" if later else ""
    named = {"rule": row["quantity"], "origin": row["country"], "from": row["period"], "until": until}
    return {**shared, **named, "reference": "none found"}


def test_a_pack_may_bring_its_own_law_or_keep_rules_in_its_tables(own: Path) -> None:
    plain, with_law = load(TWO_COUNTRIES), load(own)
    assert plain.law is None
    assert with_law.law.name == "statute"
    for name, values in plain.values.arrays.items():
        np.testing.assert_array_equal(with_law.array(name), values, name)
    before = with_law.digest
    (own / "statute.csv").write_bytes((own / "statute.csv").read_bytes() + b"\n")
    assert load(own).digest != before, "the pack's digest holds the law it names"
    under = plain.under(plain.read_law(own / "statute.csv"))
    assert (under.law.name, under.digest) == ("statute", plain.digest)
    assert len(under.rows) == len(plain.rows)


def test_a_rule_beside_the_law_file_is_refused(own: Path) -> None:
    row = "refusal,PEL,NOR,,2003-01,0.5,share,made up for the tests,assumed,low,\n"
    with (own / "money.csv").open("a", encoding="utf-8") as file:
        file.write(row)
    with pytest.raises(
        InputError, match=r"money.csv line \d+ quantity is 'refusal', a rule of law. Allowed: rules in the"
    ):
        load(own)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "law: statute.csv",
            "law: statue.csv",
            "pack.yaml law is 'statue.csv', which is no file of the pack. Nearest: statute.csv.",
        ),
        ("law: statute.csv", "law: histroy", "pack.yaml law is 'histroy', which is no law. Nearest: history."),
        ("files:\n", "files:\n  statute.csv: The rules.\n", "files names 'statute.csv', which is the law."),
    ],
)
def test_a_pack_that_names_no_law_is_refused(own: Path, old: str, new: str, expected: str) -> None:
    manifest = own / "pack.yaml"
    text = manifest.read_text(encoding="utf-8")
    if "histroy" in new:
        (own / "statute.csv").unlink()
    if old == "files:\n":
        text = text.replace("law: statute.csv\n", "").replace("licence:", "law: statute.csv\nlicence:")
    manifest.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        load(own)
    assert expected in str(refusal.value)
