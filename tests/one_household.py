"""One household, one corridor and one month, to try a single rule on."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.draws import luck_of
from sim.schema.attributes import CONTACTS, HOUSEHOLD, NEVER, NO_INTENT, NOBODY, SHARE_ONE, SKILL_ONE
from sim.schema.conditions import CORRIDOR, HOME_CONDITIONS, OFFER
from sim.schema.parameters import parameter_record
from sim.tallies import TALLIES, Tally

LUCK = luck_of(1, 0)
ORDINARY = {"skill": SKILL_ONE, "members": 5, "workers": 1, "income": 20_000, "savings": 50_000, "target": 10_000_000}
CALM = {"rate": 1.0, "travel_cost": 200.0, "refusal": 1.0, "listing": 1.0, "free_months": 3.0, "job_true": 1.0}
CALM |= {"work_pool": -1.0, "skill_return": 1.0}
SETTLED = {"keep": 1.0, "subsistence": 1000.0, "pay_rural": 100.0, "pay_urban": 100.0, "search": 1.0}
SETTLED |= {"credit_interest": 1.0}


def households(many: int = 1, **fields: Any) -> np.ndarray:
    """Ordinary households at home, each with its own key; `fields` of a worker are those of the first."""
    made = np.zeros(many, HOUSEHOLD)
    made["key"] = np.arange(many) * 7919 + 13
    made["contacts"] = NOBODY
    made["offence_1"] = made["offence_2"] = NEVER
    made["q"], made["intent"] = SHARE_ONE, NO_INTENT
    made["birth_month"] = -30 * 12
    assert made["contacts"].shape == (many, CONTACTS)
    for name, value in {**ORDINARY, **fields}.items():
        if HOUSEHOLD[name].shape and name not in ("contacts", "taste", "wage_belief", "precision"):
            made[name][:, 0] = value
        else:
            made[name] = value
    return made


def corridor(**fields: float) -> np.void:
    """A corridor where nothing happens but what `fields` say."""
    made = np.zeros(1, CORRIDOR)
    for name, value in {**CALM, **fields}.items():
        made[name] = value
    return made[0]


def home(**fields: float) -> np.void:
    """Home conditions: no inflation, a floor of 10 USD a head."""
    made = np.zeros(1, HOME_CONDITIONS)
    for name, value in {**SETTLED, **fields}.items():
        made[name] = value
    return made[0]


def offer(**fields: float) -> np.void:
    """What is offered at home: nothing but what `fields` say."""
    made = np.zeros(1, OFFER)
    for name, value in fields.items():
        made[name] = value
    return made[0]


def parameters(**fields: float) -> np.void:
    """The parameters at their defaults but for `fields`."""
    return parameter_record(fields)[0]


class Counts:
    """A tally of one origin; `counts[Tally.STOCK, 1]` is what was noted for place 1."""

    def __init__(self) -> None:
        self.flat = np.zeros(4 * TALLIES, np.int64)

    def __getitem__(self, key: tuple[Tally, int]) -> int:
        what, place = key
        return int(self.flat[place * TALLIES + what])
