"""Open the page for workshops: lessons and free play in a browser, without internet.

USAGE
  sim workshop [key=value ...]
  sim workshop export [output=DIR] [lesson=NAME,NAME]

KEYS (default)
  port=P         port to listen on; the next free one is taken where it is in use, and told (8601)
  browser=false  open no browser; for scripts (true)
  address=A      address to listen on; with another than 127.0.0.1 everybody in the same network can open the page and
                 use this computer's processors (127.0.0.1)
  language=L     language the page opens in: en, ru, tg, ky, uz (en)
  deadline=S     seconds a world may take before it is stopped; more for a slow or busy computer, 1 to 600 (20)
  export: output=DIR   folder for the files (results/lessons)
          lesson=L     lessons to write: rouble, ban, inform, kazakhstan, union (all)

  Needs the extra `workshop` (streamlit, vl-convert-python): python -m pip install "labour-migration-sim[workshop]"
  The first start on a computer compiles the model, some 20 seconds; the page says so. Stop with Ctrl-C.

OPTIONS
  --help   this page

EXAMPLES
  sim workshop
  sim workshop port=8601 browser=false
  sim workshop language=ru
  sim workshop export output=lessons

FILES WRITTEN
  sim workshop: worlds and a checkpoint of the history, in the user's cache (SIM_WORKSHOP_CACHE names another folder)
  sim workshop export: DIR/LESSON.html, a file a lesson with its runs inside; a double click opens it, no program needed

EXIT STATUS
  0 done; 2 bad input; 130 interrupted
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.cli.commands import require_extra, split_options
from sim.errors import InputError, nearest_name, unknown_name

KEYS = {"port": "8601", "browser": "true", "address": "127.0.0.1", "language": "en", "deadline": "20"}
EXPORT_KEYS = {"output": "results/lessons", "lesson": ""}


def main(arguments: Sequence[str]) -> int:
    """Open the page, or write the lessons as files."""
    _, rest = split_options(arguments, ())
    if rest and rest[0] == "export":
        return _export(_given(rest[1:], EXPORT_KEYS))
    given = _given(rest, KEYS)
    port, address = _whole("port", given["port"], 1024, 65535), given["address"]
    deadline = _whole("deadline", given["deadline"], 1, 600)
    if given["browser"] not in ("true", "false"):
        raise InputError("browser", f"is {given['browser']!r}", "true or false")
    require_extra("workshop", "workshop", "streamlit")
    from sim.workshop.server import check_address, serve
    from sim.workshop.words import LANGUAGES

    if given["language"] not in LANGUAGES:
        raise unknown_name("language", given["language"], LANGUAGES, "language")
    check_address(address)
    serve(port, address, given["browser"] == "true", given["language"], float(deadline))
    return 0


def _given(arguments: Sequence[str], known: dict[str, str]) -> dict[str, str]:
    given = dict(known)
    for argument in arguments:
        key, equals, value = argument.partition("=")
        if not equals:
            raise InputError(repr(argument), "is not key=value", ", ".join(f"{name}=" for name in known))
        if key not in known:
            raise InputError(key, "is not a key", ", ".join(known), nearest_name(key, known))
        given[key] = value
    return given


def _whole(key: str, text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high):
        raise InputError(key, f"is {text!r}", f"a whole number, {low} to {high}")
    return int(text)


def _export(given: dict[str, str]) -> int:
    require_extra("workshop", "workshop", "vl_convert")
    from sim.cli.progress import notice
    from sim.workshop.export import export_lessons
    from sim.workshop.lessons import ORDER

    names = [name.strip() for name in given["lesson"].split(",") if name.strip()] or list(ORDER)
    for name in names:
        if name not in ORDER:
            raise unknown_name("lesson", name, ORDER, "lesson")
    for path in export_lessons(names, Path(given["output"]), notice):
        notice(f"written: {path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0
