"""A text's check in every standing that play leads to, as JSON: for a worker process, since it may take minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agoranomos.institutions.checker import check
from agoranomos.institutions.lint import lint
from agoranomos.viewer.editing import read
from agoranomos.viewer.editing_places import Marks, located
from agoranomos.viewer.editing_play import steps_of
from agoranomos.workspace import Workspace


def checked(
    text: str, name: str, workspace: Workspace | None = None, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """`{findings, standings, judged_rounds, complete, limits}`; findings as `editing.examine` gives them.

    They include the linter's, which keep the kind `lint`. A finding that play shows has a `trace`, played step by step.
    Raises `AgoraError` where the text is no institution.
    """
    institution = read(text, name, workspace)
    report = check(institution, progress=progress)
    marks = Marks(institution)
    linted = {(remark.place, remark.message) for remark in lint(institution)}
    return {
        "findings": [
            {
                "kind": "lint" if (finding.place, finding.message) in linted else "check",
                "severity": finding.level,
                "rule": finding.rule,
                "message": finding.message,
                "advice": finding.advice,
                **located(finding.place, institution.source, marks),
                "trace": steps_of(institution, finding.trace) if finding.trace is not None else None,
            }
            for finding in report.findings
        ],
        "standings": report.standings,
        "judged_rounds": report.transitions,
        "complete": report.complete,
        "limits": list(report.limits),
    }
