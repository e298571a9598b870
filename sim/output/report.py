"""The report: one HTML file that works offline, with nothing fetched from anywhere and no script.

The same comparison gives the same bytes: there is no date in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from sim.measures import MEASURES
from sim.output.comparison import places
from sim.output.durable import replace_file
from sim.output.figures import comparison_figure, svg_of
from sim.output.groups import group_changes, group_figure, hardest_hit
from sim.output.report_tables import full_table, headline_table, shift_table, sources_table
from sim.output.result import Comparison
from sim.output.shifts import place_shifts, shift_svg
from sim.output.words import display_of, row_of, summary_sentences, title_of

_TIME_FIGURES = (
    ("stocks", "Migrants by destination", ("stock",), True),
    ("moves", "Departures and returns", ("departures", "returns"), False),
    ("remittances", "Remittances", ("remittances_true", "remittances_true_real"), False),
    ("bans", "Banned, and banned without knowing it", ("banned", "unaware_banned"), False),
    ("jobless", "Returned and without work", ("jobless_returnees", "joblessness_12"), False),
    ("poverty", "Poverty", ("poverty",), False),
)
_CONTENTS = (
    ("summary", "Summary"), ("headline", "Headline figures"), ("time", "Over time"), ("shift", "Who went where instead"),
    ("groups", "Who is hit most"), ("all", "Full comparison"), ("reading", "How to read this"), ("sources", "Sources"),
)  # fmt: skip
_BAND = "Lines: mean over seeds; bands: nine seeds in ten."


def write_report(comparison: Comparison, path: str | Path) -> Path:
    """Write the report of a comparison, whole or not at all."""
    path = Path(path)
    replace_file(path, report_html(comparison).encode())
    return path


def report_html(comparison: Comparison) -> str:
    """The report of a comparison as one self-contained page."""
    css = files("sim.output").joinpath("report.css").read_text(encoding="utf-8")
    sections = (_summary, _headline, _over_time, _shift, _groups, _full, _reading, _foot)
    parts = zip(_CONTENTS, sections, strict=True)
    body = "\n".join(f'<section id="{name}"><h2>{title}</h2>{make(comparison)}</section>' for (name, title), make in parts)
    title = f"{escape(comparison.scenario.name)} against {escape(comparison.against.name)}"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    page = f"<main>{_title(comparison)}{_contents()}{body}</main>"
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{css}</style></head>\n<body>{page}</body></html>\n'


def _title(comparison: Comparison) -> str:
    meta = comparison.scenario.meta
    names = [escape(run.name) for run in (comparison.scenario, comparison.against)]
    question = escape(str(meta.get("scenario", {}).get("question", "")))
    facts = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in _facts(comparison) if value)
    heading = f'<h1>{names[0]} <span class="vs">against</span> {names[1]}</h1>'
    return f'<header>{heading}<p class="question">{question}</p><dl class="facts">{facts}</dl></header>'


def _facts(comparison: Comparison) -> Iterator[tuple[str, str]]:
    meta = comparison.scenario.meta
    months = comparison.scenario.corridors["month"]
    first, last = comparison.first or months.min(), comparison.last or months.max()
    yield "Region", _text(meta.get("region"))
    yield "Months", f"{_month(first)} to {_month(last)}"
    yield "Seeds", f"{len(comparison.scenario.seeds)}, paired" if len(comparison.scenario.seeds) > 1 else "1"
    yield "Scale", f"1 agent for {1 / meta['scale']:,.0f} households" if meta.get("scale") else ""
    yield "Code", _text(meta.get("versions", {}).get("sim"))
    yield "Data pack", str(meta.get("pack_digest", ""))[:12]


def _contents() -> str:
    items = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title in _CONTENTS)
    return f'<nav aria-label="Contents"><ol>{items}</ol></nav>'


def _summary(comparison: Comparison) -> str:
    sentences = summary_sentences(comparison, hardest_hit(comparison))
    lead = f"<p>What changes under <b>{escape(comparison.scenario.name)}</b>, compared with <b>{escape(comparison.against.name)}</b>:</p>"
    return f'{lead}<ul class="summary">{"".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)}</ul>'


def _headline(comparison: Comparison) -> str:
    return headline_table(comparison)


def _over_time(comparison: Comparison) -> str:
    out = []
    for name, title, wanted, by_destination in _TIME_FIGURES:
        measures = [measure for measure in wanted if measure in comparison.scenario.origins]
        if measures:
            figure = comparison_figure(comparison, measures, by_destination)
            caption = f"{_prose(measures)} {_BAND}"
            out.append(f"<h3>{title}</h3>{_figure(svg_of(figure, name, _alt(comparison, title, measures)), caption)}")
    return "".join(out)


def _shift(comparison: Comparison) -> str:
    shifts = place_shifts(comparison)
    moved = [f"{comparison.scenario.place(row.origin)}, {row.destination}: {row.difference:+,.0f}" for row in shifts.itertuples()]
    drawn = shift_svg(comparison, shifts, f"Net shift in person-months a year. {'; '.join(moved)}.")
    caption = (
        f"Net shift in person-months a year from {comparison.against.name} to {comparison.scenario.name}. Both runs of a pair hold the "
        "same people with the same luck, so the difference is people who are elsewhere, not other people. Ribbons lead from the places "
        "with fewer to those with more, shared out in proportion; their widths have one scale."
    )
    return _figure(drawn, caption) + shift_table(comparison, shifts)


def _groups(comparison: Comparison) -> str:
    caption = (
        "Difference in the rate of each group, with its 95\u00a0% interval. Orange-red: lower, blue: higher. Workers change their "
        "regime of stay between scenarios, so those rows compare different people."
    )
    figure = group_figure(group_changes(comparison))
    out = [_figure(svg_of(figure, "people", "Bars of the difference by group of people; the numbers are in categories.parquet."), caption)]
    origins = places(comparison.scenario.categories, "origin")
    for origin in origins if len(origins) > 1 else []:
        name = comparison.scenario.place(origin)
        figure = group_figure(group_changes(comparison, origin))
        drawn = svg_of(figure, f"people-{origin}", f"Bars of the difference by group of people, {name}.")
        out.append(f"<details><summary>{escape(name)}</summary>{_figure(drawn, f'{name} alone. {caption}')}</details>")
    return "".join(out)


def _full(comparison: Comparison) -> str:
    return f"<details><summary>Every measure, origin and destination ({len(comparison.table)} rows)</summary>{full_table(comparison)}</details>"


def _reading(comparison: Comparison) -> str:
    first, second = escape(comparison.scenario.name), escape(comparison.against.name)
    return (
        f"<p><b>Difference</b> is {first} minus {second}, each averaged over the months shown. Figures are at population size.</p>"
        "<p><b>Paired seeds.</b> Each seed is one possible history of chance: who loses a job, who is checked, who hears what from whom. "
        "Both scenarios are run with the same seeds, and every household meets the same luck in both. What chance does to both alike "
        "falls out of the difference; what is left is what the scenario does.</p>"
        "<p><b>95\u00a0% interval.</b> Were the whole comparison repeated with other seeds many times, about 95 in 100 such intervals would hold "
        "the mean difference that endlessly many seeds would give. It tells how far chance inside the model blurs the result. It does not tell how "
        "far the model itself may be wrong: the parameters tagged assumed, and the limits listed below, come on top.</p>"
        "<p><b>Independent seeds</b> is the number of runs a side that would have been needed for as narrow an interval without shared luck.</p>"
    )


def _foot(comparison: Comparison) -> str:
    meta = comparison.scenario.meta
    caveats = "".join(f"<li>{escape(str(caveat))}</li>" for caveat in meta.get("caveats", []))
    out = [sources_table(meta.get("sources", []))] if meta.get("sources") else ["<p>The runs carry no table of sources.</p>"]
    out += [f"<h3>What to be careful with</h3><ul>{caveats}</ul>"] if caveats else []
    cite = meta.get("citation") or f"labour-migration-sim {_text(meta.get('versions', {}).get('sim'))}".strip()
    out.append(f"<h3>How to cite</h3><p>{escape(str(cite))}</p>")
    out += [f"<h3>How this was made</h3><pre>{escape(str(meta['command']))}</pre>"] if meta.get("command") else []
    return f"<footer>{''.join(out)}</footer>"


def _figure(drawn: str, caption: str) -> str:
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


def _prose(measures: list[str]) -> str:
    return " ".join(f"{title_of(name)} ({MEASURES[name].unit}): {MEASURES[name].prose}" for name in measures)


def _alt(comparison: Comparison, title: str, measures: list[str]) -> str:
    """What the figure shows, in numbers: the two means of each origin."""
    told = []
    for measure in measures:
        rows = comparison.table[comparison.table["measure"] == measure]
        display = display_of(rows)
        for origin in places(comparison.scenario.origins, "origin"):
            row = row_of(rows, measure, origin)
            pair = f"{display.show(row.scenario_mean)} under {comparison.scenario.name}, {display.show(row.against_mean)} under {comparison.against.name}"
            told.append(f"{comparison.scenario.place(origin)} {pair}")
        told.append(f"in {display.unit}")
    return f"{title} over time. On average: {'; '.join(told)}."


def _month(month: Any) -> str:
    return f"{pd.Timestamp(month):%B %Y}"


def _text(value: Any) -> str:
    return str(value.get("name", "")) if isinstance(value, dict) else "" if value is None else str(value)
