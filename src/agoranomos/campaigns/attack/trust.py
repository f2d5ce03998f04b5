"""What a reader may hold besides the log. A forgery is found, or not, by what the reader holds."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Trust(StrEnum):
    """One thing to hold, in the order in which readers come by them. Each is held together with the key."""

    KEY = "key"
    LEDGER = "ledger"
    REMEMBERED = "remembered"
    WITNESS = "witness"
    FRESH = "fresh"
    TIME = "time"
    ACTORS = "actors"
    RECEIPT = "receipt"
    READER = "reader"
    OUTPUT = "output"


IN_WORDS = {
    Trust.KEY: "the workspace's public key",
    Trust.LEDGER: "the campaign's ledger",
    Trust.REMEMBERED: "a remembered checkpoint",
    Trust.WITNESS: "a witness policy (2 of 3)",
    Trust.FRESH: "the same with a maximal age",
    Trust.TIME: "a time-stamping authority's certificate",
    Trust.ACTORS: "the actors' public keys",
    Trust.RECEIPT: "an agent's receipt",
    Trust.READER: "a second reader to compare with",
    Trust.OUTPUT: "nothing but how the command prints",
}
"""Each as a sentence's object."""

BRIEFLY = {
    Trust.KEY: "the key",
    Trust.LEDGER: "ledger",
    Trust.REMEMBERED: "remembered checkpoint",
    Trust.WITNESS: "witnesses",
    Trust.FRESH: "fresh witnesses",
    Trust.TIME: "time stamp",
    Trust.ACTORS: "actors' keys",
    Trust.RECEIPT: "receipt",
    Trust.READER: "second reader",
    Trust.OUTPUT: "nothing: it is written out",
}
"""Each as it stands in a table."""


def either(words: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
