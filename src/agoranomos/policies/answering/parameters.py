"""What a roster may say of an answering agent."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from agoranomos.documents import DocumentPart, Finite
from agoranomos.policies.prompted.memories import (
    NoMemory,
    SharedMemory,
    SummaryMemory,
    WindowMemory,
    YokedMemory,
    kind_alone,
)

ToldMemory: TypeAlias = Annotated[
    Annotated[NoMemory | WindowMemory | SummaryMemory | SharedMemory | YokedMemory, Field(discriminator="kind")],
    BeforeValidator(kind_alone),
]
"""The memories of a conversation: all but the notes that a prompted agent keeps in files of its own."""


class AnsweringParameters(DocumentPart):
    """`model` names the engine. `by`: `choice` acts on how probable it finds each option, `reply` on what it writes.

    `memory` is what it remembers, at most `window` rounds of it; of more, the oldest leave, `stride` at a time. By
    choice, `act` draws an option with its probability (`sample`) or takes the most probable (`mode`), and `orders:
    rotated` asks with each option under each letter and averages. By reply, `constrained` lets it write nothing but an
    answer, `max_tokens` bounds a reply, and `attempts` is how often it is asked before it sits the round out: 2 gives
    it one turn to repair what could not be read. With `reasoning` it thinks first, for at most so many tokens.
    """

    model: str = "smollm2"
    by: Literal["choice", "reply"] = "choice"
    memory: ToldMemory = Field(default_factory=WindowMemory)
    window: int = Field(default=5, ge=1, le=1000)
    stride: int = Field(default=1, ge=1, le=1000)
    act: Literal["sample", "mode"] = "sample"
    orders: Literal["given", "rotated"] = "given"
    constrained: bool = False
    attempts: int = Field(default=2, ge=1, le=10)
    max_tokens: int = Field(default=256, ge=1, le=32_768)
    reasoning: int = Field(default=0, ge=0, le=32_768)
    temperature: Finite = Field(default=1.0, ge=0, le=2)

    @model_validator(mode="after")
    def _fits_together(self) -> AnsweringParameters:
        if self.stride > self.window:
            raise ValueError(f"stride: {self.stride} rounds cannot leave a window of {self.window}")
        if isinstance(self.memory, SummaryMemory) and self.memory.every > self.window:
            raise ValueError(
                f"memory: a window of {self.window} never holds the {self.memory.every} rounds of a summary"
            )
        if self.by == "choice" and self.temperature == 0:
            raise ValueError("temperature: a choice has none of 0; the most probable option is `act: mode`")
        if self.by == "reply" and self.orders == "rotated":
            raise ValueError("orders: a reply is asked for once; `rotated` goes with `by: choice`")
        return self

    @property
    def most_calls(self) -> int:
        """The most model calls that one decision can lead to: the answer in each order or attempt, and a summary."""
        return (self.attempts if self.by == "reply" else 1) + isinstance(self.memory, SummaryMemory)
