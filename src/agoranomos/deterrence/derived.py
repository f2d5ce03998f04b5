"""An institution with other values for some keys: what a certificate varies, and what `--set` asks for."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from agoranomos.documents import Source
from agoranomos.errors import UsageError, nearest
from agoranomos.institutions.institution import Institution, load_institution

FIXED = ("kind", "version", "extends")


def changed(institution: Institution, settings: Sequence[str]) -> Institution:
    """The institution with each `path=value` applied in turn, read and checked anew.

    A path leads through keys and places in lists from 0; its last key may be one that the manifest leaves out. Raises
    `UsageError` for an unknown path or a value that is no YAML, `DocumentError` where the result is invalid.
    """
    if not settings:
        return institution
    tree = tree_of(institution)
    for setting in settings:
        dotted, equals, text = setting.partition("=")
        path = [part for part in dotted.strip().split(".") if part]
        if not equals or not path:
            raise UsageError(f"--set {setting}: `path=value` was expected", advice="Such as signals.x.window=1.")
        if path[0] in FIXED:
            raise UsageError(f"--set {setting}: {path[0]!r} cannot be changed")
        try:
            value = YAML(typ="safe", pure=True).load(text)
        except (YAMLError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise UsageError(f"--set {setting}: the value is not valid YAML: {reason}") from None
        _put(tree, path, value, setting)
    return derived(institution, tree)


def tree_of(institution: Institution) -> dict[str, Any]:
    """The manifest as plain values, with the keys that it gives."""
    return institution.manifest.model_dump(mode="json", by_alias=True, exclude_unset=True)


def derived(institution: Institution, tree: Mapping[str, Any]) -> Institution:
    """The institution that these values describe."""
    stream = io.StringIO()
    YAML(typ="rt", pure=True).dump(dict(tree), stream)  # in the order given, which events depend on
    return load_institution(Source(f"{institution.source.name} as changed", stream.getvalue()))


def _put(tree: Any, path: Sequence[str], value: Any, setting: str) -> None:
    node = tree
    for depth, part in enumerate(path):
        last = depth == len(path) - 1
        known = (
            [str(k) for k in range(len(node))]
            if isinstance(node, list)
            else list(node)
            if isinstance(node, dict)
            else []
        )
        if part not in known and not (last and isinstance(node, dict)):
            where = ".".join(path[: depth + 1])
            raise UsageError(f"--set {setting}: unknown key {where!r}", advice=nearest(part, known))
        key: Any = int(part) if isinstance(node, list) else part
        if last:
            node[key] = value
        else:
            node = node[key]
