"""Tabular Q-learning of Calvano and others, round by round, in any market with a menu."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, TypeAlias

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.on_menu import best, fine_of
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Scripted, as_action
from agoranomos.randomness import MAX_EXACT_INTEGER, Randomness

Row: TypeAlias = tuple[float, ...]
"""The values of one state, one number for each entry of the menu."""

State: TypeAlias = tuple[int, ...]
"""Everybody's last places on their menus, and then, where it counts, the own standing; empty places: nothing seen."""


class QLearningParameters(DocumentPart):
    """The paper's alpha, delta and beta; `by_standing`: the own state in the institution is part of the state.

    The default `decay` is for campaigns: one decision in twenty explores after 300 rounds. The paper's is 4e-6, which
    takes a million rounds; `agora reproduce calvano` plays those.
    """

    learning_rate: Annotated[Finite, Field(gt=0, le=1)] = 0.15
    discount: Annotated[Finite, Field(ge=0, lt=1)] = 0.95
    decay: Annotated[Finite, Field(ge=0)] = 0.01
    by_standing: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What was learned, and the decision that the next observation will judge (`decided` 0: none yet).

    `rows` holds the states that were met; others have the first values. `round` is when the decision was taken,
    `earned` the cumulative profit then, `fined` what fines took in rounds that were sat out since.
    """

    rows: Mapping[State, Row] = field(default_factory=dict)
    state: State = ()
    place: int = 0
    decided: int = 0
    round: int = 0
    earned: float = 0.0
    fined: float = 0.0


class QLearning(Scripted[QLearningParameters, Table]):
    """Learns what each action is worth after each round that it remembers, and explores less and less.

    In decision t it plays a uniform entry of its menu with probability `exp(-decay t)`, else the first best known one,
    and learns `Q(s, a) += rate (r + discount max Q(s', .) - Q(s, a))` from profit net of fines. Values begin at the
    discounted profit against uniform play. Source: Watkins and Dayan (1992), Q-learning; Calvano, Calzolari, Denicolo
    and Pastorello (2020), Artificial Intelligence, Algorithmic Pricing, and Collusion.
    """

    name = "q-learning"
    parameters_type = QLearningParameters
    facts = Facts("learning", memory=None, stochastic=True, needs=("game", "seen"), reads_profit=True, reads_fines=True)

    def __init__(self, parameters: QLearningParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._actions = tuple(as_action(row) for row in self.game.menus[seat.index].tolist())
        others = tuple(i for i in range(len(self.game.menus)) if i != seat.index)
        mean = self.game.table[..., seat.index].mean(axis=others)
        self._first: Row = tuple((mean / (1.0 - parameters.discount)).tolist())

    def start(self) -> Table:
        """Nothing is learned yet."""
        return Table()

    def act(
        self, observation: Observation, notice: Notice | None, memory: Table, randomness: Randomness
    ) -> Decision[Table]:
        """Learn from what the last decision brought, then explore or play the best known action."""
        now = int(observation["round"][0])
        earned = float(observation["cumulative_profit"][0])
        state = self._state(observation, notice)
        rows = memory.rows
        if memory.decided:
            net = earned - memory.earned - memory.fined - fine_of(notice)
            rows = self._learned(memory, state, net, now - memory.round)
        place = self._explored(memory.decided, randomness)
        if place is None:
            place = best(rows.get(state, self._first))
        return Decision(self._actions[place], Table(rows, state, place, memory.decided + 1, now, earned))

    def missed(self, observation: Observation, notice: Notice | None, memory: Table) -> Table:
        """Note a fine that comes while it sits out."""
        fine = fine_of(notice)
        return replace(memory, fined=memory.fined + fine) if fine else memory

    def _state(self, observation: Observation, notice: Notice | None) -> State:
        seen = self.seat.market.seen(self.seat.agent, observation)
        places = () if seen is None else tuple(self.game.nearest(i, row) for i, row in enumerate(seen))
        return (*places, notice.state_index if notice is not None else 0) if self.parameters.by_standing else places

    def _learned(self, memory: Table, state: State, net: float, passed: int) -> dict[State, Row]:
        """The rows after the update; the future counts `passed` rounds later, more than one after a suspension."""
        old = memory.rows.get(memory.state, self._first)
        target = net + self.parameters.discount**passed * max(memory.rows.get(state, self._first))
        value = (1.0 - self.parameters.learning_rate) * old[memory.place] + self.parameters.learning_rate * target
        return {**memory.rows, memory.state: (*old[: memory.place], value, *old[memory.place + 1 :])}

    def _explored(self, decided: int, randomness: Randomness) -> int | None:
        unit = MAX_EXACT_INTEGER + 1
        if randomness.integer("explore") >= math.exp(-self.parameters.decay * decided) * unit:
            return None
        return randomness.integer("try") * len(self._actions) // unit
