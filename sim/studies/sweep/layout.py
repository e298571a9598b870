"""Names of a sweep's files, and which folder is one (docs/decisions/0020)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.errors import InputError, nearest_name

HEAD, PLAN, DESIGN, TABLE = "sweep.json", "plan.parquet", "design.parquet", "sweep.parquet"
MEASURED, CANCELLED, JOBS = "measured.json", "cancelled", "jobs.json"
OPEN, SHARDS = "open", "shards"
FORM = 1
"""The form of the files; a program refuses a form it does not know."""


def read_head(folder: Path) -> dict[str, Any]:
    """What ``sweep.json`` says.

    Raises
    ------
    InputError
        The folder holds no sweep, or one of another form.
    """
    path = folder / HEAD
    try:
        head = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        there = [one.parent.name for one in folder.parent.glob(f"*/{HEAD}")] if folder.parent.is_dir() else []
        near = nearest_name(folder.name, there)
        raise InputError(
            "name", f"is {folder.name}, and {folder} holds no sweep", ", ".join(sorted(there)), near
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(str(path), f"cannot be read ({error})", allowed="the file as it was written") from error
    if head.get("form") != FORM:
        raise InputError(str(path), f"has form {head.get('form')}", allowed=f"form {FORM}, that of this program")
    return head


def folder_of(arguments: Sequence[str]) -> Path:
    """The folder that ``name=`` or ``output=`` says, read without composing a configuration: `status` is quick.

    Raises
    ------
    InputError
        Another key, or no name.
    """
    given = dict(one.partition("=")[::2] for one in arguments)
    for key in given:
        if key not in ("name", "output", "workers") and not key.startswith("executor"):
            raise InputError(key, "is fixed by the plan", allowed="name=, output=")
    if not given.get("name") and not given.get("output"):
        raise InputError("name", "is missing", allowed="name=NAME: the folder under results/")
    return Path(given["output"]).expanduser() if given.get("output") else Path("results") / given["name"]
