"""Many recorded rounds under many institutions: `benchmarks/counterfactual.py`, small."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("counterfactual", ROOT / "benchmarks/counterfactual.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_twenty_institutions_judge_recorded_rounds_alike_in_both_forms(script: ModuleType, tmp_path: Path) -> None:
    logs, others = script.recorded(tmp_path, 800), script.institutions()
    assert len({other.semantic_sha256 for other in others}) == 20
    found = script.measured(logs, others)
    assert (found["rounds"], found["judgements"], found["model_calls"]) == (800, 16_000, 0)
    assert found["cases"] > 1000
    assert script.differing(logs, others, sample=3) == 0


def test_the_figures_on_record_are_within_the_aim() -> None:
    found = json.loads((ROOT / "docs/measurements/counterfactual.json").read_text())
    assert (found["rounds"], found["institutions"], found["differing"]) == (10_000, 20, 0)
    assert found["seconds"] < found["aim_seconds"] == 30
