"""What a user writes after the command: ``key=value``, read before Hydra sees it, so that refusals are ours.

A key is one of the configuration's (``population.scale``, ``policies.reentry_ban.months``) or names a group of files to
choose from (``scenario``, ``population``). Everything that is not a choice is passed on as "add or replace", since
`Scenario` itself refuses what it does not know, in one line and at any depth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.configuration.files import choices, groups, is_own_file, is_stored, own_scenario, read_yaml
from sim.errors import InputError, nearest_name, unknown_name
from sim.region.shipped import config_folder

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

SCENARIOS = ("scenario", "against")
NOT_TAKEN = {
    "compare": ("checkpoint",),
    "branch": ("checkpoint", "explain"),
    "sweep": ("checkpoint", "explain", "follow", "engine"),
}
"""Keys of a run that another command does not take."""
OF_SWEEPS = ("design", "executor")
"""Groups of files that only a sweep chooses from."""
LAW, LAW_IN_HYDRA = "law", "law.file"
SAID_TWICE = "is given twice"


@dataclass(frozen=True)
class Given:
    """One override: its key, the strings Hydra is to try (several in a multirun), and the key without marks."""

    key: str
    values: tuple[str, ...]

    @property
    def hydra_key(self) -> str:
        """The key as Hydra is told it: it takes a key that is a folder's name, as ``law`` is, for a choice of files."""
        return LAW_IN_HYDRA if self.key == LAW else self.key

    @property
    def is_choice(self) -> bool:
        """Whether a file is chosen rather than a value set."""
        return self.key in (*groups(), "against")


def known_keys(command: str) -> tuple[str, ...]:
    """The first parts of the keys a command takes."""
    names = ["run"] if command == "run" else ["run", command]
    keys = {key for name in names for key in read_yaml(config_folder() / f"{name}.yaml", "configuration")}
    chosen = {group for group in groups() if command == "sweep" or group not in OF_SWEEPS}
    return tuple(sorted((keys | chosen) - {"defaults", "hydra", *NOT_TAKEN.get(command, ())}))


def parse(command: str, arguments: Sequence[str], *, several: bool = False) -> list[Given]:
    """Read overrides; with `several`, values separated by commas make a run each.

    Raises
    ------
    InputError
        Not ``key=value``, an unknown key or choice, a value that cannot be read, or a key given twice.
    """
    given = [_parse_one(command, argument, several) for argument in arguments]
    for index, one in enumerate(given):
        if one.key in {other.key for other in given[:index]}:
            raise InputError(one.key, SAID_TWICE, allowed="each key once")
    return given


def strings(given: Given) -> Iterator[str]:
    """The override as Hydra reads it, one for each value."""
    mark = "" if given.is_choice or given.key.startswith("hydra") else "++"
    for value in given.values:
        yield f"{mark}{given.hydra_key}={value}"


def _parse_one(command: str, argument: str, several: bool) -> Given:
    key, equals, value = argument.partition("=")
    key = key.lstrip("+")
    if not equals or not key:
        raise InputError(repr(argument), "is not key=value", allowed="key=value, as seeds=4")
    check_key(command, key)
    if key in SCENARIOS:
        return Given(key, tuple(_scenario(key, part) for part in _parts(key, value, several)))
    if key == "checkpoint":
        return Given(key, (f"[{value.strip('[]')}]",))
    if key in (LAW, LAW_IN_HYDRA):
        parts = _parts(LAW, value, several)
        return Given(LAW, tuple(part if part == "null" else _quoted(part) for part in parts))
    if key == "region" and any(_is_folder(part) for part in _parts(key, value, several)):
        return Given("region.pack", tuple(_quoted(part) for part in _parts(key, value, several)))
    if key in groups():
        for name in _parts(key, value.strip("[]"), True) if key == "policy" else _parts(key, value, several):
            _check_choice(key, name)
    override = _grammar(key, value)
    if not override.is_sweep_override():
        return Given(key, (value,))
    if not several:
        raise InputError(key, f"is {value!r}, several values", allowed="one value; add -m for a run each")
    return Given(key, tuple(item.partition("=")[2] for item in _swept(override)))


def check_key(command: str, key: str) -> None:
    """Refuse a key whose first part the command does not know."""
    known = known_keys(command)
    root = key.partition(".")[0]
    if key.startswith(("hydra.", "hydra/")) or root in known:
        return
    raise InputError(key, "is not a key", nearest=nearest_name(root, known), allowed=", ".join(known))


def _parts(key: str, value: str, several: bool) -> list[str]:
    if Path(value).exists():
        return [value]
    parts = [part.strip().strip("'\"") for part in value.split(",")]
    if len(parts) > 1 and not several:
        raise InputError(key, f"is {value!r}, several values", allowed="one value; add -m for a run each")
    return parts


def _scenario(key: str, name: str) -> str:
    if is_own_file(name):
        return own_scenario(Path(name))
    if name not in choices("scenario") and not is_stored(name):
        known = choices("scenario")
        allowed = f"{', '.join(known)}, or path/to/file.yaml"
        raise InputError(key, f"is {name!r}, which is no scenario", allowed=allowed, nearest=nearest_name(name, known))
    return name


def _check_choice(group: str, name: str) -> None:
    if name not in (*choices(group), "null"):
        raise unknown_name(group, name, choices(group), group)


def _is_folder(text: str) -> bool:
    return is_own_file(text) or (text not in choices("region") and Path(text).is_dir())


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "\\'") + "'"


def _grammar(key: str, value: str) -> Override:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        return OverridesParser.create().parse_override(f"{key}={value}")
    except HydraException as error:
        allowed = "text, a number, null, [list] or {key: value}; text with spaces or signs in quotes"
        raise InputError(key, f"is {value!r}, which cannot be read", allowed=allowed) from error


def _swept(override: Override) -> Iterator[str]:
    from hydra.errors import HydraException

    try:
        for value in override.sweep_string_iterator():
            yield f"{override.key_or_group}={value}"
    except HydraException as error:
        raise InputError(str(override.key_or_group), f"cannot be swept: {str(error).splitlines()[0]}") from error
