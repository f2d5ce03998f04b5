"""An engine that keeps what it is asked and answers by a rule: so that arms can be compared as they are rendered."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from agoranomos.models import Capabilities, Completion, Distribution, Engine, Question, Request, failed, unanswered
from agoranomos.models.mock.schema_sampling import middle_value
from agoranomos.models.questions import distribution, ways_to_put

Asked: TypeAlias = Request | Question

Answers: TypeAlias = Literal["usable", "unusable", "overflow"]
"""`usable`: a value of the schema, whatever was asked, or all options alike; `unusable`: words that are no move;
`overflow`: the prompt did not fit."""

NO_MOVE = "This reply is no move."


@dataclass(slots=True)
class RecordingEngine:
    """Stands in for the model `name`. Its answers do not depend on the prompt, so nothing diverges through them."""

    name: str
    answers: Answers = "usable"
    asked: list[Asked] = field(default_factory=list)
    identity: str = ""
    width: int = 1
    capabilities: Capabilities = field(default_factory=Capabilities)

    async def complete(self, request: Request) -> Completion:
        """The answer of the rule, to whatever was asked."""
        self.asked.append(request)
        if self.answers == "overflow":
            return failed("overflow", "the prompt does not fit", 0.0)
        text = NO_MOVE if self.answers == "unusable" or request.schema is None else _value(request.schema)
        return Completion(text, 0, 0, "stop", 0.0)

    async def choose(self, question: Question) -> Distribution:
        """All options alike, or none."""
        self.asked.append(question)
        if self.answers != "usable":
            return unanswered(question, "overflow" if self.answers == "overflow" else "invalid", NO_MOVE, 0.0)
        rows = [[-math.log(len(question.options))] * len(question.options) for _ in ways_to_put(question)]
        return distribution(question, rows, prompt_tokens=0, reply_tokens=0, seconds=0.0)

    async def close(self) -> None:
        """Nothing is held."""

    def beside(self, other: Engine) -> Engine:
        """One that answers for a tool, always usably: no program is run while arms are compared."""
        return RecordingEngine(other.name)


def _value(schema: dict[str, Any]) -> str:
    return json.dumps(middle_value(schema), separators=(",", ":"))
