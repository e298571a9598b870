"""The lessons: data files that say which worlds, which question, which controls; their words are in the languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sim.errors import InputError
from sim.workshop.controls import CONTROLS, Choice, Step
from sim.workshop.rows import COURSES, window
from sim.workshop.worlds import World

FOLDER = Path(__file__).parent / "lessons"
ORDER = ("rouble", "ban", "inform", "kazakhstan", "union")
KINDS = ("change", "averted", "total", "share")


@dataclass(frozen=True)
class Question:
    """What the room guesses, and how the worlds answer it.

    `kind`: change = per cent by which `of` differs from the other world; averted = of 100 in history, how many fewer;
    total = sum over the window in the lesson's world; share = per 100 of `whole` in the lesson's world.
    """

    kind: str
    measure: str
    origin: str
    first: str
    last: str
    low: float
    high: float
    step: float
    unit: str
    of: str = "world"
    destination: str = ""
    whole: str = ""
    picture: str = "money"

    def answer(self, world: World, history: World) -> np.ndarray:
        """The answer of each run, (seeds,)."""
        ours, theirs = (self._sum(side, self.measure) for side in (world, history))
        if self.kind == "total":
            return ours
        if self.kind == "share":
            return 100.0 * _ratio(ours, self._sum(world, self.whole))
        if self.kind == "averted":
            return 100.0 * (1.0 - _ratio(ours, theirs))
        top, base = (ours, theirs) if self.of == "world" else (theirs, ours)
        return 100.0 * (_ratio(top, base) - 1.0)

    def as_it_was(self, history: World) -> float | None:
        """The same of history, where it can be asked of one world alone."""
        if self.kind == "share":
            return float(100.0 * _ratio(self._sum(history, self.measure), self._sum(history, self.whole)).mean())
        return None

    def guessed(self, guess: float) -> float | None:
        """What a guess would make of history's course within the window, as a ratio; None where it says no course."""
        if self.kind == "change":
            ratio = 1.0 + guess / 100.0
            return ratio if self.of == "world" else (1.0 / ratio if ratio > 0 else None)
        return 1.0 - guess / 100.0 if self.kind == "averted" else None

    def _sum(self, world: World, measure: str) -> np.ndarray:
        if self.destination:
            values = world.corridor(measure, self.origin, self.destination)
        else:
            values = world.home(measure, self.origin)
        return values[:, window(world, self.first, self.last)].sum(axis=1, dtype=np.float64)


@dataclass(frozen=True)
class Lesson:
    """One lesson: its world, its question, the controls a room may move, its pictures and sources."""

    name: str
    world: Choice
    question: Question
    controls: Mapping[str, tuple[Step, ...]]
    pictures: tuple[str, ...]
    story_picture: str
    origin: str
    year: int
    sources: tuple[str, ...]

    def choices(self) -> list[Choice]:
        """Every setting of the lesson's controls: the grid that an exported file holds."""
        settings = product(*self.controls.values())
        return [self.world.moved(**dict(zip(self.controls, steps, strict=True))) for steps in settings]


@cache
def lesson(name: str) -> Lesson:
    """A lesson by name.

    Raises
    ------
    InputError
        The file says something that no lesson has.
    """
    given: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    question = Question(**given["question"])
    if question.kind not in KINDS or question.picture not in COURSES:
        raise InputError(f"lessons/{name}.yaml question", "is of no known kind", ", ".join(KINDS))
    controls = {}
    for control, steps in given["controls"].items():
        if control not in CONTROLS:
            raise InputError(f"lessons/{name}.yaml {control}", "is no control", ", ".join(CONTROLS))
        controls[control] = tuple(CONTROLS[control].read("as_it_was" if step is None else str(step)) for step in steps)
    return Lesson(
        name=name,
        world=Choice.of(**given["world"]),
        question=question,
        controls=controls,
        pictures=tuple(given["pictures"]),
        story_picture=given["story_picture"],
        origin=given["origin"],
        year=int(given["year"]),
        sources=tuple(given["sources"]),
    )


def lessons() -> list[Lesson]:
    """All lessons in their order."""
    return [lesson(name) for name in ORDER]


def _ratio(top: np.ndarray, base: np.ndarray) -> np.ndarray:
    return np.divide(top, base, out=np.ones_like(base), where=base > 0)
