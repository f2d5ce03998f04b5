"""A market of firms that may talk before they set prices, as a PettingZoo ParallelEnv."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.leniency_cartel.benchmarks import benchmarks
from agoranomos.markets.leniency_cartel.clear import clear, clear_round
from agoranomos.markets.leniency_cartel.measures import MEASURE_KINDS, Reference, Round, measure_round
from agoranomos.markets.leniency_cartel.spec import LeniencyCartelSpec
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.stage_game import StageGame
from agoranomos.markets.told import number

ABSENT = -1.0
"""What is seen in the place of the price of a firm that sat out."""
SILENT = 0.0
"""The first part of an action that proposes no price."""


class LeniencyCartel(RoundMarket[Round]):
    """Firms ask prices, and say whether they want to agree on the next one.

    An action is `(proposal, price)`, both whole numbers: the place of a price in the grid, and a proposal for the
    price of the *next* round (0: no talk, k + 1: the price at place k). Where everybody proposes, they have agreed on
    the lowest price that was proposed; nothing binds them to it. So the talk comes before the prices it is about, and
    everybody knows whether there was an agreement when it asks its price. A report to an authority is none of the
    market's actions: it goes with the decision (`Decision.report`), and is made by a firm that has seen the prices of
    the round before.

    An agent observes everybody's last `asked` prices (-1 who sat out) and `proposals` (as in the action), and the
    price `agreed` on for the round to come (as a proposal, 0 for none), besides what every market shows.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "leniency_cartel_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: LeniencyCartelSpec

    def __init__(self, spec: LeniencyCartelSpec, *, render_mode: str | None = None) -> None:
        self.benchmarks = benchmarks(spec)
        self._reference = Reference.of(spec, self.benchmarks)
        self._agreed: int | None = None
        self._last_agreement: int | None = None
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.firms,
            goods=spec.goods,
            measures=MEASURE_KINDS,
            benchmarks={
                name: measure_round(spec, _common(spec, place, name == "monopoly"), self._reference)
                for name, place in self.benchmarks.items()
            },
        )
        shapes = [
            ActionShape(
                (
                    ActionPart("proposal", 0.0, float(spec.prices), whole=True),
                    ActionPart("price", 0.0, spec.prices - 1.0, whole=True),
                )
            )
            for _ in spec.firms
        ]
        super().__init__(spec, spec.firms, spec.goods, shapes, render_mode=render_mode)

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """Proposal and price at a benchmark: silence, but at `monopoly`, where its price is proposed again."""
        if benchmark not in self.benchmarks:
            raise unknown_name("benchmark", benchmark, self.benchmarks)
        place = self.benchmarks[benchmark]
        return np.array([place + 1.0 if benchmark == "monopoly" else SILENT, float(place)])

    def brief(self, agent: str) -> dict[str, str]:
        """Its unit cost, and what the numbers of prices and proposals stand for."""
        step = number(self.spec.price_step)
        return {
            "unit cost": number(self.spec.marginal_cost),
            "price": f"number k asks {step} times k in this round",
            "proposal": "0 is silence; k + 1 proposes price number k for the next round, which binds nobody; "
            "where all propose, the lowest is agreed on",
        }

    def game(self) -> StageGame:
        """One round as a game of prices: menus are the grid, in silence."""
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Everybody's last proposal and price [N, 2]; None where somebody sat out."""
        asked = observation["asked"]
        if not observation["round"][0] or (asked == ABSENT).any():
            return None
        return np.stack([observation["proposals"], np.rint(asked / self.spec.price_step)], axis=-1)

    @cached_property
    def _game(self) -> StageGame:
        spec = self.spec
        menu = np.stack([np.zeros(spec.prices), np.arange(float(spec.prices))], axis=-1)
        return StageGame(
            spec.firms,
            (menu,) * len(spec.firms),
            lambda actions: clear(spec, np.rint(actions[..., 1]) * spec.price_step).profit,
        )

    def _begin(self) -> None:
        self._agreed, self._last_agreement = None, None

    def _clear(self, rows: tuple[Row, ...]) -> Round:
        asked = tuple(row[1] // SCALE if row else None for row in rows)
        proposals = tuple(row[0] // SCALE - 1 if row and row[0] else None for row in rows)
        prices = [None if place is None else self.spec.price(place) for place in asked]
        if self._agreed is not None:
            self._last_agreement = self.round_number
        played = Round(asked, self._agreed, proposals, clear_round(self.spec, prices), self._traces())
        self._agreed = played.agreement
        return played

    def _traces(self) -> bool:
        lasts = self.spec.evidence_lasts
        if self._last_agreement is None:
            return False
        return lasts is None or self.round_number - self._last_agreement < lasts

    def _profits(self, outcome: Round) -> Sequence[float]:
        return outcome.sales.profit

    def _measured(self, outcome: Round) -> Measures:
        return measure_round(self.spec, outcome, self._reference)

    def _text(self, outcome: Round) -> str:
        agreed = "no agreement" if outcome.agreed is None else f"agreed on {self.spec.price(outcome.agreed):g}"
        lines = [f"round {self.round_number}: {agreed}"]
        for firm, place, profit in zip(self.possible_agents, outcome.asked, outcome.sales.profit, strict=True):
            said = "sat out" if place is None else f"asked {self.spec.price(place):g}"
            lines.append(f"  {firm}: {said}  profit {profit:.2f}")
        return "\n".join(lines)

    def _observed(self, index: int, outcome: Round | None) -> dict[str, np.ndarray]:
        if outcome is None:
            firms = len(self.possible_agents)
            return {"asked": np.zeros(firms), "proposals": np.zeros(firms), "agreed": np.zeros(1)}
        agreement = outcome.agreement
        return {
            "asked": np.array([ABSENT if place is None else self.spec.price(place) for place in outcome.asked]),
            "proposals": np.array([0.0 if place is None else place + 1.0 for place in outcome.proposals]),
            "agreed": np.array([0.0 if agreement is None else agreement + 1.0]),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        firms, prices = len(self.possible_agents), self.spec.prices
        return {
            "asked": (ABSENT, self.spec.price(prices - 1), firms),
            "proposals": (0.0, float(prices), firms),
            "agreed": (0.0, float(prices), 1),
        }


def _common(spec: LeniencyCartelSpec, place: int, agreed: bool) -> Round:
    """The round in which everybody asks the price at `place`, by agreement or not."""
    firms = len(spec.firms)
    silence: tuple[int | None, ...] = (None,) * firms
    sales = clear_round(spec, [spec.price(place)] * firms)
    return Round((place,) * firms, place if agreed else None, (place,) * firms if agreed else silence, sales, agreed)
