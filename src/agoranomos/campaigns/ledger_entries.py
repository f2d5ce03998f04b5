"""The entry types of a campaign's ledger: what was planned, and every attempt at a run.

Here stand the things that a run's own log must not hold: attempts, origins, roots, claimed times. Lines are canonical
JSON as in a run's log: `{"body": ..., "kind": ..., "seq": N}`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from agoranomos.errors import Finding
from agoranomos.logs import LogFault, Verifier

LEDGER_VERSION = 1
"""The version of the ledger's entry types; readers keep the older ones."""


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last signed state of a log."""

    origin: str
    size: int
    root: str


class Planned(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="schema", tag=LEDGER_VERSION):
    """Entry 0 of every segment: the plan by its digest (the text is a blob of that name), and the segment before."""

    campaign: str
    plan_sha256: str
    runs: int
    previous: Head | None
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
    """An attempt died or failed; its log is never signed again. `head` is null where nothing was signed."""

    arm: str
    seed: int
    attempt: int
    reason: str
    head: Head | None
    claimed_unix_s: int


class RunActors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public keys of a run's actors, recorded before its first entry; each is named `<run>/<actor>`."""

    arm: str
    seed: int
    vkeys: tuple[str, ...]
    claimed_unix_s: int


LONGEST_REASON = 500
"""Characters of a reason that the ledger keeps; status.json has it in full."""

LedgerBody: TypeAlias = Planned | RunActors | RunOpened | RunClosed | RunAbandoned
RunBody: TypeAlias = RunOpened | RunClosed | RunAbandoned

BODY_OF_KIND: dict[str, type[LedgerBody]] = {
    "planned": Planned,
    "actors": RunActors,
    "opened": RunOpened,
    "closed": RunClosed,
    "abandoned": RunAbandoned,
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


_encoder = msgspec.json.Encoder(order="sorted")
_envelopes = msgspec.json.Decoder(_Envelope)
_bodies: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(body) for kind, body in BODY_OF_KIND.items()
}


def encode_ledger_entry(body: LedgerBody, seq: int) -> bytes:
    """The entry's one line, without its newline."""
    return _encoder.encode(_Line(body, _KIND_OF_BODY[type(body)], seq))


def decode_ledger_entry(line: bytes) -> LedgerBody:
    """The body of one line; raises `Finding` when it is none of the ledger's types."""
    try:
        envelope = _envelopes.decode(line)
        decoder = _bodies.get(envelope.kind)
        if decoder is None:
            raise Finding(f"ledger entry {envelope.seq}: unknown kind {envelope.kind!r}")
        body: LedgerBody = decoder.decode(envelope.body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Finding(f"not a valid ledger entry: {error}") from None
    return body


@dataclass(slots=True)
class Attempt:
    """What the ledger says of one attempt; `closed` and `abandoned` are None while neither is recorded."""

    opened: RunOpened
    closed: RunClosed | None = None
    abandoned: RunAbandoned | None = None


@dataclass(slots=True)
class History:
    """Every attempt at every run, in the order of the ledger."""

    attempts: dict[tuple[str, int], list[Attempt]] = field(default_factory=dict)
    actors: dict[tuple[str, int], tuple[Verifier, ...]] = field(default_factory=dict)
    _holders: dict[bytes, str] = field(default_factory=dict)  # of every actor's key

    def add(self, body: LedgerBody) -> None:
        """Take in one entry; raises `Finding` where it does not follow from those before."""
        if isinstance(body, Planned):
            return
        if isinstance(body, RunActors):
            self._register(body)
            return
        attempts = self.attempts.setdefault((body.arm, body.seed), [])
        if isinstance(body, RunOpened):
            if body.attempt != len(attempts) + 1:
                raise Finding(f"the ledger opens attempt {body.attempt} of {body.arm}/{body.seed} out of turn")
            attempts.append(Attempt(body))
            return
        if not 1 <= body.attempt <= len(attempts):
            raise Finding(f"the ledger ends attempt {body.attempt} of {body.arm}/{body.seed}, which it never opened")
        if isinstance(body, RunClosed):
            attempts[body.attempt - 1].closed = body
        else:
            attempts[body.attempt - 1].abandoned = body

    def _register(self, body: RunActors) -> None:
        run = f"{body.arm}/{body.seed}"
        if (body.arm, body.seed) in self.actors or self.of(body.arm, body.seed):
            raise Finding(f"the ledger registers the actors of {run} twice, or after its first attempt")
        try:
            keys = tuple(Verifier.from_vkey(vkey) for vkey in body.vkeys)
        except LogFault as fault:
            raise Finding(f"the ledger registers a bad key for {run}: {fault.message}") from None
        for key in keys:
            other = self._holders.setdefault(key.public, key.name)
            if other != key.name or not key.name.rpartition("/")[0].endswith(f"/{run}"):
                raise Finding(f"the ledger registers the key of {other} as that of {key.name}, an actor of {run}")
        self.actors[body.arm, body.seed] = keys

    def of(self, arm: str, seed: int) -> list[Attempt]:
        """The attempts at one run, the first one first."""
        return self.attempts.get((arm, seed), [])


def history_of(bodies: Iterable[LedgerBody]) -> History:
    """The attempts that a sequence of entries tells of."""
    history = History()
    for body in bodies:
        history.add(body)
    return history


def for_the_ledger(reason: str) -> str:
    """The reason of a failure as one short line that can be recorded, whatever an exception's text held."""
    line = " ".join(reason.encode("utf-8", "replace").decode().split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 3] + "..."
