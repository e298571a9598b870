"""A page of the house: one HTML file that works offline, with nothing fetched from anywhere and no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

Section = tuple[str, str, str]
"""Anchor, title and content of a section; the content is HTML."""


def page_html(title: str, header: str, sections: Iterable[Section]) -> str:
    """A page with a header, contents, and the sections that hold anything.

    Parameters
    ----------
    title
        Plain text, for the browser.
    header
        HTML, above the contents.
    sections
        In their order.
    """
    css = files("sim.output").joinpath("report.css").read_text(encoding="utf-8")
    parts = [part for part in sections if part[2]]
    body = "\n".join(f'<section id="{name}"><h2>{head}</h2>{content}</section>' for name, head, content in parts)
    style = f"<title>{escape(title)}</title><style>{css}</style>"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{style}'
    main = f"<main>{header}{_contents(parts)}{body}</main>"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{main}</body></html>\n'


def header_html(title: str, question: str, facts: Iterable[tuple[str, str]]) -> str:
    """A heading, the question under it, and facts in a row; plain text."""
    told = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts if value)
    heading = f'<h1>{escape(title)}</h1><p class="question">{escape(question)}</p>'
    return f'<header>{heading}<dl class="facts">{told}</dl></header>'


def table_html(
    columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = (), name: str = ""
) -> str:
    """A table of plain text; columns named in `numbers` stand to the right, the first column heads its row."""
    right = [' class="num"' if column in numbers else "" for column in columns]
    head = "".join(f'<th scope="col"{at}>{escape(column)}</th>' for column, at in zip(columns, right, strict=True))
    lines = []
    for row in rows:
        cells = [f"<td{at}>{escape(cell)}</td>" for cell, at in zip(row[1:], right[1:], strict=True)]
        lines.append(f'<tr><th scope="row">{escape(row[0])}</th>{"".join(cells)}</tr>')
    kind = f' class="{name}"' if name else ""
    return f'<div class="wide"><table{kind}><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def figure_html(drawn: str, caption: str) -> str:
    """A figure, an inline SVG, with its caption."""
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


def _contents(parts: Iterable[Section]) -> str:
    items = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in parts)
    return f'<nav aria-label="Contents"><ol>{items}</ol></nav>'
