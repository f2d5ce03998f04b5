"""Signs a run's entries in its actors' names with throw-away keys, where actors signed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agoranomos.errors import Finding
from agoranomos.institutions.attestation import run_of
from agoranomos.institutions.attesting import Attestor
from agoranomos.institutions.entries import Attested, Body, Closed, Opened, Round, decode_entry, encode_entry
from agoranomos.logs import Verifier

ATTESTED = b'"kind":"attested"'


def attested_anew(
    lines: Sequence[bytes], origin: str, secret: bytes
) -> tuple[tuple[bytes, ...], Mapping[str, Verifier]]:
    """The lines with every actor's signature made anew under keys from `secret`, and the public keys of the actors.

    Lines that no actor signed come back as they are, with no keys. Raises `Finding` for lines that are no entries.
    """
    if not any(ATTESTED in line for line in lines):
        return tuple(lines), {}
    entries = [decode_entry(line) for line in lines]
    opened = entries[0].body
    if not isinstance(opened, Opened):
        raise Finding("entry 0 does not open a run")
    attestor = Attestor(run_of(origin), secret, opened.facts.agents, opened.governed)
    signed: list[bytes] = []
    group: list[tuple[Body, int]] = []

    def flush() -> None:
        if group:
            bodies, number = [body for body, _ in group], group[0][1]
            encoded = [encode_entry(body, number, len(signed) + index) for index, body in enumerate(bodies)]
            signed.extend(attestor.attest(number, bodies, encoded))
            group.clear()

    for entry in entries:
        if isinstance(entry.body, Attested):
            continue
        if isinstance(entry.body, Round | Closed):
            flush()
        if isinstance(entry.body, Closed):
            signed.append(encode_entry(entry.body, entry.round, len(signed)))
        else:
            group.append((entry.body, entry.round))
    flush()
    return tuple(signed), attestor.verifiers
