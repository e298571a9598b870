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
LAUNCHERS = {
    "joblib": "hydra_plugins.hydra_joblib_launcher",
    "submitit_local": "hydra_plugins.hydra_submitit_launcher",
    "submitit_slurm": "hydra_plugins.hydra_submitit_launcher",
}
"""Hydra's launchers that are plugins, and the package of each."""


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
        if not _is_installed(package):
            allowed = f'python -m pip install "labour-migration-sim[{extra}]"'
            raise InputError(f"sim {command}", f"needs {package}, which is not installed", allowed)


def require_launcher(command: str, arguments: Sequence[str]) -> None:
    """Refuse a multirun by one of Hydra's launchers whose plugin is not installed, as :func:`require_extra` does."""
    for argument in arguments:
        key, _, name = argument.partition("=")
        if key == "hydra/launcher" and name in LAUNCHERS:
            require_extra(command, "sweep", LAUNCHERS[name])


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # not even the package that would hold it
        return False
