"""A study made again from its LOCK: the same plans, the same roots, the same bytes in every table; or what differs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from agoranomos.campaigns.folder import environment
from agoranomos.campaigns.plan import Plan, differences
from agoranomos.campaigns.progress import Progress, Silence
from agoranomos.errors import Finding, UsageError
from agoranomos.logs import KeyStore
from agoranomos.models import Engine, open_engine
from agoranomos.models.calls.store import CallStore
from agoranomos.reproduce.answering import StoredEngine
from agoranomos.reproduce.lock import Lock, derived_files, run_roots
from agoranomos.reproduce.study import Executed, Executing, plans_of, run_study
from agoranomos.workspace import Workspace

SHOWN = 3

WriteReport = Callable[[Lock, Path, Mapping[str, Executed]], None]
"""Writes the study's own report into its folder, as the paper's module does."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came out: how many runs have the same root, how many files the same bytes, and what differs, in words."""

    folder: Path
    runs: int
    files: int
    differing: tuple[str, ...]


def rebuild(
    lock: Lock,
    calls: Path,
    out: Path | None,
    behind: Workspace,
    write_report: WriteReport,
    *,
    offline: bool = True,
    workers: int | None = None,
    progress: Progress | None = None,
    keys: KeyStore | None = None,
) -> Rebuilt:
    """Make the study again in `out`, a new or empty folder (None: one that is removed afterwards).

    Offline, answers of models come from the call store in the folder `calls` and from nowhere else. Keys are made for
    the occasion: a rebuilt log proves nothing about who ran it. Raises `Finding` where a name means something else than
    it did, or an answer is missing.
    """
    with ExitStack() as held:
        folder = held.enter_context(_place(out))
        home = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="agora-keys-")))
        signing = keys or KeyStore(home / "keys")
        study = lock.study
        plans = plans_of(study, folder, Workspace(behind.root, lock.workspace, keys=signing.folder))
        _require_the_same_plans(lock, plans)
        opener = held.enter_context(_answers(lock, calls, behind)) if offline else None
        how = Executing(signing, workers, progress or Silence(), opener, stored=not offline)
        executed = run_study(study, plans, folder, how, lambda later: _require_the_same_plans(lock, later))
        write_report(lock, folder, executed)
        differing = [*_other_roots(lock, executed, signing), *_other_files(lock, folder)]
        return Rebuilt(
            folder, sum(len(one.runs) for one in lock.campaigns), len(lock.derived), tuple(_explained(lock, differing))
        )


@contextmanager
def _place(out: Path | None) -> Iterator[Path]:
    if out is not None:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UsageError(f"{out} is there already, and not an empty folder", advice="Name a new folder.")
        out.mkdir(parents=True, exist_ok=True)
        yield out
        return
    folder = Path(tempfile.mkdtemp(prefix="agora-rebuilt-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _answers(lock: Lock, calls: Path, behind: Workspace) -> Iterator[Callable[[str], Engine]]:
    """Opens engines that answer from the store; mocks, which are a part of this program, as they are."""
    models = {model.name: model for model in lock.models}
    kept = [model for model in lock.models if model.identity]
    if kept and not (calls / "calls.sqlite3").is_file():
        raise UsageError(
            f"there is no call store in {calls}, and the study asked {kept[0].name}",
            advice="It lies beside the LOCK, in calls/: take it along, or leave out --offline to ask models again.",
        )
    with ExitStack() as held:
        store = None
        if kept:
            store = CallStore.open(calls)
            held.callback(store.close)

        def opened(name: str) -> Engine:
            model = models.get(name)
            if model is None:
                raise Finding(f"the LOCK does not say who answered as {name}")
            stored = None if store is None else store.of(model.identity, name)
            if stored is not None:
                return StoredEngine(model, stored)
            if not name.startswith("mock/"):
                raise Finding(f"{name} does not say who it is, so that none of its answers was kept")
            return open_engine(name, behind)

        yield opened


def _require_the_same_plans(lock: Lock, plans: Mapping[str, Plan]) -> None:
    for locked in lock.campaigns:
        now = plans.get(locked.file)
        if now is None or now.digest == locked.plan_sha256:
            continue
        changed = list(differences(locked.plan, now.document))
        told = "; ".join(changed[:SHOWN]) + (f"; and {len(changed) - SHOWN} more" if len(changed) > SHOWN else "")
        raise Finding(
            f"{locked.file} does not mean what it did when it was locked: {told}",
            advice="A file that it names, or this program, changed since. Put the old one back into the workspace.",
        )


def _other_roots(lock: Lock, executed: Mapping[str, Executed], keys: KeyStore) -> Iterator[str]:
    for locked in lock.campaigns:
        now = run_roots(executed[locked.file].folder, keys)
        for run, root in locked.runs.items():
            if now.get(run) != root:
                yield f"{locked.label}: run {run} has another root"


def _other_files(lock: Lock, folder: Path) -> Iterator[str]:
    now = dict(derived_files(folder))
    for path, sha256 in lock.derived.items():
        if path not in now:
            yield f"{path} was not made"
        elif now[path] != sha256:
            yield f"{path} has other bytes"
    yield from (f"{path} is new" for path in sorted(now.keys() - lock.derived.keys()))


def _explained(lock: Lock, differing: Sequence[str]) -> Iterator[str]:
    yield from differing
    if differing:
        now = environment()
        for change in differences(lock.environment, now):
            yield f"environment, {change}"
