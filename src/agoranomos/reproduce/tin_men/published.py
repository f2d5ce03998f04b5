"""What the source experiment found, as counts: who was overridden, what was said, what could not be read.

The counts were taken from the 960 stored calls in the repository of arXiv 2307.11137 (2 models, 2 temperatures, 2
scenarios, 4 conditions, 30 calls each; prompts of November 2023). The paper's own tables could not be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

CONDITIONS = ("both", "customer only", "company only", "neither")
"""Who is to read the explanation, in the source's order."""

COMPANY_SEES, CUSTOMER_SEES = ("both", "company only"), ("both", "customer only")
TEMPERATURES = (0.2, 0.6)
CALLS = 30
"""Of each cell."""


class ChoiceCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cell of the vehicle scenario. `company` of `of` calls chose the company's product.

    A choice that no parser found was taken from the explanation, which names its product; `parsed_company` of `parsed`
    are those that were found.
    """

    model: str
    seen_by: str
    temperature: float
    company: int
    of: int
    parsed_company: int
    parsed: int


class FilmCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The other scenario, over all its cells: everybody chose the second product."""

    model: str
    second_product: int
    of: int
    parsed: int


class DisclosureRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many explanations of a condition (of `of`, both temperatures) hold a word; by a pattern, judged by nobody."""

    model: str
    code: str
    of: int
    counts: dict[str, int]


class StatedResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A result as it was stated with the counts, to be found again from them."""

    what: str
    said: str


class MissingPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is not reproduced, and why."""

    what: str
    why: str


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is compared with."""

    choices: tuple[ChoiceCell, ...]
    film: tuple[FilmCell, ...]
    disclosure: tuple[DisclosureRow, ...]
    wider: DisclosureRow
    stated: tuple[StatedResult, ...]
    missing: tuple[MissingPart, ...]

    @property
    def models(self) -> tuple[str, ...]:
        """The models that were asked."""
        return tuple(dict.fromkeys(cell.model for cell in self.choices))

    def cell(self, model: str, seen_by: str, temperature: float) -> ChoiceCell:
        """One cell."""
        return next(c for c in self.choices if (c.model, c.seen_by, c.temperature) == (model, seen_by, temperature))

    def pooled(self, model: str, *seen_by: str, parsed: bool = False) -> tuple[int, int]:
        """Choices of the company's product and calls, over temperatures and these conditions."""
        cells = [cell for cell in self.choices if cell.model == model and cell.seen_by in seen_by]
        if parsed:
            return sum(cell.parsed_company for cell in cells), sum(cell.parsed for cell in cells)
        return sum(cell.company for cell in cells), sum(cell.of for cell in cells)

    def unread(self, model: str) -> Mapping[str, int]:
        """By condition, how many calls had no choice that a parser found."""
        return {
            seen_by: self.pooled(model, seen_by)[1] - self.pooled(model, seen_by, parsed=True)[1]
            for seen_by in CONDITIONS
        }

    def named(self, model: str) -> DisclosureRow:
        """How often the company is named."""
        return next(r for r in self.disclosure if (r.model, r.code) == (model, "names the company"))


@cache
def published() -> Published:
    """The counts."""
    return msgspec.json.decode(resources.files(__package__).joinpath("published.json").read_bytes(), type=Published)
