"""What effort costs and what it brings about, whatever the contract: levels, the value of a success, inspections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart, Name

Money = Annotated[float, Field(ge=0, le=1_000_000)]


class Level(DocumentPart):
    """One level of effort: what it costs the worker, and with what probability the output is a success."""

    name: Name
    cost: Money
    success: Annotated[float, Field(ge=0, le=1)]


class Technology(DocumentPart):
    """Levels of effort from the cheapest to the dearest, and what they are worth to a principal.

    `value` is that of a success, a failure is worth nothing; `inspection_cost` is what one inspection costs the
    principal; `outside_option` what a worker has that takes no contract; `liability` what it can be made to pay most.
    """

    levels: Annotated[tuple[Level, ...], Field(min_length=2, max_length=12)] = (
        Level(name="low", cost=0.0, success=0.4),
        Level(name="high", cost=2.0, success=0.8),
    )
    value: Money = 20.0
    inspection_cost: Money = 1.0
    outside_option: Money = 0.0
    liability: Money = 0.0

    @model_validator(mode="after")
    def _goes_up(self) -> Self:
        names = [level.name for level in self.levels]
        if len(set(names)) < len(names):
            raise ValueError(f"levels: two have the same name (found {', '.join(names)})")
        for below, above in zip(self.levels, self.levels[1:], strict=False):
            if above.cost <= below.cost or above.success < below.success:
                raise ValueError(
                    f"levels: {above.name} comes after {below.name}; a higher cost and no lower chance of success "
                    "were expected"
                )
        return self

    def wanted(self, level: int | None = None) -> int:
        """The level that the principal asks for: this one, or the highest; raises `ValueError` for one there is not."""
        if level is None:
            return len(self.levels) - 1
        if not 0 <= level < len(self.levels):
            raise ValueError(f"no level {level} of effort; there are {len(self.levels)}, counted from 0")
        return level


@dataclass(frozen=True, slots=True)
class FirstBest:
    """The effort that a principal would choose who could choose it himself, and the surplus that it brings."""

    level: int
    surplus: float


def surplus(technology: Technology, level: int) -> float:
    """The value that a level is expected to bring, less what it costs."""
    chosen = technology.levels[level]
    return chosen.success * technology.value - chosen.cost


def first_best(technology: Technology) -> FirstBest:
    """The level of most surplus (of equals the lowest), whatever the contract; at the defaults 14 against 8."""
    best = max(range(len(technology.levels)), key=lambda level: (surplus(technology, level), -level))
    return FirstBest(best, surplus(technology, best))
