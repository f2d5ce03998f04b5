"""The digest of what a manifest means: the identity of a regime."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from agoranomos.institutions.notices import NoticeTemplate

if TYPE_CHECKING:
    from agoranomos.institutions.manifest import Manifest

UNTOLD: Final = {"name", "title", "about"}
"""What a manifest says about itself; it changes no judgement, so the digest of its meaning leaves it out."""

ABSENT: Final = "absent means the default"
"""Marks a key of which only values other than its default are part of the meaning.

Keys that were added to the language bear it, so that a manifest written before keeps its digest.
"""


def semantic_digest(manifest: Manifest) -> str:
    """SHA-256, in hex, of what the manifest means: its values in order, without what it says about itself."""
    meaning = _meaning(manifest, whole=True)
    if manifest.notices is not None and "institution" in NoticeTemplate.words(manifest.notices.template):
        meaning.append(["name", manifest.name])  # Then agents read the name.
    text = json.dumps(meaning, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _meaning(value: Any, *, whole: bool = False) -> Any:
    """Parts and mappings as lists of pairs (their order has a meaning), numbers as one form each, no prose."""
    if isinstance(value, BaseModel):
        untold = UNTOLD if whole else {"about"}
        return [
            [field.alias or name, _meaning(getattr(value, name))]
            for name, field in type(value).model_fields.items()
            if name not in untold and not _is_absent(field, getattr(value, name))
        ]
    if isinstance(value, dict):
        return [[key, _meaning(item)] for key, item in value.items()]
    if isinstance(value, tuple):
        return [_meaning(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _is_absent(field: FieldInfo, value: Any) -> bool:
    return ABSENT in field.metadata and value == field.get_default(call_default_factory=True)
