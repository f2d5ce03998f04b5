"""A kind of policy that documents may name: its parameters, and how one of its kind takes a seat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from pydantic import ValidationError

from agoranomos.documents import DocumentPart, first_fault
from agoranomos.errors import UsageError, nearest
from agoranomos.models.engine import Engine
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Policy, Seat
from agoranomos.policies.scripted import Scripted
from agoranomos.workspace import Workspace


class Bind(Protocol):
    """Makes the policy of one seat."""

    def __call__(
        self,
        parameters: Any,
        seat: Seat,
        *,
        engine: Engine | None = None,
        told: str | None = None,
        workspace: Workspace | None = None,
    ) -> Policy[Any]:
        """The policy bound to `seat`; `told` is the regime's text, which only a policy that perceives text may use."""
        ...


@dataclass(frozen=True, slots=True)
class PolicyType:
    """A registered policy: `parameters` is what its documents may say, `summary` one sentence for people.

    `needs_engine`: it asks a language model, and its parameter `model` names the engine. `perceives_text`: what it is
    told can change what it does; only then may its description hold the text. `facts` are claims that tests hold.
    """

    name: str
    parameters: type[DocumentPart]
    bind: Bind
    summary: str = ""
    needs_engine: bool = False
    perceives_text: bool = False
    facts: Facts | None = None

    @classmethod
    def scripted(cls, policy: type[Scripted[Any, Any]]) -> PolicyType:
        """The type of a policy that asks no model and reads no text; named, and summed up, by its class."""
        summary = (policy.__doc__ or "").strip().splitlines()[0]
        bind = partial(_bind_scripted, policy)
        return cls(policy.name, policy.parameters_type, bind, summary, facts=policy.facts)

    def parse(self, given: Mapping[str, Any]) -> DocumentPart:
        """`given` as checked parameters; raises `UsageError` that names the parameter and the nearest valid one."""
        try:
            return self.parameters.model_validate(dict(given))
        except ValidationError as error:
            fault, text = first_fault(error)
            if fault["type"] == "extra_forbidden":
                where = ".".join(str(part) for part in fault["loc"])
                message, advice = f"unknown parameter {where!r}", nearest(where, self.parameters.model_fields)
                advice = advice or "It has no parameters."
            else:
                message, advice = f"parameter {text} (found {fault['input']!r})", ""
            raise UsageError(f"policy {self.name!r}: {message}", advice=advice) from None


def _bind_scripted(
    policy: type[Scripted[Any, Any]],
    parameters: Any,
    seat: Seat,
    *,
    engine: Engine | None = None,
    told: str | None = None,
    workspace: Workspace | None = None,
) -> Policy[Any]:
    """A scripted policy gets its seat and nothing else: it cannot perceive a text, nor ask a model."""
    return policy(parameters, seat)
