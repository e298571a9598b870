"""The script Streamlit runs for each session: language, projector, which screen."""

from __future__ import annotations

import streamlit as st

from sim.workshop.lessons import lesson
from sim.workshop.pages.frame import begin_drawing, draw_whole
from sim.workshop.pages.free import show_free
from sim.workshop.pages.lesson import show_lesson
from sim.workshop.pages.shared import bench
from sim.workshop.pages.state import VIEWS, begin, tell
from sim.workshop.pages.style import css
from sim.workshop.words import LANGUAGES, words


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="labour-migration-sim", layout="wide", initial_sidebar_state="expanded")
    bench()
    begin()
    begin_drawing()
    with st.sidebar:
        language = st.selectbox(
            "Language · Язык", LANGUAGES, key="language", format_func=lambda code: words(code)("language.name")
        )
        told = words(language)
        st.radio(told("nav.label"), VIEWS, key="view", format_func=lambda view: _name(view, language))
        projector = st.toggle(told("nav.projector"), key="projector", help=told("help.projector"))
        st.caption(told("nav.about"))
    st.markdown(css(projector), unsafe_allow_html=True)
    if "link_error" in st.session_state:
        st.warning(told("failure.link", detail=st.session_state.pop("link_error")))
    tell()  # before anything is awaited: the address bar follows the hand at once
    view = st.session_state["view"]
    if view == "free":
        show_free(told)
    else:
        if told.lessons != language:
            st.caption(told("nav.lessons_in"))
        show_lesson(lesson(view), told)
    tell()
    draw_whole(told)


def _name(view: str, language: str) -> str:
    told = words(language)
    return told("free.title") if view == "free" else f"{VIEWS.index(view) + 1}. {told(f'lesson.{view}.title')}"


main()
