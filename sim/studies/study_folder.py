"""The folder of a study: what was asked, the parts lived so far, and the tables made of them.

A part (one seed, one member) is written as soon as it is lived, so that a study that is stopped is taken up again where
it was. Parts belong to what was asked and to the rules that made them: another question, or another program, begins
anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.checkpoint import code_version, rules_digest
from sim.errors import InputError
from sim.output.durable import replace_file

PARTS = "parts"


@dataclass(frozen=True)
class StudyFolder:
    """A folder with `<kind>.json`, ``parts/`` and tables.

    Parameters
    ----------
    path
        The folder.
    kind
        Name of the study, ``decompose``.
    asked
        All that the parts depend on, as plain values.
    tables
        Names of the other files that the study leaves.
    """

    path: Path
    kind: str
    asked: Mapping[str, Any]
    tables: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Of what was asked and the rules of this program."""
        told = json.dumps({**self.asked, "rules": rules_digest()}, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def _record(self) -> Path:
        return self.path / f"{self.kind}.json"

    def require_writable(self) -> None:
        """Refuse a place that holds anything but such a study. Worth asking before a long one.

        Raises
        ------
        InputError
            The place is a file, or a folder with something else in it.
        """
        path = Path(os.path.abspath(self.path))
        allowed = f"a new folder, or one that holds an older {self.kind}"
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise InputError("output", f"is {str(path)!r}, which is no folder", allowed)
        names = sorted(entry.name for entry in path.iterdir() if entry.name[0] != ".") if path.is_dir() else []
        strange = [name for name in names if name not in (self._record.name, PARTS, *self.tables)]
        if names and (strange or self._record.name not in names):
            raise InputError("output", f"is {str(path)!r}, which holds {(strange or names)[0]!r}", allowed)

    def begin(self) -> None:
        """Take up the study that lies there, or, if it asked something else, remove its parts and tables."""
        if self._told().get("digest") != self.digest:
            old = [*(self.path / name for name in self.tables), *(self.path / PARTS).glob("*.csv")]
            for path in old:
                path.unlink(missing_ok=True)
        self.note({})

    def note(self, found: Mapping[str, Any]) -> None:
        """Write what was asked and, when the study is done, what else is to be known of it."""
        record = {"study": self.kind, "digest": self.digest, "asked": self.asked, "version": code_version(), **found}
        replace_file(self._record, (json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode())

    def part(self, name: str, live: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """A part, read where it has been lived; else `live` it, and keep it.

        Its file is named after what was asked, too: two studies begun in one folder at once do not mix.
        """
        path = self.path / PARTS / f"{name}-{self.digest[:8]}.csv"
        if not path.is_file():
            replace_file(path, live().to_csv(index=False).encode())
        return pd.read_csv(path, dtype={"period": str}, keep_default_na=False, na_values=[""])

    def write(self, name: str, table: pd.DataFrame) -> None:
        """Write a table of the study."""
        replace_file(self.path / name, table.to_csv(index=False, float_format="%.8g").encode())

    def write_text(self, name: str, text: str) -> None:
        """Write a figure."""
        replace_file(self.path / name, text.encode())

    def _told(self) -> Mapping[str, Any]:
        try:
            told = json.loads(self._record.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise InputError(str(self._record), "cannot be read: it is damaged", "to remove the folder") from error
        return told if isinstance(told, dict) else {}
