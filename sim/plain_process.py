"""The process of the mesa engine: reads scenarios from standard input, runs them uncompiled, writes what they leave."""

from __future__ import annotations

import pickle
import sys
from typing import Any

from sim.simulation import run_seeds


def main() -> None:
    """Serve one request: progress frames, then the outcomes."""
    scenarios, region = pickle.load(sys.stdin.buffer)
    out = sys.stdout.buffer

    def tell(kind: str, content: Any) -> None:
        pickle.dump((kind, content), out)
        out.flush()

    tell("done", run_seeds(scenarios, region, lambda months: tell("progress", months)))


if __name__ == "__main__":
    main()
