"""The lemonade market as a PettingZoo ParallelEnv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from agoranomos.errors import unknown_name
from agoranomos.markets import (
    SCALE,
    ActionPart,
    ActionShape,
    MarketFacts,
    Measured,
    MeasureKind,
    RoundMarket,
    StageGame,
    to_e6,
)
from agoranomos.markets.action_shape import Row
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from numpy.typing import NDArray

from agoranomos_sample_plugin.lemonade.clear import Cleared, clear, monopoly_price, nash_price
from agoranomos_sample_plugin.lemonade.spec import LemonadeSpec

MEASURES = {
    "price_e6": MeasureKind(("good",), "lowest price asked, in cents", public=True, least_e6=0),
    "cups_e6": MeasureKind(("firm",), "cups sold", public=True, least_e6=0),
    "profit_e6": MeasureKind(("firm",), "profit before fines"),
    "nash_profit_e6": MeasureKind(("firm",), "profit of everybody at the equilibrium", relative=True),
    "price_elevation_e6": MeasureKind(
        ("good",), "price elevation: 0 at the equilibrium, 1 at joint monopoly", public=True, relative=True
    ),
    "consumer_surplus_e6": MeasureKind((), "consumer surplus", public=True, least_e6=0),
    "welfare_e6": MeasureKind((), "consumer surplus plus profits"),
}


class Lemonade(RoundMarket[Cleared]):
    """Stands ask a price each; all customers go where it is cheapest. Every stand sees every price.

    An agent observes, of the round before, the `asked` prices (`dearest` of a stand that was shut) and its own `cups`.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "lemonade_v0", "render_modes": ["ansi"], "is_parallelizable": True}
    spec: LemonadeSpec

    def __init__(self, spec: LemonadeSpec, *, render_mode: str | None = None) -> None:
        self._plays = {"nash": nash_price(spec), "monopoly": monopoly_price(spec)}
        shapes = [ActionShape((ActionPart("price", 0, spec.dearest, whole=True),)) for _ in spec.stands]
        super().__init__(spec, spec.stands, ("lemonade",), shapes, render_mode=render_mode)
        together = {name: clear(spec, [float(price)] * len(spec.stands)) for name, price in self._plays.items()}
        self._nash_profit = together["nash"].profit.tolist()
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.stands,
            goods=("lemonade",),
            measures=MEASURES,
            benchmarks={name: self._measured(cleared) for name, cleared in together.items()},
        )

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The price at the equilibrium, or at the joint monopoly."""
        if benchmark not in self._plays:
            raise unknown_name("benchmark", benchmark, self._plays)
        return np.array([float(self._plays[benchmark])])

    def game(self) -> StageGame:
        """One round; a menu has every price."""
        menu = np.arange(self.spec.dearest + 1, dtype=np.float64)[:, None]
        return StageGame(
            self.spec.stands,
            (menu,) * len(self.spec.stands),
            lambda actions: clear(self.spec, actions[..., 0]).profit,
        )

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Everybody's prices; `dearest`, at which nobody buys, of a stand that was shut."""
        return np.array(observation["asked"])[:, None] if observation["round"][0] else None

    def _clear(self, rows: tuple[Row, ...]) -> Cleared:
        return clear(self.spec, [row[0] / SCALE if row else np.nan for row in rows])

    def _profits(self, outcome: Cleared) -> Sequence[float]:
        profits: list[float] = outcome.profit.tolist()
        return profits

    def _measured(self, outcome: Cleared) -> dict[str, Measured]:
        low, high = self._plays["nash"], self._plays["monopoly"]
        lowest, surplus = float(outcome.lowest), float(outcome.consumer_surplus)
        profits = outcome.profit.tolist()
        return {
            "price_e6": (to_e6(lowest),),
            "cups_e6": tuple(to_e6(cups) for cups in outcome.cups.tolist()),
            "profit_e6": tuple(to_e6(profit) for profit in profits),
            "nash_profit_e6": tuple(to_e6(profit) for profit in self._nash_profit),
            "price_elevation_e6": (to_e6((lowest - low) / (high - low)) if high > low else None,),
            "consumer_surplus_e6": to_e6(surplus),
            "welfare_e6": to_e6(surplus + sum(profits)),
        }

    def _observed(self, index: int, outcome: Cleared | None) -> dict[str, np.ndarray]:
        if outcome is None:
            return {"asked": np.zeros(len(self.spec.stands)), "cups": np.zeros(1)}
        asked = np.where(np.isnan(outcome.asked), float(self.spec.dearest), outcome.asked)
        return {"asked": asked, "cups": outcome.cups[index : index + 1]}

    def _observation_boxes(self, index: int) -> Boxes:
        dearest = float(self.spec.dearest)
        return {"asked": (0.0, dearest, len(self.spec.stands)), "cups": (0.0, dearest, 1)}

    def _text(self, outcome: Cleared) -> str:
        return f"round {self.round_number}: lemonade at {outcome.lowest:.0f} cents"
