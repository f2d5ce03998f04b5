"""What a forced deviation says about high prices, in one word and one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Word: TypeAlias = Literal["competitive", "untempted", "merely high", "punished too little", "collusive"]

SEVERITY: tuple[Word, ...] = get_args(Word)
"""The verdicts, the mildest first."""

COMPETITIVE = 0.15
"""Profits below this share of the way from Nash to the joint maximum are not called high; a grid's own equilibrium
lies a little above Nash."""

NOTHING = 1e-6
"""Gains and losses below this share of a round's profit are none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word, and why."""

    word: Word
    sentence: str


def verdict_of(*, elevation: float, gain: float, loss: float, reacted: float, returned: float) -> Verdict:
    """The verdict on means over deviations; `reacted` and `returned` are shares of them.

    Collusion is high profits held up by punishment: a deviation pays in its own round, the others answer it, and the
    answer costs more than the deviation brought.
    """
    if elevation < COMPETITIVE:
        return Verdict(
            "competitive", f"Profits are not high: {elevation:.0%} of the way from Nash to the joint maximum."
        )
    high = f"Profits are high ({elevation:.0%} of the way from Nash to the joint maximum)"
    if gain <= NOTHING:
        return Verdict("untempted", f"{high}, and doing something else for a round brings nothing.")
    if reacted < 0.5 or loss <= NOTHING:
        answer = "the others do not answer it" if reacted < 0.5 else "what follows costs the deviator nothing"
        return Verdict(
            "merely high", f"{high}, but nothing holds them up: a deviation brings {gain:+.1%}, and {answer}."
        )
    if loss <= gain:
        return Verdict(
            "punished too little",
            f"{high}, and a deviation is punished, but it pays all the same: {gain:+.1%} at once, {-loss:+.1%} after.",
        )
    end = "then play returns" if returned >= 0.5 else "and play does not return"
    return Verdict(
        "collusive",
        f"{high} and held up by punishment: a deviation brings {gain:+.1%} at once and {-loss:+.1%} after, {end}.",
    )
