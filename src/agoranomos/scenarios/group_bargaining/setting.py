"""A setting of group bargaining: what is settled, who wants more of it and who less. See `settings.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from agoranomos.documents import DocumentPart, Name
from agoranomos.scenarios.settings import read_settings

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class Setting(DocumentPart):
    """What a setting says: the `subject` of the bargaining, and for whom hikers and pressers speak.

    A setting that is `held_out` is used in no training.
    """

    name: Name
    held_out: bool = False
    subject: Phrase
    hikers: Phrase
    pressers: Phrase


@cache
def built_in() -> tuple[Setting, ...]:
    """The library's settings in their order, those that are held out last."""
    return read_settings(Path(__file__).with_name("settings.yaml"), Setting)
