"""Checks a package: is it one piece, whose is it, is its record whole, and do its tables follow from it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agoranomos.campaigns.checked import CheckedCampaign
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.harvest import build_tables
from agoranomos.campaigns.publishing.archive import Unpacked, digest_of, unpack
from agoranomos.campaigns.publishing.contents import is_allowed
from agoranomos.campaigns.publishing.inventory import (
    INVENTORY,
    MAX_INVENTORY_BYTES,
    ROOT,
    Listed,
    read_inventory,
    read_root,
    root_of_inventory,
)
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.errors import AgoraError, Finding
from agoranomos.logs import LogFault, Verifier
from agoranomos.logs.verification import Level

LIMIT = 1 << 36
"""Bytes that a package may unpack to, unless another bound is given."""


@dataclass(frozen=True, slots=True)
class CheckedTables:
    """The tables of one campaign against those built anew from its logs.

    `same` have the same bytes; `equal` the same rows in other bytes, as another version of Arrow writes them.
    """

    campaign: str
    same: tuple[str, ...]
    equal: tuple[str, ...]
    different: tuple[str, ...]
    not_derived: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedPackage:
    """A package that was checked. `faults` are why it is not to be believed, the first one first.

    `root_given` says whether the root was held against one that came by another way.
    """

    file: Path
    root: str
    files: int
    root_given: bool
    campaigns: tuple[tuple[str, CheckedCampaign], ...]
    tables: tuple[CheckedTables, ...]
    faults: tuple[Finding, ...]

    @property
    def not_excluded(self) -> tuple[str, ...]:
        """What this check could not see."""
        return tuple(self._not_excluded())

    def _not_excluded(self) -> Iterator[str]:
        if not self.root_given:
            yield "another package in this one's place: its root hash was not held against one that you were told"
        yield (
            "report/, README.md, CODEBOOK, KEYS, campaign.yaml, env.json, spending.json, timings.jsonl: they are as "
            "they were packed, and no log vouches for them"
        )
        seen: dict[str, None] = {}
        for _, campaign in self.campaigns:
            seen |= dict.fromkeys(campaign.not_excluded)
        yield from (line for line in seen if not line.startswith("everything outside the logs"))


def check_package(
    file: Path,
    trusted: Sequence[Verifier],
    *,
    root: str | None = None,
    level: Level = "replay",
    jobs: int = 1,
    limit: int = LIMIT,
) -> CheckedPackage:
    """Check the package in `file`; `root` is the root hash (hex) that reached you by another way.

    Raises `Finding` where it is not one piece: then nothing in it was looked at. Faults in the records are gathered.
    """
    with tempfile.TemporaryDirectory(prefix="agora-check-") as place:
        unpacked = unpack(file, Path(place), limit=limit)
        listed = _one_piece(Path(place), unpacked)
        found = root_of_inventory(listed).hex()
        if root is not None and root.lower().removeprefix("sha256:") != found:
            raise Finding(
                f"the package's root is {found}, and not the one that was given", advice="It is another package."
            )
        campaigns, tables, faults = [], [], list[Finding]()
        for name in _campaigns(listed):
            folder = CampaignFolder(Path(place) / name)
            checked = verify_campaign(folder, trusted, level=level, jobs=jobs)
            campaigns.append((name, replace(checked, folder=Path(name or unpacked.top))))
            faults += checked.all_faults
            if not checked.all_faults:
                compared = _tables(folder, name, trusted)
                tables.append(compared)
                faults += [_other_table(name, table) for table in compared.different]
        if not campaigns:
            faults.append(Finding("the package holds no campaign"))
    return CheckedPackage(file, found, len(listed), root is not None, tuple(campaigns), tuple(tables), tuple(faults))


def _one_piece(place: Path, unpacked: Unpacked) -> tuple[Listed, ...]:
    """The list of files, if the files are exactly those and the root is that over it."""
    for needed in (ROOT, INVENTORY):
        if needed not in unpacked.files:
            raise Finding(f"the package holds no {needed}: it is none of `agora publish`")
    if unpacked.files[INVENTORY][1] > MAX_INVENTORY_BYTES or unpacked.files[ROOT][1] > 1000:
        raise Finding(f"{INVENTORY} or {ROOT} is longer than any")
    listed = read_inventory((place / INVENTORY).read_bytes())
    root, count = read_root((place / ROOT).read_bytes())
    there = {path: found for path, found in unpacked.files.items() if path not in (ROOT, INVENTORY)}
    for one in listed:
        if not is_allowed(one.path):
            raise Finding(f"{one.path} may not stand in a package")
        if one.path not in there:
            raise Finding(f"{one.path} is missing")
        if there.pop(one.path) != (one.sha256, one.size):
            raise LogFault("tampered", f"{one.path} is not the file that {INVENTORY} lists")
    if there:
        raise LogFault("tampered", f"{sorted(there)[0]} is in the package and not in {INVENTORY}")
    if (root_of_inventory(listed).hex(), len(listed)) != (root, count):
        raise LogFault("tampered", f"{INVENTORY} does not lead to the root in {ROOT}")
    return listed


def _campaigns(listed: Sequence[Listed]) -> list[str]:
    """The places of campaigns in the package: wherever a plan lies at the top, or one level below `logs/`."""
    found = []
    for one in listed:
        place, _, name = one.path.rpartition("/")
        if name == "plan.json" and (not place or (place.startswith("logs/") and place.count("/") == 1)):
            found.append(place)
    return found


def _tables(folder: CampaignFolder, name: str, trusted: Sequence[Verifier]) -> CheckedTables:
    """Build the tables anew beside those that were packed, and compare."""
    if not folder.tables.is_dir():
        return CheckedTables(name, (), (), (), ())
    packed = Path(tempfile.mkdtemp(prefix="tables-", dir=folder.root)) / "packed"
    folder.tables.rename(packed)
    build_tables(folder, trusted)
    same, equal, different, apart = [], [], [], []
    for path in sorted(packed.glob("*.parquet")):
        anew = folder.tables / path.name
        if not anew.is_file():
            apart.append(path.name)
        elif digest_of(path) == digest_of(anew):
            same.append(path.name)
        elif _equal_rows(path, anew):
            equal.append(path.name)
        else:
            different.append(path.name)
    return CheckedTables(name, tuple(same), tuple(equal), tuple(different), tuple(apart))


def _equal_rows(packed: Path, anew: Path) -> bool:
    """Whether two tables hold the same rows.

    One that an earlier version wrote lacks columns that tables have now: then those that it has are compared. A
    reproduction's `calls` has no times: they stand in `timings.jsonl`.
    """
    try:
        first, second = pq.read_table(packed), pq.read_table(anew)
        if _version(first) != _version(second):
            second = second.select(first.column_names)
        if first.equals(second):
            return True
        if "seconds" not in first.column_names or first.column("seconds").null_count != first.num_rows:
            return False
        return bool(first.drop_columns(["seconds"]).equals(second.drop_columns(["seconds"])))
    except (OSError, ValueError, KeyError, pa.ArrowException, AgoraError):
        return False


def _version(table: Any) -> bytes:
    return bytes((table.schema.metadata or {}).get(b"agora_version", b""))


def _other_table(campaign: str, table: str) -> LogFault:
    place = f"{campaign}/tables/{table}" if campaign else f"tables/{table}"
    return LogFault("tampered", f"{place} does not follow from the logs: built anew from them it has other rows")
