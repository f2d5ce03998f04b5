"""Agreement of coders against statsmodels and the worked example of Krippendorff's book."""

import math

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa as theirs

from agoranomos.statistics.agreement import (
    alpha_over_clusters,
    cohens_kappa,
    kappa_over_clusters,
    krippendorff_alpha,
)


def generator() -> np.random.Generator:
    return np.random.default_rng(4)


def test_kappa_equals_statsmodels():
    drawn = generator()
    first = drawn.integers(0, 3, 200)
    second = np.where(drawn.random(200) < 0.6, first, drawn.integers(0, 3, 200))
    table = np.zeros((3, 3))
    np.add.at(table, (first, second), 1)
    expected = theirs(table)
    found = cohens_kappa(first.tolist(), second.tolist(), generator())
    assert found.point == pytest.approx(expected.kappa)
    assert (found.low, found.high) == pytest.approx((expected.kappa_low, expected.kappa_upp), abs=0.02)


def test_the_example_of_krippendorff():
    """Four observers, twelve units, with gaps: nominal alpha 0.743 (Krippendorff 2011, section E)."""
    a = [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None]
    b = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3]
    c = [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None]
    d = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None]
    found = krippendorff_alpha(list(zip(a, b, c, d, strict=True)), generator())
    assert found.point == pytest.approx(0.743, abs=5e-4)
    assert found.n == 11
    assert found.low < found.point < found.high


def test_full_agreement_and_none():
    assert cohens_kappa(list("abab"), list("abab"), generator()).point == 1.0
    assert cohens_kappa(list("abab"), list("baba"), generator()).point == -1.0
    assert krippendorff_alpha([("a", "a"), ("b", "b")], generator()).point == 1.0


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (cohens_kappa([], [], generator()), "no unit was coded twice"),
        (cohens_kappa(["a", "a"], ["a", "a"], generator()), "only one code was ever given"),
        (krippendorff_alpha([("a", None), (None, None)], generator()), "no unit was coded twice"),
    ],
)
def test_where_there_is_none_it_says_why(found, reason):
    assert math.isnan(found.point)
    assert found.reason == reason


def test_coders_code_the_same_units():
    with pytest.raises(ValueError, match="1 codes of one coder but 2"):
        cohens_kappa(["a"], ["a", "b"], generator())


def pairs_and_tables(clusters: int) -> tuple[list[tuple[int, int]], np.ndarray]:
    drawn = generator()
    first = drawn.integers(0, 2, (clusters, 5))
    second = np.where(drawn.random((clusters, 5)) < 0.7, first, 1 - first)
    tables = np.zeros((clusters, 2, 2))
    for cluster in range(clusters):
        np.add.at(tables[cluster], (first[cluster], second[cluster]), 1)
    return list(zip(first.ravel().tolist(), second.ravel().tolist(), strict=True)), tables


def test_over_clusters_the_points_are_the_same_and_units_alone_the_same_bounds():
    pairs, tables = pairs_and_tables(40)
    first, second = zip(*pairs, strict=True)
    assert kappa_over_clusters(tables, generator()).point == cohens_kappa(first, second, generator()).point
    found, plain = alpha_over_clusters(tables, generator()), krippendorff_alpha(pairs, generator())
    assert found.point == pytest.approx(plain.point)
    assert (found.n, plain.n, found.warning) == (40, 200, "")
    alone = np.zeros((len(pairs), 2, 2))
    alone[np.arange(len(pairs)), first, second] = 1
    units = kappa_over_clusters(alone, generator())
    assert (units.low, units.high) == pytest.approx(
        (cohens_kappa(first, second, generator()).low, cohens_kappa(first, second, generator()).high)
    )


def test_clusters_whose_units_agree_or_differ_together_have_wider_bounds():
    """Ten copies of each unit in a cluster tell nothing new: bounds over clusters stay, those over units shrink."""
    _, tables = pairs_and_tables(40)
    once, copied = kappa_over_clusters(tables, generator()), kappa_over_clusters(10 * tables, generator())
    assert (once.low, once.high) == pytest.approx((copied.low, copied.high))


def test_few_clusters_one_and_none_are_told():
    _, tables = pairs_and_tables(6)
    assert "too narrow below 12" in kappa_over_clusters(tables, generator()).warning
    assert kappa_over_clusters(tables[:1], generator()).reason == "one cluster has no spread between clusters"
    assert alpha_over_clusters(np.zeros((3, 2, 2)), generator()).reason == "no unit was coded twice"
    with pytest.raises(ValueError, match="shape"):
        kappa_over_clusters(np.zeros((2, 2)), generator())
