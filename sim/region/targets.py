"""Observed outcomes to hold the model against, from ``targets.csv``: read, checked, and kept apart from what drives
it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from sim.errors import InputError, unknown_name
from sim.region.manifest import EVERY, TARGETS, Manifest
from sim.region.tables import check_provenance, number, read_table

COLUMNS = (
    "pattern", "measure", "origin", "destination", "series", "period", "value", "unit", "source", "tag", "confidence",
    "use", "note",
)  # fmt: skip
USES = ("fitted", "shape", "checked")
"""fitted: may move parameters; shape: may fix timing, never a level or a change; checked: reported, never fitted."""

_FORMS = "YYYY, YYYY-MM, YYYYQn, YYYYHn, YYYY-MM/YYYY-MM; without a year MM, MM/MM or Qn; or nothing"
_PERIOD = re.compile(
    r"(?P<year>\d{4})(-(?P<month>0[1-9]|1[0-2])(/(?P<last>\d{4}-(0[1-9]|1[0-2])))?|Q(?P<quarter>[1-4])|H(?P<half>[12]))?"
    r"|(0[1-9]|1[0-2])(/(0[1-9]|1[0-2]))?|Q[1-4]|"
)


def last_month(period: str, where: str) -> str | None:
    """The last month of a period as YYYY-MM; None for one without a year. Refuses another form."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise InputError(where, f"is {period!r}", allowed=_FORMS)
    if found["year"] is None:
        return None
    if found["last"]:
        return found["last"]
    month = found["month"] or f"{3 * int(found['quarter'] or 0) or 6 * int(found['half'] or 0) or 12:02d}"
    return f"{found['year']}-{month}"


def _check(row: dict[str, str], manifest: Manifest, where: str) -> None:
    """Refuse a target of an unknown country, use or form, and one to be fitted that came too late."""
    for column, codes in (("origin", manifest.origins), ("destination", manifest.destinations)):
        if row[column] not in (*codes, EVERY):
            raise unknown_name(f"{where} {column}", row[column], (*codes, EVERY), f"{column} of the pack")
    for column in ("measure", "unit"):
        if not row[column]:
            raise InputError(f"{where} {column}", "is empty", allowed="text")
    if row["use"] not in USES:
        raise unknown_name(f"{where} use", row["use"], USES, "use of a target")
    ends = last_month(row["period"], f"{where} period")
    if row["use"] != "checked" and ends is not None and ends > manifest.calibration_until:
        problem = f"is {row['period']}, too late for a {row['use']} target"
        raise InputError(f"{where} period", problem, allowed=f"up to {manifest.calibration_until}")
    check_provenance(row, where)


def read_targets(folder: Path, manifest: Manifest) -> pd.DataFrame:
    """The targets of a pack, one a row, columns `COLUMNS`; no rows where the pack lists no such file."""
    rows: list[dict[str, object]] = []
    if not manifest.targets:
        return pd.DataFrame(rows, columns=list(COLUMNS))
    label = f"{folder.name}/{TARGETS}"
    seen: dict[tuple[str, ...], int] = {}
    for line, row in read_table(folder / TARGETS, COLUMNS, label):
        where = f"{label} line {line}"
        _check(row, manifest, where)
        key = tuple(row[name] for name in ("measure", "origin", "destination", "series", "period"))
        if seen.setdefault(key, line) != line:
            raise InputError(where, f"repeats line {seen[key]}")
        rows.append({**row, "value": number(row["value"], f"{where} value")})
    return pd.DataFrame(rows, columns=list(COLUMNS))
