"""What every file of `kind: market` says, whatever its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError, WithJsonSchema, model_validator

from agoranomos.documents import Document, DocumentPart, Name, first_fault
from agoranomos.errors import UsageError, nearest
from agoranomos.markets.labels import Labels

SpecT = TypeVar("SpecT", bound="MarketSpec")
ONE_KIND = WithJsonSchema({"const": "market", "title": "Kind", "type": "string"})
"""How editors are told: a scenario's own specification narrows it to the other kind."""


class Talk(DocumentPart):
    """Agents may say one text of at most `characters` to all others in every round, heard before the next.

    It is cheap talk: recorded, and binding nobody. Source: Farrell and Rabin (1996), Cheap Talk.
    """

    characters: Annotated[int, Field(ge=1, le=2000)] = 200


class MarketSpec(Document):
    """The common keys. A subclass narrows `type` to its own literal and gives `name` a default.

    A file of `kind: scenario` is that of a market whose observations are words; it lies in `scenarios/`.

    With `continuation` a run's length is unknown: after each round another follows with that probability, drawn from
    the run's seed, and `rounds` is the most. With `talk` agents can speak to each other; `labels` are for people and
    language models.
    """

    kind: Annotated[Literal["market", "scenario"], ONE_KIND] = "market"
    version: Literal[1] = 1
    type: str
    name: Name
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 50
    continuation: Annotated[float, Field(gt=0, lt=1)] | None = None
    talk: Talk | None = None
    labels: Labels | None = None

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Self:
        expected = type(self).model_fields["kind"].default
        if self.kind != expected:
            raise ValueError(f"`type: {self.type}` stands in files of `kind: {expected}`")
        return self

    @property
    def may_end_early(self) -> bool:
        """Whether a run may have fewer rounds than `rounds`."""
        return self.continuation is not None

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed; another one only where the file leaves something to be drawn."""
        return self

    def described(self) -> dict[str, Any]:
        """The specification as plain JSON values without floats; `model_validate` takes it back.

        Real numbers are written as text, in the shortest form that reads back to the same number, because records hold
        no floats; what is None is left out.
        """
        written = without_floats(self.model_dump(mode="json", exclude_none=True))
        assert isinstance(written, dict)
        return written


def spec_of(kind: type[SpecT], fields: Mapping[str, Any]) -> SpecT:
    """The specification with these fields, the rest by default; `max_cycles` is PettingZoo's word for `rounds`.

    Raises `UsageError` for an unknown field (with the nearest one) or an invalid value.
    """
    given = dict(fields)
    if "max_cycles" in given:
        if "rounds" in given:
            raise UsageError("`max_cycles` and `rounds` are the same thing; give one of them")
        given["rounds"] = given.pop("max_cycles")
    known = kind.model_fields
    for name in given:
        if name not in known:
            raise UsageError(f"{kind.__name__} has no field {name!r}", advice=nearest(name, known))
    try:
        return kind(**given)
    except ValidationError as error:
        raise UsageError(first_fault(error)[1]) from None


def without_floats(value: Any) -> Any:
    """`value` with every real number as the shortest text that reads back to it."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: without_floats(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [without_floats(part) for part in value]
    return value
