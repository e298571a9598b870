"""What each screen is made of: waiting for a world, drawing a picture, a sentence, the map."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from sim.errors import InputError
from sim.workshop.bench import Failure, Task
from sim.workshop.charts import draw
from sim.workshop.pages.shared import bench
from sim.workshop.rows import COURSES, Rows, course, flows, hundred, knowing, places
from sim.workshop.words import Words
from sim.workshop.worlds import World

HERE = Path(__file__).parent
MAP_HEIGHT = 560
AT_ONCE = 0.3
"""Seconds a world may take before the page says that it is made."""
TELL = 0.5
"""Seconds between two words of how far it is: a browser that lays out its page anew takes time from worlds."""


def large() -> bool:
    """Whether the page is shown by a projector."""
    return bool(st.session_state.get("projector"))


def fetch(task: Task, words: Words, slot: str) -> Any | None:
    """What comes of a task; None when it failed, after saying why.

    While it is made, a bar shows how far it is and a button calls it off. A moved control ends this run of the script,
    and what was asked is not wanted any more.
    """
    try:
        key = bench().key(task)
    except InputError as error:
        st.error(words("failure.refused", detail=str(error)))
        return None
    if _is_off(slot, key):
        st.warning(words("failure.cancelled"))
        st.button(words("button.again"), key=f"again.{slot}", on_click=_want, args=(slot,))
        return None
    ticket = bench().ask(task)
    if not ticket.wait(AT_ONCE):
        holder = st.empty()
        with holder.container():
            bar = st.progress(0.0)
            st.button(words("button.cancel"), key=f"cancel.{slot}", on_click=_call_off, args=(slot, key))
        try:
            while not ticket.wait(TELL):
                bar.progress(ticket.share, text=_waiting(ticket.asked, words))
        finally:
            ticket.cancel()
        holder.empty()
    try:
        return ticket.result()
    except Failure as failure:
        st.error(words(f"failure.{failure.reason}", detail=failure.detail))
        return None


@contextmanager
def asked(task: Task, slot: str) -> Iterator[None]:
    """Have what :func:`fetch` will ask for begun while another world is fetched: two are made at once."""
    try:
        ticket = None if _is_off(slot, bench().key(task)) else bench().ask(task)
    except InputError:  # which `fetch` will tell
        ticket = None
    try:
        yield
    finally:
        if ticket is not None:
            ticket.cancel()


def _is_off(slot: str, key: str) -> bool:
    """Whether the task of a key has been called off."""
    return st.session_state.get(f"off.{slot}") == key


def _waiting(asked: float, words: Words) -> str:
    seconds = words.number(time.monotonic() - asked, 1)
    return words("waiting.ready" if bench().ready else "waiting.first", seconds=seconds)


def _call_off(slot: str, key: str) -> None:
    st.session_state[f"off.{slot}"] = key


def _want(slot: str) -> None:
    st.session_state.pop(f"off.{slot}", None)


def rows_of(picture: str, ours: World, theirs: World, origin: str, number: int) -> Rows:
    """The rows of any picture but the map."""
    if picture in COURSES:
        return course(picture, ours, theirs, origin)
    if picture == "places":
        return places(ours, theirs, origin, number)
    return knowing(ours, theirs, origin) if picture == "knowing" else hundred(ours, theirs, origin, number)


def show(picture: str, rows: Rows, words: Words, names: Mapping[str, str], key: str) -> None:
    """Draw a picture."""
    spec = draw(picture, rows, words, names, large=large())
    st.vega_lite_chart(spec, theme=None, width="stretch" if spec.get("width") == "container" else "content", key=key)


def say(text: str, look: str = "said") -> None:
    """A paragraph in one of the looks of the style."""
    st.markdown(f'<div class="{look}">\n\n{text}\n\n</div>', unsafe_allow_html=True)


def map_of(worlds: Mapping[str, World], words: Words) -> dict[str, Any]:
    """What `drawMap` takes: worlds by name, and the words of the language."""
    first = next(iter(worlds.values()))
    codes = [*first.about["origins"], *first.about["destinations"]]
    shown = [{"name": name, "flows": flows(world)} for name, world in worlds.items()]
    months = shown[0]["flows"]["months"]
    return {
        "months": [words.month(month) for month in months],
        "worlds": shown,
        "texts": {
            "places": {code: words.place(code) for code in codes},
            "locale": words.language,
            **{name: words(f"map.{name}") for name in ("play", "pause", "month", "out", "back", "there", "banned")},
        },
    }


def show_map(worlds: Mapping[str, World], words: Words) -> None:
    """The map, in a frame of its own: it plays without asking the server for each month."""
    size = 25 if large() else 18
    data = json.dumps(map_of(worlds, words), ensure_ascii=False).replace("</", "<\\/")
    script, css = (HERE / "map.js").read_text(encoding="utf-8"), (HERE / "map.css").read_text(encoding="utf-8")
    font = f"body{{margin:0;padding:4px;font:{size}px 'Source Sans',system-ui,'Noto Sans',sans-serif;color:#22303c}}"
    draw_it = f"drawMap(document.getElementById('map'),{data});"
    page = f"<style>{font}{css}</style><div id=map></div><script>{script}\n{draw_it}</script>"
    st.components.v1.html(page, height=MAP_HEIGHT + (120 if large() else 0), scrolling=False)
