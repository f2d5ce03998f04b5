"""What workers who play in a known way are predicted to do and cost under a contract, and how far a mean may stray."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from agoranomos.scenarios.hidden_action.contract import Contract, best_reply, pay
from agoranomos.scenarios.hidden_action.technology import Technology

Choices = Mapping[int | None, float]
"""How probable each level of effort is, None for declining."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The mean of a quantity, and its standard deviation from round to round and worker to worker."""

    mean: float
    deviation: float

    def error(self, count: int) -> float:
        """The standard error of a mean over so many draws."""
        return self.deviation / sqrt(count)


@dataclass(frozen=True, slots=True)
class Prediction:
    """One worker's round: whether it takes the contract, its level of effort if so, and what it costs the principal."""

    accepted: Moments
    effort: Moments | None
    cost: Moments


def plays(contract: Contract, technology: Technology, wanted: int) -> dict[str, Choices]:
    """What the scripted workers choose: the best reply, the wanted level, the least effort, anything alike."""
    levels = range(len(technology.levels))
    share = 1.0 / (1 + len(technology.levels))
    return {
        "best-reply": {best_reply(contract, technology, wanted=wanted): 1.0},
        "diligent": {wanted: 1.0},
        "shirker": {0: 1.0},
        "random": {None: share, **dict.fromkeys(levels, share)},
    }


def predicted(contract: Contract, technology: Technology, wanted: int, choices: Choices) -> Prediction:
    """The moments of a round, by enumeration of what is chosen, succeeds and is inspected."""
    costs: list[tuple[float, float]] = []
    for level, chance in choices.items():
        if level is None:
            costs.append((chance, 0.0))
            continue
        succeeds = technology.levels[level].success
        for success, p in ((True, succeeds), (False, 1.0 - succeeds)):
            for inspected, m in ((True, contract.inspection), (False, 1.0 - contract.inspection)):
                paid = pay(contract, technology, success=success, caught=inspected and level < wanted)
                costs.append((chance * p * m, paid + technology.inspection_cost * inspected))
    taken = sum([chance for level, chance in choices.items() if level is not None])
    efforts = [(chance / taken, float(level)) for level, chance in choices.items() if level is not None and taken > 0]
    return Prediction(
        accepted=_moments([(taken, 1.0), (1.0 - taken, 0.0)]),
        effort=_moments(efforts) if efforts else None,
        cost=_moments(costs),
    )


def _moments(draws: list[tuple[float, float]]) -> Moments:
    mean = sum([chance * value for chance, value in draws])
    variance = sum([chance * (value - mean) ** 2 for chance, value in draws])
    return Moments(mean, sqrt(max(0.0, variance)))
