"""Another run's history as one agent saw it, made again from that run's verified log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from agoranomos.errors import AgoraError, Finding, UsageError, nearest
from agoranomos.institutions.entries import Closed, Opened, Round, decode_entry
from agoranomos.institutions.judgement import Sanction, StandingRecord
from agoranomos.institutions.notices import Notice
from agoranomos.institutions.parts import whole_entries
from agoranomos.logs import LogFault, Verifier, verify_log
from agoranomos.markets import Market, build_market, described_market
from agoranomos.markets.facts import SCALE
from agoranomos.policies.prompted.memories import YokedMemory
from agoranomos.policies.prompted.memory import Notes, Seen
from agoranomos.workspace import Workspace

MAX_YOKED_BYTES = 1 << 28
"""The longest log, in bytes of entries, whose history is taken up: it is held in memory while it is read."""


@dataclass(frozen=True, slots=True)
class YokedRun:
    """What an agent saw of every round of a finished run; `root` is the Merkle root of its log in hex."""

    origin: str
    root: str
    agent: str
    rounds: tuple[Seen, ...]

    def describe(self) -> dict[str, Any]:
        """Which run and whose seat, for the record."""
        return {"origin": self.origin, "root": self.root, "agent": self.agent}


def yoked_run(
    memory: YokedMemory, agent: str, seed: int, workspace: Workspace, trusted: Sequence[Verifier]
) -> YokedRun:
    """The run that `memory` names for an agent of this name in a run with this seed, its log verified.

    The market is built from the log and goes through the recorded actions again; it must measure what is recorded.
    Raises `UsageError` where there is no such run or agent, `LogFault` for a log that cannot be trusted, `Finding` for
    one that is not finished or does not come out again.
    """
    campaign = _folder(memory.campaign, workspace)
    chosen = seed if memory.seed is None else memory.seed
    log = campaign / "runs" / memory.arm / str(chosen)
    if not log.is_dir():
        arms = [place.name for place in (campaign / "runs").glob("*")]
        advice = nearest(memory.arm, arms) if memory.arm not in arms else f"Run {memory.arm} with seed {chosen} first."
        raise UsageError(
            f"{memory.campaign} has no run of {memory.arm} with seed {chosen} to be yoked to", advice=advice
        )
    try:
        checkpoint = (log / "checkpoint").read_bytes()
    except OSError:
        raise UsageError(f"the run in {log} is not finished; a memory is yoked to a finished one") from None
    run = _read(log, checkpoint, memory.agent or agent, tuple(trusted))
    if run.origin.split("/")[-3:-1] != [memory.arm, str(chosen)]:
        raise Finding(
            f"{log} holds the log of {run.origin}, and not that of a run of {memory.arm} with seed {chosen}",
            advice="Put the log back that belongs there: `agora log verify` on the campaign says what else is wrong.",
        )
    return run


def _folder(name: str, workspace: Workspace) -> Path:
    places = (workspace.root / name, workspace.folder("logs") / name)
    found = next((place for place in places if (place / "runs").is_dir()), None)
    if found is None:
        logs = workspace.folder("logs")
        there = [path.name for path in logs.iterdir()] if logs.is_dir() else []
        raise UsageError(
            f"{name} is no campaign's folder with runs in it", advice=nearest(name.rsplit("/", 1)[-1], there)
        )
    return found


@lru_cache(maxsize=64)
def _read(log: Path, checkpoint: bytes, agent: str, trusted: tuple[Verifier, ...]) -> YokedRun:
    """The run in `log` as far as its checkpoint goes, which also names it here: every seat reads it once a process."""
    lines: list[bytes] = []
    room = MAX_YOKED_BYTES

    def take(batch: list[bytes]) -> None:
        nonlocal room
        room -= sum(map(len, batch))
        if room < 0:
            raise UsageError(f"{log} holds more than {MAX_YOKED_BYTES:,} bytes of entries: no memory is yoked to it")
        lines.extend(batch)

    verification = verify_log(log, trusted, consume=take)
    entries = [decode_entry(whole.line) for whole in whole_entries(lines)]
    if not entries or not isinstance(entries[0].body, Opened):
        raise UsageError(f"{log} is the log of no run")
    if not isinstance(entries[-1].body, Closed):
        raise Finding(f"the run in {log} is not finished; a memory is yoked to a finished one")
    opened = entries[0].body
    agents = opened.facts.agents
    if agent not in agents:
        raise UsageError(f"{log}: no agent {agent!r} to be yoked to", advice=nearest(agent, agents))
    try:
        market = build_market(described_market(json.loads(opened.market)))
        rounds = tuple(_seen(market, opened, _by_round(entries), agent))
    except (LogFault, Finding):
        raise
    except (AgoraError, ValidationError, ValueError) as error:
        raise Finding(f"{log}: its market cannot be made again: {error}") from None
    return YokedRun(verification.origin, verification.root.hex(), agent, rounds)


@dataclass(frozen=True, slots=True)
class _Recorded:
    body: Round
    fines: dict[str, int]


def _by_round(entries: Sequence[Any]) -> Iterator[_Recorded]:
    """Every round with what its sanctions took."""
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


def _seen(market: Market, opened: Opened, recorded: Iterator[_Recorded], agent: str) -> Iterator[Seen]:
    """What the agent saw of each round; raises `Finding` where the market now measures something else."""
    market.reset(seed=opened.seed)
    index = opened.facts.agents.index(agent)
    suspended = False
    notes = Notes()
    for number, played in enumerate(recorded, 1):
        rows = zip(opened.facts.agents, played.body.actions, strict=True)
        market.step({name: np.array(row) / SCALE if row else market.idle(name) for name, row in rows})
        if _fixed(market.measures()) != _fixed(played.body.measures):
            raise Finding(f"round {number}: the market measures something else than what is recorded")
        fine = played.fines.get(agent, 0)
        notice = Notice(agent, number + 1, "", 0, "", "", fine) if fine else None
        if suspended:
            notes = notes.sitting_out({"round": np.array([number - 1.0])})
        notes = notes.after(market.observation(agent), notice, 1)
        yield notes.history[-1]
        suspended = _is_suspended(played.body.standings, index)


def _is_suspended(standings: Sequence[StandingRecord], index: int) -> bool:
    return bool(standings) and standings[index].limit_e6 == 0


def _fixed(value: Any) -> Any:
    """Measures as they compare: lists and tuples are the same, whoever made them."""
    if isinstance(value, Mapping):
        return {key: _fixed(part) for key, part in value.items()}
    return tuple(map(_fixed, value)) if isinstance(value, list | tuple) else value
