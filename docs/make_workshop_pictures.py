"""The pictures of the trainer's guide, taken from the running page in a real browser: docs/images/workshop/*.png.

USAGE
  python docs/make_workshop_pictures.py
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "workshop"))

from in_browser import browser, server, watched  # noqa: E402

FREE = {"view": "free", "a": "ban_months=0&luck=1&runs=10", "origin": "TJK", "year": "2016"}
OPENED = "permits=100000&permits_known=60&luck=1&runs=10"
SHOTS: dict[str, tuple[dict[str, str], int]] = {
    "story": ({"view": "rouble"}, 700),
    "guess": ({"view": "rouble", "step": "guess", "guess": "-25"}, 620),
    "answer": ({"view": "rouble", "step": "answer", "guess": "-25"}, 900),
    "answer-ru": ({"view": "rouble", "step": "answer", "guess": "-25", "lang": "ru"}, 900),
    "try": ({"view": "ban", "step": "try"}, 800),
    "household": ({"view": "ban", "step": "household"}, 1250),
    "finding": ({"view": "inform", "step": "finding"}, 900),
    "map": ({**FREE, "picture": "map"}, 960),
    "knowing": ({**FREE, "a": "detection=3&luck=1&runs=10", "picture": "knowing"}, 960),
    "hundred": ({**FREE, "picture": "hundred"}, 1050),
    "two-worlds-ru": ({**FREE, "b": OPENED, "picture": "places", "lang": "ru"}, 960),
    "projector-ru": ({"view": "union", "step": "answer", "guess": "40", "lang": "ru", "projector": "1"}, 1000),
}  # fmt: skip


def main() -> None:
    """Take them all."""
    folder = ROOT / "docs" / "images" / "workshop"
    folder.mkdir(parents=True, exist_ok=True)
    kept = os.environ.get("SIM_WORKSHOP_CACHE")
    with tempfile.TemporaryDirectory() as fresh, server(Path(kept or fresh)) as address, browser() as opened:
        for name, (state, height) in SHOTS.items():
            with watched(opened, width=1400, height=height) as one:
                one.page.goto(f"{address}/?{urlencode(state)}")
                one.settled()
                one.page.wait_for_timeout(1500)
                one.page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    main()
