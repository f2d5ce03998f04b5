"""Which files of a folder are handed on: those of this list, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.errors import Finding, UsageError

OF_A_CAMPAIGN = (
    "abandoned",
    "campaign.yaml",
    "env.json",
    "ledger",
    "packs",
    "plan.json",
    "recovery",
    "report",
    "runs",
    "spending.json",
    "tables",
    "timings.jsonl",
)
"""What is handed on of a campaign's folder. `private/` (withheld texts and their nonces) is not, nor is anything that
is not named here: a file that somebody put there, and `status.json`, which quotes failures in full."""

OF_A_STUDY = ("LOCK.json", "agents", "calls/calls.sqlite3", "campaigns", "report")
"""What is handed on of a reproduction's folder beside its campaigns, which lie in `logs/`."""

NEVER = frozenset({"private", ".lock"})
"""Names that are left out wherever they stand."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file that is handed on, and its path in the package."""

    path: str
    source: Path


@dataclass(frozen=True, slots=True)
class Contents:
    """All files by their path, the campaigns among them (`` for the folder itself), and what was left out."""

    files: tuple[Content, ...]
    campaigns: tuple[str, ...]
    left_out: tuple[str, ...]


def contents_of(folder: Path) -> Contents:
    """What is handed on of a campaign's folder, or of a reproduction's.

    Raises `UsageError` where it is neither, `Finding` for a link or a pipe among the files.
    """
    if is_campaign(folder):
        files, left = _chosen(folder, "", OF_A_CAMPAIGN)
        return Contents(tuple(files), ("",), tuple(left))
    if not is_study(folder):
        raise UsageError(
            f"{folder} is no campaign's folder, and no reproduction's",
            advice="Give the folder that `agora run` names, such as logs/NAME-DIGEST, or that `agora reproduce` made.",
        )
    files, left = _chosen(folder, "", (*OF_A_STUDY, "logs"), skip="logs")
    campaigns = []
    for place in sorted((folder / "logs").iterdir()):
        if is_campaign(place):
            own, own_left = _chosen(place, f"logs/{place.name}/", OF_A_CAMPAIGN)
            campaigns.append(f"logs/{place.name}")
            files, left = [*files, *own], [*left, *own_left]
    return Contents(tuple(sorted(files, key=lambda file: file.path)), tuple(campaigns), tuple(left))


def is_campaign(folder: Path) -> bool:
    """Whether this is the folder of a campaign."""
    return CampaignFolder(folder).plan_file.is_file()


def is_study(folder: Path) -> bool:
    """Whether this is the folder of a reproduction, with its campaigns in `logs/`."""
    return (folder / "LOCK.json").is_file() and (folder / "logs").is_dir()


def is_allowed(path: str) -> bool:
    """Whether a file of this path may stand in a package at all."""
    parts = PurePosixPath(path).parts
    return not NEVER & set(parts) and not any(part.startswith(".") for part in parts)


def _chosen(folder: Path, prefix: str, names: tuple[str, ...], skip: str = "") -> tuple[list[Content], list[str]]:
    wanted = {name.partition("/")[0] for name in names}
    left = [f"{prefix}{path.name}" for path in sorted(folder.iterdir()) if path.name not in wanted]
    files = []
    for name in names:
        place = folder / name
        if name == skip or not (place.exists() or place.is_symlink()):
            continue
        for path in _plain_files(place):
            inside = path.relative_to(folder).as_posix()
            if is_allowed(inside):
                files.append(Content(prefix + inside, path))
            else:
                left.append(prefix + inside)
    return sorted(files, key=lambda file: file.path), left


def _plain_files(place: Path) -> Iterator[Path]:
    """The file itself, or every file in the folder; links and pipes are refused, for nobody knows what they hold."""
    for path in (place, *sorted(place.rglob("*"))) if not place.is_symlink() else (place,):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise Finding(
                f"{path} is a link, or no plain file: it is not handed on", advice="Put the file itself there."
            )
        if path.is_file():
            yield path
