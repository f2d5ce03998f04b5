"""Conditional cooperation: as much as the others, or a little less."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.policies.public_goods.member import Member
from agoranomos.randomness import Randomness

Part = Annotated[Finite, Field(ge=0, le=1)]


class ConditionalCooperatorParameters(DocumentPart):
    """`start`: the part of its endowment that it gives first; `slope`: its answer to a unit given by the others.

    A slope below 1 is the self-serving bias for which cooperation decays. `obliged`: the least part that it gives while
    its standing in an institution is not the initial one.
    """

    start: Part = 1.0
    slope: Part = 0.9
    obliged: Part = 0.0


class ConditionalCooperator(Member[ConditionalCooperatorParameters, None]):
    """Gives, as a part of its endowment, what the others gave on average in the last round, times its slope.

    It punishes nobody. Source: Fischbacher, Gaechter and Fehr (2001), Are people conditionally cooperative?, Economics
    Letters 71; the decay: Fischbacher and Gaechter (2010), American Economic Review 100.
    """

    name = "conditional-cooperator"
    parameters_type = ConditionalCooperatorParameters
    facts = Facts("reciprocity", memory=2)

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The others' average, shaded; at least what it is obliged to."""
        if self.punishes_now(observation):
            return Decision(self.gives(0.0), None)
        part = self.parameters.start
        if observation["round"][0]:
            gave = self.others_gave(observation)
            gave = gave[~np.isnan(gave)]
            part = self.parameters.slope * float(gave.mean()) if gave.size else part
        if notice is not None and notice.state_index:
            part = max(part, self.parameters.obliged)
        return Decision(self.gives(part), None)
