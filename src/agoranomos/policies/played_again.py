"""A finished run played again: its log verified, its market built anew and taken through the recorded actions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from agoranomos.errors import AgoraError, Finding, UsageError
from agoranomos.institutions.entries import Closed, DecisionRecord, Opened, Round, decode_entry
from agoranomos.institutions.judgement import Sanction, StandingRecord
from agoranomos.institutions.parts import whole_entries
from agoranomos.institutions.recorded_schedule import recorded_institution
from agoranomos.institutions.talking import with_messages
from agoranomos.logs import Verifier, verify_log
from agoranomos.markets import build_market, described_market
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market, Observation

MAX_ENTRIES_BYTES = 1 << 28
"""The longest log, in bytes of entries, that is taken up: it is held in memory while it is read."""


@dataclass(frozen=True, slots=True)
class PlayedRound:
    """One round: what each agent observed `before` and `after` it, the actions that cleared (millionths), by agent.

    `decisions` are the accounts that the log holds, `fines` what sanctions took, in millionths; `suspended_next` are
    those who may not act in the round after.
    """

    number: int
    before: Mapping[str, Observation]
    after: Mapping[str, Observation]
    actions_e6: Mapping[str, tuple[int, ...]]
    decisions: Mapping[str, DecisionRecord]
    fines: Mapping[str, int]
    suspended_next: frozenset[str]


@dataclass(frozen=True, slots=True)
class PlayedAgain:
    """A finished run: the origin and Merkle root (hex) of its log, its market as it ended, and its rounds.

    `told_of_fines`: whether its institution announces what it does; so does none at all.
    """

    origin: str
    root: str
    market: Market
    rounds: tuple[PlayedRound, ...]
    told_of_fines: bool


def played_again(log: Path, trusted: Sequence[Verifier]) -> PlayedAgain:
    """The run in `log`, which must measure again what is recorded.

    Raises `LogFault` for a log that cannot be trusted, `Finding` for one that is not finished or does not come out
    again, `UsageError` for one that is of no run or too long.
    """
    lines: list[bytes] = []
    room = MAX_ENTRIES_BYTES

    def take(batch: list[bytes]) -> None:
        nonlocal room
        room -= sum(map(len, batch))
        if room < 0:
            raise UsageError(f"{log} holds more than {MAX_ENTRIES_BYTES:,} bytes of entries: no memory is yoked to it")
        lines.extend(batch)

    verification = verify_log(log, trusted, consume=take)
    entries = [decode_entry(whole.line) for whole in whole_entries(lines)]
    if not entries or not isinstance(entries[0].body, Opened):
        raise UsageError(f"{log} is the log of no run")
    if not isinstance(entries[-1].body, Closed):
        raise Finding(f"the run in {log} is not finished; a memory is yoked to a finished one")
    opened = entries[0].body
    try:
        institution = recorded_institution(opened)
        market = build_market(described_market(json.loads(opened.market)))
        rounds = tuple(_rounds(market, opened.seed, _by_round(entries)))
    except (AgoraError, ValidationError, ValueError) as error:
        words = error.message if isinstance(error, AgoraError) else str(error)
        raise Finding(f"{log}: what was seen in it cannot be made again: {words}") from None
    told = institution is None or institution.manifest.announces
    return PlayedAgain(verification.origin, verification.root.hex(), market, rounds, told)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """One round, and what its sanctions took from each agent, in millionths."""

    body: Round
    fines: dict[str, int]


def _by_round(entries: Sequence[Any]) -> Iterator[_Recorded]:
    current: _Recorded | None = None
    for entry in entries:
        if isinstance(entry.body, Round):
            if current is not None:
                yield current
            current = _Recorded(entry.body, {})
        elif isinstance(entry.body, Sanction) and current is not None:
            taken = current.fines.get(entry.body.agent, 0)
            current.fines[entry.body.agent] = taken + entry.body.amount_e6
    if current is not None:
        yield current


def _rounds(market: Market, seed: int, recorded: Iterator[_Recorded]) -> Iterator[PlayedRound]:
    """The rounds; raises `Finding` where the market now measures something else."""
    agents = list(market.possible_agents)
    before, _ = market.reset(seed=seed)
    for number, played in enumerate(recorded, 1):
        body = played.body
        actions = dict(zip(agents, body.actions, strict=True))
        market.step({name: np.array(row) / SCALE if row else market.idle(name) for name, row in actions.items()})
        if _fixed(market.measures()) != _fixed(body.measures):
            raise Finding(f"in round {number} the market measures something else than what is recorded")
        after = {agent: _with_talk(market, agent, body) for agent in agents}
        yield PlayedRound(
            number,
            before,
            after,
            actions,
            {decision.agent: decision for decision in body.decisions},
            played.fines,
            frozenset(agent for index, agent in enumerate(agents) if _is_suspended(body.standings, index)),
        )
        before = after


def _with_talk(market: Market, agent: str, body: Round) -> Observation:
    """What the agent observes after the round, with what it heard in it where agents can talk."""
    seen = market.observation(agent)
    if market.spec.talk is None:
        return seen
    return with_messages(seen, {said.agent: said.text for said in body.messages}, market.heard(agent))


def _is_suspended(standings: Sequence[StandingRecord], index: int) -> bool:
    return bool(standings) and standings[index].limit_e6 == 0


def _fixed(value: Any) -> Any:
    """Measures as they compare: lists and tuples are the same, whoever made them."""
    if isinstance(value, Mapping):
        return {key: _fixed(part) for key, part in value.items()}
    return tuple(map(_fixed, value)) if isinstance(value, list | tuple) else value
