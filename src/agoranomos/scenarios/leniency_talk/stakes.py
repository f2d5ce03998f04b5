"""What conducts come to in the market: prices that they stand for, and profits, by the formulas of `leniency-cartel`.

A conduct says whether a firm wants to agree, what it asks where all do, and whether it then reports:

    compete    stays out
    collude    wants to agree; asks the agreed price, that of the joint monopoly
    undercut   wants to agree; asks the best price against others who keep the agreed one
    betray     as undercut, and reports the agreement
    report     stays out, and reports

An agreement comes about where all want it. Without one everybody asks the Nash price, and `betray` has nothing to
report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from agoranomos.markets.facts import SCALE, to_e6
from agoranomos.markets.leniency_cartel.benchmarks import benchmarks, grid
from agoranomos.markets.leniency_cartel.clear import Sales, clear, clear_round
from agoranomos.markets.leniency_cartel.measures import Reference
from agoranomos.markets.leniency_cartel.spec import LeniencyCartelSpec

COMPETE, COLLUDE, UNDERCUT, BETRAY, REPORT = range(5)
CONDUCTS = ("compete", "collude", "undercut", "betray", "report")
WITHOUT_REPORTS = 3
"""How many conducts there are where nobody can be reported to."""

JOINING = frozenset({COLLUDE, UNDERCUT, BETRAY})


def agreed(conducts: Sequence[int | None]) -> bool:
    """Whether an agreement comes about."""
    return all(one in JOINING for one in conducts)


def reports(conduct: int | None, *, agreement: bool) -> bool:
    """Whether a firm reports to the authority."""
    return conduct == REPORT or (conduct == BETRAY and agreement)


@dataclass(frozen=True)
class Stakes:
    """Prices and profits of one market."""

    market: LeniencyCartelSpec

    @cached_property
    def places(self) -> dict[str, int]:
        """Where the prices lie in the grid: `nash`, `monopoly`, `competitive`, and `undercut`."""
        known = dict(benchmarks(self.market))
        prices = grid(self.market)
        joint = np.full((len(prices), len(self.market.firms)), prices[known["monopoly"]])
        joint[:, 0] = prices
        known["undercut"] = int(np.argmax(clear(self.market, joint).profit[:, 0]))
        return known

    @cached_property
    def reference(self) -> Reference:
        """Price and profit at Nash and at the joint monopoly."""
        return Reference.of(self.market, self.places)

    def asked(self, conducts: Sequence[int | None]) -> tuple[int | None, ...]:
        """The place of the price that each firm asks; None for one that sits out."""
        agreement = agreed(conducts)
        names = {COLLUDE: "monopoly", UNDERCUT: "undercut", BETRAY: "undercut"}
        return tuple([None if one is None else self.places[names[one] if agreement else "nash"] for one in conducts])

    def sales(self, conducts: Sequence[int | None]) -> Sales:
        """The round in the market."""
        prices = [None if place is None else self.market.price(place) for place in self.asked(conducts)]
        return clear_round(self.market, prices)

    def profit(self, own: int, others: int) -> Fraction:
        """What the first firm sells for, less its costs, where all others do `others`; in whole millionths."""
        rest = (others,) * (len(self.market.firms) - 1)
        return Fraction(to_e6(self.sales((own, *rest)).profit[0]), SCALE)
