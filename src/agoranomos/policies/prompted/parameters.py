"""What a roster may say of a prompted agent."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from agoranomos.documents import DocumentPart, Finite
from agoranomos.policies.prompted.memories import DropOldest, Memory, NotesMemory, Overflow, SummaryMemory

_ASKED_FOR = ("stride", "memory", "overflow", "reasoning", "top_p")


class PromptedParameters(DocumentPart):
    """`model` names the engine, `template` the prompt in `policies/`, `memory` what the agent remembers.

    `window` is how many past rounds are shown at most. Where there are more, the oldest leave, `stride` at a time: the
    beginning of the prompt then stays the same for that many rounds, and an engine that keeps it need not read it
    again. `overflow` says what is done about a prompt that does not fit the model. `max_tokens` bounds a reply (0: as
    the template says), `reasoning` the tokens of thought before it, `temperature` 0 is greedy, `top_p` below 1 leaves
    out the tail. `attempts` is how often a move may be asked for before it is repaired: 2 gives the model one turn to
    repair it itself.
    """

    model: str = "smollm2"
    template: str = "cournot-cached"
    window: int = Field(default=30, ge=1, le=1000)
    stride: int = Field(default=1, ge=1, le=1000)
    memory: Memory = Field(default_factory=NotesMemory)
    overflow: Overflow = "fail"
    max_tokens: int = Field(default=0, ge=0, le=32_768)
    reasoning: int = Field(default=0, ge=0, le=32_768)
    temperature: Finite = Field(default=1.0, ge=0, le=2)
    top_p: Finite = Field(default=1.0, gt=0, le=1)
    attempts: int = Field(default=3, ge=1, le=10)

    @model_validator(mode="after")
    def _fits_the_window(self) -> PromptedParameters:
        if self.stride > self.window:
            raise ValueError(f"stride: {self.stride} rounds cannot leave a window of {self.window}")
        if isinstance(self.memory, SummaryMemory) and self.memory.every > self.window:
            raise ValueError(
                f"memory: a window of {self.window} never holds the {self.memory.every} rounds of a summary"
            )
        return self

    @property
    def most_calls(self) -> int:
        """The most model calls that one decision can lead to: attempts, a summary, and prompts that did not fit."""
        summaries = isinstance(self.memory, SummaryMemory)
        too_long = self.window.bit_length() if isinstance(self.overflow, DropOldest) else 0
        return self.attempts + summaries + too_long

    @model_serializer(mode="wrap")
    def _as_asked(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What an agent did not ask for is not written: plans from before it could are those of today."""
        written: dict[str, Any] = write(self)
        fields = type(self).model_fields
        for name in _ASKED_FOR:
            if getattr(self, name) == fields[name].get_default(call_default_factory=True):
                written.pop(name, None)
        return written
