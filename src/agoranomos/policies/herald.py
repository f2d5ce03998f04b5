"""A policy that cheap talk is enough for: it proposes, and acts once everybody proposed the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from agoranomos.documents import DocumentPart
from agoranomos.institutions.notices import Notice
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, play
from agoranomos.randomness import Randomness


class HeraldParameters(DocumentPart):
    """`proposes`: the benchmark that it asks the others to play with it."""

    proposes: Literal["monopoly", "division", "efficient"] = "monopoly"


class Herald(Memoryless[HeraldParameters]):
    """Proposes a benchmark each round, and plays it once everybody proposed it in the last; until then Nash.

    While its standing is not the initial one it keeps silent and plays Nash. Where nobody can talk nobody is heard, and
    it plays Nash for ever: the difference is what talk does. Source: cheap talk as a means to coordinate, Farrell and
    Rabin (1996), Cheap Talk, Journal of Economic Perspectives 10.
    """

    name = "herald"
    parameters_type = HeraldParameters

    def __init__(self, parameters: HeraldParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self.require_benchmarks(parameters.proposes, "nash")
        self._proposal = f"let us play {parameters.proposes}"

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """What was proposed where all proposed it, else Nash; and the proposal again, in good standing."""
        market, agent = self.seat.market, self.seat.agent
        if notice is not None and notice.state_index:
            return play(tuple(market.play("nash", agent, observation).tolist()))
        heard = observation.get("messages", {})
        agreed = bool(heard) and all(text == self._proposal for text in heard.values())
        action = market.play(self.parameters.proposes if agreed else "nash", agent, observation)
        return replace(play(tuple(action.tolist())), message=self._proposal)
