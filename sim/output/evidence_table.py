"""The numbers that matter for a report: those that drive what it compares, with what each rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sim.output.page import folded, table_html
from sim.output.result import Comparison

_HEADS = ("number", "value", "fitted: mean (5 to 95 %)", "tag", "drives (rank correlation)", "source")
_CHANGE = re.compile(r"_(20\d\d)$")
"""Ends the name of an output that is a change in that year."""


def evidence_html(comparison: Comparison) -> str:
    """A folded table of the numbers that drive the measures compared, and how many numbers have which tag; nothing
    where the run tells none.
    """
    told = comparison.scenario.meta.get("evidence") or {}
    if not told.get("tags"):
        return ""
    tags = told["tags"]
    counted = ", ".join(f"{count} {tag}" for tag, count in tags.items())
    out = f"<p>The model has {sum(tags.values())} numbers that may be asked for: {counted}. "
    out += "All of them: <code>sim explain</code>.</p>"
    compared = {*comparison.table["measure"]}
    rows = [row for row in (_row(one, compared) for one in told.get("numbers", ())) if row is not None]
    if not rows:
        return out
    note = (
        "<p>Of the numbers that were drawn from their priors all at once, those whose rank correlation with an output "
        "of this report is more than chance would show. An output that ends in a year is its change in that year.</p>"
    )
    return out + folded(f"The {len(rows)} numbers that matter most here", note + table_html(_HEADS, rows, _HEADS[1:2]))


def _row(one: Mapping[str, Any], compared: set[str]) -> tuple[str, ...] | None:
    drives = {name: strength for name, strength in one["drives"].items() if _CHANGE.sub("", name) in compared}
    if not drives:
        return None
    words = ", ".join(f"{_in_words(name)} {strength:+.2f}" for name, strength in drives.items())
    fitted = "{:.3g} ({:.3g} to {:.3g})".format(*one["fitted"]) if one.get("fitted") else ""
    value = f"{one['value']:g} {one['unit']}".strip()
    return one["name"], value, fitted, one["tag"], words, one["source"]


def _in_words(output: str) -> str:
    return _CHANGE.sub(r" \1", output)
