"""Every planted fault is found under its rule and on its line; what is sound is free of findings."""

from __future__ import annotations

from functools import cache

import pytest

from agoranomos.documents import Source
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.checker import Report, check
from institutions.corpus.planted import PLANTED, Planted
from institutions.playing import duopoly_facts


@cache
def planted(case: Planted) -> tuple[Institution, Report]:
    institution = load_institution(Source("planted.yaml", case.text))
    return institution, check(institution, duopoly_facts() if case.market else None)


@pytest.mark.parametrize("case", PLANTED, ids=lambda case: case.name)
def test_a_planted_fault_is_found_under_its_rule_and_on_its_line(case: Planted) -> None:
    _, report = planted(case)
    found = [(finding.rule, finding.line) for finding in report.findings]
    assert report.complete
    assert (case.rule, case.line) in found, "\n".join(map(str, report.findings))
