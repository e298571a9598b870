"""Free play: every control, one world against history or two beside each other, any picture."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sim.errors import InputError
from sim.workshop.controls import CONTROLS, Choice
from sim.workshop.pages.controls import place_choice, show_controls, show_luck
from sim.workshop.pages.frame import asked, fetch, say
from sim.workshop.pages.household import show_household
from sim.workshop.pages.lesson import show_pictures
from sim.workshop.pages.take import show_take_away
from sim.workshop.rows import Effect, effect, year
from sim.workshop.scenario_file import LARGEST, read_page, read_scenario
from sim.workshop.tasks import WorldTask
from sim.workshop.words import Words
from sim.workshop.worlds import World, mapping_of

ORIGINS = ("ALL", "TJK", "KGZ", "UZB")
YEARS = (2013, 2014, 2015, 2016, 2017)
PICTURES = (
    "map", "money", "money_real", "abroad", "knowing", "refused", "jobless", "poor", "hundred", "places", "household",
)  # fmt: skip
TILES = ("money", "abroad", "unaware", "poor")
GROUPS = (
    ("money", ("rouble",)),
    ("law", ("ban_months", "detection", "border", "union")),
    ("help", ("permits", "permits_known", "campaign", "campaign_whom", "campaign_until", "reintegration")),
)


def show_free(words: Words) -> None:
    """The whole screen."""
    st.title(words("free.title"))
    left, right = st.columns([3, 10], gap="large")
    with left:
        ours, theirs = _choices(words)
    with right:
        _results(ours, theirs, words)


def _choices(words: Words) -> tuple[Choice, Choice]:
    beside = st.radio(
        words("free.against"), ("history", "second"), key="free.beside",
        format_func=lambda one: words(f"free.{one}"),
    )  # fmt: skip
    start = Choice.of()
    if beside == "second":
        first, second = st.tabs([words("world.a"), words("world.b")])
    else:
        first, second = st.container(), None
    with first:
        ours = _groups("a", words, start)
    theirs = start
    if second is not None:
        with second:
            theirs = _groups("b", words, start)
    with st.expander(words("group.luck")):
        luck, runs = show_luck(("a",), words)
        numbers = show_controls("a", {"numbers": CONTROLS["numbers"].steps}, words, start).steps
    with st.expander(words("group.file")):
        _open_file(words)
    return Choice({**ours.steps, **numbers}, luck, runs), Choice({**theirs.steps, **numbers}, luck, runs)


def _groups(slot: str, words: Words, start: Choice) -> Choice:
    chosen: dict[str, Any] = {}
    for group, names in GROUPS:
        with st.expander(words(f"group.{group}"), expanded=group != "help"):
            steps = {name: CONTROLS[name].steps for name in names}
            chosen |= show_controls(slot, steps, words, start).steps
    return Choice.of(**chosen)


def _open_file(words: Words) -> None:
    given = st.file_uploader(words("file.open"), type=["yaml", "yml"], key="file", help=words("file.help"))
    if given is None:
        st.session_state.pop("from_file", None)
        return
    content = given.getvalue()[: LARGEST + 1]
    try:
        mapping = read_scenario(content)
    except InputError as error:
        st.error(words("failure.refused", detail=str(error)))
        st.session_state.pop("from_file", None)
        return
    link = read_page(content)
    if link:
        st.button(words("file.restore"), on_click=_restore, args=(link,), key="restore")
    st.session_state["from_file"] = mapping
    st.caption(words("file.used"))


def _restore(link: str) -> None:
    from sim.workshop.pages.state import restore

    st.session_state.pop("from_file", None)
    restore(link[:2_000])


def _results(ours: Choice, theirs: Choice, words: Words) -> None:
    mapping = st.session_state.get("from_file")
    if mapping is not None:
        theirs = Choice({}, mapping["first_seed"], mapping["seeds"])
    reference = mapping_of(theirs)
    if mapping is not None:
        reference |= {key: mapping[key] for key in ("population", "sample") if key in mapping}
    wanted = WorldTask(mapping or mapping_of(ours))
    with asked(wanted, "free.ours"):
        base = fetch(WorldTask(reference), words, "free.theirs", in_part=True)
        world = fetch(wanted, words, "free.ours", in_part=True)
    if world is None or base is None:
        return
    runs = min(world.seeds, base.seeds)
    world, base = world.first(runs), base.first(runs)
    names = {
        "theirs": words("world.b") if theirs.policies() else words("world.history"),
        "ours": words("world.file") if mapping else words("world.a") if theirs.policies() else words("world.yours"),
    }
    place, when = st.columns(2)
    origin = place.selectbox(words("free.origin"), ORIGINS, key="free.origin", format_func=words.place)
    number = when.select_slider(words("free.year"), YEARS, key="free.year")
    _tiles(world, base, origin, number, words)
    pictures = PICTURES if mapping is None else PICTURES[:-1]
    if st.session_state.get("picture.free") == "household" and mapping is None:
        _household_picture(ours, theirs, words, names)
    else:
        show_pictures("free", pictures, (world, base), origin, number, words, names)
    if ours == theirs and mapping is None:
        say(words("free.nothing_moved"), "small")
    if world.whole:
        _end(ours, (world, base), words, origin, number, names)


def _household_picture(ours: Choice, theirs: Choice, words: Words, names: dict[str, str]) -> None:
    st.pills(
        words("picture.label"), PICTURES, key="picture.free", label_visibility="collapsed",
        format_func=lambda one: words(f"picture.{one}"),
    )  # fmt: skip
    show_household("free", ours, words, names, theirs)


def _tiles(world: World, base: World, origin: str, number: int, words: Words) -> None:
    tiles = []
    for picture in TILES:
        found = effect(picture, world, base, origin, *year(number))
        value = words.number(found.ours, 0 if found.ours >= 100 else 1)
        label, unit = words(f"picture.{picture}"), words(f"short.{picture}")
        tiles.append(f"<div><p>{label}</p><b>{value}</b> <i>{unit}</i><p class=change>{_delta(found, words)}</p></div>")
    st.markdown(f'<div class="tiles">{"".join(tiles)}</div>', unsafe_allow_html=True)


def _delta(found: Effect, words: Words) -> str:
    if found.percent is None or found.higher == found.lower == 0:
        return words("tile.same")
    return words("tile.change", percent=words.number(found.percent, 0 if abs(found.percent) >= 10 else 1, sign=True))


def _end(
    ours: Choice, sides: tuple[World, World], words: Words, origin: str, number: int, names: dict[str, str]
) -> None:
    with st.expander(words("take.title")):
        picture = st.session_state.get("picture.free") or "money"
        picture = "money" if picture in ("map", "household") else picture
        if st.session_state.get("from_file") is None:
            show_take_away("workshop", ours, sides, words, picture=picture, origin=origin, number=number, names=names)
        st.markdown(f"{words('take.digest')}: `{sides[0].about['scenario_digest']}`")
        st.markdown(f"{words('take.households')}: `{sides[0].about['digest']}`")


def place_defaults() -> None:
    """Put free play's controls where they start, once a session."""
    for slot in ("a", "b"):
        if f"{slot}.luck" not in st.session_state:
            place_choice(slot, Choice.of())
