"""The statute as it stood in one month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context, Span
from sim.policies.settings import setting, whose, whose_law
from sim.schema.quantities import LAW


@policy("law")
@dataclass(frozen=True, kw_only=True)
class Law(Policy):
    """All or some rules of law and its enforcement stay, from one month on, as they stood in it.

    Prices of permits are held in the destination's currency. A counterfactual: it says what the later amendments did.
    To change single rules by date, edit a copy of the law file instead: policies then act on the edited statute.

    Rules: whatever reads the law: permits, days of stay, enforcement, bans, amnesties.
    Left out: that a law not passed might have been replaced by another.
    Sources: the dated rules are the pack's, each with its legal reference.
    Assumed: nothing.
    Cost: none.
    Sign: that of the amendments undone; none of its own.
    """

    modifies = LAW
    sources = ("The dated rules of the region pack, each with its legal reference",)

    hold_at: str | None = setting(
        None, "month", unit="month", optional=True, prose="Month whose law is kept; null = none held."
    )
    rules: str | tuple[str, ...] = setting("all", "names", unit="", choices=LAW, prose="Which rules are held.")
    origins: tuple[str, ...] | None = whose("For whose citizens; null = all.")
    destinations: tuple[str, ...] | None = whose_law("Whose law; null = all.")

    @classmethod
    def example(cls) -> Self:
        """The law of December 2012."""
        return cls(hold_at="2012-12")

    @property
    def span(self) -> Span | None:
        """From the month held to the end."""
        return None if self.hold_at is None else (self.hold_at, None)

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """The quantity, [T, O, D], constant from the month on."""
        if self.hold_at is None or (self.rules != "all" and name not in self.rules):
            return values
        return np.where(self.in_force(context), values[context.month(self.hold_at)][None], values)
