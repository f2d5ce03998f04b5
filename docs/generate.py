"""Writes what is made of the program itself: commands, schemas, institutions, the library, tables of measurements.

python docs/generate.py           writes them
python docs/generate.py --check   exits 1 and names those that are stale
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
if str(DOCS) not in sys.path:
    sys.path.insert(0, str(DOCS))

from generating.api import api_pages  # noqa: E402
from generating.commands import commands_page  # noqa: E402
from generating.figures import with_figures  # noqa: E402
from generating.institutions import IMAGES, institution_pages  # noqa: E402
from generating.listing import decisions_page, schemas_page  # noqa: E402
from generating.manifest import manifest_page  # noqa: E402
from generating.notebooks import notebook_pages  # noqa: E402
from generating.performance import performance_page  # noqa: E402
from generating.places import MEASUREMENTS, PICTURED  # noqa: E402
from generating.principals import with_certificates, with_principals  # noqa: E402
from generating.studies import with_tables_of_studies, with_trainings  # noqa: E402
from generating.within import with_facts_table, with_threat_table  # noqa: E402


def pages() -> dict[Path, str]:
    """Every generated file and what it should hold, but for those that are made from other pages."""
    return {**reference_pages(), **tables_in_pages()}


def reference_pages() -> dict[Path, str]:
    """What is written from the program and the library alone."""
    made = {DOCS / "reference" / "commands.md": commands_page(), DOCS / "reference" / "institution.md": manifest_page()}
    schemas = schema_texts()
    made |= {DOCS / "schemas" / f"{kind}.json": text for kind, text in schemas.items()}
    made[DOCS / "reference" / "schemas.md"] = schemas_page(schemas)
    made |= api_pages()
    made |= institution_pages()
    made |= notebook_pages()
    made[DOCS / "images" / f"{PICTURED}.svg"] = made[IMAGES / f"{PICTURED}.svg"]
    made[DOCS / "decisions" / "README.md"] = decisions_page()
    performance = DOCS / "performance.json"
    if performance.is_file():
        made[DOCS / "performance.md"] = performance_page(json.loads(performance.read_text()))
    return made


def schema_texts() -> dict[str, str]:
    """The JSON Schema of every kind of document, by name."""
    from agoranomos.campaigns.status import status_schema
    from agoranomos.cli.graph_schema import document_kinds, json_schema

    schemas = {kind: json_schema(kind) for kind in document_kinds()} | {"status": status_schema()}
    return {kind: json.dumps(schema, indent=2) + "\n" for kind, schema in schemas.items()}


def tables_in_pages() -> dict[Path, str]:
    """Pages that are written by hand but for their tables, which come from code and from measurements."""
    made = {}
    threats, policies = DOCS / "explanation" / "threat-model.md", DOCS / "policies.md"
    made[threats] = with_threat_table(threats.read_text())
    made[policies] = with_facts_table(policies.read_text())
    for page in sorted((DOCS / "explanation").glob("*.md")):
        measured = {"tin-men": "tin_men"}.get(page.stem, "alignment_tipping")
        text = with_figures(with_tables_of_studies(made.get(page) or page.read_text(), MEASUREMENTS, measured))
        made[page] = with_trainings(with_principals(text, MEASUREMENTS), MEASUREMENTS, DOCS.parent / "policies")
    training = DOCS / "how-to" / "train-an-alignment-prior.md"
    made[training] = with_trainings(training.read_text(), MEASUREMENTS, DOCS.parent / "policies")
    for page in sorted((DOCS / "scenarios").glob("*.md")):
        made[page] = with_certificates(with_principals(page.read_text(), MEASUREMENTS), MEASUREMENTS)
    return made


def llms_page() -> dict[Path, str]:
    """docs/llms.txt: made last, since it quotes the other pages as they lie there."""
    from generating.site import llms_txt

    return {DOCS / "llms.txt": llms_txt((DOCS / "README.md").read_text())}


def stale(made: dict[Path, str]) -> list[Path]:
    """Those that are missing or hold something else."""
    return [path for path, text in made.items() if not path.is_file() or path.read_text() != text]


def orphans(made: dict[Path, str]) -> list[Path]:
    """Pages and drawings in folders that are generated whole, of what is no longer there."""
    from generating import api, institutions

    folders = (institutions.FOLDER, institutions.IMAGES, api.FOLDER)
    return [path for folder in folders for path in sorted(folder.glob("*")) if path not in made]


def main(arguments: list[str]) -> None:
    """Write the pages, or check them."""
    made = pages()
    behind, gone = stale(made), orphans(made)
    if "--check" in arguments:
        behind += stale(llms_page()) + gone
        if behind:
            sys.exit(f"stale, run make docs: {', '.join(str(path.relative_to(DOCS)) for path in behind)}")
        return
    for path in gone:
        path.unlink()
    for path in behind:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path])
    last = llms_page()
    behind += stale(last)
    for path, text in last.items():
        path.write_text(text)
    print(f"{len(behind)} of {len(made) + len(last)} generated pages were stale")


if __name__ == "__main__":
    main(sys.argv[1:])
