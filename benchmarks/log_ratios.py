"""The log against the limits of the machine: every operation over what it could not do without, in the same run.

The limits are taken between the measurements, on the same bytes and the same file system: SHA-256 over the log's bytes,
the encoding of the same entries, leaf and node hashes, a write, an fdatasync of as many bytes, an Ed25519 signature
made or checked. A ratio is the median of `--repeats` ratios, each of neighbours in time.

    python benchmarks/log_ratios.py
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agoranomos.logs import DiskStorage, LogWriter, SigningKey, verify_log
from agoranomos.logs.checkpoint import open_checkpoint
from agoranomos.logs.hashes import KeptHashes
from agoranomos.logs.merkle import CompactRange, leaf_hash, leaf_hashes, node_hash
from agoranomos.logs.proofs import verify_inclusion
from agoranomos.logs.reader import read_small

if TYPE_CHECKING:
    from agoranomos.institutions.entries import Round

# Each process that verifies imports this script: what only the parent needs is imported where it is used.
ORIGIN = "benchmark/log/ratios/1/1"
GROUP = 1024
KEY, CERTIFIER = SigningKey.generate(ORIGIN), SigningKey.generate("benchmark")

ROWS: dict[str, tuple[str, float, float]] = {
    "verify_full": ("verify full, one process / SHA-256 of the bytes", 5.5, 3.5),
    "verify_two": ("verify full, two processes / one", 0.75, 0.55),
    "verify_strict": ("verify strict / SHA-256 of the bytes", 16, 12),
    "verify_structure": ("verify structure / SHA-256 of the bytes", 1.8, 1.2),
    "verify_signatures": ("verify full / a signature check an entry", 1 / 40, 1 / 60),
    "append_group": ("append 1,024 at a time, durable / (encode + leaf + tree + write + 2 syncs)", 1.6, 1.25),
    "append_unsynced": ("append without syncs between / (encode + leaf + tree + write)", 1.5, 1.2),
    "append_one": ("append one entry, durable / (2 syncs + a signature)", 1.5, 1.2),
    "checkpoint": ("a signed checkpoint / (a sync + a signature + the root)", 1.5, 1.2),
    "proof": ("make an inclusion proof / three tiles of node hashes", 4, 2),
    "verify_proof": ("check an inclusion proof / (21 node hashes + a signature check)", 2, 1.3),
    "reopen": ("take up a closed log / verify it in full", 0.1, 0.02),
}
"""What is divided by what, the ratio that is accepted, and the one that is good."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--memory-entries", type=int, default=10_000_000, help="short ones, for memory; 0: none")
    parser.add_argument("--folder", type=Path, default=None, help="on the file system to be measured")
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        figures = measure(Path(scratch), options.entries, options.repeats)
        if options.memory_entries:
            figures["memory"] = measure_memory(Path(scratch), options.memory_entries)
    text = json.dumps(figures, indent=1)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n", encoding="utf-8")


def measure(folder: Path, entries: int, repeats: int) -> dict[str, Any]:
    lines = [line(index) for index in range(entries)]
    log = make_log(folder / "log", lines)
    ratios: dict[str, list[float]] = {name: [] for name in ROWS}
    absolute: dict[str, list[float]] = {"verify_full_s": [], "durable_entries_per_s": []}
    for _ in range(repeats):
        for name, value in verify_ratios(log, lines, absolute):
            ratios[name].append(value)
        for name, value in append_ratios(folder, lines, absolute):
            ratios[name].append(value)
        for name, value in proof_ratios(log, entries):
            ratios[name].append(value)
    rows = [row(*ROWS[name], statistics.median(ratios[name])) for name in ROWS]
    return {
        "entries": entries,
        "mean_entry_bytes": round(sum(map(len, lines)) / entries, 1),
        "repeats": repeats,
        "verify_full_seconds": round(statistics.median(absolute["verify_full_s"]), 3),
        "durable_entries_per_second": round(statistics.median(absolute["durable_entries_per_s"])),
        "ratios": rows,
    }


def row(what: str, accepted: float, good: float, measured: float) -> dict[str, Any]:
    """One line of the table; a ratio is met or not, and the better when it is small."""
    met = "good" if measured <= good else "accepted" if measured <= accepted else "missed"
    return {"what": what, "accepted": accepted, "good": good, "measured": float(f"{measured:.3g}"), "met": met}


def verify_ratios(log: Path, lines: list[bytes], absolute: dict[str, list[float]]) -> Iterator[tuple[str, float]]:
    from agoranomos.campaigns.strict import read_checked

    joined = b"\n".join(lines)
    trusted = [CERTIFIER.verifier]
    verify = partial(verify_log, log, trusted)
    bulk = seconds(lambda: hashlib.sha256(joined).digest())
    full = seconds(verify)
    absolute["verify_full_s"].append(full)
    yield "verify_full", full / bulk
    yield "verify_two", seconds(partial(verify, jobs=2)) / full
    yield "verify_structure", seconds(partial(verify, level="structure")) / bulk
    yield "verify_strict", seconds(partial(verify, check=partial(read_checked, log))) / bulk
    yield "verify_signatures", full / (len(lines) * signature_check())
    (writer, _), took = timed(lambda: LogWriter.reopen(log, key=KEY, certifier=CERTIFIER))
    writer.abandon()
    yield "reopen", took / full


def append_ratios(folder: Path, lines: list[bytes], absolute: dict[str, list[float]]) -> Iterator[tuple[str, float]]:
    """A hundred groups; every limit is of one group, and taken beside each of them."""
    place = folder / f"append-{time.monotonic_ns()}"
    place.mkdir()
    create = partial(LogWriter.create, origin=ORIGIN, key=KEY, certifier=CERTIFIER, durable="append")
    durable, loose = create(place / "durable"), create(place / "loose", storage=Unsynced())
    plain = os.open(place / "plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    took: dict[str, list[float]] = {name: [] for name in ("log", "loose", "encode", "leaf", "tree", "write", "sync")}
    tree = CompactRange()
    private = Ed25519PrivateKey.generate()
    groups = min(100, len(lines) // GROUP)
    for number in range(groups):
        bodies = [body(index) for index in range(number * GROUP, (number + 1) * GROUP)]
        encoded, encode = timed(lambda bodies=bodies, number=number: encode_all(bodies, number * GROUP))
        _, log = timed(lambda encoded=encoded: durable.append(encoded))
        _, free = timed(lambda encoded=encoded: loose.append(encoded))
        leaves, leaf = timed(lambda encoded=encoded: leaf_hashes(encoded))
        _, grow = timed(lambda leaves=leaves: tree.extend(leaves))
        joined = b"\n".join(encoded)
        _, write = timed(lambda joined=joined: os.write(plain, joined))
        _, sync = timed(lambda: os.fdatasync(plain))
        for name, value in zip(took, (log + encode, free + encode, encode, leaf, grow, write, sync), strict=True):
            took[name].append(value)
    durable.close()
    loose.close()
    mid = {name: statistics.median(values) for name, values in took.items()}
    absolute["durable_entries_per_s"].append(GROUP / mid["log"])
    cpu = mid["encode"] + mid["leaf"] + mid["tree"] + mid["write"]
    yield "append_group", mid["log"] / (cpu + 2 * mid["sync"])
    yield "append_unsynced", mid["loose"] / cpu
    yield from single_ratios(place, private)


class Unsynced(DiskStorage):
    """The disk without its syncs: what is measured is everything else."""

    def fdatasync(self, handle: int) -> None:
        """Nothing."""

    def fsync_folder(self, path: Path) -> None:
        """Nothing."""

    def replace(self, path: Path, data: bytes, *, sync: bool) -> None:
        """Without the sync."""
        super().replace(path, data, sync=False)


def single_ratios(place: Path, private: Ed25519PrivateKey) -> Iterator[tuple[str, float]]:
    log = LogWriter.create(place / "single", ORIGIN, key=KEY, certifier=CERTIFIER, durable="append")
    plain = os.open(place / "one", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    took: dict[str, list[float]] = {name: [] for name in ("append", "checkpoint", "sync", "sign", "root")}
    tree = CompactRange()
    for index in range(300):
        entry = line(index)
        _, append = timed(lambda entry=entry: log.append([entry]))
        os.write(plain, entry)
        _, sync = timed(lambda: os.fdatasync(plain))
        _, sign = timed(lambda: private.sign(b"x" * 120))
        tree.extend([leaf_hash(entry)])
        _, root = timed(tree.root)
        os.write(plain, b"x" * 200)
        _, again = timed(lambda: os.fdatasync(plain))
        _, checkpoint = timed(log._sign_checkpoint)
        for name, value in zip(took, (append, checkpoint, (sync + again) / 2, sign, root), strict=True):
            took[name].append(value)
    log.abandon()
    os.close(plain)
    mid = {name: statistics.median(values) for name, values in took.items()}
    yield "append_one", mid["append"] / (2 * mid["sync"] + mid["sign"])
    yield "checkpoint", mid["checkpoint"] / (mid["sync"] + mid["sign"] + mid["root"])


def proof_ratios(log: Path, entries: int) -> Iterator[tuple[str, float]]:
    draw = random.Random(1)
    note, hashes = read_small(log, "checkpoint"), KeptHashes(log, entries)
    root = hashes.root()
    limit = seconds(lambda: node_hashes(3 * 255 * 20)) / 20
    made, checked, bounds = [], [], []
    for _ in range(20):
        index = draw.randrange(entries)
        proof, took = timed(lambda index=index: KeptHashes(log, entries).inclusion_proof(index))
        made.append(took)
        leaf = hashes.subtree(0, index)
        _, took = timed(lambda leaf=leaf, index=index, proof=proof: check(note, leaf, index, entries, root, proof))
        checked.append(took)
        bounds.append(seconds(lambda: node_hashes(21)) + signature_check())
    yield "proof", statistics.median(made) / limit
    yield "verify_proof", statistics.median(checked) / statistics.median(bounds)


def check(note: bytes, leaf: bytes, index: int, size: int, root: bytes, proof: list[bytes]) -> None:
    open_checkpoint(note, KEY.verifier)
    verify_inclusion(leaf, index, size, root, proof)


def node_hashes(count: int) -> bytes:
    value = bytes(32)
    for _ in range(count):
        value = node_hash(value, value)
    return value


def signature_check() -> float:
    """Seconds of one check of an Ed25519 signature."""
    private = Ed25519PrivateKey.generate()
    public, signature = private.public_key(), private.sign(b"x" * 120)
    return seconds(lambda: [public.verify(signature, b"x" * 120) for _ in range(50)]) / 50


def make_log(folder: Path, lines: list[bytes]) -> Path:
    log = LogWriter.create(folder, ORIGIN, key=KEY, certifier=CERTIFIER, durable="append", goes_on=True)
    for first in range(0, len(lines), 8 * GROUP):
        log.append(lines[first : first + 8 * GROUP])
    log.close()
    return folder


def measure_memory(folder: Path, entries: int) -> dict[str, Any]:
    """The memory that each process takes when a long log is verified by two workers, in megabytes."""
    log = LogWriter.create(folder / "long", ORIGIN, key=KEY, certifier=CERTIFIER, durable="append", goes_on=True)
    for first in range(0, entries, 65_536):
        count = min(65_536, entries - first)
        log.append([b'{"body":{"n":%d},"seq":%d}' % (n, n) for n in range(first, first + count)])
    log.close()
    (folder / "key").write_text(CERTIFIER.vkey)
    script = (
        "import resource, sys, json\n"
        "from pathlib import Path\n"
        "from agoranomos.logs import read_vkeys, verify_log\n"
        "def main():\n"
        "    size = verify_log(Path(sys.argv[1]), read_vkeys(Path(sys.argv[2])), jobs=2).size\n"
        "    # Its own peak: what getrusage gives of a new process begins with its parent's.\n"
        "    own = next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]\n"
        "    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "    print(json.dumps([size, int(own) / 1024, workers / 1024]))\n"
        "if __name__ == '__main__':\n"
        "    main()\n"
    )
    (folder / "verify_it.py").write_text(script)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(folder / "verify_it.py"), str(folder / "long"), str(folder / "key")],
        capture_output=True, check=True,
    )  # fmt: skip
    size, parent, worker = json.loads(done.stdout)
    assert size == entries
    return {
        "entries_in_memory_check": entries,
        "worker_megabytes": round(worker, 1),
        "parent_megabytes": round(parent, 1),
        "verify_seconds_two_workers": round(time.perf_counter() - start, 1),
    }


def body(index: int) -> Round:
    """A round of the duopoly as it is recorded where a language model plays: some 860 bytes, with numbers that vary."""
    from agoranomos.institutions.entries import CallRecord, DecisionRecord, Round
    from agoranomos.institutions.judgement import StandingRecord

    n = index % 997 * 1000
    measures = {
        "price_e6": (63_333_333 + n, 63_333_333 - n),
        "quantity_e6": ((46_666_667, 26_666_667 + n), (26_666_667, 46_666_667 - n)),
        "share_e6": ((636_363, 363_636), (363_636, 636_363)),
        "profit_e6": (1_444_444_444 + n, 1_444_444_444 - n),
        "nash_profit_e6": (1_444_444_444, 1_444_444_444),
        "hhi_e6": (537_190, 537_190),
        "cv_e6": (272_727, 272_727),
        "price_elevation_e6": (n, -n),
        "restraint_e6": (n, -n),
        "calvano_delta_e6": (n, -n),
        "consumer_surplus_e6": 2_688_888_888 + n,
        "welfare_e6": 5_577_777_777,
        "surplus_ratio_e6": 1_000_000,
    }
    actions = ((46_666_667, 26_666_667 + n), (26_666_667, 46_666_667 - n))
    standings = (StandingRecord("active", (0, 1, 2, 3)), StandingRecord("active", (0, 1, 2, 3)))
    call = CallRecord("smollm2", 1100, 42, hashlib.sha256(b"%d" % index).hexdigest(), "A: 46.7, B: 26.7")
    decisions = (DecisionRecord("firm_1", (call,)),)
    return Round(actions, measures, decisions=decisions, standings=standings)


def line(index: int) -> bytes:
    from agoranomos.institutions.entries import encode_entry

    return encode_entry(body(index), index + 1, index)


def encode_all(bodies: list[Round], first: int) -> list[bytes]:
    from agoranomos.institutions.entries import encode_entry

    return [encode_entry(one, index + 1, index) for index, one in enumerate(bodies, first)]


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    made = act()
    return made, time.perf_counter() - start


def seconds(act: Callable[[], object]) -> float:
    return timed(act)[1]


if __name__ == "__main__":
    main()
