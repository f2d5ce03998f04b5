"""Markets by specification and by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, create_model

from agoranomos.documents import Document, Source, parse_document, read_text
from agoranomos.errors import UsageError
from agoranomos.markets.cournot import Cournot, beyond_totals
from agoranomos.markets.market import Market
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.registry import find_market_type, market_types
from agoranomos.workspace import Workspace, list_names, resolve


class _Typed(Document):
    """A market's file as far as its type; the rest is read by the type's own specification."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal["market", "scenario"]
    version: Literal[1]
    type: str


def build_market(spec: MarketSpec) -> Market:
    """The market that `spec` describes."""
    return find_market_type(spec.type).build(spec)


def parse_market(source: Source) -> MarketSpec:
    """The specification in the YAML text of `source`; raises `DocumentError` with the place of the first fault."""
    found = parse_document(source, _Typed).type
    if found not in market_types():
        names: Any = Literal[market_types()]
        parse_document(source, create_model("MarketSpec", __base__=_Typed, type=(names, ...)))
    return parse_document(source, find_market_type(found).spec)


def described_market(described: Any) -> MarketSpec:
    """The specification that `MarketSpec.described` wrote.

    Raises `UsageError` for an unknown type, and Pydantic's `ValidationError` for what the type does not allow.
    """
    name = described.get("type") if isinstance(described, dict) else None
    return find_market_type(str(name)).spec.model_validate(described)


def load_market(name: str, workspace: Workspace) -> Market:
    """The market or scenario called `name`, or at the path `name`, in the workspace, the library or a plug-in.

    Raises `UsageError` where there is none (with the nearest name), `DocumentError` where the file is invalid.
    """
    return build_market(parse_market(read_text(market_file(name, workspace))))


def market_file(name: str, workspace: Workspace) -> Path:
    """The file of the market called `name`, or of the scenario where no market is called so.

    Raises `UsageError` where there is neither, with the nearest name of either kind.
    """
    if any(located.name == name for located in list_names("markets", workspace)):
        return resolve("markets", name, workspace)
    try:
        return resolve("scenarios", name, workspace)
    except UsageError as scenario:
        try:
            return resolve("markets", name, workspace)
        except UsageError as market:
            raise (market if market.advice or not scenario.advice else scenario) from None


def load_cournot(name: str, workspace: Workspace, what: str) -> Cournot:
    """The market called `name`, for `what`, which knows Cournot markets only; raises `UsageError` for another type.

    So it does for a Cournot market whose prices and profits do not follow from the totals alone, or whose firms come
    and go.
    """
    market = load_market(name, workspace)
    if not isinstance(market, Cournot):
        raise UsageError(
            f"{what} knows markets of type cournot only; {name} is of type {market.spec.type}",
            advice="Play the institution in it instead: agora run, or agora graph test with traces of signals.",
        )
    reason = beyond_totals(market.spec)
    if reason:
        raise UsageError(
            f"{what} knows identical versions and lasting firms only; in {name} {reason}",
            advice="Play the institution in it instead: agora run, or agora graph test with traces of signals.",
        )
    return market
