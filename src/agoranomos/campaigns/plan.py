"""A campaign with every name resolved: what will run, told apart from every other plan by a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agoranomos.campaigns.arm import Arm, Seated, Switch, Wording
from agoranomos.campaigns.document import Campaign
from agoranomos.documents import Source
from agoranomos.errors import UsageError
from agoranomos.institutions.entries import canonical_json
from agoranomos.models.calls.prices import price_of
from agoranomos.workspace import Workspace

PLAN_VERSION = 1

_SAYS_NOTHING = {"title", "about", "limits", "budget", "prices"}
"""What a campaign may say otherwise without being another one: no run depends on it."""


_OPTED_INTO = {
    "privacy",
    "signatures",
    "factors",
    "batches",
    "clusters",
    "hypotheses",
    "exclude",
    "stopping",
    "differs",
}
"""What stands in a plan only where it is not the default, so that campaigns from before it keep their digests."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One arm with one seed."""

    arm: Arm
    seed: int

    @property
    def key(self) -> tuple[str, int]:
        """What names the run within its campaign."""
        return self.arm.name, self.seed


@dataclass(frozen=True)
class Plan:
    """A campaign with all names resolved. Two plans with one digest lead to the same runs.

    `text` is the campaign's file as it was read; overrides are in `campaign`. `begun_as` is the digest of the plan that
    the campaign began with, where it has deviated from that; empty where this is the one.
    """

    campaign: Campaign
    text: str
    arms: tuple[Arm, ...]
    workspace: Workspace
    begun_as: str = ""

    @cached_property
    def document(self) -> dict[str, Any]:
        """The plan as plain JSON values: what `plan.json` holds and what the digest is over."""
        return {
            "version": PLAN_VERSION,
            "campaign": _campaign_document(self.campaign),
            "arms": [_arm_document(arm) for arm in self.arms],
            "seeds": list(self.campaign.all_seeds),
        }

    @cached_property
    def json(self) -> bytes:
        """`document` as canonical JSON."""
        return canonical_json(self.document).encode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `json`, in hex."""
        return hashlib.sha256(self.json).hexdigest()

    @property
    def label(self) -> str:
        """The name of its folder, and the plan's part of every origin: `<campaign>-<first eight of the digest>`.

        The digest is that of the plan that the campaign began with.
        """
        return f"{self.campaign.name}-{(self.begun_as or self.digest)[:8]}"

    def runs(self, limit: int | None = None) -> list[PlannedRun]:
        """All runs, or the first `limit`: the first seed of every arm, then the second, and so on."""
        every = [PlannedRun(arm, seed) for seed in self.campaign.all_seeds for arm in self.arms]
        return every if limit is None else every[:limit]

    def arm(self, name: str) -> Arm:
        """The arm of that name."""
        return next(arm for arm in self.arms if arm.name == name)


def check_limits(plan: Plan) -> None:
    """Raise `UsageError` where the plan is larger than the campaign's own limits allow."""
    runs = plan.runs()
    planned = {
        "runs": len(runs),
        "rounds": sum(run.arm.rounds for run in runs),
        "calls": sum(run.arm.calls for run in runs),
    }
    for what, number in planned.items():
        allowed = getattr(plan.campaign.limits, what)
        if allowed is not None and number > allowed:
            raise UsageError(
                f"campaign {plan.campaign.name} plans up to {number} {what}; its limits.{what} is {allowed}",
                advice=f"Raise limits.{what}, or plan fewer arms, seeds or rounds.",
            )


def check_prices(plan: Plan) -> None:
    """Raise `UsageError` where money is bounded and a model of the plan has no price."""
    if plan.campaign.budget.money is None:
        return
    prices = plan.campaign.prices
    for model in (model for arm in plan.arms for model in arm.models):
        if price_of(model, prices) is None:
            raise UsageError(
                f"campaign {plan.campaign.name} has a budget.money, and no price for its model {model}",
                advice="Write what a million of its tokens cost (0 where they are free) under prices, such as "
                f"{model.partition('?')[0]}: {{prompt: 0.5, reply: 1.5}}",
            )


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Where two plan documents differ, as `path: old -> new`, in the order of the keys."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, f"{path}[{_named(one, index)}]")
    elif old != new:
        yield f"{path}: {_short(old)} -> {_short(new)}"


def _named(item: Any, index: int) -> str:
    return str(item.get("name") or item.get("agent") or index) if isinstance(item, Mapping) else str(index)


def _short(value: Any) -> str:
    text = "nothing" if value is None else canonical_json(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _arm_document(arm: Arm) -> dict[str, Any]:
    return {
        "name": arm.name,
        "regime": arm.regime,
        "told": _wording_document(arm.wordings[0]) if arm.wordings else None,
        "institution": _institution_document(arm.institution_name, arm.institution, arm.institution_sha256),
        "roster": {
            "name": arm.roster_name,
            "agents": [_seat_document(seated) for seated in arm.agents],
        },
        "market": {"name": arm.market_name, "specification": arm.market.model_dump(mode="json")},
        "rounds": arm.rounds,
        "durable": arm.durable,
        **_where_there_are_any(
            wordings=[_wording_document(wording) for wording in arm.wordings[1:]],
            levels=dict(arm.levels),
            switches=[_switch_document(switch) for switch in arm.switches],
            repeat=arm.repeat,
        ),
    }


def _campaign_document(campaign: Campaign) -> dict[str, Any]:
    document = campaign.model_dump(mode="json", exclude=_SAYS_NOTHING | _left_out(campaign), by_alias=True)
    for regime in document["regimes"].values():
        for key in ("schedule", "repeat"):
            if not regime[key]:
                del regime[key]
    for use in document["rosters"]:
        if isinstance(use, dict) and not use["institutions"]:
            del use["institutions"]
    for arm in document["arms"].values():
        for key in ("levels", "people"):
            if not arm[key]:
                del arm[key]
    return document


def _wording_document(wording: Wording) -> dict[str, str]:
    return {"name": wording.name, "sha256": _sha256(wording.text)}


def _institution_document(name: str, source: Source | None, semantic: str) -> dict[str, str] | None:
    if source is None:
        return None
    return {"name": name, "semantic_sha256": semantic, "file_sha256": source.sha256}


def _switch_document(switch: Switch) -> dict[str, Any]:
    named = _institution_document(switch.institution_name, switch.institution, switch.institution_sha256)
    return {"from": switch.first_round, "institution": named}


def _where_there_are_any(**parts: Any) -> dict[str, Any]:
    """Those that hold something, so that campaigns without them keep their digests."""
    return {name: part for name, part in parts.items() if part}


def _seat_document(seated: Seated) -> dict[str, str]:
    """A script stands there only where there is one, so that all other campaigns keep their digests."""
    document = {
        "agent": seated.agent,
        "policy": seated.policy,
        "model": seated.model,
        "description_sha256": seated.description_sha256,
    }
    return document | ({"script_sha256": seated.script_sha256} if seated.script_sha256 else {})


def _left_out(campaign: Campaign) -> set[str]:
    fields = type(campaign).model_fields
    return {name for name in _OPTED_INTO if getattr(campaign, name) == fields[name].default}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
