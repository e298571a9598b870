"""How the page looks: calm, wide letters, nothing of the framework's own in the way; larger for a projector."""

from __future__ import annotations

from pathlib import Path

PLAIN, PROJECTED = 18, 25
"""Size of a letter in pixels; everything else follows from it."""

_CSS = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def css(projector: bool) -> str:
    """The style of the page."""
    return f"<style>html {{ font-size: {PROJECTED if projector else PLAIN}px; }}\n{_CSS}</style>"
