"""What one model can do, shown by opening it and asking it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from agoranomos.models.engine import Engine, Message, Question, Request
from agoranomos.models.served.engine import ServedEngine

_MESSAGES = (Message("system", "You run a firm."), Message("user", "Choose how many units it makes: 0 to 100."))
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"units": {"type": "integer", "minimum": 0, "maximum": 100}},
    "required": ["units"],
    "additionalProperties": False,
}
_MAX_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was looked at. What is not `able` is a limit of the model; what `failed` makes it useless."""

    name: str
    able: bool
    found: str
    failed: bool = False


async def check_up(engine: Engine) -> list[Result]:
    """What the engine says of itself, and what it makes of one request and one question.

    Raises `Stop` where the model is gone.
    """
    can = engine.capabilities
    results = [Result("identity", True, engine.identity or "none: nothing need be remembered")]
    if isinstance(engine, ServedEngine):
        results += [Result(trait.name, trait.fine, trait.found) for trait in engine.traits]
    else:
        kept = "kept by construction" if can.schema else "not kept: replies may not parse"
        results.append(Result("schema", can.schema, kept))
        results.append(Result("letters", can.scores != "none", f"scores {can.scores}"))
        results.append(Result("seeds", can.seeds, "the same reply again" if can.seeds else "not the same reply again"))
    results.append(Result("width", True, f"{engine.width} calls at once"))
    results.append(await _reply(engine))
    if can.scores != "none":
        results.append(await _choice(engine))
    return results


async def _reply(engine: Engine) -> Result:
    done = await engine.complete(Request(_MESSAGES, _MAX_TOKENS, 1.0, 1, _SCHEMA))
    if done.failure:
        return Result("reply", False, f"{done.failure}: {done.error}", failed=True)
    tokens = f"{done.prompt_tokens} + {done.reply_tokens} tokens"
    return Result("reply", done.finish == "stop", f"{done.text!r:.120} in {done.seconds:.2f} s, {tokens}")


async def _choice(engine: Engine) -> Result:
    done = await engine.choose(Question(_MESSAGES, ("few", "some", "many"), labelled=True, orders="rotated"))
    if done.failure:
        return Result("choice", False, f"{done.failure}: {done.error}")
    shown = ", ".join(
        f"{option} {math.exp(log):.3f}" for option, log in zip(done.options, done.log_probabilities, strict=True)
    )
    return Result("choice", True, f"{shown} in {done.seconds:.2f} s{f' ({done.error})' if done.error else ''}")
