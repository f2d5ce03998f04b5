"""Pages that list others: decisions, schemas."""

from __future__ import annotations

import json
from pathlib import Path

from generating.places import DOCS, GENERATED

DECISIONS = """\
Hard decisions, one a page: what was decided, why, and what was not done. Numbers are given once; some were never used.
"""
SCHEMAS = """\
Every kind of document has a JSON Schema, from the models that read the files. `agora graph schema KIND` prints it;
[an editor completes with it](../how-to/complete-yaml-in-an-editor.md). A schema holds form; references between files
and guards are checked by the verbs that read them.
"""
UNDESCRIBED = {
    "market": "A market: `type` says which, and each type has keys of its own.",
    "scenario": "A scenario: `type` says of which family, and each family has keys of its own.",
    "status": "What a campaign's folder says of its progress while it runs, in `status.json`.",
    "training": "What `agora train` trains, and on what: `type` says by which method.",
}
"""Schemas that are a choice among several, and so have no sentence of their own."""


def heading(page: Path) -> str:
    """The title of a page: its first heading; of a page that is not there (which the build tells) its file's name."""
    if not page.is_file():
        return page.stem
    return next(line.removeprefix("# ") for line in page.read_text().splitlines() if line.startswith("# "))


def decisions_page() -> str:
    """docs/decisions/README.md."""
    pages = sorted(page for page in (DOCS / "decisions").glob("*.md") if page.name != "README.md")
    rows = "\n".join(f"- [{numbered(page)}]({page.name})" for page in pages)
    return f"{GENERATED}# Decisions\n\n{DECISIONS}\n{rows}\n"


def numbered(page: Path) -> str:
    """A decision's title, with its number before it."""
    title = heading(page)
    return title if title[0].isdigit() else f"{int(page.name[:4])}. {title}"


def schemas_page(schemas: dict[str, str]) -> str:
    """docs/reference/schemas.md, from the schemas by name."""
    rows = []
    for name, text in sorted(schemas.items()):
        described = json.loads(text).get("description", "") or UNDESCRIBED.get(name, "")
        first = " ".join(described.partition("\n\n")[0].split())
        rows.append(f"| [{name}.json](../schemas/{name}.json) | {first.replace('|', '/')} |")
    return f"{GENERATED}# Schemas\n\n{SCHEMAS}\n| schema | of |\n|---|---|\n" + "\n".join(rows) + "\n"
