"""Whether everybody signed what a run records in their name: every decision, all evidence, every judgement, entry 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from agoranomos.errors import Finding
from agoranomos.institutions.attestation import Claim, Statement, claims_of, encode_statement
from agoranomos.institutions.attesting import Attestor
from agoranomos.institutions.entries import (
    ActorSignature,
    Attested,
    Body,
    Closed,
    Entry,
    Opened,
    Part,
    Round,
    Seen,
    decode_entry,
)
from agoranomos.logs.actors import check_one_role_each, key_digest, verify_record
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier, strict_base64
from agoranomos.logs.merkle import CompactRange, leaf_hash

BATCH = 1024
"""Signatures that are checked together; verifying releases the interpreter's lock, so threads share them."""


_KIND = b'"kind":"attested"'  # Within a string its quotes would stand behind backslashes.


@dataclass(frozen=True, slots=True)
class ActorsChecked:
    """What was found: how many signatures, in how many rounds (round 0 included), by whom. All zero: nobody signs."""

    signatures: int = 0
    rounds: int = 0
    actors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Given:
    """One signature that is still to be checked."""

    entry: int
    statement: Statement
    signature: bytes
    verifier: Verifier


def verify_actors(
    lines: Iterable[bytes],
    run: str,
    keys: Mapping[str, Verifier] | None,
    *,
    again: Attestor | None = None,
    jobs: int = 1,
) -> ActorsChecked:
    """Check the actors' signatures in a run's entries (all of them, oldest first, verified as bytes already).

    `run` is the run's name (`run_of(origin)`). `keys` are the actors' public keys, from the ledger or given by hand;
    None where nobody knows of any: entries that actors signed are then undecided, and others need nothing. With
    `again`, who holds the owner's secret has every signature made anew, and each must come out byte for byte. Raises
    `LogFault` that names the entry.
    """
    check = ActorCheck(run, keys, again=again, jobs=jobs)
    check.take(lines)
    return check.finish()


class ActorCheck:
    """`verify_actors` for entries that come in portions: `take` them in order, then `finish`."""

    def __init__(
        self, run: str, keys: Mapping[str, Verifier] | None, *, again: Attestor | None = None, jobs: int = 1
    ) -> None:
        if keys is not None:
            check_one_role_each(keys)
        self._run = run
        self._keys = keys
        self._again = again
        self._jobs = jobs
        self._tree = CompactRange()
        self._agents: tuple[str, ...] = ()
        self._governed = False
        self._taken = 0
        self._round = 0
        self._bodies: list[Body] = []  # of the round that waits for its signatures
        self._lines: list[bytes] = []
        self._leaves: list[bytes] = []
        self._waiting: list[_Given] = []
        self._signatures = self._rounds = 0
        self._actors: dict[str, None] = {}

    def take(self, lines: Iterable[bytes]) -> None:
        """The next entries; raises `LogFault` for the first that somebody should have signed and did not."""
        for index, line in enumerate(lines, self._taken):
            self._taken = index + 1
            if self._keys is None and _KIND not in line:
                continue
            try:
                self._take(index, decode_entry(line), line)
            except Finding as error:
                self._check_waiting()  # What was signed before is the earlier fault, if it is one.
                if isinstance(error, LogFault):
                    raise
                raise LogFault("damaged", error.message, entry=index) from None

    def finish(self) -> ActorsChecked:
        """What was found, once no entry follows."""
        self._check_waiting()
        self._require_signed()
        return ActorsChecked(self._signatures, self._rounds, tuple(self._actors))

    def _take(self, index: int, entry: Entry[Any], line: bytes) -> None:
        body, leaf = entry.body, leaf_hash(line)
        if isinstance(body, Attested):
            self._attested(index, entry.round, body, line)
            self._tree.extend([*self._leaves, leaf])
            self._bodies, self._lines, self._leaves = [], [], []
            return
        if isinstance(body, Part):
            raise LogFault("tampered", f"entry {index}: what actors sign is never in parts", entry=index)
        if isinstance(body, Opened | Round | Closed):
            self._require_signed()
            if isinstance(body, Opened):
                self._agents, self._governed = body.facts.agents, body.governed
            self._round = entry.round
            if isinstance(body, Closed):
                self._tree.extend([leaf])
                return
        elif not self._bodies:
            raise LogFault("tampered", f"entry {index}: a {entry.kind} after its round was signed", entry=index)
        self._bodies.append(body)
        self._lines.append(line)
        self._leaves.append(leaf)

    def _require_signed(self) -> None:
        if self._bodies:
            index = self._tree.size
            raise LogFault("tampered", f"entry {index}: round {self._round} is not signed by its actors", entry=index)

    def _attested(self, index: int, round_number: int, body: Attested, line: bytes) -> None:
        if self._keys is None:
            raise LogFault(
                "undecided",
                f"entry {index}: actors signed this run, and none of their keys is known",
                entry=index,
                advice="Verify the whole campaign, whose ledger holds the keys, or give them with --actors FILE.",
            )
        if not self._bodies or round_number != self._round:
            raise LogFault("tampered", f"entry {index}: signatures where there is nothing to sign", entry=index)
        seen = Seen(self._tree.root().hex(), self._tree.size)
        if body.seen != seen:
            raise LogFault(
                "tampered",
                f"entry {index}: the signers had seen {body.seen.size} entries with root {body.seen.root[:16]}...; "
                f"before round {round_number} there are {seen.size} with root {seen.root[:16]}...",
                entry=index,
            )
        try:
            claims = tuple(claims_of(self._bodies, self._leaves, self._agents, self._governed))
        except ValueError as error:
            raise LogFault("tampered", f"entry {seen.size}: {error}", entry=seen.size) from None
        self._require_all(index, claims, body.signatures)
        for (actor, claim), given in zip(claims, body.signatures, strict=True):
            statement = Statement(actor, claim, given.kid, round_number, self._run, seen)
            self._waiting.append(self._given(index, statement, given))
        if self._again is not None and self._again.attest(round_number, self._bodies, self._lines)[-1] != line:
            raise LogFault("tampered", f"entry {index}: signed anew, it comes out otherwise", entry=index)
        self._rounds += 1
        if len(self._waiting) >= BATCH:
            self._check_waiting()

    def _require_all(self, index: int, claims: Sequence[tuple[str, Claim]], given: Sequence[ActorSignature]) -> None:
        expected, found = [actor for actor, _ in claims], [signature.actor for signature in given]
        if expected == found:
            return
        for actor in expected:
            if actor not in found:
                raise LogFault("tampered", f"entry {index}: {actor} did not sign round {self._round}", entry=index)
        raise LogFault(
            "tampered", f"entry {index}: signed by {_named(found)}; it should be by {_named(expected)}", entry=index
        )

    def _given(self, index: int, statement: Statement, given: ActorSignature) -> _Given:
        assert self._keys is not None  # _attested has refused a run without keys
        verifier = self._keys.get(statement.actor)
        if verifier is None:
            raise LogFault(
                "undecided",
                f"entry {index}: no key of {statement.actor} is known",
                entry=index,
                advice="The file of actors' keys needs one line for everybody who signs.",
            )
        if given.kid != key_digest(verifier):
            raise LogFault(
                "tampered", f"entry {index}: {statement.actor} signed with a key that is not its own", entry=index
            )
        try:
            signature = strict_base64(given.signature)
        except LogFault:
            raise LogFault(
                "tampered", f"entry {index}: the signature of {statement.actor} is not base64", entry=index
            ) from None
        return _Given(index, statement, signature, verifier)

    def _check_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self._jobs > 1 and len(waiting) > self._jobs:
            share = -(-len(waiting) // self._jobs)
            with ThreadPoolExecutor(self._jobs) as pool:  # in order, so that the first fault is the one that is raised
                list(pool.map(_check, (waiting[at : at + share] for at in range(0, len(waiting), share))))
        else:
            _check(waiting)
        self._signatures += len(waiting)
        self._actors.update(dict.fromkeys(given.statement.actor for given in waiting))


def _check(waiting: Sequence[_Given]) -> None:
    for given in waiting:
        statement = given.statement
        try:
            verify_record(given.verifier, encode_statement(statement), given.signature)
        except LogFault:
            what = statement.claim.__struct_config__.tag
            raise LogFault(
                "tampered",
                f"entry {given.entry}: the signature of {statement.actor} does not fit its {what} of round "
                f"{statement.round}",
                entry=given.entry,
            ) from None


def _named(actors: Sequence[str]) -> str:
    text = ", ".join(actors)
    return text if len(text) <= 200 else f"{text[:197]}..."
