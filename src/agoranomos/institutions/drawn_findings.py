"""The manifest of an institution whose findings are drawn: everything but its Oracle stays.

Findings come in rows, since conduct lasts for more than a round. So two chances are given: of a finding after a round
without one, and after a round with one. With both the draw has the frequency of findings and the length of their rows,
and so the ladder is climbed as far.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import StringIO
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

from agoranomos.errors import UsageError
from agoranomos.institutions.institution import Institution

ANEW, AGAIN, BEFORE = "found_anew", "found_again", "found_before"
"""The names of the two audits, and of the counter that tells which of them counts."""

_LEAST, _MOST = 1e-6, 1 - 1e-6


@dataclass(frozen=True, slots=True)
class FindingRates:
    """The chance of a finding in a round of evidence: `anew` after a round without one, `again` after one with it.

    `of` says whether each agent is found on its own, or all in the market together.
    """

    anew: float
    again: float
    of: Literal["agent", "market"]


def drawn_manifest(real: Institution, rates: FindingRates, name: str) -> str:
    """The YAML text of a manifest that extends `real` and draws its findings at these rates.

    What other events read off signals counts as so: nothing but the draw is left. Raises `UsageError` for an
    institution with several accusations, or none, and for one whose names are taken.
    """
    manifest = real.manifest
    accusing = [event for event, spec in manifest.events.items() if spec.accuses is not None]
    if len(accusing) != 1:
        raise UsageError(
            f"{real.name} has {len(accusing)} events that accuse; a draw can stand for one",
            advice="Write the placebo by hand: cournot-antitrust-random shows how.",
        )
    taken = {ANEW, AGAIN, BEFORE} & {*manifest.audits, *manifest.counters, *manifest.events, *manifest.parameters}
    if taken:
        raise UsageError(f"{real.name} already uses the name {sorted(taken)[0]!r}, which the draw needs")
    (event,) = accusing
    signals = manifest.signals
    deciding = [word for word in real.evidence[event] if word in dict(real.events)[event].names] or [event]
    events: dict[str, Any] = {
        event: {"when": Quoted(f"{BEFORE} == 1 ? {AGAIN} : {ANEW}"), "evidence": [], "pretext": deciding}
    }
    for other, spec in manifest.events.items():
        when = _without(spec.when, signals)
        if other != event and when != spec.when:
            events[other] = {"when": Quoted(when)}
    counters = {
        counter: {"next": Quoted(_without(spec.next, signals))}
        for counter, spec in manifest.counters.items()
        if spec.next is not None and _without(spec.next, signals) != spec.next
    }
    document = {
        "kind": "institution",
        "version": 1,
        "name": name,
        "title": f"{manifest.title or real.name}, with findings by draw",
        "extends": {"institution": real.name, "sha256": real.source.sha256},
        "audits": {
            ANEW: {"probability": _chance(rates.anew), "of": rates.of, "about": "a finding after a round without one"},
            AGAIN: {"probability": _chance(rates.again), "of": rates.of, "about": "a finding after a round with one"},
        },
        **({"signals": dict.fromkeys(signals)} if signals else {}),
        "events": events,
        "counters": {
            **counters,
            BEFORE: {"max": 1, "next": Quoted(f"{event} ? 1 : 0"), "about": "whether the last round brought a finding"},
        },
    }
    return _written(document)


def _without(expression: str, signals: Any) -> str:
    """The condition where what signals tell counts as so."""
    if not signals:
        return expression
    names = "|".join(map(re.escape, signals))
    true = re.sub(rf"(?<![\w.'\"])(?:{names})(?![\w'\"])", "true", expression)
    return re.sub(r"\s*&& true\b|\btrue && ", "", true)


def _chance(share: float) -> float:
    return round(min(max(share, _LEAST), _MOST), 6)


def _written(document: dict[str, Any]) -> str:
    writer, text = YAML(), StringIO()
    writer.default_flow_style = False
    writer.width = 120
    writer.representer.add_representer(
        type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    writer.dump(document, text)
    return text.getvalue()
