"""No string is missing in any language, and numbers are written as each language writes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sim.workshop
from sim.workshop import words as module
from sim.workshop.bench import Failure
from sim.workshop.controls import CONTROLS
from sim.workshop.lessons import ORDER, lesson
from sim.workshop.pages.controls import step_words
from sim.workshop.words import LANGUAGES, WHOLE, faults, texts, words

PACKAGE = Path(sim.workshop.__file__).parent


def test_no_text_is_missing_or_left_over() -> None:
    """In five languages for the interface, in two for the lessons."""
    assert faults() == []


def test_the_check_sees_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing key, a key too many, an empty text, a lost place to fill."""
    whole = module.texts
    ours = {**whole("uz", "interface"), "nav.lables": "x", "picture.map": "", "button.next": "Keyingi"}
    del ours["try.title"]
    monkeypatch.setattr(module, "texts", lambda language, kind: ours if language == "uz" else whole(language, kind))
    told = "\n".join(faults())
    for fault in (
        "try.title is missing",
        "nav.lables is not a text of English",
        "picture.map is empty",
        "button.next has other places",
    ):
        assert fault in told


def test_every_key_in_the_code_is_a_text() -> None:
    """Keys written out in the program are in the English files."""
    known = {**texts("en", "interface"), **texts("en", "lessons")}
    asked = set()
    for path in PACKAGE.rglob("*.py"):
        asked |= set(
            re.findall(r'(?:words|told)\(\s*"([a-z_]+(?:\.[a-zA-Z_0-9]+)+)"', path.read_text(encoding="utf-8"))
        )
    assert len(asked) > 60
    assert asked - set(known) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_made_of_names_are_texts(language: str) -> None:
    """Controls and their steps, pictures, failures, lessons."""
    told = words(language)
    for name, control in CONTROLS.items():
        assert told(f"control.{name}") and told(f"help.{name}")
        assert all(step_words(name, step, told) for step in control.steps)
    for name in ORDER:
        for part in ("title", "world", "story", "question", "finding", "leaves_out"):
            assert told(f"lesson.{name}.{part}")
        for picture in lesson(name).pictures:
            assert told(f"picture.{picture}") and told(f"about.{picture}")
    for reason in Failure.__init__.__annotations__ and ("refused", "late", "cancelled", "broken"):
        assert told(f"failure.{reason}")


def test_numbers_months_and_forms() -> None:
    """Thousands, decimals, minus signs, Russian plurals."""
    en, ru = words("en"), words("ru")
    assert en.number(1234567.89, 1) == "1,234,567.9" and ru.number(1234567.89, 1) == "1\u202f234\u202f567,9"
    assert en.number(-3, sign=True) == "−3" and en.number(-0.2) == "0" and en.number(3, sign=True) == "+3"
    assert [ru.count("step.months", n) for n in (1, 3, 12, 24)] == ["1 месяц", "3 месяца", "12 месяцев", "24 месяца"]
    assert en.count("step.months", 1) == "1 month" and en.count("step.months", 36) == "36 months"
    assert en.month("2014-07") == "July 2014" and ru.month("2014-12") == "декабрь 2014"


def test_russian_is_russian_throughout() -> None:
    """No English sentence is left in a Russian file."""
    allowed = re.compile(r"sim run|YAML|\{\w+\}|<[^>]+>|[A-Z]{2,}")
    for kind in ("interface", "lessons"):
        for key, text in texts("ru", kind).items():
            assert not re.search(r"[A-Za-z]{3,}", allowed.sub("", text)), key
    assert WHOLE == ("en", "ru")
