"""A manifest written out in full: what it says together with what it inherits."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from agoranomos.documents.reader import plain
from agoranomos.institutions.inheritance import bases_of
from agoranomos.institutions.institution import Institution


def flat_text(institution: Institution) -> str:
    """YAML of the same meaning that extends nothing; the text as it stands where it extends nothing already."""
    bases = bases_of(institution.source)
    if not bases:
        return institution.source.text
    written = io.StringIO()
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(_literal(plain(institution.source.tree())), written)
    pins = "".join(f"# Extends {base.name!r}, SHA-256 {base.sha256}.\n" for base in bases)
    return f"# {institution.name}, written out in full.\n{pins}{written.getvalue()}"


def _literal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_literal(item) for item in value]
    return LiteralScalarString(value) if isinstance(value, str) and "\n" in value.strip("\n") else value
