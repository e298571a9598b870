"""Where does an entry ban lower welfare most? From the gathered sweep to a table, a map and the words of the page.

``sim sweep experiments/ban_sweep/config.yaml name=ban_sweep`` makes the runs; this makes ``table.csv``, ``map.svg`` and
``finding.md`` of them. Each point is set against the one without a ban and else the same, seed by seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.output.drawing import PageFigure, svg_of

HERE = Path(__file__).resolve().parent
MONTHS, RAIDS = "policies.reentry_ban.months", "policies.enforcement.raids"
HEADS, SHARE = "policies.information_campaign.heads", "policies.devaluation.share"
AXES = (MONTHS, RAIDS, HEADS, SHARE)
NAMES = {MONTHS: "ban, months", RAIDS: "detection, times", HEADS: "told a month", SHARE: "rouble lost"}
ORIGINS = ("TJK", "KGZ", "UZB")
OUTCOMES = ("welfare", "poor", "remittances_true_real", "stock", "banned")


def outcomes(sweep: pd.DataFrame) -> pd.DataFrame:
    """The swept values, the seed, and the outcomes of each run.

    welfare: consumption at home and abroad, USD a household and month, base prices; poor: percent of households'
    persons, both over the three origins by their households; the others as they are.
    """
    households = sum(sweep[f"households.{origin}"] for origin in ORIGINS)
    made = sweep[[*AXES, "seed"]].copy()
    consumed = sum(
        (sweep[f"consumption.{one}"] + sweep[f"consumption_abroad.{one}"]) * sweep[f"households.{one}"]
        for one in ORIGINS
    )
    made["welfare"] = consumed / households
    made["poor"] = sum(sweep[f"poverty.{one}"] * sweep[f"households.{one}"] for one in ORIGINS) / households
    for name in OUTCOMES[2:]:
        made[name] = sweep[name]
    return made


def against_no_ban(made: pd.DataFrame) -> pd.DataFrame:
    """What a ban changes at each point: mean over seeds of the paired difference, and half of its 95 % interval."""
    others = [RAIDS, HEADS, SHARE, "seed"]
    without = made[made[MONTHS] == 0].drop(columns=MONTHS).set_index(others)
    banned = made[made[MONTHS] > 0].set_index([MONTHS, *others])
    differences = banned - without.reindex(banned.index.droplevel(MONTHS)).to_numpy()
    groups = differences.groupby(list(AXES))
    number = groups.size()
    half = groups.std(ddof=1).mul(stdtrit(number - 1, 0.975) / np.sqrt(number), axis=0)
    table = groups.mean().join(half.add_suffix("_half95"))
    level = without["welfare"].groupby([RAIDS, HEADS, SHARE]).mean()
    table["welfare_without"] = level.reindex(table.index.droplevel(MONTHS)).to_numpy()
    table["welfare_percent"] = 100 * table["welfare"] / table["welfare_without"]
    return table.assign(seeds=number).reset_index()


def by_axis(made: pd.DataFrame) -> pd.DataFrame:
    """Along each axis, the mean difference over all points with a ban, and its 95 % interval over seeds."""
    others = [RAIDS, HEADS, SHARE, "seed"]
    without = made[made[MONTHS] == 0].set_index(others)["welfare"]
    banned = made[made[MONTHS] > 0].set_index([MONTHS, *others])["welfare"]
    difference = (banned - without.reindex(banned.index.droplevel(MONTHS)).to_numpy()).reset_index()
    rows = []
    for axis in AXES:
        seeds = difference.groupby([axis, "seed"])["welfare"].mean().unstack("seed")
        half = seeds.std(axis=1, ddof=1) * stdtrit(seeds.shape[1] - 1, 0.975) / np.sqrt(seeds.shape[1])
        rows += [(NAMES[axis], value, seeds.loc[value].mean(), half[value]) for value in seeds.index]
    return pd.DataFrame(rows, columns=["axis", "value", "welfare", "half95"])


def drawn(table: pd.DataFrame) -> PageFigure:
    """Maps of what a ban does to welfare, over its length and detection; a panel for each rouble and awareness."""
    shares, heads = (sorted(table[axis].unique()) for axis in (SHARE, HEADS))
    shares, heads = [shares[k] for k in (0, len(shares) // 2, -1)], [heads[k] for k in (0, len(heads) // 2, -1)]
    figure = PageFigure(figsize=(8.2, 6.4), layout="constrained")
    panels = figure.subplots(len(heads), len(shares), sharex=True, sharey=True)
    deepest = float(table["welfare"].abs().max())
    for row, told in zip(panels, heads, strict=True):
        for panel, share in zip(row, shares, strict=True):
            cells = table[(table[HEADS] == told) & (table[SHARE] == share)].pivot(
                index=RAIDS, columns=MONTHS, values="welfare"
            )
            shown = panel.imshow(cells, origin="lower", aspect="auto", cmap="PuOr", vmin=-deepest, vmax=deepest)
            panel.set_xticks(range(cells.shape[1]), [f"{value:g}" for value in cells.columns])
            panel.set_yticks(range(cells.shape[0]), [f"{value:g}" for value in cells.index])
            panel.grid(visible=False)
            panel.set_title(f"rouble loses {100 * share:.0f} %, {told:,.0f} told a month", fontsize=8)
    figure.supxlabel("length of the ban, months", fontsize=9)
    figure.supylabel("detection in Russia, times what it was", fontsize=9)
    figure.colorbar(shown, ax=panels, label="change of welfare, USD a household and month", shrink=0.7)
    return figure


def words(table: pd.DataFrame, axes: pd.DataFrame) -> str:
    """The finding, from the table."""
    worst, best = table.loc[table["welfare"].idxmin()], table.loc[table["welfare"].idxmax()]
    below = (table["welfare"] + table["welfare_half95"] < 0).mean()
    above = (table["welfare"] - table["welfare_half95"] > 0).mean()
    lines = [
        f"Of {len(table):,} combinations with a ban, it lowers welfare beyond chance in {100 * below:.0f} % and raises "
        f"it in {100 * above:.0f} % ({int(table['seeds'].min())} seeds each; 95 % intervals of paired differences, one "
        "at a time).",
        "",
        f"It lowers it most, by {_interval(worst)} USD a household and month ({worst['welfare_percent']:.2f} %), with "
        f"{_place(worst)}. The other end, {_interval(best)}, is with {_place(best)}.",
        "",
        "| axis | value | change of welfare, USD a household and month |",
        "| --- | ---: | ---: |",
    ]
    lines += [
        f"| {one.axis} | {one.value:g} | {one.welfare:.3f} "
        f"({one.welfare - one.half95:.3f} to {one.welfare + one.half95:.3f}) |"
        for one in axes.itertuples()
    ]
    return "\n".join(lines) + "\n"


def _interval(row: pd.Series) -> str:
    low, high = row["welfare"] - row["welfare_half95"], row["welfare"] + row["welfare_half95"]
    return f"{row['welfare']:.2f} ({low:.2f} to {high:.2f})"


def _place(row: pd.Series) -> str:
    return (
        f"a ban of {row[MONTHS]:g} months, detection {row[RAIDS]:g} times what it was, {row[HEADS]:,.0f} told a month, "
        f"and a rouble that loses {100 * row[SHARE]:.0f} %"
    )


def main() -> None:
    """Make the table, the map and the finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweep", type=Path, default=Path("results/ban_sweep/sweep.parquet"))
    parser.add_argument("--into", type=Path, default=HERE)
    given = parser.parse_args()
    sweep = pd.read_parquet(given.sweep)
    made = outcomes(sweep[sweep["status"] == "ok"])
    table, axes = against_no_ban(made), by_axis(made)
    table.to_csv(given.into / "table.csv", index=False, float_format="%.6g")
    svg = svg_of(drawn(table), "map", "What a ban does to welfare, by its length and detection")
    (given.into / "map.svg").write_text(
        svg if "xmlns=" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    )
    (given.into / "finding.md").write_text(words(table, axes))
    print(words(table, axes))


if __name__ == "__main__":
    main()
