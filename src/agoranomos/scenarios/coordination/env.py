"""Coordination as a PettingZoo ParallelEnv: an option that pays where enough take it, and perhaps a rule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.markets.stage_game import StageGame
from agoranomos.markets.threshold_public_goods import Equilibria, equilibria
from agoranomos.scenarios.asking import ordered, turned
from agoranomos.scenarios.coordination import words
from agoranomos.scenarios.coordination.clear import COLLECTIVE, INDEPENDENT, REPORT, clear, violating
from agoranomos.scenarios.coordination.measures import MEASURE_KINDS, Round, broken_by, measure_round
from agoranomos.scenarios.coordination.playing import first_to_report, invented, play_round
from agoranomos.scenarios.coordination.seen import NOT_SEEN, boxes, seen_by
from agoranomos.scenarios.coordination.spec import CoordinationSpec
from agoranomos.scenarios.coordination.telling import told_of
from agoranomos.scenarios.coordination.theory import at_nash, audit_threshold, audited_game, watched_chance
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.role_play.audit import UNWATCHED, looks
from agoranomos.scenarios.scenario import Exchange, Scenario


class Coordination(Scenario[Round]):
    """Agents take the independent option (0) or the collective one (1), or the latter with a report on it (2).

    What an agent observes of the last round: what it `chose` (-1: nothing), whether it was `detected` (1 or 0; -1 where
    that is not told), `success` (-1 where it is not told), its `capital`, and of those it is linked to either what they
    chose (`others`, -1 for nothing) or how many took the collective option (`count`), and `others_rewards`. Rewards and
    capital that are not shown are observed as 0. Agents in `seeded` seats take the option that is seeded.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "coordination_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: CoordinationSpec

    def __init__(self, spec: CoordinationSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.setting = spec.setting or spec.known_settings()[0]
        self.audit_threshold = audit_threshold(spec)
        self.equilibria: Equilibria = equilibria(audited_game(spec))
        players = spec.players
        seats = () if spec.seeded is None else spec.seeded.taken(spec.linked(players), 0)
        self.seeded = frozenset(seats)
        duty, count = spec.rule == "collective", at_nash(spec)
        self._plays = {
            "comply": (COLLECTIVE if duty else INDEPENDENT,) * len(players),
            "violate": (INDEPENDENT if duty else COLLECTIVE,) * len(players),
            "nash": tuple([COLLECTIVE if place < count else INDEPENDENT for place in range(len(players))]),
            "efficient": (COLLECTIVE,) * len(players),
        }
        self._stage = spec.game()
        first, chance = (spec.capital,) * len(players), watched_chance(spec)
        expected = clear(spec, self._plays["nash"], first, True, chance)
        self._nash = [earned / spec.capital for earned in expected.profit.tolist()]
        self.facts = MarketFacts(
            market=spec.name,
            agents=players,
            goods=("capital",),
            measures=MEASURE_KINDS,
            benchmarks={
                name: measure_round(spec, self._nash, self._played(choices, (False,) * len(players), first, first))
                for name, choices in self._plays.items()
            },
        )
        self._capital = first
        choice = ActionPart("choice", 0.0, spec.choices - 1.0, whole=True, names=words.texts(self.setting, spec))
        super().__init__(
            spec, players, ("capital",), [ActionShape((choice,)) for _ in players], render_mode=render_mode
        )

    # -- numbers -----------------------------------------------------------------------------------------------------

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The option at a benchmark; `nash` is the equilibrium with the fewest who take the collective option."""
        if benchmark not in self._plays:
            raise unknown_name("benchmark", benchmark, self._plays)
        if agent in self.seeded:
            return np.array([float(self._seed_choice)])
        return np.array([float(self._plays[benchmark][self.possible_agents.index(agent)])])

    def brief(self, agent: str) -> dict[str, str]:
        """What the options are, what follows from them, and what the rule is."""
        texts = words.texts(self.setting, self.spec)
        factors = self.spec.factors
        told = {
            "choice": "; ".join(f"{place} is to {text}" for place, text in enumerate(texts)),
            "threshold": f"{self.spec.threshold[0]} of {len(self.spec.players)}",
            "factors": f"{factors.high:g} for all where the threshold is reached; else {factors.low:g} for those who "
            f"{self.setting.collective} and {factors.normal:g} for the others",
        }
        return told if self.spec.rule == "none" else {**told, "rule": words.rule(self.spec, self.setting)}

    def game(self) -> StageGame:
        """One round with the first capital, audits and the order of reports in expectation."""
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """What everybody chose, where that is shown and all answered."""
        if not observation["round"][0]:
            return None
        own = float(observation["chose"][0])
        others = np.asarray(observation.get("others", np.zeros(0)), dtype=np.float64)
        if len(others) + 1 != len(self.possible_agents) or own == NOT_SEEN or (others == NOT_SEEN).any():
            return None
        return np.insert(others, self.possible_agents.index(agent), own)[:, None]

    @property
    def _seed_choice(self) -> int:
        assert self.spec.seeded is not None
        return COLLECTIVE if self.spec.seeded.choice == "collective" else INDEPENDENT

    @cached_property
    def _game(self) -> StageGame:
        spec, menu = self.spec, np.arange(float(self.spec.choices))[:, None]
        chance = watched_chance(spec)
        return StageGame(
            spec.players,
            (menu,) * len(spec.players),
            lambda actions: clear(spec, np.rint(actions[..., 0]), spec.capital, True, chance).profit,
        )

    def _begin(self) -> None:
        self._capital = (self.spec.capital,) * len(self.possible_agents)

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        row, changed = super()._counted(agent, action)
        if agent not in self.seeded or not row:
            return row, changed
        seeded = (self._seed_choice * SCALE,)
        return seeded, changed or row != seeded

    def _clear(self, rows: tuple[Row, ...]) -> Round:
        choices = tuple([row[0] // SCALE if row else None for row in rows])
        began = self._capital if self.spec.compounding else (self.spec.capital,) * len(rows)
        watched = tuple([self._watched(agent) for agent in self.possible_agents])
        outcome = self._played(choices, watched, began, self._capital)
        self._capital = outcome.capital
        return outcome

    def _watched(self, agent: str) -> bool:
        if self.spec.rule == "none":
            return False
        number, rounds = self.round_number, self.spec.rounds
        return looks(self.spec.audit, self.audit_threshold, self.seed, number, rounds, agent) != UNWATCHED

    def _played(
        self,
        choices: tuple[int | None, ...],
        watched: tuple[bool, ...],
        began: tuple[float, ...],
        owned: tuple[float, ...],
    ) -> Round:
        reporting = [self.spec.players[place] for place, choice in enumerate(choices) if choice == REPORT]
        first = first_to_report(reporting, self.seed, self.round_number) if reporting else None
        return play_round(self.spec, self._stage, choices, watched, began, owned, first, self.seeded)

    def _profits(self, outcome: Round) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: Round) -> Measures:
        return measure_round(self.spec, self._nash, outcome)

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Round | None) -> dict[str, np.ndarray]:
        capital = self._capital if outcome is None else outcome.capital
        return seen_by(self.spec.sees, index, self._linked_places[index], self._broken(outcome), outcome, capital)

    def _observation_boxes(self, index: int) -> Boxes:
        return boxes(self.spec.sees, len(self._linked_places[index]), self.spec.choices - 1)

    def _broken(self, outcome: Round | None) -> tuple[bool | None, ...]:
        return () if outcome is None else broken_by(self.spec, outcome)

    # -- words -------------------------------------------------------------------------------------------------------

    def opening(self, agent: str) -> str:
        """The group, the rule, the harm where it is stated, and the goal where there is one."""
        return words.opening(self.spec, self.setting)

    def question(self, agent: str, observation: Observation) -> str:
        """What follows from what, the rule where it is due, and the options."""
        return self._asked(agent, round(float(observation["round"][0])) + 1)

    def feedback(self, agent: str, observation: Observation) -> str:
        """What it chose, whether it was caught, what the others did, whether that sufficed and what it earned."""
        if not observation["round"][0]:
            return ""
        earned = float(observation["round_profit"][0]) if self.spec.sees.own_reward else None
        return words.feedback(told_of(observation, self.neighbours(agent), earned), self.spec, self.setting)

    def options(self, agent: str) -> tuple[Option, ...]:
        """All options in the order of this run; in a seeded seat only the one that is seeded."""
        every = tuple(range(self.spec.choices))
        put = ordered(
            words.texts(self.setting, self.spec),
            [bool(one) for one in violating(self.spec, every)],
            self.spec.option_order,
            lettered=self.spec.options == "letters",
        )
        if agent not in self.seeded:
            return put
        return tuple([option for option in put if option.action == (float(self._seed_choice),)])

    def orders(self) -> tuple[Self, ...]:
        """The same scenario with each option under each letter; alone where options stand under their own texts."""
        if self.spec.options != "letters":
            return (self,)
        _, *others = turned(self.spec.option_order, self.spec.choices)
        return (self, *(type(self)(self.spec.model_copy(update={"option_order": order})) for order in others))

    def fabricated(self, agent: str) -> tuple[Exchange, ...]:
        """Rounds that nobody looked at, each with the first capital, told as rounds that happened are.

        There are none in a seeded seat, where nobody is asked.
        """
        made = self.spec.fabricated
        if made is None or agent in self.seeded:
            return ()
        exchanges = []
        for place in range(made.rounds):
            choices = invented(self.spec, agent, self.neighbours(agent), made.violates(place))
            first = (self.spec.capital,) * len(choices)
            outcome = self._played(choices, (False,) * len(choices), first, first)
            index = self.possible_agents.index(agent)
            linked = self._linked_places[index]
            seen = seen_by(self.spec.sees, index, linked, self._broken(outcome), outcome, outcome.capital)
            earned = outcome.profit[index] if self.spec.sees.own_reward else None
            told = words.feedback(told_of(seen, self.neighbours(agent), earned), self.spec, self.setting)
            written = self.written(agent, (float(choices[index]),))
            exchanges.append(Exchange(self._asked(agent, place + 1), written, told))
        return tuple(exchanges)

    def _asked(self, agent: str, coming: int) -> str:
        every = self.spec.remind_every
        return words.question(
            self.spec, self.setting, self.options(agent), reminded=bool(every) and coming % every == 0
        )

    def _text(self, outcome: Round) -> str:
        texts = words.texts(self.setting, self.spec)
        lines = [
            f"  {agent}: {'sat out' if took is None else texts[took]}{', caught' if caught else ''}, earned {paid:.2f}"
            for agent, took, caught, paid in zip(
                self.possible_agents, outcome.choices, outcome.caught, outcome.profit, strict=True
            )
        ]
        reached = "reached" if outcome.success else "not reached"
        return "\n".join([f"round {self.round_number}: {self.setting.name}, threshold {reached}", *lines])
