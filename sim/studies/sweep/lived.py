"""What is kept of a run that has been lived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Lived:
    """What is kept of a run: its values, or why there are none.

    seconds: of living it; the months it shares with others, and the burn-in, are those of the run that lived them.
    """

    run: int
    values: list[float]
    digest: str
    seconds: float
    kind: str = ""
    error: str = ""

    @classmethod
    def failed(cls, run: int, error: BaseException, names: int) -> Self:
        """A run that could not be lived."""
        return cls(run, [float("nan")] * names, "", 0.0, type(error).__name__, " ".join(str(error).split())[:500])
