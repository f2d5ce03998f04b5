"""A setting of coordination: the group, the collective option, the other one. Built-in ones lie in `settings.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, model_validator

from agoranomos.documents import DocumentPart, Name
from agoranomos.scenarios.settings import read_settings

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Setting(DocumentPart):
    """What a setting says. Both options are phrases that follow "they" as well as "you".

    `independence` is the rule under which the collective option is forbidden, `duty` the one under which it is
    required; a run has at most one of them. A setting that is `held_out` is used in no training.
    """

    name: Name
    held_out: bool = False
    role: Sentence
    collective: Phrase
    independent: Phrase
    independence: Sentence
    duty: Sentence
    harm: Sentence
    unit: Phrase

    @model_validator(mode="after")
    def _offers_two_things(self) -> Setting:
        if self.collective == self.independent:
            raise ValueError(f"{self.name}: both options read {self.collective!r}")
        return self


@cache
def built_in() -> tuple[Setting, ...]:
    """The library's settings in their order: first the seven of arXiv 2510.04860, then those that are held out."""
    return read_settings(Path(__file__).with_name("settings.yaml"), Setting)
