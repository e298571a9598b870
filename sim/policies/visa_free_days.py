"""How long one may stay without a permit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.policies.base import Policy, policy
from sim.policies.context import Context
from sim.policies.literature import CZAIKA_DE_HAAS
from sim.policies.settings import setting, share_of, when, whose, whose_law


@policy("visa_free_days")
@dataclass(frozen=True, kw_only=True)
class VisaFreeDays(Policy):
    """A destination sets how many days one may stay without a permit, and in what window they are counted.

    `window` 0 counts them anew at each entry: then `border_run` is the share who renew their stay by leaving and coming
    back. A window of 180 days leaves nothing to renew. The model counts in months of 30 days.

    Rules: the month's enforcement decides by them who is irregular; overstay counts from there.
    Left out: entries refused for want of a ticket or money; windows that are no multiple of 30 days.
    Sources: the rule is Russia's of January 2014, 90 days in any 180 (law 389-FZ, as in the pack); restriction moves
    migrants out of lawful ways: Czaika and de Haas 2017.
    Assumed: nothing but the settings.
    Cost: none.
    Sign: fewer days: more irregular migrants, more bans imposed: follows from the rule.
    """

    modifies = ("visa_free_days", "visa_free_window", "border_run")
    sources = ("Federal law 389-FZ (2013), as in the pack", CZAIKA_DE_HAAS)

    origins: tuple[str, ...] | None = whose()
    destinations: tuple[str, ...] | None = whose_law("Whose law; null = all.")
    days: int | None = setting(
        None, "whole", unit="days", low=0, high=366, optional=True, prose="Days without a permit; null = as it was."
    )
    window: int | None = setting(
        None,
        "whole",
        unit="days",
        low=0,
        high=366,
        optional=True,
        prose="Window in which they count; 0 = per entry, null = as it was.",
    )
    border_run: float | None = share_of("Share who renew a stay per entry; null = as it was.", default=None)
    during: tuple[str, str | None] | None = when()

    @classmethod
    def example(cls) -> Self:
        """Thirty days in Russia instead of ninety, from 2014 on."""
        return cls(destinations=("RUS",), days=30, window=180, during=("2014-01", None))

    def effect(self, name: str, values: np.ndarray, context: Context) -> np.ndarray:
        """Days, window or share of border runs, [T, O, D]."""
        given = {"visa_free_days": self.days, "visa_free_window": self.window, "border_run": self.border_run}[name]
        return values if given is None else np.where(self.in_force(context), float(given), values)
