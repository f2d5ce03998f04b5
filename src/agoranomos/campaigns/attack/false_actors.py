"""Forgeries in an actor's name: decisions that it did not make, signatures left out, moved, or made by another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import msgspec

from agoranomos.campaigns.attack.actors_anew import ATTESTED
from agoranomos.campaigns.attack.forgery import Forgery
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.attack.twin import Twin
from agoranomos.institutions.entries import ActorSignature, Attested, Round, decode_entry, encode_entry

Change = Callable[[list[ActorSignature], Sequence[ActorSignature]], list[ActorSignature]]
"""From the signatures of one round, and those of the round before, the forged ones."""


def _unsigned(twin: Twin) -> str:
    return "" if twin.actors else "no actor signs in this log"


def _decide_otherwise(twin: Twin, rng: Random, _turn: int) -> Path:
    """The action that is recorded of an agent is another; all signatures stay, and the log is signed anew."""
    lines = list(twin.lines)
    places = [index for index, line in enumerate(lines) if b'"kind":"round"' in line]
    index = rng.choice(places)
    entry = decode_entry(lines[index])
    assert isinstance(entry.body, Round)
    agent = rng.randrange(len(entry.body.actions))
    actions = [list(action) for action in entry.body.actions]
    actions[agent][0] += 1
    body = msgspec.structs.replace(entry.body, actions=tuple(tuple(action) for action in actions))
    lines[index] = encode_entry(body, entry.round, entry.seq)
    return twin.laid(lines, twin.sizes)


def _with_signatures(change: Change) -> Callable[[Twin, Random, int], Path]:
    def forge(twin: Twin, rng: Random, _turn: int) -> Path:
        lines = list(twin.lines)
        places = [index for index, line in enumerate(lines) if ATTESTED in line]
        number = rng.randrange(1, len(places))
        before = decode_entry(lines[places[number - 1]]).body
        entry = decode_entry(lines[places[number]])
        assert isinstance(entry.body, Attested)
        assert isinstance(before, Attested)
        forged = tuple(change(list(entry.body.signatures), before.signatures))
        body = msgspec.structs.replace(entry.body, signatures=forged)
        lines[places[number]] = encode_entry(body, entry.round, entry.seq)
        return twin.laid(lines, twin.sizes)

    return forge


def _left_out(now: list[ActorSignature], _before: Sequence[ActorSignature]) -> list[ActorSignature]:
    return now[1:]


def _by_another(now: list[ActorSignature], _before: Sequence[ActorSignature]) -> list[ActorSignature]:
    """The second signer's signature under the first one's name and key."""
    return [msgspec.structs.replace(now[0], signature=now[1].signature), *now[1:]]


def _moved(now: list[ActorSignature], before: Sequence[ActorSignature]) -> list[ActorSignature]:
    """A true signature of the same actor, of the round before; in round 0 other actors sign, so any will do."""
    old = {signature.actor: signature.signature for signature in before}
    return [msgspec.structs.replace(one, signature=old.get(one.actor, before[0].signature)) for one in now]


BY_ACTORS = frozenset({Trust.ACTORS})

FORGERIES: tuple[Forgery[Twin], ...] = (
    Forgery("another decision than the one that an agent signed", "A3, A5", BY_ACTORS, _decide_otherwise, 4, _unsigned),
    Forgery("an actor's signature left out", "A3", BY_ACTORS, _with_signatures(_left_out), 2, _unsigned),
    Forgery("signed by one actor in another's name", "A3, A5", BY_ACTORS, _with_signatures(_by_another), 2, _unsigned),
    Forgery("an actor's signature of another round", "A3", BY_ACTORS, _with_signatures(_moved), 2, _unsigned),
)
"""The log itself is rightly signed in each: its keys are not the actors'."""
