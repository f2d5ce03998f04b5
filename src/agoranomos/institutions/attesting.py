"""Signs a run's rounds in the names of its actors, one `attested` entry a round."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from agoranomos.institutions.attestation import Statement, actors_of, claims_of, encode_statement
from agoranomos.institutions.entries import ActorSignature, Attested, Body, Seen, encode_entry
from agoranomos.logs.actor_keys import ActorKey
from agoranomos.logs.actors import key_digest
from agoranomos.logs.keys import Verifier
from agoranomos.logs.merkle import CompactRange, leaf_hash, leaf_hashes


class Attestor:
    """The keys of one run's actors, and the tree of what they have signed so far. One attestor, one recording."""

    def __init__(self, run: str, secret: bytes, agents: Sequence[str], governed: bool) -> None:
        """`secret` is the run's (`agoranomos.logs.actor_keys.run_secret`); each actor's key is derived from it."""
        self.run = run
        self._agents = tuple(agents)
        self._governed = governed
        self._keys = {actor: ActorKey(secret, run, actor) for actor in actors_of(agents, governed)}
        self._digests = {actor: key_digest(key.verifier) for actor, key in self._keys.items()}
        self._tree = CompactRange()

    @property
    def verifiers(self) -> dict[str, Verifier]:
        """The public key of every actor."""
        return {actor: key.verifier for actor, key in self._keys.items()}

    def attest(self, round_number: int, bodies: Sequence[Body], lines: Sequence[bytes]) -> tuple[bytes, ...]:
        """The round's `lines` (those of `bodies`), and after them the entry that signs them."""
        seen = Seen(self._tree.root().hex(), self._tree.size)
        leaves = leaf_hashes(lines)
        signatures = [
            self._signed(Statement(actor, claim, self._digests[actor], round_number, self.run, seen))
            for actor, claim in claims_of(bodies, leaves, self._agents, self._governed)
        ]
        line = encode_entry(Attested(seen, tuple(signatures)), round_number, seen.size + len(lines))
        self._tree.extend([*leaves, leaf_hash(line)])
        return (*lines, line)

    def _signed(self, statement: Statement) -> ActorSignature:
        signature = self._keys[statement.actor].sign(encode_statement(statement))
        return ActorSignature(statement.actor, statement.kid, base64.b64encode(signature).decode())
