"""T15: actors' signatures left out, exchanged, moved to another round; other actions, keys and heads than signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import msgspec
import numpy as np

from agoranomos.campaigns.attack.twin import Twin, make_twin
from agoranomos.campaigns.verification import verify_run
from agoranomos.institutions import Governed
from agoranomos.institutions.attesting import Attestor
from agoranomos.institutions.entries import Attested, Body, Round, decode_entry, encode_entry
from agoranomos.logs import LogWriter
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import DIVISION, FIRMS, shipped
from logs.building import ORIGIN, RUN, WORKSPACE
from logs.tamper.tally import Tally, take

ROUNDS = 6


def build(place: Path) -> Twin:
    """A run that its actors signed, and its twin, whose keys are known."""
    log = LogWriter.create(place / "log", ORIGIN, key=RUN, certifier=WORKSPACE, durable="close")
    attestor = Attestor(ORIGIN.rpartition("/")[0], b"S" * 32, FIRMS, governed=True)
    governed = Governed(parallel_env(max_cycles=ROUNDS), shipped("cournot-antitrust"), log, attestor=attestor)
    governed.reset(seed=1)
    for _ in range(ROUNDS):
        governed.step({firm: np.asarray(DIVISION[firm]) for firm in governed.agents if governed.may_act(firm)})
    governed.close_run()
    log.close()
    return make_twin(place / "log", place / "scratch", Random(1))


def forged(lines: Sequence[bytes]) -> Iterator[tuple[str, int, Body]]:
    """What is done, in which entry, and the body that comes of it."""
    before: Attested | None = None
    for index, line in enumerate(lines):
        body = decode_entry(line).body
        if isinstance(body, Round):
            for agent in range(len(body.actions)):
                actions = [list(action) for action in body.actions]
                actions[agent][0] += 1
                yield (
                    f"entry {index}: another action of {agent}",
                    index,
                    msgspec.structs.replace(body, actions=tuple(map(tuple, actions))),
                )
        if not isinstance(body, Attested):
            continue
        for place, one in enumerate(body.signatures):
            others = [*body.signatures[:place], *body.signatures[place + 1 :]]
            yield f"entry {index}: without {one.actor}", index, msgspec.structs.replace(body, signatures=tuple(others))
            for other in others:
                yield (
                    f"entry {index}: {other.actor} for {one.actor}",
                    index,
                    _exchanged(body, place, signature=other.signature),
                )
                yield f"entry {index}: the key of {other.actor}", index, _exchanged(body, place, kid=other.kid)
            for old in before.signatures if before is not None else ():
                if old.actor == one.actor:
                    yield f"entry {index}: of the round before", index, _exchanged(body, place, signature=old.signature)
        for change in ({"size": body.seen.size + 1}, {"root": "0" * 64}):
            seen = msgspec.structs.replace(body.seen, **change)
            yield f"entry {index}: another head was seen", index, msgspec.structs.replace(body, seen=seen)
        before = body


def _exchanged(body: Attested, place: int, **change: str) -> Attested:
    signatures = list(body.signatures)
    signatures[place] = msgspec.structs.replace(signatures[place], **change)
    return msgspec.structs.replace(body, signatures=tuple(signatures))


def play(place: Path, step: int, shard: int = 0) -> Tally:
    """Each is laid with everything else signed rightly, and verified with the actors' keys."""
    twin, tally, mine = build(place), Tally(), take(step, shard)
    trusted, actors = (twin.keys.workspace.verifier,), tuple(twin.actors.values())
    verify_run(twin.folder, trusted, level="actors", actors=actors)
    for number, (what, index, body) in enumerate(forged(twin.lines)):
        if mine(number):
            lines = list(twin.lines)
            lines[index] = encode_entry(body, decode_entry(lines[index]).round, index)
            folder = twin.laid(lines, twin.sizes)
            tally.look(what, lambda folder=folder: verify_run(folder, trusted, level="actors", actors=actors))
    return tally
