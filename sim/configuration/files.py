"""Where the configuration lies, what there is to choose, and scenario files of the user's own."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sim.errors import InputError, nearest_name
from sim.region.shipped import config_folder

SUFFIXES = (".yaml", ".yml")
LABEL = "label"
"""Key under which a user's own scenario file carries its name through composition."""

_OWN: dict[str, Path] = {}
_LAW = "law"  # a folder of CSV files, which Hydra does not read


def choices(group: str) -> dict[str, Path]:
    """The files of a group by the name they are chosen by."""
    return {path.stem: path for path in sorted((config_folder() / group).glob("*.yaml"))}


def groups() -> tuple[str, ...]:
    """Names of the groups."""
    return tuple(sorted(path.name for path in config_folder().iterdir() if path.is_dir() and path.name != _LAW))


def is_own_file(text: str) -> bool:
    """Whether the choice of a scenario is a path rather than a name."""
    return text.endswith(SUFFIXES) or "/" in text or "\\" in text


def read_yaml(path: Path, where: str) -> dict[str, Any]:
    """A YAML file that holds a mapping.

    Raises
    ------
    InputError
        The file cannot be read, is not YAML, or holds something else.
    """
    if not path.is_file():
        folder = path.parent if path.parent.is_dir() else Path()
        near = nearest_name(path.name, (other.name for other in folder.iterdir()))
        raise InputError(where, f"is {str(path)!r}, which is no file", nearest=near)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(where, f"is {str(path)!r}, which cannot be read ({error})") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise InputError(f"{path.name}{line}", f"is not YAML ({getattr(error, 'problem', error)})") from error
    if not isinstance(content, dict):
        raise InputError(where, f"is {str(path)!r}, which holds no mapping", allowed="key: value, as in sim scenarios")
    return content


def own_scenario(path: Path) -> str:
    """Make a user's scenario file choosable and return the name to choose it by."""
    # Hydra takes three tenths of a second to import, and `sim --help` needs none of it
    from hydra.core.config_store import ConfigStore
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    content = read_yaml(path, "scenario")
    known = choices("scenario")
    for entry in _entries(content, path):
        if isinstance(entry, str) and entry not in (*known, "_self_"):
            near = nearest_name(entry, known)
            raise InputError(f"{path.name} defaults", f"is {entry!r}, which is no scenario", ", ".join(known), near)
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
    name = f"own_{re.sub(r'[^A-Za-z0-9_]', '_', path.stem)}_{digest}"
    try:
        node = OmegaConf.create({**content, LABEL: path.stem})
    except OmegaConfBaseException as error:
        raise InputError(path.name, f"cannot be used: {str(error).splitlines()[0]}") from error
    _OWN[name] = path
    ConfigStore.instance().store(group="scenario", name=name, node=node, package="_global_")
    return name


def scenario_file(name: str) -> Path | None:
    """The file behind the choice of a scenario, the user's own or one that comes with the package."""
    return _OWN.get(name) or choices("scenario").get(name)


def is_stored(name: str) -> bool:
    """Whether `name` was given to a user's scenario file in this process or the one that started it."""
    from hydra.core.config_store import ConfigStore

    store = ConfigStore.instance().repo.get("scenario", {})
    return isinstance(store, dict) and f"{name}.yaml" in store


def _entries(content: dict[str, Any], path: Path) -> list[Any]:
    entries = content.get("defaults", [])
    if not isinstance(entries, list):
        raise InputError(f"{path.name} defaults", f"is {entries!r}, which is no list", allowed="[history]")
    return entries


@dataclass(frozen=True)
class ScenarioCard:
    """What a scenario file says of itself: its question, its header, the policies it adds."""

    name: str
    question: str
    header: str
    policies: dict[str, dict[str, Any]]


def scenario_cards() -> tuple[ScenarioCard, ...]:
    """The scenarios there are: history first, then by name."""
    cards = [_card(path) for path in choices("scenario").values()]
    return tuple(sorted(cards, key=lambda card: (card.name != "history", card.name)))


def _card(path: Path) -> ScenarioCard:
    content = read_yaml(path, "scenario")
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        if not line.startswith("# @package"):
            lines.append(line.removeprefix("#").removeprefix(" "))
    return ScenarioCard(path.stem, content.get("question", ""), "\n".join(lines).strip(), content.get("policies", {}))
