"""What was believed of every number of the behaviour before the model was fitted: its prior.

A prior is normal on the scale of its form: `log-normal` for what is positive, `logit-normal` between the bounds of a
share, `normal` for what may have either sign. It is told by the 5 % and 95 % points. Where no source gives a range it
follows from the tag: what is published may be off by a half of itself, all else by a factor of two (of odds, for a
share), a utility or a log hazard by 0.5, 0.75 or 1. Numbers of the hand search count as derived: outcomes of 2012-2014
were looked at to find them, so their priors are no narrower than those of guesses. These widths are a choice, and wide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, ndtri

from sim.schema.parameters import PARAMETERS, Parameter

Form = Literal["normal", "log-normal", "logit-normal"]
NINETY = float(ndtri(0.95))
"""Standard deviations from the median to either end of the middle 90 %."""
FACTOR = {"published": 1.5, "derived": 2.0, "assumed": 2.0}
SHIFT = {"published": 0.5, "derived": 0.75, "assumed": 1.0}

FIXED = {
    "patent_covers": "a rule of law",
    "q_refused": "the refusal is the proof",
    "closed": "a convention: below it a place counts as closed",
    "self_employed": "reported, and moves nothing",
    "refugee_informal": "moves nothing unless a policy lets refugees work",
    "refugee_discount": "moves nothing unless a policy lets refugees work",
    "village_smallest": "the shape of the network; its strength is in the weights of ties",
    "village_largest": "the shape of the network; its strength is in the weights of ties",
    "neighbourhood": "the shape of the network; its strength is in the weights of ties",
    "clique_smallest": "the shape of the network; its strength is in the weights of ties",
    "clique_largest": "the shape of the network; its strength is in the weights of ties",
    "kin_density": "the shape of the network; its strength is in the weights of ties",
    "mean_degree": "the shape of the network; its strength is in the weights of ties",
    "debt_low": "the range of debts is drawn by its upper end",
    "target_low": "the range of targets is drawn by its upper end",
    "belief_precision": "whole observations",
    "never_abroad": "a mark of the start, lived down in the burn-in",
    "longest_spell": "a mark of the start, lived down in the burn-in",
    "longest_return": "a mark of the start, lived down in the burn-in",
    "longest_search": "a mark of the start, lived down in the burn-in",
    "most_trips": "a mark of the start, lived down in the burn-in",
    "dur_12": "the zero of the duration terms; their level is a0",
    "satisficing": "a switch of the structure: variants are compared, not drawn",
    "wages_respond": "a switch of the structure: variants are compared, not drawn",
    "aspiration": "read by a variant of the structure alone",
    "wage_response": "read by a variant of the structure alone",
}
"""Numbers that are not drawn, and why."""

RANGES: dict[str, tuple[float, float, str]] = {
    "beta": (0.3, 1.5, "the hand search fitted alike over this range"),
    "legal_free": (
        0.2,
        0.6,
        "28 % more migrants of a country with free movement in the European Union (Rojas-Romagosa and "
        "Bollen 2018, CPB Discussion Paper 385): ln 1.28 = 0.25, and more where ways in were few before",
    ),
    "legal_permit": (0.1, 0.35, "below free movement"),
    "view_weight": (0.05, 0.3, "range of the specification"),
    "tell_user": (
        0.0365,
        0.109,
        "0.2 to 0.5 per half-year, converted (Banerjee et al. 2013, doi:10.1126/science.1236498)",
    ),
    "tell_ratio": (0.08, 0.25, "0.03-0.08 against 0.2-0.5 per half-year (Banerjee et al. 2013)"),
    "mutate": (0.02, 0.15, "range of the specification"),
    "gamma": (0.4, 1.2, "the hand search; stocks become unstable with more"),
    "bayesian": (0.05, 0.3, "10 % of villagers, 50 % of students (Chandrasekhar et al. 2020, doi:10.3982/ECTA14407)"),
    "contact_fade": (0.02, 0.05, "range of the specification"),
    "rewired": (0.05, 0.10, "range of the specification"),
    "long_share": (0.02, 0.05, "range of the specification"),
    "scar": (0.05, 0.20, "range of the specification"),
    "search_level": (0.08, 0.20, "range of the specification"),
    "search_decay": (0.02, 0.08, "range of the specification"),
    "search_forced": (0.2, 0.5, "range of the specification"),
    "season_return": (1.0, 2.8, "around the 1.74 of the hand search, within the range allowed"),
    "demand_elasticity": (1.0, 7.0, "2.4 and 5.2 by two searches by hand"),
    "trend_growth": (0.002, 0.03, "no source found: from hardly any to the growth of 2012"),
    "nest_scale": (0.3, 0.8, "the scales tried in the specification"),
    "theta": (0.3, 0.65, "pay less what is sent: the sharing rule sends about half"),
    "altruism": (0.4, 0.8, "around the 0.6 of the hand search"),
    "home_income_sigma": (0.5, 1.1, "no source found: around the spread of incomes in household surveys"),
    "skill_sigma": (0.3, 0.7, "no source found: a half either way"),
    "risk_mean": (0.015, 0.10, "no source found: around the true chance of being detected"),
}
"""5 % and 95 % points where something more is known than the tag, and from where."""

FLOORS = {"target_high": PARAMETERS["target_low"].default, "debt_high": PARAMETERS["debt_low"].default}
"""Lower bounds of upper ends whose lower ends are not drawn."""
CEILINGS = {"bayesian": 0.5}
"""Upper bounds of priors where the number itself may be larger, in a variant of the structure."""


@dataclass(frozen=True)
class Prior:
    """A distribution before fitting: normal on the scale of `form`, with its 5 % and 95 % points.

    `floor` and `ceiling` bound the number; a logit-normal lives between them.
    """

    name: str
    form: Form
    low: float
    high: float
    floor: float
    ceiling: float
    source: str

    @property
    def median(self) -> float:
        """The middle of the distribution."""
        return float(self.value(np.zeros(1))[0])

    def score(self, value: float | np.ndarray) -> np.ndarray:
        """Standard normal scores of values: how many prior standard deviations from the median."""
        low, high = self._scale(np.array([self.low, self.high]))
        return (self._scale(np.asarray(value, float)) - (low + high) / 2.0) * 2.0 * NINETY / (high - low)

    def value(self, score: np.ndarray) -> np.ndarray:
        """Values at standard normal scores, within the bounds."""
        low, high = self._scale(np.array([self.low, self.high]))
        scaled = (low + high) / 2.0 + np.asarray(score, float) * (high - low) / (2.0 * NINETY)
        return np.clip(self._back(scaled), self.floor, self.ceiling)

    def _scale(self, value: np.ndarray) -> np.ndarray:
        if self.form == "normal":
            return value
        if self.form == "log-normal":
            return np.log(value)
        share = np.clip((value - self.floor) / (self.ceiling - self.floor), 1e-9, 1.0 - 1e-9)
        return np.log(share / (1.0 - share))

    def _back(self, scaled: np.ndarray) -> np.ndarray:
        if self.form == "normal":
            return scaled
        if self.form == "log-normal":
            return np.exp(scaled)
        return self.floor + (self.ceiling - self.floor) * expit(scaled)


def prior_of(parameter: Parameter) -> Prior | None:
    """The prior of a number of the behaviour, or None where it is not drawn (`FIXED` says why)."""
    if parameter.name in FIXED:
        return None
    form: Form = "normal" if parameter.low < 0.0 else "logit-normal" if parameter.high <= 1.0 else "log-normal"
    if parameter.name in RANGES:
        low, high, source = RANGES[parameter.name]
    else:
        low, high = _around(parameter, form)
        source = f"by the tag ({parameter.tag})"
    floor, ceiling = FLOORS.get(parameter.name, parameter.low), CEILINGS.get(parameter.name, parameter.high)
    return Prior(parameter.name, form, low, high, floor, ceiling, source)


def _around(parameter: Parameter, form: Form) -> tuple[float, float]:
    """The 5 % and 95 % points about the default that go with the tag."""
    if form == "normal":
        return parameter.default - SHIFT[parameter.tag], parameter.default + SHIFT[parameter.tag]
    factor = FACTOR[parameter.tag]
    if form == "log-normal":
        return parameter.default / factor, parameter.default * factor
    share = (parameter.default - parameter.low) / (parameter.high - parameter.low)
    odds = math.log(share / (1.0 - share))
    ends = (1.0 / (1.0 + math.exp(-odds - sign * math.log(factor))) for sign in (-1.0, 1.0))
    low, high = (parameter.low + (parameter.high - parameter.low) * end for end in ends)
    return low, high


PRIORS: dict[str, Prior] = {
    name: prior for name, parameter in PARAMETERS.items() if (prior := prior_of(parameter)) is not None
}
"""Of every number of the behaviour that is drawn."""
