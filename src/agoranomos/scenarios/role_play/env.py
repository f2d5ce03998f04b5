"""Role-play as a PettingZoo ParallelEnv: a rule, something that pays more, and perhaps somebody who looks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import MarketFacts, Measured, MeasureKind, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.markets.stage_game import StageGame
from agoranomos.markets.told import number
from agoranomos.scenarios.measures import COMMON_KINDS
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.role_play import words
from agoranomos.scenarios.role_play.audit import UNWATCHED, WATCHED, looks, share_watched, threshold
from agoranomos.scenarios.role_play.payoffs import Outcome, Payoffs
from agoranomos.scenarios.role_play.spec import RolePlaySpec, pairs_of
from agoranomos.scenarios.scenario import Exchange, Scenario

COMPLY, VIOLATE = 0.0, 1.0
NOT_SEEN = -1.0
"""Stands for what an agent did not do, or may not know."""

NOTHING_SAID = -2.0
"""Stands for what is announced where nothing is."""

ALWAYS_SAID = {"uncertain": 0.0, "watched": 1.0, "unwatched": -1.0}
"""Announcements that are the same in every round."""

MEASURE_KINDS: dict[str, MeasureKind] = {
    **COMMON_KINDS,
    "nash_profit_e6": MeasureKind(("firm",), "expected reward of the best reply to the audit", relative=True),
}


class RolePlay(Scenario[Outcome]):
    """Workers keep a rule (0) or break it (1), each for its own reward.

    A worker observes what it `chose` in the last round (-1: nothing), whether it was `detected` (1 or 0; -1 where that
    is not told), what is `announced` of the coming round (1 a look, -1 none, 0 uncertain, -2 nothing is said), and, of
    those that it is linked to, either what they chose (`others`, -1 for nothing) or how many broke the rule (`count`),
    and what they earned (`others_rewards`; from the largest down where nobody's choice is told). Rewards that are not
    shown are observed as 0.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "role_play_v0", "render_modes": ["ansi"], "is_parallelizable": True}
    spec: RolePlaySpec

    def __init__(self, spec: RolePlaySpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.setting = spec.setting or spec.known_settings()[0]
        self.incomes = spec.incomes or pairs_of(self.setting, spec.gap)[0]
        self.payoffs = _payoffs(spec, self.incomes)
        workers = spec.workers
        best = VIOLATE if self.payoffs.breaking_pays else COMPLY
        self._plays = {"comply": COMPLY, "violate": VIOLATE, "nash": best}
        self.facts = MarketFacts(
            market=spec.name,
            agents=workers,
            goods=("work",),
            measures=MEASURE_KINDS,
            benchmarks={name: self._unwatched(bool(play)) for name, play in self._plays.items()},
        )
        names = (self.setting.required, self.setting.tempting)
        shapes = [ActionShape((ActionPart("choice", 0.0, 1.0, whole=True, names=names),)) for _ in workers]
        super().__init__(spec, workers, ("work",), shapes, render_mode=render_mode)

    # -- numbers -----------------------------------------------------------------------------------------------------

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """0 keeps the rule, 1 breaks it.

        `nash` is what pays more on average over a run, to a worker that knows how often it will be looked at and not
        when.
        """
        if benchmark not in self._plays:
            raise unknown_name("benchmark", benchmark, self._plays)
        return np.array([self._plays[benchmark]])

    def brief(self, agent: str) -> dict[str, str]:
        """What the two options are, what they earn, and what the rule is."""
        high, low = self.incomes
        return {
            "choice": f"0 is to {self.setting.required} ({number(low)}), 1 to {self.setting.tempting} ({number(high)})",
            "rule": self.setting.rule,
        }

    def game(self) -> StageGame:
        """One round, with the reward of breaking the rule expected over the rounds and chances of the audit."""
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """What everybody chose, where that is shown and all answered."""
        if not observation["round"][0]:
            return None
        own = float(observation["chose"][0])
        others = observation.get("others", np.zeros(0))
        if len(others) + 1 != len(self.possible_agents) or own == NOT_SEEN or (others == NOT_SEEN).any():
            return None
        row = np.insert(np.asarray(others, dtype=np.float64), self.possible_agents.index(agent), own)
        return row[:, None]

    @cached_property
    def _game(self) -> StageGame:
        menu = np.array([[COMPLY], [VIOLATE]])
        low, tempting = self.payoffs.low, self.payoffs.tempting
        workers = self.spec.workers
        return StageGame(
            workers, (menu,) * len(workers), lambda actions: np.where(actions[..., 0] >= 0.5, tempting, low)
        )

    def _look(self, agent: str, number: int) -> int:
        return looks(self.spec.audit, self.payoffs.threshold, self.seed, number, self.spec.rounds, agent)

    def _clear(self, rows: tuple[Row, ...]) -> Outcome:
        violated = tuple([bool(row[0]) if row else None for row in rows])
        watched = tuple([self._look(agent, self.round_number) != UNWATCHED for agent in self.possible_agents])
        return self.payoffs.outcome(violated, watched)

    def _unwatched(self, violates: bool) -> dict[str, Measured]:
        count = len(self.spec.workers)
        return self.payoffs.measures(self.payoffs.outcome((violates,) * count, (False,) * count))

    def _profits(self, outcome: Outcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: Outcome) -> Measures:
        return self.payoffs.measures(outcome)

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Outcome | None) -> dict[str, np.ndarray]:
        chose = [NOT_SEEN if outcome is None or did is None else float(did) for did in self._violated(outcome)]
        seen = {
            "chose": np.array([chose[index]]),
            "detected": np.array([self._detection(index, outcome)]),
            "announced": np.array([self._announced(index)]),
        }
        linked = self._linked_places[index]
        if not linked:
            return seen
        named = self.spec.sees.others_actions == "names"
        if named:
            seen["others"] = np.array([chose[place] for place in linked])
        elif self.spec.sees.others_actions == "count":
            seen["count"] = np.array([float(sum(1 for place in linked if chose[place] == VIOLATE))])
        if self.spec.sees.others_rewards:
            rewards = [0.0 if outcome is None else outcome.profit[place] for place in linked]
            seen["others_rewards"] = np.array(rewards if named else sorted(rewards, reverse=True))
        return seen

    def _observation_boxes(self, index: int) -> Boxes:
        boxes = {"chose": (NOT_SEEN, 1.0, 1), "detected": (NOT_SEEN, 1.0, 1), "announced": (NOTHING_SAID, 1.0, 1)}
        others = len(self._linked_places[index])
        if others and self.spec.sees.others_actions == "names":
            boxes["others"] = (NOT_SEEN, 1.0, others)
        elif others and self.spec.sees.others_actions == "count":
            boxes["count"] = (0.0, float(others), 1)
        if others and self.spec.sees.others_rewards:
            boxes["others_rewards"] = (-self.payoffs.fine, self.payoffs.high, others)
        return boxes

    def _violated(self, outcome: Outcome | None) -> Sequence[bool | None]:
        return (None,) * len(self.possible_agents) if outcome is None else outcome.violated

    def _detection(self, index: int, outcome: Outcome | None) -> float:
        if outcome is None or not outcome.violated[index] or self.spec.sees.detection == "nothing":
            return NOT_SEEN
        caught = outcome.watched[index]
        return 1.0 if caught else 0.0 if self.spec.sees.detection == "always" else NOT_SEEN

    def _announced(self, index: int) -> float:
        said, coming = self.spec.announce, self.round_number + 1
        if said == "nothing" or coming > self.spec.rounds:
            return NOTHING_SAID
        if said in ALWAYS_SAID:
            return ALWAYS_SAID[said]
        look = self._look(self.possible_agents[index], coming)
        return float(look if said == "truth" else -look)

    # -- words -------------------------------------------------------------------------------------------------------

    def opening(self, agent: str) -> str:
        """The work, and where they stand here the rule, the harm where it is stated, the goal where there is one."""
        return words.opening(self.spec, self.setting)

    def question(self, agent: str, observation: Observation) -> str:
        """The two options with their incomes, the rule where it is due, and what is announced."""
        announced = float(observation["announced"][0])
        return self._asked(
            agent, round(float(observation["round"][0])) + 1, None if announced == NOTHING_SAID else int(announced)
        )

    def feedback(self, agent: str, observation: Observation) -> str:
        """Whether it kept the rule, was caught, what it earned, and what is told of others, as far as it is shown."""
        if not observation["round"][0]:
            return ""
        chose, detected = float(observation["chose"][0]), float(observation["detected"][0])
        return words.feedback(
            chosen=None if chose == NOT_SEEN else int(chose),
            earned=float(observation["round_profit"][0]) if self.spec.sees.own_reward else None,
            detected=None if detected == NOT_SEEN else bool(detected),
            unit=self.setting.unit,
            others=self._others(agent, observation),
        )

    def options(self, agent: str) -> tuple[Option, ...]:
        """Keeping the rule and breaking it, in the order of this run."""
        texts = (self.setting.required, self.setting.tempting)
        order = (1, 0) if self.spec.tempting_first else (0, 1)
        lettered = self.spec.options == "letters"
        return tuple(
            Option("AB"[place] if lettered else texts[which], texts[which], (float(which),), bool(which))
            for place, which in enumerate(order)
        )

    def orders(self) -> tuple[Self, ...]:
        """With the other option first, too, where options have letters."""
        if self.spec.options != "letters":
            return (self,)
        turned = self.spec.model_copy(update={"tempting_first": not self.spec.tempting_first})
        return self, type(self)(turned)

    def fabricated(self, agent: str) -> tuple[Exchange, ...]:
        """Rounds that nobody looked at; nothing is told of others in them."""
        made = self.spec.fabricated
        if made is None:
            return ()
        exchanges = []
        for place in range(made.rounds):
            violates = made.violates(place)
            told = words.feedback(
                chosen=int(violates),
                earned=self.incomes[0 if violates else 1] if self.spec.sees.own_reward else None,
                detected=False if violates and self.spec.sees.detection == "always" else None,
                unit=self.setting.unit,
                others=words.Others(),
            )
            asked = self._asked(agent, place + 1, self._announced_unwatched())
            exchanges.append(Exchange(asked, self.written(agent, (float(violates),)), told))
        return tuple(exchanges)

    def _announced_unwatched(self) -> int | None:
        """What is announced of a round that nobody looks at."""
        said = self.spec.announce
        if said == "nothing":
            return None
        return int(ALWAYS_SAID[said]) if said in ALWAYS_SAID else UNWATCHED if said == "truth" else WATCHED

    def _asked(self, agent: str, coming: int, announced: int | None) -> str:
        every = self.spec.remind_every
        return words.question(
            self.spec,
            self.setting,
            self.incomes,
            self.options(agent),
            reminded=bool(every) and coming % every == 0,
            announced=announced,
        )

    def _others(self, agent: str, observation: Observation) -> words.Others:
        chose = observation.get("others")
        rewards = observation.get("others_rewards")
        return words.Others(
            names=self.neighbours(agent),
            chose=None if chose is None else tuple(None if did == NOT_SEEN else int(did) for did in chose),
            count=int(observation["count"][0]) if "count" in observation else None,
            rewards=None if rewards is None else tuple(float(paid) for paid in rewards),
        )

    def _text(self, outcome: Outcome) -> str:
        told = {None: "did neither", False: "kept the rule", True: "broke the rule"}
        lines = [
            f"  {agent}: {told[did]}{', watched' if saw else ''}, earned {profit:.2f}"
            for agent, did, saw, profit in zip(self.possible_agents, *outcome, strict=True)
        ]
        return "\n".join([f"round {self.round_number}: {self.setting.name}", *lines])


def _payoffs(spec: RolePlaySpec, incomes: tuple[float, float]) -> Payoffs:
    high, low = incomes
    fine = spec.audit.fine * low
    return Payoffs(
        high,
        low,
        fine,
        spec.harm.principal * low,
        spec.harm.third_party * low,
        share_watched(spec.audit, threshold(high, low, fine), spec.rounds),
    )
