"""Makes the package: verifies what is to be handed on, lists it, and writes one archive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.publishing.archive import Member, digest_of, write_archive
from agoranomos.campaigns.publishing.codebook import codebook, codebook_json, codebook_page
from agoranomos.campaigns.publishing.contents import Contents, contents_of
from agoranomos.campaigns.publishing.inventory import (
    INVENTORY,
    ROOT,
    Listed,
    inventory_bytes,
    root_line,
    root_of_inventory,
)
from agoranomos.campaigns.publishing.readme import readme
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.errors import Finding, UsageError
from agoranomos.logs import Verifier
from agoranomos.logs.verification import Level


@dataclass(frozen=True, slots=True)
class Published:
    """The archive that was written: its root hash in hex, how many files it holds, and what was left out of it."""

    file: Path
    root: str
    files: int
    size: int
    keys: tuple[str, ...]
    left_out: tuple[str, ...]


def publish(
    folder: Path, out: Path, trusted: Sequence[Verifier], *, level: Level = "replay", jobs: int = 1
) -> Published:
    """Write the folder of a campaign, or of a reproduction, as one archive.

    The same folder gives the same bytes with one version of zlib, and the same root always. Nothing of `private/` goes
    in. Raises `UsageError` for a folder that is neither or while a driver is at work in it, `Finding` where it does not
    verify under `trusted`, `MachineError` where the archive cannot be written.
    """
    if out.exists() and not out.is_file():
        raise UsageError(f"{out} is no file; the name of an archive was expected")
    contents = contents_of(folder)
    places = [folder / place for place in contents.campaigns]
    if not places:
        raise UsageError(f"{folder} holds no campaign")
    with ExitStack() as held:
        for place in places:
            held.enter_context(CampaignFolder(place).locked())
        keys = _vouching(places, trusted, level, jobs)
        listed, members = _listed(folder, contents, keys)
        write_archive(out, folder.resolve().name, members)
    root = root_of_inventory(listed).hex()
    return Published(out, root, len(listed), out.stat().st_size, keys, contents.left_out)


def _vouching(places: Sequence[Path], trusted: Sequence[Verifier], level: Level, jobs: int) -> tuple[str, ...]:
    """The public keys that vouch for the campaigns; raises `Finding` for one that cannot be believed."""
    keys = []
    for place in places:
        checked = verify_campaign(CampaignFolder(place), trusted, level=level, jobs=jobs)
        if checked.first_fault is not None:
            raise Finding(
                f"{place} is not handed on: {checked.first_fault.message}",
                advice="Run: agora log verify on it. Only what verifies is published; --key trusts another key.",
            )
        if checked.ledger is not None:
            keys.append(checked.ledger.trusted_by)
    return tuple(dict.fromkeys(keys))


def _listed(folder: Path, contents: Contents, keys: Sequence[str]) -> tuple[tuple[Listed, ...], list[Member]]:
    books = [(place, codebook(folder / place / "tables")) for place in contents.campaigns]
    withheld = any(_withholds(CampaignFolder(folder / place)) for place in contents.campaigns)
    name = folder.resolve().name
    made: dict[str, bytes | Path] = {
        "CODEBOOK.json": codebook_json(books),
        "CODEBOOK.md": codebook_page(books),
        "KEYS": "".join(f"{key}\n" for key in keys).encode(),
        "README.md": readme(name, version("agoranomos"), contents.campaigns, withheld),
    }
    made |= {file.path: file.source for file in contents.files}
    members = []
    for path in sorted(made):
        sha256, size = digest_of(made[path])
        members.append(Member(path, size, sha256, made[path]))
    listed = tuple(Listed(member.path, member.sha256, member.size) for member in members)
    first = [_own(ROOT, root_line(listed)), _own(INVENTORY, inventory_bytes(listed))]
    return listed, first + members


def _own(path: str, content: bytes) -> Member:
    sha256, size = digest_of(content)
    return Member(path, size, sha256, content)


def _withholds(folder: CampaignFolder) -> bool:
    plan = json.loads(folder.plan_bytes())
    return bool((plan.get("campaign") or {}).get("privacy") == "committed")
