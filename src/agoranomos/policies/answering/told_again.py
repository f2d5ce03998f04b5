"""Rounds of a finished run as they are told to somebody else: the memory that is yoked to another run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from agoranomos.errors import UsageError
from agoranomos.institutions.entries import DecisionRecord
from agoranomos.logs import Verifier
from agoranomos.markets.facts import SCALE
from agoranomos.policies.answering.recollection import Told
from agoranomos.policies.answering.seat_words import Past, SeatWords
from agoranomos.policies.played_again import PlayedAgain, played_again
from agoranomos.policies.policy import Seat
from agoranomos.policies.prompted.memories import YokedMemory
from agoranomos.policies.prompted.reply import writable
from agoranomos.policies.prompted.same_game import as_drawn, require_same_game
from agoranomos.policies.prompted.yoked import meant_log, require_meant, whose_seat
from agoranomos.scenarios import Scenario
from agoranomos.workspace import Workspace


def told_again(
    memory: YokedMemory, seat: Seat, words: SeatWords, workspace: Workspace
) -> tuple[tuple[Told, ...], dict[str, Any]]:
    """The rounds of the run that `memory` names for this seat, in the words of this run, and which run that is.

    The log is verified and the run is played again from it. Raises `UsageError` where there is no such run or agent,
    where it has too few rounds, or where it was another game (see `same_game`); `LogFault` for a log that cannot be
    trusted, `Finding` for one that is not finished or does not come out again.
    """
    log, checkpoint = meant_log(memory, seat.seed, workspace)
    run = _played(log, checkpoint, workspace.key_store.trusted())
    require_meant(memory, seat.seed, log, run.origin)
    whose = whose_seat(memory, seat.agent, log, run.market.possible_agents)
    needed = max(seat.market.spec.rounds - 1, 1)
    if len(run.rounds) < needed:
        raise UsageError(f"the run {run.origin} has {len(run.rounds)} rounds; a memory here needs {needed} of it")
    here = as_drawn(words.first, seat.seed)
    require_same_game(run.origin, run.market, whose, here, seat.agent)
    words = words.in_the_run(here)
    return words.again(_past(run, whose, words)), {"origin": run.origin, "root": run.root, "agent": whose}


@lru_cache(maxsize=32)
def _played(log: Path, checkpoint: bytes, trusted: tuple[Verifier, ...]) -> PlayedAgain:
    """The run in `log`, whose signed `checkpoint` names its content: it is read once a process however many ask."""
    return played_again(log, trusted)


def _past(run: PlayedAgain, agent: str, words: SeatWords) -> Iterator[Past]:
    """The rounds as `agent` had them; replies only where they name the options as this run does."""
    source: Scenario[Any] = run.market
    alike = source.options(agent) == words.first.options(words.agent)
    suspended = False
    for played in run.rounds:
        row = () if suspended else played.actions_e6[agent]
        reply = _last_reply(played.decisions.get(agent)) if alike or not row else ""
        action = tuple(number / SCALE for number in row) if row else None
        yield Past(played.before[agent], played.after[agent], action, reply, suspended)
        suspended = agent in played.suspended_next


def _last_reply(decision: DecisionRecord | None) -> str:
    """What was last written in choosing, where the log holds it in full."""
    calls = [] if decision is None else [call for call in decision.calls if not call.purpose]
    return writable(calls[-1].reply).strip() if calls else ""
