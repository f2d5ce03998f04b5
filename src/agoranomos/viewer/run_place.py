"""Where a run's log lies, of those that the plan or the tables name, and its files as they lie there."""

from __future__ import annotations

import os
from array import array
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.packs.packed import PACKS, opened_run
from agoranomos.logs import layout
from agoranomos.logs.faults import LogFault
from agoranomos.logs.journal import read_notes
from agoranomos.logs.note import MAX_NOTE_BYTES
from agoranomos.logs.plain_file import open_plain
from agoranomos.logs.reader import read_blob
from agoranomos.viewer.confined import inside, no_link_leads_out, read_if_there
from agoranomos.viewer.kept import Kept, stamp_of
from agoranomos.viewer.refusals import NotThere

MOST_LINES, MOST_OCTETS = 5_000, 1 << 24
"""Of entries in one answer; one entry is always given, however long it is."""
_VKEY_BYTES = 4096
_LEAVES_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class RunPlace:
    """A run: its campaign, and the folder that its log has, or would have if it were in no pack."""

    campaign: CampaignFolder
    arm: str
    seed: int
    root: Path

    @property
    def folder(self) -> Path:
        """`runs/ARM/SEED`."""
        return self.campaign.run(self.arm, self.seed)

    @property
    def stamp(self) -> Hashable:
        """Changes with any file of the log, whichever it is: one more, one less, one written to; and with the packs."""
        return _all_in(self.folder), _all_in(self.campaign.root / PACKS / self.arm)

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """The folder of the log, or a copy of what a pack holds of it; raises `NotThere` where there is none."""
        no_link_leads_out(self.folder, self.root, but=(layout.BLOBS,))
        no_link_leads_out(self.campaign.root / PACKS / self.arm, self.root)
        with opened_run(self.folder) as place:
            if not place.is_dir():
                raise NotThere(f"run {self.arm}/{self.seed} has no log here: it was not begun, or is being packed")
            yield place


def _all_in(folder: Path) -> tuple[Hashable, ...]:
    """Name, times, length and inode of all that lies in a folder, links not followed but looked at on both sides."""
    found: list[Hashable] = []
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as there:
                for one in there:
                    link = one.is_symlink()
                    found.append((one.path, *(_state(one, follow) for follow in ((False, True) if link else (False,)))))
                    if not link and one.is_dir(follow_symlinks=False):
                        waiting.append(one.path)
        except OSError as error:
            found.append(error.errno)
    return tuple(sorted(found, key=repr))


def _state(one: os.DirEntry[str], follow: bool) -> Hashable:
    """Of a folder only that it is one: what lies in it is told apart."""
    try:
        state = one.stat(follow_symlinks=follow)
    except OSError as error:
        return error.errno
    is_folder = one.is_dir(follow_symlinks=follow)
    written = () if is_folder else (state.st_mtime_ns, state.st_ctime_ns, state.st_size)
    return (state.st_mode, state.st_ino, *written)


def _segments(folder: Path) -> list[Path]:
    """The files of entries that are there, in order, without gaps."""
    found: list[Path] = []
    while (path := folder / layout.entries_file(len(found) * layout.SEGMENT_ENTRIES)).is_file():
        found.append(path)
    return found


class RunFiles:
    """Files of runs' logs. Where the lines of a log begin is kept in memory for the logs that were asked for last."""

    def __init__(self, most: int = 16) -> None:
        self._starts: Kept[array[int]] = Kept(most)

    def seals(self, run: RunPlace) -> dict[str, str]:
        """The texts that vouch for a log, as they lie there; empty where one is missing.

        `signed` is the newest note of the journal: of a log that goes on, the only one.
        """
        with run.opened() as place:
            root = _root_of(place, run)
            texts = {
                "vkey": read_if_there(place / layout.VKEY, root, _VKEY_BYTES),
                "certificate": read_if_there(place / layout.CERTIFICATE, root, MAX_NOTE_BYTES),
                "checkpoint": read_if_there(place / layout.CHECKPOINT, root, MAX_NOTE_BYTES),
                "signed": _newest_note(inside(place / layout.JOURNAL, root)),
            }
        told = {name: text.decode("utf-8", "replace") for name, text in texts.items()}
        return {"origin": _origin(told), **told}

    def leaves(self, run: RunPlace) -> bytes:
        """The kept leaf hashes of all segments, joined, 32 octets each; ends at the first that is missing."""
        with run.opened() as place:
            found = b""
            for path in _segments(place):
                first = int(path.stem)
                found += read_if_there(place / layout.leaves_file(first), _root_of(place, run), _LEAVES_BYTES)
            return found

    def entries(self, run: RunPlace, first: int, count: int) -> bytes:
        """Whole lines from entry `first` on, as they lie there, each with its newline; empty beyond the last one.

        At most `count` of them, and no more than `MOST_OCTETS` unless the first alone is longer.
        """
        with run.opened() as place:
            parts, octets = [], 0
            for segment, path in enumerate(_segments(place)):
                begins = segment * layout.SEGMENT_ENTRIES
                starts = self._lines(run, inside(path, _root_of(place, run)))
                here, last = first - begins, len(starts) - 1
                if not 0 <= here < last or not count:
                    continue
                stop = min(here + count, last)
                while stop > here + 1 and octets + starts[stop] - starts[here] > MOST_OCTETS:
                    stop = here + max((stop - here) // 2, 1)
                parts.append(_read(path, starts[here], starts[stop]))
                octets += len(parts[-1])
                if stop < last or octets >= MOST_OCTETS:
                    break
                first, count = begins + layout.SEGMENT_ENTRIES, count - (stop - here)
            return b"".join(parts)

    def blob(self, run: RunPlace, digest: str) -> bytes:
        """The content with this SHA-256; raises `NotThere` where it is not kept, `LogFault` where it is another."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise NotThere("no SHA-256 in hex")
        with run.opened() as place:
            path = inside(place / layout.blob_file(digest), _root_of(place, run))
            if not path.is_file():
                raise NotThere(f"blob {digest} is not there")
            return read_blob(place, digest)

    def _lines(self, run: RunPlace, path: Path) -> array[int]:
        key = (run.folder, path.name)
        return self._starts.get(key, stamp_of((path,)), lambda: _starts(path))


def _root_of(place: Path, run: RunPlace) -> Path:
    """What the files of a log must lie in: the folder that is shown, or the copy of a packed run."""
    return run.root if place == run.folder else place


def _starts(path: Path) -> array[int]:
    """Where each whole line of a file begins, and after them where the last one ends."""
    found, offset = array("q", [0]), 0
    with open_plain(path) as file:
        while chunk := file.read(1 << 20):
            at = chunk.find(b"\n")
            while at >= 0:
                found.append(offset + at + 1)
                at = chunk.find(b"\n", at + 1)
            offset += len(chunk)
    return found


def _read(path: Path, start: int, stop: int) -> bytes:
    with open_plain(path) as file:
        file.seek(start)
        return file.read(stop - start)


def _newest_note(journal: Path) -> bytes:
    newest = b""
    try:
        for note in read_notes(journal):
            newest = note
    except (OSError, LogFault):
        return newest
    return newest


def _origin(texts: dict[str, str]) -> str:
    """Whose log it says it is; nothing here vouches for that."""
    for name in ("checkpoint", "signed"):
        if texts[name]:
            return texts[name].split("\n", 1)[0]
    lines = texts["certificate"].split("\n", 2)
    return lines[1] if len(lines) > 1 else ""
