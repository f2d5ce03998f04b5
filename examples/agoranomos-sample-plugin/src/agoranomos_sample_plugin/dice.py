"""An engine: what `model: dice/fair` or `model: dice/loaded?face=high&weight=5` stands for in a roster.

It is no language model, and shows all that an engine has to do: answer requests and questions, say what it is and what
it can do, fail in words, and end.
"""

from __future__ import annotations

import json
import math
import time

from agoranomos.documents import DocumentPart
from agoranomos.errors import unknown_name
from agoranomos.models import Capabilities, Completion, Distribution, Question, Request, failed, unanswered
from agoranomos.models.mock.schema_sampling import sample_value
from agoranomos.models.provider import Opening, Provider
from agoranomos.models.questions import distribution, ways_to_put
from agoranomos.randomness import named_generator
from pydantic import Field

DICE = ("fair", "loaded")


class DiceOptions(DocumentPart):
    """`face`: options with this word in them are `weight` times as probable as others; a fair die takes neither."""

    face: str = "high"
    weight: float = Field(default=6.0, gt=0, le=1000)


class Dice:
    """Rolls for every reply, with the request's seed; the messages count for nothing."""

    width = 1024
    """It makes no difference how many roll at once."""
    capabilities = Capabilities(reasoning=False)
    """Replies satisfy their schema, any options have probabilities, seeds mean something, dice do not think."""

    def __init__(self, name: str, kind: str, options: DiceOptions) -> None:
        self.name = name
        self.identity = json.dumps({"dice": kind}, separators=(",", ":"))
        self._weight = options.weight if kind == "loaded" else 1.0
        self._face = options.face
        self._closed = False

    async def complete(self, request: Request) -> Completion:
        """Any reply that satisfies the schema; at temperature 0 the same for every seed."""
        started = time.perf_counter()
        read = sum(len(message.content) for message in request.messages)
        if self._closed:
            return failed("error", f"{self.name} is closed", time.perf_counter() - started, read)
        seed = request.seed if request.temperature > 0 else 0
        value = sample_value(request.schema or {"type": "string"}, named_generator(seed, "dice"))
        text = json.dumps(value, separators=(",", ":")) if request.schema else str(value)
        finish = "stop" if len(text) <= request.max_tokens else "length"
        text = text[: request.max_tokens]
        return Completion(text, read, len(text), finish, time.perf_counter() - started)

    async def choose(self, question: Question) -> Distribution:
        """All options alike, but for those that show the loaded face."""
        started = time.perf_counter()
        ways = ways_to_put(question)  # raises for what is no question
        read = sum(len(message.content) for way in ways for message in way.messages)
        if self._closed:
            return unanswered(question, "error", f"{self.name} is closed", time.perf_counter() - started, read)
        weights = [
            self._weight ** (1 / question.temperature) if self._face in option else 1.0 for option in question.options
        ]
        row = [math.log(weight / math.fsum(weights)) for weight in weights]
        seconds = time.perf_counter() - started
        return distribution(question, [row] * len(ways), prompt_tokens=read, reply_tokens=0, seconds=seconds)

    async def close(self) -> None:
        """Roll no more."""
        self._closed = True


def _check(model: str) -> None:
    if model not in DICE:
        raise unknown_name("model", f"dice/{model}", [f"dice/{kind}" for kind in DICE])


def _open(opening: Opening) -> Dice:
    return Dice(opening.name, opening.model, opening.options)


PROVIDER = Provider("dice", "dice/<fair or loaded>", "no model: rolls dice", DiceOptions, _check, _open)
