"""Where the packs, laws and scenarios that come with the package lie."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parent
"""The packs, a folder each."""

_PACKAGE = Path(__file__).resolve().parents[1]


def config_folder() -> Path:
    """The folder of the configuration: inside an installed wheel, beside the package in a checkout."""
    packaged = _PACKAGE / "_configs"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "configs"


def law_files() -> dict[str, Path]:
    """The laws that come with the package, by the name they are chosen by."""
    return {path.stem: path for path in sorted((config_folder() / "law").glob("*.csv"))}
