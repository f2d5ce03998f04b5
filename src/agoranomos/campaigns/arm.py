"""One arm with every name resolved to content: all that a run of it needs, in any process."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from agoranomos.agents import Agent, Roster, seat_agents
from agoranomos.campaigns.document import Privacy, Signatures
from agoranomos.campaigns.factors import Levels
from agoranomos.campaigns.regime import place_of_wording
from agoranomos.documents import Source
from agoranomos.institutions import Bound, Governed, Institution, bind, load_institution
from agoranomos.institutions.attesting import Attestor
from agoranomos.institutions.entries import AgentRecord, ForkRecord, canonical_json
from agoranomos.institutions.governed import EntryLog
from agoranomos.institutions.schedule import in_words
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
class Wording:
    """One of the texts that agents of a regime may be told, and its name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Switch:
    """From `first_round` on this institution wraps the market; None: none does."""

    first_round: int
    institution_name: str
    institution: Source | None
    institution_sha256: str


@dataclass(frozen=True, slots=True)
class Arm:
    """One condition of a campaign. `institution` is a text, None where the regime begins with none.

    `wordings` are the texts of which each run is told one (`told`), `switches` the institutions that follow on the
    first, `levels` says which level of each factor it has. With `repeat` agents are told their text in every round
    again. It can be pickled, so a worker process needs nothing else to play a run of it.
    """

    name: str
    regime: str
    wordings: tuple[Wording, ...]
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
    levels: Levels = ()
    switches: tuple[Switch, ...] = ()
    repeat: bool = False

    def wording(self, seed: int) -> Wording | None:
        """What agents are told in the run with this seed: the same place among the wordings in every arm."""
        return self.wordings[place_of_wording(seed, len(self.wordings))] if self.wordings else None

    def told(self, seed: int) -> str | None:
        """The text that agents are told in the run with this seed; None where they are told nothing."""
        wording = self.wording(seed)
        return None if wording is None else wording.text

    @property
    def told_name(self) -> str:
        """The name of what is told, or of the first of several wordings; empty where nothing is."""
        return self.wordings[0].name if self.wordings else ""

    @property
    def governed(self) -> bool:
        """Whether an institution wraps the market in any round."""
        return self.institution is not None or any(switch.institution is not None for switch in self.switches)

    @property
    def institutions(self) -> str:
        """The names of its institutions with the rounds from which they hold; empty where there is none at all."""
        return in_words(self.institution_name, [(one.first_round, one.institution_name) for one in self.switches])

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
    arm: Arm,
    seed: int,
    log: EntryLog,
    engines: Mapping[str, Engine],
    signing: Signing | None = None,
    forked: ForkRecord | None = None,
) -> tuple[Governed, tuple[Agent, ...]]:
    """The governed market of one run and the agents in their seats; nothing has happened yet.

    With `signing`, the actors sign every round. `forked` names the run that this one goes on from.
    """
    spec = arm.market.drawn(seed)
    market = build_market(spec)
    told = arm.told(seed)
    agents = seat_agents(
        arm.roster, market, seed, engines=engines, told=told, repeat=arm.repeat, workspace=arm.workspace
    )
    roster = tuple(AgentRecord(agent.name, describe(agent)) for agent in agents)
    here = spec.model_dump_json()
    attestor = None if signing is None else signing.attestor(market.facts.agents, arm.governed)
    governed = Governed(
        market,
        _bound(arm.institution, here),
        log,
        roster=roster,
        attestor=attestor,
        switches={switch.first_round: _bound(switch.institution, here) for switch in arm.switches},
        forked=forked,
    )
    return governed, agents


def describe(agent: Agent) -> str:
    """The description of the agent's policy as canonical JSON, as entry 0 holds it."""
    described: dict[str, Any] = agent.policy.describe()
    return canonical_json(described)


@lru_cache(maxsize=64)
def _bound(source: Source | None, market: str) -> Bound | None:
    """The institution bound to the market whose specification, as JSON, is `market`; of no text, none."""
    return (
        None
        if source is None
        else bind(read_institution(source), build_market(described_market(json.loads(market))).facts)
    )


@lru_cache(maxsize=64)
def read_institution(source: Source) -> Institution:
    """The institution of a text; its expressions are compiled once a process."""
    return load_institution(source)
