"""Why did remittances fall in 2015? ``python experiments/rouble_2014/run.py``, from the folder of the project.

Shares the fall out among the rouble, Russian demand, law, diversion and information (`sim decompose`), and writes
``shapley.csv``, ``interactions.csv`` and ``figure.svg`` beside itself. What is lived is kept in
``results/rouble_2014/``: stopped, it goes on where it was.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sim.cli.main import main as sim
from sim.output.durable import replace_file

FOLDER = Path(__file__).resolve().parent
KEPT = Path("results") / "rouble_2014"
MADE = {"shapley.csv": "shapley.csv", "interactions.csv": "interactions.csv", "waterfall.svg": "figure.svg"}


def study(config: dict[str, Any], folder: Path, kept: Path = KEPT) -> None:
    """Live the worlds and put what was made into `folder`."""
    sizes = (f"population.scale={config['scale']}", f"seeds={config['seeds']}", f"since={config['since']}")
    if sim(("decompose", *sizes, f"output={kept}")) != 0:
        raise SystemExit("sim decompose failed")
    for made, name in MADE.items():
        replace_file(folder / name, (kept / made).read_bytes())


if __name__ == "__main__":
    study(yaml.safe_load((FOLDER / "config.yaml").read_text()), FOLDER)
