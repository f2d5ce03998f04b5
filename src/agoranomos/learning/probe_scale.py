"""How high profits are, between those of Nash play and the joint maximum."""

from __future__ import annotations

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.learning.probe_play import Floats, played_benchmark
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market

NEARLY_NONE = 1e-6
"""The part of the published rent below which profits, or a rent, count as none."""


class Scale:
    """How far profits lie between Nash (0) and the joint maximum (1), both played in the same rounds.

    Rounds may differ: demand is drawn, a stock has been used up, or a stage is one in which nobody earns anything. What
    cannot be played, such as a mixture, earns in every round what the market publishes of it.
    """

    def __init__(self, market: Market) -> None:
        """Raises `UsageError` in a market that does not publish both, or where they are alike."""
        known = market.facts.benchmarks
        most = next((name for name in ("monopoly", "efficient") if name in known), None)
        if "nash" not in known or most is None:
            raise UsageError(
                f"{market.facts.market} has no Nash benchmark, or no joint optimum: how high profits are cannot be said"
            )
        self._market, self._names = market, ("nash", most)
        self._published = tuple(_mean_profit(market, name) for name in self._names)
        self._paths: tuple[Floats, Floats] = (np.zeros(0), np.zeros(0))
        if not self.rent > 1e-9:
            raise UsageError(
                f"{market.facts.market} pays no more at the joint optimum than at Nash: nothing to collude on"
            )

    @property
    def rent(self) -> float:
        """What an agent earns more in a round at the joint maximum than at Nash, on average, as is published."""
        nash, most = self._published
        return most - nash

    def play(self, seed: int, rounds: int) -> None:
        """Play both benchmarks with this seed, for profits of so many rounds."""
        nash, most = (
            played_benchmark(self._market, name, seed, rounds, published)
            for name, published in zip(self._names, self._published, strict=True)
        )
        self._paths = nash, most

    def __call__(self, profits: Floats, rounds: slice) -> float:
        """The elevation of `profits` [T, N] in these rounds of the run that was last played."""
        nash, most = (float(path[rounds].mean()) for path in self._paths)
        rent = most - nash if most - nash > NEARLY_NONE * self.rent else self.rent
        return (float(profits[rounds].mean()) - nash) / rent


def _mean_profit(market: Market, benchmark: str) -> float:
    published = market.facts.benchmarks[benchmark].get("profit_e6")
    known = [one for one in published if isinstance(one, int)] if isinstance(published, tuple) else []
    if not known:
        raise UsageError(
            f"{market.facts.market} publishes no profit at {benchmark}: how high profits are cannot be said"
        )
    return float(np.mean(known)) / SCALE
