"""A run as one file: the page that shows it and checks it, and in it, as text, the files of the run's log."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from os import fsencode
from pathlib import Path

from agoranomos import __version__
from agoranomos.errors import AgoraError
from agoranomos.logs import layout
from agoranomos.logs.faults import LogFault
from agoranomos.logs.journal import frame, read_notes
from agoranomos.logs.merkle import HASH_BYTES
from agoranomos.logs.plain_file import open_plain, unreadable
from agoranomos.viewer.bundle_page import with_data
from agoranomos.viewer.bundle_parts import COMMENT
from agoranomos.viewer.bundle_prompts import packed
from agoranomos.viewer.bundle_text import element, write_file, write_line
from agoranomos.viewer.drawings import drawings_of

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Prompts:
    """Packs of what models were asked (see `bundle_prompts`), or why there are none."""

    packs: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class LogText:
    """The files of a log, octets as they lie there; empty where one is missing. `journal` holds the notes, in order."""

    vkey: bytes
    certificate: bytes
    checkpoint: bytes
    journal: tuple[bytes, ...]
    entries: bytes
    leaves: bytes
    blobs: tuple[tuple[str, bytes], ...]

    @property
    def lines(self) -> list[bytes]:
        """The entries, without their newlines."""
        lines = self.entries.split(b"\n")
        return lines if lines[-1] else lines[:-1]


def read_log(folder: Path) -> LogText:
    """The files of a run's log, nothing verified; raises `LogFault` or `MachineError` for what cannot be read."""
    try:
        entries = leaves = b""
        for path in sorted((folder / layout.ENTRIES).glob("*.jsonl")):
            entries += _read(path)
            leaves += _read(folder / layout.leaves_file(int(path.stem)))
        return LogText(
            vkey=_read(folder / layout.VKEY),
            certificate=_read(folder / layout.CERTIFICATE),
            checkpoint=_read(folder / layout.CHECKPOINT),
            journal=_notes(folder / layout.JOURNAL),
            entries=entries,
            leaves=leaves,
            blobs=tuple((path.name, _read(path)) for path in layout.blob_files(folder)),
        )
    except OSError as error:
        raise unreadable(error, folder) from error


def _read(path: Path) -> bytes:
    try:
        with open_plain(path) as file:
            return file.read()
    except FileNotFoundError:
        return b""


def _notes(journal: Path) -> tuple[bytes, ...]:
    notes = []
    try:
        for note in read_notes(journal):
            notes.append(note)
    except (FileNotFoundError, LogFault):
        pass
    return tuple(notes)


def bundled(template: str, log: LogText, title: str, prompts: Prompts = Prompts()) -> bytes:
    """The page with the log in it; the same log and the same program give the same bytes."""
    about = {"format": FORMAT, "title": title, "program": f"agoranomos {__version__}", "prompts": prompts.why}
    parts = [
        COMMENT,
        element("about", write_file(_json(about))),
        element("log.vkey", write_file(log.vkey)),
        element("certificate", write_file(log.certificate)),
        element("checkpoint", write_file(log.checkpoint)),
    ]
    if b"".join(map(frame, log.journal)) != frame(log.checkpoint):
        parts.append(element("checkpoints", _lines([write_line(note) for note in log.journal])))
    parts += [
        element("leaves", _lines(_hashes(log.leaves))),
        element("entries", write_file(log.entries)),
        element("drawings", write_file(_json(_drawings(log.lines)))),
        element("blobs", _lines([f"{write_line(fsencode(name))} {packed(content)}" for name, content in log.blobs])),
        element("prompts", _lines(prompts.packs)),
    ]
    return with_data(template, "".join(parts)).encode()


def _drawings(lines: Sequence[bytes]) -> dict[str, object]:
    try:
        return drawings_of(lines)
    except AgoraError:
        return {}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def _hashes(leaves: bytes) -> list[str]:
    return [base64.b64encode(leaves[at : at + HASH_BYTES]).decode() for at in range(0, len(leaves), HASH_BYTES)]


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
