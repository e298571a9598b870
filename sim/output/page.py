"""A page of results: one HTML file that works offline, with nothing fetched from anywhere and no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Any

import pandas as pd

from sim.output.numbers import MINUS

Section = tuple[str, str, str]
"""Id, title and content (HTML) of a part of a page; a part without content is left out."""


def page_html(title: str, header: str, sections: Iterable[Section]) -> str:
    """A self-contained page; `header` is HTML, made with :func:`header_html` or otherwise."""
    css = files("sim.output").joinpath("report.css").read_text(encoding="utf-8")
    parts = [part for part in sections if part[2]]
    body = "\n".join(f'<section id="{name}"><h2>{head}</h2>{content}</section>' for name, head, content in parts)
    style = f"<title>{escape(title)}</title><style>{css}</style>"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{style}'
    page = f"<main>{header}{_contents(parts)}{body}</main>"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{page}</body></html>\n'


def header_html(heading: str, question: str, facts: Iterable[tuple[str, str]]) -> str:
    """Heading (HTML), what was asked, and a line of facts, those without a value left out."""
    told = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts if value)
    return f'<header><h1>{heading}</h1><p class="question">{escape(question)}</p><dl class="facts">{told}</dl></header>'


def figure_html(drawn: str, caption: str) -> str:
    """A figure with its caption."""
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


def table_html(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    numbers: Sequence[str] = (),
    name: str = "",
    caption: str = "",
) -> str:
    """A table of plain text; columns named in `numbers` stand to the right, the first column heads its row."""
    right = [' class="num"' if column in numbers else "" for column in columns]
    head = "".join(f'<th scope="col"{at}>{escape(column)}</th>' for column, at in zip(columns, right, strict=True))
    lines = []
    for row in rows:
        cells = [f"<td{at}>{escape(cell)}</td>" for cell, at in zip(row[1:], right[1:], strict=True)]
        lines.append(f'<tr><th scope="row">{escape(row[0])}</th>{"".join(cells)}</tr>')
    kind = f' class="{name}"' if name else ""
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return f'<div class="wide"><table{kind}>{told}{body}</table></div>'


def frame_html(table: pd.DataFrame, caption: str, digits: int = 3) -> str:
    """A data frame as a table: numbers to the right, with so many digits that count."""
    numbers = [name for name in table if table[name].dtype != bool and pd.api.types.is_numeric_dtype(table[name])]
    shown = [
        [rounded(float(row[k]), digits) if name in numbers else _word(row[k]) for k, name in enumerate(table)]
        for row in table.itertuples(index=False)
    ]
    return table_html(list(table), shown, numbers, "frame", caption)


def folded(title: str, content: str) -> str:
    """Content behind a line that opens it."""
    return f"<details><summary>{escape(title)}</summary>{content}</details>"


def rounded(value: float, digits: int = 3) -> str:
    """A number with so many digits that count, thousands apart; nothing for what is no number."""
    if value != value:
        return ""
    text = f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"
    return text.replace("-", MINUS)


def _word(cell: Any) -> str:
    if cell is None:
        return ""
    return {True: "yes", False: "no"}.get(cell, str(cell)) if isinstance(cell, bool) else str(cell)


def _contents(parts: Iterable[Section]) -> str:
    items = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in parts)
    return f'<nav aria-label="Contents"><ol>{items}</ol></nav>'
