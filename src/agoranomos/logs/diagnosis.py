"""Names the entry that makes a log fail, with the reason. Only the bad segment is read again, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.faults import LogFault
from agoranomos.logs.merkle import HASH_BYTES, leaf_hash
from agoranomos.logs.plain_file import open_plain
from agoranomos.logs.segment_fold import Broken, Extent, Fold
from agoranomos.logs.segment_run import fold_segments
from agoranomos.logs.segments import read_segment

INTACT = "the entries themselves are those that were signed"


def why_not(folder: Path, checkpoints: Sequence[Checkpoint]) -> LogFault:
    """The fault of a log whose entries are not those of its last checkpoint; what follows them is passed over."""
    extent = Extent(Path(folder), checkpoints, layout.SEGMENT_ENTRIES)
    fold = folded(extent, read_entries=True)
    if fold.broken is None:
        return files_changed()
    return fault_of_entries(extent, fold, fold.broken)


def folded(extent: Extent, *, read_entries: bool) -> Fold:
    """The fold of a whole pass, made here."""
    passing = fold_segments(extent, read_entries=read_entries)
    while True:
        try:
            next(passing)
        except StopIteration as end:
            fold: Fold = end.value
            return fold


def fault_of_entries(extent: Extent, fold: Fold, broken: Broken) -> LogFault:
    """The fault of a log that is broken.

    The leaf hashes that the folder keeps are believed only where their own roots are the signed ones; then the first
    line whose hash differs is the bad entry, beyond doubt. Otherwise the checkpoints bound the place.
    """
    if folded(replace(extent, asked=None), read_entries=False).broken is None:
        return _against_leaves(extent, fold, broken)
    return _between_checkpoints(fold, broken)


def fault_of_leaves(broken: Broken) -> LogFault:
    """The fault of a log whose kept leaf hashes, read without its entries, are not those that were signed."""
    if broken.how == "short":
        index = broken.job.first + broken.found.size
        return LogFault("damaged", f"leaf hashes are missing or cut short from entry {index} on", entry=index)
    return LogFault(
        "tampered",
        f"the leaf hashes of entries {broken.good} to {broken.end - 1} are not those that were signed",
        entry=broken.good,
        advice="Their entries were not read: verify with --level full.",
    )


def kept_fault(fold: Fold, *, absent: bool) -> LogFault | None:
    """What is wrong with the kept hashes of a log whose entries are those that were signed; None for nothing.

    Hashes that were never written (zeros) are a fault only with `absent`: see `kept_absent`.
    """
    places = [found.leaf_differs for found in fold.segments]
    if absent:
        places += [found.leaf_absent for found in fold.segments]
    differs = min((place for place in places if place is not None), default=None)
    if differs is not None:
        return LogFault("tampered", f"the leaf hash of entry {differs} was changed; {INTACT}", entry=differs)
    above = fold.kept_differs(absent=absent)
    if above is not None:
        level, number = above
        first = number * 256**level
        return LogFault(
            "tampered",
            f"hash {number} of {layout.hashes_file(level)} was changed; {INTACT}",
            entry=first,
        )
    return None


def kept_absent(fold: Fold) -> str | None:
    """The first of the kept hashes that are missing or were never written (zeros), in words; None for none."""
    leaf = next((found.leaf_absent for found in fold.segments if found.leaf_absent is not None), None)
    if leaf is not None:
        return f"leaf hashes are missing or cut short from entry {leaf} on; {INTACT}"
    level = fold.kept_absent()
    if level is not None:
        return f"{layout.hashes_file(level)} is cut short; {INTACT}"
    return None


def goes_on(size: int) -> LogFault:
    """The fault of a closed log with something after its last signed entry."""
    return LogFault(
        "damaged",
        f"entry {size} is not signed: the entries go on after the {size} that the checkpoint signs",
        entry=size,
        advice="A writer that was killed leaves such a tail; so does a line added by hand. What is signed is intact.",
    )


def wrong_number(fold: Fold) -> LogFault | None:
    """The first entry that was signed although its line says that it is another one."""
    for found in fold.segments:
        if found.wrong_seq is not None:
            message = f"entry {found.wrong_seq} was signed although {_claim(found.claimed)}"
            return LogFault("tampered", message, entry=found.wrong_seq)
    return None


def files_changed() -> LogFault:
    """The fault of a log that was one thing when it was read first, and another the second time."""
    return LogFault("damaged", "the files changed while they were read: verify again when nobody writes")


def _claim(claimed: int | None) -> str:
    return "its line does not say which it is" if claimed is None else f"its line says that it is entry {claimed}"


def _against_leaves(extent: Extent, fold: Fold, broken: Broken) -> LogFault:
    index = next((found.leaf_differs for found in fold.segments if found.leaf_differs is not None), None)
    if index is not None:
        first = index // extent.segment * extent.segment
        return _changed(extent, first, index)
    if broken.how == "root":
        return files_changed()
    index = broken.job.first + broken.found.size
    name = layout.entries_file(broken.job.first)
    if broken.how == "long":
        return LogFault("tampered", f"{name} holds more than {extent.segment} lines", entry=index)
    return _ends_before(broken, index, f"and the checkpoint signs {extent.size}")


def _ends_before(broken: Broken, index: int, more: str = "") -> LogFault:
    if broken.found.stopped is not None:
        return broken.found.stopped
    after = f", {more}" if more else ""
    return LogFault("damaged", f"entry {index} is missing: the entries end before it{after}", entry=index)


def _changed(extent: Extent, first: int, index: int) -> LogFault:
    """How the segment from `first` on differs from its signed leaf hashes, the first time at `index`."""
    signed = _signed_leaves(extent, first)
    found = _found_leaves(extent, first)
    bad = [place for place, (leaf, kept) in enumerate(zip(found, signed, strict=False), first) if leaf != kept]
    if index not in bad:
        return files_changed()
    here, wanted = found[index - first], signed[index - first]
    other = _place_of(extent, here, first)
    if other is None:
        more = f" ({len(bad) - 1} more after it)" if len(bad) > 1 else ""
        message = f"entry {index} was changed: its bytes are not those that were signed{more}"
    elif other == index - 1:
        message = f"entry {other} stands a second time, in the place of entry {index}"
    elif wanted in found or wanted in _found_leaves(extent, other // extent.segment * extent.segment):
        message = f"entry {other} stands in the place of entry {index}: lines were moved"
    else:
        message = f"entry {index} was removed: entry {other} stands in its place"
    return LogFault("tampered", message, entry=index)


def _signed_leaves(extent: Extent, first: int) -> list[bytes]:
    count = min(extent.segment, extent.size - first)
    with open_plain(extent.folder / layout.leaves_file(first)) as file:
        data = file.read(count * HASH_BYTES)
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def _found_leaves(extent: Extent, first: int) -> list[bytes]:
    """The leaf hashes of the lines of one segment, as far as they can be read."""
    leaves: list[bytes] = []
    try:
        for lines in read_segment(extent.folder, first):
            leaves += map(leaf_hash, lines[: extent.segment - len(leaves)])
            if len(leaves) == extent.segment:
                break
    except LogFault:  # why no further line can be read was told already, if it is the reason
        pass
    return leaves


def _place_of(extent: Extent, leaf: bytes, near: int) -> int | None:
    """Which entry was signed with this leaf hash; the segment from `near` on is looked at first."""
    for first in (near, *range(0, extent.size, extent.segment)):
        for place, kept in enumerate(_signed_leaves(extent, first), first):
            if kept == leaf:
                return place
    return None


def _between_checkpoints(fold: Fold, broken: Broken) -> LogFault:
    good, end = broken.good, broken.end
    stopped = broken.found.stopped
    if stopped is not None and stopped.entry is not None and good <= stopped.entry <= end:
        return stopped
    for found in fold.segments:
        if found.wrong_seq is not None and good <= found.wrong_seq < end:
            message = f"entry {found.wrong_seq} is not what was signed: {_claim(found.claimed)}"
            return LogFault("tampered", message, entry=found.wrong_seq)
    if broken.how == "short":
        return _ends_before(broken, broken.job.first + broken.found.size)
    doubt = "the kept leaf hashes are not the signed ones either, so the entry cannot be named for certain"
    if broken.how == "long":
        index = broken.job.first + broken.found.size
        name = layout.entries_file(broken.job.first)
        return LogFault("tampered", f"{name} holds more lines than a segment; {doubt}", entry=index)
    for found in fold.segments:
        if found.leaf_differs is not None and good <= found.leaf_differs < end:
            index = found.leaf_differs
            return LogFault("tampered", f"entry {index} differs from its leaf hash; {doubt}", entry=index)
    return LogFault("tampered", f"entries {good} to {end - 1} hold one that was not signed; {doubt}", entry=good)
