"""Worlds and checkpoints kept on disk: in the user's cache, and those that came with the package."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from sim.output.durable import replace_file
from sim.workshop.worlds import World

SHIPPED = Path(__file__).parent / "kept"
"""Worlds that `make bundle` puts into the package."""
SUFFIX = ".world"
MOST = 400
"""Worlds kept in the cache before the oldest go: 0.3 MB each."""


def cache_folder() -> Path:
    """Where this user's worlds and checkpoints are kept: ``SIM_WORKSHOP_CACHE`` if it is set."""
    from platformdirs import user_cache_path

    given = os.environ.get("SIM_WORKSHOP_CACHE")
    return Path(given) if given else user_cache_path("labour-migration-sim") / "workshop"


def find(key: str) -> World | None:
    """A kept world, or None; a file that cannot be read is as good as none."""
    for folder in (SHIPPED, cache_folder()):
        path = folder / f"{key}{SUFFIX}"
        if path.is_file():
            try:
                return World.from_bytes(path.read_bytes())
            except (OSError, ValueError, KeyError, zipfile.BadZipFile):
                path.unlink(missing_ok=True)
    return None


def keep(key: str, world: World, folder: Path | None = None) -> None:
    """Keep a world, whole or not at all."""
    place = folder or cache_folder()
    replace_file(place / f"{key}{SUFFIX}", world.to_bytes())
    files = sorted(place.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime)
    for old in files[: max(0, len(files) - MOST)]:
        old.unlink(missing_ok=True)
