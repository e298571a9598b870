"""The structure of the model: named variants of its rules, declared once; a scenario chooses one of each.

A variant is no number to be estimated: it is another statement of how people decide, learn or are paid. The first of
each choice is the model as it was fitted; under the others the numbers are not fitted anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.errors import InputError, unknown_name
from sim.schema.parameters import BY_NUMBERS, SIMON

PLAIN_LOGIT = "McFadden 1974, Conditional logit analysis of qualitative choice behavior"
GOOD_ENOUGH = f"{SIMON}; Caplin, Dean and Martin 2011, doi:10.1257/aer.101.7.2899"
GEV = "McFadden 1978, Modelling the choice of residential location"
SHARES = "Chandrasekhar, Larreguy and Xandri 2020, doi:10.3982/ECTA14407"
DE_GROOT = "DeGroot 1974, doi:10.1080/01621459.1974.10480137"


@dataclass(frozen=True)
class Variant:
    """One way to state a part of the model.

    sets: parameters whose values are part of the variant; reads: parameters that mean something under it alone.
    """

    name: str
    prose: str
    source: str
    sets: Mapping[str, float]
    reads: tuple[str, ...] = ()


STRUCTURE: dict[str, tuple[Variant, ...]] = {
    "decision": (
        Variant("nested_logit", "The best place; the first two destinations share a nest of scale L.", GEV, {}),
        Variant("plain_logit", "The best place, without nests: L = 1.", PLAIN_LOGIT, {"nest_scale": 1.0}),
        Variant(
            "satisficing",
            "The first place, in the order of what is known, that beats home by more than an aspiration.",
            GOOD_ENOUGH,
            {"satisficing": 1.0},
            ("aspiration",),
        ),
    ),
    "learning": (
        Variant("mixed", "A share `bayesian` weighs what it hears by precision, the others average.", SHARES, {}),
        Variant("bayesian", "All weigh what they hear by precision.", SHARES, {"bayesian": 1.0}),
        Variant("averaging", "All average what they hear with what they believed.", DE_GROOT, {"bayesian": 0.0}),
        Variant("none", "Ties tell nothing; own experience and public news remain.", "a limit", {"tell_user": 0.0}),
    ),
    "wages": (
        Variant("fixed", "Pay at a destination does not depend on how many are there.", "a limit", {}),
        Variant(
            "responding",
            "Pay at a destination falls as the number of migrants there grows.",
            BY_NUMBERS,
            {"wages_respond": 1.0},
            ("wage_response",),
        ),
    ),
}
"""The choices by name; the first variant of each is the default."""

DEFAULT: dict[str, str] = {choice: variants[0].name for choice, variants in STRUCTURE.items()}
SWITCHES = ("satisficing", "wages_respond")
"""Parameters that only a variant sets."""


def variant(choice: str, name: str) -> Variant:
    """A variant by its choice and name.

    Raises
    ------
    InputError
        There is no variant of that name.
    """
    named = {one.name: one for one in STRUCTURE[choice]}
    if name not in named:
        raise unknown_name(f"structure.{choice}", name, named, "variant")
    return named[name]


def under(structure: Mapping[str, str], parameters: Mapping[str, float]) -> dict[str, float]:
    """The parameters of a scenario with those that its structure sets."""
    numbers = dict(parameters)
    for choice, name in structure.items():
        numbers |= variant(choice, name).sets
    return numbers


def require_meaning(structure: Mapping[str, str], parameters: Mapping[str, float]) -> None:
    """Refuse numbers that the structure sets itself, or that mean nothing under it.

    Raises
    ------
    InputError
        A parameter is a switch, is set otherwise by the variant chosen, or is read only by one that is not.
    """
    for choice, variants in STRUCTURE.items():
        chosen = variant(choice, structure.get(choice, DEFAULT[choice]))
        for one in variants:
            allowed = f"structure.{choice}={one.name}"
            for name in (name for name in one.sets if name in SWITCHES and name in parameters):
                raise InputError(f"parameters.{name}", "is a switch of the structure", allowed)
            for name in (name for name in one.reads if one is not chosen and name in parameters):
                problem = f"means nothing with structure.{choice}={chosen.name}"
                raise InputError(f"parameters.{name}", problem, f"{allowed} with it")
        for name, value in chosen.sets.items():
            if parameters.get(name, value) != value:
                problem = f"is {parameters[name]:g}, and structure.{choice}={chosen.name} sets it to {value:g}"
                raise InputError(f"parameters.{name}", problem, "one of the two")
