"""Plays a prompted firm against a scripted engine for some rounds, for tests of what it is shown of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from agoranomos.models import Completion, Request, UnopenedEngine
from agoranomos.policies import Decision
from agoranomos.policies.prompted import Notes, Prompted
from agoranomos.policies.shared import SharedRound
from policies.prompted.asking import decide, notice, observation, reply

E6 = 1_000_000


class Answering(UnopenedEngine):
    """An engine that answers each request by a rule and keeps what it was asked."""

    def __init__(self, answer: Callable[[Request], Completion | str] | None = None) -> None:
        super().__init__("answering")
        self.requests: list[Request] = []
        self._answer = answer or usual

    async def complete(self, request: Request) -> Completion:
        self.requests.append(request)
        given = self._answer(request)
        return given if isinstance(given, Completion) else Completion(given, 10, 5, "stop", 0.25)


def usual(request: Request) -> str:
    """A summary that counts what it was asked, or the usual move."""
    if is_summary(request):
        return json.dumps({"summary": f"of {len(shown_rounds(request))} rounds"})
    return reply()


def is_summary(request: Request) -> bool:
    return request.schema is not None and "summary" in request.schema["properties"]


def text_of(request: Request) -> str:
    return request.messages[-1].content


def shown_rounds(request: Request) -> list[int]:
    """The rounds that the prompt shows lines of its own of."""
    heads = (line.partition(":")[0] for line in text_of(request).splitlines())
    return [int(head) for head in heads if head.isdigit()]


def shared_round(round_number: int, **given: Any) -> SharedRound:
    actions = {"firm_1": (46 * E6, 27 * E6), "firm_2": (1 * E6, 2 * E6 + round_number)}
    return SharedRound(**{"round": round_number, "actions_e6": actions, "replies": {}, **given})


def played(policy: Prompted, rounds: int, *, suspended: tuple[int, ...] = ()) -> list[Decision[Notes]]:
    """The decisions of so many rounds, each told what everybody did after it."""
    memory = policy.start()
    decisions = []
    for number in range(1, rounds + 1):
        seen = observation(number - 1)
        if number in suspended:
            memory = policy.missed(seen, notice(number), memory)
        else:
            decisions.append(decide(policy, seen, memory, notice(number)))
            memory = decisions[-1].memory
        memory = policy.shared(memory, shared_round(number))
    return decisions
