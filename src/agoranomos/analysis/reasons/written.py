"""What agents wrote down with their moves: thoughts, PLANS and INSIGHTS, out of the replies that a log recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from agoranomos.analysis.reasons.codebook import Codebook
from agoranomos.campaigns.recorded import Recording
from agoranomos.errors import Finding
from agoranomos.institutions.choice_record import decode_choice
from agoranomos.institutions.entries import CallRecord, DecisionRecord
from agoranomos.institutions.parts import whole_entries
from agoranomos.models.reasoning import split
from agoranomos.policies.prompted.reply import INSIGHTS, PLANS, THOUGHTS, text_at, writable
from agoranomos.scenarios.delegated import SAID

REASONING = "reasoning"
"""What a model thought before its answer, or before it was asked how probable it finds options."""

SOURCES: Mapping[str, str] = {THOUGHTS: "thoughts", PLANS: "plans", INSIGHTS: "insights", SAID: "reason"}
"""The keys of a reply under which reasons stand, and what they are called."""

_OBJECTS_TRIED = 8

Blob = Callable[[str], bytes]
"""Content that lies beside a log, by digest."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One code of one text: who wrote it when, the first sentence that has the code, and the codebook's edition."""

    agent: str
    round: int
    source: str
    code: str
    sentence: str
    codebook: int


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an agent. Where the reply was withheld, `text` is None: how many texts it held is not known."""

    agent: str
    round: int
    attempt: int
    source: str
    text: str | None


class _Line(msgspec.Struct):
    body: msgspec.Raw
    kind: str
    round: int


class _Decisions(msgspec.Struct):
    decisions: tuple[DecisionRecord, ...] = ()


_lines = msgspec.json.Decoder(_Line)
_decisions = msgspec.json.Decoder(_Decisions)


def texts_in(reply: str) -> dict[str, str]:
    """The reasons of a reply by source; what stands around its JSON object is left out, where it has one.

    A reply without a JSON object is all thought.
    """
    reasoning, answer = split(reply)
    found = {REASONING: writable(reasoning)} if reasoning.strip() else {}
    document = _document(answer)
    if document is None:
        return {**found, "thoughts": writable(answer)} if answer.strip() else found
    if not isinstance(document, dict):
        return found
    held = {name: text_at(document, key) for key, name in SOURCES.items()}
    return {**found, **{name: text for name, text in held.items() if text.strip()}}


def texts_of_run(entries: Iterable[bytes], blob: Blob) -> Iterator[Text]:
    """Every text of a run, in the order of its calls, an entry at a time. Raises `Finding` for an unreadable entry."""
    try:
        for whole in whole_entries(entries):
            entry = _lines.decode(whole.line)
            if entry.kind == "round":
                for decision in _decisions.decode(entry.body).decisions:
                    for attempt, call in enumerate(decision.calls):
                        yield from texts_of_call(call, decision.agent, entry.round, attempt, blob)
    except msgspec.MsgspecError as error:
        raise Finding(
            f"an entry cannot be read: {error}", advice="Run: agora log verify on the run's folder."
        ) from None


def texts_of_call(call: CallRecord, agent: str, number: int, attempt: int, blob: Blob) -> Iterator[Text]:
    """The texts of one call. A failed call and one that asked for a summary have none: no move came of them."""
    if call.failure or call.purpose or call.scored == "direct":
        return
    if call.withheld:
        yield Text(agent, number, attempt, "", None)
        return
    if call.scored:
        choice = call.choice or (decode_choice(blob(call.reply_sha256)) if call.reply_sha256 else None)
        for thought in choice.reasoning if choice is not None else ():
            if thought.strip():
                yield Text(agent, number, attempt, REASONING, writable(thought))
        return
    reply = blob(call.reply_sha256).decode("utf-8", "replace") if call.reply_sha256 else call.reply
    for source, text in texts_in(reply).items():
        yield Text(agent, number, attempt, source, text)


def reasons_in(recording: Recording, codebook: Codebook) -> Iterator[Reason]:
    """Every code of every reply of a run, in the order of its calls. Withheld and failed replies have none."""
    for (agent, number, attempt), call in recording.calls.items():
        for text in texts_of_call(call, agent, number, attempt, recording.blob):
            for code, sentence in codebook.code(text.text or "").items():
                yield Reason(agent, number, text.source, code, sentence, codebook.edition)


def _document(answer: str) -> Any:
    """What the answer holds as JSON: the whole of it, or else the first object in it that has reasons; or None."""
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        pass
    for match in list(re.finditer(r"\{", answer))[:_OBJECTS_TRIED]:
        try:
            value, _ = json.JSONDecoder().raw_decode(answer, match.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and any(text_at(value, key) for key in SOURCES):
            return value
    return None
