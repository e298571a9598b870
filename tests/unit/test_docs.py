"""The reference pages say what the tables of the program say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from sim.schema.parameters import PARAMETERS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def make_tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_tables", DOCS / "make_tables.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MADE = make_tables()


@pytest.mark.parametrize("name", MADE.PAGES)
def test_a_committed_page_is_what_the_tables_make(name):
    committed = (DOCS / name).read_text(encoding="utf-8")
    assert committed == MADE.PAGES[name](), f"docs/{name} is out of date: run `make docs`"


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
