"""The frontier of an institution: what a cartel can keep against how many innocents are sanctioned.

Both follow from how long it watches (the window of its signals), from what its fines are a share of (the sanction
base), and from how far from Nash its thresholds stand. A variant of the institution changes these and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from agoranomos.deterrence.calibrated_play import innocent_plays
from agoranomos.deterrence.calibrated_runs import treat
from agoranomos.deterrence.calibrated_threshold import movable_thresholds, with_thresholds
from agoranomos.deterrence.calibration import NullRate, null_rate
from agoranomos.deterrence.frontier_plans import Kept, best_kept
from agoranomos.documents import Source
from agoranomos.institutions import Institution, bind, load_institution
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.env import Cournot

BASES: dict[str, tuple[str, str]] = {
    "round profit": ("round", "nothing"),
    "evidence profit": ("evidence", "nothing"),
    "gain above Nash": ("evidence", "nash"),
}
"""What fines are a share of: the keys `over` and `above` of a manifest's fines."""


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """One variant. Gains are a firm and round over Nash; `plans` holds the best of each part of the family."""

    institution: str
    window: int
    base: str
    distance: float
    plans: dict[str, Kept]
    nash_profit: float
    nulls: tuple[NullRate, ...]

    def harmful_share(self, plan: str = "best") -> float:
        """What the plan keeps beyond the best one whose prices never exceed Nash, as a share of Nash profit."""
        return (self.plans[plan].gain - self.plans["lawful"].gain) / self.nash_profit


def longest_window(institution: Institution) -> int:
    """The longest window among its signals."""
    return max(int(getattr(spec, "window", 1)) for spec in institution.manifest.signals.values())


def variant(institution: Institution, window: int, base: str) -> Institution:
    """The institution with its longest window set to `window`, the others in proportion, and fines taken of `base`."""
    meant: dict[str, Any] = institution.manifest.model_dump(mode="json", by_alias=True, exclude_unset=True)
    longest = longest_window(institution)
    for signal in meant["signals"].values():
        if "window" in signal:
            signal["window"] = max(1, -(-signal["window"] * window // longest))
    over, above = BASES[base]
    for edge in meant["transitions"]:
        if edge.get("fine"):
            edge["fine"] = {**edge["fine"], "over": over, "above": above}
    return load_institution(Source(f"{institution.name}, window {window}, {base}", json.dumps(meant)))


def frontier_point(
    institution: Institution,
    market: Cournot,
    window: int,
    base: str,
    *,
    distance: float = 1.0,
    runs: int = 2000,
    rounds: int = 50,
    noise: float = 0.05,
) -> FrontierPoint:
    """The best plan of the cartels' family, and how innocent play fares, under one variant.

    `distance` is how far from Nash the thresholds that decide stand, as a multiple of the manifest's own distance.
    """
    changed = variant(institution, window, base)
    moved = {(one.signal, one.key): one.at(distance) for one in movable_thresholds(changed, market.facts)}
    bound = bind(with_thresholds(changed, moved) if distance != 1.0 else changed, market.facts)
    plans = best_kept(market.spec, bound)
    plays = innocent_plays(market.spec, noise).values()
    nulls = tuple(null_rate(play, treat(bound, market.spec, play, range(runs), rounds)) for play in plays)
    nash = float(benchmarks(market.spec).nash.profit.mean())
    return FrontierPoint(institution.name, window, base, distance, plans, nash, nulls)
