"""What the tables hold, as values: one `ArmData` an arm, one `RunData` a run.

Shapes: T rounds, N agents, M goods; undefined measures are NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.analysis.choices import ChoiceDecision
from agoranomos.analysis.tiers import Array

if TYPE_CHECKING:
    from agoranomos.analysis.run_blocks import RunBlock

Flags: TypeAlias = NDArray[np.bool_]
Counts: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark outcome of an arm's market, per round: price (M,), profit (N,), HHI (M,), CV (N,).

    Arrays are empty and numbers NaN where the market has no such measure. `others` are its other measures by name,
    each as a mean over agents and goods.
    """

    price: Array
    profit: Array
    consumer_surplus: float
    welfare: float
    hhi: Array
    cv: Array
    others: Mapping[str, float] = field(default_factory=dict)

    @property
    def mean_price(self) -> float:
        """The mean price over goods; NaN where there are none."""
        return float(self.price.mean()) if self.price.size else float("nan")

    @property
    def total_profit(self) -> float:
        """The profits of all agents; NaN where they are unknown."""
        return float(self.profit.sum()) if self.profit.size else float("nan")


UNKNOWN = Benchmark(np.array([]), np.array([]), float("nan"), float("nan"), np.array([]), np.array([]))
"""Stands for a benchmark that a market does not have."""


@dataclass(frozen=True, slots=True)
class RunData:
    """One finished run. Money is before fines unless it says so; `suspended` is per agent."""

    seed: int
    root: str
    price: Array  # (T, M)
    hhi: Array  # (T, M)
    price_elevation: Array  # (T, M)
    consumer_surplus: Array  # (T,)
    welfare: Array  # (T,)
    profit: Array  # (T, N)
    fine: Array  # (T, N)
    cv: Array  # (T, N)
    suspended: Flags  # (T, N)
    projected: Flags  # (T, N)
    repaired: Flags  # (T, N)
    acts: Mapping[str, int]
    """Acts of the institution by kind (`case`, `warning`, `fine`, ...)."""
    calls: int
    prompt_tokens: int
    reply_tokens: int
    call_seconds: float
    failures: Mapping[str, int]
    """Failed model calls by kind."""
    others: Mapping[str, Array] = field(default_factory=dict)
    """The market's other measures by name, (T,), each as its mean over agents and goods."""
    nash: Benchmark | None = None
    """Nash play in this run's own market, which may have drawn its costs, a round; None where that is unknown."""
    choices: tuple[ChoiceDecision, ...] = ()
    """The decisions whose distributions are known."""
    choices_hidden: int = 0
    """Distributions that the model gave and the log withholds."""

    @property
    def rounds(self) -> int:
        """The number of rounds, T."""
        return int(self.welfare.shape[0])


class RunsOfArm(Protocol):
    """The finished runs of an arm in the order of their seeds, one by one or in blocks."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __iter__(self) -> Iterator[RunData]:
        """One after another."""
        ...

    def __getitem__(self, index: int, /) -> RunData:
        """One of them."""
        ...

    @property
    def longest(self) -> int:
        """The rounds of the longest one; 0 where there is none."""
        ...

    def blocks(self) -> Iterator[RunBlock]:
        """All of them, some at a time."""
        ...


@dataclass(frozen=True, slots=True)
class ArmData:
    """One arm: what it is, its finished runs in the order of their seeds, and the seeds that are not finished."""

    name: str
    regime: str
    told: str
    institution: str
    roster: str
    market: str
    goods: tuple[str, ...]
    agents: tuple[str, ...]
    policies: tuple[str, ...]
    descriptions: tuple[str, ...]
    models: tuple[str, ...]
    benchmarks: Mapping[str, Benchmark]
    runs: RunsOfArm
    """Where there are many, a block of them is read from the tables when it is asked for: go through them in order."""
    roots: Mapping[int, str]
    """The Merkle root of each finished run's log, by seed."""
    failed: Mapping[int, str]
    """Why each failed seed failed."""
    unfinished: tuple[int, ...]
    """Seeds that are planned and neither finished nor failed."""
    placebo: str = ""
    """What makes its institution a placebo, in words; empty where it is none."""
    switches: tuple[int, ...] = ()
    """The rounds from which another institution holds, or none."""

    @property
    def planned(self) -> int:
        """How many runs the plan has for this arm."""
        return len(self.runs) + len(self.failed) + len(self.unfinished)

    @property
    def ungoverned(self) -> bool:
        """Whether the arm is the baseline: nothing told, no institution."""
        return not self.told and not self.institution

    @property
    def enforced(self) -> bool:
        """Whether it has an institution that judges conduct, says so, and does what it says, in every round.

        A placebo does not, and one that is switched on, off or replaced does not in every round.
        """
        return bool(self.institution) and not self.placebo and not self.switches

    @property
    def reads(self) -> bool:
        """Whether any of its agents has a language model, and so can perceive what it is told."""
        return any(self.models)


def mean_benchmark(found: Sequence[Benchmark]) -> Benchmark:
    """The mean of what runs have, each in a market of its own; the first where all are alike, `UNKNOWN` of none."""

    def numbers(name: str) -> Array:
        rows = [getattr(one, name) for one in found]
        alike = all(np.array_equal(row, rows[0], equal_nan=True) for row in rows)
        return np.asarray(rows[0] if alike else np.mean(rows, axis=0))

    if not found:
        return UNKNOWN
    if all(one is found[0] for one in found):
        return found[0]
    return Benchmark(
        price=numbers("price"),
        profit=numbers("profit"),
        consumer_surplus=float(numbers("consumer_surplus")),
        welfare=float(numbers("welfare")),
        hhi=numbers("hhi"),
        cv=numbers("cv"),
        others=found[0].others,
    )
