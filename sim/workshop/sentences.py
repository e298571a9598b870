"""What the figures say, in words: every number in a sentence comes from the worlds on screen."""

from __future__ import annotations

from collections.abc import Sequence

from sim.workshop.lessons import Question
from sim.workshop.rows import COURSES, Effect, effect, year
from sim.workshop.words import Words
from sim.workshop.worlds import World

SMALL = 0.005
"""A change of less than half a percent is called none worth the name."""


def told(picture: str, ours: World, theirs: World, origin: str, number: int, words: Words, other: str) -> str:
    """One measure over a year in both worlds, and in how many runs they differ that way."""
    found = effect(picture, ours, theirs, origin, *year(number))
    unit = words(f"unit.{COURSES[picture].unit}")
    sentence = words(
        "sentence.effect",
        what=words(f"picture.{picture}"), place=words.place(origin), year=number, unit=unit, other=other,
        ours=_value(found.ours, words), theirs=_value(found.theirs, words),
    )  # fmt: skip
    return f"{sentence} {_change(found, words)}"


def _change(found: Effect, words: Words) -> str:
    if found.higher == found.lower == 0:
        return words("sentence.same")
    up = found.difference > 0
    agree = found.higher if up else found.lower
    if found.percent is not None and abs(found.percent) < 100 * SMALL:
        return words("sentence.hardly", agree=agree, runs=found.runs, way=words("way.higher" if up else "way.lower"))
    if found.percent is None:
        return words("sentence.from_nothing", agree=agree, runs=found.runs)
    size = words.number(abs(found.percent), 0 if abs(found.percent) >= 10 else 1)
    return words("sentence.higher" if up else "sentence.lower", size=size, agree=agree, runs=found.runs)


def answered(question: Question, runs: Sequence[float], guess: float | None, words: Words) -> str:
    """The model's answer with its band, and how far off the room was."""
    ordered = sorted(runs)
    cut = 1 if len(ordered) >= 10 else 0
    mean = sum(runs) / len(runs)
    unit = words(f"unit.{question.unit}")
    sentence = words(
        "sentence.answer", mean=words.number(mean), low=words.number(ordered[cut // 2]),
        high=words.number(ordered[-1 - cut]), unit=unit, held=len(ordered) - cut, runs=len(ordered),
    )  # fmt: skip
    if guess is None:
        return sentence
    inside = ordered[0] <= guess <= ordered[-1]
    apart = words.number(abs(guess - mean))
    return f"{sentence} {words('sentence.guess_inside' if inside else 'sentence.guess_outside', apart=apart)}"


def _value(value: float, words: Words) -> str:
    return words.number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2)
