"""Entries that a careless reader takes for others, or that are made to hurt whoever reads them; all rightly signed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec

from agoranomos.campaigns.attack.changed_files import renumbered
from agoranomos.campaigns.attack.forgery import EVERYTHING, Forgery
from agoranomos.campaigns.attack.laying import lay_checkpoints, overwrite
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.attack.twin import Twin
from agoranomos.institutions.entries import Opened, decode_entry, encode_entry
from agoranomos.logs import layout

_NUMBER = re.compile(rb":([1-9][0-9]*)(?=[,}])")
_LETTER = re.compile(rb'(?<=:")[a-z]')

READ_THE_SAME: tuple[Callable[[bytes], bytes], ...] = (
    lambda line: line.replace(b'"kind":', b'"kind":"x","kind":', 1),
    lambda line: line.replace(b":", b": ", 1),
    lambda line: line.replace(b"{", b"{ ", 1),
    lambda line: _NUMBER.sub(rb":\1.0", line, count=1),
    lambda line: _NUMBER.sub(rb":\1e0", line, count=1),
    lambda line: _LETTER.sub(lambda found: b"\\u%04x" % found[0][0], line, count=1),
    lambda line: b"\xef\xbb\xbf" + line,
    lambda line: line + b"\r",
    lambda line: re.sub(rb'^\{("body":.*),("kind":"[a-z]+")', rb"{\2,\1", line, count=1),
)
"""Other bytes that many JSON readers take for the same: a key twice, spaces, numbers, escapes, a mark, an order."""


def _written_otherwise(twin: Twin, rng: Random, turn: int) -> Path:
    lines = list(twin.lines)
    place = rng.randrange(len(lines))
    lines[place] = READ_THE_SAME[turn](lines[place])
    if lines[place] == twin.lines[place]:  # nothing to rewrite there: a space can always be added
        lines[place] = lines[place].replace(b",", b", ", 1)
    return twin.laid(lines, twin.sizes)


def _huge(twin: Twin, _rng: Random, _turn: int) -> Path:
    long = b'{"body":"' + b"x" * 8_000_000 + twin.lines[-1][-40:]
    return twin.laid([*twin.lines[:-1], long], twin.sizes)


def _deep(twin: Twin, _rng: Random, turn: int) -> Path:
    """As deep as an entry is long."""
    opening, closing = ((b"[", b"]"), (b'{"a":', b"}"))[turn]
    depth = 60_000 // (len(opening) + len(closing))
    body = opening * depth + b"1" + closing * depth
    kind = re.search(rb'"kind":"([a-z]+)"', twin.lines[-1])
    line = b'{"body":%s,"kind":"%s","round":1,"seq":0}' % (body, kind[1] if kind else b"round")
    return twin.laid(renumbered([*twin.lines[:-1], line]), twin.sizes)


def _many_signatures(twin: Twin, _rng: Random, turn: int) -> Path:
    folder = twin.copy()
    note = (folder / layout.CHECKPOINT).read_bytes()
    line = note[note.rindex("— ".encode()) :]
    many = note + line * (200 if turn == 0 else 200_000)
    if turn == 0:
        lay_checkpoints(folder, [many])
    else:
        overwrite(folder / layout.CHECKPOINT, many)
    return folder


COMMANDS = "\x1b]0;owned\x07\x1b[2J\x9b1A\u202e"
"""To a terminal: set the title, clear the screen, go up a line; and to the eye: read backwards."""


def _commanding(twin: Twin, _rng: Random, _turn: int) -> Path:
    """The name of the market, which is shown of every run, holds commands to a terminal."""
    entry = decode_entry(twin.lines[0])
    assert isinstance(entry.body, Opened)
    facts = msgspec.structs.replace(entry.body.facts, market=f"duopoly{COMMANDS}")
    opened = encode_entry(msgspec.structs.replace(entry.body, facts=facts), entry.round, entry.seq)
    return twin.laid([opened, *twin.lines[1:]], twin.sizes)


def _no_run(twin: Twin) -> str:
    return "" if b'"kind":"opened","round":0,' in twin.lines[0] else "this is no run's log"


FORGERIES: tuple[Forgery[Twin], ...] = (
    Forgery(
        "JSON that reads the same, written otherwise and signed",
        "A3, A5",
        EVERYTHING,
        _written_otherwise,
        len(READ_THE_SAME),
    ),
    Forgery("a line of 8 MB", "A1", EVERYTHING, _huge),
    Forgery("an entry nested as deep as it is long", "A1", EVERYTHING, _deep, 2),
    Forgery("hundreds of thousands of signature lines", "A1", EVERYTHING, _many_signatures, 2),
    Forgery("commands to the terminal in a name", "A5", frozenset({Trust.OUTPUT}), _commanding, 1, _no_run),
)
