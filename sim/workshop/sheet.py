"""The sheet a room takes away: one page of HTML with pictures as SVG, the scenario, sources and caveats.

It asks for nothing from outside and runs no script; it prints on A4.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from sim.workshop.charts import draw, strip
from sim.workshop.controls import Choice
from sim.workshop.lessons import Lesson
from sim.workshop.rows import COURSES, course, hundred, knowing, places
from sim.workshop.scenario_file import scenario_text
from sim.workshop.sentences import answered, told
from sim.workshop.words import Words
from sim.workshop.worlds import SCALE, World

_CSS = (Path(__file__).parent / "sheet.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Sheet:
    """What a sheet is of."""

    name: str
    choice: Choice
    ours: World
    theirs: World
    words: Words
    lesson: Lesson | None = None
    picture: str = ""
    origin: str = ""
    number: int = 0
    names: dict[str, str] = field(default_factory=dict)
    link: str = ""
    scenario: str = ""

    @property
    def shown(self) -> tuple[str, ...]:
        """The pictures on it: those of the lesson that fit, or the one that was on screen with the money."""
        if self.lesson is not None:
            return tuple(dict.fromkeys((self.lesson.question.picture, *self.lesson.pictures)))[:4]
        return tuple(dict.fromkeys((self.picture, "money", "abroad", "knowing")))[:4]


def svg(spec: dict[str, Any], width: int = 760, height: int = 0) -> str:
    """A picture as SVG, made without a browser."""
    import vl_convert

    sized = {**spec, **({"width": width} if spec.get("width") == "container" else {})}
    sized["config"] = {**spec["config"], "font": "Noto Sans, DejaVu Sans, sans-serif"}
    if height:
        sized |= {"height": height}
        sized["config"]["text"] = {**spec["config"]["text"], "fontSize": 10}
    return str(vl_convert.vegalite_to_svg(sized, vl_version="6.1", allowed_base_urls=[]))


def image(spec: dict[str, Any], label: str, width: int = 760, height: int = 0) -> str:
    """The same as an image that stands in the page itself."""
    coded = base64.b64encode(svg(spec, width, height).encode()).decode()
    return f'<img alt="{escape(label)}" src="data:image/svg+xml;base64,{coded}">'


def rows_of(picture: str, of: Sheet) -> list[dict[str, Any]]:
    """The rows of a picture on the sheet."""
    origin, number = (
        of.origin or (of.lesson.origin if of.lesson else "ALL"),
        of.number or (of.lesson.year if of.lesson else 2015),
    )
    if picture in COURSES:
        return course(picture, of.ours, of.theirs, origin)
    if picture == "places":
        return places(of.ours, of.theirs, origin, number)
    return knowing(of.ours, of.theirs, origin) if picture == "knowing" else hundred(of.ours, of.theirs, origin, number)


def sheet(of: Sheet, guess: float | None = None) -> str:
    """The sheet as HTML."""
    words, lesson = of.words, of.lesson
    origin = of.origin or (lesson.origin if lesson else "ALL")
    number = of.number or (lesson.year if lesson else 2015)
    names = of.names or {
        "theirs": words("world.history"),
        "ours": words(f"lesson.{of.name}.world") if lesson else words("world.yours"),
    }
    title = words(f"lesson.{of.name}.title") if lesson else words("free.title")
    parts = [f"<h1>{escape(title)}</h1>"]
    if lesson is not None:
        parts += _question(lesson, of, guess)
    parts.append(f'<div class="two">{"".join(_pictures(of, origin, number, names))}</div>')
    parts += _scenario(of)
    parts += _trust(of)
    named = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    head = f"{named}<style>{_CSS}</style>"
    return f'<!doctype html><html lang="{words.language}"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _pictures(of: Sheet, origin: str, number: int, names: dict[str, str]) -> list[str]:
    """Each picture with its name and what it says, small enough that four stand on a page."""
    words, parts = of.words, []
    for picture in of.shown:
        label = f"{words(f'picture.{picture}')}: {words.place(origin)}"
        drawn = image(draw(picture, rows_of(picture, of), words, names), label, 500, 230 if picture in COURSES else 0)
        told_of = {"knowing": "unaware", "hundred": "poor", "places": "abroad"}.get(picture, picture)
        sentence = told(told_of, of.ours, of.theirs, origin, number, words, names["theirs"])
        parts.append(f"<section><h2>{escape(label)}</h2>{drawn}<p>{escape(sentence)}</p></section>")
    return parts


def _question(lesson: Lesson, of: Sheet, guess: float | None) -> list[str]:
    words, question = of.words, lesson.question
    runs = [float(run) for run in question.answer(of.ours, of.theirs)]
    spec = strip(runs, guess, question.as_it_was(of.theirs), (question.low, question.high), words, question.unit)
    return [
        f'<p class="question">{escape(words(f"lesson.{lesson.name}.question"))}</p>',
        image(spec, words("strip.description")),
        f"<p>{escape(answered(question, runs, guess, words))}</p>",
        f"<p>{escape(words(f'lesson.{lesson.name}.finding'))}</p>",
    ]


def _scenario(of: Sheet) -> list[str]:
    words, about = of.words, of.ours.about
    size = f"population.scale={SCALE:g} seeds={of.choice.runs} first_seed={of.choice.luck}"
    commands = f"sim run scenario={of.name}.yaml\nsim compare scenario={of.name}.yaml against=history {size}"
    digests = f"{about['scenario_digest']} · {about['digest']} · labour-migration-sim {about['version']}"
    return [
        f"<div class=two><section><h2>{escape(words('take.scenario_title'))}</h2>",
        f"<pre>{escape(of.scenario or scenario_text(of.choice, of.link))}</pre></section>",
        f"<section><h2>{escape(words('take.commands'))}</h2><pre>{escape(commands)}</pre>",
        f'<p class="small">{escape(words("take.digest"))}: {digests}<br>',
        f"{escape(words('take.link'))}: ?{escape(of.link)}</p></section></div>",
    ]


def _trust(of: Sheet) -> list[str]:
    words, lesson = of.words, of.lesson
    told_out = [words(f"lesson.{lesson.name}.leaves_out")] if lesson else []
    left = "".join(f"<p>{escape(text)}</p>" for text in (*told_out, words("trust.caveat")))
    parts = [f"<div class=two><section><h2>{escape(words('finding.leaves_out'))}</h2>{left}</section>"]
    if lesson is not None:
        items = "".join(f"<li>{escape(source)}</li>" for source in lesson.sources)
        parts.append(f'<section><h2>{escape(words("finding.sources"))}</h2><ul class="small">{items}</ul></section>')
    return [*parts, "</div>"]
