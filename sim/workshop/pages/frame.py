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
from sim.workshop.bench import Failure, Task, Ticket
from sim.workshop.charts import draw
from sim.workshop.pages.shared import bench
from sim.workshop.rows import COURSES, Rows, course, flows, hundred, knowing, places
from sim.workshop.words import Words
from sim.workshop.worlds import World

IN_PART = "drawn_in_part"
"""Tickets of worlds of which this run of the script shows the first runs, and where it says how far the rest is."""
HERE = Path(__file__).parent
MAP_HEIGHT = 560
AT_ONCE = 0.3
"""Seconds a world may take before the page says that it is made."""
SOON = 2.0
"""Seconds after which the first runs of a world are shown, where others wait, too, and the rest is still to come."""
TELL = 0.5
"""Seconds between two words of how far it is: a browser that lays out its page anew takes time from worlds."""


def large() -> bool:
    """Whether the page is shown by a projector."""
    return bool(st.session_state.get("projector"))


def fetch(task: Task, words: Words, slot: str, *, in_part: bool = False) -> Any | None:
    """What comes of a task; None when it failed, after saying why.

    While it is made, a bar shows how far it is and a button calls it off. A moved control ends this run of the script,
    and what was asked is not wanted any more. With `in_part`, the first runs of a world will do where it is long in
    coming: the bar stays, and :func:`draw_whole` sees to the rest.
    """
    try:
        key = bench().key(task)
    except InputError as error:
        st.error(words("failure.refused", detail=str(error)))
        return None
    if _is_off(slot, key):
        _hold(slot, None)
        st.warning(words("failure.cancelled"))
        st.button(words("button.again"), key=f"again.{slot}", on_click=_want, args=(slot,))
        return None
    ticket = bench().ask(task)
    _hold(slot, None)  # not before: it may be the same one
    if not ticket.wait(AT_ONCE):
        holder = st.empty()
        with holder.container():
            bar = st.progress(0.0)
            st.button(words("button.cancel"), key=f"cancel.{slot}", on_click=_call_off, args=(slot, key))
        try:
            while not ticket.wait(TELL):
                bar.progress(ticket.share, text=_waiting(ticket, words))
                if in_part and ticket.first is not None and time.monotonic() - ticket.asked > SOON:
                    _hold(slot, ticket)
                    st.session_state[IN_PART].append((ticket, holder, bar))
                    return ticket.first
        finally:
            if not _held(slot, ticket):
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


def begin_drawing() -> None:
    """Before anything is fetched: nothing is drawn in part yet."""
    st.session_state[IN_PART] = []


def draw_whole(words: Words) -> None:
    """After all is drawn: await the rest of what was drawn in part, and have the page drawn again."""
    drawn: list[tuple[Ticket, Any, Any]] = st.session_state[IN_PART]
    whole = bool(drawn)
    for ticket, holder, bar in drawn:
        while not ticket.wait(TELL):
            bar.progress(ticket.share, text=_waiting(ticket, words))
        try:
            ticket.result()
        except Failure as failure:
            holder.error(words(f"failure.{failure.reason}", detail=failure.detail))
            whole = False  # what there is stays on screen
    if whole:
        st.rerun()


def _hold(slot: str, ticket: Ticket | None) -> None:
    """Go on wanting a ticket when this run of the script has ended, in the place of the one held before."""
    before = st.session_state.pop(f"held.{slot}", None)
    if before is not None:
        before.cancel()
    if ticket is not None:
        st.session_state[f"held.{slot}"] = ticket


def _held(slot: str, ticket: Ticket) -> bool:
    return st.session_state.get(f"held.{slot}") is ticket


def _is_off(slot: str, key: str) -> bool:
    """Whether the task of a key has been called off."""
    return st.session_state.get(f"off.{slot}") == key


def _waiting(ticket: Ticket, words: Words) -> str:
    seconds = words.number(time.monotonic() - ticket.asked, 1)
    if ticket.first is not None:
        runs, some = ticket.first.about["scenario"]["seeds"], ticket.first.seeds
        return words("waiting.rest", seconds=seconds, runs=runs, some=some)
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
