"""Campaigns of a study whose agents remember runs of its others: planned later, trusted by the study's own keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agoranomos.campaigns.plan import Plan
from agoranomos.errors import UsageError
from agoranomos.institutions.entries import Opened, decode_entry
from agoranomos.logs import KeyStore, LogFault, LogReader
from agoranomos.reproduce.alignment_tipping import Asked, design
from agoranomos.reproduce.alignment_tipping.design import SOURCE, YOKED
from agoranomos.reproduce.alignment_tipping.played import played
from agoranomos.reproduce.study import Executed, Executing, Study, plans_of, run_study
from agoranomos.workspace import Workspace

SEEDS = 2


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def study() -> Study:
    """The yoked agents of the study on alignment tipping, and the runs that they remember."""
    whole = design(Asked(models=("mock/valid",), size="small", seeds=SEEDS, rounds=3))
    return replace(whole, campaigns={name: whole.campaigns[name] for name in (SOURCE, YOKED)})


def executed(study: Study, home: Path, keys: Path | None, seen: list[Mapping[str, Plan]]) -> dict[str, Executed]:
    """The study under keys of its own, in a workspace that trusts those in `keys`."""
    folder, own = home / "study", KeyStore(home / "own")
    plans = plans_of(study, folder, Workspace(home, "lab", keys=keys))
    assert list(plans) == [SOURCE]
    return run_study(study, plans, folder, Executing(own, 1), seen.append)


def test_a_later_campaign_is_planned_when_its_source_is_executed(study: Study, home: Path) -> None:
    seen: list[Mapping[str, Plan]] = []
    done = executed(study, home, home / "own", seen)
    assert list(done) == [SOURCE, YOKED]
    assert [dict(plans) for plans in seen] == [{YOKED: done[YOKED].plan}]
    runs = done[YOKED].folder.root / "runs"
    for seed in range(SEEDS):
        opened = decode_entry(next(iter(LogReader(runs / "A-yoked" / str(seed)).entries()))).body
        assert isinstance(opened, Opened)
        remembered = json.loads(opened.roster[0].policy)["yoked"]
        source = LogReader(done[SOURCE].folder.root / "runs" / "A-window" / str(80 + seed)).checkpoint
        assert (remembered["origin"], remembered["root"]) == (source.origin, source.root.hex())
    settings = {one.name: one.settings for one in played(done[YOKED])}
    assert len(set(settings.values())) == 1


def test_another_study_changes_nothing_in_the_folder_of_one_that_has_run(study: Study, home: Path) -> None:
    executed(study, home, home / "own", [])
    texts = {path: path.read_bytes() for path in (home / "study").rglob("*.yaml")}
    other = replace(study, campaigns={name: text.replace("seeds", "x") for name, text in study.campaigns.items()})
    for changed in (other, replace(study, rosters={**study.rosters, "A-wiped.yaml": "kind: roster"})):
        with pytest.raises(UsageError, match="study holds another study: ") as told:
            plans_of(changed, home / "study", Workspace(home, "lab"))
        assert "--out" in told.value.advice
    assert {path: path.read_bytes() for path in (home / "study").rglob("*.yaml")} == texts
    assert list(executed(study, home, home / "own", [])) == [SOURCE, YOKED]


def test_a_study_that_plans_all_at_once_has_nothing_to_remember(study: Study, home: Path) -> None:
    with pytest.raises(UsageError, match="tipping-yoke-source is no campaign's folder"):
        plans_of(replace(study, later=()), home / "study", Workspace(home, "lab"))


def test_runs_that_were_signed_by_keys_the_workspace_does_not_trust_are_not_remembered(
    study: Study, home: Path
) -> None:
    with pytest.raises(LogFault, match="signed by no key"):
        executed(study, home, None, [])


def test_a_campaign_that_was_run_under_two_plans_has_to_be_named_by_its_folder(study: Study, home: Path) -> None:
    done = executed(study, home, home / "own", [])
    other = home / "study" / "logs" / "tipping-yoke-source-00000000"
    (other / "runs").mkdir(parents=True)
    with pytest.raises(UsageError, match="tipping-yoke-source was run under 2 plans") as told:
        executed(study, home, home / "own", [])
    assert done[SOURCE].folder.root.name in told.value.message
    assert other.name in told.value.message
