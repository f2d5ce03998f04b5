"""The LOCK of a study: everything that it rests on by content, and what came out, so that it can be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from agoranomos.campaigns import CampaignFolder
from agoranomos.campaigns.folder import environment, write_atomically
from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.plan import Plan
from agoranomos.errors import Finding, MachineError, UsageError
from agoranomos.logs import KeyStore
from agoranomos.logs.plain_file import open_plain
from agoranomos.reproduce.answering import Answering, AnsweringModel
from agoranomos.reproduce.study import Study

LOCK_FILE = "LOCK.json"
LOCK_VERSION: Literal[1] = 1
MAX_LOCK_BYTES = 1 << 28

EXECUTION = frozenset({"attempts.parquet"})
"""Tables that tell how a campaign was executed, and not what it found: another execution has another one."""


class LockedCampaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One campaign: its plan in full, the ledger's signed head, and the root of every run's log (`arm/seed`).

    The plan holds the digests of all institutions, texts, rosters' policies and scripts, and the seeds.
    """

    file: str
    label: str
    plan_sha256: str
    plan: dict[str, Any]
    ledger: dict[str, Any]
    runs: dict[str, str]


class Lock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="agoranomos lock"):
    """What a study rests on and came to.

    `documents` are the texts that were made for it, `derived` the SHA-256 of every table, report and figure by its path
    in the folder.
    """

    version: Literal[1]
    paper: str
    settings: dict[str, Any]
    workspace: str
    documents: dict[str, str]
    campaigns: tuple[LockedCampaign, ...]
    models: tuple[AnsweringModel, ...]
    environment: dict[str, Any]
    derived: dict[str, str]
    later: tuple[str, ...] = ()

    @property
    def study(self) -> Study:
        """The study as it was asked for."""

        def below(kind: str) -> dict[str, str]:
            found = {path: text for path, text in self.documents.items() if path.startswith(f"{kind}/")}
            return {path.removeprefix(f"{kind}/"): text for path, text in found.items()}

        return Study(self.paper, self.settings, below("agents"), below("campaigns"), self.later)


def lock_study(study: Study, plans: Mapping[str, Plan], folder: Path, keys: KeyStore) -> Lock:
    """The LOCK of a study that was executed in `folder`; raises what reading its logs raises."""
    return Lock(
        version=LOCK_VERSION,
        paper=study.paper,
        settings=dict(study.settings),
        workspace=next(iter(plans.values())).workspace.name,
        documents=study.documents,
        campaigns=tuple(_locked(name, one, folder, keys) for name, one in plans.items()),
        models=tuple(Answering(folder).models().values()),
        environment=environment(),
        derived=dict(derived_files(folder)),
        later=study.later,
    )


def write_lock(lock: Lock, folder: Path) -> Path:
    """Write `LOCK.json`; returns its path."""
    path = folder / LOCK_FILE
    write_atomically(path, msgspec.json.format(msgspec.json.encode(lock, order="sorted"), indent=1) + b"\n")
    return path


def read_lock(path: Path) -> Lock:
    """The LOCK in a file (or in the study's folder); raises `UsageError` for what is none."""
    place = path / LOCK_FILE if path.is_dir() else path
    try:
        with open_plain(place) as file:
            data = file.read(MAX_LOCK_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"there is no {place}", advice="Each `agora reproduce PAPER` writes one.") from None
    except OSError as error:
        raise MachineError(f"cannot read {place}: {error.strerror}") from error
    try:
        return msgspec.json.decode(data, type=Lock)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{place} is no LOCK of a study: {error}") from None


def derived_files(folder: Path) -> Iterator[tuple[str, str]]:
    """Path and SHA-256, in hex, of every table, report and figure of a study, in the order of their paths."""
    for path in sorted(path for top in ("logs", "report") for path in (folder / top).rglob("*")):
        parts = path.relative_to(folder).parts
        derived = parts[0] == "report" or (len(parts) > 3 and parts[2] in ("tables", "report"))
        if derived and path.is_file() and path.name not in EXECUTION:
            yield "/".join(parts), hashlib.sha256(path.read_bytes()).hexdigest()


def run_roots(folder: CampaignFolder, keys: KeyStore) -> dict[str, str]:
    """The root of every finished run, by `arm/seed`, as the ledger signed it."""
    history, _ = read_ledger(folder.ledger, keys.trusted())
    closed = {key: attempts[-1].closed for key, attempts in history.attempts.items() if attempts}
    return {f"{arm}/{seed}": end.head.root for (arm, seed), end in sorted(closed.items()) if end is not None}


def _locked(name: str, one: Plan, folder: Path, keys: KeyStore) -> LockedCampaign:
    place = CampaignFolder(folder / "logs" / one.label)
    roots = run_roots(place, keys)
    missing = [run for run in one.runs() if "/".join(map(str, run.key)) not in roots]
    if missing:
        raise Finding(f"{place.root}: {len(missing)} runs are not finished: nothing to lock yet")
    return LockedCampaign(name, one.label, one.digest, one.document, _ledger_head(place), roots)


def _ledger_head(place: CampaignFolder) -> dict[str, Any]:
    from agoranomos.logs import LogReader

    checkpoint = LogReader(place.ledger).checkpoint
    return {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}
