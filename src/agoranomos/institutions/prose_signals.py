"""Signals in English: what must be measured for each of them to hold."""

from __future__ import annotations

from agoranomos.errors import UsageError
from agoranomos.institutions.manifest import Manifest
from agoranomos.institutions.prose_guards import quoted
from agoranomos.institutions.prose_text import Path, Quote, Told, counted, number, percent, told
from agoranomos.institutions.signals import DispersionCollapse, Drift, SynchronousMove, WindowedMean
from agoranomos.institutions.signals.statistic import Threshold, threshold_e6
from agoranomos.markets.facts import SCALE, MarketFacts


def meaning_of(manifest: Manifest, name: str, facts: MarketFacts | None) -> Told:
    """When the signal holds for an agent, to stand after its name and a colon; thresholds as the market has them."""
    spec = manifest.signals[name]
    speaker = _Signal(("signals", name), facts)
    if isinstance(spec, WindowedMean):
        return speaker.mean(spec)
    if isinstance(spec, DispersionCollapse):
        return speaker.dispersion(spec)
    if isinstance(spec, Drift):
        return speaker.drift(spec)
    assert isinstance(spec, SynchronousMove)
    return speaker.synchronous(spec)


def measure_in_words(measure: str, path: Path, facts: MarketFacts | None) -> Quote:
    """The measure by its title in the market, or else by its name."""
    kind = facts.measures.get(f"{measure}_e6") if facts is not None else None
    if kind is None:
        return Quote(measure.replace("_", " "), path)
    return Quote(kind.title.partition(":")[0], path)


def measured(manifest: Manifest) -> dict[str, Path]:
    """Every measure that the signals read, with the place that names it."""
    found: dict[str, Path] = {}
    for name, spec in manifest.signals.items():
        found.setdefault(spec.measure, ("signals", name, "measure"))
        if isinstance(spec, WindowedMean) and spec.accuses is not None:
            found.setdefault(spec.accuses.measure, ("signals", name, "accuses", "measure"))
    return found


class _Signal:
    def __init__(self, path: Path, facts: MarketFacts | None) -> None:
        self.path = path
        self.facts = facts

    def threshold(self, given: Threshold, measure: str, *key: str) -> Told:
        """The number, or the expression; of the latter its value, where the market is known."""
        path = (*self.path, *key)
        if not isinstance(given, str):
            return told(number(given, *path))
        if self.facts is None:
            return quoted(given, *path)
        try:
            value = threshold_e6(given, self.facts, measure) / SCALE
        except UsageError:
            return quoted(given, *path)
        return told(number(value, *path))

    def measure(self, name: str, *key: str) -> Quote:
        return measure_in_words(name, (*self.path, *key), self.facts)

    def rounds(self, window: int) -> Told:
        if window == 1:
            return told("in ", number(window, *self.path, "window"), " round")
        return told("over the last ", counted(window, "round", *self.path, "window"))

    def persistence(self, spec: WindowedMean | DispersionCollapse) -> Told:
        if spec.within == 1:
            return ()
        persists, within = (*self.path, "persists"), (*self.path, "within")
        return told(
            ", so read in ", number(spec.persists, *persists), " of the last ", counted(spec.within, "round", *within)
        )

    def mean(self, spec: WindowedMean) -> Told:
        key = "at_least" if spec.at_least is not None else "at_most"
        threshold = spec.at_least if spec.at_least is not None else spec.at_most
        assert threshold is not None  # by the validator
        full = f"{spec.measure}_e6"
        kind = self.facts.measures.get(full) if self.facts is not None else None
        own = kind is not None and kind.axes[:1] == ("firm",)
        goods = ""
        if spec.goods == "mean":
            goods = " over all goods"
        elif spec.goods == "all":
            goods = " of every good"
        elif kind is not None and kind.axes[-1:] == ("good",):
            goods = " of some good"
        verb = " is at least " if key == "at_least" else " is at most "
        whose = "the agent's mean " if own else "the mean "
        parts = told(self.rounds(spec.window), ", ", whose, self.measure(spec.measure, "measure"), goods, verb)
        parts = told(parts, self.threshold(threshold, full, key))
        if spec.accuses is not None:
            own_measure = self.measure(spec.accuses.measure, "accuses", "measure")
            bar = self.threshold(spec.accuses.at_least, f"{spec.accuses.measure}_e6", "accuses", "at_least")
            parts = told(parts, ", and the agent's own mean ", own_measure, " is at least ", bar)
        return told(parts, self.persistence(spec))

    def dispersion(self, spec: DispersionCollapse) -> Told:
        said = told(
            "in each of the last ",
            counted(spec.window, "round", *self.path, "window"),
            ", the agents' ",
            self.measure(spec.measure, "measure"),
            " of some good are alike (coefficient of variation below ",
            self.threshold(spec.below, "", "below"),
            ")",
        )
        bar = self.threshold(spec.nash_at_least, "", "nash_at_least")
        said = told(said, "; only goods count on which they differ at Nash by ", bar, " or more")
        return told(said, self.persistence(spec))

    def synchronous(self, spec: SynchronousMove) -> Told:
        return told(
            "in at least ",
            number(spec.persists, *self.path, "persists"),
            " of the last ",
            counted(spec.within, "step", *self.path, "within"),
            ", the agent changed its ",
            self.measure(spec.measure, "measure"),
            " of some good by ",
            percent(spec.change, *self.path, "change"),
            " or more, in the same direction as others, together at least ",
            self.threshold(spec.firms, "", "firms"),
            " agents",
        )

    def drift(self, spec: Drift) -> Told:
        whose = "the agent's " if spec.of == "agent" else "the agents' " if self._each_has(spec.measure) else "the "
        chance = percent(spec.false_alarms, *self.path, "false_alarms")
        within = counted(spec.horizon, "round", *self.path, "horizon")
        return told(
            told(self.rounds(spec.window), ", ", whose, self.measure(spec.measure, "measure")),
            told(" speaks for a rise from ", percent(spec.baseline, *self.path, "baseline")),
            told(" to ", percent(spec.to, *self.path, "to")),
            told(", so clearly that chance alone would say so in ", within, " with probability ", chance, " at most"),
            told(" (of each agent)" if spec.of == "agent" else ""),
            self._persisting(spec),
        )

    def _persisting(self, spec: Drift) -> Told:
        if spec.persistence is None:
            return told(", were each to break the rule independently of the others and of its own past")
        again = percent(spec.persistence, *self.path, "persistence")
        return told(", were each to break the rule independently of the others, and again after it did with ", again)

    def _each_has(self, measure: str) -> bool:
        kind = self.facts.measures.get(f"{measure}_e6") if self.facts is not None else None
        return kind is not None and kind.axes[:1] == ("firm",)
