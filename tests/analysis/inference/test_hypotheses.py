"""Hypotheses as planned: the published figures, what is left out, clusters, Holm, equivalence, and the sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy import stats

from agoranomos.analysis.inference import infer, planned
from agoranomos.analysis.inference.hypotheses import Inference
from agoranomos.analysis.inference.words import rules_in_words
from agoranomos.errors import Finding
from agoranomos.scenarios.role_play import RolePlaySpec

UNGOVERNED, INSTITUTIONAL = (10, 16, 19, 45), (43, 25, 17, 5)


@dataclass
class _Run:
    """What exclusions read of a run."""

    seed: int
    repaired: int = 0
    decisions: int = 100
    projected: int = 0
    calls: int = 0
    suspended_rounds: int = 0
    rounds: int = 50
    failures: Mapping[str, int] = field(default_factory=dict)


@dataclass
class _Arm:
    name: str
    failed: Mapping[int, str]


class _Summary:
    """An arm's summary as far as inference looks at one."""

    def __init__(self, name: str, values: Sequence[float], seeds: Sequence[int] | None = None, **runs: Any) -> None:
        self.arm = _Arm(name, runs.pop("failed", {}))
        self._values = np.array(values, dtype=float)
        given = range(len(values)) if seeds is None else seeds
        self.results = tuple(
            _Run(seed, **{key: value[i] for key, value in runs.items()}) for i, seed in enumerate(given)
        )

    def values(self, measure: str) -> np.ndarray:
        return self._values


def _plan(arms: Sequence[tuple[str, str, str]], seeds: int, **more: Any) -> dict[str, Any]:
    """A plan's document with these arms: name, regime, roster."""
    campaign = {
        "kind": "campaign", "version": 1, "name": "tested", "rosters": ["any"], "regimes": {"free": {}, "governed": {}},
        "seeds": seeds, "outcome": "tier", "hypotheses": {"h1": {"first": "governed", "second": "free"}}, **more,
    }  # fmt: skip
    return {
        "campaign": campaign,
        "arms": [
            {"name": name, "regime": regime, "roster": {"name": roster}, "market": {"name": "m"}, "rounds": 50}
            for name, regime, roster in arms
        ],
    }


def _inferred(plan: dict[str, Any], *arms: _Summary, late: Sequence[str] = ()) -> Inference:
    found = infer(planned(plan, late), arms)  # type: ignore[arg-type]
    assert found is not None
    return found


TWO = (("governed", "governed", "a"), ("free", "free", "a"))


def _tiers(counts: Sequence[int]) -> np.ndarray:
    return np.random.default_rng(0).permutation(np.repeat([1.0, 2.0, 3.0, 4.0], counts))


def test_the_published_tier_counts_give_the_published_figures() -> None:
    plan = _plan(TWO, 90, hypotheses={"h1": {"first": "governed", "second": "free", "expects": "lower"}})
    (answer,) = _inferred(
        plan, _Summary("governed", _tiers(INSTITUTIONAL)), _Summary("free", _tiers(UNGOVERNED))
    ).answers
    rows = {row.name: row.found for row in answer.supporting}
    assert rows["Welch's t, unpaired"].p == pytest.approx(4.668e-15, rel=1e-3)
    assert rows["Cohen's d"].point == pytest.approx(-1.2805, abs=1e-4)
    assert (answer.first_mean, answer.second_mean) == pytest.approx((1.8222, 3.1), abs=1e-4)
    assert rows["proportional odds"].high < 0
    assert answer.verdict == "supported: lower"


def test_six_of_six_rosters_meet_the_floor_of_the_sign_flip() -> None:
    arms, summaries = [], []
    drawn = np.random.default_rng(1)
    for roster in "abcdef":
        for regime, shift in (("governed", -1.2), ("free", 0.0)):
            name = f"{regime}.{roster}"
            arms.append((name, regime, roster))
            summaries.append(_Summary(name, drawn.normal(3 + shift, 0.5, 15)))
    (answer,) = _inferred(_plan(arms, 15, clusters=["roster"], outcome="price"), *summaries).answers
    assert answer.sign_flip.p == 0.03125
    assert answer.main.method == "t over clusters"
    assert (answer.main.clusters, answer.main.df, answer.pairs) == (6, 5, 90)
    means = [s.values("")[:15].mean() for s in summaries]
    expected = stats.ttest_1samp(np.array(means[0::2]) - np.array(means[1::2]), 0.0)
    assert answer.main.p == pytest.approx(expected.pvalue)
    assert {"wild cluster bootstrap-t", "linear mixed model"} <= {row.name for row in answer.supporting}


def test_runs_of_one_setting_are_one_unit_and_both_ways_of_it_too() -> None:
    for keys, settings in (
        ({}, 16),
        ({"both_ways": True, "options": "texts"}, 16),
        ({"settings": ["taxi", "chef"]}, 2),
    ):
        spec, seeds = RolePlaySpec(**keys), 96
        plan = _plan(TWO, seeds, clusters=["setting"], outcome="share_violated")
        for arm in plan["arms"]:
            arm["market"]["specification"] = spec.model_dump(mode="json")
        roots = [spec.drawn(seed).setting.root for seed in range(seeds)]
        drawn = np.random.default_rng(3)
        of_setting = {root: drawn.normal(0.3, 0.2) for root in sorted(set(roots))}
        second = drawn.uniform(0, 0.1, seeds)
        first = second + [of_setting[root] for root in roots] + drawn.normal(0, 0.01, seeds)
        (answer,) = _inferred(plan, _Summary("governed", first), _Summary("free", second)).answers
        means = [np.mean([first[k] - second[k] for k in range(seeds) if roots[k] == root]) for root in of_setting]
        assert (answer.main.clusters, answer.main.method) == (settings, "t over clusters")
        assert answer.main.p == pytest.approx(stats.ttest_1samp(means, 0.0).pvalue)


def test_without_clusters_pairs_are_the_units() -> None:
    a, b = np.random.default_rng(2).normal(size=(2, 30))
    (answer,) = _inferred(_plan(TWO, 30, outcome="price"), _Summary("governed", a), _Summary("free", b)).answers
    assert answer.main.p == pytest.approx(stats.ttest_rel(a, b).pvalue)


def test_very_many_pairs_are_not_flipped_one_by_one() -> None:
    a, b = np.random.default_rng(7).normal(size=(2, 2_001))
    (answer,) = _inferred(_plan(TWO, 2_001, outcome="price"), _Summary("governed", a), _Summary("free", b)).answers
    assert np.isnan(answer.sign_flip.p)
    assert "more than 2,000 units" in answer.sign_flip.reason
    assert answer.main.p == pytest.approx(stats.ttest_rel(a, b).pvalue)


def test_pairs_that_are_missing_are_counted_by_why_and_bounded() -> None:
    plan = _plan(TWO, 10, exclude=[{"share": "repaired", "above": 0.05}])
    governed = _Summary(
        "governed", [1, 2, np.nan, 1, 2, 1, 2], [0, 1, 2, 3, 4, 5, 6], repaired=[0, 50, 0, 0, 5, 0, 0], failed={7: "x"}
    )
    free = _Summary("free", [4, 4, 4, 3, 4, 4, 3, 4, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8])
    (answer,) = _inferred(plan, governed, free).answers
    missing = answer.missing
    assert (missing.failed, missing.unfinished, missing.excluded, missing.undefined) == (1, 2, 1, 1)
    assert answer.pairs == 5
    kept = np.array([1 - 4, 1 - 3, 2 - 4, 1 - 4, 2 - 3])
    assert answer.main.point == pytest.approx(kept.mean())
    worst = answer.worst_case
    assert worst is not None
    assert worst.least == pytest.approx((kept.sum() - 5 * 4) / 10)
    assert worst.most == pytest.approx((kept.sum() + 5 * 4) / 10)


def test_an_outcome_without_bounds_has_no_worst_case() -> None:
    plan = _plan(TWO, 10, outcome="price")
    (answer,) = _inferred(plan, _Summary("governed", [1.0, 2, 3]), _Summary("free", [2.0, 2, 2])).answers
    assert answer.missing.total == 7
    assert answer.worst_case is None


def test_confirmatory_hypotheses_share_the_error_and_others_decide_nothing() -> None:
    sides = {"first": "governed", "second": "free"}
    plan = _plan(
        TWO, 40, outcome="price",
        hypotheses={"h1": sides, "h2": {**sides, "outcome": "welfare"}, "more": {**sides, "role": "exploratory"},
                    "late": {**sides, "expects": "lower"}},
    )  # fmt: skip
    drawn = np.random.default_rng(3)
    arms = _Summary("governed", drawn.normal(0.35, 1, 40)), _Summary("free", drawn.normal(0, 1, 40))
    found = _inferred(plan, *arms, late=["late"])
    h1, h2, more, late = found.answers
    assert found.confirmatory == 2
    assert h1.p_adjusted == pytest.approx(min(1.0, 2 * h1.p))
    assert h2.p_adjusted == h1.p_adjusted
    assert (more.role, late.role) == ("exploratory", "exploratory")
    assert np.isnan(more.p_adjusted)
    assert more.verdict == late.verdict == "exploratory: nothing is decided by it"


@pytest.mark.parametrize(
    ("expects", "shift", "verdict"),
    [
        ("lower", -1.0, "supported: lower"),
        ("higher", -1.0, "contradicted: lower, not higher"),
        ("different", -1.0, "supported: lower"),
        ("lower", 0.0, "not decided"),
    ],
)
def test_what_was_expected_is_held_against_what_was_found(expects: str, shift: float, verdict: str) -> None:
    noise = np.random.default_rng(4).normal(0, 0.5, 40)
    plan = _plan(
        TWO, 40, outcome="price", hypotheses={"h1": {"first": "governed", "second": "free", "expects": expects}}
    )
    (answer,) = _inferred(
        plan, _Summary("governed", noise - noise.mean() + shift), _Summary("free", np.zeros(40))
    ).answers
    assert answer.verdict == verdict


def test_equivalence_is_judged_by_two_one_sided_tests() -> None:
    noise = np.random.default_rng(5).normal(0, 0.5, 40)
    sides = {"first": "governed", "second": "free", "expects": "equivalent"}
    plan = _plan(
        TWO, 40, outcome="price", hypotheses={"near": sides | {"margin": 0.5}, "too-near": sides | {"margin": 0.01}}
    )
    near, too_near = _inferred(plan, _Summary("governed", noise), _Summary("free", np.zeros(40))).answers
    assert near.verdict == "supported: equivalent within the margin"
    assert too_near.verdict == "not shown to be equivalent"
    t = (0.5 - abs(noise.mean())) / (noise.std(ddof=1) / np.sqrt(40))
    assert near.p == pytest.approx(stats.t.sf(t, 39))


def test_a_stopped_hypothesis_is_judged_by_its_sequence_and_needs_no_later_seed() -> None:
    drawn = np.random.default_rng(6)
    governed, free = drawn.normal(-2, 1, 30), drawn.normal(0, 1, 30)
    plan = _plan(TWO, 100, outcome="price", stopping={"hypothesis": "h1"})
    found = _inferred(plan, _Summary("governed", governed[:21]), _Summary("free", free[:24]))
    path, (answer,) = found.path, found.answers
    assert path is not None
    assert path.decided is not None
    assert found.stopped
    assert path.decided.seed < 20
    assert len(path.looks) == 21 - 4 + 1
    assert answer.sequential
    assert (answer.main.low, answer.main.high, answer.main.p) == (
        path.decided.look.low,
        path.decided.look.high,
        path.decided.look.p,
    )
    assert answer.missing.total == 0
    assert answer.pairs == 21
    assert answer.supporting[0].name == "t, as if the size had been fixed"


def test_before_its_rule_is_met_every_planned_seed_is_missed() -> None:
    plan = _plan(TWO, 20, stopping={"hypothesis": "h1"})
    found = _inferred(plan, _Summary("governed", [1.0, 2, 1, 2, 1, 2]), _Summary("free", [2.0, 1, 2, 1, 2, 1]))
    assert not found.stopped
    assert found.answers[0].missing.unfinished == 14


def test_a_campaign_without_hypotheses_infers_nothing_and_a_damaged_plan_is_told() -> None:
    assert planned({"campaign": {"name": "x"}}) is None
    assert infer(None, ()) is None
    with pytest.raises(Finding, match=r"plan\.json is damaged"):
        planned({"campaign": {"hypotheses": {"h1": {"first": "a"}}}})


def test_withdrawn_hypotheses_make_the_others_no_easier() -> None:
    plan = _plan(TWO, 30, outcome="price")
    a, b = np.random.default_rng(4).normal(size=(2, 30))
    arms = _Summary("governed", a - 0.7), _Summary("free", b)
    read = planned(plan, (), ["dropped", "demoted"])
    found = infer(read, arms)  # type: ignore[arg-type]
    assert found is not None
    (answer,) = found.answers
    assert (found.confirmatory, found.sharing) == (1, 3)
    assert answer.p_adjusted == pytest.approx(3 * answer.p)
    assert "all 3 of them share an error of 5%" in rules_in_words(found)[0]


@pytest.mark.parametrize(("shift", "verdict"), [(0.0, "not shown"), (9.0, "not equivalent, at the sequence's own")])
def test_a_sequence_that_does_not_show_equivalence_says_so(shift: float, verdict: str) -> None:
    sides = {"first": "governed", "second": "free"}
    plan = _plan(TWO, 6, outcome="price", hypotheses={"h1": {**sides, "expects": "equivalent", "margin": 0.5}},
                 stopping={"hypothesis": "h1"})  # fmt: skip
    a, b = np.random.default_rng(5).normal(size=(2, 6))
    (answer,) = _inferred(plan, _Summary("governed", a + shift), _Summary("free", b)).answers
    assert answer.sequential
    assert np.isnan(answer.p)
    assert answer.verdict.startswith(verdict)


def test_a_run_that_stands_in_several_pairs_counts_once() -> None:
    low, high, free = (("low", "governed", "a"), ("high", "governed", "a"), ("none", "free", "a"))
    plan = _plan((low, high, free), 20, outcome="price")
    a, b, c = np.random.default_rng(6).normal(size=(3, 20))
    arms = [_Summary("low", a), _Summary("high", c), _Summary("none", b)]
    (answer,) = _inferred(plan, *arms).answers
    expected = stats.ttest_rel((a + c) / 2, b)
    assert (answer.pairs, answer.main.n, answer.main.clusters) == (40, 40, 20)
    assert answer.main.p == pytest.approx(expected.pvalue)
    assert (answer.main.low, answer.main.high) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    rows = {row.name: row.found for row in answer.supporting}
    assert rows["Welch's t, unpaired"].p == pytest.approx(stats.ttest_ind((a + c) / 2, b, equal_var=False).pvalue)
    assert answer.sign_flip.clusters == 20
    # Twice the same level says nothing that one of them does not.
    (twice,) = _inferred(plan, arms[0], _Summary("high", a), arms[2]).answers
    (once,) = _inferred(_plan((low, free), 20, outcome="price"), arms[0], arms[2]).answers
    assert (twice.main.low, twice.main.high, twice.p) == pytest.approx((once.main.low, once.main.high, once.p))


def test_levels_that_both_sides_have_are_pairs_of_their_own() -> None:
    names = [(f"{regime}.{level}", regime, "a") for regime in ("governed", "free") for level in ("low", "high")]
    plan = _plan(names, 10, outcome="price")
    for arm in plan["arms"]:
        arm["levels"] = {"fine": arm["name"].split(".")[1]}
    values = np.random.default_rng(7).normal(size=(4, 10))
    found = _inferred(plan, *(_Summary(name, row) for (name, _, _), row in zip(names, values, strict=True)))
    differences = np.concatenate((values[0] - values[2], values[1] - values[3]))
    assert found.answers[0].main.clusters == 20
    assert found.answers[0].p == pytest.approx(stats.ttest_1samp(differences, 0.0).pvalue)


def test_missing_pairs_are_bounded_over_the_clusters_they_are_of() -> None:
    arms = [(f"{regime}.{one}", regime, one) for one in "abc" for regime in ("governed", "free")]
    plan = _plan(arms, 4, clusters=["roster"])
    tiers = np.random.default_rng(8).integers(0, 5, size=(6, 4)).astype(float)
    seen = [_Summary(name, row) for (name, _, _), row in zip(arms, tiers, strict=True)]
    seen[0] = _Summary("governed.a", tiers[0][:2], failed={2: "gone", 3: "gone"})
    (answer,) = _inferred(plan, *seen).answers
    differences = tiers[0::2] - tiers[1::2]
    least, most = differences.copy(), differences.copy()
    least[0, 2:], most[0, 2:] = -4.0, 4.0
    assert answer.worst_case is not None
    assert answer.worst_case.least == pytest.approx(least.mean(axis=1).mean())
    low = stats.ttest_1samp(least.mean(axis=1), 0.0).confidence_interval(0.95).low
    high = stats.ttest_1samp(most.mean(axis=1), 0.0).confidence_interval(0.95).high
    assert (answer.worst_case.low, answer.worst_case.high) == pytest.approx((low, high))


def test_a_rule_on_a_late_hypothesis_is_called_exploratory_and_asked_for_no_other_level() -> None:
    sides = {"first": "governed", "second": "free"}
    plan = _plan(TWO, 12, outcome="price", hypotheses={"h1": sides, "h2": {**sides, "outcome": "tier"}},
                 stopping={"hypothesis": "h1"})  # fmt: skip
    a, b = np.random.default_rng(9).normal(size=(2, 12))
    arms = _Summary("governed", a + 4), _Summary("free", b)
    kept, late = _inferred(plan, *arms), _inferred(plan, *arms, late=["h1"])
    told = [" ".join(rules_in_words(found)) for found in (kept, late)]
    assert [found.role_of_rule for found in (kept, late)] == ["confirmatory", "exploratory"]
    assert "on h1, confirmatory) was met at" in told[0]
    assert "would have gone on until then" in told[0]
    assert "on h1, exploratory) was met at" in told[1]
    assert "would have gone on until then" not in told[1]
