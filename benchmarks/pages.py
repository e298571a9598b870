"""Ten pages open in one real browser on this machine, each with a world of its own, and every one moves a control.

Server, workers, browser and pages share the processors. Timed in the page, from the key to the new sentence. It needs
what the tests of the page need: Playwright, and Debian's Chromium.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, arguments, report

PAGES, MOVES = 10, 3
SETTLING = 30.0
"""Seconds for the lessons' worlds, which a server makes when it starts."""
BAN = '[data-testid="stExpander"] [data-testid="stSlider"] >> nth=1'
WATCH = """() => {
  const before = document.querySelector('.said').innerText;
  window.begun = window.answered = 0;
  addEventListener('keydown', () => { window.begun = window.begun || Date.now() }, true);
  window.watching?.disconnect();
  window.watching = new MutationObserver(() => {
    const said = document.querySelector('.said');
    if (said && said.innerText !== before) window.answered = window.answered || Date.now();
  });
  window.watching.observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def answers() -> list[list[float]]:
    """Seconds until each page has answered, for each move."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "workshop"))
    from in_browser import browser, server, watched

    with ExitStack() as stack:
        cache = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address, opened = stack.enter_context(server(cache)), stack.enter_context(browser())
        pages: list[Any] = [stack.enter_context(watched(opened)) for _ in range(PAGES)]
        for index, one in enumerate(pages):
            choice = f"rouble%3D{10 * (index % 5)}%26border%3D{(70, 90)[index // 5]}%26luck%3D1%26runs%3D10"
            one.page.goto(f"{address}/?view=free&picture=abroad&a={choice}")
        for one in pages:
            one.settled()
        time.sleep(SETTLING)
        return [_moved(pages) for _ in range(MOVES)]


def _moved(watched: list[Any]) -> list[float]:
    """Move the ban in all pages; seconds until each has answered, with the first runs of its world or with all."""
    pages = [one.settled() for one in watched]
    for page in pages:
        page.evaluate(WATCH)
        page.locator(BAN).get_by_role("slider").focus()
    for page in pages:
        page.keyboard.press("ArrowRight")
    while not all(page.evaluate("() => window.answered") for page in pages):
        time.sleep(1.0)  # asking takes time from the pages
    return [page.evaluate("() => window.answered - window.begun") / 1000 for page in pages]


def figures() -> list[Figure]:
    """The first and the last of the ten to answer."""
    moves = answers()
    told = f"{PAGES} pages in one browser"
    return [
        Figure.of(f"{told}: the first to answer", [min(seconds) for seconds in moves], "seconds"),
        Figure.of(f"{told}: the last to answer", [max(seconds) for seconds in moves], "seconds"),
    ]


def main() -> None:
    """Measure and print."""
    report("pages", figures(), arguments(__doc__ or "").json)


if __name__ == "__main__":
    main()
