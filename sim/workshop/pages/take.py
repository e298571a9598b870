"""What a room takes away: a sheet, the scenario, the link."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from sim.workshop.controls import Choice
from sim.workshop.lessons import Lesson
from sim.workshop.scenario_file import scenario_text
from sim.workshop.sheet import Sheet, sheet
from sim.workshop.words import Words
from sim.workshop.worlds import World


def show_take_away(
    name: str, choice: Choice, sides: tuple[World, World], words: Words, lesson: Lesson | None = None,
    picture: str = "", origin: str = "", number: int = 0, names: dict[str, str] | None = None,
) -> None:  # fmt: skip
    """Buttons that download the sheet and the scenario."""
    st.subheader(words("take.title"))
    link = page_link()
    asked = Sheet(name, choice, *sides, words, lesson, picture, origin, number, names or {}, link)
    guess = st.session_state.get(f"kept.guess.{name}")
    st.download_button(
        words("take.sheet"), _later(lambda: sheet(asked, guess)), f"{name}.html", "text/html", key=f"sheet.{name}",
        on_click="ignore",  # a rerun would fold the panel that the other button is in
    )  # fmt: skip
    st.download_button(
        words("take.scenario"), scenario_text(choice, link), f"{name}.yaml", "application/yaml", key=f"yaml.{name}",
        on_click="ignore",
    )  # fmt: skip
    st.caption(words("take.advice"))


def _later(make: Callable[[], str]) -> Callable[[], bytes]:
    """Made when the button is pressed, not at every run of the script."""
    return lambda: make().encode()


def page_link() -> str:
    """The query string that restores this page."""
    from urllib.parse import urlencode

    return urlencode(sorted(st.query_params.to_dict().items()))
