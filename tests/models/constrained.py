"""What prompted agents ask in every shipped market with every shipped template, and what becomes of the replies."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from agoranomos.agents import Roster, RosterEntry, seat_agents
from agoranomos.campaigns.runner import run_one
from agoranomos.errors import DocumentError
from agoranomos.institutions import Governed
from agoranomos.logs import MemoryLog
from agoranomos.markets import Market, find_market_type, load_market
from agoranomos.models import Completion, Engine, MockEngine, Request, WrappedEngine
from agoranomos.policies import Seat
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.reply import Reply, read_reply
from agoranomos.policies.prompted.template import Format, read_template
from agoranomos.workspace import find_workspace, library_root, resolve

WORKSPACE = find_workspace(Path(__file__).parent)
ROUNDS = 3
TOO_LARGE = ("cournot-large",)
"""Markets of a thousand agents take minutes to open, and ask nothing that a smaller one does not."""

FINE = ("", "out_of_range")
"""What a reply that satisfies its schema may be: a move, or quantities that exceed the capacity together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and how its reply is read."""

    template: str
    market: str
    request: Request
    form: Format
    firm: Firm

    def outcome(self, completion: Completion) -> str:
        """Empty for a move, else the kind of failure."""
        found = read_reply(completion, self.form, self.firm)
        return "" if isinstance(found, Reply) else found.failure


class _Listening(WrappedEngine):
    """Keeps what is asked."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.requests: list[Request] = []

    async def complete(self, request: Request) -> Completion:
        self.requests.append(request)
        return await super().complete(request)


def templates() -> list[str]:
    """The names of the shipped prompts."""
    files = sorted((library_root() / "policies").glob("*.md"))
    return [file.stem for file in files if file.read_text().startswith("---\nkind: prompt\n")]


def pairs() -> Iterator[tuple[str, str]]:
    """Every shipped template with every shipped market that it speaks of."""
    markets = sorted(file.stem for file in (library_root() / "markets").glob("*.yaml"))
    for template in templates():
        speaks_of = form_of(template).market
        for market in markets:
            if market not in TOO_LARGE and speaks_of in ("any", type_of(market)):
                yield template, market


@cache
def form_of(template: str) -> Format:
    return read_template(resolve("policies", template, WORKSPACE)).form


@cache
def type_of(market: str) -> str:
    return load_market(market, WORKSPACE).spec.type


def asked_in(template: str, name: str, seed: int) -> list[Asked]:
    """What the agents of a short run ask when mocks reply; empty where the template asks for what is not shown."""
    market = shortened(name)
    engine = _Listening(MockEngine())
    parameters = {"model": engine.name, "template": template}
    roster = Roster(kind="roster", version=1, agents=(RosterEntry(policy="prompted", parameters=parameters),))
    try:
        agents = seat_agents(roster, market, seed, engines={engine.name: engine}, workspace=WORKSPACE)
    except DocumentError:
        return []
    asyncio.run(run_one(Governed(market, None, MemoryLog()), agents, seed, put_blob=lambda _: "0" * 64))
    form = form_of(template)
    firms = {
        agent: Firm.of(Seat(agent, index, market, seed), form.market)
        for index, agent in enumerate(market.possible_agents)
    }
    return [Asked(template, name, request, form, firms[request.caller[0]]) for request in engine.requests]


def shortened(name: str) -> Market:
    """The market with few rounds."""
    spec = load_market(name, WORKSPACE).spec
    return find_market_type(spec.type).build(spec.model_copy(update={"rounds": ROUNDS}))


def sample(count: int, *, least: int = 1) -> list[Asked]:
    """So many requests, spread over all pairs, at least `least` of each pair; every second one with a history."""
    found: list[list[Asked]] = []
    for number, (template, market) in enumerate(pairs()):
        asked = asked_in(template, market, 1000 + number)
        if asked:
            found.append(sorted(asked, key=lambda each: (each.request.caller[1] + number) % 2))
    wanted = max(count, least * len(found))
    spread: list[Asked] = []
    turn = 0
    while len(spread) < wanted:
        for asked in found:
            each = asked[turn % len(asked)]
            spread.append(replace(each, request=replace(each.request, seed=each.request.seed + turn)))
        turn += 1
    return spread[:wanted]


def outcomes(engine: Engine, asked: Sequence[Asked], at_once: int = 64) -> Counter[tuple[str, str, str]]:
    """How many replies came to what, by template and market, with so many calls at a time."""

    async def every() -> list[Completion]:
        room = asyncio.Semaphore(at_once)

        async def one(request: Request) -> Completion:
            async with room:
                return await engine.complete(request)

        return list(await asyncio.gather(*(one(each.request) for each in asked)))

    found = asyncio.run(every())
    return Counter(
        (each.template, each.market, each.outcome(completion)) for each, completion in zip(asked, found, strict=True)
    )


def unparsed(counts: Counter[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
    """What of it no reply that satisfies its schema can be."""
    return {key: count for key, count in counts.items() if key[2] not in FINE}


def spoilt(asked: Asked) -> Asked:
    """The same with a schema in which the first number may be left empty: the planted fault."""
    schema: dict[str, Any] = asked.request.schema or {}
    properties = schema["properties"]
    quantities = properties["chosen_quantities"]
    first = next(iter(quantities["properties"]))
    empty = {**quantities, "properties": {**quantities["properties"], first: {"type": "string", "pattern": "^x{0,2}$"}}}
    changed = {**schema, "properties": {**properties, "chosen_quantities": empty}}
    return replace(asked, request=replace(asked.request, schema=changed))
