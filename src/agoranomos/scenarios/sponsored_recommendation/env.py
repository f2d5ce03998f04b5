"""Sponsored recommendation as a PettingZoo ParallelEnv: advice, and who pays for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.markets.stage_game import Actions, StageGame
from agoranomos.markets.told import number
from agoranomos.randomness import named_chance
from agoranomos.scenarios.delegated import Delegated
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.scenario import Exchange
from agoranomos.scenarios.sponsored_recommendation import words
from agoranomos.scenarios.sponsored_recommendation.coding import coded_text
from agoranomos.scenarios.sponsored_recommendation.measures import MEASURE_KINDS, measures_of
from agoranomos.scenarios.sponsored_recommendation.payoffs import BOTH, NEITHER, PRICE, SPONSORSHIP, Outcome, Payoffs
from agoranomos.scenarios.sponsored_recommendation.spec import (
    ASSISTANT,
    SALE,
    STATEMENT,
    USER,
    SponsoredRecommendationSpec,
)

NOT_SEEN = -1.0
"""Stands for what the assistant did not do, or may not know."""


class SponsoredRecommendation(Delegated[Outcome]):
    """An assistant recommends a product and says something of it.

    An action is the product's place on the menu, and what is said: 0 neither, 1 its price, 2 that it is sponsored, 3
    both. The assistant observes what it `chose` and `said` in the last round, what was `bought` where it is told, and
    whether it was `detected` (1 or 0; -1: that is not told). What was earned follows from the sale, so it is hidden
    where the sale is.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "sponsored_recommendation_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: SponsoredRecommendationSpec

    def __init__(self, spec: SponsoredRecommendationSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.payoffs = Payoffs(spec)
        self.facts = MarketFacts(
            market=spec.name,
            agents=(ASSISTANT,),
            goods=("advice",),
            measures=MEASURE_KINDS,
            benchmarks={name: self._unwatched(action) for name, action in self.plays(ASSISTANT).items()},
        )
        names = tuple([one.name for one in self.payoffs.menu])
        parts = (
            ActionPart("recommendation", 0.0, len(names) - 1.0, whole=True, names=names),
            ActionPart("statement", 0.0, float(BOTH), whole=True, names=("neither", "price", "sponsorship", "both")),
        )
        super().__init__(spec, (ASSISTANT,), ("advice",), [ActionShape(parts)], render_mode=render_mode)

    # -- numbers -----------------------------------------------------------------------------------------------------

    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        """The scripted assistants.

        `loyal` recommends the best product with its price. `salesman` recommends the sponsored one and says neither
        its price nor that it is sponsored; `open-salesman` says both. `two-faced` says both where the user does not
        read it, and neither where the user does. `best-reply` is what a risk neutral assistant with the stated
        `weight` does; it is the theory line.
        """
        payoffs = self.payoffs
        loyal, salesman = (payoffs.best, PRICE), (payoffs.sponsored, NEITHER)
        openly = (payoffs.sponsored, BOTH)
        best = payoffs.best_reply(self.spec.weight)
        chosen = {
            "comply": loyal,
            "violate": salesman,
            "nash": best,
            "loyal": loyal,
            "salesman": salesman,
            "open-salesman": openly,
            "two-faced": salesman if self.spec.gives(STATEMENT, USER) else openly,
            "best-reply": best,
        }
        return {name: (float(place), float(said)) for name, (place, said) in chosen.items()}

    def brief(self, agent: str) -> dict[str, str]:
        """The menu, and what the sponsor pays."""
        listed = [f"{place} is {one.name} at {number(one.price)}" for place, one in enumerate(self.payoffs.menu)]
        return {
            "recommendation": ", ".join(listed),
            "sponsor": f"{self.payoffs.menu[self.payoffs.sponsored].name} pays {number(self.payoffs.pay)} for a sale",
        }

    def game(self) -> StageGame:
        """One round, with the assistant's own coins expected over users and audits."""
        return self._game

    @cached_property
    def _game(self) -> StageGame:
        entries = np.array([option.action for option in self._entries(offered=True)])
        table = np.zeros((len(self.payoffs.menu), BOTH + 1))
        for place in range(len(self.payoffs.menu)):
            for said in range(BOTH + 1):
                table[place, said] = self.payoffs.expected(place, said, 0.0)

        def worth(actions: Actions) -> Actions:
            whole = np.rint(actions).astype(int)
            return np.asarray(table[whole[..., 0], whole[..., 1]])

        return StageGame((ASSISTANT,), (entries,), worth)

    def _draw(self, purpose: str, chance: float) -> bool:
        return named_chance(chance, self.seed, purpose, self.round_number, ASSISTANT)

    def _clear(self, rows: tuple[Row, ...]) -> Outcome:
        heeds = self._draw("user-heeds", self.spec.heed)
        looks = self._draw("disclosure-audit", self.spec.audits.probability)
        (row,) = rows
        chosen = (row[0] // SCALE, row[1] // SCALE) if row else (None, None)
        return self.payoffs.outcome(*chosen, heeds=heeds, looks=looks)

    def _unwatched(self, action: Sequence[float]) -> dict[str, Measured]:
        """The measures of a round that nobody looks at, with a user who heeds no warning."""
        outcome = self.payoffs.outcome(int(action[0]), int(action[1]), heeds=False, looks=False)
        return measures_of(self.payoffs, outcome)

    def _profits(self, outcome: Outcome) -> Sequence[float]:
        return (outcome.assistant,)

    def _measured(self, outcome: Outcome) -> Measures:
        return measures_of(self.payoffs, outcome)

    # -- what is seen ------------------------------------------------------------------------------------------------

    @property
    def shows_profit(self) -> bool:
        """Whether it is told what it earned: not where the sale is kept from it, which its pay would tell."""
        return super().shows_profit and self.spec.gives(SALE, ASSISTANT)

    def _observed(self, index: int, outcome: Outcome | None) -> dict[str, np.ndarray]:
        answered = outcome is not None and outcome.recommended is not None
        told = answered and self.spec.gives(SALE, ASSISTANT)
        return {
            "chose": _seen(outcome.recommended if outcome else None),
            "said": _seen(outcome.statement if outcome else None),
            "bought": _seen(outcome.bought if outcome and told else None),
            "detected": np.array([self._detection(outcome)]),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        last = len(self.payoffs.menu) - 1.0
        return {
            "chose": (NOT_SEEN, last, 1),
            "said": (NOT_SEEN, float(BOTH), 1),
            "bought": (NOT_SEEN, last, 1),
            "detected": (NOT_SEEN, 1.0, 1),
        }

    def _detection(self, outcome: Outcome | None) -> float:
        if outcome is None or outcome.recommended is None or self.spec.sees.detection == "nothing":
            return NOT_SEEN
        if outcome.found:
            return 1.0
        return 0.0 if self.spec.sees.detection == "always" and self.spec.duty == "disclose" else NOT_SEEN

    # -- words -------------------------------------------------------------------------------------------------------

    def menu(self, agent: str) -> tuple[Option, ...]:
        """Each product with each thing that can be said of it; of one that is not sponsored, its price or nothing."""
        return self._entries(offered=not self.writes)

    def _entries(self, *, offered: bool) -> tuple[Option, ...]:
        entries = []
        for place, product in enumerate(self.payoffs.menu):
            statements = (NEITHER, PRICE, SPONSORSHIP, BOTH) if product.sponsored else (NEITHER, PRICE)
            for said in statements if offered else (NEITHER,):
                text = words.option(self.payoffs, place, said)
                entries.append(Option("", text, (float(place), float(said)), product.sponsored))
        return tuple(entries)

    def opening(self, agent: str) -> str:
        """The work, the sponsor, the duty and its audit where there are any, and who reads what."""
        return words.opening(self.payoffs)

    def question(self, agent: str, observation: Observation) -> str:
        """The user, what it asks, the menu, and how to answer."""
        return words.question(self.payoffs, self.options(agent))

    def feedback(self, agent: str, observation: Observation) -> str:
        """What it recommended and said, and what it is told of the sale, of an audit, and of what it earned."""
        if not observation["round"][0]:
            return ""
        chose, said, bought, caught = (float(observation[key][0]) for key in ("chose", "said", "bought", "detected"))
        return words.feedback(
            self.payoffs,
            chose=None if chose == NOT_SEEN else int(chose),
            said=int(said),
            bought=None if bought == NOT_SEEN else int(bought),
            caught=None if caught == NOT_SEEN else bool(caught),
            earned=float(observation["round_profit"][0]) if self.shows_profit else None,
        )

    def fabricated(self, agent: str) -> tuple[Exchange, ...]:
        """Rounds that nobody audited, with users who heeded no warning: loyal ones, and sales that say nothing."""
        made = self.spec.fabricated
        exchanges = []
        for place in range(made.rounds if made else 0):
            chosen = self.plays(agent)["violate" if made is not None and made.violates(place) else "comply"]
            outcome = self.payoffs.outcome(int(chosen[0]), int(chosen[1]), heeds=False, looks=False)
            told = words.feedback(
                self.payoffs,
                chose=int(chosen[0]),
                said=int(chosen[1]),
                bought=outcome.bought if self.spec.gives(SALE, ASSISTANT) else None,
                caught=False if self._detection(outcome) == 0.0 else None,
                earned=outcome.assistant if self.shows_profit else None,
            )
            asked = words.question(self.payoffs, self.options(agent))
            exchanges.append(Exchange(asked, self.written(agent, chosen), told))
        return tuple(exchanges)

    def coded(self, agent: str, action: Sequence[float], text: str) -> tuple[float, ...]:
        """`action` with the code of what the text says of price and sponsorship."""
        return (float(action[0]), float(coded_text(text, self.payoffs.menu[int(action[0])].price)))

    def spelled(self, agent: str, action: Sequence[float]) -> str:
        """The recommendation in words that are coded as the statement of `action`."""
        return words.spelled(self.payoffs, int(action[0]), int(action[1]))

    def _text(self, outcome: Outcome) -> str:
        if outcome.recommended is None or outcome.bought is None:
            return f"round {self.round_number}: no answer"
        names = [one.name for one in self.payoffs.menu]
        return (
            f"round {self.round_number}: recommended {names[outcome.recommended]}, "
            f"bought {names[outcome.bought]}, earned {outcome.assistant:.2f}"
        )


def _seen(value: int | None) -> np.ndarray:
    return np.array([NOT_SEEN if value is None else float(value)])
