"""The report: one HTML file that works offline, with nothing fetched from anywhere and no script.

The same comparison gives the same bytes: there is no date in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from sim.measures import MEASURES
from sim.output.comparison import over_worlds, places
from sim.output.drawing import svg_of
from sim.output.durable import replace_file
from sim.output.evidence_table import evidence_html
from sim.output.figures import comparison_figure
from sim.output.groups import group_changes, group_figure, hardest_hit
from sim.output.misinformation_told import misinformation_html
from sim.output.page import figure_html, header_html, page_html
from sim.output.policy_tables import policies_html
from sim.output.report_tables import full_table, headline_table, shift_table, sources_table
from sim.output.result import Comparison
from sim.output.shifts import place_shifts, shift_display, shift_svg
from sim.output.words import display_of, row_of, summary_sentences, title_of

AWARENESS = tuple(name for name in MEASURES if name.startswith("aware_") and MEASURES[name].unit == "percent")
_TIME_FIGURES = (
    ("stocks", "Migrants by destination", ("stock",), True),
    ("moves", "Departures and returns", ("departures", "returns"), False),
    ("remittances", "Remittances", ("remittances_true", "remittances_true_real"), False),
    ("bans", "Banned, and banned without knowing it", ("banned", "unaware_banned"), False),
    ("trips", "Wasted trips, and money lost at the border", ("refused", "border_loss"), False),
    ("aware", "Who has heard of what, and who of the banned knows", AWARENESS, False),
    ("work", "Who has heard of work abroad", ("aware_of_work",), True),
    ("beliefs", "How wrong beliefs about wages are", ("belief_error",), False),
    ("jobless", "Returned and without work", ("jobless_returnees", "joblessness_12"), False),
    ("poverty", "Poverty", ("poverty",), False),
)
_CONTENTS = (
    ("summary", "Summary"), ("headline", "Headline figures"), ("time", "Over time"),
    ("shift", "Who went where instead"), ("groups", "Who is hit most"),
    ("policies", "Whom the policies met, and what they cost"), ("misinformation", "What not knowing cost"),
    ("all", "Full comparison"),
    ("reading", "How to read this"), ("sources", "Sources"),
)  # fmt: skip
_BAND = "Lines: mean over seeds; bands: nine seeds in ten."
_ONE_SEED = "Lines: the one seed of each run, so no bands."
_SHIFT = (
    "Both runs of a pair hold the same people with the same luck, so the difference is people who are elsewhere, not "
    "other people. Ribbons lead from the places with fewer to those with more, shared out in proportion; their widths "
    "have one scale."
)
_BARS = (
    "Difference in the rate of each group, with its 95\u00a0% interval. Orange-red: lower; blue: higher. Workers "
    "change their regime of stay between scenarios, so those rows compare different people."
)
_READING = (
    (
        "Difference",
        "is {scenario} minus {against}, each averaged over the months shown. Figures are at population size.",
    ),
    (
        "Paired seeds.",
        "Each seed is one possible course of chance: who loses a job, who is checked, who hears what from whom. Both "
        "scenarios are run with the same seeds, and every household meets the same luck in both. What chance does to "
        "both alike falls out of the difference; what is left is what the scenario does.",
    ),
    (
        "Independent seeds",
        "is the number of runs a side that would have been needed for as narrow an interval without shared luck.",
    ),
)

_OF_LUCK = (
    "95\u00a0% interval.",
    "Were the whole comparison repeated many times with other seeds, about 95 in 100 such intervals would hold the "
    "mean difference of endlessly many seeds. It tells how far chance inside the model blurs the result. It does "
    "not tell how far the model itself may be wrong: what is tagged assumed, and the limits listed under Sources, "
    "come on top.",
)
_OF_WORLDS = (
    "95\u00a0% interval.",
    "Each seed is also another world: its numbers are a member of the sample that agrees with what the model was "
    "fitted to, the same on both sides. Of further worlds like these, about 95 in 100 would show a difference inside "
    "the interval: it holds luck and what is not known of the numbers. What the model leaves out, and the limits "
    "listed under Sources, come on top. More seeds make it surer, not narrower.",
)


def write_report(comparison: Comparison, path: str | Path) -> Path:
    """Write the report of a comparison, whole or not at all."""
    path = Path(path)
    replace_file(path, report_html(comparison).encode())
    return path


def report_html(comparison: Comparison) -> str:
    """The report of a comparison as one self-contained page."""
    sections = (
        _summary, _headline, _over_time, _shift, _groups, policies_html, misinformation_html, _full, _reading, _foot,
    )  # fmt: skip
    made = zip(_CONTENTS, (make(comparison) for make in sections), strict=True)
    return page_html(comparison.title, _title(comparison), [(name, title, content) for (name, title), content in made])


def _title(comparison: Comparison) -> str:
    names = [escape(run.name) for run in (comparison.scenario, comparison.against)]
    question = str(comparison.scenario.meta.get("scenario", {}).get("question", ""))
    return header_html(f'{names[0]} <span class="vs">against</span> {names[1]}', question, _facts(comparison))


def _facts(comparison: Comparison) -> Iterator[tuple[str, str]]:
    meta = comparison.scenario.meta
    region = meta.get("region", {})
    months = comparison.scenario.corridors["month"]
    seeds = len(comparison.scenario.seeds)
    scale = meta.get("scenario", {}).get("population", {}).get("scale")
    yield "Region", str(region.get("title") or region.get("name", ""))
    yield "Months", f"{_month(comparison.first or months.min())} to {_month(comparison.last or months.max())}"
    yield "Seeds", f"{seeds}, paired" if seeds > 1 else "1"
    yield "Scale", f"1 agent for {1 / scale:,.0f} households" if scale else ""
    yield "Code version", _version(meta)
    yield "Data pack", str(region.get("digest", ""))[:12]


def _summary(comparison: Comparison) -> str:
    sentences = summary_sentences(comparison, hardest_hit(comparison))
    first, second = escape(comparison.scenario.name), escape(comparison.against.name)
    lead = f"<p>What changes under <b>{first}</b>, compared with <b>{second}</b>:</p>"
    return f'{lead}<ul class="summary">{"".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)}</ul>'


def _headline(comparison: Comparison) -> str:
    return headline_table(comparison)


def _over_time(comparison: Comparison) -> str:
    out = []
    for name, title, wanted, by_destination in _TIME_FIGURES:
        measures = [measure for measure in wanted if _anything(comparison, measure)]
        if measures:
            figure = comparison_figure(comparison, measures, by_destination)
            caption = f"{_prose(measures)} {_BAND if len(comparison.scenario.seeds) > 1 else _ONE_SEED}"
            out.append(
                f"<h3>{title}</h3>{figure_html(svg_of(figure, name, _alt(comparison, title, measures)), caption)}"
            )
    return "".join(out)


def _anything(comparison: Comparison, measure: str) -> bool:
    """Whether either run has the measure at all, and not only as nothing."""
    runs = comparison.scenario.origins, comparison.against.origins
    return all(measure in frame for frame in runs) and any((frame[measure] > 0).any() for frame in runs)


def _shift(comparison: Comparison) -> str:
    shifts = place_shifts(comparison)
    moved = [
        f"{comparison.scenario.place(row.origin)}, {row.destination}: {row.difference:+,.0f}"
        for row in shifts.itertuples()
    ]
    drawn = shift_svg(comparison, shifts, f"Net shift in person-months a year. {'; '.join(moved)}.")
    lead = f"Net shift from {comparison.against.name} to {comparison.scenario.name}, {shift_display(shifts).unit}."
    return figure_html(drawn, f"{lead} {_SHIFT}") + shift_table(comparison, shifts)


def _groups(comparison: Comparison) -> str:
    if comparison.scenario.categories.empty:
        return "<p>The run holds no quarter's end, and groups of people are counted then.</p>"
    alt = "Bars of the difference by group of people"
    drawn = svg_of(group_figure(group_changes(comparison)), "people", f"{alt}, all origins together.")
    out = [figure_html(drawn, _BARS)]
    origins = places(comparison.scenario.categories, "origin")
    for number, origin in enumerate(origins if len(origins) > 1 else []):
        name = comparison.scenario.place(origin)
        drawn = svg_of(group_figure(group_changes(comparison, origin)), f"people{number}", f"{alt}, {name}.")
        out.append(
            f"<details><summary>{escape(name)}</summary>{figure_html(drawn, f'{name} alone. {_BARS}')}</details>"
        )
    return "".join(out)


def _full(comparison: Comparison) -> str:
    title = f"Every measure, origin and destination ({len(comparison.table)} rows)"
    return f"<details><summary>{title}</summary>{full_table(comparison)}</details>"


def _reading(comparison: Comparison) -> str:
    worlds = over_worlds(comparison.scenario)
    names = {"scenario": comparison.scenario.name, "against": comparison.against.name}
    told = (*_READING[:2], _OF_WORLDS if worlds else _OF_LUCK, *_READING[2:])
    parts = (f"<p><b>{head}</b> {escape(text.format(**names))}</p>" for head, text in told)
    return "".join(parts)


def _foot(comparison: Comparison) -> str:
    meta = comparison.scenario.meta
    caveats = "".join(f"<li>{escape(str(caveat))}</li>" for caveat in meta.get("caveats", []))
    sources = meta.get("sources")
    cite = meta.get("citation") or f"labour-migration-sim {_version(meta)}".strip()
    out = [sources_table(sources) if sources else "<p>The runs carry no table of sources.</p>"]
    out.append(evidence_html(comparison))
    out += [f"<h3>What to be careful with</h3><ul>{caveats}</ul>"] if caveats else []
    out.append(f"<h3>How to cite</h3><p>{escape(str(cite))}</p>")
    out += [f"<h3>How this was made</h3><pre>{escape(str(meta['command']))}</pre>"] if meta.get("command") else []
    return f"<footer>{''.join(out)}</footer>"


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
            means = (display.show(mean) for mean in (row.scenario_mean, row.against_mean))
            names = (comparison.scenario.name, comparison.against.name)
            pair = ", ".join(f"{mean} under {name}" for mean, name in zip(means, names, strict=True))
            told.append(f"{comparison.scenario.place(origin)} {pair}")
        told.append(f"in {display.unit}")
    return f"{title} over time. On average: {'; '.join(told)}."


def _month(month: Any) -> str:
    return f"{pd.Timestamp(month):%B %Y}"


def _version(meta: Mapping[str, Any]) -> str:
    return str(meta.get("versions", {}).get("labour-migration-sim", ""))
