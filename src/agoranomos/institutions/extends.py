"""Which institution a manifest that says only what differs extends, pinned by the SHA-256 of its file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from agoranomos.documents import Document, DocumentPart


class Extends(DocumentPart):
    """The institution that this one differs from: its name or path, and the SHA-256 of its file's bytes, in hex.

    Mappings are merged key by key, transitions by their edge `RULE:from->to`; what is new comes last, and `null` takes
    away. A base that has changed is refused. It may extend another one. Its `name`, `title` and `about` are not
    inherited.
    """

    institution: Annotated[str, Field(min_length=1, max_length=300)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Heading(Document):
    """The keys that stand in a manifest's own file, whatever it inherits."""

    model_config = ConfigDict(extra="allow")

    kind: Literal["institution"]
    version: Literal[1]
    extends: Extends | None = None
