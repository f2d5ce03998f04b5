"""What a roster may say of a tool-using policy."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite


class ToolUsingParameters(DocumentPart):
    """`model` names the engine; `window` is how many past items are remembered, a line each (0: none).

    The route is chosen by how probable the model finds each: `act: sample` draws one, `mode` takes the more probable
    one. `temperature` is above 0, and also that of programs and answers; with `reasoning` the model thinks before
    each, for at most so many tokens. `max_tokens` bounds a program, `attempts` how often an answer is asked for until
    one can be read. `calls` is how many programs it may have run for an item, each for at most `seconds`.

    `isolation: enforced` runs programs only where the system's kernel shuts them in (Linux); `attempted` runs them
    anyway.
    """

    model: str = "smollm2"
    window: int = Field(default=20, ge=0, le=1000)
    act: Literal["sample", "mode"] = "sample"
    temperature: Finite = Field(default=0.7, gt=0, le=100)
    reasoning: int = Field(default=0, ge=0, le=32_768)
    max_tokens: int = Field(default=300, ge=16, le=32_768)
    attempts: int = Field(default=2, ge=1, le=10)
    calls: int = Field(default=3, ge=1, le=10)
    seconds: Finite = Field(default=5.0, ge=0.1, le=60)
    isolation: Literal["enforced", "attempted"] = "enforced"
