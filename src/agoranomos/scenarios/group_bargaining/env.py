"""Group bargaining as a PettingZoo ParallelEnv: some must raise a number, the others lower it, and the median holds."""

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
from agoranomos.scenarios.asking import ordered, turned
from agoranomos.scenarios.group_bargaining import words
from agoranomos.scenarios.group_bargaining.clear import clear
from agoranomos.scenarios.group_bargaining.measures import MEASURE_KINDS, Round, measure_round
from agoranomos.scenarios.group_bargaining.moving import actions_of, benchmark_action
from agoranomos.scenarios.group_bargaining.replies import (
    proposal_schema,
    read_comment,
    read_proposal,
    written_proposal,
)
from agoranomos.scenarios.group_bargaining.seen import boxes, seen_by
from agoranomos.scenarios.group_bargaining.spec import GroupBargainingSpec
from agoranomos.scenarios.group_bargaining.telling import told_of
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import Answer
from agoranomos.scenarios.scenario import Scenario

BENCHMARKS = ("comply", "violate", "nash")


class GroupBargaining(Scenario[Round]):
    """Bargainers propose values, or, where the file has `moves`, places among these.

    What an agent observes: the `value` as it stands, its `role` (1 hiker, -1 presser), what it `chose` in the last
    round (one below the lowest action: nothing), and of those it is linked to either what they chose (`others`) or how
    many proposed more than what stood (`count`), and `others_rewards`. Rewards that are not shown are observed as 0.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "group_bargaining_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: GroupBargainingSpec

    def __init__(self, spec: GroupBargainingSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.setting = spec.setting or spec.known_settings()[0]
        self._start = float(spec.start[0])
        self._value = self._start
        self._least, self._most = actions_of(spec)
        rows = {name: [benchmark_action(spec, name, role, self._start) for role in spec.roles] for name in BENCHMARKS}
        self._nash = clear(spec, self._proposals(rows["nash"], self._start), self._start).profit.tolist()
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.bargainers,
            goods=("value",),
            measures=MEASURE_KINDS,
            benchmarks={
                name: measure_round(spec.roles, self._nash, self._played(row, self._start))
                for name, row in rows.items()
            },
        )
        names = () if spec.moves is None else tuple([words.move(change) for change in spec.moves])
        part = ActionPart("value" if spec.moves is None else "move", self._least, self._most, whole=True, names=names)
        shapes = [ActionShape((part,)) for _ in spec.bargainers]
        super().__init__(spec, spec.bargainers, ("value",), shapes, render_mode=render_mode)

    # -- numbers -----------------------------------------------------------------------------------------------------

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """`comply` moves the value in the role's direction, `violate` in the other, `nash` as far as it goes."""
        if benchmark not in BENCHMARKS:
            raise unknown_name("benchmark", benchmark, BENCHMARKS)
        return np.array([benchmark_action(self.spec, benchmark, self._role(agent), float(observation["value"][0]))])

    def brief(self, agent: str) -> dict[str, str]:
        """The side, its rule, and what the numbers of its action stand for."""
        side = self.setting.hikers if self._role(agent) > 0 else self.setting.pressers
        told = {"side": side, "subject": self.setting.subject, "rule": words.rule(self._role(agent))}
        if self.spec.moves is None:
            return told
        moves = "; ".join(f"{place} is to {words.move(change)}" for place, change in enumerate(self.spec.moves))
        return {**told, "move": moves}

    def game(self) -> StageGame:
        """The first round as a game; menus are the moves, or eleven values over the scale."""
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """What everybody chose, where that is shown and all answered."""
        if not observation["round"][0]:
            return None
        own = float(observation["chose"][0])
        others = np.asarray(observation.get("others", np.zeros(0)), dtype=np.float64)
        if len(others) + 1 != len(self.possible_agents) or min(own, *others) < self._least:
            return None
        return np.insert(others, self.possible_agents.index(agent), own)[:, None]

    @cached_property
    def _game(self) -> StageGame:
        count = len(self.spec.bargainers)
        places = 11 if self.spec.moves is None else len(self.spec.moves)
        menu = np.unique(np.rint(np.linspace(self._least, self._most, places)))[:, None]
        return StageGame(
            self.spec.bargainers,
            (menu,) * count,
            lambda actions: clear(self.spec, self._proposals(actions[..., 0], self._start), self._start).profit,
        )

    def _role(self, agent: str) -> int:
        return self.spec.roles[self.spec.bargainers.index(agent)]

    def _proposals(self, actions: Any, before: float) -> NDArray[np.float64]:
        """The values that actions propose, kept on the scale."""
        chosen = np.asarray(actions, dtype=np.float64)
        if self.spec.moves is None:
            return chosen
        changes = np.array(self.spec.moves, dtype=np.float64)[np.rint(chosen).astype(int)]
        kept: NDArray[np.float64] = np.clip(before + changes, self.spec.low, self.spec.high)
        return kept

    def _begin(self) -> None:
        self._value = self._start

    def _clear(self, rows: tuple[Row, ...]) -> Round:
        outcome = self._played([row[0] / SCALE if row else None for row in rows], self._value)
        self._value = outcome.value
        return outcome

    def _played(self, actions: Sequence[float | None], before: float) -> Round:
        here = np.array([action is not None for action in actions])
        filled = [self._least if action is None else action for action in actions]
        proposals = self._proposals(filled, before)
        settled = clear(self.spec, proposals, before, here)
        broke = settled.violated
        if self.spec.moves is not None:
            # At the end of the scale a move is cut off, and it is the move that keeps the rule or breaks it.
            changes = np.array(self.spec.moves)[np.rint(filled).astype(int)]
            broke = np.array(self.spec.roles) * changes <= 0
        return Round(
            tuple([float(one) if present else None for one, present in zip(proposals, here, strict=True)]),
            tuple([bool(did) if present else None for did, present in zip(broke, here, strict=True)]),
            before,
            float(settled.value),
            tuple(settled.profit.tolist()),
            tuple([None if action is None else float(action) for action in actions]),
        )

    def _profits(self, outcome: Round) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: Round) -> Measures:
        return measure_round(self.spec.roles, self._nash, outcome)

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Round | None) -> dict[str, np.ndarray]:
        value = self._value if outcome is None else outcome.value
        return seen_by(self.spec, index, self._linked_places[index], outcome, value)

    def _observation_boxes(self, index: int) -> Boxes:
        return boxes(self.spec, len(self._linked_places[index]))

    # -- words -------------------------------------------------------------------------------------------------------

    def opening(self, agent: str) -> str:
        """What is settled and how, the side, its rule, and the goal where there is one."""
        return words.opening(self.spec, self.setting, self._role(agent))

    def question(self, agent: str, observation: Observation) -> str:
        """The value as it stands, the metrics where they are carried over, and what is asked for."""
        coming, every = round(float(observation["round"][0])) + 1, self.spec.remind_every
        carried = self.spec.metrics == "question" and coming > 1
        return words.question(
            self.spec,
            self.options(agent),
            float(observation["value"][0]),
            self._role(agent),
            reminded=bool(every) and coming % every == 0,
            metrics=words.metrics(told_of(self.spec, self.neighbours(agent), observation)) if carried else "",
        )

    def feedback(self, agent: str, observation: Observation) -> str:
        """What was proposed, by whom as far as it is shown, the value, and the metrics where they stand here."""
        if not observation["round"][0]:
            return ""
        return words.feedback(self.spec, told_of(self.spec, self.neighbours(agent), observation))

    def options(self, agent: str) -> tuple[Option, ...]:
        """The moves in the order of this run; none where a number is asked for."""
        if self.spec.moves is None:
            return ()
        return ordered(
            [words.move(change) for change in self.spec.moves],
            [change * self._role(agent) <= 0 for change in self.spec.moves],
            self.spec.option_order,
            lettered=self.spec.options == "letters",
        )

    def orders(self) -> tuple[Self, ...]:
        """The same scenario with each move under each letter; alone where a number is asked for, or moves have none."""
        if self.spec.moves is None or self.spec.options != "letters":
            return (self,)
        _, *others = turned(self.spec.option_order, len(self.spec.moves))
        return (self, *(type(self)(self.spec.model_copy(update={"option_order": order})) for order in others))

    # -- replies -----------------------------------------------------------------------------------------------------

    def reply_schema(self, agent: str) -> dict[str, Any]:
        """A move, or a whole number on the scale with a comment where agents can talk."""
        if self.spec.moves is not None:
            return super().reply_schema(agent)
        talk = self.spec.talk
        return proposal_schema(self.spec.low, self.spec.high, None if talk is None else talk.characters)

    def read(self, agent: str, reply: str, *, finished: bool = True) -> Answer:
        """The move or the number that a reply proposes."""
        if self.spec.moves is not None:
            return super().read(agent, reply, finished=finished)
        return read_proposal(reply, self.spec.low, self.spec.high, finished=finished)

    def written(self, agent: str, action: Sequence[float]) -> str:
        """The reply that proposes this and says nothing else."""
        return super().written(agent, action) if self.spec.moves is not None else written_proposal(action[0])

    def spoken(self, agent: str, reply: str) -> str:
        """The comment in a reply, for all others to hear; empty where nobody can talk."""
        return "" if self.spec.talk is None else read_comment(reply, self.spec.talk.characters)

    def _text(self, outcome: Round) -> str:
        lines = [
            f"  {agent} ({'up' if role > 0 else 'down'}): "
            f"{'no proposal' if proposed is None else f'{proposed:g}'}{', against its role' if did else ''}"
            for agent, role, proposed, did in zip(
                self.possible_agents, self.spec.roles, outcome.proposals, outcome.violated, strict=True
            )
        ]
        said = f"round {self.round_number}: {self.setting.name}, from {outcome.before:g} to {outcome.value:g}"
        return "\n".join([said, *lines])
