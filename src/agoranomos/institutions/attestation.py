"""What the actors of a run sign: each its own part of every round, with the log that it had seen before.

`publisher`: entry 0 by its leaf hash (institution, market, roster, seed), once, in round 0.
`agent:NAME`: its action and the account of its decision.
`oracle`: its evidence (measures, draws, cases, and whose action was made feasible).
`controller`, where there is an institution: its judgement (standings; transitions, sanctions and notices by leaf hash).

A statement names the run (`<workspace>/<plan>/<arm>/<seed>`, not the attempt), the actor and its key, the round, and
size and root of the log before the round's entries: a signature fits one place in one log only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from agoranomos.institutions.entries import Body, DecisionRecord, Opened, Round, Seen
from agoranomos.institutions.judgement import CaseRecord, StandingRecord
from agoranomos.markets.facts import Measured

PUBLISHER, ORACLE, CONTROLLER = "publisher", "oracle", "controller"


class Publication(msgspec.Struct, frozen=True, tag_field="what", tag="publication"):
    """Entry 0, by its leaf hash."""

    leaf: str


class DecisionMade(msgspec.Struct, frozen=True, tag_field="what", tag="decision"):
    """What one agent did, and how that came about; an agent that had to sit out signs that it did nothing."""

    accounts: tuple[DecisionRecord, ...]
    action: tuple[int, ...]


class Evidence(msgspec.Struct, frozen=True, tag_field="what", tag="evidence"):
    """What the round showed, and what it accuses whom of."""

    cases: tuple[CaseRecord, ...]
    draws: tuple[int, ...]
    measures: dict[str, Measured]
    projected: tuple[str, ...]


class JudgementMade(msgspec.Struct, frozen=True, tag_field="what", tag="judgement"):
    """Where everybody stands now, and the entries that were decided, by their leaf hashes."""

    leaves: tuple[str, ...]
    standings: tuple[StandingRecord, ...]


Claim: TypeAlias = Publication | DecisionMade | Evidence | JudgementMade


class Statement(msgspec.Struct, frozen=True):
    """What an actor signs, as canonical JSON."""

    actor: str
    claim: Claim
    kid: str
    round: int
    run: str
    seen: Seen


_encoder: msgspec.json.Encoder = msgspec.json.Encoder(order="sorted")


def encode_statement(statement: Statement) -> bytes:
    """The bytes that are signed (within DSSE's encoding)."""
    return _encoder.encode(statement)


def actor_of(agent: str) -> str:
    """The name under which an agent signs."""
    return f"agent:{agent}"


def actors_of(agents: Sequence[str], governed: bool) -> tuple[str, ...]:
    """Everybody who signs in a run; `governed` tells whether it has an institution."""
    return (PUBLISHER, *(actor_of(agent) for agent in agents), ORACLE, *((CONTROLLER,) if governed else ()))


def claims_of(
    bodies: Sequence[Body], leaves: Sequence[bytes], agents: Sequence[str], governed: bool
) -> Iterator[tuple[str, Claim]]:
    """Who signs what of one round: `bodies` are its entries in order (of round 0: entry 0 and the first notices).

    Raises `ValueError` for a round that records somebody's action or decision whom nobody knows: none could sign it.
    """
    first, decided = bodies[0], tuple(leaf.hex() for leaf in leaves[1:])
    standings: tuple[StandingRecord, ...] = ()
    if isinstance(first, Opened):
        yield PUBLISHER, Publication(leaves[0].hex())
    elif isinstance(first, Round):
        if len(first.actions) != len(agents):
            raise ValueError(f"{len(first.actions)} actions of {len(agents)} agents")
        if strangers := {decision.agent for decision in first.decisions} - set(agents):
            raise ValueError(f"decisions of {', '.join(sorted(strangers))[:100]}, who take no part")
        for agent, action in zip(agents, first.actions, strict=True):
            yield actor_of(agent), DecisionMade(tuple(d for d in first.decisions if d.agent == agent), action)
        yield ORACLE, Evidence(first.cases, first.draws, first.measures, first.projected)
        standings = first.standings
    if governed:
        yield CONTROLLER, JudgementMade(decided, standings)


def run_of(origin: str) -> str:
    """The run that the log of this origin records: the origin without its last part, the attempt."""
    return origin.rpartition("/")[0]
