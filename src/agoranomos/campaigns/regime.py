"""What the agents of an arm live under, as a campaign says it: what they are told, and which institution when."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from agoranomos.documents import DocumentPart
from agoranomos.randomness import named_uniforms

Reference = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A name that the workspace resolves, or a path."""

Wordings = Annotated[tuple[Reference, ...], Field(min_length=1, max_length=100)]
"""Texts that say the same in other words."""


def place_of_wording(seed: int, count: int) -> int:
    """Which of so many wordings the run with this seed is told: the same place among as many, in every arm."""
    return int(named_uniforms(seed, "wording", 0, 1)[0] * count) if count > 1 else 0


class Phase(DocumentPart):
    """From the round `from` on this institution wraps the market; none where `institution` is left out."""

    first_round: Annotated[int, Field(ge=2, strict=True, alias="from")]
    institution: Reference | None = None


class Regime(DocumentPart):
    """What agents are told (a text in `policies/`) and which institution, if any, wraps the market.

    `told` may be a list of texts that say the same in other words: one of them is drawn for each seed, the same place
    in the list for the same seed in every arm. With `repeat: true` agents are told it at the beginning and again in
    every round, at the place of the notice. `schedule` switches the institution on, off, or for another one at the
    rounds that it names; each begins with the standings that its file begins with.
    """

    told: Reference | Wordings | None = None
    repeat: bool = False
    institution: Reference | None = None
    schedule: tuple[Phase, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Regime:
        rounds = [phase.first_round for phase in self.schedule]
        if rounds != sorted(set(rounds)):
            raise ValueError(f"schedule: rounds that grow were expected, found {', '.join(map(str, rounds))}")
        held = self.institution
        for phase in self.schedule:
            if phase.institution == held:
                raise ValueError(f"schedule: from round {phase.first_round} on nothing would be different")
            held = phase.institution
        if len(set(self.wordings)) != len(self.wordings):
            raise ValueError("told: a text stands twice")
        if self.repeat and self.told is None:
            raise ValueError("repeat: nothing is told that could be repeated; name a text under `told`")
        return self

    @property
    def wordings(self) -> tuple[str, ...]:
        """The texts of which each run is told one; empty where nothing is told."""
        if self.told is None:
            return ()
        return (self.told,) if isinstance(self.told, str) else self.told
