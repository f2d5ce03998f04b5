"""Another run's history as one agent saw it: which run that is, and whether it is the one that was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any

from agoranomos.errors import Finding, UsageError, nearest
from agoranomos.logs import Verifier
from agoranomos.markets.market import Market
from agoranomos.policies.prompted.memories import YokedMemory
from agoranomos.policies.prompted.memory import Seen
from agoranomos.policies.prompted.same_game import require_same_game
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
    memory: YokedMemory, agent: str, here: Market, seed: int, workspace: Workspace, trusted: Sequence[Verifier]
) -> YokedRun:
    """The run that `memory` names for an agent of this name in a run with this seed, in `here`; its log is verified.

    The market is built from the log and goes through the recorded actions again; it must measure what is recorded.
    Raises `UsageError` where there is no such run or agent and where it was another game, `LogFault` for a log that
    cannot be trusted, `Finding` for one that is not finished or does not come out again.
    """
    log, checkpoint = meant_log(memory, seed, workspace)
    found = read_again(log, checkpoint, tuple(trusted))
    require_meant(memory, seed, log, found.origin)
    whose = whose_seat(memory, agent, log, found.rounds)
    require_same_game(found.origin, found.market, whose, here, agent)
    return YokedRun(found.origin, found.root, whose, found.rounds[whose])


def meant_log(memory: YokedMemory, seed: int, workspace: Workspace) -> tuple[Path, bytes]:
    """The log of the run that `memory` names for a run with this seed, and its checkpoint; raises `UsageError`."""
    campaign = _folder(memory.campaign, workspace)
    chosen = memory.seed_for(seed)
    log = campaign / "runs" / memory.arm / str(chosen)
    if not log.is_dir():
        arms = [place.name for place in (campaign / "runs").glob("*")]
        advice = nearest(memory.arm, arms) if memory.arm not in arms else f"Run {memory.arm} with seed {chosen} first."
        raise UsageError(
            f"{memory.campaign} has no run of {memory.arm} with seed {chosen} to be yoked to", advice=advice
        )
    try:
        return log, (log / "checkpoint").read_bytes()
    except OSError:
        raise UsageError(f"the run in {log} is not finished; a memory is yoked to a finished one") from None


def require_meant(memory: YokedMemory, seed: int, log: Path, origin: str) -> None:
    """Raise `Finding` where the log of this `origin` is not that of the run that `memory` names."""
    chosen = memory.seed_for(seed)
    if origin.split("/")[-3:-1] != [memory.arm, str(chosen)]:
        raise Finding(
            f"{log} holds the log of {origin}, and not that of a run of {memory.arm} with seed {chosen}",
            advice="Put the log back that belongs there: `agora log verify` on the campaign says what else is wrong.",
        )


def whose_seat(memory: YokedMemory, agent: str, log: Path, agents: Iterable[str]) -> str:
    """Whose rounds are remembered by `agent`; raises `UsageError` where the run has nobody of this name."""
    whose, seated = memory.agent or agent, list(agents)
    if whose not in seated:
        raise UsageError(f"{log}: no agent {whose!r} to be yoked to", advice=nearest(whose, seated))
    return whose


def _folder(name: str, workspace: Workspace) -> Path:
    logs = workspace.folder("logs")
    places = (workspace.root / name, logs / name)
    found = next((place for place in places if (place / "runs").is_dir()), None)
    if found is None:
        found = _only_folder_of(name, logs)
    if found is None:
        there = [path.name for path in logs.iterdir()] if logs.is_dir() else []
        raise UsageError(
            f"{name} is no campaign's folder with runs in it", advice=nearest(name.rsplit("/", 1)[-1], there)
        )
    return found


def _only_folder_of(campaign: str, logs: Path) -> Path | None:
    """The folder of the only plan of a campaign of this name in `logs`; raises `UsageError` where there are several."""
    if "/" in campaign:
        return None
    label = re.compile(re.escape(campaign) + r"-[0-9a-f]{8}")
    found = [place for place in sorted(logs.glob(f"{escape(campaign)}-*")) if label.fullmatch(place.name)]
    if len(found) > 1:
        raise UsageError(
            f"{campaign} was run under {len(found)} plans: {', '.join(place.name for place in found)}",
            advice="Name the folder of the one that is meant.",
        )
    return found[0] if found and (found[0] / "runs").is_dir() else None
