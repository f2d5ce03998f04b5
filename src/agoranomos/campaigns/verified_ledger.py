"""Whether a campaign's ledger can be believed, and what it tells of: the plan, and every attempt at a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.campaigns.ledger_entries import History, Planned
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.logs import LogFault, Verification, Verifier
from agoranomos.logs.policy import Policy
from agoranomos.logs.remembered import RememberedCheckpoints
from agoranomos.logs.verification import Level

if TYPE_CHECKING:
    from agoranomos.logs.timestamp import Authority


@dataclass(frozen=True, slots=True)
class VerifiedLedger:
    """A ledger that can be believed as far as its journal signs it. `places` are the folders with the plan's text."""

    verification: Verification
    history: History
    planned: tuple[Planned, ...]
    places: tuple[Path, ...]
    registered_runs: tuple[tuple[str, tuple[str, int]], ...]

    def registered(self, plan_sha256: str) -> frozenset[tuple[str, int]]:
        """The runs that were opened when this plan stood in the ledger already."""
        return frozenset(key for digest, key in self.registered_runs if digest == plan_sha256)


def verify_ledger(
    folder: Path,
    trusted: Sequence[Verifier],
    *,
    level: Level = "replay",
    policy: Policy | None = None,
    remembered: RememberedCheckpoints | None = None,
    authorities: Sequence[Authority] = (),
) -> VerifiedLedger:
    """Verify a ledger that may be open; keywords are those of `verify_log`.

    It is read strictly whatever `level` says, since what is read is believed. Raises `LogFault`.
    """
    places = _logs_of(folder)
    if not places:
        raise LogFault("damaged", "there is no ledger: nothing says what was planned and tried")
    history = History()
    planned: list[Planned] = []
    registered: list[tuple[str, tuple[str, int]]] = []
    verification: Verification | None = None
    for place in places:
        last = place == places[-1]
        found = verify_run(
            place,
            trusted,
            level=level if level in ("actors", "replay") else "strict",
            still_open=True,
            policy=policy if last else None,
            remembered=remembered if last else None,
            authorities=authorities if last else (),
            history=history,
        )
        if found.ledger is None:
            raise LogFault("tampered", "it is no ledger: it holds the entries of a run", entry=0)
        verification = found.verification
        planned += found.ledger.planned
        registered += found.ledger.registered
        history = found.ledger.history
    assert verification is not None  # there is a place
    return VerifiedLedger(verification, history, tuple(planned), tuple(places), tuple(registered))


def _logs_of(folder: Path) -> list[Path]:
    """The one log of a ledger, or the logs of its sessions, which ledgers of the first version had."""
    if not folder.is_dir():
        return []
    numbered = sorted(int(path.name) for path in folder.iterdir() if path.is_dir() and path.name.isdecimal())
    return [folder / str(number) for number in numbered] or [folder]
