"""Whom to inform, with how much money: ``python experiments/information/run.py``, from the folder of the project.

Lives the campaigns of ``config.yaml`` as branches of history, some seeds at a time, and writes ``table.csv`` and
``figure.svg`` beside itself. What each lot of seeds leaves is kept in ``results/information/``: started again, it goes
on where it was, as long as the settings and the program are the same.
"""

from __future__ import annotations

import hashlib
import io
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import yaml
from matplotlib.figure import Figure

import sim
from sim.output.comparison import half_width
from sim.output.drawing import PALETTE, STYLE, Thousands
from sim.output.durable import replace_file
from sim.policies.information_campaign import CHANNELS
from sim.region.shipped import config_folder

FOLDER = Path(__file__).resolve().parent
KEPT = Path("results") / "information"
OUTCOMES = {"refused": "Wasted trips", "bans_imposed": "Bans"}
MEASURES = [*OUTCOMES, "contacted"]
HISTORY = "history"
SAMPLE = "defaults"
"""The study was made before there was a fitted sample: all seeds live with the starting values."""
ALL = "ALL"


def study(config: dict[str, Any], kept: Path, folder: Path) -> pd.DataFrame:
    """Live what is still to be lived, write the table and the figure into `folder`, and return the table."""
    names = write_scenarios(config, kept / "scenarios")
    lots = [live(config, names, first, kept) for first in range(1, config["seeds"] + 1, config["together"])]
    table = tabulate(pd.concat(lots), config)
    replace_file(folder / "table.csv", table.to_csv(index=False, float_format="%.6g").encode())
    draw(table, config, folder / "figure.svg")
    return table


def write_scenarios(config: dict[str, Any], folder: Path) -> list[str]:
    """A scenario file for each campaign, and one for history without any; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    campaign = {"topics": config["topics"], "channel": config["channel"], "during": [config["begins"], config["ends"]]}
    told = {
        f"{seeding}_{heads}": {"information_campaign": {**campaign, "seeding": seeding, "heads": heads}}
        for seeding in config["seedings"]
        for heads in config["heads"]
    }
    for name, policies in {HISTORY: {}, **told}.items():
        made = {"defaults": [HISTORY], "question": "Whom to inform?", "policies": policies}
        replace_file(folder / f"{name}.yaml", yaml.safe_dump(made).encode())
    return [str(folder / f"{name}.yaml") for name in [HISTORY, *told]]


def live(config: dict[str, Any], names: list[str], first: int, kept: Path) -> pd.DataFrame:
    """What each campaign comes to with some seeds: sums over the months from its beginning on, by seed and origin.

    Read from what an earlier run has left, if there is anything that still holds.
    """
    count = min(config["together"], config["seeds"] + 1 - first)
    holds = {**config, "seeds": count, "program": digest_of_program()}
    path = kept / f"seeds_{first:03d}.json"
    if path.exists() and (found := json.loads(path.read_bytes()))["holds"] == holds:
        return pd.DataFrame(found["rows"])
    sim.run(
        HISTORY, scale=config["scale"], seeds=count, first_seed=first, until=config["until"], output=kept / "past",
        checkpoint=config["begins"], overrides={"sample": SAMPLE},
    )  # fmt: skip
    rows = []
    for name, run in sim.branch(kept / "past", names).runs.items():
        months = run.origins[run.origins["month"] >= config["begins"]]
        sums = months.astype({"origin": str}).groupby(["seed", "origin"], as_index=False)[MEASURES].sum()
        rows += sums.assign(campaign=name).to_dict("records")
    replace_file(path, json.dumps({"holds": holds, "rows": rows}).encode())
    print(f"lived: seeds {first} to {first + count - 1} of {config['seeds']}", flush=True)
    return pd.DataFrame(rows)


def digest_of_program() -> str:
    """SHA-256 of the package, its data and its law: what was lived under another one does not hold."""
    told = hashlib.sha256()
    package = Path(sim.__file__).resolve().parent
    files = [*package.rglob("*.py"), *package.rglob("*.csv"), *config_folder().rglob("*.csv")]
    for path in sorted({*files, *config_folder().rglob("*.yaml")}):
        told.update(path.read_bytes())
    return told.hexdigest()


def tabulate(lived: pd.DataFrame, config: dict[str, Any]) -> pd.DataFrame:
    """What each campaign averts, against history and against the other ways of choosing, with 95 % paired intervals."""
    whole = lived.groupby(["seed", "campaign"], as_index=False)[MEASURES].sum().assign(origin=ALL)
    by_seed = pd.concat([lived, whole]).set_index(["campaign", "origin", "seed"]).sort_index()
    price = CHANNELS[config["channel"]][0]
    rows = []
    for heads in config["heads"]:
        pairs = [(seeding, HISTORY) for seeding in config["seedings"]] + list(combinations(config["seedings"], 2))
        for seeding, other in pairs:
            for origin in [*lived["origin"].unique(), ALL]:
                reference = other if other == HISTORY else f"{other}_{heads}"
                one, two = by_seed.loc[f"{seeding}_{heads}", origin], by_seed.loc[reference, origin]
                spent = price * (one["contacted"] - (0.0 if other == HISTORY else two["contacted"]))
                for outcome in OUTCOMES:
                    averted = two[outcome] - one[outcome]
                    row = {"heads": heads, "seeding": seeding, "against": other, "outcome": outcome, "origin": origin}
                    row |= {"contacts": one["contacted"].mean(), **interval("averted", averted)}
                    per_1000 = 1000.0 * averted / spent if other == HISTORY else averted * np.nan
                    rows.append({**row, **interval("per_1000_usd", per_1000), "seeds": len(averted)})
    return pd.DataFrame(rows)


def interval(name: str, values: pd.Series) -> dict[str, float]:
    """Mean over seeds, and the ends of its 95 % interval."""
    half = float(half_width(np.array([values.var()]), np.array([values.count()]))[0])
    return {name: values.mean(), f"{name}_low95": values.mean() - half, f"{name}_high95": values.mean() + half}


def as_markdown(table: pd.DataFrame, outcome: str) -> str:
    """What each campaign averts of an outcome, all origins together, as a table for the README."""
    whole = table[(table["origin"] == ALL) & (table["against"] == HISTORY) & (table["outcome"] == outcome)]
    lines = ["| contacts a month | whom | averted | per 1,000 USD |", "| ---: | --- | ---: | ---: |"]
    for row in whole.itertuples():
        averted = f"{row.averted:,.0f} ({row.averted_low95:,.0f} to {row.averted_high95:,.0f})"
        each = f"{row.per_1000_usd:.1f} ({row.per_1000_usd_low95:.1f} to {row.per_1000_usd_high95:.1f})"
        lines.append(f"| {row.heads:,} | {row.seeding.replace('_', ' ')} | {averted} | {each} |")
    return "\n".join(lines)


def draw(table: pd.DataFrame, config: dict[str, Any], path: Path) -> None:
    """Averted against money spent, all origins together, a panel an outcome."""
    whole = table[(table["origin"] == ALL) & (table["against"] == HISTORY)]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.2, 3.1), layout="constrained")
        for axes, (outcome, title) in zip(figure.subplots(1, 2), OUTCOMES.items(), strict=True):
            for position, seeding in enumerate(config["seedings"]):
                rows = whole[(whole["outcome"] == outcome) & (whole["seeding"] == seeding)]
                spent = CHANNELS[config["channel"]][0] * rows["contacts"] / 1e6 * 1.05 ** (position - 1.5)
                ends = (rows["averted"] - rows["averted_low95"]).to_numpy()
                axes.errorbar(
                    spent, rows["averted"], ends, color=PALETTE[position], marker="o", ms=3.5, lw=1.2,
                    label=seeding.replace("_", " "),
                )  # fmt: skip
            axes.set(xscale="log", xlabel="spent, million USD", title=f"{title} averted")
            months = len(pd.period_range(config["begins"], config["ends"], freq="M"))
            budgets = [CHANNELS[config["channel"]][0] * heads * months / 1e6 for heads in config["heads"]]
            axes.set_xticks(budgets, [f"{budget:g}" for budget in budgets])
            axes.minorticks_off()
            axes.axhline(0.0, color="#595959", lw=0.8)
            axes.yaxis.set_major_formatter(Thousands(1000.0))
            axes.set_ylabel("thousand")
        figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=4)
        written = io.BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    replace_file(path, written.getvalue())


def main() -> None:
    """Make the study of ``config.yaml``, and print what all origins together avert."""
    config = yaml.safe_load((FOLDER / "config.yaml").read_text(encoding="utf-8"))
    table = study(config, KEPT, FOLDER)
    for outcome, title in OUTCOMES.items():
        print(f"\n{title}\n\n{as_markdown(table, outcome)}")


if __name__ == "__main__":
    main()
