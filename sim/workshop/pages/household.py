"""One household on screen, in both worlds."""

from __future__ import annotations

import streamlit as st

from sim.workshop.controls import Choice
from sim.workshop.lives import draw_lanes, draw_purse, events, parted, who
from sim.workshop.pages.frame import fetch, large, say
from sim.workshop.story import Lives
from sim.workshop.tasks import StoryTask
from sim.workshop.words import Words
from sim.workshop.worlds import mapping_of


def show_household(slot: str, ours: Choice, words: Words, names: dict[str, str], theirs: Choice | None = None) -> None:
    """Pick a household and follow it month by month: same luck, another rule."""
    other = theirs or ours.reference()
    lives: Lives | None = fetch(StoryTask(mapping_of(ours), mapping_of(other)), words, f"{slot}.story")
    if lives is None:
        return
    say(words("household.lead"), "lead")
    number = st.selectbox(
        words("household.pick"), range(len(lives.pairs)), key=f"household.{slot}",
        format_func=lambda index: f"{index + 1}. {who(lives.pairs[index], words)}",
    )  # fmt: skip
    pair = lives.pairs[min(number or 0, len(lives.pairs) - 1)]
    st.vega_lite_chart(
        draw_lanes(pair, lives.months, words, names, large()), theme=None, width="content", key=f"lanes.{slot}"
    )
    st.vega_lite_chart(
        draw_purse(pair, lives.months, words, names, large()), theme=None, width="content", key=f"purse.{slot}"
    )
    theirs_told, ours_told = (events(life, lives.months, words) for life in (pair.theirs, pair.ours))
    same = parted(ours_told, theirs_told)
    if same:
        with st.expander(words("household.same", month=ours_told[same - 1][0])):
            st.markdown(_list(ours_told[:same], words), unsafe_allow_html=True)
    for column, name, told in zip(
        st.columns(2, gap="large"), ("theirs", "ours"), (theirs_told, ours_told), strict=True
    ):
        with column:
            st.subheader(names[name])
            st.markdown(_list(told[same:], words), unsafe_allow_html=True)
    say(words("household.caveat"), "small")


def _list(told: list[tuple[str, str]], words: Words) -> str:
    lines = "".join(f"<li><b>{month}</b>{sentence}</li>" for month, sentence in told)
    return f'<ul class="events">{lines or words("household.quiet")}</ul>'
