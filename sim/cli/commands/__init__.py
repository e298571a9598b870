"""One file a command: its docstring is its manual page, ``main(arguments)`` does it and returns the exit status."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from sim.errors import InputError, nearest_name

ORDER = {
    name: place
    for place, name in enumerate(
        (
            *("run", "compare", "scenarios", "policies", "data", "explain", "scorecard", "calibrate", "backtest"),
            *("screen", "decompose", "variance", "sweep", "sensitivity", "workshop", "branch", "ties", "diff", "rerun"),
        )
    )
}
"""The order of the list of commands; a command not named here comes after these."""


def split_options(arguments: Sequence[str], known: Sequence[str]) -> tuple[set[str], list[str]]:
    """Options (``--json``) apart from the rest.

    Raises
    ------
    InputError
        An option that is not known.
    """
    options = {argument for argument in arguments if argument.startswith("-")}
    for option in sorted(options - set(known)):
        near = nearest_name(option, known)
        raise InputError(option, "is not an option", nearest=near, allowed=", ".join([*known, "--help"]))
    return options, [argument for argument in arguments if not argument.startswith("-")]


def refuse_rest(rest: Sequence[str], allowed: str) -> None:
    """Refuse arguments that a command does not take."""
    if rest:
        raise InputError(repr(rest[0]), "is not understood", allowed=allowed)


def require_extra(command: str, extra: str, *packages: str) -> None:
    """Refuse a command whose packages are not installed, and say which extra has them.

    Raises
    ------
    InputError
        One of them is not.
    """
    for package in packages:
        if find_spec(package) is None:
            allowed = f'python -m pip install "labour-migration-sim[{extra}]"'
            raise InputError(f"sim {command}", f"needs {package}, which is not installed", allowed)
