"""A scripted engine and a seat, for tests of what a prompted firm asks and how it takes replies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agoranomos.institutions.notices import Notice
from agoranomos.markets import cournot_v0
from agoranomos.models import Completion, Request, UnopenedEngine
from agoranomos.policies import Decision, Seat
from agoranomos.policies.prompted import PROMPTED, Notes, Prompted, PromptedParameters
from agoranomos.randomness import Randomness
from agoranomos.workspace import find_workspace

WORKSPACE = find_workspace(Path(__file__).parent)


class Script(UnopenedEngine):
    """An engine that gives these completions in turn and keeps the requests."""

    def __init__(self, *completions: Completion | str) -> None:
        super().__init__("script")
        self.requests: list[Request] = []
        self._completions = list(completions)

    async def complete(self, request: Request) -> Completion:
        self.requests.append(request)
        given = self._completions.pop(0)
        return given if isinstance(given, Completion) else Completion(given, 10, 5, "stop", 0.25)

    async def close(self) -> None:
        pass


def reply(a: Any = 30, b: Any = 20, plans: str = "p", insights: str = "i", prefix: str = "") -> str:
    return json.dumps(
        {
            "observations_and_thoughts": "t",
            "new_content": {"PLANS.txt": plans, "INSIGHTS.txt": insights},
            "chosen_quantities": {f"{prefix}A": a, f"{prefix}B": b},
        }
    )


def firm(engine: Script, told: str | None = None, index: int = 0, **parameters: Any) -> Prompted:
    market = cournot_v0.parallel_env()
    seat = Seat(market.possible_agents[index], index, market, 7)
    return PROMPTED.bind(PromptedParameters(**parameters), seat, engine=engine, told=told, workspace=WORKSPACE)


def observation(
    round_number: int, quantity: Sequence[float] = (46.0, 27.0), gross: float = 1400.0, total: float | None = None
) -> dict[str, Any]:
    """What the firm sees when `round_number` rounds are over; each earned `gross`, unless `total` says otherwise."""
    if round_number == 0:
        row, gross = np.zeros(2), 0.0
        return {
            **dict.fromkeys(("quantity", "price", "share", "profit"), row),
            "round_profit": np.zeros(1),
            "cumulative_profit": np.zeros(1),
            "round": np.zeros(1),
        }
    return {
        "quantity": np.array(quantity),
        "price": np.array([63.5, 62.25]),
        "share": np.array([0.636, 0.366]),
        "profit": np.array([gross - 300, 300.0]),
        "round_profit": np.array([gross]),
        "cumulative_profit": np.array([gross * round_number if total is None else total]),
        "round": np.array([float(round_number)]),
    }


def notice(round_number: int, *, fine: float = 0.0, text: str = "Status: CLEAR.") -> Notice:
    return Notice("firm_1", round_number, "active", 0, "CLEAR", text, round(fine * 1_000_000))


def decide(
    policy: Prompted, seen: dict[str, Any], memory: Notes | None = None, told: Notice | None = None
) -> Decision[Notes]:
    round_number = int(seen["round"][0]) + 1
    notes = memory if memory is not None else policy.start()
    return asyncio.run(policy.act(seen, told, notes, Randomness(7, round_number, "firm_1")))


def golden_requests(template: str) -> str:
    """The prompts of four rounds as text: a first round, a second, one after a fine, one after a suspension; told and
    with a notice in every second of them, and a second attempt in the last.
    """
    prefix = "Product_" if template == "cournot-faithful" else ""
    replies = [reply(30, 20, "try more of A", "A pays", prefix) for _ in range(3)]
    engine = Script(*replies, reply(80, 40, prefix=prefix), reply(prefix=prefix))
    told = "Compete on the merits." if template == "cournot-faithful" else "Compete on the merits.\nAlways."
    policy = firm(engine, told, template=template)
    memory = decide(policy, observation(0)).memory
    memory = decide(policy, observation(1), memory, notice(2)).memory
    memory = decide(policy, observation(2), memory, notice(3, fine=490.0, text="Status: PENALISED.")).memory
    memory = policy.missed(observation(3), notice(4), memory)
    decide(policy, observation(4, (0.0, 0.0), 0.0, 4200.0), memory, notice(5))
    parts = []
    for request in engine.requests:
        agent, round_number, attempt = request.caller
        parts.append(f"======== {agent}, round {round_number}, attempt {attempt}")
        parts += [f"---- {message.role}\n{message.content}" for message in request.messages]
    return "\n".join(parts) + "\n"
