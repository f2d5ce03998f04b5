"""Writes thresholds into a manifest's text: each number in its place, and every other byte as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from agoranomos.deterrence.calibrated_threshold import with_thresholds
from agoranomos.errors import UsageError
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.meaning import semantic_digest


def calibrated_text(institution: Institution, values: Mapping[tuple[str, str], float]) -> str:
    """The manifest's text with other thresholds, `(signal, key) -> value`; comments and layout stay.

    Raises `UsageError` where a threshold is not written out in the text as a number or an expression of its own (an
    anchor that other keys share, or a manifest that it extends).
    """
    text = institution.source.text
    tree = YAML().compose(text)
    places: list[tuple[int, int, str]] = []
    for (signal, key), value in values.items():
        node = _scalar(tree, ("signals", signal, key))
        if node is None or node.anchor:
            raise UsageError(
                f"the threshold of signal {signal!r} is not written out in {institution.source.name}",
                advice="Write the number itself under the signal, without anchors, and calibrate again.",
            )
        places.append((node.start_mark.index, node.end_mark.index, _number(value)))
    for start, end, number in sorted(places, reverse=True):
        text = text[:start] + number + text[end:]
    written = load_institution(replace(institution.source, text=text))
    meant = with_thresholds(institution, values).manifest
    if written.semantic_sha256 != semantic_digest(meant):
        raise UsageError(
            f"{institution.source.name} shares a threshold between keys, so one cannot be set alone",
            advice="Write the numbers out, without anchors, and calibrate again.",
        )
    return text


def _scalar(tree: Node | None, path: tuple[str, ...]) -> ScalarNode | None:
    """The scalar at a path of keys; None where the text has none there."""
    node: Any = tree
    for part in path:
        if not isinstance(node, MappingNode):
            return None
        node = next((value for key, value in node.value if getattr(key, "value", None) == part), None)
    return node if isinstance(node, ScalarNode) else None


def _number(value: float) -> str:
    """The number as YAML, in the shortest form that reads back to the same."""
    text = repr(float(value))
    return text if "e" not in text else f"{value:.6f}"
