"""The plan of a run in which a person takes one seat: a campaign of its own, with one arm and one seed."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from agoranomos.campaigns.document import MAX_SEED, ArmRequest, Campaign, arms_of
from agoranomos.campaigns.people import POLICY
from agoranomos.campaigns.plan import Plan
from agoranomos.campaigns.planning import plan
from agoranomos.documents import Source, read_text
from agoranomos.documents.model import LONGEST_NAME
from agoranomos.errors import UsageError, unknown_name
from agoranomos.markets import build_market
from agoranomos.workspace import Workspace, resolve_argument

SUFFIX = "-human"
"""What the name of such a campaign ends in."""

_KEPT = ("privacy", "signatures", "budget", "prices", "outcome")


def play_plan(
    campaign: str,
    agent: str,
    workspace: Workspace,
    *,
    arm: str = "",
    seed: int | None = None,
    settings: Sequence[str] = (),
) -> Plan:
    """The plan of one run of `campaign` in which a person sits in the seat of `agent`.

    `arm` is the first with an institution where it is not named, else the first; `seed` is the campaign's first. The
    other seats are as the campaign has them, and the log is made safe every round. `settings` are those of `--set`.
    Raises `UsageError` with the nearest name for an unknown campaign, arm or agent, and what `plan` raises.
    """
    whole = plan(read_text(resolve_argument("campaigns", campaign, workspace)), workspace, settings)
    requests = {request.name: request for request in arms_of(whole.campaign)}
    if not arm:
        governed = [one.name for one in whole.arms if one.governed]
        arm = governed[0] if governed else whole.arms[0].name
    if arm not in requests:
        raise unknown_name("arm", arm, requests)
    agents = build_market(whole.arm(arm).market).possible_agents
    if agent not in agents:
        raise unknown_name("agent", agent, agents)
    others = [one.agent for one in whole.arm(arm).agents if one.policy == POLICY and one.agent != agent]
    if others:
        raise UsageError(
            f"arm {arm}: {others[0]} is played by a person too, and one page shows one seat",
            advice=f"Take the seat of {others[0]}, or name another policy for it in the roster.",
        )
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise UsageError(f"--seed {seed}: a whole number from 0 to {MAX_SEED} was expected")
    chosen = whole.campaign.all_seeds[0] if seed is None else seed
    text = _text(_document(whole.campaign, requests[arm], agent, chosen))
    return plan(Source(f"{whole.campaign.name}{SUFFIX}", text), workspace)


def _document(campaign: Campaign, request: ArmRequest, agent: str, seed: int) -> dict[str, Any]:
    """The campaign of that one run, as plain values in the order in which people write them."""
    written = campaign.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    regime = written["regimes"][request.regime]
    if request.institution is not None:
        regime = {**regime, "institution": request.institution}
    arm: dict[str, Any] = {"regime": request.regime, "roster": request.roster, "people": [agent]}
    if request.rounds is not None:
        arm["rounds"] = request.rounds
    if request.levels:
        arm["levels"] = dict(request.levels)
    factors = {factor: written["factors"][factor] for factor, _ in request.levels}
    return {
        "kind": "campaign",
        "version": 1,
        "name": campaign.name[: LONGEST_NAME - len(SUFFIX)] + SUFFIX,
        "title": f"{campaign.title or campaign.name}: a person as {agent}",
        "market": request.market,
        "regimes": {request.regime: regime},
        **({"factors": factors} if factors else {}),
        "arms": {request.name.replace(".", "-"): arm},
        "seeds": [seed],
        "durable": "round",
        "clusters": [],
        **{key: written[key] for key in _KEPT if key in written},
    }


def _text(document: dict[str, Any]) -> str:
    writer, text = YAML(), StringIO()
    writer.default_flow_style = False
    writer.dump(document, text)
    return text.getvalue()
