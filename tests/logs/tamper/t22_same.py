"""T22: a fixed key and the same entries, written twice, give the same bytes in every file: Ed25519 is deterministic."""

from __future__ import annotations

from pathlib import Path

from logs.building import make_log


def differing(place: Path) -> list[str]:
    """The files that differ between two logs of the same entries and key."""
    written = []
    for name in ("first", "second"):
        make_log(place / name, (40, 20, 1))
        written.append({path.relative_to(place / name): path.read_bytes() for path in _files(place / name)})
    return [str(name) for name in sorted({*written[0], *written[1]}) if written[0].get(name) != written[1].get(name)]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
