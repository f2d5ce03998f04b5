"""`--set a.b=c`: another value for one key of a campaign, typed as YAML and checked like the file itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from agoranomos.campaigns.document import Campaign
from agoranomos.documents import first_fault
from agoranomos.errors import UsageError, nearest

FIXED = ("kind", "version")


def override(campaign: Campaign, settings: Sequence[str]) -> Campaign:
    """The campaign with each `path=value` of `settings` applied in turn.

    A path leads through keys that the campaign has, and places in lists from 0; the whole is checked when all are
    applied. Raises `UsageError` that names the setting: no `=`, an unknown path (with the nearest known one), a value
    that is not YAML or is not allowed there.
    """
    if not settings:
        return campaign
    # The dump holds every key with its default, so a key that it lacks is unknown.
    tree = campaign.model_dump(mode="json", by_alias=True)
    for setting in settings:
        _apply(tree, setting)
    try:
        return Campaign.model_validate(tree)
    except ValidationError as error:
        given = " ".join(f"--set {setting}" for setting in settings)
        raise UsageError(f"{given}: {first_fault(error)[1]}") from None


def sets(setting: str, key: str) -> bool:
    """Whether `path=value` sets this key of the campaign, or a part of it."""
    return setting.partition("=")[0].strip().split(".")[0] == key


def _apply(tree: Any, setting: str) -> None:
    dotted, equals, text = setting.partition("=")
    path = [part for part in dotted.strip().split(".") if part]
    if not equals or not path:
        raise UsageError(f"--set {setting}: `path=value` was expected", advice="For example --set rounds=10.")
    if path[0] in FIXED:
        raise UsageError(f"--set {setting}: {path[0]!r} cannot be changed")
    _put(tree, path, _value(setting, text), setting)


def _value(setting: str, text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError) as error:
        raise UsageError(f"--set {setting}: the value is not valid YAML: {str(error).splitlines()[0]}") from None


def _put(tree: Any, path: Sequence[str], value: Any, setting: str) -> None:
    node = tree
    for depth, part in enumerate(path):
        if isinstance(node, list):
            known = [str(place) for place in range(len(node))]
        elif isinstance(node, dict):
            known = list(node)
        else:
            raise UsageError(f"--set {setting}: there is nothing below {'.'.join(path[:depth])!r}")
        if part not in known:
            raise UsageError(
                f"--set {setting}: unknown key {'.'.join(path[: depth + 1])!r}", advice=nearest(part, known)
            )
        key = int(part) if isinstance(node, list) else part
        if depth == len(path) - 1:
            node[key] = value
        else:
            node = node[key]
