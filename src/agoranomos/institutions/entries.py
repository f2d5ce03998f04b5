"""The table of entry types: what a run's log holds, one line an entry.

An entry is canonical JSON (RFC 8785 on this domain: ASCII-keyed objects, strings, integers below 2**53 in size,
booleans, null; no floats). The envelope is `{"body": ..., "kind": ..., "round": ..., "seq": ...}`, and `seq` is the
entry's index in the log. No entry holds a time, a host or an attempt, so that the same seed gives the same bytes. What
depends on the owner's secret (commitments, actors' signatures) is there only where the campaign asks for it, and is the
same whenever the owner repeats the run.
"""

from __future__ import annotations

import json
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from agoranomos.errors import Finding, UsageError
from agoranomos.institutions.canonical import canonical_line
from agoranomos.institutions.choice_record import ChoiceRecord, Scored
from agoranomos.institutions.judgement import Announced, CaseRecord, NoticeIssued, Sanction, StandingRecord, Transition
from agoranomos.markets.facts import MarketFacts, Measured

SCHEMA_VERSION = 1
"""The version of the entry types.

Within a version types gain optional members and new kinds only, and only runs that ask for them have them: every older
log reads as before, byte for byte. Whatever else changes is a new version, and readers keep the older ones.
"""


class InstitutionRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The institution a run lives under: its two digests, its exact text, and those of what it extends."""

    name: str
    semantic_sha256: str
    file_sha256: str
    text: str
    bases: tuple[str, ...] = ()


class AgentRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One agent of the roster; `policy` is the policy's description as canonical JSON."""

    agent: str
    policy: str


class SwitchRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `first_round` on this institution wraps the market; None: none does."""

    first_round: int
    institution: InstitutionRecord | None


class ForkRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The log that a run is a fork of: its origin, how many entries it has and their Merkle root in hex.

    Up to `round` both hold the same rounds; after it the agents went on under another institution.
    """

    origin: str
    root: str
    round: int
    size: int


class Opened(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="schema",
    tag=SCHEMA_VERSION,
):
    """Entry 0: everything that the judgement of this run rests on. `market` is its description as canonical JSON.

    `institution` is the one that the run begins with, `switches` those that follow on it. `forked` names the run that
    this one goes on from.
    """

    seed: int
    rounds: int
    market: str
    facts: MarketFacts
    institution: InstitutionRecord | None
    roster: tuple[AgentRecord, ...]
    switches: tuple[SwitchRecord, ...] = ()
    forked: ForkRecord | None = None

    @property
    def governed(self) -> bool:
        """Whether there is an institution in any round."""
        return self.institution is not None or any(switch.institution is not None for switch in self.switches)


class CallRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One model call: the prompt by digest, the reply in full, or by digest where it is long (`reply_sha256`).

    Where the model was asked how probable it finds each of some options, `scored` says how, and the answer is `choice`,
    or its canonical JSON under `reply_sha256`; both are missing where the call failed. In a run whose prompts and
    replies are withheld there stand two salted commitments instead, in hex, and neither digest nor text nor choice
    (`agoranomos.logs.disclosure`). `purpose` is empty where the move itself was asked for.
    """

    model: str
    prompt_tokens: int
    reply_tokens: int
    prompt_sha256: str = ""
    reply: str = ""
    reply_sha256: str = ""
    failure: str = ""
    prompt_commitment: str = ""
    reply_commitment: str = ""
    purpose: str = ""
    scored: Scored = ""
    choice: ChoiceRecord | None = None

    def __post_init__(self) -> None:
        answer = self.reply or self.reply_sha256 or self.choice
        if self.withheld and (self.prompt_sha256 or answer or not self.reply_commitment):
            raise ValueError("a call is withheld in whole (both commitments) or not at all")
        if self.choice is not None and (not self.scored or self.reply or self.reply_sha256):
            raise ValueError("a call brings either a reply or a choice, and a choice says how it was scored")
        if not self.withheld and (not self.prompt_sha256 or self.reply_commitment):
            raise ValueError("a call names its prompt, by digest or by commitment")

    @property
    def withheld(self) -> bool:
        """Whether prompt and reply stand here as commitments."""
        return bool(self.prompt_commitment)


class DecisionRecord(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How one agent's decision of the round came about; only for agents whose decisions are worth an account.

    `forgotten` past rounds were left out for good, because the prompt did not fit the model's context.
    `chosen` is the index of the option that was acted on, where the agent chose among some.
    """

    agent: str
    calls: tuple[CallRecord, ...] = ()
    repaired: bool = False
    forgotten: int = 0
    chosen: int | None = None


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one agent said to all others."""

    agent: str
    text: str


class Round(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One round: the actions that cleared, what the market published, the draws, and the judgement.

    `actions` is per agent in millionths; `projected` names the agents whose action had to be made feasible; `reports`
    those that came forward, `messages` what was said. `run_draw` is there where a rule needs a draw that stays the
    whole run.
    """

    actions: tuple[tuple[int, ...], ...]
    measures: dict[str, Measured]
    draws: tuple[int, ...] = ()
    projected: tuple[str, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    cases: tuple[CaseRecord, ...] = ()
    standings: tuple[StandingRecord, ...] = ()
    reports: tuple[str, ...] = ()
    run_draw: int = 0
    messages: tuple[Said, ...] = ()


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The log as a signer had it before it: how many entries, and their Merkle root in hex."""

    root: str
    size: int


class ActorSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One actor's signature: `kid` is the SHA-256 of its raw public key in hex, `signature` is base64."""

    actor: str
    kid: str
    signature: str


class Attested(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signed the entries of the round before it; what each actor signs is in `attestation`."""

    seen: Seen
    signatures: tuple[ActorSignature, ...]


class Switched(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `effective_round` on another institution holds (its name and semantic digest), or none (both empty).

    It stands among the entries of the round before. What follows on it are the first notices of the institution.
    """

    effective_round: int
    institution: str
    semantic_sha256: str


class Closed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last entry: how many rounds were played."""

    rounds: int


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Piece `part` (from 1) of the `of` pieces of an entry that is too long for a line: see `parts`."""

    of: int
    part: int
    text: str


Body: TypeAlias = (
    Opened | Round | Transition | Sanction | Announced | NoticeIssued | Switched | Attested | Closed | Part
)

BODY_OF_KIND: dict[str, type[Body]] = {
    "opened": Opened,
    "round": Round,
    "transition": Transition,
    "sanction": Sanction,
    "announced": Announced,
    "notice": NoticeIssued,
    "switched": Switched,
    "attested": Attested,
    "closed": Closed,
    "part": Part,
}
"""The table of entry types."""

KIND_OF_BODY = {body: kind for kind, body in BODY_OF_KIND.items()}


BodyT = TypeVar("BodyT")


class Entry(msgspec.Struct, Generic[BodyT], frozen=True, forbid_unknown_fields=True):
    """One decoded entry."""

    body: BodyT
    kind: str
    round: int
    seq: int


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: msgspec.Raw
    kind: str
    round: int
    seq: int


_KIND, _AFTER_KIND = b'"kind":"', b'","round":'
_envelopes = msgspec.json.Decoder(_Envelope)
# Whole entries at once, by the kind that stands near their end: the hot path of verifying.
_decoders: dict[bytes, msgspec.json.Decoder[Entry[Any]]] = {
    kind.encode(): msgspec.json.Decoder(Entry[body])  # type: ignore[valid-type]
    for kind, body in BODY_OF_KIND.items()
}


def encode_entry(body: Body, round_number: int, seq: int) -> bytes:
    """The entry's one line, without its newline; raises `UsageError` for what canonical JSON does not hold."""
    return canonical_line(Entry(body, KIND_OF_BODY[type(body)], round_number, seq))


def decode_entry(line: bytes) -> Entry[Any]:
    """The entry of one line; raises `Finding` when it is not of the table's types, or not in canonical form."""
    kind = line[line.rfind(_KIND) + len(_KIND) : line.rfind(_AFTER_KIND)]
    try:
        decoder = _decoders.get(kind)
        if decoder is None:
            envelope = _envelopes.decode(line)
            raise Finding(f"entry {envelope.seq}: {_not_of_the_table(envelope.kind)}")
        entry = decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Finding(f"not a valid entry: {error}") from None
    try:
        canonical = canonical_line(entry, typed=True)
    except UsageError as outside:
        raise Finding(f"entry {entry.seq}: {outside.message}") from None
    if canonical != line:
        raise Finding(f"entry {entry.seq}: not in canonical form")
    return entry


def _not_of_the_table(kind: str) -> str:
    return "not in canonical form" if kind in BODY_OF_KIND else f"unknown kind {kind!r}"


def canonical_json(value: Any) -> str:
    """Plain JSON values as one line with sorted keys, for the texts inside entries; raises `ValueError` for NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
