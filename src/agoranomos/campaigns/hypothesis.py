"""What a campaign sets out to show, written down before it runs: who is compared, on what, and what is expected."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from agoranomos.campaigns.outcome import Outcome
from agoranomos.documents import DocumentPart, Finite

Level = Annotated[Finite, Field(gt=0.5, lt=1.0)]
"""A level of confidence, such as 0.95."""


class Hypothesis(DocumentPart):
    """One comparison: the arms of `first` against those of `second`, pair by pair of roster, market, levels and seed.

    `first` and `second` each name a regime, or a single arm. `outcome` is the campaign's own where it is left out.
    `expects` says how the first's mean lies to the second's; `equivalent` means closer than `margin`, in the outcome's
    unit. Confirmatory hypotheses share the level of error among them (Holm's procedure); exploratory ones have
    intervals, and are called that wherever they are shown.
    """

    first: str
    second: str
    outcome: Outcome | None = None
    expects: Literal["lower", "higher", "different", "equivalent"] = "different"
    margin: Annotated[Finite, Field(gt=0)] | None = None
    role: Literal["confirmatory", "exploratory"] = "confirmatory"
    about: str = ""

    @model_validator(mode="after")
    def _check(self) -> Hypothesis:
        if self.first == self.second:
            raise ValueError(f"{self.first!r} is compared with itself")
        if (self.expects == "equivalent") != (self.margin is not None):
            raise ValueError(
                "`margin` says how close is equivalent: give it with `expects: equivalent`, and only there"
            )
        return self


class StoppingRule(DocumentPart):
    """When seeds stop being added: as soon as a confidence sequence for a hypothesis's difference has decided it.

    A look is taken after every `every` pairs, never before `least` of them, and the sequence holds at all looks
    together. `t-mixture` takes paired differences as normal about their mean; `bounded` needs only that the outcome
    lies in `range`, and assumes nothing else. What was begun when the rule met its end is finished, and counted.
    """

    hypothesis: str
    sequence: Literal["t-mixture", "bounded"] = "t-mixture"
    level: Level = 0.95
    least: Annotated[int, Field(ge=2, strict=True)] = 4
    every: Annotated[int, Field(ge=1, strict=True)] = 1
    range: tuple[Finite, Finite] | None = None
    effect: Annotated[Finite, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _check(self) -> StoppingRule:
        if (self.sequence == "bounded") != (self.range is not None):
            raise ValueError("`range` bounds the outcome: give it with `sequence: bounded`, and only there")
        if self.range is not None and not self.range[0] < self.range[1]:
            raise ValueError(f"range: the lower bound comes first, found {self.range[0]:g}, {self.range[1]:g}")
        return self


class Exclusion(DocumentPart):
    """Runs that no hypothesis is judged by: those whose `share` is above `above`. They stay in every other table.

    `repaired` and `projected` are shares of moves that had to be changed, `failed_calls` of model calls that brought
    nothing usable, `suspended` of rounds that an agent sat out.
    """

    share: Literal["repaired", "projected", "failed_calls", "suspended"]
    above: Annotated[Finite, Field(ge=0, lt=1)]
