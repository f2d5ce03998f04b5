"""Names the entry that makes a log fail, with the reason. Called only when it is already known to fail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.faults import LogFault
from agoranomos.logs.log import seq_suffix
from agoranomos.logs.merkle import HASH_BYTES, CompactRange, leaf_hash, root_of
from agoranomos.logs.segments import read_leaf_hashes, read_lines

_SEQ = re.compile(rb'"seq":(0|[1-9][0-9]{0,18})}\Z')


def why_not(folder: Path, checkpoints: Sequence[Checkpoint]) -> LogFault:
    """The fault of a log whose entries or leaf hashes are not those of its last checkpoint.

    The leaf hashes that the folder keeps are believed only where their own root is the signed one; then the first line
    whose hash differs is the bad entry, beyond doubt. Otherwise the checkpoints of the journal bound the place.
    """
    last = checkpoints[-1]
    lines = _Lines(folder, last.size)
    stored = _stored_leaves(folder, last.size)
    if len(lines.leaves) >= last.size and root_of(lines.leaves[: last.size]) == last.root:
        if len(lines.leaves) > last.size or lines.stopped is not None:
            return _goes_on(last.size)
        if lines.wrong_seq:
            index = min(lines.wrong_seq)
            return LogFault("tampered", f"entry {index} was signed although {lines.claim(index)}", entry=index)
        return _bad_leaf_hashes(lines.leaves, stored)
    if len(stored) >= last.size and root_of(stored[: last.size]) == last.root:
        return _against_leaves(lines, stored[: last.size])
    return _between_checkpoints(lines, stored, checkpoints)


class _Lines:
    """The leaf hash of every whole line, the index that it claims, and why reading stopped, if it did."""

    def __init__(self, folder: Path, size: int) -> None:
        self.leaves: list[bytes] = []
        self.wrong_seq: dict[int, int | None] = {}  # what a line claims to be where it is not what its place says
        self.stopped: LogFault | None = None
        try:
            for batch in read_lines(folder, size):
                for line in batch:
                    index = len(self.leaves)
                    if not line.endswith(seq_suffix(index)):
                        match = _SEQ.search(line[-32:])
                        self.wrong_seq[index] = int(match[1]) if match else None
                    self.leaves.append(leaf_hash(line))
        except LogFault as fault:
            self.stopped = fault

    def claim(self, index: int) -> str:
        """What the line at `index` says of itself, where that is not its index."""
        claimed = self.wrong_seq[index]
        return "its line does not say which it is" if claimed is None else f"its line says that it is entry {claimed}"


def _stored_leaves(folder: Path, size: int) -> list[bytes]:
    stored: list[bytes] = []
    for first in layout.segments(size):
        data = read_leaf_hashes(folder, first)
        if data is None or len(data) % HASH_BYTES:
            return []
        stored += [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
    return stored


def _against_leaves(lines: _Lines, signed: Sequence[bytes]) -> LogFault:
    found = lines.leaves
    bad = [index for index in range(min(len(found), len(signed))) if found[index] != signed[index]]
    if not bad:
        index = len(found)
        if lines.stopped is not None:
            return lines.stopped
        return LogFault(
            "damaged",
            f"entry {index} is missing: the entries end before it, and the checkpoint signs {len(signed)}",
            entry=index,
        )
    index = bad[0]
    places = {leaf: place for place, leaf in enumerate(signed)}
    other = places.get(found[index])
    if other is None:
        more = f" ({len(bad) - 1} more after it)" if len(bad) > 1 else ""
        message = f"entry {index} was changed: its bytes are not those that were signed{more}"
    elif other == index - 1:
        message = f"entry {other} stands a second time, in the place of entry {index}"
    elif signed[index] in found:
        message = f"entry {other} stands in the place of entry {index}: lines were moved"
    else:
        message = f"entry {index} was removed: entry {other} stands in its place"
    return LogFault("tampered", message, entry=index)


def _goes_on(size: int) -> LogFault:
    return LogFault(
        "damaged",
        f"entry {size} is not signed: the entries go on after the {size} that the checkpoint signs",
        entry=size,
        advice="A writer that was killed leaves such a tail; so does a line added by hand. What is signed is intact.",
    )


def _bad_leaf_hashes(found: Sequence[bytes], stored: Sequence[bytes]) -> LogFault:
    intact = "the entries themselves are those that were signed"
    if len(stored) < len(found):
        return LogFault("damaged", f"leaf hashes are missing or cut short; {intact}")
    if len(stored) > len(found):
        return LogFault("damaged", f"there are more leaf hashes than entries; {intact}")
    index = next((index for index, leaf in enumerate(found) if stored[index] != leaf), None)
    if index is None:
        return LogFault("damaged", "the files changed while they were read: verify again when nobody writes")
    return LogFault("tampered", f"the leaf hash of entry {index} was changed; {intact}", entry=index)


def _between_checkpoints(lines: _Lines, stored: Sequence[bytes], checkpoints: Sequence[Checkpoint]) -> LogFault:
    tree = CompactRange()
    good = 0
    for checkpoint in checkpoints:
        tree.extend(lines.leaves[tree.size : checkpoint.size])
        if tree.size < checkpoint.size or tree.root() != checkpoint.root:
            break
        good = checkpoint.size
    end = checkpoint.size
    if lines.stopped is not None and lines.stopped.entry is not None and good <= lines.stopped.entry <= end:
        return lines.stopped
    wrong = next((index for index in sorted(lines.wrong_seq) if good <= index < end), None)
    if wrong is not None:
        return LogFault("tampered", f"entry {wrong} is not what was signed: {lines.claim(wrong)}", entry=wrong)
    if len(lines.leaves) < end:
        index = len(lines.leaves)
        return LogFault("damaged", f"entry {index} is missing: the entries end before it", entry=index)
    pairs = enumerate(zip(lines.leaves[good:end], stored[good:end], strict=False), good)
    differing = next((index for index, (leaf, kept) in pairs if leaf != kept), None)
    doubt = "the kept leaf hashes are not the signed ones either, so the entry cannot be named for certain"
    if differing is not None:
        return LogFault("tampered", f"entry {differing} differs from its leaf hash; {doubt}", entry=differing)
    return LogFault("tampered", f"entries {good} to {end - 1} hold one that was not signed; {doubt}", entry=good)
