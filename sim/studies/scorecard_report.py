"""The scorecard on disk: a table for programs, and a page for readers."""

from __future__ import annotations

import io
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import InputError
from sim.output.drawing import AGAINST, INK, PALE, SCENARIO, STYLE, PageFigure, svg_of
from sim.output.durable import replace_folder, write_file
from sim.output.page import figure_html, folded, header_html, page_html, table_html

FILES = ("scorecard.parquet", "scorecard.csv", "report.html")
_HEADS = ("pattern", "what", "where", "when", "model", "95 % interval", "target", "band", "met")
_NUMBERS = ("model", "95 % interval", "target", "band")
_USES = {
    "fitted": ("Fitted", "Known by the end of 2014, and fitted to: a row that is met says that the model can agree."),
    "shape": ("Shape only", "May fix timing, never a level or a change."),
    "checked": ("Checked, never fitted", "Nothing was moved to meet these; they are the test, as far as they go."),
}
_READING = (
    "Each line holds a figure of the pack's targets against what the model says of it. The interval is that of the "
    "mean over seeds, by Student: luck, and, where each seed draws its own numbers, what is not known of them. A "
    "figure is met when its mean is inside the band; where only a sign is published, when the whole interval is. Bands "
    "of levels are a quarter of the figure either way. Quarters and years of one series are lines of their own, so "
    "lines are not independent, and a share of lines met is no probability."
)


def require_place(folder: Path) -> None:
    """Refuse a folder that holds anything but an older scorecard: it would be removed. Worth asking before a long run.

    Raises
    ------
    InputError
        The place is a file, or a folder with something else in it.
    """
    strange = sorted(entry.name for entry in folder.iterdir() if entry.name not in FILES) if folder.is_dir() else []
    allowed = "a new folder, or one that holds an older scorecard"
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError("output", f"is {str(folder)!r}, which is no folder", allowed)
    if strange:
        raise InputError("output", f"is {str(folder)!r}, which holds {strange[0]!r}", allowed)


def write_scorecard(table: pd.DataFrame, meta: Mapping[str, Any], folder: Path) -> Path:
    """Write the scorecard's folder, whole or not at all.

    Parameters
    ----------
    table
        As :func:`sim.studies.scorecard.scorecard` makes it.
    meta
        What is told of the run: scenario, seeds, scale, months, versions, command; in words.
    """
    parquet = io.BytesIO()
    table.to_parquet(parquet, index=False)
    contents = (parquet.getvalue(), table.to_csv(index=False).encode(), scorecard_html(table, meta).encode())
    with replace_folder(folder) as fresh:
        for name, content in zip(FILES, contents, strict=True):
            write_file(fresh / name, content)
    return folder


def scorecard_html(table: pd.DataFrame, meta: Mapping[str, Any]) -> str:
    """The page: how many are met, every pattern drawn in its band, then every line with its source."""
    facts = [(name, str(value)) for name, value in meta.items() if name != "Command"]
    sections = [("met", "What is met", _met(table)), ("bands", "Every figure in its band", _drawn(table))]
    sections += [(use, title, _lines(table[table["use"] == use], prose)) for use, (title, prose) in _USES.items()]
    sections.append(("reading", "How to read this", f"<p>{_READING}</p>"))
    sections.append(("sources", "What each means, and its source", _sources(table)))
    if meta.get("Command"):
        sections.append(("made", "How this was made", f"<pre>{escape(meta['Command'])}</pre>"))
    question = "Does the model do what is known of the region and the time?"
    return page_html("Scorecard", header_html("Scorecard", question, facts), sections)


def counts(table: pd.DataFrame) -> list[tuple[str, int, int]]:
    """For each use its title, how many scored figures are met, and how many there are."""
    out = []
    for use, (title, _) in _USES.items():
        scored = table.loc[table["use"] == use, "passed"].dropna().astype(bool)
        if len(scored):
            out.append((title, int(scored.sum()), len(scored)))
    return out


def _met(table: pd.DataFrame) -> str:
    items = "".join(f"<li>{title}: {met} of {all_of} figures are met.</li>" for title, met, all_of in counts(table))
    missed = table[table["passed"].eq(False)]
    named = ", ".join(dict.fromkeys(missed.loc[missed["pattern"] != "", "pattern"]))
    told = f"<p>Patterns with a figure that is not met: {named}.</p>" if named else ""
    return f'<ul class="summary">{items}</ul>{told}'


def _lines(table: pd.DataFrame, prose: str) -> str:
    if table.empty:
        return ""
    rows = [cells(row) for row in table.itertuples(index=False)]
    return f"<p>{prose}</p>{table_html(_HEADS, rows, _NUMBERS, 'dense')}"


def _sources(table: pd.DataFrame) -> str:
    rows = []
    for row in table.drop_duplicates(["what", "source", "meaning"]).itertuples(index=False):
        rows.append((row.pattern or "", row.what, row.meaning, f"{row.source} ({row.tag})", row.band))
    heads = ("pattern", "what", "in the model", "source of the figure", "band")
    listed = table_html(heads, rows, name="dense")
    return folded(f"What each of {len(rows)} figures means in the model, and where it and its band are from", listed)


def cells(row: Any) -> tuple[str, ...]:
    """A line of the scorecard in words."""
    met = "" if row.passed is None else ("yes" if row.passed else "NO")
    where = "all" if row.origin == "ALL" else f"{row.origin} → {row.destination}".replace(" → ALL", "")
    spread = "" if pd.isna(row.low95) else f"{rounded(row.low95)} to {rounded(row.high95)}"
    return (
        row.pattern, row.what, where, row.period, rounded(row.value), spread, rounded(row.target),
        band(row.low, row.high), met,
    )  # fmt: skip


def band(low: float, high: float) -> str:
    """A band in words; one that is open on one side has one end."""
    if high == float("inf"):
        return f"above {rounded(low)}"
    return f"{rounded(low)} to {rounded(high)}"


def rounded(value: float) -> str:
    """Four digits that count."""
    if pd.isna(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _drawn(table: pd.DataFrame) -> str:
    """All figures with a two-sided band on one scale: the band is from -1 to 1."""
    shown = table[(table["high"] < float("inf")) & table["value"].notna()].reset_index(drop=True)
    if shown.empty:
        return ""
    middle, half = (shown["low"] + shown["high"]) / 2.0, (shown["high"] - shown["low"]) / 2.0
    at = ((shown["value"] - middle) / half).clip(-3.0, 3.0)
    ends = [((shown[end] - middle) / half).clip(-3.0, 3.0).fillna(at) for end in ("low95", "high95")]
    figure = _band_figure(shown, at, ends)
    told = f"{int((at.abs() <= 1).sum())} of {len(shown)} figures lie in their band."
    caption = (
        "Each figure's band is drawn from -1 to 1 (grey); dots are the model, lines its 95 % interval over seeds. What "
        "lies further off than three is drawn at three. Open bands are left out."
    )
    return figure_html(svg_of(figure, "bands", told), caption)


def _band_figure(shown: pd.DataFrame, at: pd.Series, ends: list[pd.Series]) -> PageFigure:
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        figure = PageFigure(figsize=(9.0, 0.6 + 0.155 * len(shown)), layout="constrained")
        axes = figure.add_subplot()
        axes.axvspan(-1.0, 1.0, color=PALE, alpha=0.15, linewidth=0)
        for k in range(len(shown)):
            colour = SCENARIO if abs(at[k]) <= 1 else AGAINST
            axes.plot([ends[0][k], ends[1][k]], [k, k], color=colour, linewidth=1.2)
            axes.plot(at[k], k, "o", color=colour, markersize=3.4)
        axes.set_yticks(range(len(shown)), [_label(row) for row in shown.itertuples()], fontsize=6.5)
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.set_xlim(-3.15, 3.15)
        axes.set_xlabel("distance from the middle of the band, in half bands", color=INK)
        axes.grid(visible=False)
    return figure


def _label(row: Any) -> str:
    where = (
        "" if row.origin == "ALL" else f" {row.origin}" + ("" if row.destination == "ALL" else f" {row.destination}")
    )
    return f"{row.what}{where} {row.period}".strip()
