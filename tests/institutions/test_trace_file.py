"""The traces beside the shipped institutions pass, and pin what they say: another value fails some of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from agoranomos.documents import Source, read_text
from agoranomos.institutions.trace_file import TestedFile, run_source, traces_beside
from agoranomos.markets import Market
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import FAITHFUL, HARDENED, SHIPPED, institution, shipped, text_of


@cache
def duopoly(name: str) -> Market:
    assert name == "cournot-duopoly"
    return parallel_env()


@cache
def beside(name: str) -> Source:
    return read_text(traces_beside(shipped(name)))


def failed(name: str, text: str) -> list[str]:
    tested = run_source(institution(text), beside(name), duopoly)
    return [trace.trace for trace in tested.traces if not trace.passed]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_traces_beside_a_shipped_institution_pass(name: str) -> None:
    tested = run_source(shipped(name), beside(name), duopoly)
    assert isinstance(tested, TestedFile)
    assert tested.written_for == name
    assert [str(mismatch) for trace in tested.traces for mismatch in trace.mismatches] == []
    assert len(tested.traces) >= 10


PINNED = {
    FAITHFUL: [
        ("rate: [0.35,", "rate: [0.36,"),
        (" 0.75, 1.00]", " 0.74, 1.00]"),
        (" 0.75, 1.00]", " 0.75, 0.99]"),
        ("floor: 200}", "floor: 201}"),
        ("on: violation, lasts: 5, cooldown: 1", "on: violation, lasts: 6, cooldown: 1"),
        ("lasts: 5                      ", "lasts: 4                      "),
        ("case_streak >= 3", "case_streak >= 4"),
        ("fine_tier == 3\n", "fine_tier == 2\n"),
        ("clean_streak >= 2,", "clean_streak >= 3,"),
        ("clean_streak % 2", "clean_streak % 3"),
        ("earned >= 1, lasts: 3", "earned >= 1, lasts: 2"),
        ("window: 5, at_least: 0.48", "window: 5, at_least: 0.37"),
        ("window: 5, at_least: 0.48", "window: 4, at_least: 0.48"),
        ('set: {fine_tier: "0"}}   # full', 'set: {fine_tier: "1"}}   # full'),
        ("when: high_concentration || specialisation", "when: high_concentration && specialisation"),
        ("suspend: true", "cap: 0.5"),
        ("on: expiry, fresh_evidence: true", "on: expiry"),
    ],
    HARDENED: [
        ("rate: [1.5,", "rate: [1.4,"),
        (" 2.0, 3.0]", " 2.1, 3.0]"),
        (" 2.0, 3.0]", " 2.0, 3.1]"),
        ("floor: 200}", "floor: 199}"),
        ("over: evidence", "over: round"),
        (", above: nash", ""),
        ("lasts: 15", "lasts: 14"),
        ("    lasts: 5\n", "    lasts: 6\n"),
        ("warned == 0", "warned < 2"),
        ("clean_streak % 15", "clean_streak % 14"),
        ("clean_streak % 5 ", "clean_streak % 6 "),
        ("clean_streak >= 5", "clean_streak >= 4"),
        ("least.offences >= 4", "least.offences >= 5"),
        ("least.offences", "offences"),
        ("window: 10\n    at_least: 0.20", "window: 9\n    at_least: 0.20"),
        ("at_least: 0.10}\n  still", "at_least: 0.30}\n  still"),
        ("when: elevated_prices && still_elevated", "when: elevated_prices"),
        ("fresh_evidence: true}", "fresh_evidence: false}"),
    ],
}


@pytest.mark.parametrize(("name", "old", "new"), [(name, *change) for name in SHIPPED for change in PINNED[name]])
def test_another_value_fails_a_trace(name: str, old: str, new: str) -> None:
    assert old in text_of(name)
    assert failed(name, text_of(name).replace(old, new))


def test_what_fails_is_told_with_the_line_of_the_expectation() -> None:
    text = text_of(FAITHFUL).replace("rate: [0.35,", "rate: [0.30,")
    tested = run_source(institution(text), beside(FAITHFUL), duopoly)
    found = [(place, str(m)) for trace in tested.traces for place, m in trace.mismatches]
    place, told = found[0]
    assert told == "round 6, firm_1: fine: 630 was expected, 540 came"
    line = int(re.findall(r":(\d+):", place)[0])
    assert "fine: 630" in beside(FAITHFUL).text.splitlines()[line - 1]


def test_the_file_beside_is_found_by_the_manifests_own_name(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(text_of(FAITHFUL))
    (tmp_path / "mine.traces.yaml").write_text("")
    from agoranomos.institutions import load_institution

    assert traces_beside(load_institution(read_text(tmp_path / "mine.yaml"))) == tmp_path / "mine.traces.yaml"
