"""A change of standing in words: the rule as its institution writes it, and the states as notices call them."""

from __future__ import annotations

from functools import lru_cache

from agoranomos.errors import AgoraError
from agoranomos.institutions import load_institution
from agoranomos.institutions.entries import InstitutionRecord, Opened
from agoranomos.institutions.inheritance import recorded_source
from agoranomos.institutions.manifest import Manifest


def edge_words(opened: Opened | None, round_number: int, edge: str) -> dict[str, str]:
    """`rule`, `from` and `to` of the edge `RULE:from->to` in that round's institution, or their names."""
    rule, _, states = edge.partition(":")
    source, _, target = states.partition("->")
    manifest = _manifest(_record(opened, round_number))
    return {"rule": _rule(manifest, rule), "from": _state(manifest, source), "to": _state(manifest, target)}


def _record(opened: Opened | None, round_number: int) -> InstitutionRecord | None:
    if opened is None:
        return None
    ruling = opened.institution
    for switch in opened.switches:
        if switch.first_round <= round_number:
            ruling = switch.institution
    return ruling


@lru_cache(maxsize=4)
def _manifest(record: InstitutionRecord | None) -> Manifest | None:
    if record is None:
        return None
    try:
        return load_institution(recorded_source(record.name, record.text, record.bases)).manifest
    except AgoraError:
        return None


def _rule(manifest: Manifest | None, name: str) -> str:
    found = manifest.rules.get(name) if manifest is not None else None
    if found is None:
        return _plain(name)
    return " ".join(part for part in (found.attribute, found.deontic, found.aim, found.object) if part)


def _state(manifest: Manifest | None, name: str) -> str:
    found = manifest.states.get(name) if manifest is not None else None
    return found.label if found is not None and found.label else _plain(name)


def _plain(name: str) -> str:
    return name.replace("_", " ")
