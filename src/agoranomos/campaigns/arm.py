"""One arm with every name resolved to content: all that a run of it needs, in any process."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from agoranomos.agents import Agent, Roster, seat_agents
from agoranomos.campaigns.document import Privacy, Signatures
from agoranomos.documents import Source
from agoranomos.institutions import Bound, Governed, Institution, bind, load_institution
from agoranomos.institutions.attesting import Attestor
from agoranomos.institutions.entries import AgentRecord, canonical_json
from agoranomos.institutions.governed import EntryLog
from agoranomos.markets import MarketSpec, build_market
from agoranomos.markets.catalogue import described_market
from agoranomos.models.engine import Engine
from agoranomos.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Seated:
    """One agent of an arm as the plan shows it; `calls` is the most model calls that one decision can lead to.

    `script_sha256` is of the file that its mock answers from, and empty where it asks none that does.
    """

    agent: str
    policy: str
    model: str
    calls: int
    description_sha256: str
    script_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """One condition of a campaign. `told` and `institution` are texts, None where the regime has none.

    It can be pickled, so a worker process needs nothing else to play a run of it.
    """

    name: str
    regime: str
    told_name: str
    told: str | None
    institution_name: str
    institution: Source | None
    institution_sha256: str
    roster_name: str
    roster: Roster
    market_name: str
    market: MarketSpec
    durable: Literal["round", "run"]
    agents: tuple[Seated, ...]
    workspace: Workspace
    privacy: Privacy = "open"
    signatures: Signatures = "none"

    @property
    def rounds(self) -> int:
        """Rounds of one run."""
        return self.market.rounds

    @property
    def models(self) -> tuple[str, ...]:
        """The language models that its agents ask, each once."""
        return tuple(dict.fromkeys(agent.model for agent in self.agents if agent.model))

    @property
    def calls(self) -> int:
        """The most model calls that one run can lead to."""
        return self.rounds * sum(agent.calls for agent in self.agents)


@dataclass(frozen=True, slots=True)
class Signing:
    """What signs in the names of a run's actors: `run` is its name without the attempt, `secret` the run's own."""

    run: str
    secret: bytes = field(repr=False)

    def attestor(self, agents: Sequence[str], governed: bool) -> Attestor:
        """The actors' keys; one attestor serves one recording."""
        return Attestor(self.run, self.secret, agents, governed)


def set_up(
    arm: Arm, seed: int, log: EntryLog, engines: Mapping[str, Engine], signing: Signing | None = None
) -> tuple[Governed, tuple[Agent, ...]]:
    """The governed market of one run and the agents in their seats; nothing has happened yet.

    With `signing`, the actors sign every round.
    """
    spec = arm.market.drawn(seed)
    market = build_market(spec)
    agents = seat_agents(arm.roster, market, seed, engines=engines, told=arm.told, workspace=arm.workspace)
    roster = tuple(AgentRecord(agent.name, describe(agent)) for agent in agents)
    bound = None if arm.institution is None else _bound(arm.institution, spec.model_dump_json())
    attestor = None if signing is None else signing.attestor(market.facts.agents, bound is not None)
    return Governed(market, bound, log, roster=roster, attestor=attestor), agents


def describe(agent: Agent) -> str:
    """The description of the agent's policy as canonical JSON, as entry 0 holds it."""
    described: dict[str, Any] = agent.policy.describe()
    return canonical_json(described)


@lru_cache(maxsize=64)
def _bound(source: Source, market: str) -> Bound:
    """The institution bound to the market whose specification, as JSON, is `market`."""
    return bind(read_institution(source), build_market(described_market(json.loads(market))).facts)


@lru_cache(maxsize=64)
def read_institution(source: Source) -> Institution:
    """The institution of a text; its expressions are compiled once a process."""
    return load_institution(source)
