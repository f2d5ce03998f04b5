"""What a tool-using model is asked, step by step; the problem and the routes are the scenario's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agoranomos.policies.prompted.reply import writable
from agoranomos.scenarios.said import last_said, spoken_parts
from agoranomos.scenarios.tool_use.sandbox import LONGEST_CODE, Ran

CODE = "code"
"""The key under which a reply gives a program."""

ANSWER = 'What is your answer? Reply with {"answer": "..."}: a whole number, a decimal, or a fraction such as 3/4.'
PROGRAM = 'Write a short Python program that prints the answer. Reply with {"code": "..."}.'
NO_PROGRAM = 'No program could be read in this. Reply with {"code": "..."}.'
NO_ANSWER = 'No answer could be read in this. Reply with {"answer": "..."} and a number.'

_FENCED = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)```", re.DOTALL)
_ENDS = {
    "out of time": "It was stopped, because it took too long.",
    "too much output": "It was stopped, because it printed too much.",
    "killed": "It crashed.",
}


def situation(lines: Sequence[str], notice: str, problem: str) -> str:
    """What has been, oldest first, what is noticed, and the problem."""
    said = []
    if lines:
        said.append("\n".join(["Your last problems, the oldest first:", *[f"- {line}" for line in lines]]))
    if notice:
        said.append(notice)
    return "\n\n".join([*said, problem])


def told_of(ran: Ran) -> str:
    """What the model is told of a program that was run."""
    printed = ran.output.rstrip("\n")
    said = [f"It printed:\n{printed}" if printed else "It printed nothing."]
    if ran.ended in _ENDS:
        said.append(_ENDS[ran.ended])
    return "\n".join(said)


def program_schema() -> dict[str, Any]:
    """The JSON Schema of replies that give a program."""
    return {
        "type": "object",
        "properties": {CODE: {"type": "string", "maxLength": 2000}},
        "required": [CODE],
        "additionalProperties": False,
    }


def read_program(reply: str, *, finished: bool = True) -> str | None:
    """The program in a reply: of its last JSON object with `code`, else its last fenced block; None where none is.

    Thoughts are no part of the reply. Of one that was cut off counts what ends it alone.
    """
    said = [one for one in last_said(reply, CODE) if not one.lenient]
    if said:
        return _runnable(said[-1].values[-1]) if finished or said[-1].closes else None
    text = "\n".join(spoken_parts(reply))
    blocks = [block for block in _FENCED.findall(text) if block.strip()]
    return _runnable(blocks[-1]) if blocks and (finished or text.rstrip().endswith("```")) else None


def _runnable(code: Any) -> str | None:
    """The program, if it is one that can be run and recorded: not too long, and no half of a character in it."""
    if not isinstance(code, str) or not code.strip() or len(code) > LONGEST_CODE or writable(code) != code:
        return None
    return code
