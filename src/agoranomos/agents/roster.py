"""A roster: which policy sits in which seat of a market."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, create_model, model_serializer

from agoranomos.documents import Document, DocumentPart, Finite, Name, parse_document
from agoranomos.documents.reader import Source, read_text
from agoranomos.errors import UsageError
from agoranomos.policies import POLICIES, ChosenPolicy, choose_policy
from agoranomos.workspace import Workspace, list_names, resolve


class RosterEntry(DocumentPart):
    """One agent, or `count` of them: a registered policy or a file in `policies/`, its parameters, and noise on it.

    `noise` is the standard deviation of the multiplicative Gaussian noise on each quantity: 0.05 is 5% noise. `tremble`
    is the probability that the agent does anything at all in the place of what its policy decides.
    """

    policy: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    noise: Annotated[Finite, Field(ge=0, le=1)] = 0.0
    tremble: Annotated[Finite, Field(ge=0, le=1)] = 0.0
    count: Annotated[int, Field(ge=1, le=5_000, strict=True)] = 1

    @model_serializer(mode="wrap")
    def _without_a_steady_hand(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A hand that does not tremble is not written: plans from before it could are those of today."""
        written: dict[str, Any] = write(self)
        if not written.get("tremble"):
            written.pop("tremble", None)
        return written


class Roster(Document):
    """The agents of a market in the order of its seats; a roster of one agent fills all seats."""

    kind: Literal["roster"]
    version: Literal[1]
    name: Name | None = None
    about: str = ""
    agents: Annotated[tuple[RosterEntry, ...], Field(min_length=1)]

    def entries(self, seats: int) -> tuple[RosterEntry, ...]:
        """One entry a seat; raises `UsageError` when the roster does not fit a market of that many seats."""
        seated = tuple(entry for entry in self.agents for _ in range(entry.count))
        if len(seated) == 1:
            return seated * seats
        if len(seated) != seats:
            raise UsageError(
                f"the roster {self.name or ''} seats {len(seated)} agents, the market has {seats}".replace("  ", " "),
                advice="A roster has one agent for each seat, or a single agent that fills them all.",
            )
        return seated


def load_roster(name: str, workspace: Workspace) -> Roster:
    """The roster that `name` stands for, resolved: every entry names a registered policy and holds all its parameters.

    So a roster that is kept (in a campaign's plan) stays the same whatever becomes of files in `policies/` and of
    defaults. Raises `UsageError` for an unknown name, `DocumentError` with the place for a fault in the file.
    """
    path = resolve("agents", name, workspace)
    source = read_text(path)
    roster = _checked(source, workspace)
    return roster.model_copy(update={"name": roster.name or path.stem})


def resolve_roster(roster: Roster, workspace: Workspace) -> Roster:
    """`roster` with registered policies and complete parameters in every entry, as `load_roster` gives it."""
    entries = []
    for entry in roster.agents:
        chosen = choose_policy(entry.policy, workspace)
        parameters = chosen.parameters(entry.parameters).model_dump(mode="json")
        entries.append(entry.model_copy(update={"policy": chosen.type.name, "parameters": parameters}))
    return roster.model_copy(update={"agents": tuple(entries)})


def _checked(source: Source, workspace: Workspace) -> Roster:
    roster = parse_document(source, Roster)
    # Parsing once more, against what each entry's policy allows, gives every fault its line and nearest valid word.
    entries: Any = tuple[tuple(_narrowed(entry, workspace) for entry in roster.agents)]  # type: ignore[misc]
    parse_document(source, create_model("Roster", __base__=Roster, agents=(entries, ...)))
    return resolve_roster(roster, workspace)


def _narrowed(entry: RosterEntry, workspace: Workspace) -> type[RosterEntry]:
    try:
        chosen = choose_policy(entry.policy, workspace)
    except UsageError:
        files = [found.name for found in list_names("policies", workspace) if found.path.suffix == ".yaml"]
        if entry.policy in files:
            raise
        names: Any = Literal[(*POLICIES, *files)]
        return create_model("RosterEntry", __base__=RosterEntry, policy=(names, ...))
    return create_model("RosterEntry", __base__=RosterEntry, parameters=_parameters_field(chosen))


def _parameters_field(chosen: ChosenPolicy) -> Any:
    return (chosen.annotation(), Field(default_factory=dict))
