"""Whether a campaign's ledger can be believed, and what it tells of: the plan, and every attempt at a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.campaigns.ledger_entries import Planned
from agoranomos.campaigns.ledger_history import History
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.logs import LogFault, Verification, Verifier
from agoranomos.logs.policy import Policy
from agoranomos.logs.remembered import RememberedCheckpoints
from agoranomos.logs.verification import Level

if TYPE_CHECKING:
    from agoranomos.logs.timestamp import Authority


@dataclass(frozen=True, slots=True)
class VerifiedLedger:
    """A ledger that can be believed as far as its journal signs it."""

    verification: Verification
    history: History
    planned: tuple[Planned, ...]
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
    if not folder.is_dir():
        raise LogFault("damaged", "there is no ledger: nothing says what was planned and tried")
    found = verify_run(
        folder,
        trusted,
        level=level if level in ("actors", "replay") else "strict",
        still_open=True,
        policy=policy,
        remembered=remembered,
        authorities=authorities,
    )
    if found.ledger is None:
        raise LogFault("tampered", "it is no ledger: it holds the entries of a run", entry=0)
    ledger = found.ledger
    return VerifiedLedger(found.verification, ledger.history, tuple(ledger.planned), tuple(ledger.registered))
