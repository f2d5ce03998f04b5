"""What the Oracle perceives of a round: with the error, and by the knowledge, that the manifest leaves it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from agoranomos.errors import UsageError
from agoranomos.institutions.draws import MASK, NORMAL_BITS, normal, salt
from agoranomos.institutions.judgement import Observed
from agoranomos.institutions.manifest import Manifest
from agoranomos.institutions.oversight import Estimated
from agoranomos.markets.facts import MarketFacts, Measured, to_e6

PARTS = 4
"""Salts that lie apart for each cell of a measure: `normal` uses three of them."""


@dataclass(frozen=True, slots=True)
class ReadingError:
    """An error in reading one measure: standard deviation in millionths, and the salt of its draws.

    Cell k of the measure (firms before goods) draws under `salted + 4 k`. With `steady` the error is that of the run
    (`Observed.run_draw`), else of the round: cells `by_firm` draw from that firm's own draw, others from the first's.
    """

    measure: str
    deviation_e6: int
    salted: int
    steady: bool
    by_firm: bool


def reading_errors(manifest: Manifest, facts: MarketFacts) -> tuple[ReadingError, ...]:
    """The errors of the Oracle's readings; raises `UsageError` for a measure that the market does not publish."""
    observation = manifest.observation
    if observation is None:
        return ()
    read = {name for spec in manifest.signals.values() for name in spec.reads()}
    found = []
    for name, deviation in observation.error.items():
        if name not in read:
            raise UsageError(f"it reads {name!r} with an error, but no signal reads it", advice="Take the error out.")
        by_firm = facts.measures[f"{name}_e6"].axes[:1] == ("firm",)
        found.append(ReadingError(f"{name}_e6", to_e6(deviation), salt(f"error {name}"), False, by_firm))
    if isinstance(observation.benchmarks, Estimated):
        relative = sorted(name for name in read if facts.measures[f"{name}_e6"].relative)
        if not relative:
            raise UsageError("its benchmarks are estimated, but no signal reads a measure relative to one")
        deviation_e6 = to_e6(observation.benchmarks.estimated)
        found += [ReadingError(f"{name}_e6", deviation_e6, salt(f"estimate {name}"), True, False) for name in relative]
    return tuple(found)


def refuse_the_unseen(manifest: Manifest, facts: MarketFacts) -> None:
    """Raise `UsageError` for a signal or a fine that rests on what the Oracle may not see."""
    observation = manifest.observation
    if observation is None:
        return
    public, blind = observation.sees == "public", observation.benchmarks == "none"
    for name, spec in manifest.signals.items():
        for measure in spec.reads():
            kind = facts.measures[f"{measure}_e6"]
            if public and not kind.public:
                raise UsageError(f"its signal {name!r} reads {measure!r}, which is not public in {facts.market}")
            if blind and kind.relative:
                raise UsageError(f"its signal {name!r} reads {measure!r}, which needs the benchmarks it does not have")
        if blind and spec.benchmarks():
            raise UsageError(f"its signal {name!r} compares with {spec.benchmarks()[0]!r}, but it has no benchmarks")
    for edge in manifest.transitions:
        fine = edge.fine
        if fine is None:
            continue
        profits = any(fine.rate) if isinstance(fine.rate, tuple) else fine.rate > 0
        if public and profits and not facts.measures["profit_e6"].public:
            raise UsageError(
                f"its fine of {edge.key} is a share of profits, which are not public in {facts.market}",
                advice="Give a fixed amount: `rate: 0` with a `floor`.",
            )
        if blind and (fine.above != "nothing" or fine.of == "gap"):
            what = "by the gap" if fine.of == "gap" else f"from {fine.above}"
            raise UsageError(f"its fine of {edge.key} counts {what}, but it has no benchmarks")


def perceive(errors: tuple[ReadingError, ...], observed: Observed) -> Observed:
    """The round as the Oracle reads it; fines rest on these readings, too."""
    if not errors:
        return observed
    measures = dict(observed.measures)
    for error in errors:
        measures[error.measure] = _read(measures[error.measure], error, observed)
    return msgspec.structs.replace(observed, measures=measures)


def _read(value: Measured, error: ReadingError, observed: Observed) -> Measured:
    common = observed.run_draw if error.steady else observed.draws[0]
    if not isinstance(value, tuple):
        return _off(value, error, 0, common)
    rows: list[int | tuple[int | None, ...] | None] = []
    cell = 0
    for index, row in enumerate(value):
        draw = observed.draws[index] if error.by_firm else common
        if isinstance(row, tuple):
            rows.append(tuple([_off(own, error, cell + k, draw) for k, own in enumerate(row)]))
            cell += len(row)
        else:
            rows.append(_off(row, error, cell, draw))
            cell += 1
    return tuple(rows)


def _off(value: int | None, error: ReadingError, cell: int, draw: int) -> int | None:
    if value is None:
        return None
    return value + (error.deviation_e6 * normal(draw, error.salted + PARTS * cell & MASK) >> NORMAL_BITS)
