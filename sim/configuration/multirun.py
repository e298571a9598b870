"""Several runs from one command line: every job is checked before the first one starts."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Sequence

from sim.configuration.compose import Request, request
from sim.configuration.overrides import parse, strings
from sim.errors import InputError
from sim.region.shipped import config_folder


def jobs(command: str, arguments: Sequence[str]) -> list[Request]:
    """One checked request for each combination of the values given.

    Raises
    ------
    InputError
        A job that cannot be run, or two that would give the same results.
    """
    alternatives = [tuple(strings(one)) for one in parse(command, arguments, several=True)]
    made: dict[str, tuple[str, ...]] = {}
    requests = []
    for texts in itertools.product(*alternatives):
        one = request(command, [text.removeprefix("++") for text in texts]).in_multirun()
        folder = str(one.folder)
        if folder in made:
            raise InputError("-m", f"asks twice for the same results: {_differ(made[folder], texts)}")
        made[folder] = texts
        requests.append(one)
    return requests


def launch(command: str, arguments: Sequence[str], perform: Callable[[Request], object]) -> None:
    """Hand the jobs to Hydra's launcher; each composes its own request and performs it."""
    import hydra
    from hydra.core.hydra_config import HydraConfig

    folder = jobs(command, arguments)[0].folder.resolve().parent / ".multirun"
    given = [f"{one.hydra_key}={','.join(one.values)}" for one in parse(command, arguments, several=True)]
    marked = [
        text if one.is_choice or one.key.startswith("hydra/") else f"++{text}"
        for one, text in zip(parse(command, given, several=True), given, strict=True)
    ]

    def job(_: object) -> None:
        texts = [text.removeprefix("++") for text in HydraConfig.get().overrides.task]
        perform(request(command, texts).in_multirun())

    quoted = str(folder).replace("'", "\\'")
    before = sys.argv
    sys.argv = [f"sim {command}", "--multirun", *marked, f"hydra.sweep.dir='{quoted}'"]
    try:
        hydra.main(version_base="1.3", config_path=str(config_folder()), config_name=command)(job)()
    finally:
        sys.argv = before


def _differ(first: Sequence[str], second: Sequence[str]) -> str:
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a != b]
    return ", ".join(f"{a.removeprefix('++')} and {b.removeprefix('++')}" for a, b in pairs) or ", ".join(first)
