"""What every agent of a finished run saw, made again from the run's verified log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from agoranomos.institutions.notices import Notice
from agoranomos.logs import Verifier
from agoranomos.markets.market import Market
from agoranomos.policies.played_again import PlayedAgain, played_again
from agoranomos.policies.prompted.memory import Notes, Seen


@dataclass(frozen=True, slots=True)
class SeenAgain:
    """A finished run: the origin and Merkle root (hex) of its log, what each agent saw of every round, its market."""

    origin: str
    root: str
    rounds: Mapping[str, tuple[Seen, ...]]
    market: Market


@lru_cache(maxsize=32)
def read_again(log: Path, checkpoint: bytes, trusted: tuple[Verifier, ...]) -> SeenAgain:
    """The run in `log`, whose signed `checkpoint` names its content: it is read once a process however many ask.

    Raises what `played_again` raises.
    """
    run = played_again(log, trusted)
    return SeenAgain(run.origin, run.root, _seen(run), run.market)


def _seen(run: PlayedAgain) -> dict[str, tuple[Seen, ...]]:
    """What each agent saw of each round."""
    rounds: dict[str, list[Seen]] = {agent: [] for agent in run.market.possible_agents}
    notes = dict.fromkeys(rounds, Notes())
    for played in run.rounds:
        for agent, seen in rounds.items():
            fine = played.fines.get(agent, 0)
            notice = Notice(agent, played.number + 1, "", 0, "", "", fine, run.told_of_fines) if fine else None
            after = notes[agent].after(played.after[agent], notice, 1)
            seen.append(after.history[-1])
            suspended = agent in played.suspended_next
            notes[agent] = after.sitting_out(played.after[agent]) if suspended else after
    return {agent: tuple(each) for agent, each in rounds.items()}
