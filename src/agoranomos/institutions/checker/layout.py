"""A standing as a row of integers: what can make a difference to what follows, and nothing else.

A row holds which kind of rival there is, the round (where a guard reads it), and for the agent, and its rivals where
conduct is joint, a block: state, counters, timer, limit, for each edge with a cooldown how many rounds ago it was
crossed (0: long enough), and the rounds spent in the state (where a guard reads them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.guards import Guard
from agoranomos.institutions.institution import Edge
from agoranomos.markets.facts import SCALE

Rows = npt.NDArray[np.int64]

TWIN, IDLE = 0, 1
RIVALS = ("every rival does the same", "no signal ever fires on a rival")
"""The kinds of rival, as a row's first cell counts them."""

_NUMBER = re.compile(r"(?<![\w.])\d+")
_REMAINDER = re.compile(r"%\s*(\d+)")
_CALL = re.compile(r"\[|\w\s*\(")  # a list, a call: `string(round)`, but not `streak % (2 + 3)`
_LONGEST = 50_000


@dataclass(frozen=True, slots=True)
class Clock:
    """A count of rounds without an end, folded: beyond `turn` only its remainder by `period` is kept.

    Beyond the largest number that a condition can compare it with, nothing but remainders can tell two counts apart.
    """

    turn: int
    period: int

    def fold(self, values: Rows) -> Rows:
        """Each count, or the one that stands for it."""
        return np.where(values > self.turn, self.turn + (values - self.turn) % self.period, values)

    @property
    def size(self) -> int:
        """How many counts are told apart, 0 included."""
        return self.turn + self.period + 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each part of a standing stands in a row, and how many values it can have."""

    bound: Bound
    joint: bool
    states: tuple[str, ...]
    counters: tuple[int, ...]
    timers: int
    limits: tuple[int, ...]
    cooling: tuple[Edge, ...]
    in_state: Clock | None
    round: Clock | None
    folds: tuple[Clock | None, ...]

    @property
    def first(self) -> int:
        """The column where the agent's own block begins."""
        return 1 + (self.round is not None)

    @property
    def width(self) -> int:
        """Columns of a block."""
        return 3 + len(self.counters) + len(self.cooling) + (self.in_state is not None)

    @property
    def ranges(self) -> tuple[int, ...]:
        """How many values each column can have."""
        block = (
            len(self.states),
            *(most + 1 if fold is None else fold.size for most, fold in zip(self.counters, self.folds, strict=True)),
            self.timers + 1,
            len(self.limits),
            *(edge.spec.cooldown + 1 for edge in self.cooling),
            *((self.in_state.size,) if self.in_state is not None else ()),
        )
        return (2, *((self.round.size,) if self.round is not None else ()), *block * (2 if self.joint else 1))

    def fold(self, rows: Rows) -> Rows:
        """The rows with each count folded that may be, in place."""
        for index, clock in enumerate(self.folds):
            if clock is not None:
                for column in self.columns(index):
                    rows[:, column] = clock.fold(rows[:, column])
        return rows

    def columns(self, counter: int) -> tuple[int, ...]:
        """Where a counter stands, in the agent's block and in its rivals'."""
        own = self.first + 1 + counter
        return (own, own + self.width) if self.joint else (own,)

    def state_of(self, rows: Rows) -> Rows:
        """The agent's state, as an index."""
        return rows[:, self.first]

    def counters_of(self, rows: Rows) -> Rows:
        """The agent's counters, one a column."""
        return rows[:, self.first + 1 : self.first + 1 + len(self.counters)]

    def timer_of(self, rows: Rows) -> Rows:
        """The rounds left to the agent's state."""
        return rows[:, self.first + 1 + len(self.counters)]

    def limit_of(self, rows: Rows) -> Rows:
        """The agent's limit, as an index of `limits`."""
        return rows[:, self.first + 2 + len(self.counters)]


def layout_of(bound: Bound) -> Layout:
    """The columns that a standing of this institution needs."""
    institution = bound.institution
    edges = tuple(institution.edges)
    limits = {0 if edge.spec.suspend else round((edge.spec.cap or 0) * SCALE) for edge in edges if _limits(edge)}
    return Layout(
        bound=bound,
        joint=len(bound.facts.agents) > 1 and is_joint(bound),
        states=institution.states,
        counters=tuple(most for _, most, _ in institution.counter_updates),
        timers=max((edge.spec.lasts + edge.spec.jitter for edge in edges), default=0),
        limits=(-1, *sorted(limits)),
        cooling=tuple(edge for edge in edges if edge.spec.cooldown),
        in_state=clock_of(bound, "rounds_in_state"),
        round=_late_enough(clock_of(bound, "round"), edges),
        folds=(None,) * len(institution.counter_updates),
    )


def _late_enough(clock: Clock | None, edges: tuple[Edge, ...]) -> Clock | None:
    """The rounds of a run, folded no earlier than every cooldown can have passed."""
    cooling = max((edge.spec.cooldown for edge in edges), default=0)
    return None if clock is None else replace(clock, turn=max(clock.turn, cooling + 1))


def is_joint(bound: Bound) -> bool:
    """Whether some guard looks at other agents' standings."""
    return bool(bound.compared or bound.watched)


def needs_company(bound: Bound) -> bool:
    """Whether anything depends on how many agents there are or on what they do."""
    asked = {name for guard in bound.institution.guards for name in guard.names}
    return is_joint(bound) or "firms" in asked


def _limits(edge: Edge) -> bool:
    return edge.spec.suspend or edge.spec.cap is not None


def is_strange(bound: Bound, name: str) -> bool:
    """Whether some guard looks at `name` otherwise than by comparisons, sums, products and remainders."""
    words = {name, f"least.{name}", f"most.{name}"}
    return any(words & set(guard.names) and _CALL.search(guard.text) for guard in bound.institution.guards)


def clock_of(bound: Bound, name: str) -> Clock | None:
    """Beyond which value of `name` no guard that reads it can tell more than a remainder; None where none reads it.

    A comparison with numbers of the text, parameters, counters and sums of them turns at most at their sum, one with
    products at most at the product; that is where the fold begins, if no ladder of fines is climbed beyond it.
    """
    words = {name, f"least.{name}", f"most.{name}"}
    reading = [guard for guard in bound.institution.guards if words & set(guard.names)]
    if not reading:
        return None
    rungs = [len(fine.rates) for fine in bound.fines.values() if fine.by == name]
    turn = max([*rungs, *(_farthest(bound, guard, words) for guard in reading)])
    period = int(np.lcm.reduce([1, *(int(n) for guard in reading for n in _REMAINDER.findall(guard.text) if int(n))]))
    return Clock(min(turn, _LONGEST), min(period, _LONGEST))


def _farthest(bound: Bound, guard: Guard, words: set[str]) -> int:
    most = {counter: largest for counter, largest, _ in bound.institution.counter_updates}
    numbers = [int(number) for number in _NUMBER.findall(guard.text)] + list(_constants(bound, guard))
    others = {name.removeprefix("least.").removeprefix("most.") for name in guard.names if name not in words}
    counted = [most[name] for name in sorted(others & most.keys())]
    together = sum(numbers) + sum(counted)
    return together * max([1, *numbers]) + 1 if "*" in guard.text or "/" in guard.text else together + 1


def _constants(bound: Bound, guard: Guard) -> Iterator[int]:
    for name in guard.names:
        value = bound.constants.get(name)
        if isinstance(value, int):
            yield abs(value)
