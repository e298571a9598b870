"""The one error a user may cause: bad input, told in one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Something the user gave cannot be used; the message is one line and complete.

    Parameters
    ----------
    where
        Dotted place of the input (``policies.reentry_ban.months``, ``series.csv line 12``).
    problem
        What was given and what is wrong with it (``is -3``, ``is not a setting``).
    allowed
        What would be accepted, in words (``whole months, 0 to 600``).
    nearest
        The closest name that exists, where a name was misspelt.
    """

    def __init__(self, where: str, problem: str, allowed: str = "", nearest: str = "") -> None:
        self.where, self.problem, self.allowed, self.nearest = where, problem, allowed, nearest
        line = f"{where} {problem}."
        if nearest:
            line += f" Nearest: {nearest}."
        if allowed:
            line += f" Allowed: {allowed}."
        super().__init__(" ".join(line.split()))

    def __reduce__(self) -> tuple:
        """Made anew from its parts, so that an error of another process arrives whole."""
        return type(self), (self.where, self.problem, self.allowed, self.nearest)


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The known name closest to `name`, or an empty string when none is near."""
    names = list(known)
    by_fold = {known_name.casefold(): known_name for known_name in names}
    found = difflib.get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=0.5)
    return by_fold[found[0]] if found else ""


def unknown_name(where: str, name: str, known: Iterable[str], what: str = "name") -> InputError:
    """The error for a name that does not exist, with the nearest one that does."""
    names = sorted(known)
    return InputError(
        where, f"is {name!r}, which is no {what}", allowed=", ".join(names), nearest=nearest_name(name, names)
    )
