"""The reference pages say what the tables of the program say."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from sim.measures import MEASURES
from sim.policies.base import registered
from sim.schema.parameters import PARAMETERS
from sim.schema.quantities import QUANTITIES

DOCS = Path(__file__).resolve().parents[2] / "docs"
sys.path.insert(0, str(DOCS))  # the scripts there import one another, as they do when they are run
MADE, POLICIES, PICTURES = (
    importlib.import_module(name) for name in ("make_tables", "make_policies", "make_policy_pictures")
)
PAGES = {**MADE.PAGES, POLICIES.PAGE: POLICIES.page}


@pytest.mark.parametrize("name", PAGES)
def test_a_committed_page_is_what_the_program_makes(name):
    committed = (DOCS / name).read_text(encoding="utf-8")
    assert committed == PAGES[name](), f"docs/{name} is out of date: run `make docs`"


def test_the_page_of_policies_has_every_policy_in_one_group():
    grouped = [name for names in POLICIES.GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(registered())
    assert sorted(PICTURES.PICTURES) == sorted(registered())


@pytest.mark.parametrize("name", sorted(registered()))
def test_a_policy_is_shown_whole(name):
    cls = registered()[name]
    paragraphs, told = POLICIES.sections(cls)
    assert tuple(told) == POLICIES.PARTS
    assert paragraphs and all(told.values())
    part = re.split(r"^##+ ", POLICIES.page(), flags=re.MULTILINE)
    (own,) = [text for text in part if text.startswith(f"{name}\n")]
    for said in (*paragraphs, *cls.sources, *(f"| `{setting}` |" for setting in cls.settings())):
        assert said in own
    assert all(f"`{quantity}`" in own for quantity in cls.modifies)
    assert all(f"`{measure}`" in own for measure in cls.example().costs)
    assert "inf" not in own.split("|")


def test_pairs_that_share_a_quantity_are_all_in_the_table():
    table = POLICIES.page().split("## How pairs combine")[1].split("## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    told = {}
    for row in rows:
        quantities, policies = (re.findall(r"`(\w+)`", cell) for cell in row.split("|")[1:3])
        told |= {quantity: set(policies) for quantity in quantities}
    shared = {name: {one for one, cls in registered().items() if name in cls.modifies} for name in QUANTITIES}
    assert told == {name: policies for name, policies in shared.items() if len(policies) > 1}


def test_goals_name_measures_and_policies_there_are():
    assert [goal.goal.split()[0] for goal in POLICIES.GOALS] == ["4", "5", "8", "10", "16", "17"]
    for goal in POLICIES.GOALS:
        assert set(goal.measures) <= set(MEASURES)
        assert set(goal.policies) <= set(registered())


@pytest.mark.parametrize("name", sorted(registered()))
def test_each_policy_has_its_picture(name):
    path = DOCS / "images" / "policies" / f"{name}.svg"
    assert path.stat().st_size < 4_000
    drawing = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    title = drawing.find("{http://www.w3.org/2000/svg}title")
    assert title is not None and title.text == f"{PICTURES.PICTURES[name].words}: example against history"
    assert "nan" not in path.read_text(encoding="utf-8")
    assert sorted(path.name for path in path.parent.iterdir()) == [f"{one}.svg" for one in sorted(registered())]


def test_a_picture_shows_the_difference_and_its_interval():
    """Two seeds, a difference of 1 and 3 from the fifth quarter on: mean 2, half-width 12.706 (Student, one degree)."""
    quarters = pd.period_range("2012Q1", periods=8, freq="Q")
    values = pd.DataFrame({1: [0.0] * 4 + [1.0] * 4, 2: [0.0] * 4 + [3.0] * 4}, index=quarters)
    picture = PICTURES.Picture("stock", "TJK", "RUS")
    drawing = PICTURES.drawn(values, picture)
    assert drawing == PICTURES.drawn(values, picture)
    course, band = (
        np.array([point.split(",") for point in re.search(rf'<{kind} points="([^"]+)"', drawing)[1].split()], float)
        for kind in ("polyline", "polygon")
    )
    zero, ten = (
        float(re.search(rf'<path d="M\d+ ([\d.]+)H\d+" [^>]+/><text [^>]+>{at}<', drawing)[1]) for at in (0, r"\+10")
    )
    unit = (zero - ten) / 10
    np.testing.assert_allclose((zero - course[:, 1]) / unit, [0] * 4 + [2] * 4, atol=0.05 / unit)
    np.testing.assert_allclose((zero - band[4:8, 1]) / unit, 2 + 12.706, atol=0.1 / unit)
    assert drawing.count(">2012<") == drawing.count(">2013<") == 1


def test_every_parameter_has_a_section_with_a_title():
    assert {parameter.section for parameter in PARAMETERS.values()} == set(MADE.SECTIONS)


def test_a_cell_cannot_break_its_row():
    row = MADE.table(("a", "b"), [("one | two", 3)]).splitlines()[-1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


def pages() -> list[Path]:
    root = DOCS.parent
    return [root / "README.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_lead_to_files(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not broken
