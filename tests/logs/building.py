"""Small logs to break."""

from __future__ import annotations

import json
from pathlib import Path

from agoranomos.logs import LogWriter, SigningKey, Storage, Verifier
from agoranomos.logs.merkle import leaf_hashes, root_of

VECTORS = Path(__file__).parent / "vectors"
ORIGIN = "lab/plan/arm/1/1"
WORKSPACE = SigningKey.from_seed("workspace", b"W" * 32)
RUN = SigningKey.from_seed(ORIGIN, b"R" * 32)
TRUSTED: tuple[Verifier, ...] = (WORKSPACE.verifier,)


def vectors(name: str):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def entry(index: int, text: str = "a") -> bytes:
    return b'{"body":"%s%d","seq":%d}' % (text.encode(), index * 7919 % 1000, index)


def entries(count: int, first: int = 0) -> list[bytes]:
    return [entry(index) for index in range(first, first + count)]


def open_log(folder: Path, durable: str = "append", storage: Storage | None = None) -> LogWriter:
    return LogWriter.create(folder, ORIGIN, key=RUN, certifier=WORKSPACE, durable=durable, storage=storage)


def make_log(folder: Path, sizes: tuple[int, ...] = (3, 2, 1), durable: str = "append") -> list[bytes]:
    """A closed log with one append for each of `sizes`; returns its entries."""
    log = open_log(folder, durable)
    written: list[bytes] = []
    for size in sizes:
        batch = entries(size, len(written))
        log.append(batch)
        written += batch
    log.close()
    return written


def lines_of(folder: Path, first: int = 0) -> list[bytes]:
    return (folder / f"entries/{first:012d}.jsonl").read_bytes().split(b"\n")[:-1]


def put_lines(folder: Path, lines: list[bytes], first: int = 0) -> None:
    (folder / f"entries/{first:012d}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


def keep_hashes(folder: Path, lines: list[bytes]) -> None:
    """The hashes of levels 1 and 2 as a writer keeps them, for logs that were made without."""
    leaves = leaf_hashes(lines)
    (folder / "hashes").mkdir(exist_ok=True)
    for level, width in ((1, 256), (2, 65_536)):
        whole = range(0, len(leaves) - width + 1, width)
        if whole:
            (folder / f"hashes/{level}.sha256").write_bytes(b"".join(root_of(leaves[at : at + width]) for at in whole))
