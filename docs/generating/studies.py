"""What studies and trainings came to, in the pages that ask for it; docs/keep.py keeps the measurements."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from generating.numbers import shown


def with_tables_of_studies(page: str, measurements: Path, usual: str) -> str:
    """A page with the tables that it asks for: `table NAME of MEASUREMENT`, or of the `usual` one; see docs/keep.py."""

    def table(match: re.Match[str]) -> str:
        kept = measurements / f"{match['measurement'] or usual}.json"
        tables = json.loads(kept.read_text())["tables"] if kept.is_file() else {}
        begins = match[0].partition("\n")[0]
        if match["name"] not in tables:
            none = "No model took part in this run, so there is none." if tables else "Not measured here."
            return f"{begins}\n\n{none}\n\n<!-- end of table -->"
        rows: dict[str, list[str]] = {}
        columns: dict[str, None] = {}
        for cell in tables[match["name"]]["cells"]:
            columns[cell["column"]] = None
            shown = [cell["text"], f"published: {cell['published']}" if cell["text"] else cell["published"]]
            rows.setdefault(cell["row"], []).append(
                "; ".join(part for part in shown if part not in ("", "published: "))
            )
        lines = [f"| | {' | '.join(columns)} |", f"|---{'|---' * len(columns)}|"]
        lines += [f"| {row} | {' | '.join(cells)} |" for row, cells in rows.items()]
        text = "\n".join(lines).replace("p*", "p\\*").replace("q*", "q\\*")
        return f"{begins}\n\n{text}\n\n<!-- end of table -->"

    asked = r"<!-- table (?P<name>[a-z0-9-]+)(?: of (?P<measurement>[a-z0-9_]+))? -->\n.*?<!-- end of table -->"
    return re.sub(asked, table, page, flags=re.DOTALL)


def with_trainings(page: str, measurements: Path, policies: Path) -> str:
    """A page with what trainings came to (`training MEASUREMENT`, see docs/keep.py) and with files of policies/."""

    def table(match: re.Match[str]) -> str:
        kept = measurements / f"{match['measurement']}.json"
        text = training_table(json.loads(kept.read_text())) if kept.is_file() else "Not measured here."
        return f"<!-- training {match['measurement']} -->\n\n{text}\n\n<!-- end of training -->"

    def file(match: re.Match[str]) -> str:
        text = (policies / match["name"]).read_text()
        return f"<!-- policies/{match['name']} -->\n\n```yaml\n{text}```\n\n<!-- end of file -->"

    trained = r"<!-- training (?P<measurement>[a-z0-9_]+) -->\n.*?<!-- end of training -->"
    page = re.sub(trained, table, page, flags=re.DOTALL)
    return re.sub(r"<!-- policies/(?P<name>[a-z0-9.-]+) -->\n.*?<!-- end of file -->", file, page, flags=re.DOTALL)


def training_table(kept: dict[str, Any]) -> str:
    """What a training changed at its held-out prompts, as a table of Markdown."""

    def shown_estimate(found: dict[str, Any]) -> str:
        if found["low"] is None:
            return f"{found['point']:.3f} (no interval)"
        return f"{found['point']:.3f} ({found['low']:.3f} to {found['high']:.3f})"

    said, result = kept["training"]["training"], kept["result"]
    held = kept["before"] if "before" in kept else kept["generations"][0]
    rows = [
        ("model", f"{said['model']}, {kept['training']['model_sha256'][:12]}..."),
        ("document", f"`{said['name']}`, {kept['training']['document_sha256'][:12]}..."),
        ("held-out prompts, of settings", f"{len(held['violation'])}, {len(set(held['settings']))}"),
    ]
    if "generations" in kept:
        for number, found in enumerate(result["violation"]):
            rows.append((f"breaks the rule after generation {number}", shown_estimate(found)))
        rows.append(("from the first to the last it rose by", shown_estimate(result["violation_rose"])))
    else:
        data = kept.get("data", {})
        rows.append(("pairs, or prompts, trained on", shown(data.get("pairs"))))
        for when, measured in (("before", kept["before"]), ("after", kept["after"])):
            rows.append((f"breaks the rule {when}", shown_estimate(measured["estimate"])))
        rows.append(("it fell by", shown_estimate(result["violation_fell"])))
        for when in ("before", "after"):
            if (under := result.get(f"opposite_rules_{when}")) is not None:
                rows.append((f"breaks the opposite rule {when}", shown_estimate(under)))
        for when, measured in (("before", kept["before"]), ("after", kept["after"])):
            if measured["replies"]:
                words = f"{measured['unparseable']:.0%} of {measured['replies']}"
                rows.append((f"free replies that could not be read, {when}", words))
    return "\n".join(["| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows)])
