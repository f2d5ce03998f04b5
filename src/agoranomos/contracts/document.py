"""`kind: contract`: what a principal wants done, and within which bounds a contract for it is designed."""

from __future__ import annotations

from math import inf
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from agoranomos.contracts.problem import INSTRUMENTS, Instrument, Problem
from agoranomos.documents import Document, DocumentPart, Finite, Name
from agoranomos.errors import nearest
from agoranomos.scenarios.hidden_action.technology import Technology, first_best

Money = Annotated[Finite, Field(ge=0, le=1_000_000)]
Probability = Annotated[Finite, Field(ge=0, le=1)]


class Bounds(DocumentPart):
    """The most of each instrument; where nothing is said there is none but certainty, and what a worker can lose."""

    wage: Money | None = None
    bonus: Money | None = None
    inspection: Probability = 1.0
    fine: Money | None = None


class ContractDocument(Document):
    """A question for `agora design`: the cheapest contract under which the `wanted` level of effort is a best response.

    The technology is written here, or is that of a `scenario` of type hidden-action. `outside_option` and `liability`
    stand before the technology's own. `wanted` is the name of a level; without it, the one of most surplus. Instruments
    that are not listed are not used. The worker is risk neutral, and does what is wanted where it is indifferent; with
    a `margin` the wanted level is better than all else by so much. A wage is never below `least_wage`, and no payment
    below minus the liability, whatever the outcome: a fine beyond it is taken out of the bonus.
    """

    kind: Literal["contract"]
    version: Literal[1]
    name: Name
    technology: Technology | None = None
    scenario: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    wanted: Name | None = None
    outside_option: Money | None = None
    liability: Money | None = None
    instruments: Annotated[tuple[Instrument, ...], Field(min_length=1)] = INSTRUMENTS
    bounds: Bounds = Field(default_factory=Bounds)
    least_wage: Money = 0.0
    margin: Money = 0.0

    @model_validator(mode="after")
    def _asks_one_question(self) -> Self:
        if (self.technology is None) == (self.scenario is None):
            both = "both" if self.technology is not None else "neither"
            raise ValueError(f"one of `technology` and `scenario` was expected; there are {both}")
        if len(set(self.instruments)) < len(self.instruments):
            raise ValueError(f"instruments: one is listed twice (found {', '.join(self.instruments)})")
        if "fine" in self.instruments and "inspection" not in self.instruments:
            raise ValueError("instruments: a fine needs `inspection`, which finds whom to fine")
        for name in ("wage", "bonus", "inspection", "fine"):
            if name in self.bounds.model_fields_set and name not in self.instruments:
                raise ValueError(f"bounds: `{name}` is bounded and not among the instruments")
        if self.least_wage > 0 and "wage" not in self.instruments:
            raise ValueError("least_wage: a wage is paid, and `wage` is not among the instruments")
        if self.bounds.wage is not None and self.bounds.wage < self.least_wage:
            raise ValueError(f"bounds: wage {self.bounds.wage:g} is below the least wage, {self.least_wage:g}")
        if self.technology is not None and self.wanted is not None:
            place_of(self.wanted, self.technology)
        return self

    def problem(self, technology: Technology) -> Problem:
        """The question about this technology; raises `ValueError` where it has no level of the wanted name."""
        update = {"outside_option": self.outside_option, "liability": self.liability}
        given = technology.model_copy(update={key: value for key, value in update.items() if value is not None})
        bounds = self.bounds
        asked = Problem(
            technology=given,
            wanted=best_level(given) if self.wanted is None else place_of(self.wanted, given),
            margin=self.margin,
            least_wage=self.least_wage,
            most_wage=inf if bounds.wage is None else bounds.wage,
            most_bonus=inf if bounds.bonus is None else bounds.bonus,
            most_inspection=bounds.inspection,
            most_fine=inf if bounds.fine is None else bounds.fine,
        )
        return asked.with_only(self.instruments)


def place_of(name: str, technology: Technology) -> int:
    """The place of a level by its name; raises `ValueError` with the nearest name."""
    names = [level.name for level in technology.levels]
    if name not in names:
        raise ValueError(f"wanted: no level {name!r} of effort. {nearest(name, names)}")
    return names.index(name)


def best_level(technology: Technology) -> int:
    """The level of most surplus."""
    return first_best(technology).level
