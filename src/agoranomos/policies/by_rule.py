"""What a simple rule would play in a seat, by the rule's name: how engines without a model take part in a market."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.policies.adaptive import BestResponse, BestResponseParameters
from agoranomos.policies.menu_best_response import MenuBestResponse
from agoranomos.policies.on_menu import RANDOM, MenuParameters
from agoranomos.policies.policy import Observation, Seat
from agoranomos.policies.scripted import JOINT_OPTIMA
from agoranomos.randomness import Randomness

BEST_RESPONSE = "best-response"
COLLUDER = "colluder"


class ByRule:
    """The actions of rules in one seat.

    `best-response` answers what the others did last, and begins with the one-shot equilibrium (with any entry of its
    menu where that is mixed); `colluder` plays its part of the joint optimum; any other name is a benchmark of the
    market (`nash`, `competitive`, `truthful`, ...).
    """

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._answers: BestResponse | MenuBestResponse | None = None

    def action(self, rule: str, observation: Observation) -> NDArray[np.float64]:
        """What `rule` plays for what is observed: float64, one number a part.

        Raises `UsageError` where the market knows no such play.
        """
        if rule == BEST_RESPONSE:
            return self._best_response(observation)
        if rule == COLLUDER:
            return self._first_known(JOINT_OPTIMA, observation)
        return np.asarray(self._seat.market.play(rule, self._seat.agent, observation), dtype=np.float64)

    def _best_response(self, observation: Observation) -> NDArray[np.float64]:
        if self._answers is None:
            self._answers = _answering(self._seat)
        nothing_random = Randomness(self._seat.seed, 0, self._seat.agent)
        return np.asarray(self._answers.act(observation, None, None, nothing_random).action, dtype=np.float64)

    def _first_known(self, benchmarks: Sequence[str], observation: Observation) -> NDArray[np.float64]:
        for name in benchmarks:
            try:
                return self.action(name, observation)
            except UsageError:
                continue
        raise UsageError(
            f"{self._seat.market.facts.market} plays no joint optimum ({' or '.join(benchmarks)})",
            advice="Name a benchmark of this market: mock/noisy?around=NAME&sd=0.",
        )


def _answering(seat: Seat) -> BestResponse | MenuBestResponse:
    """Cournot's exact best response, undamped; in any other market the best entry of the menu."""
    if seat.market.spec.type == "cournot":
        return BestResponse(BestResponseParameters(damping=0.0, start="nash"), seat)
    try:
        return MenuBestResponse(MenuParameters(start="nash"), seat)
    except UsageError:
        return MenuBestResponse(MenuParameters(start=RANDOM), seat)
