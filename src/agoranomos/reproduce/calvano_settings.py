"""What is run again of Calvano et al. (2020): market, learning rule, and how many sessions."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.institutions.institution import Institution
from agoranomos.learning.judged import judged_game
from agoranomos.learning.q_learning import Floats, LearningGame, QLearning, game_of
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market
from agoranomos.markets.stage_game import StageGame

PUBLISHED = {
    "profit_gain_at_the_grid_point": 0.85,
    "profit_gain_from": 0.70,
    "profit_gain_to": 0.90,
}
"""Calvano et al. (2020), average profit gain: about 85% at alpha = 0.15, beta = 4e-6; 70% to 90% over their grid."""


@dataclass(frozen=True)
class Setting:
    """A market's stage game as learners and measures need it, under an institution or under none.

    With `perceives` learners know their own standing: it is part of their state.
    """

    market: Market
    institution: Institution | None = None
    perceives: bool = True

    def __post_init__(self) -> None:
        for name in ("nash", "monopoly"):
            if name not in self.market.facts.benchmarks:
                raise UsageError(f"{self.market.facts.market} knows no {name}, so that no profit gain can be stated")

    @cached_property
    def stage(self) -> StageGame:
        """One round as a game in normal form."""
        return self.market.game()

    @cached_property
    def game(self) -> LearningGame:
        """The same as learners see it, with what the institution makes of it."""
        if self.institution is None:
            return game_of(self.stage)
        return judged_game(self.market, self.institution, perceives=self.perceives).game

    @cached_property
    def nash(self) -> Floats:
        """Profits at the one-shot equilibrium, [N]."""
        return _profits(self.market, "nash")

    @cached_property
    def monopoly(self) -> Floats:
        """Profits at the joint maximum, [N]."""
        return _profits(self.market, "monopoly")

    @cached_property
    def levels(self) -> list[Floats]:
        """What each entry of each menu stands for: a price where actions are places on a grid of prices."""
        asked = getattr(self.market, "asked", None)
        if asked is not None:
            return [np.asarray(asked(menu), dtype=np.float64) for menu in self.stage.menus]
        return [menu[:, 0] for menu in self.stage.menus]


@dataclass(frozen=True)
class CalvanoSettings:
    """How many sessions of which rule; the market is `bertrand_v0` by default, which is the paper's."""

    sessions: int = 100
    seed: int = 1
    rule: QLearning = field(default_factory=QLearning)

    def __post_init__(self) -> None:
        if self.sessions < 1:
            raise UsageError("no session to play", advice="Ask for at least one, better for 100.")

    def described(self, setting: Setting) -> dict[str, Any]:
        """What decides every session, as plain JSON values; how many are asked for is no part of it."""
        said = {"market": setting.market.describe(), "rule": asdict(self.rule), "seed": self.seed}
        if setting.institution is None:
            return said
        return {**said, "institution": setting.institution.semantic_sha256, "perceives": setting.perceives}


def paper_setting() -> Setting:
    """The market of the paper: two firms, logit demand, 15 prices, xi = 0.1."""
    from agoranomos.markets import bertrand_v0

    return Setting(bertrand_v0.parallel_env())


def _profits(market: Market, benchmark: str) -> Floats:
    return np.asarray(market.facts.benchmarks[benchmark]["profit_e6"], dtype=np.float64) / SCALE
