"""`kind: policy`: a registered policy with its parameters, under a name of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model

from agoranomos.documents import Document, DocumentPart, parse_document
from agoranomos.documents.reader import read_text
from agoranomos.errors import unknown_name
from agoranomos.policies.policy_type import PolicyType
from agoranomos.policies.registry import POLICIES, find_policy
from agoranomos.workspace import Workspace, list_names, resolve


class PolicyDocument(Document):
    """A file in `policies/`: `type` is a registered policy, `parameters` are its own."""

    kind: Literal["policy"]
    version: Literal[1]
    type: str
    parameters: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChosenPolicy:
    """What a name stands for: a registered policy, and the parameters that its file sets."""

    type: PolicyType
    preset: Mapping[str, Any] = field(default_factory=dict)

    def parameters(self, given: Mapping[str, Any]) -> DocumentPart:
        """`given` over the preset ones, checked; raises `UsageError`."""
        return self.type.parse({**self.preset, **given})

    def annotation(self) -> Any:
        """The type of a document's field whose value is given over the preset: faults keep their place in the file."""

        def over_preset(given: Any) -> Any:
            return {**self.preset, **given} if isinstance(given, Mapping) else given

        return Annotated[self.type.parameters, BeforeValidator(over_preset)]


def choose_policy(name: str, workspace: Workspace) -> ChosenPolicy:
    """The policy that `name` stands for: a registered one, else a YAML file in `policies/`.

    Raises `UsageError` with the nearest of both, `DocumentError` for an invalid file, `MachineError` for a plug-in that
    fails to load.
    """
    if name in POLICIES:
        return ChosenPolicy(POLICIES[name])
    file = name if name.endswith(".yaml") else f"{name}.yaml"
    files = [located.name for located in list_names("policies", workspace) if located.path.suffix == ".yaml"]
    if "/" not in name and file.removesuffix(".yaml") not in [known.removesuffix(".yaml") for known in files]:
        raise unknown_name("policy", name, [*POLICIES, *files])
    source = read_text(resolve("policies", file, workspace))
    written = parse_document(source, PolicyDocument)
    # Parsing once more, against what is valid here, gives every fault its line and the nearest valid word.
    if written.type not in POLICIES:
        names: Any = Literal[tuple(POLICIES)]
        parse_document(source, create_model("PolicyDocument", __base__=PolicyDocument, type=(names, ...)))
    chosen = ChosenPolicy(find_policy(written.type), written.parameters)
    parameters: Any = (chosen.type.parameters, Field(default_factory=dict))
    parse_document(source, create_model("PolicyDocument", __base__=PolicyDocument, parameters=parameters))
    return chosen
