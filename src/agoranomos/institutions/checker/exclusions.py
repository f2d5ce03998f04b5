"""Which signals cannot go together: means of one measure over one window, with thresholds that rule each other out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agoranomos.errors import UsageError
from agoranomos.institutions.manifest import Manifest
from agoranomos.institutions.signals import WindowedMean
from agoranomos.institutions.signals.statistic import threshold_e6
from agoranomos.markets.facts import MarketFacts, to_e6


@dataclass(frozen=True, slots=True)
class Exclusions:
    """`never` fires at all; of each pair in `apart` one is silent; in each of `implied` the first brings the second.

    Every statement holds for every course of a market, so that leaving out what contradicts it loses nothing.
    """

    never: frozenset[str]
    apart: frozenset[tuple[str, str]]
    implied: frozenset[tuple[str, str]]

    def allow(self, firing: Iterable[str]) -> bool:
        """Whether exactly these signals can fire in one round."""
        fired = set(firing)
        return (
            not fired & self.never
            and not any(one in fired and other in fired for one, other in self.apart)
            and not any(one in fired and other not in fired for one, other in self.implied)
        )


@dataclass(frozen=True, slots=True)
class _Mean:
    """A windowed mean reduced to what decides: its threshold in millionths and which goods must pass."""

    spec: WindowedMean
    threshold: int
    goods: str

    @property
    def above(self) -> bool:
        return self.spec.at_least is not None

    @property
    def same(self) -> tuple[object, ...]:
        """Two means with the same of these look at the same numbers in the same rounds."""
        return self.spec.measure, self.spec.window


def exclusions(manifest: Manifest, facts: MarketFacts | None) -> Exclusions:
    """What cannot fire together; with `facts` also by the measures' ranges and by thresholds that depend on the market.

    Without a market a threshold that is an expression says nothing, and a measure may be one of several goods.
    """
    means = {name: mean for name, spec in manifest.signals.items() if (mean := _reduced(spec, facts)) is not None}
    exact = manifest.observation is None or not (
        manifest.observation.error or manifest.observation.benchmarks != "known"
    )
    never = {name for name, mean in means.items() if facts is not None and exact and _out_of_range(mean, facts)}
    apart, implied = set(), set()
    for name, one in means.items():
        for other_name, other in means.items():
            if name != other_name and one.same == other.same:
                if one.above and not other.above and _apart(one, other):
                    apart.add((name, other_name))
                if one.above == other.above and _implies(one, other):
                    implied.add((name, other_name))
    return Exclusions(frozenset(never), frozenset(apart), frozenset(implied))


def _reduced(spec: object, facts: MarketFacts | None) -> _Mean | None:
    if not isinstance(spec, WindowedMean):
        return None
    threshold = spec.at_least if spec.at_least is not None else spec.at_most
    assert threshold is not None  # by the validator
    if facts is None:
        return None if isinstance(threshold, str) else _Mean(spec, to_e6(threshold), spec.goods)
    kind = facts.measures.get(f"{spec.measure}_e6")
    single = kind is not None and ("good" not in kind.axes or len(facts.goods) == 1)
    try:
        return _Mean(spec, threshold_e6(threshold, facts, f"{spec.measure}_e6"), "all" if single else spec.goods)
    except UsageError:  # binding says it better
        return None


def _out_of_range(mean: _Mean, facts: MarketFacts) -> bool:
    kind = facts.measures.get(f"{mean.spec.measure}_e6")
    if kind is None:
        return False
    if mean.above:
        return kind.most_e6 is not None and mean.threshold > kind.most_e6
    return kind.least_e6 is not None and mean.threshold < kind.least_e6


def _apart(above: _Mean, below: _Mean) -> bool:
    """Whether a mean of at least the one and a mean of at most the other threshold exclude each other.

    They do over one number; over several goods where one side speaks of all of them, or both of their mean. Spread over
    several rounds (`persists`) they can both fire.
    """
    if above.spec.within > 1 or below.spec.within > 1 or above.threshold <= below.threshold:
        return False
    return "all" in (above.goods, below.goods) or (above.goods, below.goods) == ("mean", "mean")


def _implies(one: _Mean, other: _Mean) -> bool:
    """Whether the first cannot fire without the second: a stricter threshold, at least as many goods, nobody spared."""
    stricter = one.threshold >= other.threshold if one.above else one.threshold <= other.threshold
    wider = one.goods in {other.goods, "all"}
    accused = other.spec.accuses is None or other.spec.accuses == one.spec.accuses
    if other.spec.accuses is not None and one.goods != other.goods:
        return False
    persists = (one.spec.persists, one.spec.within) == (other.spec.persists, other.spec.within)
    return stricter and wider and accused and persists
