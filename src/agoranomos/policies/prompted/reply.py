"""The reply that a prompted firm gives: its JSON Schema, and how it is read."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from agoranomos.markets.action_schema import number_schema, object_schema
from agoranomos.markets.action_shape import ActionPart
from agoranomos.models import Completion, FailureKind, is_refusal
from agoranomos.models.reasoning import split
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.template import Format

THOUGHTS, CONTENT, PLANS, INSIGHTS, QUANTITIES = (
    "observations_and_thoughts",
    "new_content",
    "PLANS.txt",
    "INSIGHTS.txt",
    "chosen_quantities",
)
"""The keys of a reply, as in arXiv 2410.00031."""

REPORT = "report"
"""The key with which a firm comes forward, where the template lets it."""

MESSAGE = "message"
"""The key of what a firm says to all others, where the template lets it."""

_PLAIN_CHARACTER = r"[ !#-\[\]-~]"
"""Printable ASCII less the quote and the backslash: at most one token a character, so that a budget can be kept."""

_MAX_NESTING = 8


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reply says. `quantities` are as asked, feasible or not, one number a good."""

    quantities: tuple[float, ...]
    plans: str
    insights: str
    report: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a reply is no move, in words for the model to read; `reply` is there when all but feasibility was right."""

    failure: FailureKind
    words: str
    reply: Reply | None = None


def reply_schema(form: Format, firm: Firm) -> dict[str, Any]:
    """The JSON Schema of the replies that `form` asks of `firm`. That quantities sum to the capacity it cannot say.

    Raises `UsageError` where whole numbers are asked for and none lies within the bounds.
    """
    limits = form.limits
    notes = {PLANS: bounded_text(limits.plans), INSIGHTS: bounded_text(limits.insights)}
    return object_schema(
        {
            THOUGHTS: bounded_text(limits.thoughts),
            **({CONTENT: object_schema(notes)} if form.keeps_notes else {}),
            QUANTITIES: object_schema(
                {form.key_of(good): number_schema(asked_part(form, firm, k)) for k, good in enumerate(firm.goods)}
            ),
            **({REPORT: {"type": "boolean"}} if form.reports else {}),
            **({MESSAGE: bounded_text(form.talks)} if form.talks else {}),
        }
    )


def asked_part(form: Format, firm: Firm, index: int) -> ActionPart:
    """One number of an action as a reply is asked for it: whole where the market or the template says so."""
    part = firm.parts[index] if firm.parts else ActionPart(firm.goods[index], 0.0, firm.capacity)
    return replace(part, whole=part.whole or form.quantities == "integer")


def written_reply(
    form: Format, firm: Firm, numbers: Sequence[int | str], plans: str = "", insights: str = ""
) -> dict[str, Any]:
    """The reply that chooses `numbers`, thinks nothing, keeps these notes within their limits and says nothing."""
    quantities = {form.key_of(good): number for good, number in zip(firm.goods, numbers, strict=True)}
    notes = {PLANS: plans[: form.limits.plans], INSIGHTS: insights[: form.limits.insights]}
    return {
        THOUGHTS: "",
        **({CONTENT: notes} if form.keeps_notes else {}),
        QUANTITIES: quantities,
        **({REPORT: False} if form.reports else {}),
        **({MESSAGE: ""} if form.talks else {}),
    }


def read_reply(completion: Completion, form: Format, firm: Firm) -> Reply | Unusable:
    """The move that `completion` makes, or what is wrong with it; thoughts before the answer are no part of it."""
    document = answered_object(completion, QUANTITIES)
    if isinstance(document, Unusable):
        return document
    quantities = []
    chosen = _find(document, QUANTITIES)
    for good in firm.goods:
        key = form.key_of(good)
        value = _number(chosen.get(key) if isinstance(chosen, dict) else None)
        if value is None:
            return Unusable("invalid", f'"{QUANTITIES}" must hold a number for "{key}"')
        quantities.append(value)
    report = form.reports and _find(document, REPORT) is True
    message = text_at(document, MESSAGE)[: form.talks]
    notes = (text_at(document, PLANS), text_at(document, INSIGHTS)) if form.keeps_notes else ("", "")
    reply = Reply(tuple(quantities), *notes, report, message)
    return _in_range(reply, form, firm)


def answered_object(completion: Completion, key: str) -> dict[str, Any] | Unusable:
    """The JSON object with `key` in it that answers, after whatever was thought first; or why there is none."""
    if completion.finish == "error":
        return Unusable(completion.failure or "error", "")
    thoughts, answer = split(completion.text)
    document = _json_object(answer, key)
    if document is not None:
        return document
    if not answer.strip() and not (thoughts and completion.finish == "length"):
        return Unusable("empty", "the reply was empty")
    if is_refusal(answer):
        return Unusable("refusal", "the reply was no JSON object")
    if completion.finish == "length":
        return Unusable("truncated", "the reply was too long and was cut off; write less")
    return Unusable("invalid", "the reply was no JSON object")


def _in_range(reply: Reply, form: Format, firm: Firm) -> Reply | Unusable:
    for part, value in zip(firm.parts, reply.quantities, strict=bool(firm.parts)):
        if not part.low <= value <= part.high or (part.whole and value != round(value)):
            kind = "a whole number" if part.whole else "a number"
            words = f'"{form.key_of(part.name)}" must be {kind} from {part.low:.10g} to {part.high:.10g}'
            return Unusable("out_of_range", words, reply)
    if firm.parts:
        return reply
    for good, value in zip(firm.goods, reply.quantities, strict=True):
        if value < 0:
            return Unusable("out_of_range", f'"{form.key_of(good)}" may not be negative', reply)
    total = math.fsum(reply.quantities)
    if total > firm.capacity:
        return Unusable(
            "out_of_range",
            f"the quantities sum to {total:.10g}, which is more than your capacity of {firm.capacity:.10g}",
            reply,
        )
    return reply


def bounded_text(limit: int) -> dict[str, Any]:
    """The schema of a line of at most `limit` plain characters."""
    return {"type": "string", "pattern": f"^{_PLAIN_CHARACTER}{{0,{limit}}}$"}


def _json_object(text: str, key: str) -> dict[str, Any] | None:
    """The first JSON object with `key` in `text`, which may stand in a code fence or between words."""
    for match in list(re.finditer(r"\{", text))[:_MAX_NESTING]:
        try:
            value, _ = json.JSONDecoder().raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and _find(value, key) is not None:
            return value
    return None


def _find(value: Any, key: str, depth: int = 0) -> Any:
    """The value of `key` wherever it stands, as in the papers' own parser."""
    if depth > _MAX_NESTING:
        return None
    if isinstance(value, dict):
        if key in value:
            return value[key]
        value = list(value.values())
    if isinstance(value, list):
        return next((found for part in value if (found := _find(part, key, depth + 1)) is not None), None)
    return None


def text_at(document: dict[str, Any], key: str) -> str:
    """The text under `key`, wherever it stands; empty where there is none."""
    note = _find(document, key)
    return writable(note) if isinstance(note, str) else ""


def writable(text: str) -> str:
    """The text with a question mark for each half of a character, which neither a prompt nor a record can hold.

    The escape of one half without the other is legal JSON.
    """
    return text.encode("utf-8", "replace").decode()


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
