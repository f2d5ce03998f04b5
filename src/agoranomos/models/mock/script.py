"""A script: what a mock replies, line by line, for agents and rounds.

A file of JSON lines. Each says whom it is for and what is replied:

    {"agent": "firm_1", "round": 3, "reply": {"chosen_quantities": {"A": 30, "B": 20}}}
    {"round": 4, "option": "cooperate"}
    {"probabilities": {"cooperate": 0.8, "defect": 0.2}}

`agent`, `round` and `call` (0 for the first call of a decision) may each be left out: then the line is for all. The
first line that fits is taken, so special lines stand above general ones. `reply` is a JSON value, or a text that is
said as it stands; `option` is nearly certain where a question is asked, `probabilities` are what the options have
there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from itertools import product
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import Field, ValidationError, model_validator

from agoranomos.documents import DocumentPart, Finite, first_fault, read_text
from agoranomos.errors import DocumentError, UsageError
from agoranomos.models.engine import Caller, Question, Request
from agoranomos.models.mock.scores import picked
from agoranomos.models.questions import Put


class Line(DocumentPart):
    """One line of a script."""

    agent: str | None = None
    round: int | None = Field(default=None, ge=0)
    call: int | None = Field(default=None, ge=0)
    reply: Any = None
    option: str | None = None
    probabilities: dict[str, Finite] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Line:
        said = [name for name in ("reply", "option", "probabilities") if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError("holds one of reply, option and probabilities")
        if self.probabilities is not None and (
            min(self.probabilities.values(), default=0) <= 0 or abs(math.fsum(self.probabilities.values()) - 1) > 1e-6
        ):
            raise ValueError("probabilities are above 0 and sum to 1")
        return self


_Key: TypeAlias = tuple[str | None, int | None, int | None]
_Found: TypeAlias = tuple[int, Line]
"""A line and its number."""


class Scripted:
    """Replies as a script says; `sha256` is over the bytes of its file."""

    def __init__(self, lines: Iterable[Line], name: str, sha256: str = "") -> None:
        self.sha256 = sha256
        self._name = name
        self._replies: dict[_Key, _Found] = {}
        self._choices: dict[_Key, _Found] = {}
        for number, line in enumerate(lines):
            kept = self._choices if line.reply is None else self._replies
            kept.setdefault((line.agent, line.round, line.call), (number, line))

    @classmethod
    def read(cls, path: Path) -> Scripted:
        """The script in the file; raises `UsageError` where there is none, `DocumentError` for a line that is none."""
        source = read_text(path)
        lines = [
            _line(text, f"{source.name}:{number}")
            for number, text in enumerate(source.text.splitlines(), start=1)
            if text.strip()
        ]
        return cls(lines, source.name, source.sha256)

    def reply(self, request: Request, key: str) -> Any:
        """What the script says; raises `UsageError` where it says nothing for this call."""
        return self._line_for(request.caller, self._replies, "reply").reply

    def scores(self, question: Question, put: Put, key: str) -> tuple[float, ...]:
        """The probabilities of the script, or near certainty for its option; raises `UsageError` as `reply` does."""
        line = self._line_for(question.caller, self._choices, "option")
        if line.option in question.options:
            return picked(question.options, str(line.option))
        shares = line.probabilities or {}
        if set(shares) == set(question.options):
            return tuple(math.log(shares[option]) for option in question.options)
        named = [line.option] if line.option is not None else list(shares)
        raise UsageError(f"{self._name} speaks of {named!r:.200}; the options are {list(question.options)!r:.200}")

    def _line_for(self, caller: Caller, lines: Mapping[_Key, _Found], what: str) -> Line:
        """The first line that fits the call."""
        agent, round_number, call = caller
        keys = product((agent, None), (round_number, None), (call, None))
        found = [lines[key] for key in keys if key in lines]
        if found:
            return min(found, key=itemgetter(0))[1]
        raise UsageError(
            f"{self._name} holds no {what} for {agent or 'nobody'} in round {round_number}, call {call}",
            advice=f'Add a line without agent and round, for all that is left: {{"{what}": ...}}',
        )


def _line(text: str, place: str) -> Line:
    try:
        return Line.model_validate(json.loads(text))
    except ValidationError as error:
        raise DocumentError(first_fault(error)[1], place=place) from None
    except ValueError as error:
        raise DocumentError(f"no JSON object: {error}", place=place) from None
