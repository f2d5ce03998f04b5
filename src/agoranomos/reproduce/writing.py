"""Writes what a study says: a page, its tables as CSV, its figures as SVG, everything as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from agoranomos.campaigns.folder import write_atomically
from agoranomos.errors import MachineError
from agoranomos.reproduce.sections import Findings, as_csv


def write_findings(findings: Findings, folder: Path) -> Path:
    """Write `report/` in a study's folder; the same findings give the same bytes. Returns the page."""
    place = folder / "report"
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"cannot write {place}: {error.strerror}") from error
    contents = {
        "findings.json": json.dumps(findings.as_json(), indent=1, allow_nan=False) + "\n",
        "index.html": page(findings),
        **{f"{table.name}.csv": as_csv(table.long()) for table in findings.tables},
        **{f"{figure.name}.svg": figure.svg + "\n" for figure in findings.figures},
    }
    for name, text in contents.items():
        write_atomically(place / name, text.encode())
    return place / "index.html"


def page(findings: Findings) -> str:
    """The page as HTML: no script, no resource from outside."""
    environment = Environment(
        loader=PackageLoader("agoranomos.reproduce"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    # Matplotlib escapes what it writes into an SVG, so the element may stand in the page as it is.
    return environment.get_template("study.html.j2").render(findings=findings, drawn=Markup)
