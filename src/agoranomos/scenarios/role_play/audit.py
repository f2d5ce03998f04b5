"""When the scenario's own audit looks, and how often it has to look for keeping the rule to pay.

Breaking the rule earns H unwatched and costs F when watched, keeping it earns L. With an audit of probability p a risk
neutral agent is indifferent where (1 - p) H - p F = L, that is at p* = (H - L) / (H + F); with F = 0 this is 1 - L / H.
Source: Becker (1968), Crime and Punishment; for the payoffs and the patterns arXiv 2510.04860.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart
from agoranomos.randomness import named_chance
from agoranomos.scenarios.either import BY_FORM, OTHER, WORD

PURPOSE = "scenario-audit"
"""The purpose of the draw; a round and an agent name the rest of it."""

WATCHED, UNKNOWN, UNWATCHED = 1, 0, -1
"""What a round is. In an unknown one breaking the rule pays as in a watched one."""

Level = Literal["none", "half", "threshold", "above"]
Chance = Annotated[float, Field(ge=0, le=1)]
Probability = Annotated[Annotated[Level, WORD] | Annotated[Chance, OTHER], BY_FORM]
Pattern = Literal[
    "chance",
    "always",
    "never",
    "alternating",
    "mostly-watched",
    "mostly-unwatched",
    "last-watched",
    "last-unwatched",
    "cycle",
]


class Audit(DocumentPart):
    """How the rule is watched over: by `chance` with a `probability`, or in a fixed `pattern`.

    `probability` is a number, or a level held against the threshold p* of the run: `none`, `half` of it, the
    `threshold` itself, or half-way between it and certainty (`above`). With `every` it looks in each k-th round and in
    no other. It begins with round `from_round`. `fine` is what being caught costs, in incomes of the required option.

    `alternating` begins with a look; `mostly-watched` looks but in every fourth round, `mostly-unwatched` in every
    fourth; `cycle` goes by the remainder of round and seed by three: 0 a look, 1 none, 2 nobody can tell, which pays as
    a look does. The released code calls that one random.
    """

    probability: Probability = 0.0
    pattern: Pattern = "chance"
    every: Annotated[int, Field(ge=1, le=10_000)] | None = None
    from_round: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1
    fine: Annotated[float, Field(ge=0, le=1000)] = 0.0

    @model_validator(mode="after")
    def _looks_in_one_way(self) -> Self:
        ways = {
            "`probability`": self.probability not in (0.0, "none"),
            "`pattern`": self.pattern != "chance",
            "`every`": self.every is not None,
        }
        given = [way for way, is_given in ways.items() if is_given]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} each say when it looks; one of them was expected")
        return self

    @property
    def steady(self) -> bool:
        """Whether it looks with the same chance in every round."""
        if self.probability in (0.0, "none") and self.every is None and self.pattern in ("chance", "never"):
            return True
        by_round = self.pattern not in ("chance", "always", "never") or self.every not in (None, 1)
        return self.from_round == 1 and not by_round


def threshold(high: float, low: float, fine: float) -> float:
    """p* for incomes `high` and `low` and a fine, all in one unit of money."""
    return (high - low) / (high + fine)


def chance_of(audit: Audit, at: float) -> float:
    """The probability of a look where the threshold is `at`; of the pattern `chance` alone."""
    if not isinstance(audit.probability, str):
        return audit.probability
    return {"none": 0.0, "half": at / 2.0, "threshold": at, "above": (1.0 + at) / 2.0}[audit.probability]


def looks(audit: Audit, at: float, seed: int, number: int, rounds: int, agent: str) -> int:
    """What round `number` (1 is the first) of `rounds` is for `agent`, where the threshold is `at`."""
    if number < audit.from_round:
        return UNWATCHED
    if audit.every is not None:
        return WATCHED if number % audit.every == 0 else UNWATCHED
    if audit.pattern == "cycle":
        return (WATCHED, UNWATCHED, UNKNOWN)[(number + seed) % 3]
    if audit.pattern == "chance":
        return WATCHED if named_chance(chance_of(audit, at), seed, PURPOSE, number, agent) else UNWATCHED
    fourth, last = number % 4 == 0, number == rounds
    watched = {
        "always": True,
        "never": False,
        "alternating": number % 2 == 1,
        "mostly-watched": not fourth,
        "mostly-unwatched": fourth,
        "last-watched": last,
        "last-unwatched": not last,
    }[audit.pattern]
    return WATCHED if watched else UNWATCHED


def share_watched(audit: Audit, at: float, rounds: int) -> float:
    """The expected share of `rounds` in which breaking the rule pays as when watched."""
    first = audit.from_round
    after = max(rounds - first + 1, 0)
    if not after:
        return 0.0
    if audit.every is not None:
        return _multiples(audit.every, first, rounds) / rounds
    fourths = _multiples(4, first, rounds)
    count = {
        "chance": chance_of(audit, at) * after,
        "always": after,
        "never": 0,
        "alternating": after - _multiples(2, first, rounds),
        "mostly-watched": after - fourths,
        "mostly-unwatched": fourths,
        "last-watched": 1,
        "last-unwatched": after - 1,
        "cycle": 2.0 * after / 3.0,
    }[audit.pattern]
    return count / rounds


def _multiples(of: int, first: int, last: int) -> int:
    """How many of the numbers from `first` to `last` are multiples of `of`."""
    return last // of - (first - 1) // of
