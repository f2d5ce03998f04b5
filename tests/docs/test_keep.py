"""Measurements that pages take their numbers from: kept whole, shown as they are, and found stale when they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from agoranomos.cli.entry import run_command
from agoranomos.reproduce.alignment_tipping import Asked, design
from agoranomos.reproduce.study import plans_of
from agoranomos.workspace import Workspace
from docs.scripts import script

DOCS = Path(__file__).resolve().parents[2] / "docs"


keep = script("keep")
script("generate")  # puts docs/ on the path of imports
principals, studies = import_module("generating.principals"), import_module("generating.studies")


STUDIES = sorted(
    path for pattern in ("alignment_tipping*.json", "tin_men*.json") for path in keep.MEASUREMENTS.glob(pattern)
)


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


@pytest.mark.parametrize("path", sorted(keep.MEASUREMENTS.glob("principals_*.json")), ids=lambda path: path.stem)
def test_the_campaign_that_a_page_tells_of_is_the_one_that_its_file_says(path: Path) -> None:
    kept = json.loads(path.read_text())
    assert kept["log"]["verified"]
    assert keep.stale_principals(kept) == []


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A finished campaign of a shipped file, with a mock that does not always answer."""
    home = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGORA_HOME", str(home / "home"))
        patch.chdir(home)
        words = ["--set", "seeds=2", "--set", "rounds=3", "--workers", "1", "--out", "logs"]
        assert run_command(["run", "tipping-reminder", *words]) == 0
        (folder,) = (home / "logs").iterdir()
        yield folder


def test_a_campaign_is_kept_with_its_arms_its_plan_and_its_verification(campaign: Path) -> None:
    kept = keep.kept_principals(campaign)
    plan = json.loads((campaign / "plan.json").read_text())
    assert (kept["campaign"], kept["settings"]) == ("tipping-reminder", {"seeds": 2, "rounds": 3})
    assert kept["plan"].startswith(campaign.name.rpartition("-")[2])
    assert kept["log"] == {"verified": True, "level": "replay", "runs": 2 * len(plan["arms"]), "faults": []}
    by_arm = {arm["arm"]: arm for arm in kept["arms"]}
    assert set(by_arm) == {arm["name"] for arm in plan["arms"]}
    assert {arm["runs"] for arm in kept["arms"]} == {2}
    assert {arm["decisions"] for arm in kept["arms"]} == {6}
    for name, arm in by_arm.items():
        asked = "asked" in name
        assert arm["models"] == (["mock/valid"] if asked else [])
        assert (arm["calls"], arm["without_a_move"]) == (6 if asked else 0, 0)
        low, high = arm["violation"]["low"], arm["violation"]["high"]
        assert low is None or 0 <= low <= arm["violation"]["point"] <= high <= 1
        rounds = pq.read_table(campaign / "tables" / "rounds.parquet", filters=[("arm", "=", name)]).to_pylist()
        shares = [dict(row["measures"])["share_violated"] for row in rounds]
        assert arm["violation"]["point"] == pytest.approx(sum(shares) / 6, abs=1e-6)
    assert keep.stale_principals(kept) == []
    assert keep.stale_principals(kept | {"plan": "0"}) == ["tipping-reminder is planned otherwise"]
    assert keep.stale_principals(kept | {"campaign": "gone"}) == ["there is no campaigns/gone.yaml"]


def test_what_does_not_verify_is_kept_as_such(campaign: Path, tmp_path: Path) -> None:
    copy = tmp_path / campaign.name
    shutil.copytree(campaign, copy)
    for entries in sorted(copy.glob("**/entries/*.jsonl"))[:1]:
        entries.write_bytes(entries.read_bytes().replace(b'"action":[', b'"action" :[', 1)[:-3] + b"x}\n")
    kept = keep.kept_principals(copy)
    assert not kept["log"]["verified"]
    assert kept["log"]["faults"]
    assert "**Its record does not verify**" in principals.principals_block(kept)


def test_a_campaign_that_is_not_finished_or_not_as_its_file_says_is_not_kept(campaign: Path, tmp_path: Path) -> None:
    words = ["--set", "seeds=2", "--set", "rounds=3", "--limit", "1", "--workers", "1", "--out", str(tmp_path / "part")]
    assert run_command(["run", "tipping-reminder", *words]) == 0
    with pytest.raises(SystemExit, match="is not finished: 1 of"):
        keep.kept_principals(next((tmp_path / "part").iterdir()))
    words = ["--set", "seeds=1", "--set", "rounds=2", "--set", "outcome=welfare", "--workers", "1"]
    assert run_command(["run", "tipping-reminder", *words, "--out", str(tmp_path / "other")]) == 0
    with pytest.raises(SystemExit, match="is planned otherwise"):
        keep.kept_principals(next((tmp_path / "other").iterdir()))
    with pytest.raises(SystemExit, match="2"):
        keep.main(["principals", str(campaign), "by_another_name"])


def test_a_page_shows_what_a_campaign_found_or_that_it_was_not_run(campaign: Path, tmp_path: Path) -> None:
    kept = keep.kept_principals(campaign)
    kept["outcomes"], kept["asked"] = {"disclosed": "said so: 1, else 0", "left": "other: 1, else 0"}, ["disclosed"]
    kept["arms"][0]["outcomes"] = {"disclosed": {"point": 0.5, "low": 0.25, "high": 0.75, "n": 2, "reason": ""}}
    kept["arms"][0]["failures"] = {"timeout": 2}
    (tmp_path / "principals_x.json").write_text(json.dumps(kept))
    ends = "<!-- end of principals -->\n"
    page = f"<!-- principals principals_x -->\n\nold\n\n{ends}<!-- principals principals_gone -->\n{ends}"
    shown = principals.with_principals(page, tmp_path)
    assert "old" not in shown
    assert shown.count("was not run with a language model here") == 1
    assert "`agora run tipping-reminder`" in shown
    assert "verify at level replay" in shown
    assert f"plan `{kept['plan'][:16]}...`" in shown
    assert "| violation | `disclosed` | failed calls | no move |" in shown
    assert "`disclosed`: said so: 1, else 0." in shown
    assert "`left`" not in shown, "what the campaign does not ask about is kept and not shown"
    first = kept["arms"][0]
    assert f"| `{first['arm']}` | 6 |" in shown
    assert f"| 0.500 (0.250 to 0.750) | 2 of {first['calls']} | 0 |" in shown
    assert principals.with_principals(shown, tmp_path) == shown
    assert "135 million" not in shown
    kept["arms"][0]["models"] = ["smollm2"]
    assert "135 million" in principals.principals_block(kept)


def test_certificates_are_stale_when_an_institution_or_a_scenario_changes_and_a_page_shows_them() -> None:
    kept = json.loads((DOCS / "measurements" / "certificates.json").read_text())
    assert keep.stale_certificates(kept) == []
    found = kept["certificates"]
    other = {**found, "clawback": {**found["clawback"], "semantic_sha256": "0" * 64, "scenario": "0" * 64}}
    assert keep.stale_certificates({"certificates": other}) == ["institution clawback", "scenario delegated-shopping"]
    shown = principals.with_certificates("<!-- certificates -->\n<!-- end of certificates -->", DOCS / "measurements")
    rows = [line for line in shown.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(keep.CERTIFIED)


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
    shown = studies.with_trainings(page, tmp_path, DOCS.parent / "policies")
    assert "| breaks the rule after | 0.250 (0.150 to 0.350) |" in shown
    assert "| free replies that could not be read, before | 25% of 4 |" in shown
    assert "old" not in shown
    assert shown.count("Not measured here.") == 1
    assert studies.with_trainings(shown, tmp_path, DOCS.parent / "policies") == shown
    (tmp_path / "result.json").unlink()
    with pytest.raises(SystemExit, match="has come to its end"):
        keep.kept_training(tmp_path)


def test_generations_are_rows(tmp_path: Path) -> None:
    kept = training()
    measured = kept.pop("before")
    del kept["after"]
    rose = {"violation": [estimate(0.2), estimate(0.3)], "violation_rose": estimate(0.1)}
    shown = studies.training_table(kept | {"generations": [measured], "result": rose})
    assert "| breaks the rule after generation 1 | 0.300 (0.200 to 0.400) |" in shown
    assert "| from the first to the last it rose by | 0.100 (0.000 to 0.200) |" in shown


def test_a_table_is_taken_from_the_measurement_that_it_names(tmp_path: Path) -> None:
    for name, text in (("usual", "1.0"), ("other", "2.0")):
        cell = {"row": "r", "column": "c", "text": text, "published": ""}
        (tmp_path / f"{name}.json").write_text(json.dumps({"tables": {"t": {"cells": [cell]}}}))
    begins = ("table t", "table t of other", "table t of gone", "table none")
    page = "\n".join(f"<!-- {begin} -->\n<!-- end of table -->" for begin in begins)
    shown = studies.with_tables_of_studies(page, tmp_path, "usual")
    parts = shown.split("<!-- end of table -->")
    assert [begin in part for begin, part in zip(begins, parts, strict=False)] == [True] * 4
    assert "| r | 1.0 |" in parts[0]
    assert "| r | 2.0 |" in parts[1]
    assert "Not measured here." in parts[2]
    assert "No model took part" in parts[3]
    assert studies.with_tables_of_studies(shown, tmp_path, "usual") == shown
