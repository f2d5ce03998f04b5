"""What `agora doctor` looks at: one function a check, each a plain answer about this machine."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Literal

from agoranomos.errors import AgoraError

Verdict = Literal["ok", "note", "finding"]

SYNCS = 9
SLOW_SYNC_MS = 50.0
"""Above this, runs that are durable every round (those with language models) wait for the disk noticeably."""


@dataclass(frozen=True, slots=True)
class Check:
    """One answer. A `finding` should be mended; a `note` is worth knowing; `advice` says what to do."""

    name: str
    verdict: Verdict
    detail: str
    advice: str = ""


def examine(workspace_start: Path | None = None) -> Iterator[Check]:
    """Every check, in order. One that fails on an error of its own is a finding with that error."""
    checks: dict[str, Callable[[], Iterator[Check]]] = {
        "python": _python,
        "package": _packages,
        "workspace": lambda: _workspace(workspace_start),
        "library": _library,
        "keys": _keys,
        "disk": _disk,
        "model": _model,
        "accelerator": _accelerator,
        "cluster": _cluster,
    }
    for name, check in checks.items():
        try:
            yield from check()
        except AgoraError as error:
            yield Check(name, "finding", error.message, error.advice)


def _python() -> Iterator[Check]:
    shown = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    old = sys.version_info < (3, 11)
    yield Check("python", "finding" if old else "ok", shown, "Python 3.11 or newer is needed." if old else "")


def _packages() -> Iterator[Check]:
    from packaging.requirements import Requirement

    try:
        installed = distribution("agoranomos")
    except PackageNotFoundError:
        yield Check("package", "note", "the package is not installed; it runs from its source tree")
        return
    missing: dict[str, list[str]] = {"": [], "local": []}
    for text in installed.requires or []:
        requirement = Requirement(text)
        marker = requirement.marker
        extra = next((e for e in missing if marker is None or marker.evaluate({"extra": e})), None)
        if extra is not None and (problem := _problem(requirement.name, str(requirement.specifier))):
            missing[extra].append(problem)
    yield Check(
        "package",
        "finding" if missing[""] else "ok",
        f"agoranomos {installed.version}" + (f"; {', '.join(missing[''])}" if missing[""] else ""),
        "Run: pip install agoranomos" if missing[""] else "",
    )
    if missing["local"]:
        advice = "For language models in this process: pip install 'agoranomos[local]'"
        yield Check("extra local", "note", ", ".join(missing["local"]), advice)
    else:
        yield Check("extra local", "ok", f"torch {version('torch')}, transformers {version('transformers')}")


def _problem(name: str, specifier: str) -> str:
    from packaging.specifiers import SpecifierSet

    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} is missing"
    return "" if SpecifierSet(specifier).contains(found, prereleases=True) else f"{name} {found} is not {specifier}"


def _workspace(start: Path | None) -> Iterator[Check]:
    from agoranomos.workspace import WORKSPACE_FILE, find_workspace

    workspace = find_workspace(start)
    if (workspace.root / WORKSPACE_FILE).is_file():
        yield Check("workspace", "ok", f"{workspace.name} in {workspace.root}")
    else:
        advice = "Make one with: agora init mylab"
        yield Check("workspace", "note", f"none; this folder is used as {workspace.name}", advice)


def _library() -> Iterator[Check]:
    from agoranomos.workspace.library import library_root, plug_ins

    brought = [shelf.origin for shelf in plug_ins()]
    yield Check("library", "ok", f"{library_root()}" + (f"; plug-ins: {', '.join(brought)}" if brought else ""))


def _keys() -> Iterator[Check]:
    from agoranomos.logs import KeyStore
    from agoranomos.workspace import state_folder

    folder = state_folder() / "keys"
    if not folder.exists():
        yield Check("keys", "ok", f"none yet; the first run makes one in {folder}")
        return
    store = KeyStore(folder)
    for file in sorted(folder.glob("*.key")):
        signing = store.signing_key(file.stem)  # raises where others may read it
        yield Check("key", "ok", f"{signing.vkey} (public; give it to whoever checks your logs)")
    yield Check("keyring", "ok", f"{len(store.trusted())} trusted public keys in {store.keyring}")


def _disk() -> Iterator[Check]:
    from agoranomos.workspace import state_folder

    for name, folder in (("disk here", Path.cwd()), ("disk of keys and models", state_folder())):
        existing = next(path for path in (folder, *folder.parents) if path.is_dir())
        try:
            milliseconds = _sync_milliseconds(existing)
        except OSError as error:
            advice = "Choose another folder" + (", or set AGORA_HOME." if folder != Path.cwd() else " to work in.")
            yield Check(name, "finding", f"{existing} cannot be written: {error.strerror}", advice)
            continue
        slow = milliseconds > SLOW_SYNC_MS
        shown = f"{existing}: a write and sync takes {milliseconds:.2f} ms (median of {SYNCS})"
        advice = "Runs that are durable every round wait for it twice a round." if slow else ""
        yield Check(name, "note" if slow else "ok", shown, advice)


def _sync_milliseconds(folder: Path) -> float:
    """Median time of appending 4 KiB to a file and syncing it, in milliseconds."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(SYNCS):
            start = time.perf_counter()
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def _model() -> Iterator[Check]:
    from agoranomos.models.weights import KNOWN_WEIGHTS, verify

    for weights in KNOWN_WEIGHTS.values():
        if weights.path.is_file():
            verify(weights)  # raises where its digest is wrong
            yield Check("model", "ok", f"{weights.name}: {weights.title}, in {weights.path}")
        else:
            advice = f"For campaigns with a language model: agora models pull {weights.name}"
            yield Check("model", "note", f"{weights.name} ({weights.size / 1e6:.0f} MB) has not been pulled", advice)


def _accelerator() -> Iterator[Check]:
    from importlib.util import find_spec

    if find_spec("torch") is None:
        return
    import torch

    if torch.cuda.is_available():
        names = sorted({torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())})
        yield Check("accelerator", "ok", f"{torch.cuda.device_count()} x {', '.join(names)}")
    else:
        yield Check("accelerator", "note", f"none that torch {torch.__version__} can use; models run on the CPU")


def _cluster() -> Iterator[Check]:
    """Whether campaigns can go to a Ray cluster; it is not asked whether one answers, for that takes seconds."""
    try:
        found = version("ray")
    except PackageNotFoundError:
        advice = "For campaigns on many machines: pip install 'agoranomos[ray]'"
        yield Check("extra ray", "note", "ray is missing", advice)
        return
    address = os.environ.get("RAY_ADDRESS")
    where = f"RAY_ADDRESS is {address}" if address else "RAY_ADDRESS is not set: a cluster of this machine is used"
    yield Check("extra ray", "ok", f"ray {found}; {where}")
