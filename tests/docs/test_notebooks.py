"""The notebooks run from their first cell to their last, and find what they say."""

from __future__ import annotations

import ast
import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "docs" / "notebooks"
REQUIRED = "docs" in os.environ.get("AGORA_REQUIRE", "").replace(",", " ").split()


def found_by(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the notebook's `found` holds after it ran in this folder, with a home of its own."""
    if not REQUIRED:
        for module in ("nbclient", "ipykernel"):
            pytest.importorskip(module, reason="pip install '.[docs]' (AGORA_REQUIRE=docs makes this a failure)")
    nbformat, client = import_module("nbformat"), import_module("nbclient").NotebookClient
    for variable in ("AGORA_HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(folder / "home"))
    monkeypatch.setenv("MPLBACKEND", "agg")
    read = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    read.cells.append(nbformat.v4.new_code_cell("print(repr(found))"))
    client(read, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    found = ast.literal_eval(read.cells[-1].outputs[0]["text"])
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("file", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda file: file.stem)
def test_a_notebook_is_kept_without_what_it_printed(file: Path) -> None:
    cells = json.loads(file.read_text())["cells"]
    assert cells[0]["source"][0].startswith("# ")
    for cell in cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.pages
def test_a_cartel_that_cannot_be_moved_pays_and_one_that_can_comes_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = found_by("does-the-institution-stop-the-cartel", tmp_path, monkeypatch)
    prices, cases = found["prices"], found["cases"]
    assert prices["ungoverned"] == {"divider": 70.0, "ladder-gamer": 70.0, "nash-noisy": 63.34}
    for regime in ("published", "hardened"):
        assert prices[regime]["divider"] >= 70.0
        assert prices[regime]["ladder-gamer"] < 66.0
        assert prices[regime]["nash-noisy"] == 63.34
        assert cases[regime]["divider"] > 0
        assert cases[regime]["ladder-gamer"] > 0
        assert cases[regime]["nash-noisy"] == 0
    assert found["verified"] == 45
    assert found["faults"] == [
        "published.divider/0: runs/published.divider/0: entry 7 was changed: its bytes are not those that were signed"
    ]


@pytest.mark.pages
def test_a_fine_of_all_that_was_gained_leaves_a_cartel_only_what_is_not_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = found_by("a-market-an-institution-a-certificate", tmp_path, monkeypatch)
    rent = found["rent"]
    assert rent == pytest.approx(1600 - 11600 / 9, abs=0.01)  # joint monopoly less Nash, solved by hand
    assert found["findings"] == []
    gains = {float(rate): gain for rate, gain in found["gains"].items()}
    assert gains[0.0] == rent
    assert gains[0.5] == pytest.approx(rent / 2, abs=0.01)
    assert gains[1.0] == gains[1.5] == 0.0
    assert found["clever"] > found["tolerated"] > found["by_threshold"][-1]
    assert found["by_threshold"] == sorted(found["by_threshold"], reverse=True)
