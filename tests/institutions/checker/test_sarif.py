"""A report as SARIF 2.1.0, held against what its specification asks of a log file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agoranomos.documents import Source, read_text
from agoranomos.institutions import load_institution
from agoranomos.institutions.checker import RULES, Report, check
from agoranomos.institutions.checker.drawn import HEADINGS, drawn, lines
from agoranomos.institutions.checker.sarif import as_sarif
from institutions.checker.checked import checked
from institutions.corpus.planted import BASES, PLANTED
from institutions.playing import FAITHFUL, shipped

CASES = {case.name: case for case in PLANTED}


def report(name: str) -> Report:
    return check(load_institution(Source("institutions/my rules.yaml", CASES[name].text)))


def conforms(log: dict[str, Any]) -> None:
    """The properties that the specification requires (section numbers), and the values that it allows."""
    assert log["version"] == "2.1.0"  # 3.13.2
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    assert isinstance(log["runs"], list)  # 3.13.4
    for run in log["runs"]:
        driver = run["tool"]["driver"]  # 3.14.6, 3.18.2
        assert driver["name"]  # 3.19.8
        ids = [rule["id"] for rule in driver["rules"]]
        assert len(ids) == len(set(ids))  # 3.19.23: no two equal
        for rule in driver["rules"]:
            assert rule["shortDescription"]["text"]  # 3.49.9
            assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}  # 3.50.3
        assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}  # 3.14.17
        for invocation in run["invocations"]:
            assert isinstance(invocation["executionSuccessful"], bool)  # 3.20.14
            for notification in invocation["toolExecutionNotifications"]:
                assert notification["message"]["text"]  # 3.58.5
        for result in run["results"]:
            assert result["message"]["text"]  # 3.27.11
            assert ids[result["ruleIndex"]] == result["ruleId"]  # 3.27.6
            assert result["level"] in {"none", "note", "warning", "error"}  # 3.27.10
            for location in result["locations"]:
                _located(location)
            for flow in result.get("codeFlows", ()):
                assert flow["threadFlows"]  # 3.36.3: at least one
                for thread in flow["threadFlows"]:
                    assert thread["locations"]  # 3.37.6: at least one
                    for step in thread["locations"]:
                        _located(step["location"])
                        assert step["location"]["message"]["text"]


def _located(location: dict[str, Any]) -> None:
    physical = location["physicalLocation"]
    assert " " not in physical["artifactLocation"]["uri"]  # RFC 3986
    assert physical["region"]["startLine"] >= 1  # 3.30.5
    assert physical["region"]["startColumn"] >= 1  # 3.30.6


@pytest.mark.parametrize(
    "name", ["a warning that expires, again and again", "a concentration above one", "a ladder that goes down"]
)
def test_a_log_has_what_the_specification_requires(name: str) -> None:
    found = report(name)
    log = as_sarif(found, "1.2.3")
    conforms(json.loads(json.dumps(log)))
    results = log["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == [finding.rule for finding in found.findings]
    assert log["runs"][0]["tool"]["driver"]["version"] == "1.2.3"
    assert [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]] == list(RULES)


def test_places_are_uris() -> None:
    found = report("a ladder that goes down")
    (location,) = as_sarif(found, "1")["runs"][0]["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "institutions/my%20rules.yaml"
    absolute = check(load_institution(Source(str(Path("/a b/c.yaml")), CASES["a ladder that goes down"].text)))
    (location,) = as_sarif(absolute, "1")["runs"][0]["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "file:///a%20b/c.yaml"


def test_a_counterexample_is_a_code_flow() -> None:
    found = checked(FAITHFUL)
    log = as_sarif(found, "1")
    free = next(r for r in log["runs"][0]["results"] if r["ruleId"] == "free-offence")
    (flow,) = free["codeFlows"]
    (thread,) = flow["threadFlows"]
    assert thread["locations"][0]["location"]["message"]["text"].startswith(
        "round: 1; what happens: high_concentration"
    )


def test_a_limit_is_a_notification() -> None:
    log = as_sarif(check(shipped(FAITHFUL), most_standings=100), "1")
    conforms(log)
    (notification,) = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("Stopped after")


def test_fingerprints_stay_when_lines_move() -> None:
    text = CASES["a ladder that goes down"].text
    before = as_sarif(check(load_institution(Source("a.yaml", text))), "1")["runs"][0]["results"]
    after = as_sarif(check(load_institution(Source("a.yaml", f"# one line more\n{text}"))), "1")["runs"][0]["results"]
    assert [r["partialFingerprints"] for r in before] == [r["partialFingerprints"] for r in after]
    assert [r["locations"] for r in before] != [r["locations"] for r in after]


def test_a_play_is_drawn_as_a_table_with_equal_rounds_on_one_line() -> None:
    (free,) = [finding for finding in checked(FAITHFUL).findings if finding.rule == "free-offence"]
    assert free.trace is not None
    table = drawn(free.trace)
    assert table[0] == ("1", "high_concentration", "active -> warning", "", "warning, 5 rounds left")
    assert table[-1] == ("6", "nothing", "warning -> active", "", "active")
    assert lines(free.trace)[0].split() == " ".join(HEADINGS).split()
    assert all(line == line.rstrip() for line in lines(free.trace))


def test_a_table_tells_of_audits_reports_denials_and_unanswered_accusations() -> None:
    from agoranomos.institutions.traces import Expectation, Trace, TraceRound

    rounds = (
        TraceRound(
            signals={"a": ("high",)},
            audits={"all": ("look",)},
            reports=("a",),
            expect={"a": Expectation(state="s", edge="none", cases=("R",), blocked=("cooldown",), rounds_left=1)},
        ),
        TraceRound(repeat=3, expect={"a": Expectation(state="s", edge="R:s->t", sanctions=("fine", "cap"))}),
    )
    assert drawn(Trace(name="x", agents=("a", "b"), rounds=rounds)) == (
        ("1", "high, look, reports", "cooldown denies, accused", "", "s, 1 round left"),
        ("2-4", "nothing", "s -> t", "fine, cap", "s"),
    )


def test_sound_institutions_have_no_results() -> None:
    log = as_sarif(check(load_institution(read_text(BASES["ladder"]))), "1")
    conforms(log)
    assert log["runs"][0]["results"] == []
