"""Which arms are held against each other: what a hypothesis or a report compares, and what a reader will."""

from __future__ import annotations

import pytest

from agoranomos.campaigns.matching import match
from campaigns.matching.bench import HEAD, Bench

PAIRS = [
    pytest.param("rosters: [nash, divider]\n", 6, id="every two regimes, roster by roster"),
    pytest.param("rosters: [nash, {roster: nash, name: long, rounds: 30}]\n", 6, id="arms of the same length alone"),
    pytest.param(
        "rosters: [nash]\nfactors: {demand: {a: {}, b: {market: {alpha: 90}}}}\n", 6, id="arms of the same level alone"
    ),
    pytest.param(
        "rosters: [nash]\nfactors: {fine: {a: {}, b: {institution: {title: t}}}}\n",
        1 + 2 + 2,
        id="levels that one of two has",
    ),
    pytest.param(
        "arms:\n  a: {regime: ungoverned, roster: nash}\n  b: {regime: institutional, roster: divider}\n",
        1,
        id="arms without their like",
    ),
    pytest.param(
        "arms:\n  a: {regime: ungoverned, roster: nash}\n  b: {regime: ungoverned, roster: divider}\n"
        "  c: {regime: institutional, roster: divider}\n",
        1,
        id="an arm without its like where others have theirs",
    ),
    pytest.param(
        "arms:\n  a: {regime: ungoverned, roster: random, market: prisoners-dilemma}\n"
        "  b: {regime: constitutional, roster: random}\n",
        0,
        id="markets of different types",
    ),
]


@pytest.mark.parametrize(("text", "pairs"), PAIRS)
def test_pairs(bench: Bench, text: str, pairs: int) -> None:
    found = match(bench.plan(HEAD + text)).pairs
    assert len(found) == pairs
    assert len({frozenset((pair.first, pair.second)) for pair in found}) == pairs


def test_a_hypothesis_compares_the_arms_that_it_names(bench: Bench) -> None:
    text = HEAD + (
        "rosters: [clean]\noutcome: price\nfactors: {heat: {cold: {parameters: {temperature: 0.1}}, warm: {}}}\n"
        "hypotheses: {heat: {first: ungoverned.cold, second: ungoverned.warm}}\n"
    )
    found, error = bench.refused(text)
    assert found == {"sampling.temperature"}
    assert "ungoverned.cold and ungoverned.warm are compared (hypothesis heat)" in error
    assert "-0.1\n+1" in error
    assert not match(bench.plan(text + "differs: [sampling.temperature]\n")).unmatched


def test_with_hypotheses_arms_without_their_like_are_left_to_them(bench: Bench) -> None:
    text = HEAD + (
        "outcome: price\narms:\n"
        "  a: {regime: ungoverned, roster: nash}\n"
        "  b: {regime: institutional, roster: divider}\n"
        "  c: {regime: ungoverned, roster: divider}\n"
        "hypotheses: {h: {first: b, second: c}}\n"
    )
    found = match(bench.plan(text)).pairs
    assert [(pair.first, pair.second, pair.why) for pair in found] == [("b", "c", "hypothesis h")]
