"""A transition in words: when it is asked for, what may deny it, what follows from it."""

from __future__ import annotations

import re

from agoranomos.institutions.institution import Institution
from agoranomos.institutions.manifest import Fine, Manifest, Transition

# C0 and C1 controls, DEL, and characters that reorder text: words from a file may not command a terminal or a page.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]|[\ud800-\udfff]|[\ufffe\uffff]")


def printable(text: str) -> str:
    r"""`text` on one line, each control character written out, such as `\x1b`."""
    return _CONTROLS.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def is_escalation(institution: Institution, edge: Transition) -> bool:
    """Whether the edge follows an accusation or carries a sanction; the others restore, or only move."""
    event = institution.manifest.events.get(edge.on)
    accused = event is not None and event.accuses is not None
    return accused or edge.fine is not None or edge.suspend or edge.cap is not None


def request_of(edge: Transition) -> str:
    """When a traversal is requested: the event, and the condition if there is one."""
    return printable(f"on {edge.on}" + (f" if {edge.when}" if edge.when else ""))


def gates_of(edge: Transition) -> str:
    """What may deny a requested traversal; empty where nothing does."""
    parts = [f"{name}: {text}" for name, text in edge.requires.items()]
    if edge.cooldown:
        parts.append(f"cooldown {_rounds(edge.cooldown)}")
    return printable("; ".join(parts))


def sanctions_of(edge: Transition) -> str:
    """The sanctions of a traversal; empty where there is none."""
    parts = [fine_words(edge.fine)] if edge.fine is not None else []
    parts += ["suspension"] if edge.suspend else []
    parts += [f"cap at {100 * edge.cap:g}% of capacity"] if edge.cap is not None else []
    return ", ".join(parts)


def sanctions_in_force(institution: Institution, written: Transition) -> str:
    """The sanctions that the file names for an edge, and whether they are carried out."""
    named, manifest = sanctions_of(written), institution.manifest
    return f"{named} ({in_force(manifest)})" if named and not manifest.applies else named


def in_force(manifest: Manifest) -> str:
    """Of sanctions that are not applied, whether they are announced."""
    return "announced, not applied" if manifest.announces else "neither announced nor applied"


def fine_words(fine: Fine) -> str:
    """The fine as rates, base and floor."""
    rates = fine.rate if isinstance(fine.rate, tuple) else (fine.rate,)
    base = {"nothing": "profit", "nash": "profit above Nash"}[fine.above] if fine.of == "profit" else "the gap"
    window = " in the window" if fine.over == "evidence" else ""
    floor = f", at least {fine.floor:g}" if fine.floor else ""
    return f"fine {'/'.join(f'{100 * rate:g}' for rate in rates)}% of {base}{window}{floor}"


def timing_of(edge: Transition) -> str:
    """How long the new state lasts and what is forgotten; empty where there is nothing to say."""
    parts = []
    if edge.lasts:
        parts.append(f"for {edge.lasts} to {edge.lasts + edge.jitter} rounds" if edge.jitter else _for(edge.lasts))
    if edge.fresh_evidence:
        parts.append("evidence starts anew")
    return ", ".join(parts)


def _for(rounds: int) -> str:
    return f"for {_rounds(rounds)}"


def _rounds(count: int) -> str:
    return f"{count} round" if count == 1 else f"{count} rounds"
