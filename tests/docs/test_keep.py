"""Measurements that pages take their numbers from: kept whole, shown as they are, and found stale when they are."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from agoranomos.reproduce.alignment_tipping import Asked, design
from agoranomos.reproduce.study import plans_of
from agoranomos.workspace import Workspace

DOCS = Path(__file__).resolve().parents[2] / "docs"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


keep, generate = script("keep"), script("generate")


STUDIES = sorted(keep.MEASUREMENTS.glob("alignment_tipping*.json"))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_the_study_that_a_page_tells_of_is_the_one_that_the_command_runs(path: Path) -> None:
    assert keep.stale_study(json.loads(path.read_text())) == []


def test_a_study_that_would_be_planned_otherwise_is_stale(tmp_path: Path) -> None:
    study = design(Asked(size="small", seeds=1, rounds=2))
    plans = {file: one.digest for file, one in plans_of(study, tmp_path, Workspace(tmp_path, "lab")).items()}
    kept = {"settings": json.loads(json.dumps(study.settings)), "plans": plans, "later": [], "pictures": {}}
    assert keep.stale_study(kept) == []
    file, digest = next(iter(plans.items()))
    changed = kept | {"plans": plans | {file: digest[::-1]}, "pictures": {"tipping-none.svg": "0"}}
    assert keep.stale_study(changed) == [f"{file} is planned otherwise", "tipping-none.svg is another picture"]
    other = kept | {"settings": kept["settings"] | {"rounds": 3}}
    assert sorted(keep.stale_study(other)) == [
        f"{name} is planned otherwise"
        for name in ("tipping-audits.yaml", "tipping-experience.yaml", "tipping-faithful.yaml")
    ]


@pytest.mark.parametrize("path", sorted(keep.MEASUREMENTS.glob("training_*.json")), ids=lambda path: path.stem)
def test_the_training_that_a_page_tells_of_is_the_one_that_the_command_runs(path: Path) -> None:
    assert keep.stale_training(json.loads(path.read_text())) == []


def estimate(point: float) -> dict[str, Any]:
    return {"point": point, "low": point - 0.1, "high": point + 0.1}


def training() -> dict[str, Any]:
    """What is kept of a training of the shipped document, as it is today."""
    from agoranomos.documents import read_document
    from agoranomos.markets.market_spec import without_floats
    from agoranomos.training.document import DpoTraining
    from agoranomos.training.prior import split_for
    from agoranomos.workspace import find_workspace

    document = read_document(DOCS.parent / "policies" / "dpo-smollm2.yaml", DpoTraining)
    about = {
        "training": without_floats(document.model_dump(mode="json")),
        "prompts_sha256": split_for(document, find_workspace()).sha256,
        "model_sha256": "a" * 64,
        "document_sha256": "b" * 64,
    }
    measured = {"settings": ["x", "y"], "violation": [0.5, 0.4], "replies": 4, "unparseable": 0.25}
    return {
        "training": about,
        "data": {"pairs": 128},
        "before": measured | {"estimate": estimate(0.45)},
        "after": measured | {"estimate": estimate(0.25), "unparseable": 0.0},
        "result": {"violation_fell": estimate(0.2)},
    }


def test_a_training_is_stale_when_its_file_or_its_prompts_are_others() -> None:
    kept = training()
    assert keep.stale_training(kept) == []
    about = kept["training"]
    other = {"training": about | {"training": about["training"] | {"seed": 3}, "prompts_sha256": "0"}}
    assert keep.stale_training(other) == ["dpo-smollm2.yaml says otherwise: seed", "its prompts are others"]
    gone = {"training": about | {"training": about["training"] | {"name": "dpo-gone"}}}
    assert keep.stale_training(gone) == ["there is no dpo-gone.yaml"]


def test_a_folder_of_a_training_is_kept_and_shown(tmp_path: Path) -> None:
    kept = training()
    for name, value in kept.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    assert keep.kept_training(tmp_path) == kept
    (tmp_path / "training_x.json").write_text(json.dumps(kept))
    ends = "<!-- end of training -->\n"
    page = f"<!-- training training_x -->\n\nold\n\n{ends}<!-- training none -->\n{ends}"
    shown = generate.with_trainings(page, tmp_path, DOCS.parent / "policies")
    assert "| breaks the rule after | 0.250 (0.150 to 0.350) |" in shown
    assert "| free replies that could not be read, before | 25% of 4 |" in shown
    assert "old" not in shown
    assert shown.count("Not measured here.") == 1
    assert generate.with_trainings(shown, tmp_path, DOCS.parent / "policies") == shown
    (tmp_path / "result.json").unlink()
    with pytest.raises(SystemExit, match="has come to its end"):
        keep.kept_training(tmp_path)


def test_generations_are_rows(tmp_path: Path) -> None:
    kept = training()
    measured = kept.pop("before")
    del kept["after"]
    rose = {"violation": [estimate(0.2), estimate(0.3)], "violation_rose": estimate(0.1)}
    shown = generate.training_table(kept | {"generations": [measured], "result": rose})
    assert "| breaks the rule after generation 1 | 0.300 (0.200 to 0.400) |" in shown
    assert "| from the first to the last it rose by | 0.100 (0.000 to 0.200) |" in shown


def test_a_table_is_taken_from_the_measurement_that_it_names(tmp_path: Path) -> None:
    for name, text in (("usual", "1.0"), ("other", "2.0")):
        cell = {"row": "r", "column": "c", "text": text, "published": ""}
        (tmp_path / f"{name}.json").write_text(json.dumps({"tables": {"t": {"cells": [cell]}}}))
    begins = ("table t", "table t of other", "table t of gone", "table none")
    page = "\n".join(f"<!-- {begin} -->\n<!-- end of table -->" for begin in begins)
    shown = generate.with_tables_of_studies(page, tmp_path, "usual")
    parts = shown.split("<!-- end of table -->")
    assert [begin in part for begin, part in zip(begins, parts, strict=False)] == [True] * 4
    assert "| r | 1.0 |" in parts[0]
    assert "| r | 2.0 |" in parts[1]
    assert "Not measured here." in parts[2]
    assert "No model took part" in parts[3]
    assert generate.with_tables_of_studies(shown, tmp_path, "usual") == shown
