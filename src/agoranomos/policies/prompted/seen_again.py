"""What every agent of a finished run saw, made again from the run's verified log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from agoranomos.errors import AgoraError, Finding, UsageError
from agoranomos.institutions.entries import Closed, Opened, Round, decode_entry
from agoranomos.institutions.judgement import Sanction, StandingRecord
from agoranomos.institutions.notices import Notice
from agoranomos.institutions.parts import whole_entries
from agoranomos.logs import Verifier, verify_log
from agoranomos.markets import build_market, described_market
from agoranomos.markets.facts import SCALE
from agoranomos.policies.prompted.memory import Notes, Seen

MAX_ENTRIES_BYTES = 1 << 28
"""The longest log, in bytes of entries, that is taken up: it is held in memory while it is read."""


@dataclass(frozen=True, slots=True)
class SeenAgain:
    """A finished run: the origin and Merkle root (hex) of its log, and by agent what it saw of every round."""

    origin: str
    root: str
    rounds: Mapping[str, tuple[Seen, ...]]


@lru_cache(maxsize=32)
def read_again(log: Path, checkpoint: bytes, trusted: tuple[Verifier, ...]) -> SeenAgain:
    """The run in `log`, whose signed `checkpoint` names its content: it is read once a process however many ask.

    The log is verified; its market is built anew, goes through the recorded actions, and must measure what is
    recorded. Raises `LogFault` for a log that cannot be trusted, `Finding` for one that is not finished or does not
    come out again, `UsageError` for one that is of no run or too long.
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
    try:
        rounds = _seen(entries[0].body, _by_round(entries))
    except (AgoraError, ValidationError, ValueError) as error:
        words = error.message if isinstance(error, AgoraError) else str(error)
        raise Finding(f"{log}: what was seen in it cannot be made again: {words}") from None
    return SeenAgain(verification.origin, verification.root.hex(), rounds)


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


def _seen(opened: Opened, recorded: Iterator[_Recorded]) -> dict[str, tuple[Seen, ...]]:
    """What each agent saw of each round; raises `Finding` where the market now measures something else."""
    agents = opened.facts.agents
    market = build_market(described_market(json.loads(opened.market)))
    market.reset(seed=opened.seed)
    rounds: dict[str, list[Seen]] = {agent: [] for agent in agents}
    notes = dict.fromkeys(agents, Notes())
    for number, played in enumerate(recorded, 1):
        rows = zip(agents, played.body.actions, strict=True)
        market.step({name: np.array(row) / SCALE if row else market.idle(name) for name, row in rows})
        if _fixed(market.measures()) != _fixed(played.body.measures):
            raise Finding(f"in round {number} the market measures something else than what is recorded")
        for index, agent in enumerate(agents):
            fine = played.fines.get(agent, 0)
            notice = Notice(agent, number + 1, "", 0, "", "", fine) if fine else None
            after = notes[agent].after(market.observation(agent), notice, 1)
            rounds[agent].append(after.history[-1])
            suspended = _is_suspended(played.body.standings, index)
            notes[agent] = after.sitting_out({"round": np.array([float(number)])}) if suspended else after
    return {agent: tuple(seen) for agent, seen in rounds.items()}


def _is_suspended(standings: Sequence[StandingRecord], index: int) -> bool:
    return bool(standings) and standings[index].limit_e6 == 0


def _fixed(value: Any) -> Any:
    """Measures as they compare: lists and tuples are the same, whoever made them."""
    if isinstance(value, Mapping):
        return {key: _fixed(part) for key, part in value.items()}
    return tuple(map(_fixed, value)) if isinstance(value, list | tuple) else value
