"""The folder of a campaign on disk: where everything lies, and that only one driver writes there."""

from __future__ import annotations

import fcntl
import json
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from agoranomos.campaigns.plan import Plan, differences
from agoranomos.errors import Finding, MachineError, UsageError
from agoranomos.logs.plain_file import open_plain

MAX_PLAN_BYTES = 1 << 26
_RECORDED_PACKAGES = (
    "agoranomos",
    "numpy",
    "scipy",
    "msgspec",
    "pettingzoo",
    "cel-expr-python",
    "torch",
    "transformers",
    "tokenizers",
    "xgrammar",
    "gguf",
    "vllm",
)


@dataclass(frozen=True, slots=True)
class CampaignFolder:
    """`logs/<campaign>-<digest8>/` and the places in it."""

    root: Path

    @property
    def plan_file(self) -> Path:
        """The plan as canonical JSON."""
        return self.root / "plan.json"

    @property
    def status_file(self) -> Path:
        """How far the campaign is; replaced as a whole."""
        return self.root / "status.json"

    @property
    def spending_file(self) -> Path:
        """What all sessions took of language models; replaced as a whole."""
        return self.root / "spending.json"

    @property
    def ledger(self) -> Path:
        """The folder of the ledger's segments."""
        return self.root / "ledger"

    @property
    def tables(self) -> Path:
        """The folder of the derived tables."""
        return self.root / "tables"

    @property
    def timings_file(self) -> Path:
        """How long each model call took, one JSON line a call; not part of any log."""
        return self.root / "timings.jsonl"

    @property
    def reportable(self) -> bool:
        """Whether a report can be made of it: it has a plan to make tables from, or tables."""
        return self.plan_file.is_file() or self.tables.is_dir()

    def run(self, arm: str, seed: int) -> Path:
        """The log of the attempt that counts."""
        return self.root / "runs" / arm / str(seed)

    def abandoned(self, arm: str, seed: int, attempt: int) -> Path:
        """The log of an attempt that died or failed."""
        return self.root / "abandoned" / arm / str(seed) / str(attempt)

    def plan_bytes(self) -> bytes:
        """The plan's file as it lies there; raises `OSError`, and `Finding` for what is no plain file or too long."""
        with open_plain(self.plan_file) as file:
            data = file.read(MAX_PLAN_BYTES + 1)
        if len(data) > MAX_PLAN_BYTES:
            raise Finding(f"{self.plan_file} is longer than any plan: {MAX_PLAN_BYTES} bytes are read")
        return data

    def note_models(self, identities: Mapping[str, str]) -> None:
        """Add to `env.json` what answers under each model's name, where an engine says; raises `MachineError`."""
        path = self.root / "env.json"
        known = _read_environment(path)
        for name, identity in identities.items():
            said = _parsed(identity)
            if identity and said not in known["models"].setdefault(name, []):
                known["models"][name].append(said)
        with _explained(f"cannot write {path}"):
            _replace_changed(path, _environment_bytes(known))

    def write_plan(self, plan: Plan) -> None:
        """Put the plan and its text in the folder; raises `MachineError`."""
        with _explained(f"cannot write the campaign's folder {self.root}"):
            _replace_changed(self.root / "campaign.yaml", plan.text.encode())
            _replace_changed(self.plan_file, plan.json)

    def read_plan(self) -> dict[str, Any]:
        """The plan document; raises `UsageError` where the folder holds none, `Finding` where it is not JSON."""
        try:
            document = json.loads(self.plan_bytes())
        except FileNotFoundError:
            raise UsageError(f"{self.root} is no campaign's folder: it holds no plan.json") from None
        except OSError as error:
            raise MachineError(f"cannot read {self.plan_file}: {error.strerror}") from error
        except (ValueError, RecursionError):
            raise Finding(f"{self.plan_file} is damaged: it is not JSON") from None
        if not isinstance(document, dict):
            raise Finding(f"{self.plan_file} is damaged: it holds no plan")
        return document

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder against a second driver; raises `UsageError` while another one has it."""
        path = self.root / ".lock"
        with _explained(f"cannot lock {path}"):
            file = path.open("a+")
        # The lock goes with the descriptor, so it is free again whatever becomes of this process.
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                owner = file.read().strip()
                raise UsageError(
                    f"another `agora run` is at work in {self.root}" + (f" (process {owner})" if owner else ""),
                    advice="Wait for it to end, or stop it; then run the same command again.",
                ) from None
            with _explained(f"cannot lock {path}"):
                file.truncate(0)
                file.write(str(os.getpid()))
                file.flush()
            yield


def open_folder(plan: Plan, logs: Path) -> CampaignFolder:
    """The plan's folder under `logs`, made where it is not there yet.

    Raises `Finding` where the folder of that digest holds another plan, `MachineError` where it cannot be written.
    """
    folder = CampaignFolder(logs / plan.label)
    with _explained(f"cannot write the campaign's folder {folder.root}"):
        folder.root.mkdir(parents=True, exist_ok=True)
        # A deviation takes the place of the plan when the ledger has recorded it: see `write_plan`.
        deviates = bool(plan.begun_as) and folder.plan_file.exists()
        if not deviates and folder.plan_file.exists() and folder.plan_file.read_bytes() != plan.json:
            changed = next(iter(differences(folder.read_plan(), plan.document)), "its bytes")
            raise Finding(
                f"{folder.plan_file} was changed after it was written ({changed})",
                advice="Put it back, or move the folder away to run the campaign anew.",
            )
        _replace_changed(folder.root / "env.json", _with_environment(folder.root / "env.json"))
    if not deviates:
        folder.write_plan(plan)
    return folder


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file as a whole: a reader finds the old content or the new, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise MachineError(
            f"cannot write {path}: {error.strerror}", advice="What was recorded before is kept."
        ) from error


def environment() -> dict[str, Any]:
    """What the campaign runs on: Python, system, and the versions of the packages that results rest on."""
    packages = {}
    for name in _RECORDED_PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "packages": packages,
    }


def _with_environment(path: Path) -> bytes:
    """Every distinct environment that sessions ran on, in order, and what answered under the models' names."""
    known = _read_environment(path)
    here = environment()
    if here not in known["environments"]:
        known["environments"].append(here)
    return _environment_bytes(known)


def _read_environment(path: Path) -> dict[str, Any]:
    """What `env.json` holds; nothing of it where it cannot be read."""
    try:
        found = json.loads(path.read_bytes())
        return {"environments": list(found["environments"]), "models": dict(found.get("models", {}))}
    except (OSError, ValueError, KeyError, TypeError):
        return {"environments": [], "models": {}}


def _environment_bytes(known: Mapping[str, Any]) -> bytes:
    """`env.json`; models stand there only where there are any."""
    said = {key: value for key, value in known.items() if value}
    return json.dumps(said, indent=2, sort_keys=True).encode() + b"\n"


def _parsed(identity: str) -> Any:
    """An engine's identity as plain values; the text itself where a plug-in's is no JSON."""
    try:
        return json.loads(identity)
    except (ValueError, RecursionError):
        return identity


def _replace_changed(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Replace a JSON file as a whole."""
    write_atomically(path, json.dumps(value, indent=2, sort_keys=True).encode() + b"\n")


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MachineError(f"{what}: {error.strerror}", advice="Choose another place with --out.") from error
