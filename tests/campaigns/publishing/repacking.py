"""What a forger does: take a package apart, change it, and put it together again, as well as it can be done."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from pathlib import Path

from agoranomos.campaigns.publishing.inventory import INVENTORY, ROOT, Listed, inventory_bytes, root_line

Files = dict[str, bytes]


def taken_apart(package: Path) -> tuple[str, Files]:
    """The folder's name, and the content of every file by its path."""
    with tarfile.open(package) as archive:
        opened = {member.name: archive.extractfile(member) for member in archive}
        files = {name: file.read() for name, file in opened.items() if file is not None}
    top = next(iter(files)).partition("/")[0]
    return top, {name.partition("/")[2]: content for name, content in files.items()}


def put_together(package: Path, top: str, files: Files, *, listed: bool = True) -> Path:
    """Write the files again; with `listed`, the list and its root are made to fit them."""
    if listed:
        leaves = [
            Listed(path, hashlib.sha256(content).hexdigest(), len(content))
            for path, content in sorted(files.items())
            if path not in (ROOT, INVENTORY)
        ]
        files = files | {INVENTORY: inventory_bytes(leaves), ROOT: root_line(leaves)}
    with tarfile.open(package, "w:gz") as archive:
        for path, content in files.items():
            info = tarfile.TarInfo(f"{top}/{path}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return package


def holding(package: Path, *members: tarfile.TarInfo) -> Path:
    """An archive of these members and nothing else, each with no content."""
    with tarfile.open(package, "w:gz") as archive:
        for member in members:
            archive.addfile(member)
    return package


def all_bytes(package: Path) -> bytes:
    """Everything that the archive holds, unpacked and in one piece."""
    return gzip.decompress(package.read_bytes())
