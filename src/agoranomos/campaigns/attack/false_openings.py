"""Forged openings: a text that is passed off as the one that was withheld, by who guesses it or wishes it another."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from random import Random

from agoranomos.campaigns.attack.forgery import EVERYTHING, Forgery
from agoranomos.campaigns.attack.twin import Twin
from agoranomos.campaigns.opening import OPENING_VERSION, Disclosed, OpeningFile, encode_opening, withheld_in

GUESSES = ('[["user","How much do you produce?"]]', '{"quantity": 0}', "yes", "no")


def _shown(twin: Twin, rng: Random, turn: int) -> Path:
    """A guess with a nonce of zeros, with one from the place in the log, or with one that is drawn."""
    text = rng.choice(list(withheld_in(twin.lines)))
    place = f"{twin.origin}/{text.entry}/{text.part}".encode()
    nonce = (bytes(32), sha256(place).digest(), rng.randbytes(32))[turn % 3]
    given = Disclosed(text.agent, text.call, text.part, text.commitment, nonce.hex(), GUESSES[turn % len(GUESSES)])
    opening = OpeningFile(OPENING_VERSION, twin.origin, text.entry, text.round, (given,))
    return twin.file(encode_opening(opening))


def _nothing_withheld(twin: Twin) -> str:
    return "" if next(withheld_in(twin.lines), None) is not None else "this log withholds nothing"


FORGERIES: tuple[Forgery[Twin], ...] = (
    Forgery("another text shown for one that is withheld", "A1, A4", EVERYTHING, _shown, 12, _nothing_withheld),
)
"""A guess that is right does no better: without the nonce nobody can show that it is."""
