"""What a room can move: each control with its steps, and the policies that a choice of them makes.

All controls act from January 2013 on, so the months before are the same in every world (docs/decisions/0022).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sim.errors import InputError, nearest_name

Step = int | float | str | None
"""A position of a control; None = as it was."""


@dataclass(frozen=True)
class Control:
    """One control: its steps in order, and the one that changes nothing."""

    name: str
    steps: tuple[Step, ...]
    neutral: Step
    unit: str = ""  # a key of the language files

    def read(self, text: str) -> Step:
        """The step that `text` names.

        Raises
        ------
        InputError
            No such step.
        """
        for step in self.steps:
            if written(step) == text:
                return step
        allowed = ", ".join(written(step) for step in self.steps)
        raise InputError(self.name, f"is {text[:40]!r}, which is no step", allowed, nearest_name(text[:40], []))


CONTROLS: dict[str, Control] = {
    control.name: control
    for control in (
        Control("rouble", (None, 0, 10, 20, 30, 40, 50, 60), None, "percent"),
        Control("ban_months", (None, 0, 6, 12, 24, 36, 60, 120), None, "months"),
        Control("detection", (None, 0.5, 2, 3, 4), None, "times"),
        Control("border", (None, 50, 70, 90, 100), None, "percent"),
        Control("permits", (0, 25_000, 50_000, 100_000, 200_000, 400_000), 0, "a_year"),
        Control("permits_known", (0, 10, 30, 60, 100), 10, "percent"),
        Control("campaign", (0, 5_000, 20_000, 50_000, 100_000), 0, "a_month"),
        Control("campaign_whom", ("departing", "returnees", "most_connected", "random"), "departing"),
        Control("campaign_until", ("2014-06", "2015-12", "2017-12"), "2014-06"),
        Control("reintegration", (0, 1_000, 5_000, 20_000), 0, "a_month"),
        Control("union", (None, "kyrgyzstan_out", "tajikistan_in"), None),
        Control("numbers", ("drawn", "same"), "drawn"),
    )
}
DEPENDENT = {"permits_known": "permits", "campaign_whom": "campaign", "campaign_until": "campaign"}
"""Controls that mean something only with another one at work."""
RUNS = (5, 10, 20)
SEEDS = (1, 999)
"""First and last luck that can be chosen; the runs after it follow."""


def written(step: Step) -> str:
    """A step as a link has it."""
    return "as_it_was" if step is None else str(step)


@dataclass(frozen=True)
class Choice:
    """Where all controls stand, and whose luck: `steps` holds those that are not neutral."""

    steps: Mapping[str, Step] = field(default_factory=dict)
    luck: int = 1
    runs: int = 10

    @classmethod
    def of(cls, luck: int = 1, runs: int = 10, **steps: Step) -> Choice:
        """A choice from steps of controls, neutral ones left out.

        Raises
        ------
        InputError
            No such control, or no such step of it.
        """
        for name, step in steps.items():
            if name not in CONTROLS:
                near = nearest_name(name, CONTROLS)
                raise InputError(name[:40], "is no control", ", ".join(CONTROLS), near)
            CONTROLS[name].read(written(step))
        if runs not in RUNS:
            raise InputError("runs", f"is {runs}", ", ".join(map(str, RUNS)))
        if not SEEDS[0] <= luck <= SEEDS[1]:
            raise InputError("luck", f"is {luck}", f"a whole number, {SEEDS[0]} to {SEEDS[1]}")
        moved = {name: steps[name] for name in CONTROLS if name in steps and steps[name] != CONTROLS[name].neutral}
        idle = {name for name, other in DEPENDENT.items() if other not in moved}
        return cls({name: step for name, step in moved.items() if name not in idle}, luck, runs)

    def step(self, name: str) -> Step:
        """Where a control stands."""
        return self.steps.get(name, CONTROLS[name].neutral)

    def moved(self, **steps: Step) -> Choice:
        """The same with other steps of some controls."""
        return Choice.of(self.luck, self.runs, **{**self.steps, **steps})

    def reference(self) -> Choice:
        """History with the same luck and the same numbers of the model."""
        kept = {name: step for name, step in self.steps.items() if name not in _POLICIES and name not in DEPENDENT}
        return Choice(kept, self.luck, self.runs)

    def link(self) -> str:
        """The choice as a query string."""
        told = {name: written(step) for name, step in self.steps.items()}
        return urlencode({**told, "luck": self.luck, "runs": self.runs})

    @classmethod
    def from_link(cls, text: str) -> Choice:
        """The choice that a query string names.

        Raises
        ------
        InputError
            Something in it is no control or no step.
        """
        if len(text) > 2_000:
            raise InputError("link", f"has {len(text)} characters", "at most 2000")
        given = dict(parse_qsl(text))
        whole = {}
        for name, default in (("luck", "1"), ("runs", "10")):
            value = given.pop(name, default)
            if not (value.isascii() and value.isdigit() and len(value) < 5):
                raise InputError(name, f"is {value[:40]!r}", "a whole number")
            whole[name] = int(value)
        unknown = [name for name in given if name not in CONTROLS]
        if unknown:
            raise InputError(unknown[0][:40], "is no control", ", ".join(CONTROLS))
        return cls.of(**whole, **{name: CONTROLS[name].read(value) for name, value in given.items()})

    def policies(self) -> dict[str, dict[str, Any]]:
        """The policies that the steps make, as a scenario file has them."""
        made: dict[str, dict[str, Any]] = {}
        for name in self.steps:
            if name in _POLICIES:
                for policy, settings in _POLICIES[name](self).items():
                    made.setdefault(policy, {}).update(settings)
        return made


def _rouble(choice: Choice) -> dict[str, dict[str, Any]]:
    """The rate of July 2014, then a fall of the chosen size over five months, as long as the real one took."""
    made: dict[str, dict[str, Any]] = {"exchange_rate": {"currencies": ["RUB"], "hold_at": "2014-07"}}
    fall = choice.step("rouble")
    if fall:
        made["devaluation"] = {"currency": "RUB", "share": float(fall) / 100, "start": "2014-08", "months": 5}
    return made


def _ban(choice: Choice) -> dict[str, dict[str, Any]]:
    months = choice.step("ban_months")
    return {"reentry_ban": {"months": months, "destinations": ["RUS"], "during": ["2013-01", None]}}


def _detection(choice: Choice) -> dict[str, dict[str, Any]]:
    raids = float(choice.step("detection") or 1)
    return {"enforcement": {"destinations": ["RUS"], "raids": raids, "during": ["2014-01", None]}}


def _border(choice: Choice) -> dict[str, dict[str, Any]]:
    refused = float(choice.step("border") or 0) / 100
    return {"enforcement": {"destinations": ["RUS"], "refusal": refused, "during": ["2014-01", None]}}


def _permits(choice: Choice) -> dict[str, dict[str, Any]]:
    known = float(choice.step("permits_known") or 0) / 100
    given = {"destination": "KAZ", "quota": choice.step("permits"), "known_to": known, "start": "2014-03"}
    return {"seasonal_work": given}


def _campaign(choice: Choice) -> dict[str, dict[str, Any]]:
    return {
        "information_campaign": {
            "topics": ["ban_rules", "own_status"],
            "seeding": choice.step("campaign_whom"),
            "channel": "meeting",
            "heads": choice.step("campaign"),
            "during": ["2013-10", choice.step("campaign_until")],
        }
    }


def _reintegration(choice: Choice) -> dict[str, dict[str, Any]]:
    given = {"capacity": choice.step("reintegration"), "who": "all", "search": 1.5, "grant": 382, "gain": 0.1}
    return {"reintegration": {**given, "during": ["2014-01", None]}}


def _union(choice: Choice) -> dict[str, dict[str, Any]]:
    if choice.step("union") == "kyrgyzstan_out":
        rules = ["free_movement", "amnesty", "amnesty_told", "listing"]
        return {"law": {"hold_at": "2015-07", "rules": rules, "origins": ["KGZ"]}}
    joins = {"origins": ["TJK"], "destinations": ["KAZ", "RUS"], "granted": 1, "start": "2015-08", "review": 0.3}
    return {"free_movement": joins}


_POLICIES = {
    "rouble": _rouble,
    "ban_months": _ban,
    "detection": _detection,
    "border": _border,
    "permits": _permits,
    "campaign": _campaign,
    "reintegration": _reintegration,
    "union": _union,
}
