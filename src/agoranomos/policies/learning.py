"""A learner whose state includes its own standing, so that an institution can matter without a language model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, TypeAlias

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.outlook import Outlook, Plan, Quantities
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Scripted, as_action
from agoranomos.randomness import MAX_EXACT_INTEGER, Randomness

Row: TypeAlias = tuple[float, ...]
"""The values of one state, one number an action of the menu."""

BOTH, ALONE, BETRAYER, NEITHER = range(4)
"""Who divided last round: both sides; only this firm; only the others; nobody. The order of a standing's rows."""

DIVISION, NASH = 0, 2
"""Places on the menu: division, intermediate, Nash, best deviation."""


class LearnerParameters(DocumentPart):
    """The parameters of tabular Q-learning, and the sharpness of the menu's intermediate action.

    The defaults learn small differences slowly, because the values begin at an equilibrium whose best deviation is
    only 2% worse: at a rate of 0.02 the other side's experiments (one round in a hundred) do not tip it over, while a
    fine in every round does so within some tens of rounds.
    """

    learning_rate: Annotated[Finite, Field(gt=0, le=1)] = 0.02
    discount: Annotated[Finite, Field(ge=0, lt=1)] = 0.95
    exploration: Annotated[Finite, Field(ge=0, le=1)] = 0.01
    intermediate: Annotated[Finite, Field(ge=0, le=1)] = 0.8


@dataclass(frozen=True, slots=True)
class Learned:
    """The Q table, and the decision that the next observation will judge (`round` -1: none yet).

    `values` has four rows a standing, in the order of the institution's states. `earned` is the cumulative profit
    when the decision was taken, `fined` what fines took in rounds that were sat out since.
    """

    values: tuple[Row, ...]
    row: int = 0
    action: int = DIVISION
    round: int = -1
    earned: float = 0.0
    fined: float = 0.0


class Learner(Scripted[LearnerParameters, Learned]):
    """Q-learning over (own standing, who divided last round), from profit net of fines; it begins by dividing.

    A standing's values begin at those of win-stay, lose-shift in the market without an institution: divide after a
    round in which both sides did or neither did, else play Nash. So a division survives its own experiments, and
    falls to sanctions that make it pay less. Source: Watkins and Dayan (1992), Q-learning; Calvano et al. (2020),
    Artificial Intelligence, Algorithmic Pricing, and Collusion; Nowak and Sigmund (1993) for win-stay, lose-shift.
    """

    name = "learner"
    parameters_type = LearnerParameters
    facts = Facts(
        "learning",
        memory=None,
        stochastic=True,
        needs=("cournot",),
        reads_profit=True,
        reads_fines=True,
        reads_standing=True,
    )

    def __init__(self, parameters: LearnerParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        outlook = self.outlook
        division = outlook.division_plan(1.0)
        self._menu: tuple[Quantities, ...] = (
            outlook.division(1.0),
            outlook.division(parameters.intermediate),
            outlook.nash_quantities,
            outlook.best_response(outlook.rivals_total(division)),
        )
        self._actions = tuple(as_action(quantities) for quantities in self._menu)
        self._divides = tuple(quantities == self._menu[DIVISION] for quantities in self._menu)
        self._nash_profit = outlook.profit(self._menu[NASH], outlook.nash_plan)
        gain = outlook.profit(self._menu[DIVISION], division) - self._nash_profit
        # The unit of reward is the rent of division, so that a learning rate means the same in every market.
        self._unit = gain if gain > 0.0 else max(abs(self._nash_profit), 1.0)
        self._own_goods = outlook.own_goods
        self._intrusion = _intrusion(outlook, parameters.intermediate)
        self._initial = self._win_stay_lose_shift()

    def start(self) -> Learned:
        """The values of win-stay, lose-shift in the first standing; others are added when they are first met."""
        return Learned(self._initial)

    def act(
        self, observation: Observation, notice: Notice | None, memory: Learned, randomness: Randomness
    ) -> Decision[Learned]:
        """Learn from the last decision's net profit, then play the best known action, or now and then any."""
        now = int(observation["round"][0])
        earned = float(observation["cumulative_profit"][0])
        row = 4 * (notice.state_index if notice is not None else 0)
        values = memory.values
        while row >= len(values):
            values += self._initial
        if memory.round >= 0:
            row += self._last_outcome(observation, memory, now)
            values = self._learn(values, memory, now, row, earned - memory.earned - memory.fined - _fine(notice))
        chances = values[row]
        # One integer serves twice: below the exploration rate it is itself uniform over the menu.
        draw = randomness.integer("explore") / (MAX_EXACT_INTEGER + 1)
        exploration = self.parameters.exploration
        action = int(draw / exploration * len(chances)) if draw < exploration else chances.index(max(chances))
        return Decision(self._actions[action], Learned(values, row, action, now, earned))

    def missed(self, observation: Observation, notice: Notice | None, memory: Learned) -> Learned:
        """Note the fine of the last round, which a suspended firm is told of while it is not asked."""
        fine = _fine(notice)
        return replace(memory, fined=memory.fined + fine) if fine else memory

    def _learn(self, values: tuple[Row, ...], memory: Learned, now: int, row: int, net: float) -> tuple[Row, ...]:
        """The table after `Q(s, a) += rate (r + discount^k max Q(s') - Q(s, a))`, with r in units of division's rent.

        k is the number of rounds since the decision: more than one when the firm was suspended meanwhile, and then r
        is what all of them brought.
        """
        passed = now - memory.round
        reward = (net - passed * self._nash_profit) / self._unit
        target = reward + self.parameters.discount**passed * max(values[row])
        old = values[memory.row]
        place, learned = memory.action, old[memory.action]
        learned += self.parameters.learning_rate * (target - learned)
        updated = (*old[:place], learned, *old[place + 1 :])
        return (*values[: memory.row], updated, *values[memory.row + 1 :])

    def _last_outcome(self, observation: Observation, memory: Learned, now: int) -> int:
        rivals = self.outlook.rivals_observed(observation)
        respected = sum([rivals[j] for j in self._own_goods]) <= self._intrusion
        # A firm that was suspended in the last round divided nothing in it.
        divided = self._divides[memory.action] and now == memory.round + 1
        return (BOTH if respected else ALONE) if divided else (BETRAYER if respected else NEITHER)

    def _win_stay_lose_shift(self) -> tuple[Row, ...]:
        """Q of each outcome and action when everybody follows win-stay, lose-shift afterwards, in closed form.

        With V = u + discount V' : V(same) = u_division / (1 - discount) after BOTH and NEITHER, when all divide for
        ever; V(different) = u_nash + discount V(same) after one round of Nash play. u is in units of division's rent
        over Nash.
        """
        discount, outlook = self.parameters.discount, self.outlook
        division = outlook.division_plan(1.0)
        divided, fallen = self._reward(DIVISION, division), self._reward(NASH, outlook.nash_plan)
        same = divided / (1.0 - discount)
        different = fallen + discount * same
        return tuple(
            tuple(
                self._reward(action, plan) + discount * (same if self._divides[action] == others_divide else different)
                for action in range(len(self._menu))
            )
            for others_divide, plan in (
                (True, division),
                (False, outlook.nash_plan),
                (False, outlook.nash_plan),
                (True, division),
            )
        )

    def _reward(self, action: int, plan: Plan) -> float:
        return (self.outlook.profit(self._menu[action], plan) - self._nash_profit) / self._unit


def _intrusion(outlook: Outlook, intermediate: float) -> float:
    """The rivals' total in a firm's own goods above which they do not respect the division.

    Half-way from the division to the mildest alternative on the menu that brings more.
    """

    def brought(plan: Plan) -> float:
        rivals = outlook.rivals_total(plan)
        return sum(rivals[j] for j in outlook.own_goods)

    respected = brought(outlook.division_plan(1.0))
    alternatives = [brought(outlook.division_plan(intermediate)), brought(outlook.nash_plan)]
    return (respected + min((total for total in alternatives if total > respected), default=respected)) / 2.0


def _fine(notice: Notice | None) -> float:
    """The fine of the last round, in the market's money."""
    return 0.0 if notice is None else notice.fine_e6 / 1e6
