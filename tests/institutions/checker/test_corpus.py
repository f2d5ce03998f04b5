"""Every planted fault is found under its rule and on its line; what is sound is free of findings."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from agoranomos.documents import Source, read_text
from agoranomos.errors import DocumentError
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.checker import RULES, Report, check
from agoranomos.institutions.trace_run import check_trace
from institutions.checker.shown import SHOWN
from institutions.corpus.planted import BASES, PLANTED
from institutions.playing import duopoly_facts

CASES = {case.name: case for case in PLANTED}
FAULTY = sorted((Path(__file__).parent.parent / "faulty").glob("*.yaml"))
DOCUMENTED = {
    "faithful": [
        ("free-offence", "active -> warning"),
        ("decorative-key", "active -> warning"),
        ("decorative-key", "warning -> fined"),
        ("decorative-key", "credited -> fined"),
    ]
}
"""What the page "What check finds" explains: the findings on the published ladder."""


@cache
def planted(name: str) -> tuple[Institution, Report]:
    case = CASES[name]
    institution = load_institution(Source("planted.yaml", case.text))
    return institution, check(institution, duopoly_facts() if case.market else None)


@pytest.mark.parametrize("name", CASES)
def test_a_planted_fault_is_found_under_its_rule_and_on_its_line(name: str) -> None:
    _, report = planted(name)
    assert report.complete is (CASES[name].rule != "guard-cannot-be-decided")
    found = [(finding.rule, finding.line) for finding in report.findings]
    assert (CASES[name].rule, CASES[name].line) in found, "\n".join(map(str, report.findings))


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(CASES) == len(PLANTED) >= 60
    assert {case.rule for case in PLANTED} == set(RULES)
    assert len(RULES) >= 14


@pytest.mark.parametrize("name", BASES)
def test_what_is_sound_has_no_finding_but_those_that_are_explained(name: str) -> None:
    report = check(load_institution(read_text(BASES[name])), duopoly_facts())
    told = [(finding.rule, next(iter(re.findall(r"\w+ -> \w+", finding.message)), "")) for finding in report.findings]
    assert told == DOCUMENTED.get(name, [])
    assert report.complete
    assert not report.limits


@pytest.mark.parametrize("name", CASES)
def test_every_counterexample_is_replayed_by_the_runtime_and_shows_the_fault(name: str) -> None:
    institution, report = planted(name)
    for finding in report.findings:
        if finding.trace is not None:
            assert check_trace(institution, finding.trace) == ()
            SHOWN[finding.rule](institution, finding)


def test_rules_about_play_come_with_a_play() -> None:
    reports = [planted(name)[1] for name in CASES]
    for rule in SHOWN:
        assert any(finding.rule == rule and finding.trace for report in reports for finding in report.findings), rule


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_what_the_quick_look_calls_an_error_the_check_finds_on_the_same_line(path: Path) -> None:
    source = read_text(path)
    severity, line = re.match(r"# (\w+) (\d+):", source.text).groups()  # type: ignore[union-attr]
    if severity == "refused":
        with pytest.raises(DocumentError):
            load_institution(source)
        return
    found = check(load_institution(source)).findings
    assert any(finding.line == int(line) for finding in found), "\n".join(map(str, found))
