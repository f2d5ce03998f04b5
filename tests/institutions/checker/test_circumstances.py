"""What a round can bring: contradictions are left out, equals stand for each other, chance is tried both ways."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

import msgspec
import pytest

from agoranomos.documents import read_text
from agoranomos.errors import UsageError
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.checker.check import abstract
from agoranomos.institutions.checker.circumstances import circumstances, draw_for, extras
from agoranomos.institutions.checker.exclusions import Exclusions, exclusions
from institutions.corpus.planted import BASES
from institutions.playing import FAITHFUL, HARDENED, duopoly_facts, institution, shipped

NOTHING = Exclusions(frozenset(), frozenset(), frozenset())

TEXT = """\
kind: institution
version: 1
name: pair
states: {{a: {{label: A}}}}
initial: a
signals:
  one: {{statistic: mean, measure: {m}, window: 5, {one}}}
  two: {{statistic: mean, measure: {m}, window: 5, {two}}}
events:
  e: {{when: one && two}}
"""


def pair(one: str, two: str, measure: str = "hhi") -> Institution:
    return institution(TEXT.format(one=one, two=two, m=measure))


@pytest.mark.parametrize(
    ("one", "two", "apart"),
    [
        ("at_least: 0.7", "at_most: 0.6, goods: all", True),
        ("at_least: 0.7, goods: all", "at_most: 0.6", True),
        ("at_least: 0.7, goods: mean", "at_most: 0.6, goods: mean", True),
        ("at_least: 0.7, goods: mean", "at_most: 0.6, goods: all", True),
        ("at_least: 0.7", "at_most: 0.6", False),  # one good may be high, another low
        ("at_least: 0.7", "at_most: 0.6, goods: mean", False),
        ("at_least: 0.6, goods: all", "at_most: 0.6, goods: all", False),  # both hold at exactly 0.6
        ("at_least: 0.7, persists: 1, within: 3", "at_most: 0.6, goods: all", False),  # in different rounds
    ],
)
def test_thresholds_that_rule_each_other_out(one: str, two: str, apart: bool) -> None:
    assert (("one", "two") in exclusions(pair(one, two).manifest, None).apart) is apart


def test_another_window_is_another_number() -> None:
    read = pair("at_least: 0.7, goods: all", "at_most: 0.6, goods: all")
    text = read.source.text.replace("window: 5, at_most", "window: 6, at_most")
    assert exclusions(institution(text).manifest, None) == NOTHING


@pytest.mark.parametrize(
    ("one", "two", "implied"),
    [
        ("at_least: 0.8", "at_least: 0.7", True),
        ("at_least: 0.8, goods: all", "at_least: 0.7", True),
        ("at_least: 0.8", "at_least: 0.7, goods: all", False),
        ("at_most: 0.2", "at_most: 0.3", True),
        ("at_least: 0.7", "at_least: 0.8", False),
        ("at_least: 0.8", "at_least: 0.7, accuses: {measure: share, at_least: 0.6}", False),
        ("at_least: 0.8, goods: all", "at_least: 0.7, persists: 2, within: 3", False),
    ],
)
def test_a_stricter_threshold_brings_the_weaker(one: str, two: str, implied: bool) -> None:
    assert (("one", "two") in exclusions(pair(one, two).manifest, None).implied) is implied


def test_on_a_market_a_measure_without_goods_is_one_number() -> None:
    read = pair("at_least: 0.7", "at_most: 0.6", measure="cv")
    assert not exclusions(read.manifest, None).apart
    assert exclusions(read.manifest, duopoly_facts()).apart == {("one", "two")}


@pytest.mark.parametrize(
    ("threshold", "never"), [("at_least: 1.1", True), ("at_most: -0.1", True), ("at_least: 1.0", False)]
)
def test_a_threshold_out_of_range_never_fires_on_a_market(threshold: str, never: bool) -> None:
    read = pair(threshold, "at_least: 0.7")
    assert not exclusions(read.manifest, None).never
    assert ("one" in exclusions(read.manifest, duopoly_facts()).never) is never


def test_a_reading_with_errors_has_no_range() -> None:
    text = pair("at_least: 1.1", "at_least: 0.7").source.text.replace(
        "initial: a", "initial: a\nobservation: {error: {hhi: 0.1}}"
    )
    assert not exclusions(institution(text).manifest, duopoly_facts()).never


def test_expressions_are_compared_where_the_market_is_known() -> None:
    read = pair('at_least: "nash + 0.3", goods: all', 'at_most: "nash + 0.1", goods: all')
    assert exclusions(read.manifest, None) == NOTHING
    assert exclusions(read.manifest, duopoly_facts()).apart == {("one", "two")}
    facts = msgspec.structs.replace(duopoly_facts(), benchmarks={})
    assert exclusions(read.manifest, facts) == NOTHING  # binding says what is missing


def brought(name: str, possible: Exclusions | None = None) -> list[Any]:
    read = shipped(name) if name in {FAITHFUL, HARDENED} else load_institution(read_text(BASES[name]))
    given = possible if possible is not None else exclusions(read.manifest, None)
    return list(circumstances(abstract(read), given))


@pytest.mark.parametrize("name", [FAITHFUL, HARDENED])
def test_what_no_guard_can_tell_apart_is_tried_once(name: str) -> None:
    """Nothing, a violation, or a clean round: all that the ladders' guards see of their signals."""
    assert len(brought(name)) == 3
    assert brought(name)[0].signals == frozenset()


def test_contradictions_are_left_out() -> None:
    assert not any({"high_concentration", "recovered"} <= one.signals for one in brought(FAITHFUL))


def test_audits_reports_and_lengths_are_tried() -> None:
    tried = brought("audited")
    assert {one.audits for one in tried} == {frozenset(), frozenset({"inspected"})}
    assert {one.reports for one in tried} == {False, True}
    assert {one.jitter for one in tried} == {0, 1, 2}
    assert all(one.draw % 3 == one.jitter for one in tried)


def test_lengths_are_tried_one_by_one_or_at_their_ends() -> None:
    assert extras([0]) == (0,)
    assert extras([2, 3]) == (0, 1, 2, 3)
    assert extras([200]) == (0, 200)


def test_a_draw_that_cannot_be_found_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("agoranomos.institutions.checker.circumstances"), "_MOST_DRAWS", 100)
    bound = abstract(load_institution(read_text(BASES["audited"])))
    certain = replace(bound, audits=tuple(replace(audit, below=0) for audit in bound.audits))
    with pytest.raises(UsageError, match="inspected"):
        draw_for(certain, frozenset({"inspected"}), ["inspected"], 1, 0)
