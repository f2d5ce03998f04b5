"""The page of every key of an institution."""

from __future__ import annotations

from generating.places import DOCS, GENERATED, PICTURED

MANIFEST_INTRODUCTION = """\
A manifest is a YAML file: a governance graph with what drives it and what it says. Keys are needed where the table says
so; an unknown key is an error, and so is one that changes nothing. How to write one from nothing:
[write an institution](../how-to/write-an-institution.md). The same as a JSON Schema:
[institution.json](../schemas/institution.json).
"""


def manifest_page() -> str:
    """docs/reference/institution.md."""
    from agoranomos.documents import read_text
    from agoranomos.institutions import load_institution
    from agoranomos.institutions.inheritance import extends_of
    from agoranomos.institutions.reference import examples_of, reference_page

    tested = DOCS.parent / "tests" / "institutions"
    shipped = DOCS.parent / "institutions"
    files = (tested / "every_key.yaml", tested / "every_feature.yaml", shipped / f"{PICTURED}.yaml")
    extends = extends_of(read_text(shipped / "cournot-antitrust-no-warning.yaml"))
    assert extends is not None
    examples = examples_of(*(load_institution(read_text(path)).manifest for path in files), extends)
    examples["Manifest", "extends"] = extends.model_dump() | {"sha256": f"{extends.sha256[:8]}..."}
    examples["Extends", "sha256"] = f"{extends.sha256[:8]}..."
    return f"{GENERATED}# Every key of an institution\n\n{MANIFEST_INTRODUCTION}\n{reference_page(examples)}\n"
