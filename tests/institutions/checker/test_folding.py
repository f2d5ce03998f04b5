"""Long counters are folded only where that changes no verdict."""

from __future__ import annotations

from importlib import import_module

import pytest

from agoranomos.documents import Source, read_text
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.abstract import abstract_bound
from agoranomos.institutions.checker import check
from agoranomos.institutions.checker.check import abstract, survey
from agoranomos.institutions.checker.folding import folded
from agoranomos.institutions.checker.layout import Clock, Layout, clock_of, layout_of
from institutions.corpus.planted import BASES
from institutions.playing import FAITHFUL, HARDENED, institution, shipped

COUNTING = """\
kind: institution
version: 1
name: counting
states:
  a: {label: A}
  b: {label: B}
initial: a
signals:
  quiet: {statistic: mean, measure: hhi, window: 1, at_most: 0.5}
  loud: {statistic: mean, measure: hhi, window: 1, at_least: 0.6}
events:
  offence: {when: loud, accuses: R}
  calm: {when: "quiet && !loud"}
counters:
  streak: {max: MOST, next: "calm ? streak + 1 : 0"}
  debt: {max: DEBT, next: "streak > 0 && streak % 7 == 0 ? debt - 1 : debt"}
transitions:
  - {rule: R, from: a, to: b, on: offence, set: {debt: debt + 1}, fine: {rate: 1.0}}
  - {rule: R, from: b, to: b, on: offence, set: {debt: debt + 1}, fine: {rate: 1.0}}
  - {rule: R, from: b, to: a, on: calm, when: debt == 0}
"""


def counting(most: int, debt: int = 2) -> Institution:
    return load_institution(Source("counting.yaml", COUNTING.replace("MOST", str(most)).replace("DEBT", str(debt))))


def test_a_clock_keeps_what_comparisons_and_remainders_can_tell() -> None:
    import numpy as np

    clock = Clock(turn=10, period=6)
    values = np.arange(200)
    folded_values = clock.fold(values)
    assert folded_values.max() < clock.size
    assert (folded_values[:16] == values[:16]).all()
    assert ((folded_values % 6 == values % 6) & ((folded_values >= 10) == (values >= 10))).all()


@pytest.mark.parametrize(("name", "standings"), [(FAITHFUL, 17_330), (HARDENED, 1_585)])
def test_the_streaks_of_the_shipped_ladders_are_folded(name: str, standings: int) -> None:
    space = survey(shipped(name))
    names = list(shipped(name).manifest.counters)
    assert space.layout.folds[names.index("clean_streak")] is not None
    assert space.size == standings


def unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_it_is(layout: Layout) -> Layout:
        return layout

    monkeypatch.setattr(import_module("agoranomos.institutions.checker.check"), "folded", as_it_is)


@pytest.mark.parametrize("most", [40, 100])
def test_the_findings_are_those_of_the_counter_as_it_is(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    short = check(counting(most))
    unfolded(monkeypatch)
    whole = check(counting(most))
    assert short.standings < whole.standings
    assert [(one.rule, one.place, one.message) for one in short.findings] == [
        (one.rule, one.place, one.message) for one in whole.findings
    ]


def test_a_cut_that_tells_is_not_folded_away() -> None:
    """A debt of 9 is not paid off within 40 calm rounds: there the streak stands still, and forgives no more."""
    space = survey(counting(40, debt=9))
    assert space.layout.folds[0] is None
    assert [finding.rule for finding in check(counting(40, debt=9)).findings] == ["counter-overflow"]
    assert survey(counting(100, debt=9)).layout.folds[0] is not None
    assert check(counting(100, debt=9)).findings == ()


def test_a_short_counter_is_left_alone() -> None:
    bound = abstract(load_institution(read_text(BASES["cartel"])))
    assert not any(folded(layout_of(bound)).folds)


def test_a_counter_that_is_looked_at_in_another_way_is_left_alone() -> None:
    text = counting(200).source.text.replace("debt == 0", '"debt == 0 && [1, 2].size() + streak > 0"')
    space = survey(load_institution(Source("list.yaml", text)))
    assert space.layout.folds[0] is None


def test_rounds_that_are_looked_at_in_another_way_are_folded_and_that_is_said() -> None:
    text = counting(40).source.text.replace("debt == 0", "\"debt == 0 && string(round) != '99'\"")
    (limit,) = check(load_institution(Source("text.yaml", text))).limits
    assert limit.startswith("Beyond ")
    assert "`round`" in limit


@pytest.mark.long
@pytest.mark.parametrize("name", [FAITHFUL, HARDENED])
def test_the_shipped_ladders_have_the_same_findings_with_their_streaks_as_they_are(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    short = check(shipped(name))
    unfolded(monkeypatch)
    whole = check(shipped(name))
    assert whole.standings > 5 * short.standings
    assert {(one.rule, one.place) for one in short.findings} == {(one.rule, one.place) for one in whole.findings}


CLIMBED = """\
kind: institution
version: 1
name: climbed
states: {free: {label: FREE}, watched: {label: WATCHED}}
initial: free
signals: {high: {statistic: mean, measure: price_elevation, window: 1, at_least: 0.3, goods: mean}}
events: {offence: {when: high, accuses: R}, calm: {when: "!high"}}
counters: {findings: {max: 9}}
transitions:
  - {rule: R, from: free, to: watched, on: offence, set: {findings: findings + 1}, fine: {rate: 0.1}}
  - rule: R
    from: watched
    to: watched
    on: offence
    set: {findings: findings + 1}
    fine: {rate: [0.0, 1.5, 2.0, 3.0], by: findings}
  - {rule: R, from: watched, to: free, on: calm}
"""


def test_a_counter_that_climbs_a_ladder_is_told_as_far_as_the_ladder_goes() -> None:
    bound = abstract_bound(institution(CLIMBED), ("one", "two"))
    clock = clock_of(bound, "findings")
    assert clock is not None
    assert clock.turn >= 4
    uncharged = [f.message for f in check(institution(CLIMBED)).findings if f.rule == "unused-sanction"]
    assert len(uncharged) == 1
    assert "the rate 0 is never charged" in uncharged[0], "no fine falls before the second finding"
