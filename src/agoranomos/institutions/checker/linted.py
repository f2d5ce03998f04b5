"""What the quick look finds, under the names of the checker's rules."""

from __future__ import annotations

import re

from agoranomos.institutions.checker.finding import Finding, Findings
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.lint import Remark, lint

# fmt: off
_RULES = (
    (r"cannot be reached", "unreachable-state"),
    (r"has no way back", "no-way-back"),
    (r"^(a suspension|a cap) that would never end", "unbounded-exclusion"),
    (r"^a timer that would never end", "decorative-key"),
    (r"waits for `expiry`, but no edge", "timer-never-set"),
    (r"expires once, and every edge", "dead-end"),
    (r"without `lasts`, and only `expiry` leaves", "dead-end"),
    (r"is never traversed|is a suspension, and", "unreachable-edge"),
    (r"^the ladder of .* goes down", "weakening-ladder"),
    (r"its cases do not cite it", "hidden-evidence"),
    (r"opens a case, but no transition", "free-offence"),
    (r"", "decorative-key"),
)
# fmt: on


def rule_of(remark: Remark) -> str:
    """The rule that a remark of the linter comes under."""
    return next(rule for pattern, rule in _RULES if re.search(pattern, remark.message))


def add_remarks(institution: Institution, findings: Findings) -> None:
    """Add each remark whose fault the exploration did not find on the same line already.

    A trap that was found is one fault, whether it is called a dead end or a want of a way back.
    """
    traps = {"dead-end", "no-way-back", "unbounded-exclusion"}
    trapped = any(finding.rule in traps for finding in findings)
    for remark in lint(institution):
        rule = rule_of(remark)
        line = int(remark.place.rsplit(":", 2)[1])
        known = any(finding.rule == rule and finding.line == line for finding in findings)
        if not known and not (rule == "no-way-back" and trapped):
            findings.append(Finding(rule, remark.severity, remark.place, line, remark.message, remark.advice))
