"""What an institution's text says while somebody writes it: faults with their lines, the graph, the words, the digests.

Everything here is fast enough to follow a typist; `editing_check` tries the graph in every standing, in a process of
its own.
"""

from __future__ import annotations

from typing import Any

import msgspec

from agoranomos.documents import Source
from agoranomos.documents.reader import MAX_DOCUMENT_BYTES
from agoranomos.errors import AgoraError, UsageError
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.checker.linted import rule_of
from agoranomos.institutions.judge import first_notices, initial_standings
from agoranomos.institutions.judgement import Standing
from agoranomos.institutions.lint import lint
from agoranomos.institutions.prose import prose, stated_by_hand
from agoranomos.institutions.trace_play import bound_for
from agoranomos.institutions.traces import Trace, TraceRound
from agoranomos.viewer.drawings import drawing_json
from agoranomos.viewer.editing_places import Marks, located, of_error, unreadable
from agoranomos.workspace import Workspace

READING = "cannot-be-read"
"""The rule of what keeps a text from being an institution at all."""


def read(text: str, name: str, workspace: Workspace | None = None) -> Institution:
    """The institution of a text that stands, or will stand, in the file `name`; raises `AgoraError` for what is wrong.

    What it extends is looked for as `agora graph lint` does: beside the file, then in the workspace and the library.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise UsageError("half of a surrogate pair", advice="Write the character itself.") from None
    if size > MAX_DOCUMENT_BYTES:
        raise UsageError(f"too large: at most {MAX_DOCUMENT_BYTES} bytes are read, and these are {size}")
    return load_institution(Source(name, text), workspace)


def examine(text: str, name: str, workspace: Workspace | None = None) -> dict[str, Any]:
    """The text's findings, and where it can be read its drawing, prose, notices and digests, as JSON; never raises.

    A finding is `{kind, severity, rule, message, advice, line, column, elsewhere, marks, trace}`: `line` and `column`
    are 1-based and lie in the text; of a fault in a file that it extends they are those of `extends`, and `elsewhere`
    is the fault's own place. `marks` are the states and edges of the graph that it speaks of.
    """
    try:
        institution = read(text, name, workspace)
    except AgoraError as error:
        return {"valid": False, "findings": [_not_readable(error, text, name)]}
    except RecursionError:
        return {"valid": False, "findings": [_not_readable(UsageError("too deeply nested"), text, name)]}
    marks = Marks(institution)
    return {
        "valid": True,
        "findings": [
            {
                "kind": "lint",
                "severity": remark.severity,
                "rule": rule_of(remark),
                "message": remark.message,
                "advice": remark.advice,
                **located(remark.place, institution.source, marks),
                "trace": None,
            }
            for remark in lint(institution)
        ],
        "name": institution.name,
        "title": institution.manifest.title,
        "counts": {
            "states": len(institution.states),
            "transitions": len(institution.manifest.transitions),
            "events": len(institution.events),
        },
        "semantic_sha256": institution.semantic_sha256,
        "file_sha256": institution.file_sha256,
        "drawing": drawing_json(institution),
        "prose": _prose(institution),
        "notices": _notices(institution),
    }


def _not_readable(error: AgoraError, text: str, name: str) -> dict[str, Any]:
    message, at = of_error(error, text, name)
    if at["line"] == 1 and at["column"] == 1 and (hidden := unreadable(text)) is not None:
        at = {**at, "line": hidden[0], "column": hidden[1]}
    return {
        "kind": "reading",
        "severity": "error",
        "rule": READING,
        "message": message,
        "advice": error.advice,
        **at,
        "trace": None,
    }


def _prose(institution: Institution) -> dict[str, Any]:
    def told(form: str) -> dict[str, str]:
        try:
            return {"text": prose(institution, form).text, "why_not": ""}
        except UsageError as error:
            return {"text": "", "why_not": error.message}

    by_hand = [".".join(map(str, one.path)) for one in stated_by_hand(institution)]
    return {"notice": told("notice"), "constitution": told("constitution"), "stated_by_hand": by_hand}


def _notices(institution: Institution) -> dict[str, Any]:
    """What the first of two agents would read in each state, with no case, no fine and counters as at the start."""
    if institution.notice is None:
        return {"states": [], "why_not": "It has no `notices`: agents are told nothing of where they stand."}
    try:
        bound = bound_for(institution, Trace(name="any", rounds=(TraceRound(),)))
    except UsageError as error:
        return {"states": [], "why_not": error.message}
    first, *others = initial_standings(bound)
    told = []
    for state, spec in institution.manifest.states.items():
        held = first_notices(bound, (_in_state(first, state), *others)).standings[0].notice
        told.append({"state": state, "label": spec.label, "text": held})
    return {"states": told, "why_not": ""}


def _in_state(standing: Standing, state: str) -> Standing:
    return msgspec.structs.replace(standing, state=state)
