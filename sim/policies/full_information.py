"""Households that know everything in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.settings import share_of, since, whose


@policy("full_information")
@dataclass(frozen=True, kw_only=True)
class FullInformation(Policy):
    """A share of the households knows every rule in force, wages and their own status: a world, not an instrument.

    Always the same households. They know of every lawful way, hold no error about wages, know whether they are banned
    and how likely re-entry is, and choose on the month's own figures instead of what they have come to expect. Compared
    with the same world without it, the difference in consumption, wasted trips and years of ban is what misinformation
    cost. What nobody can know (luck, later months) they do not know either.

    Rules: learning and planning.
    Left out: how they came to know; that others, seeing them, learn more than they would.
    Sources: a what-if, no instrument; the cost of imperfect information as the distance to informed choices follows
    Leggett 2002.
    Assumed: nothing.
    Cost: none, since nobody could buy it.
    Sign: fewer refused at the border, fewer banned unawares.
    """

    modifies = ("informed",)
    sources = ("Leggett 2002: environmental valuation with imperfect information",)

    origins: tuple[str, ...] | None = whose("Where; null = in all.")
    share: float = share_of("Households that know.", "share of households")
    start: str | None = since()

    @classmethod
    def example(cls) -> Self:
        """Everybody, from the first month on."""
        return cls(share=1.0)

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The share of informed households, [T, O]."""
        return np.where(self.at_home(context), self.share, values)
