"""A lesson on screen: story, guess, answer, try it, one household, finding."""

from __future__ import annotations

import streamlit as st

from sim.workshop.charts import GUESS, strip
from sim.workshop.controls import Choice
from sim.workshop.lessons import Lesson
from sim.workshop.pages.controls import show_controls, step_words
from sim.workshop.pages.frame import fetch, large, rows_of, say, show, show_map
from sim.workshop.pages.household import show_household
from sim.workshop.pages.take import show_take_away
from sim.workshop.rows import COURSES, Rows, course
from sim.workshop.sentences import answered, told
from sim.workshop.tasks import WorldTask
from sim.workshop.words import Words
from sim.workshop.worlds import World, mapping_of

STEPS = ("story", "guess", "answer", "try", "household", "finding")


def show_lesson(lesson: Lesson, words: Words) -> None:
    """The lesson at the step the room has reached."""
    text = f"lesson.{lesson.name}"
    st.title(words(f"{text}.title"))
    step = _steps(lesson, words)
    history = fetch(WorldTask(mapping_of(lesson.world.reference())), words, f"{lesson.name}.history")
    if history is None:
        return
    if step == "story":
        _story(lesson, history, words)
    elif step == "guess":
        _guess(lesson, words)
    elif step == "try":
        _try(lesson, history, words)
    else:
        world = fetch(WorldTask(mapping_of(lesson.world)), words, f"{lesson.name}.world")
        if world is None:
            return
        if step == "answer":
            _answer(lesson, world, history, words)
        elif step == "household":
            show_household(lesson.name, lesson.world, words, _names(lesson, words))
        else:
            _finding(lesson, world, history, words)
    _next(lesson, step, words)


def _steps(lesson: Lesson, words: Words) -> str:
    key = f"step.{lesson.name}"
    st.session_state.setdefault(key, STEPS[0])
    chosen = st.segmented_control(
        words("step.label"), STEPS, key=key, label_visibility="collapsed",
        format_func=lambda step: f"{STEPS.index(step) + 1}  {words(f'lesson_step.{step}')}",
    )  # fmt: skip
    return chosen or STEPS[0]


def _next(lesson: Lesson, step: str, words: Words) -> None:
    position = STEPS.index(step)
    if position + 1 < len(STEPS):
        following = STEPS[position + 1]
        st.button(
            words("button.next", step=words(f"lesson_step.{following}")), key=f"next.{lesson.name}.{step}",
            on_click=_go, args=(lesson.name, following), type="primary",
        )  # fmt: skip


def _go(name: str, step: str) -> None:
    st.session_state[f"step.{name}"] = step


def _names(lesson: Lesson, words: Words) -> dict[str, str]:
    return {"theirs": words("world.history"), "ours": words(f"lesson.{lesson.name}.world")}


def _story(lesson: Lesson, history: World, words: Words) -> None:
    left, right = st.columns([5, 6], gap="large")
    with left:
        say(words(f"lesson.{lesson.name}.story"), "lead")
    with right:
        st.subheader(f"{words(f'picture.{lesson.story_picture}')}: {words.place(lesson.origin)}")
        rows = [
            row for row in course(lesson.story_picture, history, history, lesson.origin) if row["world"] == "theirs"
        ]
        show(lesson.story_picture, rows, words, {"theirs": words("world.history")}, f"story.{lesson.name}")


def _guess(lesson: Lesson, words: Words) -> None:
    question = lesson.question
    say(words(f"lesson.{lesson.name}.question"), "question")
    key = f"guess.{lesson.name}"
    middle = round((question.low + question.high) / 2 / question.step) * question.step
    st.session_state.setdefault(key, st.session_state.get(f"kept.{key}", float(middle)))
    guess = st.slider(
        words(f"unit.{question.unit}"), float(question.low), float(question.high), step=float(question.step), key=key,
        format="%d",
    )  # fmt: skip
    st.session_state[f"kept.{key}"] = guess
    spec = strip([], guess, None, (question.low, question.high), words, question.unit, large=large())
    st.vega_lite_chart(spec, theme=None, width="stretch", key=f"strip.guess.{lesson.name}")
    say(words("guess.advice"), "small")


def _answer(lesson: Lesson, world: World, history: World, words: Words) -> None:
    question = lesson.question
    guess = st.session_state.get(f"kept.guess.{lesson.name}")
    say(words(f"lesson.{lesson.name}.question"), "question")
    runs = [float(run) for run in question.answer(world, history)]
    was = question.as_it_was(history)
    spec = strip(runs, guess, was, (question.low, question.high), words, question.unit, large=large())
    st.vega_lite_chart(spec, theme=None, width="stretch", key=f"strip.answer.{lesson.name}")
    say(answered(question, runs, guess, words))
    names = _names(lesson, words)
    rows = course(question.picture, world, history, question.origin)
    if guess is not None and question.guessed(guess) is not None and not question.destination:
        rows += guessed_rows(lesson, history, guess)
        names[GUESS] = words("strip.guess")
    st.subheader(f"{words(f'picture.{question.picture}')}: {words.place(question.origin)}")
    show(question.picture, rows, words, names, f"answer.{lesson.name}")


def guessed_rows(lesson: Lesson, history: World, guess: float) -> Rows:
    """History's course within the question's window, as the guess would have it."""
    question = lesson.question
    ratio = question.guessed(guess) or 0.0
    rows = course(question.picture, history, history, question.origin)
    return [
        {**row, "world": GUESS, **{name: round(row[name] * ratio, 2) for name in ("mid", "low", "high")}}
        for row in rows
        if row["world"] == "theirs" and question.first <= row["month"] <= question.last
    ]


def _try(lesson: Lesson, history: World, words: Words) -> None:
    left, right = st.columns([3, 10], gap="large")
    with left:
        st.subheader(words("try.title"))
        choice = show_controls(f"try.{lesson.name}", lesson.controls, words, lesson.world)
    with right:
        world = fetch(WorldTask(mapping_of(choice)), words, f"{lesson.name}.try", in_part=True)
        if world is None:
            return
        names = {"theirs": words("world.history"), "ours": words("world.yours")}
        show_pictures(
            f"try.{lesson.name}", ("map", *lesson.pictures), (world, history.first(world.seeds)), lesson.origin,
            lesson.year, words, names,
        )  # fmt: skip


def show_pictures(
    slot: str, pictures: tuple[str, ...], sides: tuple[World, World], origin: str, number: int, words: Words,
    names: dict[str, str],
) -> None:  # fmt: skip
    """A row of names, the picture chosen, and what it says in words."""
    ours, theirs = sides
    key = f"picture.{slot}"
    if st.session_state.get(key) not in pictures:
        st.session_state[key] = pictures[1]
    picture = st.pills(
        words("picture.label"), pictures, key=key, label_visibility="collapsed",
        format_func=lambda one: words(f"picture.{one}"),
    ) or pictures[1]  # fmt: skip
    if picture == "map":
        show_map({names["theirs"]: theirs, names["ours"]: ours}, words)
        return
    if picture in COURSES:
        say(told(picture, ours, theirs, origin, number, words, names["theirs"]))
    else:
        said = {"knowing": "unaware", "hundred": "poor", "places": "abroad"}[picture]
        say(told(said, ours, theirs, origin, number, words, names["theirs"]))
    st.caption(about(picture, words))
    show(picture, rows_of(picture, ours, theirs, origin, number), words, names, f"chart.{slot}")


def about(picture: str, words: Words) -> str:
    """What a picture shows; where it has a band, what that holds."""
    banded = picture in COURSES or picture == "places"
    return f"{words(f'about.{picture}')} {words('about.band')}" if banded else words(f"about.{picture}")


def _finding(lesson: Lesson, world: World, history: World, words: Words) -> None:
    text = f"lesson.{lesson.name}"
    left, right = st.columns([6, 5], gap="large")
    with left:
        st.subheader(words("finding.title"))
        runs = [float(run) for run in lesson.question.answer(world, history)]
        say(answered(lesson.question, runs, None, words))
        for picture in [one for one in lesson.pictures if one in COURSES][:3]:
            st.markdown(told(picture, world, history, lesson.origin, lesson.year, words, words("world.history")))
        say(words(f"{text}.finding"), "lead")
    with right:
        st.subheader(words("finding.leaves_out"))
        st.markdown(words(f"{text}.leaves_out"))
        st.subheader(words("finding.sources"))
        st.markdown("\n".join(f"- {source}" for source in lesson.sources))
        show_take_away(lesson.name, lesson.world, (world, history), words, lesson)


def settings_in_words(choice: Choice, words: Words) -> list[tuple[str, str]]:
    """Each control that was moved, and where it stands."""
    return [(words(f"control.{name}"), step_words(name, step, words)) for name, step in choice.steps.items()]
