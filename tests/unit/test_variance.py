"""The parts of a variance: known shares are recovered without bias, and the command crosses what it is asked to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.cli.main import main
from sim.errors import InputError
from sim.schema.variants import STRUCTURE
from sim.studies.stacked import stacked
from sim.studies.variance import GROUPS, KEYS, components, parts_of

MEMBERS, SEEDS = 6, 4
REPEATS = 400


def made(source: np.random.Generator, members: int = MEMBERS, seeds: int = SEEDS) -> np.ndarray:
    """A response of two random factors and two fixed ones (2 and 3 levels) with known parts, one draw of the design.

    y = 2 a_m + 1.5 b_s + A_i + B_j + A'_i B'_j + a_m b_s + c_m A_i + noise, all of mean 0 over the fixed levels.
    """
    a, c = source.normal(size=members), source.normal(size=members)
    b = source.normal(size=seeds)
    first, second = np.array([-1.0, 1.0]), np.array([-1.0, 0.0, 1.0])
    y = 2.0 * a[:, None, None, None] + 1.5 * b[None, :, None, None]
    y = y + 1.2 * first[:, None] + 0.9 * second[None, :] + 0.5 * first[:, None] * second[None, :]
    y = y + a[:, None, None, None] * b[None, :, None, None]
    return y + 0.8 * c[:, None, None, None] * first[None, None, :, None]


TRUE = {
    (0,): 4.0, (1,): 2.25, (0, 1): 1.0, (2,): 1.44, (3,): 0.81 * 2 / 3, (2, 3): 0.25 * 2 / 3, (0, 2): 0.64,
}  # fmt: skip


def test_parts_are_recovered_without_bias():
    """Means over many designs of six members and four seeds; a plain analysis of variance is off by more."""
    source = np.random.default_rng(11)
    found = [components(made(source)) for _ in range(REPEATS)]
    for part in found[0]:
        values = np.array([one[part] for one in found])
        error = values.std() / np.sqrt(REPEATS)
        assert abs(values.mean() - TRUE.get(part, 0.0)) < 4.0 * error + 1e-9, part


def test_the_correction_matters():
    """Seeds' main effect as the variance of seed means holds a sixth of the interaction with members."""
    source = np.random.default_rng(3)
    plain = np.mean([made(source).mean(axis=(0, 2, 3)).var(ddof=1) for _ in range(6000)])
    assert plain > TRUE[(1,)] + 0.08


def lived(values: np.ndarray, structures: list[str]) -> pd.DataFrame:
    """Rows as a study leaves them, of values (members, seeds, structures)."""
    keys = dict(zip(KEYS, ("stock", "RUS", "TJK", "2015", "percent"), strict=True))
    index = np.ndindex(*values.shape)
    return pd.DataFrame(
        [
            {**keys, "member": m + 1, "seed": s + 1, "structure": structures[k], "value": values[m, s, k]}
            for m, s, k in index
        ]
    )


CROSSED = {
    f"{d}-{w}": {"decision": d, "wages": w} for d in ("nested_logit", "satisficing") for w in ("fixed", "responding")
}


def test_the_table_has_known_shares_of_a_large_design():
    """Numbers 4, luck 1, decision 1 (levels -1 and 1), interaction of numbers with wages 2, of 8."""
    source = np.random.default_rng(8)
    a, c, b = source.normal(size=400), source.normal(size=400), source.normal(size=200)
    sign = np.array([-1.0, -1.0, 1.0, 1.0])
    pay = np.array([-1.0, 1.0, -1.0, 1.0])
    y = 2.0 * a[:, None, None] + b[None, :, None] + sign + np.sqrt(2.0) * c[:, None, None] * pay
    table = parts_of(lived(y, list(CROSSED)), CROSSED).set_index("part")
    expected = {"parameters": 0.5, "luck": 0.125, "structure": 0.125, "interactions": 0.25, "decision": 0.125}
    for part, share in (expected | {"parameters x wages": 0.25, "wages": 0.0}).items():
        assert table.loc[part, "share"] == pytest.approx(share, abs=0.05), part
    assert table.loc["parameters", "total"] == pytest.approx(0.75, abs=0.06)
    assert table.loc["structure", "total"] == pytest.approx(0.375, abs=0.06)
    assert table.loc[list(GROUPS), "share"].sum() == pytest.approx(1.0)
    assert table["sd"].iloc[0] == pytest.approx(np.sqrt(8.0), rel=0.1)
    assert 0.0 < table.loc["parameters", "error"] < 0.1


def test_structures_that_are_no_factorial_are_one_factor():
    some = {name: CROSSED[name] for name in list(CROSSED)[:3]}
    values = np.random.default_rng(1).normal(size=(5, 3, 3))
    table = parts_of(lived(values, list(some)), some)
    assert set(table["part"]) == {*GROUPS, "parameters x luck", "parameters x structure", "luck x structure",
                                  "parameters x luck x structure"}  # fmt: skip


def test_one_member_or_a_missing_cell_is_refused():
    values = np.random.default_rng(1).normal(size=(3, 3, 4))
    with pytest.raises(InputError, match="two of each, all crossed"):
        parts_of(lived(values[:1], list(CROSSED)), CROSSED)
    with pytest.raises(InputError, match="two of each, all crossed"):
        parts_of(lived(values, list(CROSSED)).query("member != 2 or seed != 2"), CROSSED)


def test_the_figure_has_bars_that_fill_the_whole():
    values = np.random.default_rng(1).normal(size=(5, 3, 4))
    (ax,) = stacked(parts_of(lived(values, list(CROSSED)), CROSSED), {"TJK": "Tajikistan"}).axes
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(1.0)
    assert min(bar.get_width() for bar in ax.patches) >= 0.0


ASKED = ("population.scale=0.0003", "population.burn_in=3", "seeds=2", "members=2", "learning=mixed", "threads=1")


def test_the_command_crosses_the_design_and_goes_on_where_it_was(tmp_path, capsys):
    folder = tmp_path / "study"
    asked = ["variance", *ASKED, "sample=prior", f"output={folder}"]
    assert main([*asked, "decision=nested_logit,satisficing", "wages=fixed"]) == 0
    before = {path.name: path.stat() for path in (folder / "parts").iterdir()}
    assert len(before) == 4
    assert main([*asked, "decision=nested_logit,satisficing"]) == 0
    after = {path.name: path.stat() for path in (folder / "parts").iterdir()}
    assert len(after) == 8
    assert {name: after[name] for name in before} == before
    assert "Percent of the variance" in capsys.readouterr().out
    outcomes = pd.read_csv(folder / "outcomes.csv")
    assert outcomes.groupby(["structure", "member", "seed"]).ngroups == 2 * 2 * 2 * 2
    table = pd.read_csv(folder / "variance.csv", dtype={"period": str})
    assert {"decision", "wages", "decision x wages", *GROUPS} <= set(table["part"])
    assert (folder / "variance.svg").read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (["decision=satisfising"], "structure.decision is 'satisfising', which is no variant. Nearest: satisficing."),
        (["members=1"], "members is 1"),
        (["members=many"], "members is 'many'"),
        (["seeds=1"], "seeds is 1. Allowed: 2 or more: of one seed luck cannot be told."),
        (["structure.decision=satisficing"], "structure is what is crossed."),
        (["members=2", "members=3"], "members is given twice"),
        (["memebrs=3"], "memebrs is not"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(given, line, tmp_path, capsys):
    assert main(["variance", *given, f"output={tmp_path / 'none'}"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {line}")
    assert told.count("\n") == 1
    assert not (tmp_path / "none").exists()


def test_all_variants_are_crossed_by_default():
    from small_worlds import scenario

    from sim.cli.commands.variance import _structures

    made = _structures(scenario(), {})
    assert len(made) == np.prod([len(variants) for variants in STRUCTURE.values()]) == 24
    assert made["nested_logit-mixed-fixed"].structure == {}
    assert len({one.digest for one in made.values()}) == 24
