"""The entry types of a campaign's ledger: what was planned, who wrote when, and every attempt at a run.

Here stand the things that a run's own log must not hold: attempts, origins, roots, hosts, recoveries, claimed times.
Lines are canonical JSON as in a run's log: `{"body": ..., "kind": ..., "seq": N}`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from agoranomos.errors import Finding, UsageError
from agoranomos.institutions.canonical import canonical_line

LEDGER_VERSION = 2
"""The version of the ledger's entry types. Version 1, a log a session, was never released."""


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last signed state of a log."""

    origin: str
    size: int
    root: str


class Piece(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes that no signature covers, by their number and SHA-256."""

    size: int
    sha256: str


class Planned(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="schema",
    tag=LEDGER_VERSION,
):
    """Entry 0: the plan by its digest. Its text is a blob of that name beside the ledger.

    `after` are the digests of other plans of a campaign of this name that had runs when this one began.
    """

    campaign: str
    plan_sha256: str
    runs: int
    claimed_unix_s: int
    after: tuple[str, ...] = ()


class Deviated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From here on the campaign follows another plan, whose text is a blob like that of the first; `reason` says why.

    What had been run stands in the new plan as it stood in the old one.
    """

    plan_sha256: str
    runs: int
    reason: str
    claimed_unix_s: int


class Session(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who writes from here on, and the signed state that was found.

    `host` is a short hash of the machine's id: equal on one machine, and no name. `boot` is the same of its boot.
    """

    host: str
    boot: str
    version: str
    size: int
    root: str
    claimed_unix_s: int


class Recovered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The session before did not come to its end. `cut` was moved to `recovery/`: it stood after the signed state."""

    cut: tuple[Piece, ...]
    rebuilt: tuple[str, ...]
    claimed_unix_s: int


class Clock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The clock went back: entries before this one claim times up to `before_unix_s`."""

    before_unix_s: int
    claimed_unix_s: int


class Ended(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The session came to its end."""

    claimed_unix_s: int


class RunOpened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An attempt at a run begins; recorded before its log's first entry."""

    arm: str
    seed: int
    attempt: int
    origin: str
    claimed_unix_s: int


class RunClosed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An attempt ended well; its log is complete at this head."""

    arm: str
    seed: int
    attempt: int
    head: Head
    claimed_unix_s: int


class RunAbandoned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An attempt died or failed; its log is never signed again. `head` is null where nothing was signed.

    `unsigned` are the bytes of entries that stand after its signed state, null where there are none.
    """

    arm: str
    seed: int
    attempt: int
    reason: str
    head: Head | None
    unsigned: Piece | None
    claimed_unix_s: int


class RunActors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public keys of a run's actors, recorded before its first entry; each is named `<run>/<actor>`."""

    arm: str
    seed: int
    vkeys: tuple[str, ...]
    claimed_unix_s: int


class Stopped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The campaign's stopping rule was met: no seed after `seed`, in the plan's order, is begun from here on.

    `pairs` is how many seeds the look rests on, `left_out` how many up to `seed` were passed over. The estimate and its
    bounds are of the hypothesis's difference, in millionths of the outcome's unit; a bound is null where there is none.
    """

    hypothesis: str
    sequence: str
    verdict: str
    pairs: int
    left_out: int
    seed: int
    estimate_e6: int
    low_e6: int | None
    high_e6: int | None
    claimed_unix_s: int


LONGEST_REASON = 500
"""Characters of a reason that the ledger keeps; status.json has it in full."""

LedgerBody: TypeAlias = (
    Planned
    | Deviated
    | Session
    | Recovered
    | Clock
    | Ended
    | RunActors
    | RunOpened
    | RunClosed
    | RunAbandoned
    | Stopped
)
RunBody: TypeAlias = RunOpened | RunClosed | RunAbandoned

BODY_OF_KIND: dict[str, type[LedgerBody]] = {
    "planned": Planned,
    "deviated": Deviated,
    "session": Session,
    "recovered": Recovered,
    "clock": Clock,
    "ended": Ended,
    "actors": RunActors,
    "opened": RunOpened,
    "closed": RunClosed,
    "abandoned": RunAbandoned,
    "stopped": Stopped,
}
"""The table of the ledger's entry types."""

_KIND_OF_BODY = {body: kind for kind, body in BODY_OF_KIND.items()}


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: Any
    kind: str
    seq: int


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: msgspec.Raw
    kind: str
    seq: int


_envelopes = msgspec.json.Decoder(_Envelope)
_bodies: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(body) for kind, body in BODY_OF_KIND.items()
}


def encode_ledger_entry(body: LedgerBody, seq: int) -> bytes:
    """The entry's one line, without its newline; raises `UsageError` for what canonical JSON does not hold."""
    return canonical_line(_Line(body, _KIND_OF_BODY[type(body)], seq))


def decode_ledger_entry(line: bytes) -> LedgerBody:
    """The body of one line; raises `Finding` when it is none of the ledger's types, or not in canonical form."""
    try:
        envelope = _envelopes.decode(line)
        decoder = _bodies.get(envelope.kind)
        if decoder is None:
            raise Finding(f"ledger entry {envelope.seq}: unknown kind {envelope.kind!r}")
        body: LedgerBody = decoder.decode(envelope.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Finding(f"not a valid ledger entry: {error}") from None
    try:
        canonical = encode_ledger_entry(body, envelope.seq)
    except UsageError as outside:
        raise Finding(f"ledger entry {envelope.seq}: {outside.message}") from None
    if canonical != line:
        raise Finding(f"ledger entry {envelope.seq}: not in canonical form")
    return body


def for_the_ledger(reason: str) -> str:
    """The reason of a failure as one short line that can be recorded, whatever an exception's text held."""
    line = " ".join(reason.encode("utf-8", "replace").decode().split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 3] + "..."
