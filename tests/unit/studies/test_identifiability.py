"""Identifiability on a case whose answer is known: a linear model with normal errors and normal priors.

y = A x + e: three numbers with a prior of variance 1. The first is measured well, the sum of the other two as well, and a
fourth not at all; the posterior is known in closed form, and both samples are drawn from their distributions.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.output.page import page_html
from sim.studies.identifiability import TOGETHER, VERDICTS, identify
from sim.studies.identifiability_pictures import SHOWN, density, identifiability_sections

NAMES = ["alone", "one", "other", "unseen"]
MEMBERS = 4000
MAP = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0]])
ERROR = 0.3


def posterior_of(seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance after seeing two figures."""
    covariance = np.linalg.inv(np.eye(4) + MAP.T @ MAP / ERROR**2)
    return covariance @ MAP.T @ seen / ERROR**2, covariance


@pytest.fixture(scope="module")
def samples() -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(2014)
    mean, covariance = posterior_of(np.array([1.0, 0.5]))
    before = random.normal(size=(MEMBERS, 4))
    after = random.multivariate_normal(mean, covariance, size=MEMBERS)
    return pd.DataFrame(before, columns=NAMES), pd.DataFrame(after, columns=NAMES)[NAMES[::-1]]


def test_contraction_shift_and_correlation_are_those_of_the_closed_form(samples):
    found = identify(*samples)
    table = found.table.set_index("number").loc[NAMES]
    mean, covariance = posterior_of(np.array([1.0, 0.5]))
    np.testing.assert_allclose(table["contraction"], 1.0 - np.diag(covariance), atol=0.06)
    np.testing.assert_allclose(table["shift"], mean, atol=0.06)
    np.testing.assert_allclose(table["posterior_sd"], np.sqrt(np.diag(covariance)), rtol=0.04)
    expected = covariance[1, 2] / covariance[1, 1]
    assert expected < -0.9
    assert table.loc["one", "correlation"] == pytest.approx(expected, abs=0.02)
    assert (table.loc["one", "partner"], table.loc["other", "partner"]) == ("other", "one")


def test_the_verdicts(samples):
    found = identify(*samples)
    assert found.named(VERDICTS[0]) == ["alone"]
    assert set(found.named(VERDICTS[1])) == {"one", "other"}  # half of their variance is left, a little less taken
    assert found.named(VERDICTS[2]) == ["unseen"]
    assert [tuple(row) for row in found.together[["one", "other"]].to_numpy()] == [("one", "other")]
    assert found.together["before"].abs().max() < 0.1


def test_two_samples_of_one_distribution_tell_nothing():
    random = np.random.default_rng(7)
    missed = 0
    for _ in range(40):
        before, after = (pd.DataFrame(random.normal(size=(100, 5)), columns=list("abcde")) for _ in range(2))
        found = identify(before, after)
        missed += len(found.named(VERDICTS[0])) + len(found.named(VERDICTS[1]))
        assert found.together.empty
    assert missed <= 15, "of 200 numbers, some five by chance"


def test_a_number_that_no_longer_varies_is_pinned_down_and_goes_with_none():
    random = np.random.default_rng(1)
    before = pd.DataFrame(random.normal(size=(50, 2)), columns=["still", "free"])
    found = identify(before, before.assign(still=1.0))
    row = found.table.set_index("number").loc["still"]
    assert row["contraction"] == 1.0
    assert row["correlation"] == 0.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: p.rename(columns={"alone": "alon"}), "is in one sample alone"),
        (lambda p: p.head(2), "has 2 members of 4 numbers"),
        (lambda p: p.assign(one=np.nan), "holds what is no number"),
    ],
)
def test_samples_that_do_not_go_together_are_refused(samples, change, told):
    with pytest.raises(InputError, match=told):
        identify(samples[0], change(samples[1]))


def test_a_prior_without_spread_is_refused(samples):
    with pytest.raises(InputError, match="one is the same in all members"):
        identify(samples[0].assign(one=1.0), samples[1])


def test_the_density_is_one_in_all_and_where_the_values_are(samples):
    values, grid = samples[0]["one"].to_numpy(), np.linspace(-6, 6, 1201)
    drawn = density(values, grid)
    assert drawn.sum() * 0.01 == pytest.approx(1.0, abs=1e-3)
    assert drawn[600] == pytest.approx(1 / np.sqrt(2 * np.pi), rel=0.1)


def test_the_sections_say_what_the_table_says(samples):
    found = identify(*samples)
    page = page_html("Numbers", "", identifiability_sections(found))
    assert "Of 4 numbers, 1 are pinned down" in page
    assert "1 stay at their prior" in page
    assert page.count("<svg") == 3
    assert all(f'<th scope="row">{name}</th>' in page for name in NAMES)
    assert len(found.pairs) == 6 and SHOWN >= 6 and TOGETHER == 0.5


def test_many_numbers_have_their_best_and_least_drawn():
    random = np.random.default_rng(3)
    before = pd.DataFrame(random.normal(size=(60, 24)), columns=[f"n{k:02d}" for k in range(24)])
    after = before * np.linspace(0.1, 1.0, 24)
    found = identify(before, after)
    page = page_html("Numbers", "", identifiability_sections(found))
    drawn = page[page.index('id="densities"') :]
    drawn = drawn[: drawn.index("</section>")]
    assert all(name in drawn for name in ("n00", "n09", "n14", "n23"))
    assert ">n12<" not in drawn


def test_one_number_alone_is_told_of():
    random = np.random.default_rng(3)
    before = pd.DataFrame(random.normal(size=(60, 1)), columns=["n"])
    page = page_html("Numbers", "", identifiability_sections(identify(before, before * 0.5)))
    assert "Of 1 numbers" in page and 'id="together"' not in page
