"""The numbers that the Institutional AI paper published: data with a mark on each, obtained with other models."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

Mark = Literal["found", "derived", "inferred", ""]


class PublishedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One quantity under the three regimes, each (value as text, mark); empty where nothing is known.

    `measure` names what is computed from a campaign to stand beside it.
    """

    quantity: str
    ungoverned: tuple[str, Mark]
    told: tuple[str, Mark]
    governed: tuple[str, Mark]
    measure: str


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published finding in a sentence, with its mark."""

    text: str
    mark: Mark


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in `published.json`."""

    paper: str
    market: str
    models: str
    runs: str
    marks: dict[str, str]
    rows: tuple[PublishedRow, ...]
    statements: tuple[Statement, ...]


@cache
def published() -> Published:
    """The published numbers."""
    return msgspec.json.decode(resources.files(__package__).joinpath("published.json").read_bytes(), type=Published)
