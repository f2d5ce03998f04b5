"""Win-stay, lose-shift."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from agoranomos.documents import DocumentPart, Finite, Name
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.on_menu import fine_of
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Scripted
from agoranomos.randomness import Randomness


class WinStayLoseShiftParameters(DocumentPart):
    """`cooperate` and `defect`: the benchmarks between which it shifts; left out, the joint optimum and `nash`.

    `aspiration`: the profit of a round that counts as won; left out, half-way between the two benchmarks' profits.
    """

    cooperate: Name | None = None
    defect: Name = "nash"
    aspiration: Finite | None = None


@dataclass(frozen=True, slots=True)
class LastRound:
    """Whether it cooperated in its last decision, what that drew in fines since, and the profit of all rounds then."""

    cooperated: bool = True
    earned: float = 0.0
    fined: float = 0.0
    begun: bool = False


class WinStayLoseShift(Scripted[WinStayLoseShiftParameters, LastRound]):
    """Repeats what it did when that earned what it aspires to, fines deducted, and else does the other thing.

    It shifts between cooperation and defection: in the prisoner's dilemma it is Pavlov, and a market in which all
    play it returns to cooperation after two rounds. Source: Kraines and Kraines (1989), Pavlov and the Prisoner's
    Dilemma; Nowak and Sigmund (1993), A strategy of win-stay, lose-shift that outperforms tit-for-tat.
    """

    name = "win-stay-lose-shift"
    parameters_type = WinStayLoseShiftParameters
    facts = Facts("reciprocity", memory=1, needs=("play", "seen"), reads_profit=True, reads_fines=True)

    def __init__(self, parameters: WinStayLoseShiftParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._cooperate = parameters.cooperate or self.joint_optimum()
        self.require_benchmarks(self._cooperate, parameters.defect)
        won, lost = self._profit_at(self._cooperate), self._profit_at(parameters.defect)
        self._aspiration = (won + lost) / 2.0 if parameters.aspiration is None else parameters.aspiration

    def start(self) -> LastRound:
        """It begins by cooperating."""
        return LastRound()

    def act(
        self, observation: Observation, notice: Notice | None, memory: LastRound, randomness: Randomness
    ) -> Decision[LastRound]:
        """Stay after a win, shift after a loss."""
        earned = float(observation["cumulative_profit"][0])
        cooperates = True
        if memory.begun:
            did = self._did_cooperate(observation, memory)
            net = earned - memory.earned - memory.fined - fine_of(notice)
            # Who is not told what it earned has neither won nor lost.
            won = net >= self._aspiration or not self.seat.market.shows_profit
            cooperates = did if won else not did
        action = self.benchmark(self._cooperate if cooperates else self.parameters.defect, observation)
        return Decision(action, LastRound(cooperates, earned, begun=True))

    def missed(self, observation: Observation, notice: Notice | None, memory: LastRound) -> LastRound:
        """A fine that comes while it sits out counts against what it did last."""
        return replace(memory, fined=memory.fined + fine_of(notice))

    def _did_cooperate(self, observation: Observation, memory: LastRound) -> bool:
        """Which of the two it did last: the nearer one to what it sees of itself, as others may have disturbed it."""
        seen = self.seat.market.seen(self.seat.agent, observation)
        if seen is None:
            return memory.cooperated
        away = [
            float(np.abs(seen[self.seat.index] - self.benchmark(name, observation)).sum())
            for name in (self._cooperate, self.parameters.defect)
        ]
        return away[0] < away[1] if away[0] != away[1] else memory.cooperated

    def _profit_at(self, benchmark: str) -> float:
        published = self.seat.market.facts.benchmarks.get(benchmark, {}).get("profit_e6")
        own = published[self.seat.index] if isinstance(published, tuple) else None
        if isinstance(own, int):
            return own / 1e6
        if self.parameters.aspiration is not None:
            return 0.0
        raise UsageError(
            f"policy {self.name!r}: {self.seat.market.facts.market} publishes no profit at {benchmark!r}",
            advice="Give the parameter aspiration.",
        )
