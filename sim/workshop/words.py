"""Words in five languages: text from files that a translator edits, numbers and months as each language writes them."""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sim.errors import unknown_name

FOLDER = Path(__file__).parent / "languages"
WHOLE = ("en", "ru")
"""Languages that everything is written in, lessons too."""
LANGUAGES = ("en", "ru", "tg", "ky", "uz")
NARROW = "\u202f"


class Words:
    """One language: `words("key", name=value)` is the text, filled.

    `lessons` is the language the lessons are told in: the same, or for an interface-only language the one its file
    names.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = texts(language, "interface")
        self.lessons = language if language in WHOLE else self._texts["lessons_in"]
        self._texts = {**texts(self.lessons, "lessons"), **self._texts}

    def __call__(self, key: str, **filled: Any) -> str:
        """The text of a key, with its places filled."""
        return self._texts[key].format(**filled) if filled else self._texts[key]

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts

    def count(self, key: str, number: float) -> str:
        """A number with the form of the word that it asks for."""
        return f"{self.number(number)} {self._texts[f'{key}.{self._form(number)}']}"

    def number(self, value: float, decimals: int = 0, sign: bool = False) -> str:
        """A number as the language writes it."""
        text = f"{value:{'+' if sign else ''},.{decimals}f}"
        if text.strip("-+0.,") == "":
            text = text.lstrip("-+")
        thousands, point = self._texts["number.thousands"] or NARROW, self._texts["number.point"]
        return text.replace(",", "\0").replace(".", point).replace("\0", thousands).replace("-", "−")

    def month(self, label: str) -> str:
        """A month ``2014-07`` in words."""
        year, month = label.split("-")
        return f"{self._texts['months.names'].split()[int(month) - 1]} {year}"

    def place(self, code: str) -> str:
        """The name of a country, or of all of them."""
        return self(f"place.{code}")

    def province(self, name: str) -> str:
        """A province's name in the language, or as the pack has it."""
        return self._texts.get(f"province.{name}", name)

    def _form(self, number: float) -> str:
        n = abs(int(number))
        if self.language != "ru":
            return "one" if n == 1 and self.language == "en" else "many"
        if n % 10 == 1 and n % 100 != 11:
            return "one"
        return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


@cache
def words(language: str) -> Words:
    """The words of a language.

    Raises
    ------
    InputError
        No such language.
    """
    if language not in LANGUAGES:
        raise unknown_name("language", language, LANGUAGES, "language")
    return Words(language)


@cache
def texts(language: str, kind: str) -> dict[str, str]:
    """All texts of a file by dotted key: `kind` is ``interface`` or ``lessons``."""
    content = yaml.safe_load((FOLDER / f"{language}.{kind}.yaml").read_text(encoding="utf-8"))
    return dict(_flat(content, ""))


def _flat(content: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in content.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", "" if value is None else str(value).strip()))
    return found


def faults() -> list[str]:
    """What is wrong with the language files: missing or unknown keys, other places to fill than in English."""
    found = []
    for kind, languages in (("interface", LANGUAGES), ("lessons", WHOLE)):
        english = texts("en", kind)
        for language in languages:
            found += [f"{language}.{kind}.yaml: {fault}" for fault in _faults_of(texts(language, kind), english, kind)]
    return found


def _faults_of(own: Mapping[str, str], english: Mapping[str, str], kind: str) -> list[str]:
    extra = {"lessons_in"} | {key for key in own if key.endswith(".few")}
    found = [f"{key} is missing" for key in english if key not in own and not key.endswith(".one")]
    found += [f"{key} is not a text of English" for key in own if key not in english and key not in extra]
    for key, text in own.items():
        if not text and key != "number.thousands":
            found.append(f"{key} is empty")
        if key in english and _places(text) != _places(english[key]):
            found.append(f"{key} has other places to fill than English")
    return found


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
