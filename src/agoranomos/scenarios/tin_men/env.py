"""Tin men as a PettingZoo ParallelEnv: assistants buy for a customer, represent a company, and give a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.markets.stage_game import StageGame
from agoranomos.markets.told import number
from agoranomos.randomness import named_chance
from agoranomos.scenarios.delegated import Delegated
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.tin_men import words
from agoranomos.scenarios.tin_men.coding import code
from agoranomos.scenarios.tin_men.measures import MEASURE_KINDS, breaks, measures_of
from agoranomos.scenarios.tin_men.outcome import Outcome, Said, dismissed_round, round_of
from agoranomos.scenarios.tin_men.planning import BestReply, expected
from agoranomos.scenarios.tin_men.scripted import SCRIPTED, Entry
from agoranomos.scenarios.tin_men.spec import CHOICE, OPINION, PAYOFF, REASON, TinMenSpec
from agoranomos.scenarios.tin_men.statements import LAST, NAMES, NOTHING, OFFERED

AUDIT = "tin-men-audit"
"""The purpose of the draw of a look; a round and an assistant name the rest of it."""

NOT_SEEN = -1.0
"""Stands for what was not done, or may not be known."""

NOT_TOLD = -2.0
"""Stands for a payoff that is not told: no product is worth as little."""


class TinMen(Delegated[Outcome]):
    """Assistants choose a product (its place on the menu) and a reason (its number in `statements`).

    An assistant observes what it `chose` and the `reason` that it gave, whether it was `found` out (1, or 0 where it is
    told that it was not; -1: it is told nothing), whether it was `asked` and is still `employed`, what was bought was
    worth to `customer` and `company` (-2 unless it is given the payoff), and, beside others, what they chose (`others`)
    and the reasons that they gave (`others_reasons`), -1 for what it is not given.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "tin_men_v0", "render_modes": ["ansi"], "is_parallelizable": True}
    spec: TinMenSpec

    def __init__(self, spec: TinMenSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.told = spec.drawn(0)  # What a run has drawn stays as it is; what nothing has drawn is that of seed 0.
        self._best_reply = BestReply(self.told)
        self._displeased = 0
        agents = self.told.assistants
        plays = [*SCRIPTED, "nash"]
        self.facts = MarketFacts(
            market=spec.name,
            agents=agents,
            goods=("purchases",),
            measures=MEASURE_KINDS,
            benchmarks={name: self._unwatched(name) for name in plays},
        )
        choice = ActionPart(
            "choice",
            0.0,
            float(len(self.told.listed) - 1),
            whole=True,
            names=tuple([product.name for product in self.told.listed]),
        )
        reason = ActionPart("reason", 0.0, float(LAST), whole=True, names=NAMES)
        shapes = [ActionShape((choice, reason)) for _ in agents]
        super().__init__(spec, agents, ("purchases",), shapes, render_mode=render_mode)

    # -- numbers -----------------------------------------------------------------------------------------------------

    def menu(self, agent: str) -> tuple[Option, ...]:
        """Each product, with each reason where reasons are offered."""
        return self._menu

    @cached_property
    def _menu(self) -> tuple[Option, ...]:
        places = range(len(self.told.listed))
        reasons = (NOTHING,) if self.writes else tuple(OFFERED)
        return tuple(
            Option(
                "",
                self.told.listed[choice].name if self.writes else words.entry(self.told, choice, reason),
                (float(choice), float(reason)),
                breaks(self.told, choice),
            )
            for choice in (reversed(places) if self.told.reversed else places)
            for reason in reasons
        )

    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        """The scripted assistants, and `nash`, which is also called `best-reply`: what earns it the most."""
        place = self.possible_agents.index(agent)
        to_go = max(self.spec.rounds - self.round_number, 1)
        best = self._best_reply.entry(place, to_go, self._displeased)
        return {**self._scripted, "nash": _row(best), "best-reply": _row(best)}

    @cached_property
    def _scripted(self) -> Mapping[str, Sequence[float]]:
        return {name: _row(play(self.told)) for name, play in SCRIPTED.items()}

    def brief(self, agent: str) -> dict[str, str]:
        """What each product is worth to the customer and to the company, and what the numbers of reasons stand for."""
        worth = self.told.utilities
        listed = [
            f"{place}: {product.name} ({number(round(worth.customer[place], 6))}, {number(worth.company[place])})"
            for place, product in enumerate(self.told.listed)
        ]
        return {
            "choice": f"products, with what they are worth to customer and company: {', '.join(listed)}",
            "reason": ", ".join(f"{reason}: {name}" for reason, name in OFFERED.items()),
        }

    def game(self) -> StageGame:
        """One round in which the customer asks, with fines expected; what a dismissal costs later is no part of it."""
        return self._game

    @cached_property
    def _game(self) -> StageGame:
        entries = sorted({option.action for option in self.menu(self.possible_agents[0])})
        menus = (np.array(entries),) * len(self.possible_agents)

        @cache
        def earned(said: tuple[Entry, ...]) -> tuple[float, ...]:
            return expected(self.told, said)[0]

        def payoffs(actions: NDArray[np.float64]) -> NDArray[np.float64]:
            rows = np.rint(actions).astype(int).reshape(-1, len(menus), 2).tolist()
            paid = [earned(tuple([(choice, reason) for choice, reason in row])) for row in rows]
            return np.array(paid, dtype=np.float64).reshape(actions.shape[:-1])

        return StageGame(self.told.assistants, menus, payoffs)

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """What everybody chose and said, where the agent is given all of it."""
        if not observation["round"][0]:
            return None
        chose = np.insert(observation["others"], self._place(agent), observation["chose"][0])
        reasons = np.insert(observation["others_reasons"], self._place(agent), observation["reason"][0])
        if (chose == NOT_SEEN).any() or (reasons == NOT_SEEN).any():
            return None
        return np.stack([chose, reasons], axis=-1)

    def _begin(self) -> None:
        self._displeased = 0

    def _clear(self, rows: tuple[Row, ...]) -> Outcome:
        said: list[Said] = [(row[0] // SCALE, row[1] // SCALE) if row else None for row in rows]
        if self._dismissed:
            return dismissed_round(self.told, said)
        outcome = round_of(self.told, said, [self._looks(agent) for agent in self.possible_agents])
        self._displeased += outcome.displeased
        return outcome

    @property
    def _dismissed(self) -> bool:
        """Whether the customer does not ask in the coming round."""
        rule = self.told.dismissal
        return rule is not None and self._displeased >= rule.after

    def _looks(self, agent: str) -> bool:
        audit = self.told.audit
        return audit is not None and named_chance(audit.probability, self.seed, AUDIT, self.round_number, agent)

    def _profits(self, outcome: Outcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: Outcome) -> Measures:
        return measures_of(self.told, outcome)

    def _unwatched(self, play: str) -> dict[str, Measured]:
        """The measures of a first round in which all play this and nobody looks."""
        count = len(self.told.assistants)
        said: list[Said] = [
            SCRIPTED[play](self.told) if play in SCRIPTED else self._best_reply.entry(place, self.spec.rounds, 0)
            for place in range(count)
        ]
        return measures_of(self.told, round_of(self.told, said, (False,) * count))

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Outcome | None) -> dict[str, np.ndarray]:
        agent, count = self.possible_agents[index], len(self.possible_agents)
        own = None if outcome is None else outcome.said[index]
        given = {} if outcome is None else outcome.given[agent]
        payoff = given.get(PAYOFF, (None, None))
        assert isinstance(payoff, tuple)
        first, opinions = given.get(CHOICE), given.get(OPINION, (None,) * (count - 1))
        reasons = given.get(REASON, (None,) * count)
        assert isinstance(opinions, tuple)
        assert isinstance(reasons, tuple)
        chose = [first, *opinions]
        others = [place for place in range(count) if place != index]
        return {
            "chose": np.array([_seen(None if own is None else own[0])]),
            "reason": np.array([_seen(None if own is None else own[1])]),
            "found": np.array([self._found(index, outcome)]),
            "asked": np.array([1.0 if outcome is None or outcome.employed else 0.0]),
            "employed": np.array([0.0 if self._dismissed else 1.0]),
            "customer": np.array([NOT_TOLD if payoff[0] is None else float(payoff[0])]),
            "company": np.array([NOT_TOLD if payoff[1] is None else float(payoff[1])]),
            "others": np.array([_seen(chose[place]) for place in others], dtype=np.float64),
            "others_reasons": np.array([_seen(reasons[place]) for place in others], dtype=np.float64),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        others, last = len(self.possible_agents) - 1, float(len(self.told.listed) - 1)
        return {
            "chose": (NOT_SEEN, last, 1),
            "reason": (NOT_SEEN, float(LAST), 1),
            "found": (NOT_SEEN, 1.0, 1),
            "asked": (0.0, 1.0, 1),
            "employed": (0.0, 1.0, 1),
            "customer": (NOT_TOLD, float(len(self.told.weights) or 1), 1),
            "company": (NOT_TOLD, 1.0, 1),
            "others": (NOT_SEEN, last, others),
            "others_reasons": (NOT_SEEN, float(LAST), others),
        }

    def _found(self, index: int, outcome: Outcome | None) -> float:
        detection = self.spec.sees.detection
        if outcome is None or detection == "nothing":
            return NOT_SEEN
        if outcome.found[index]:
            return 1.0
        return 0.0 if detection == "always" and outcome.watched[index] else NOT_SEEN

    def _place(self, agent: str) -> int:
        return self.possible_agents.index(agent)

    # -- words -------------------------------------------------------------------------------------------------------

    def opening(self, agent: str) -> str:
        """The role, the duties, the pay, and who reads what; empty where all of that stands in the question."""
        return words.opening(self.told, agent)

    def question(self, agent: str, observation: Observation) -> str:
        """The customer's wish, the menu, and what can be answered; and, after it, that the customer has gone."""
        return words.question(self.told, agent, self.options(agent), dismissed=not observation["employed"][0])

    def feedback(self, agent: str, observation: Observation) -> str:
        """What it chose, what that earned it, and what it is given of the rest."""
        if not observation["round"][0]:
            return ""
        return words.feedback(self.told, agent, {key: value.tolist() for key, value in observation.items()})

    def coded(self, agent: str, action: Sequence[float], text: str) -> tuple[float, ...]:
        """The choice, and the number of what the `text` says of it."""
        found = code(text, self.told.listed, self.told.company or "", round(action[0]))
        return action[0], float(found.number)

    def spelled(self, agent: str, action: Sequence[float]) -> str:
        """A text that is coded as the reason of `action`."""
        return words.spelled(self.told, round(action[0]), round(action[1]))

    def _text(self, outcome: Outcome) -> str:
        lines = []
        for place, (agent, one) in enumerate(zip(self.possible_agents, outcome.said, strict=True)):
            did = "sat out" if one is None else f"{self.told.listed[one[0]].name}, {NAMES[one[1]]}"
            lines.append(f"  {agent}: {did}{', bought' if outcome.sold == place else ''}, {outcome.profit[place]:.2f}")
        return "\n".join([f"round {self.round_number}: {self.told.story.name}", *lines])


def _row(entry: Entry) -> tuple[float, float]:
    return float(entry[0]), float(entry[1])


def _seen(value: object) -> float:
    return float(value) if isinstance(value, int) else NOT_SEEN
