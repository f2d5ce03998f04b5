"""Opens the logs of a campaign, each with a key of its own that the workspace's key certifies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from agoranomos.campaigns.plan import Plan, PlannedRun
from agoranomos.errors import MachineError
from agoranomos.logs import KeyStore, LogWriter, SigningKey, Verifier

CreateLog = Callable[..., LogWriter]


class Logbook:
    """The logs of one plan. A log's key lives in memory only, so a log whose writer died is never signed again."""

    def __init__(self, plan: Plan, keys: KeyStore, create_log: CreateLog) -> None:
        self._prefix = f"{plan.workspace.name}/{plan.label}"
        self._certifier = keys.signing_key("workspace")
        self._create_log = create_log
        self.trusted: tuple[Verifier, ...] = tuple(dict.fromkeys((*keys.trusted(), self._certifier.verifier)))

    def origin(self, run: PlannedRun, attempt: int) -> str:
        """`<workspace>/<plan>/<arm>/<seed>/<attempt>`."""
        return f"{self._prefix}/{run.arm.name}/{run.seed}/{attempt}"

    def segment_origin(self, number: int) -> str:
        """`<workspace>/<plan>/ledger/<segment>`."""
        return f"{self._prefix}/ledger/{number}"

    def create(self, folder: Path, origin: str, durable: Literal["append", "close"]) -> LogWriter:
        """A new log; raises what the log raises when the folder cannot be written."""
        key = SigningKey.generate(origin)
        try:
            # Runs of one arm begin at the same time: their folder is made where a race for it does no harm.
            folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MachineError(f"cannot make {folder.parent}: {error.strerror}") from error
        return self._create_log(folder, origin, key=key, certifier=self._certifier, durable=durable)
