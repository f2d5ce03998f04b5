"""`agora graph schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.terminal import say_json
from agoranomos.errors import unknown_name

if TYPE_CHECKING:
    from agoranomos.documents import Document


def document_kinds() -> dict[str, type[Document]]:
    """Every kind of YAML document, by the name that stands in its `kind:`."""
    from agoranomos.agents import Roster
    from agoranomos.campaigns import Campaign
    from agoranomos.contracts import ContractDocument
    from agoranomos.institutions.manifest import Manifest
    from agoranomos.institutions.traces import Traces
    from agoranomos.markets import MarketSpec
    from agoranomos.policies.document import PolicyDocument
    from agoranomos.scenarios import ScenarioSpec
    from agoranomos.training.document import TrainingDocument
    from agoranomos.workspace import WorkspaceDocument

    return {
        "institution": Manifest,
        "traces": Traces,
        "market": MarketSpec,
        "scenario": ScenarioSpec,
        "roster": Roster,
        "policy": PolicyDocument,
        "campaign": Campaign,
        "contract": ContractDocument,
        "training": TrainingDocument,
        "workspace": WorkspaceDocument,
    }


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one kind of document; raises `UsageError` with the nearest kind."""
    kinds = document_kinds()
    if kind not in kinds:
        raise unknown_name("kind of document", kind, kinds)
    types = types_of(kind)
    made = _told_apart(types) if types else kinds[kind].model_json_schema(by_alias=True, mode="validation")
    if "extends" in made.get("properties", ()):  # what a base says need not be said again
        own = [key for key in ("kind", "version", "name") if key in made["required"]]
        made["else"] = {"required": made["required"]}
        made |= {"required": own, "if": {"required": ["extends"]}, "then": {}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def types_of(kind: str) -> dict[str, type[Document]]:
    """What documents of this kind are, by their `type`, those of plug-ins among them; none where there is one form."""
    from agoranomos.markets import find_market_type, market_types
    from agoranomos.training.document import DpoTraining, EvolveTraining, GrpoTraining

    if kind == "training":
        return {"dpo": DpoTraining, "grpo": GrpoTraining, "evolve": EvolveTraining}
    if kind not in ("market", "scenario"):
        return {}
    found = [find_market_type(name) for name in market_types()]
    return {each.name: each.spec for each in found if each.kind == kind}


def _told_apart(types: dict[str, type[Document]]) -> dict[str, Any]:
    """One schema for each type, told apart by `type`."""
    from functools import reduce
    from operator import or_

    from pydantic import Field, TypeAdapter

    forms: Any = reduce(or_, types.values())
    told_apart: Any = Annotated[forms, Field(discriminator="type")] if len(types) > 1 else forms
    adapter: TypeAdapter[Any] = TypeAdapter(told_apart)
    return adapter.json_schema(by_alias=True, mode="validation")


def schema(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="institution, traces, market, scenario, roster, policy, campaign, contract, training, workspace.",
        ),
    ] = "institution",
) -> None:
    """Print the JSON Schema of a kind of document.

    Editors that are given it complete YAML and mark unknown keys.

    Example:  agora graph schema institution > institution.schema.json
    """
    say_json(json_schema(kind))
