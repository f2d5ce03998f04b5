"""Another run's history as one agent saw it: which run that is, and whether it is the one that was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agoranomos.errors import Finding, UsageError, nearest
from agoranomos.logs import Verifier
from agoranomos.policies.prompted.memories import YokedMemory
from agoranomos.policies.prompted.memory import Seen
from agoranomos.policies.prompted.seen_again import read_again
from agoranomos.workspace import Workspace


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
    found = read_again(log, checkpoint, tuple(trusted))
    if found.origin.split("/")[-3:-1] != [memory.arm, str(chosen)]:
        raise Finding(
            f"{log} holds the log of {found.origin}, and not that of a run of {memory.arm} with seed {chosen}",
            advice="Put the log back that belongs there: `agora log verify` on the campaign says what else is wrong.",
        )
    whose = memory.agent or agent
    if whose not in found.rounds:
        raise UsageError(f"{log}: no agent {whose!r} to be yoked to", advice=nearest(whose, found.rounds))
    return YokedRun(found.origin, found.root, whose, found.rounds[whose])


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
