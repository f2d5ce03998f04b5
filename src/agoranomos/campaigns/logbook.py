"""Opens the logs of a campaign, each under a key that the workspace's key certifies."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Literal

from agoranomos.campaigns.plan import Plan, PlannedRun
from agoranomos.errors import MachineError
from agoranomos.logs import DiskStorage, KeyStore, LogWriter, Recovery, SigningKey, Storage, Verifier

StorageOf = Callable[[str], Storage]
"""The storage of the log of an origin."""


def on_disk(origin: str) -> Storage:
    """Every log lies on disk."""
    return DiskStorage()


class Logbook:
    """The logs of one plan. A run's key lives in memory only, so a run whose writer died is never signed again."""

    def __init__(self, plan: Plan, keys: KeyStore, storage_of: StorageOf = on_disk) -> None:
        self._prefix = f"{plan.workspace.name}/{plan.label}"
        self._keys = keys
        self._certifier = keys.signing_key("workspace")
        self._storage_of = storage_of
        self.trusted: tuple[Verifier, ...] = tuple(dict.fromkeys((*keys.trusted(), self._certifier.verifier)))

    def origin(self, run: PlannedRun, attempt: int) -> str:
        """`<workspace>/<plan>/<arm>/<seed>/<attempt>`."""
        return f"{self._prefix}/{run.arm.name}/{run.seed}/{attempt}"

    def stored_by(self, storage_of: StorageOf) -> Logbook:
        """The same, with the logs of runs in other storage."""
        other = copy(self)
        other._storage_of = storage_of
        return other

    @property
    def ledger_origin(self) -> str:
        """`<workspace>/<plan>/ledger`."""
        return f"{self._prefix}/ledger"

    def create(self, folder: Path, origin: str, durable: Literal["append", "close"]) -> LogWriter:
        """A new log of a run; raises what the log raises when the folder cannot be written."""
        return self._create(folder, SigningKey.generate(origin), durable, goes_on=False)

    def create_ledger(self, folder: Path) -> LogWriter:
        """A new ledger; raises as `create`."""
        return self._create(folder, self._ledger_key, "append", goes_on=True)

    def reopen_ledger(self, folder: Path) -> tuple[LogWriter, Recovery]:
        """The ledger that is there, from its last signed state; raises what `LogWriter.reopen` raises."""
        storage = self._storage_of(self.ledger_origin)
        return LogWriter.reopen(folder, key=self._ledger_key, certifier=self._certifier, storage=storage)

    @property
    def _ledger_key(self) -> SigningKey:
        return self._keys.signing_key("ledger", self.ledger_origin)

    def _create(
        self, folder: Path, key: SigningKey, durable: Literal["append", "close"], *, goes_on: bool
    ) -> LogWriter:
        try:
            # Runs of one arm begin at the same time: their folder is made where a race for it does no harm.
            folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MachineError(f"cannot make {folder.parent}: {error.strerror}") from error
        return LogWriter.create(
            folder,
            key.name,
            key=key,
            certifier=self._certifier,
            durable=durable,
            goes_on=goes_on,
            storage=self._storage_of(key.name),
        )
