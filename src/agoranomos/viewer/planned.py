"""What a campaign's plan and status say, as far as they can be read: a damaged folder must not break a list."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from agoranomos.campaigns.document import Campaign
from agoranomos.campaigns.folder import MAX_PLAN_BYTES, CampaignFolder
from agoranomos.campaigns.status import Status
from agoranomos.documents import read_document
from agoranomos.errors import AgoraError
from agoranomos.viewer.confined import inside, is_plain_name, read_if_there, read_inside
from agoranomos.viewer.kept import Kept, stamp_of

MAX_STATUS_BYTES = 1 << 24
MOST_CAMPAIGNS = 1024
"""Whose plans and status are kept in memory."""


@dataclass(frozen=True, slots=True)
class PlannedArm:
    """One arm of a plan."""

    name: str
    regime: str
    roster: str
    market: str
    institution: str
    rounds: int
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan: empty where there is none that can be read; `fault` says then why."""

    name: str = ""
    title: str = ""
    outcome: str = ""
    arms: tuple[PlannedArm, ...] = ()
    seeds: tuple[int, ...] = ()
    fault: str = ""

    @property
    def markets(self) -> tuple[str, ...]:
        """The names of the arms' markets, each once."""
        return tuple(dict.fromkeys(arm.market for arm in self.arms if arm.market))

    @property
    def mock_only(self) -> bool:
        """Whether there are models, and the mock engine is every one of them."""
        models = [model for arm in self.arms for model in arm.models]
        return bool(models) and all(model.startswith("mock/") for model in models)


class Plans:
    """The plans and the status of campaigns in `root`, read anew where they were written anew."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._plans: Kept[Planned] = Kept(MOST_CAMPAIGNS)
        self._status: Kept[Mapping[str, Any]] = Kept(MOST_CAMPAIGNS)

    def plan(self, folder: CampaignFolder) -> Planned:
        """What `plan.json` and the title in `campaign.yaml` say."""
        files = (folder.plan_file, folder.root / "campaign.yaml")
        return self._plans.get(folder.root, stamp_of(files), lambda: self._read_plan(folder))

    def status(self, folder: CampaignFolder) -> Mapping[str, Any]:
        """What `status.json` says; empty where there is none that can be read."""
        stamp = stamp_of((folder.status_file,))
        return self._status.get(folder.root, stamp, lambda: self._read_status(folder))

    def spending(self, folder: CampaignFolder) -> dict[str, Any]:
        """What all sessions took of language models, as `spending.json` says: seconds; calls and tokens by model."""
        found = self._object(folder.spending_file, MAX_STATUS_BYTES)
        seconds, models = found.get("seconds"), _mapping(found.get("models"))
        return {
            "seconds": seconds if isinstance(seconds, int | float) else None,
            "models": {name: _numbers(use) for name, use in models.items() if isinstance(use, dict)},
        }

    def _object(self, path: Path, limit: int) -> Mapping[str, Any]:
        try:
            found = msgspec.json.decode(read_if_there(path, self._root, limit) or b"{}")
        except (AgoraError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _read_status(self, folder: CampaignFolder) -> Mapping[str, Any]:
        try:
            found = msgspec.convert(self._object(folder.status_file, MAX_STATUS_BYTES), Status)
        except msgspec.MsgspecError:
            return {}
        return dict(msgspec.to_builtins(found))

    def _read_plan(self, folder: CampaignFolder) -> Planned:
        document, fault = self._document(folder.plan_file)
        campaign = _mapping(document.get("campaign"))
        arms = (_arm(arm) for arm in _rows(document.get("arms")))
        seeds = document.get("seeds")
        return Planned(
            name=_text(campaign.get("name")) or folder.root.name,
            title=self._title(folder),
            outcome=_text(campaign.get("outcome")),
            arms=tuple(arm for arm in arms if is_plain_name(arm.name)),
            seeds=tuple(seed for seed in seeds if _is_seed(seed)) if isinstance(seeds, list) else (),
            fault=fault,
        )

    def _document(self, path: Path) -> tuple[Mapping[str, Any], str]:
        """What stands in a plan, and why it cannot be read; the one or the other is empty."""
        if not os.path.lexists(path):
            return {}, f"{path.name} is not there."
        try:
            found = msgspec.json.decode(read_inside(path, self._root, MAX_PLAN_BYTES))
        except AgoraError as error:
            return {}, f"{path.name} cannot be read: {error.message}."
        except RecursionError:
            return {}, f"{path.name} cannot be read: it is nested too deeply."
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return {}, f"{path.name} cannot be read: {error}."
        if isinstance(found, dict) and isinstance(found.get("arms"), list) and isinstance(found.get("seeds"), list):
            return found, ""
        return {}, f"{path.name} cannot be read: it has no list of arms and of seeds."

    def _title(self, folder: CampaignFolder) -> str:
        try:
            return read_document(inside(folder.root / "campaign.yaml", self._root), Campaign).title
        except AgoraError:
            return ""


def _arm(arm: Mapping[str, Any]) -> PlannedArm:
    roster = _mapping(arm.get("roster"))
    models = (_text(agent.get("model")) for agent in _rows(roster.get("agents")))
    rounds = arm.get("rounds")
    return PlannedArm(
        name=_text(arm.get("name")),
        regime=_text(arm.get("regime")),
        roster=_text(roster.get("name")),
        market=_text(_mapping(arm.get("market")).get("name")),
        institution=_text(_mapping(arm.get("institution")).get("name")),
        rounds=rounds if isinstance(rounds, int) else 0,
        models=tuple(dict.fromkeys(model for model in models if model)),
    )


def _is_seed(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**19


def _numbers(use: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: use[name]
        for name in ("calls", "prompt_tokens", "reply_tokens", "money")
        if isinstance(use.get(name), int | float)
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
