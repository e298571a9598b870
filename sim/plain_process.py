"""The process of the mesa engine: reads what to run from standard input, runs it uncompiled, writes what it leaves."""

from __future__ import annotations

import pickle
import sys
from typing import Any

from sim.errors import InputError


def main() -> None:
    """Serve one request, a function and what it is given: progress frames, then what it returns."""
    function, given = pickle.load(sys.stdin.buffer)
    out = sys.stdout.buffer

    def tell(kind: str, content: Any) -> None:
        pickle.dump((kind, content), out)
        out.flush()

    try:
        tell("done", function(*given, lambda months: tell("progress", months)))
    except InputError as error:
        tell("refused", (error.where, error.problem, error.allowed, error.nearest))


if __name__ == "__main__":
    main()
