"""The memories that a prompted agent can have, as rosters write them: `memory: window`, or with parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)

from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError

TemplateMemory: TypeAlias = Literal["none", "window", "notes", "summary", "shared"]
"""The memories that a template can speak of. One that is yoked reads as a window: the agent cannot tell."""


class NoMemory(DocumentPart):
    """Nothing of any past round: every round is met as the first one. What is said and noticed now is still heard."""

    kind: Literal["none"] = "none"


class WindowMemory(DocumentPart):
    """Its own last `window` rounds, as its market shows them."""

    kind: Literal["window"] = "window"


class NotesMemory(DocumentPart):
    """A window, and the files PLANS and INSIGHTS that each reply writes anew: the memory of arXiv 2410.00031."""

    kind: Literal["notes"] = "notes"


class SummaryMemory(DocumentPart):
    """A text of at most `characters` that the model writes itself, and the rounds since.

    It is asked for when `every` rounds have come together since the last one, before the move; what was summarised is
    then gone. A call that brings none counts as failed, the rounds stay, and the next decision asks again.
    """

    kind: Literal["summary"] = "summary"
    every: int = Field(default=5, ge=1, le=1000)
    characters: int = Field(default=400, ge=16, le=8000)


class SharedMemory(DocumentPart):
    """A window in which every round also holds what all others did, whatever the market itself shows.

    `show: final` gives the actions that cleared, `full` also what each model had replied in choosing them, its thoughts
    included.
    """

    kind: Literal["shared"] = "shared"
    show: Literal["final", "full"] = "final"


class YokedMemory(DocumentPart):
    """A window of somebody else's rounds: those of a finished run, in the place of the agent's own.

    Before round r it is shown what `agent` (left out: the one in the same seat) saw of rounds 1 to r - 1 in the run of
    `arm` with the same seed (or `seed`, or one `further`) in `campaign`, which is a folder with runs in it, or the name
    of a campaign in `logs` that was run under one plan. The log of that run is verified first.
    """

    kind: Literal["yoked"] = "yoked"
    campaign: str = Field(min_length=1, max_length=1000)
    arm: str = Field(min_length=1, max_length=200)
    agent: str = Field(default="", max_length=200)
    seed: int | None = Field(default=None, ge=0, le=2**53 - 1)
    further: int = Field(default=0, ge=0, le=2**31)

    @model_validator(mode="after")
    def _names_one_run(self) -> YokedMemory:
        if self.seed is not None and self.further:
            raise ValueError("give either a `seed`, or how much `further` it is than that of the run, and not both")
        return self

    @model_serializer(mode="wrap")
    def _as_asked(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is not asked for is not written: plans from before it could be are those of today."""
        written: dict[str, Any] = write(self)
        if not self.further:
            written.pop("further")
        return written

    def seed_for(self, seed: int) -> int:
        """The seed of the run that is remembered in a run with this seed."""
        return seed + self.further if self.seed is None else self.seed


def kind_alone(given: Any) -> Any:
    """`window` is short for `{kind: window}`; a mapping without a kind is left to the error that names the kinds."""
    return {"kind": given} if isinstance(given, str) else dict(given) if isinstance(given, Mapping) else given


Memory: TypeAlias = Annotated[
    Annotated[
        NoMemory | WindowMemory | NotesMemory | SummaryMemory | SharedMemory | YokedMemory,
        Field(discriminator="kind"),
    ],
    BeforeValidator(kind_alone),
]


RoundsMemory: TypeAlias = Annotated[
    Annotated[NoMemory | WindowMemory | SharedMemory | YokedMemory, Field(discriminator="kind")],
    BeforeValidator(kind_alone),
]
"""The memories of rounds alone, for agents that write nothing: they have no notes and no summary."""


def require_spoken_of(memory: TemplateMemory, known: Sequence[TemplateMemory], template: str, fits_all: str) -> None:
    """Raise `UsageError` where the text of `template` speaks of other memories than `memory`."""
    if memory not in known:
        raise UsageError(
            f"the template {template} is for agents whose memory is {' or '.join(known)}, not {memory}",
            advice=f"{fits_all} for every memory; a template of your own names its own: "
            f"`memory: [{', '.join((*known, memory))}]`.",
        )


class DropOldest(DocumentPart):
    """Where a prompt does not fit the model, the older half of the rounds in it is forgotten, until it fits."""

    drop: Literal["oldest"]


Overflow: TypeAlias = Annotated[
    Annotated[Literal["fail"], Tag("fail")] | Annotated[DropOldest, Tag("drop")],
    Discriminator(
        lambda given: "drop" if isinstance(given, Mapping | DropOldest) else "fail" if given == "fail" else None,
        custom_error_type="overflow",
        custom_error_message="`fail` or `{drop: oldest}` was expected",
    ),
]
"""What is done about a prompt that does not fit the model's context; `fail` takes the call as failed."""
