"""Forgeries by whoever holds keys: a rewritten past, a second history, a key used for what it is not for (A3, A4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import msgspec

from agoranomos.campaigns.attack.changed_files import renumbered
from agoranomos.campaigns.attack.forgery import EVERYTHING, OUTSIDE, Forgery
from agoranomos.campaigns.attack.laying import lay_checkpoints, lay_identity, lay_leaves, notes_of
from agoranomos.campaigns.attack.laying import lay_entries as lay
from agoranomos.campaigns.attack.twin import Twin, fitting
from agoranomos.errors import Finding
from agoranomos.institutions.entries import Closed, Opened, Round, decode_entry, encode_entry
from agoranomos.logs import SigningKey, layout
from agoranomos.logs.merkle import leaf_hashes

_CLAIMED = re.compile(rb'("claimed_unix_s":)([0-9]+)')


def lie(lines: Sequence[bytes]) -> list[bytes]:
    """The same history with another word at its beginning, which every judgement agrees with.

    In a run's log the market's description is changed, from which nothing is judged; in a ledger a claimed time.
    """
    try:
        entry = decode_entry(lines[0])
    except Finding:
        entry = None
    if entry is None or not isinstance(entry.body, Opened):
        return [_CLAIMED.sub(lambda found: b"%s%d" % (found[1], int(found[2]) - 3600), line) for line in lines]
    body = msgspec.structs.replace(entry.body, market=entry.body.market + " ")
    return [encode_entry(body, entry.round, entry.seq), *lines[1:]]


def _rewrite(twin: Twin, _rng: Random, _turn: int) -> Path:
    return twin.laid(lie(twin.lines), twin.sizes)


def _fork(twin: Twin, rng: Random, _turn: int) -> Path:
    """The same beginning, then another end: the rest of the run is left out and the log is signed as whole."""
    size = rng.choice(twin.sizes[:-1])
    lines = renumbered([*twin.lines[:size], _closing(twin.lines[:size], twin.lines[-1])])
    return twin.laid(lines, fitting(twin.sizes, len(lines)))


def _leave_out(twin: Twin, _rng: Random, _turn: int) -> Path:
    """The last round that is recorded never was; what follows it is numbered anew."""
    size = max(index for index, line in enumerate(twin.lines) if b'"kind":"round"' in line)
    lines = [*twin.lines[:size], _closing(twin.lines[:size], twin.lines[-1])]
    return twin.laid(lines, fitting(twin.sizes, len(lines)))


def _no_rounds(twin: Twin) -> str:
    return "" if sum(b'"kind":"round"' in line for line in twin.lines) > 1 else "there is no round to leave out"


def _closing(kept: Sequence[bytes], last: bytes) -> bytes:
    """The `closed` entry of a run that ends after `kept`; for other logs, their last line."""
    rounds = sum(b'"kind":"round"' in line for line in kept)
    return encode_entry(Closed(rounds), rounds, len(kept)) if rounds else last


def _short(twin: Twin) -> str:
    return "" if len(twin.sizes) > 1 else "this log is too short to have two ends"


def _replace(twin: Twin, _rng: Random, _turn: int) -> Path:
    """A new run key, freshly certified, and a new past."""
    key = SigningKey.from_seed(twin.origin, b"\x07" * 32)
    return twin.laid(lie(twin.lines), twin.sizes, key=key)


def _other_role(twin: Twin, _rng: Random, turn: int) -> Path:
    """Signed by the workspace's key, another run's, or a certified key under another's name."""
    folder = twin.copy()
    lines = lie(twin.lines)
    lay(folder, lines)
    lay_leaves(folder, leaf_hashes(lines))
    if turn == 0:
        lay_checkpoints(folder, notes_of(lines, twin.sizes, twin.keys.workspace))
    elif turn == 1:
        lay_checkpoints(folder, notes_of(lines, twin.sizes, twin.keys.other_run))
    else:
        other = twin.laid(lines, twin.sizes, key=twin.keys.other_run)
        lay_identity(folder, twin.keys.other_run.vkey, (other / layout.CERTIFICATE).read_bytes())
    return folder


def _splice(twin: Twin, rng: Random, _turn: int) -> Path:
    """Lines of another run, from some place on, at the very indexes that they had there."""
    folder = twin.copy()
    start = rng.randrange(len(twin.lines))
    other = [line.replace(b"0", b"1", 1) for line in twin.lines[start:]]
    lines = renumbered([*twin.lines[:start], *other])
    lay(folder, lines if lines != list(twin.lines) else lie(lines))
    return folder


def _judged_otherwise(twin: Twin, _rng: Random, _turn: int) -> Path:
    """A round's judgement is taken out of a run's record, and all is signed anew with the run's own key."""
    lines = list(twin.lines)
    index, entry = next(
        (index, entry)
        for index, entry in ((index, decode_entry(line)) for index, line in enumerate(lines))
        if isinstance(entry.body, Round) and entry.body.standings
    )
    lines[index] = encode_entry(msgspec.structs.replace(entry.body, standings=(), cases=()), entry.round, entry.seq)
    return twin.laid(lines, twin.sizes)


def _nothing_judged(twin: Twin) -> str:
    judged = any(b'"kind":"round"' in line and b'"standings":[' in line for line in twin.lines)
    return "" if judged else "nothing is judged in this log"


FORGERIES: tuple[Forgery[Twin], ...] = (
    Forgery("rewritten, signed again with the stolen run key", "A3", OUTSIDE, _rewrite),
    Forgery("a second history with the same beginning", "A3", OUTSIDE, _fork, 2, _short),
    Forgery("the last round left out, the rest signed again", "A3", OUTSIDE, _leave_out, 1, _no_rounds),
    Forgery("rewritten after close, under a newly certified key", "A4", OUTSIDE, _replace),
    Forgery("signed by a key of another role or run", "A3", EVERYTHING, _other_role, 3),
    Forgery("entries of another run spliced in", "A2", EVERYTHING, _splice, 4),
    Forgery("a judgement taken out, all signed again", "A3", EVERYTHING, _judged_otherwise, 1, _nothing_judged),
)
