"""Each lesson as one file of HTML with its grid of worlds inside: a double click opens it, no program and no network.

Rows and specifications are those of the page. For each setting of the lesson's controls the file holds the rows of its
pictures, the sentences, and what the map shows; history's share of them is held once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.output.durable import replace_file
from sim.workshop.bench import Bench, Failure
from sim.workshop.charts import GUESS, OURS, draw, strip_spec
from sim.workshop.controls import Choice
from sim.workshop.lessons import Lesson, lesson
from sim.workshop.pages.controls import step_words
from sim.workshop.pages.lesson import about
from sim.workshop.rows import COURSES, Rows, course, flows, hundred, knowing, places
from sim.workshop.scenario_file import scenario_text
from sim.workshop.sentences import told
from sim.workshop.tasks import WorldTask
from sim.workshop.words import WHOLE, Words, words
from sim.workshop.worlds import World, mapping_of

HERE = Path(__file__).parent / "pages"
LARGEST = 15_000_000
"""Bytes a file may have."""
PATIENCE = 900.0
"""Seconds a world may wait for its turn: a grid is asked for at once."""


def export_lessons(names: Sequence[str], folder: Path, tell: Callable[[str], None]) -> Iterator[Path]:
    """Write the lessons, one file each, whole or not at all.

    Raises
    ------
    InputError
        A world that could not be made, or a file beyond 15 MB.
    """
    bench = Bench(deadline=120.0)
    try:
        for name in names:
            began = time.monotonic()
            text = lesson_file(lesson(name), bench)
            if len(text) > LARGEST:
                raise InputError(f"lesson {name}", f"makes a file of {len(text) / 1e6:.1f} MB", "at most 15 MB")
            path = folder / f"{name}.html"
            replace_file(path, text)
            tell(f"{name}: {len(lesson(name).choices())} worlds in {time.monotonic() - began:.0f} s")
            yield path
    finally:
        bench.close()


def lesson_file(asked: Lesson, bench: Bench) -> bytes:
    """The file of one lesson."""
    import vl_convert

    history = _world(bench, asked.world.reference())
    cells = {}
    for choice in asked.choices():
        cells[_key(asked, choice)] = _cell(asked, choice, _world(bench, choice), history)
    content = {
        "lesson": asked.name,
        "start": _key(asked, asked.world),
        "controls": {name: [str(index) for index in range(len(steps))] for name, steps in asked.controls.items()},
        "question": {"low": asked.question.low, "high": asked.question.high, "step": asked.question.step},
        "languages": {code: _told(asked, words(code), history) for code in WHOLE},
        "pictures": list(asked.pictures),
        "map": flows(history),
        "cells": cells,
        "about": {
            "version": history.about["version"],
            "window": [asked.question.first, asked.question.last],
            "question_picture": asked.question.picture,
            "story_picture": asked.story_picture,
        },
    }
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
    page = (HERE / "lesson.html").read_text(encoding="utf-8")
    style = "".join((HERE / name).read_text(encoding="utf-8") for name in ("lesson.css", "map.css"))
    bundle = vl_convert.javascript_bundle(vl_version="6.1").replace("</script", "<\\/script")
    parts = {
        "TITLE": escape(words("en")(f"lesson.{asked.name}.title")),
        "STYLE": style,
        "VEGA": bundle,
        "MAP": (HERE / "map.js").read_text(encoding="utf-8"),
        "SCRIPT": (HERE / "lesson.js").read_text(encoding="utf-8"),
        "DATA": data,
    }
    for name, text in parts.items():
        page = page.replace(f"<!--{name}-->", text)
    return page.encode()


def _key(asked: Lesson, choice: Choice) -> str:
    """The positions of the lesson's controls, as ``2-0``."""
    return "-".join(str(steps.index(choice.step(name))) for name, steps in asked.controls.items())


def _world(bench: Bench, choice: Choice) -> World:
    ticket = bench.ask(WorldTask(mapping_of(choice)), keep=True)
    if not ticket.wait(PATIENCE):
        raise InputError(f"world {choice.link()}", "was not made in time")
    try:
        return ticket.result()
    except Failure as failure:
        raise InputError(f"world {choice.link()}", f"could not be made ({failure})") from failure


def _rows(picture: str, asked: Lesson, ours: World, theirs: World) -> Rows:
    if picture in COURSES:
        return course(picture, ours, theirs, asked.origin)
    if picture == "places":
        return places(ours, theirs, asked.origin, asked.year)
    maker = knowing if picture == "knowing" else None
    return maker(ours, theirs, asked.origin) if maker else hundred(ours, theirs, asked.origin, asked.year)


def _cell(asked: Lesson, choice: Choice, world: World, history: World) -> dict[str, Any]:
    """What one setting of the controls shows: rows of our world alone, column by column."""
    question = asked.question
    runs = [round(float(run), 1) for run in question.answer(world, history)]
    said = {}
    for code in WHOLE:
        one = words(code)
        said[code] = {
            picture: told(_said(picture), world, history, asked.origin, asked.year, one, one("world.history"))
            for picture in asked.pictures
        }
    return {
        "rows": {picture: _columns(_ours(_rows(picture, asked, world, history))) for picture in _pictures(asked)},
        "runs": runs,
        "said": said,
        "map": flows(world),
        "yaml": scenario_text(choice),
        "digest": [world.about["scenario_digest"], world.about["digest"]],
    }


def _pictures(asked: Lesson) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*asked.pictures, asked.question.picture, asked.story_picture)))


def _said(picture: str) -> str:
    return {"knowing": "unaware", "hundred": "poor", "places": "abroad"}.get(picture, picture)


def _ours(rows: Rows) -> Rows:
    return [row for row in rows if row["world"] == OURS]


def _columns(rows: Rows) -> dict[str, list[Any]]:
    """Rows by column, which is half as long."""
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _told(asked: Lesson, one: Words, history: World) -> dict[str, Any]:
    """All words, specifications and history's rows in one language."""
    text = f"lesson.{asked.name}"
    names = {"theirs": one("world.history"), "ours": one("world.yours")}
    with_guess = {**names, "ours": one(f"{text}.world"), GUESS: one("strip.guess")}
    question = asked.question
    specs, rows = {}, {}
    for picture in _pictures(asked):
        held = [row for row in _rows(picture, asked, history, history) if row["world"] != OURS]
        specs[picture] = draw(picture, [], one, names)
        rows[picture] = _columns(held)
    codes = [*history.about["origins"], *history.about["destinations"]]
    keys = ("play", "pause", "month", "out", "back", "there", "banned")
    return {
        "name": one("language.name"),
        "text": {
            **{
                part: one(f"{text}.{part}") for part in ("title", "world", "story", "question", "finding", "leaves_out")
            },
            **{key: one(key) for key in _SHOWN},
            "guess_label": one(f"unit.{question.unit}"),
            "picture_title": f"{one(f'picture.{question.picture}')}: {one.place(asked.origin)}",
            "story_title": f"{one(f'picture.{asked.story_picture}')}: {one.place(asked.origin)}",
        },
        "steps": {step: one(f"lesson_step.{step}") for step in ("story", "guess", "answer", "try", "finding")},
        "pictures": {picture: one(f"picture.{picture}") for picture in ("map", *asked.pictures)},
        "about": {picture: about(picture, one) for picture in asked.pictures},
        "controls": {
            name: {
                "label": one(f"control.{name}"),
                "help": one(f"help.{name}"),
                "steps": [step_words(name, step, one) for step in steps],
            }
            for name, steps in asked.controls.items()
        },
        "specs": specs,
        "answer": draw(question.picture, [], one, with_guess),
        "story": draw(asked.story_picture, [], one, {"theirs": names["theirs"]}),
        "strip": strip_spec((question.low, question.high), one, question.unit),
        "rows": rows,
        "sources": list(asked.sources),
        "was": question.as_it_was(history),
        "guesses": _guesses(asked, one, history),
        "map": {
            "places": {code: one.place(code) for code in codes},
            "locale": one.language,
            **{name: one(f"map.{name}") for name in keys},
        },
        "months": [one.month(month) for month in flows(history)["months"]],
    }


_SHOWN = (
    "world.history", "world.yours", "finding.title", "finding.leaves_out", "finding.sources", "try.title",
    "guess.advice", "trust.caveat", "button.next", "strip.guess", "strip.model", "take.title", "take.scenario",
    "take.digest", "sentence.guess_inside", "sentence.guess_outside", "sentence.answer",
)  # fmt: skip


def _guesses(asked: Lesson, one: Words, history: World) -> dict[str, float]:
    """What each guess would make of history's course, as a ratio; empty where it says no course."""
    question = asked.question
    if question.destination:
        return {}
    count = round((question.high - question.low) / question.step)
    steps = [question.low + question.step * index for index in range(count + 1)]
    ratios = {f"{step:g}": question.guessed(step) for step in steps}
    return {step: round(ratio, 4) for step, ratio in ratios.items() if ratio is not None}
