"""The base classes of everything that is written in YAML."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LONGEST_NAME = 63
NAME_PATTERN = rf"^[A-Za-z_][A-Za-z0-9_-]{{0,{LONGEST_NAME - 1}}}$"

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
"""A name that is safe in a path, an origin and a CEL expression's neighbourhood."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
"""A real number; NaN and infinities are refused."""


class DocumentPart(BaseModel):
    """A part of a document: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


class Document(DocumentPart):
    """A whole file. Subclasses narrow `kind` and `version` to literals."""

    kind: str
    version: int
