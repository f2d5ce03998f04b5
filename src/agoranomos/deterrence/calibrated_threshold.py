"""The thresholds of an institution's signals: which there are, where they stand, and the institution with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agoranomos.errors import UsageError, nearest, unknown_name
from agoranomos.institutions import Institution
from agoranomos.institutions.signals.mean import WindowedMean
from agoranomos.institutions.signals.statistic import measure_of, threshold_e6
from agoranomos.markets.facts import SCALE, MarketFacts, Measured


@dataclass(frozen=True, slots=True)
class MovableThreshold:
    """The threshold of one signal: the key that holds it, its value, and what the measure is at Nash, on average."""

    signal: str
    key: str
    value: float
    nash: float

    def at(self, distance: float) -> float:
        """The threshold at `distance` times its own distance from Nash, in millionths of a unit."""
        return round(self.nash + distance * (self.value - self.nash), 6)


def movable_thresholds(
    institution: Institution, facts: MarketFacts, signals: Sequence[str] = ()
) -> tuple[MovableThreshold, ...]:
    """The thresholds of `signals`, or of every signal that decides an accusation.

    Raises `UsageError` for an unknown signal, one that decides no accusation, and one whose threshold cannot be moved:
    no mean, or already at its Nash value.
    """
    deciding = deciding_signals(institution)
    for name in signals:
        if name not in institution.manifest.signals:
            raise unknown_name("signal", name, institution.manifest.signals)
        if name not in deciding:
            raise UsageError(
                f"signal {name!r} decides no accusation: moving its threshold would change none",
                advice=nearest(name, deciding),
            )
    wanted = tuple(dict.fromkeys(signals)) or deciding
    if not wanted:
        raise UsageError(f"{institution.name} accuses nobody: no signal decides an event that does")
    return tuple(_movable(institution, facts, name) for name in wanted)


def deciding_signals(institution: Institution) -> tuple[str, ...]:
    """The signals that the guards of accusing events name, directly or through other events, in the file's order."""
    manifest = institution.manifest
    guards = dict(institution.events)
    asked = [name for name, event in manifest.events.items() if event.accuses is not None]
    seen: set[str] = set()
    while asked:
        name = asked.pop()
        for word in guards[name].names:
            if word not in seen:
                seen.add(word)
                asked += [word] if word in guards else []
    return tuple(name for name in manifest.signals if name in seen)


def with_thresholds(institution: Institution, values: Mapping[tuple[str, str], float]) -> Institution:
    """The institution with other thresholds, `(signal, key) -> value`; digests and source stay the original's."""
    signals = dict(institution.manifest.signals)
    for (name, key), value in values.items():
        signals[name] = signals[name].model_copy(update={key: value})
    return replace(institution, manifest=institution.manifest.model_copy(update={"signals": signals}))


def _movable(institution: Institution, facts: MarketFacts, name: str) -> MovableThreshold:
    spec = institution.manifest.signals[name]
    if not isinstance(spec, WindowedMean):
        raise UsageError(
            f"signal {name!r} is no mean; calibration moves thresholds of means only",
            advice="Name other signals with --signal.",
        )
    key = "at_least" if spec.at_least is not None else "at_most"
    threshold = getattr(spec, key)
    full, _ = measure_of(facts, spec.measure)
    value = threshold_e6(threshold, facts, full) / SCALE
    cells = _defined(facts.benchmarks.get("nash", {}).get(full))
    if not cells:
        raise UsageError(f"signal {name!r}: market {facts.market} does not say what {spec.measure!r} is at Nash")
    nash = sum(cells) / len(cells) / SCALE
    if abs(value - nash) < 1e-6:
        raise UsageError(f"signal {name!r}: its threshold {value:g} is the Nash value itself; nothing can be scaled")
    return MovableThreshold(name, key, value, nash)


def _defined(value: Measured) -> list[int]:
    if isinstance(value, tuple):
        return [cell for part in value for cell in _defined(part)]
    return [] if value is None else [value]
