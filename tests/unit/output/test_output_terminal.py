"""What the terminal prints, and the numbers and sentences in it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from sim.output.numbers import THIN, count, display_for, percent, plain
from sim.output.result import Comparison
from sim.output.terminal import print_comparison, print_run
from sim.output.words import clause, finding, headline_measures, row_of, summary_sentences, title_of


def printed(what, encoding: str = "utf-8") -> str:
    """What is printed where there is no terminal."""
    buffer = io.BytesIO()
    file = io.TextIOWrapper(buffer, encoding=encoding)
    console = Console(file=file, highlight=False, width=100)
    (print_comparison if isinstance(what, Comparison) else print_run)(what, console)
    file.flush()
    return buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_a_comparison_fits_100_columns_and_is_plain_when_piped(comparison, encoding):
    text = printed(comparison, encoding)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 100
    assert "\u2026" not in text
    assert "no_ban against history" in text
    for measure in headline_measures():
        assert title_of(measure) in text
    arrow = "\u2192" if encoding == "utf-8" else ">"
    for corridor in (f"TJK {arrow} RUS", f"UZB {arrow} OTH"):
        assert text.count(corridor) == 11
    assert text.rstrip().splitlines()[-2].startswith("Under no_ban, compared with history, remittances sent (")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_run_fits_100_columns(comparison, encoding):
    text = printed(comparison.scenario, encoding)
    assert max(map(len, text.splitlines())) <= 100
    assert "\u2026" not in text
    row = next(line for line in text.splitlines() if "Migrants abroad" in line)
    assert row.split("persons")[1].replace(THIN, "").replace(",", "").split()[0] == "396146"


def test_what_is_piped_is_not_cut_at_80_columns(comparison, capsys):
    print_comparison(comparison)
    text = capsys.readouterr().out
    assert "\u2026" not in text
    assert 80 < max(map(len, text.splitlines())) <= 100


def test_corridors_with_nothing_in_them_are_left_out(run):
    shape = {"seeds": 2, "months": 6, "origins": ("TJK",)}
    runs = [run("s", 0.1, **shape), run("a", **shape)]
    for result in runs:
        result.corridors.loc[result.corridors["destination"] == "OTH", "banned"] = 0.0
    text = printed(Comparison.of(*runs))
    assert text.count("TJK \u2192 OTH") == text.count("TJK \u2192 KAZ") - 1


def test_displays():
    money = display_for("USD per month", np.array([276_344_122.0, 12e6]), np.array([2.4e6]))
    assert (money.unit, money.show(276_344_122), money.signed(1.26e6)) == ("million USD per month", "276.3", "+1.3")
    people = display_for("persons", np.array([1_234_567.0, 12.3]), np.array([3.2]))
    assert people.show(1_234_567.4) == f"1{THIN}234{THIN}567"
    assert people.show(-0.2) == "0"
    assert people.signed(-12.3) == "\u221212"
    assert people.interval(-3.0, 4.0) == "\u22123 to +4"
    assert people.interval(np.nan, np.nan) == "\u2013"
    assert display_for("percent", np.array([31.234]), np.array([0.52])).show(31.234) == "31.23"
    assert plain(people.signed(-1234.0)) == "-1,234"
    assert (percent(-5, 100), percent(1, 0), percent(500, 100)) == (f"\u22125.0{THIN}%", "\u2013", f"+500{THIN}%")
    assert (count(23.4), count(12_345), count(np.nan)) == ("23", f"12{THIN}000", "\u2013")


def test_clauses(comparison):
    row = row_of(comparison.table, "banned", "TJK")
    told = clause(row, row.unit)
    low, high = sorted((abs(row.low95), abs(row.high95)))
    assert told.startswith("13\u202f9") and "persons fewer (95" in told
    assert f"interval {round(low, -2):,.0f} to {round(high, -2):,.0f}".replace(",", THIN) in told
    unclear = row._replace(low95=-5.0, high95=3.0, difference=-1.0)
    assert clause(unclear, "persons") == f"no sure change (95{THIN}% interval \u22125.00 to +3.00 persons)"
    assert clause(row._replace(difference=0.0), "persons") == "no change at all"
    assert "percentage points lower" in clause(row._replace(difference=-1.0, low95=-2.0, high95=-0.5), "percent")


def test_the_finding_is_about_what_chance_does_not_explain(run):
    shape = {"months": 6, "origins": ("TJK", "KGZ")}
    none = Comparison.of(run("same", seeds=3, **shape), run("history", seeds=3, **shape))
    assert finding(none).endswith("no headline measure surely differs.")
    single = Comparison.of(run("s", 0.2, seeds=1, **shape), run("history", seeds=1, **shape))
    assert finding(single).endswith("one seed cannot tell an effect from chance: run more seeds.")


def test_the_finding_names_the_origin_changed_most(comparison):
    rows = [row_of(comparison.table, "remittances_true", origin) for origin in ("TJK", "KGZ", "UZB")]
    most = max(rows, key=lambda row: row.difference / row.against_mean)
    assert comparison.scenario.place(most.origin) in finding(comparison)


def test_the_summary_has_three_to_five_sentences_with_intervals(comparison):
    told = summary_sentences(comparison, "Groups hit hardest: x.")
    assert 3 <= len(told) <= 5
    assert all("interval" in sentence for sentence in told[:-1])
