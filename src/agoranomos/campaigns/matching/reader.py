"""What one agent that asks a model is asked, and how: each part of it as a text that two arms can be compared by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from agoranomos.agents import RosterEntry
from agoranomos.campaigns.arm import Arm, Seated
from agoranomos.campaigns.aspect import Aspect
from agoranomos.campaigns.matching.planted import Rendered, is_move
from agoranomos.campaigns.matching.recording import Asked
from agoranomos.campaigns.matching.stripping import without
from agoranomos.documents import read_text
from agoranomos.errors import UsageError
from agoranomos.models import Message, Question
from agoranomos.workspace import resolve

Part: TypeAlias = tuple[Aspect, str, str]
"""What it is, whose it is (empty: the arm's), and where it was seen, such as `round 7`."""

_PARAMETERS: Mapping[str, Aspect] = {
    "window": "memory.window",
    "stride": "memory.window",
    "memory": "memory.kind",
    "overflow": "retries.overflow",
    "attempts": "retries.attempts",
    "levels": "options",
    "options": "options",
    "act": "options",
    "labelled": "options",
    "orders": "options",
}
"""Parameters that no single prompt shows in full, and the aspect that each belongs to."""

_SEEN_AS_RENDERED = {"model", "template", "max_tokens", "reasoning", "temperature", "top_p"}


def reader_parts(arm: Arm, seated: Seated, entry: RosterEntry, seen: Rendered, told: str) -> Iterator[tuple[Part, str]]:
    """The parts of one agent, less what its regime declares: the text `told`, and the notices.

    Of an agent that asked nothing over the planted history there is only what the roster says.
    """
    agent, declared = seated.agent, (told, *seen.notices)
    yield ("models", agent, ""), "\n".join(filter(None, (seated.model, seated.script_sha256)))
    yield ("calls", agent, "at most"), f"{seated.calls}"
    yield from _parameters(arm, agent, entry, seen)
    moves = moves_of(seen)
    if not moves:
        return
    first_round, first = next(iter(moves.items()))
    yield from _asked_how(agent, first)
    system, others = split(first, declared)
    yield ("prompts.system", agent, ""), system
    yield ("prompts.first", agent, ""), others
    yield ("prompts.retry", agent, ""), _retry(seen.probe("unusable", first=True).asked, declared)
    for number, asked in moves.items():
        if number > first_round:
            later_system, later = split(asked, declared)
            whole = later if later_system == system else f"{later_system}\n\n{later}"
            yield ("prompts.later", agent, f"round {number}"), whole
    beside = [asked for asked in seen.usable if not is_move(asked, first)]
    if beside:
        yield ("prompts.summary", agent, ""), "\n\n".join(split(beside[0], declared))
        yield ("schema", agent, "beside the move"), _pretty(getattr(beside[0], "schema", None))
    for when, at_first in (("in the first round", True), ("in the last", False)):
        calls = len(seen.probe("usable", first=at_first).asked)
        yield ("calls", agent, when), f"{calls} where every reply is usable"


def _parameters(arm: Arm, agent: str, entry: RosterEntry, seen: Rendered) -> Iterator[tuple[Part, str]]:
    """What the roster says of an agent beyond what one prompt shows, by aspect."""
    unusable, overflow = seen.probe("unusable", first=True), seen.probe("overflow", first=False)
    said: dict[Aspect, list[str]] = {
        "retries.attempts": [f"asked {len(unusable.asked)} times where no reply is usable"],
        "retries.overflow": [f"asked {len(overflow.asked)} times where no prompt fits"],
    }
    for name, value in entry.parameters.items():
        if name not in _SEEN_AS_RENDERED:
            said.setdefault(_PARAMETERS.get(name, "policies"), []).append(
                f"{name}: {json.dumps(value, sort_keys=True)}"
            )
    hand = [f"{name}: {getattr(entry, name)}" for name in ("noise", "tremble") if getattr(entry, name)]
    said.setdefault("policies", []).extend([f"policy: {entry.policy}", *hand])
    for aspect, lines in said.items():
        yield (aspect, agent, "as the roster has it"), "\n".join(sorted(lines))
    template = entry.parameters.get("template")
    if isinstance(template, str):
        yield ("prompts.template", agent, ""), _template(arm, template)


def _template(arm: Arm, name: str) -> str:
    try:
        return read_text(resolve("policies", name, arm.workspace)).text
    except UsageError:
        return name


def _asked_how(agent: str, asked: Asked) -> Iterator[tuple[Part, str]]:
    """All of a call but its messages."""
    yield ("sampling.temperature", agent, ""), f"{asked.temperature:g}"
    yield ("tokens.thoughts", agent, ""), f"{asked.reasoning}"
    if isinstance(asked, Question):
        listed = "under letters" if asked.labelled else "word for word"
        before = f", before {asked.tail!r}" if asked.tail else ""
        how = [*asked.options, f"answered {listed}, after {asked.lead!r}{before}; listed {asked.orders}"]
        yield ("options", agent, ""), "\n".join(how)
    else:
        yield ("sampling.top_p", agent, ""), f"{asked.top_p:g}"
        yield ("tokens.reply", agent, ""), f"{asked.max_tokens}"
        yield ("schema", agent, ""), _pretty(asked.schema)


def moves_of(seen: Rendered) -> dict[int, Asked]:
    """The call for the move in each round of the planted history, by round; the first call of all tells moves apart."""
    moves: dict[int, Asked] = {}
    for asked in seen.usable:
        if is_move(asked, seen.usable[0]):
            moves.setdefault(asked.caller[1], asked)
    return moves


def split(asked: Asked, declared: Sequence[str]) -> tuple[str, str]:
    """The system messages, and all others, each without what the regime declares."""
    system = [message for message in asked.messages if message.role == "system"]
    others = [message for message in asked.messages if message.role != "system"]
    return _joined(system, declared), _joined(others, declared)


def _joined(messages: Sequence[Message], declared: Sequence[str]) -> str:
    several = len(messages) > 1
    texts = [without(message.content, declared) for message in messages]
    return "\n\n".join(f"[{m.role}]\n{text}" if several else text for m, text in zip(messages, texts, strict=True))


def _retry(asked: Sequence[Asked], declared: Sequence[str]) -> str:
    """What the second call of a decision says beyond the first; empty where there is none."""
    if len(asked) < 2:
        return ""
    first, second = asked[0].messages[-1].content, asked[1].messages[-1].content
    return without(second[len(first) :] if second.startswith(first) else second, declared)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
