"""The report: complete, self-contained, reproducible, and safe whatever stands in a scenario file."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from sim.errors import InputError
from sim.output.groups import RATES, group_changes, hardest_hit
from sim.output.report import report_html, write_report
from sim.output.result import Comparison, RunResult
from sim.output.shifts import HOME, place_shifts
from sim.output.words import headline_measures, title_of

VOID = {"meta", "br", "hr", "img", "link", "input"}
SVG = "{http://www.w3.org/2000/svg}"


class Page(HTMLParser):
    """Checks that tags close in order, and keeps what the tests ask about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def html(comparison) -> str:
    return report_html(comparison)


def svgs(html: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)]


def test_nothing_comes_from_outside(html):
    page = Page(html)
    assert not {"script", "link", "iframe", "img", "object", "embed", "base"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href", "data", "action"):
                assert str(value).startswith("#"), (tag, name, value)
            assert not name.startswith("on"), (tag, name)
    assert not re.search(r"@import|@font-face|url\((?!#)", html)


def test_ids_are_unique_and_every_reference_is_met(html):
    ids = [attributes["id"] for _, attributes in Page(html).tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r'href="#([^"]+)"', html)) | set(re.findall(r"url\(#([^)]+)\)", html))
    assert wanted <= set(ids)


def test_every_part_is_there_in_order(html, comparison):
    heads = re.findall(r"<h2>([^<]+)</h2>", html)
    assert heads == [
        "Summary", "Headline figures", "Over time", "Who went where instead", "Who is hit most", "Full comparison",
        "How to read this", "Sources",
    ]  # fmt: skip
    words = " ".join(Page(html).words)
    for measure in headline_measures():
        assert title_of(measure) in words
        assert f'id="measure-{measure}"' in html
    assert html.count("<tr><td>") >= len(comparison.table)
    for said in ("https://example.org/rub", "Stocks in Kazakhstan are low confidence.", "sim compare scenario=no_ban"):
        assert said in words
    assert "What did the re-entry ban do" in words


def test_drawings_are_valid_have_text_and_words_for_those_who_cannot_see(html):
    drawings = svgs(html)
    assert len(drawings) == 15
    for drawing in drawings:
        assert drawing.get("role") == "img"
        assert len(drawing.get("aria-label", "")) > 30
        assert drawing.get("viewBox")
        assert len(list(drawing.iter(f"{SVG}text"))) > 5
        assert all(np.isfinite([float(n) for n in re.findall(r"-?[\d.]+", drawing.get("viewBox"))]))
    assert "NaN" not in html
    assert "nan" not in re.sub(r"[A-Za-z]*nan[a-z]+", "", html)


def test_the_same_comparison_gives_the_same_bytes(comparison, tmp_path, html):
    path = write_report(comparison, tmp_path / "deep" / "report.html")
    assert path.read_text(encoding="utf-8") == html
    assert len(html.encode()) < 3_000_000
    assert not re.search(r"20[23]\d-\d\d-\d\d", html)


def test_names_from_a_scenario_file_stay_text(run):
    small = {"seeds": 2, "months": 6, "origins": ("TJK",), "destinations": ("RUS",)}
    scenario = run('<script>alert("x")</script> $a_1$ {against}', 0.1, **small)
    scenario.meta["caveats"] = ["<img src=x onerror=alert(1)>"]
    scenario.meta["names"] = {"TJK": "<b>A & B</b>", "RUS": '"><script>'}
    html = report_html(Comparison.of(scenario, run("history", **small)))
    tags = {tag for tag, _ in Page(html).tags}
    assert not {"script", "img"} & tags
    assert len(svgs(html)) == 12
    words = [text.text for drawing in svgs(html) for text in drawing.iter(f"{SVG}text")]
    assert sum("$a_1$" in str(word) for word in words) == 10  # the legends


@pytest.mark.parametrize(
    "shape",
    [
        {"seeds": 1, "origins": ("TJK", "UZB"), "destinations": ("RUS",)},
        {"seeds": 2, "origins": ("TJK",), "destinations": ("RUS", "KAZ")},
        {"seeds": 1, "origins": ("AAA",), "destinations": ("BBB",), "months": 1},
        {"seeds": 2, "origins": ("A", "B", "C", "D"), "destinations": ("X",)},
    ],
)
def test_other_shapes(run, shape):
    shape = {"months": 14, **shape}
    html = report_html(Comparison.of(run("s", 0.1, **shape), run("a", **shape)))
    Page(html)
    assert svgs(html)


def test_runs_without_notes_make_a_report(run):
    bare = [
        RunResult(r.corridors, r.origins, r.categories.iloc[:0], {"scenario": {"name": r.name}})
        for r in (run("s", 0.1, seeds=2, months=6, origins=("TJK",)), run("a", seeds=2, months=6, origins=("TJK",)))
    ]
    assert "The runs carry no table of sources." in report_html(Comparison.of(*bare))


def test_a_scenario_against_itself_says_so(run):
    same = run("history", seeds=2, months=6, origins=("TJK",), destinations=("RUS",))
    html = report_html(Comparison.of(same, same))
    assert "no change at all" in html
    assert "no net shift" in html
    assert "Groups hit hardest" not in html


def test_shifts_move_people_and_make_none(comparison):
    shifts = place_shifts(comparison)
    assert shifts.groupby("origin")["difference"].sum().to_numpy() == pytest.approx(0, abs=1e-3)
    stock = comparison.table.query("measure == 'stock' and origin == 'TJK' and destination == 'RUS'")
    russia = shifts[(shifts["origin"] == "TJK") & (shifts["destination"] == "RUS")]
    assert russia["difference"].iloc[0] == pytest.approx(12 * stock["difference"].iloc[0])
    home = shifts[(shifts["origin"] == "TJK") & (shifts["destination"] == HOME)]
    assert home["scenario_mean"].iloc[0] == pytest.approx(12 * (1.2e6 - 396_146), rel=1e-3)


def test_rates_of_groups_are_per_worker_of_the_group(run):
    scenario, against = run("s", 0.1, seeds=2, months=6), run("a", seeds=2, months=6)
    changes = group_changes(Comparison.of(scenario, against), "TJK")
    row = changes[(changes["group"] == "women") & (changes["rate"] == 0)].iloc[0]
    rates = []
    for result in (scenario, against):
        part = (
            result.categories.query("origin == 'TJK' and group == 'women'").groupby("seed")[["abroad", "workers"]].sum()
        )
        rates.append(100 * (part["abroad"] / part["workers"]).mean())
    assert row["difference"] == pytest.approx(rates[0] - rates[1])
    assert set(changes["rate"]) == set(range(len(RATES)))


def test_hardest_hit_names_a_loser(comparison):
    """In the made-up runs men lose most work and the first province most money."""
    told = hardest_hit(comparison)
    assert "without work, men (sex): +" in told
    assert re.search(r"remitted per worker, \S+ .*: \u2212", told)


def test_figures_in_python(comparison):
    shown = comparison.figure("poverty")
    assert isinstance(shown, Figure)
    assert len(shown.axes) == 3
    assert shown._repr_html_().startswith("<svg")
    by_destination = comparison.scenario.figure("stock", "KGZ")
    assert [text.get_text() for text in by_destination.legends[0].get_texts()] == ["Russia", "Kazakhstan", "elsewhere"]
    line = by_destination.axes[0].lines[0].get_ydata()
    expected = (
        comparison.scenario.corridors.query("origin == 'KGZ' and destination == 'RUS'").groupby("month")["stock"].mean()
    )
    np.testing.assert_allclose(line, expected)
    with pytest.raises(InputError, match="Nearest: poverty"):
        comparison.figure("povrety")
    with pytest.raises(InputError, match="no origin of this run"):
        comparison.scenario.figure("stock", "RUS")


def test_a_month_without_a_value_breaks_no_line(run):
    """A measure taken each quarter is drawn through the quarters, without a warning."""
    result = run("a", seeds=2, months=24)
    quarterly = result.origins.assign(
        poverty=result.origins["poverty"].where(result.origins["month"].dt.month % 3 == 0)
    )
    figure = RunResult(result.corridors, quarterly, result.categories, result.meta).figure("poverty", "TJK")
    values = figure.axes[0].lines[0].get_ydata()
    assert len(values) == 8
    assert np.isfinite(values).all()


def test_notebooks_show_runs_and_comparisons(comparison):
    assert "no_ban against history" in comparison._repr_html_()
    assert "<table" in comparison._repr_html_()
    assert "8 seeds, 2012-01 to 2017-12" in comparison.scenario._repr_html_()
    assert isinstance(comparison.scenario.summary(), pd.DataFrame)
