"""A report as SARIF 2.1.0, the form in which editors and code hosts show findings beside the line.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, sections 3.13 (log), 3.14 (run),
3.27 (result), 3.36 (code flow), 3.49 (rule).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from agoranomos.institutions.checker.drawn import HEADINGS, drawn
from agoranomos.institutions.checker.finding import RULES, Finding, Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(report: Report, version: str) -> dict[str, Any]:
    """The report as one run of a tool of this `version`; traces are code flows, a location a line of the table."""
    names = list(RULES)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "agoranomos",
                        "version": version,
                        "rules": [
                            {
                                "id": rule.name,
                                "shortDescription": {"text": rule.meaning},
                                "defaultConfiguration": {"level": rule.level},
                            }
                            for rule in RULES.values()
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {"level": "warning", "message": {"text": limit}} for limit in report.limits
                        ],
                    }
                ],
                "results": [_result(finding, names) for finding in report.findings],
            }
        ],
    }


def _result(finding: Finding, names: list[str]) -> dict[str, Any]:
    told = finding.message + (f"\n{finding.advice}" if finding.advice else "")
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": names.index(finding.rule),
        "level": finding.level,
        "message": {"text": told},
        "locations": [_location(finding)],
        "partialFingerprints": {"fault/v1": _fingerprint(finding)},
    }
    if finding.trace is not None:
        steps = [
            {
                "location": _location(
                    finding, "; ".join(f"{h}: {cell}" for h, cell in zip(HEADINGS, row, strict=True) if cell)
                )
            }
            for row in drawn(finding.trace)
        ]
        result["codeFlows"] = [{"message": {"text": finding.trace.about}, "threadFlows": [{"locations": steps}]}]
    return result


def _location(finding: Finding, message: str = "") -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(finding.file)},
            "region": {"startLine": finding.line, "startColumn": finding.column},
        }
    }
    if message:
        location["message"] = {"text": message}
    return location


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _fingerprint(finding: Finding) -> str:
    """The same for the same fault after lines have moved."""
    return hashlib.sha256(f"{finding.rule}\n{finding.message}".encode()).hexdigest()
