"""What a page remembers: the link in the address bar holds the whole of it, so that a link or a file restores it."""

from __future__ import annotations

from urllib.parse import parse_qsl

import streamlit as st

from sim.errors import InputError
from sim.workshop.controls import CONTROLS, Choice
from sim.workshop.lessons import ORDER, lesson
from sim.workshop.pages.controls import place_choice
from sim.workshop.pages.lesson import STEPS
from sim.workshop.pages.shared import opening_language
from sim.workshop.words import LANGUAGES

VIEWS = (*ORDER, "free")
KEPT = ("a.", "b.", "try.", "free.", "picture.", "step.")
"""Beginnings of the names of controls that are remembered while another screen is shown."""


def begin() -> None:
    """At a session's first run: take the page's state from the link."""
    for key in list(st.session_state):
        if isinstance(key, str) and key.startswith(KEPT):
            st.session_state[key] = st.session_state[key]  # Streamlit forgets what is not on screen
    if "language" in st.session_state:
        return
    st.session_state.update({"view": ORDER[0], "language": opening_language(), "projector": False})
    for slot in ("a", "b"):
        place_choice(slot, Choice.of())
    st.session_state.update({"free.beside": "history", "free.origin": "ALL", "free.year": 2015})
    _take(st.query_params.to_dict())


def restore(link: str) -> None:
    """Take the page's state from a link in a file."""
    _take(dict(parse_qsl(link)))


def _take(given: dict[str, str]) -> None:
    state = st.session_state
    if given.get("lang") in LANGUAGES:
        state["language"] = given["lang"]
    if given.get("view") in VIEWS:
        state["view"] = given["view"]
    state["projector"] = given.get("projector") == "1"
    view = state["view"]
    if view != "free":
        _take_lesson(view, given)
        return
    for slot in ("a", "b"):
        if slot in given:
            try:
                place_choice(slot, Choice.from_link(given[slot]))
            except InputError as error:
                state["link_error"] = str(error)
    state["free.beside"] = "second" if "b" in given else "history"
    if given.get("origin") in ("ALL", "TJK", "KGZ", "UZB"):
        state["free.origin"] = given["origin"]
    if given.get("year", "") in ("2013", "2014", "2015", "2016", "2017"):
        state["free.year"] = int(given["year"])
    if given.get("picture"):
        state["picture.free"] = given["picture"]


def _take_lesson(view: str, given: dict[str, str]) -> None:
    state, question = st.session_state, lesson(view).question
    if given.get("step") in STEPS:
        state[f"step.{view}"] = given["step"]
    try:
        guess = float(given.get("guess", "nan"))
    except ValueError:
        guess = float("nan")
    if question.low <= guess <= question.high:
        state[f"kept.guess.{view}"] = guess
    if "try" in given:
        try:
            choice = Choice.from_link(given["try"])
        except InputError as error:
            state["link_error"] = str(error)
            return
        for name in lesson(view).controls:
            state[f"try.{view}.{name}"] = choice.step(name)


def tell() -> None:
    """Put the page's state into the address bar."""
    state = st.session_state
    view = state["view"]
    told = {"lang": state["language"], "view": view}
    if state.get("projector"):
        told["projector"] = "1"
    if view == "free":
        told |= _free()
    else:
        told["step"] = state.get(f"step.{view}") or STEPS[0]
        if f"kept.guess.{view}" in state:
            told["guess"] = f"{state[f'kept.guess.{view}']:g}"
        keys = {name: f"try.{view}.{name}" for name in lesson(view).controls}
        if all(key in state for key in keys.values()):
            told["try"] = Choice.of(**{name: state[key] for name, key in keys.items()}).link()
    if st.query_params.to_dict() != told:
        st.query_params.from_dict(told)


def _free() -> dict[str, str]:
    state = st.session_state
    luck, runs = int(state.get("a.luck", 1)), int(state.get("a.runs", 10))
    told = {"a": _slot("a", luck, runs).link()}
    if state.get("free.beside") == "second":
        told["b"] = _slot("b", luck, runs).link()
    for key, name in (("free.origin", "origin"), ("free.year", "year"), ("picture.free", "picture")):
        if state.get(key):
            told[name] = str(state[key])
    return told


def _slot(slot: str, luck: int, runs: int) -> Choice:
    steps = {name: st.session_state.get(f"{slot}.{name}", CONTROLS[name].neutral) for name in CONTROLS}
    return Choice.of(luck, runs, **steps)
