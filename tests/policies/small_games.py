"""Two games of one round, small enough to be worked out by hand, as markets to try policies in."""

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from agoranomos.errors import unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape
from agoranomos.markets.facts import SCALE, MarketFacts, MeasureKind
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.round_market import RoundMarket
from agoranomos.markets.stage_game import StageGame

Payoffs = Callable[[np.ndarray], np.ndarray]


class SmallSpec(MarketSpec):
    type: Literal["small"] = "small"
    name: str = "small"


class SmallGame(RoundMarket[np.ndarray]):
    """Two agents choose a number from a menu; `shape` says whether they submit its place or the number itself."""

    metadata: ClassVar[dict[str, Any]] = {"name": "small_v0", "render_modes": ["ansi"], "is_parallelizable": True}

    def __init__(
        self, rounds: int, menu: Sequence[float], shape: ActionShape, payoffs: Payoffs, known: dict[str, float]
    ) -> None:
        menus = (np.array(menu)[:, None],) * 2
        self._game = StageGame(("left", "right"), menus, lambda actions: payoffs(actions[..., 0]))
        self._known = known
        self.facts = MarketFacts(
            market="small",
            agents=("left", "right"),
            goods=(),
            measures={"profit_e6": MeasureKind(("firm",), "profit")},
            benchmarks={name: self._profits_e6(np.array([at, at])) for name, at in known.items()},
        )
        shapes = [ActionShape(shape.parts) for _ in range(2)]
        super().__init__(SmallSpec(rounds=rounds), ("left", "right"), (), shapes)

    def play(self, benchmark, agent, observation):
        if benchmark not in self._known:
            raise unknown_name("benchmark", benchmark, self._known)
        return np.array([self._known[benchmark]])

    def game(self):
        return self._game

    def seen(self, agent, observation):
        return observation["actions"][:, None].copy() if observation["round"][0] else None

    def _clear(self, rows):
        return np.array([row[0] / SCALE if row else np.nan for row in rows])

    def _profits(self, outcome):
        if np.isnan(outcome).any():
            return [0.0, 0.0]
        return self._game.payoffs(outcome[:, None]).tolist()

    def _profits_e6(self, outcome):
        return {"profit_e6": tuple(round(profit * SCALE) for profit in self._profits(outcome))}

    def _measured(self, outcome):
        return self._profits_e6(outcome)

    def _observed(self, index, outcome):
        return {"actions": np.zeros(2) if outcome is None else np.nan_to_num(outcome)}

    def _observation_boxes(self, index):
        return {"actions": (-math.inf, math.inf, 2)}


def dilemma(rounds: int) -> SmallGame:
    """The prisoner's dilemma: 0 cooperates, 1 defects; 3 each, 1 each, 5 and 0."""
    table = np.array([[[3.0, 3.0], [0.0, 5.0]], [[5.0, 0.0], [1.0, 1.0]]])

    def payoffs(actions: np.ndarray) -> np.ndarray:
        places = actions.astype(int)
        return table[places[..., 0], places[..., 1]]

    shape = ActionShape((ActionPart("choice", 0.0, 1.0, whole=True),))
    return SmallGame(rounds, (0.0, 1.0), shape, payoffs, {"nash": 1.0, "efficient": 0.0})


def prices(rounds: int) -> SmallGame:
    """Two firms without costs sell `10 - 2 p_own + p_other` at prices from 0 to 6: Nash 10/3, joint optimum 5."""

    def payoffs(actions: np.ndarray) -> np.ndarray:
        return actions * (10.0 - 2.0 * actions + actions[..., ::-1])

    menu = (0.0, 1.0, 2.0, 3.0, 10.0 / 3.0, 4.0, 5.0, 6.0)
    shape = ActionShape((ActionPart("price", 0.0, 6.0),))
    return SmallGame(rounds, menu, shape, payoffs, {"nash": 10.0 / 3.0, "monopoly": 5.0})
