"""The page on early warning says of the institutions what the committed measurement says, and that can be had again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from agoranomos.deterrence.scenario_gain import scenario_gain
from agoranomos.documents import read_text
from agoranomos.institutions import load_institution
from agoranomos.markets import load_market
from agoranomos.workspace import find_workspace, library_root

DOCS = library_root() / "docs"
MEASURED: dict[str, Any] = json.loads((DOCS / "measurements" / "tipping_institutions.json").read_text())
ROW = re.compile(
    r"^\| (?:`tipping-([a-z-]+)`(, nobody reports|, one reports each round)?|none) \|(.+)\|$", re.MULTILINE
)
ROWS = {
    (found[1] or "", "one reports" in (found[2] or "")): [cell.strip() for cell in found[3].split("|")]
    for found in ROW.finditer((DOCS / "how-to" / "warn-early-of-drift.md").read_text())
}


def cell(institution: str, breaks: int, reports: bool) -> dict[str, Any]:
    asked = ("role-play-ring", institution, breaks, reports)
    keys = ("scenario", "institution", "breaks", "reports")
    return next(one for one in MEASURED["cells"] if tuple(one[key] for key in keys) == asked)


@pytest.mark.parametrize(("institution", "reports"), sorted(ROWS))
def test_the_page_tells_what_was_measured(institution: str, reports: bool) -> None:
    two, everybody, fined, _ = ROWS[institution, reports]
    assert [two, everybody] == [f"{cell(institution, breaks, reports)['kept']:.2f}" for breaks in (2, 8)]
    assert (cell(institution, 0, reports)["fined_others"] > 0.0) == (fined not in {"", "never"})


def test_all_institutions_are_told_of() -> None:
    assert set(ROWS) == {(one["institution"], one["reports"]) for one in MEASURED["cells"]}


@pytest.mark.parametrize("institution", ["audit", "early-warning"])
def test_the_measurement_can_be_had_again(institution: str) -> None:
    """A tenth of its runs: within the spread of so few."""
    spec = load_market("role-play-ring", find_workspace(Path(__file__).parent)).spec
    written = load_institution(read_text(library_root() / "institutions" / f"tipping-{institution}.yaml"))
    found = scenario_gain(written, spec, 8, seeds=range(8), rounds=MEASURED["rounds"], state="watched")
    measured = cell(institution, 8, False)
    assert found.kept == pytest.approx(measured["kept"], abs=0.25)
    assert found.watched == pytest.approx(measured["watched"], abs=0.04)
