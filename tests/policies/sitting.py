"""Runs with people in seats, without a campaign around them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from agoranomos.agents import Roster, RosterEntry, seat_agents
from agoranomos.campaigns.arm import describe
from agoranomos.campaigns.people import with_person
from agoranomos.campaigns.runner import run_one
from agoranomos.documents.reader import read_text
from agoranomos.institutions import Governed, load_institution
from agoranomos.institutions.entries import AgentRecord
from agoranomos.logs import MemoryLog
from agoranomos.markets import Market, build_market, load_market
from agoranomos.policies.human import Person
from agoranomos.workspace import find_workspace, resolve

WORKSPACE = find_workspace(Path(__file__).parent)
SEED = 3


def market_of(name: str, rounds: int = 8, **fields: Any) -> Market:
    spec = load_market(name, WORKSPACE).spec
    return build_market(type(spec).model_validate({**spec.model_dump(), "rounds": rounds, **fields}).drawn(SEED))


def roster(*agents: RosterEntry) -> Roster:
    return Roster(kind="roster", version=1, agents=agents)


def played(
    name: str, institution: str, policies: Roster, person: Person | None = None, rounds: int = 8
) -> tuple[bytes, ...]:
    """The entries of a run."""
    market = market_of(name, rounds)
    log = MemoryLog()
    rules = load_institution(read_text(resolve("institutions", institution, WORKSPACE))) if institution else None
    agents = with_person(seat_agents(policies, market, SEED, workspace=WORKSPACE), person, None)
    described = tuple(AgentRecord(agent.name, describe(agent)) for agent in agents)
    asyncio.run(run_one(Governed(market, rules, log, roster=described), agents, SEED, put_blob=log.put_blob))
    return tuple(log.entries)
