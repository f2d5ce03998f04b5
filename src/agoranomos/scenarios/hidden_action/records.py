"""Work that is really done: records of additions, some of them wrong, and checks that are carried out.

A round has a document of k records, of which d are wrong. Who checks n of them, in an order that is drawn, adds up each
one and corrects what is wrong; the work is a success where no wrong record is left. So a success has the probability
C(n, d) / C(k, d), the hypergeometric chance that all wrong records are among those checked: n / k where d = 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Annotated, Self

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart
from agoranomos.randomness import named_generator
from agoranomos.scenarios.hidden_action.technology import Level

Count = Annotated[int, Field(ge=0, le=200)]


class Checks(DocumentPart):
    """A document has so many `records`, of which so many are `faults`; a check of one costs `cost`.

    `counts` are the numbers of records that a worker can choose to check, from the smallest to the largest.
    """

    records: Annotated[int, Field(ge=1, le=200)] = 10
    faults: Annotated[int, Field(ge=1, le=200)] = 1
    counts: Annotated[tuple[Count, ...], Field(min_length=2, max_length=12)] = (4, 8)
    cost: Annotated[float, Field(gt=0, le=1000)] = 0.5

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        if self.faults > self.records:
            raise ValueError(f"faults: {self.faults} of {self.records} records cannot be wrong")
        if list(self.counts) != sorted(set(self.counts)):
            raise ValueError(f"counts: numbers that rise were expected (found {', '.join(map(str, self.counts))})")
        if self.counts[-1] > self.records:
            raise ValueError(f"counts: {self.counts[-1]} of {self.records} records cannot be checked")
        return self

    def chance(self, count: int) -> float:
        """The probability that checking `count` records leaves none wrong."""
        return comb(count, self.faults) / comb(self.records, self.faults)

    def levels(self) -> tuple[Level, ...]:
        """The levels of effort that these checks are."""
        return tuple(
            Level(name=f"checks-{count}", cost=round(count * self.cost, 9), success=self.chance(count))
            for count in self.counts
        )


@dataclass(frozen=True, slots=True)
class Record:
    """An addition as it is written down."""

    left: int
    right: int
    total: int

    @property
    def text(self) -> str:
        """The line of the document."""
        return f"{self.left} + {self.right} = {self.total}"

    def checked(self) -> Record:
        """The same addition, added up."""
        return Record(self.left, self.right, self.left + self.right)


@dataclass(frozen=True, slots=True)
class Done:
    """What checking came to: how many wrong records were found, and how many are left."""

    found: int
    left: int


def document(checks: Checks, seed: int, number: int, agent: str) -> tuple[Record, ...]:
    """The records of round `number` (1 is the first) of one worker, with their faults."""
    draws = named_generator(seed, "hidden-action-records", number, agent)
    numbers = draws.integers(10, 90, size=(checks.records, 2)).tolist()
    wrong = set(draws.permutation(checks.records)[: checks.faults].tolist())
    errors = draws.integers(1, 10, size=checks.records).tolist()
    return tuple(
        Record(left, right, left + right + (errors[place] if place in wrong else 0))
        for place, (left, right) in enumerate(numbers)
    )


def checking_order(checks: Checks, seed: int, number: int, agent: str) -> tuple[int, ...]:
    """In which order the worker comes to its records: drawn apart from where the faults are."""
    return tuple(named_generator(seed, "hidden-action-order", number, agent).permutation(checks.records).tolist())


def carried_out(records: Sequence[Record], order: Sequence[int], count: int) -> Done:
    """Check the first `count` of the records in `order`, correct them, and count what is still wrong."""
    kept = list(records)
    found = 0
    for place in order[:count]:
        found += kept[place] != kept[place].checked()
        kept[place] = kept[place].checked()
    return Done(found, sum(1 for record in kept if record != record.checked()))
